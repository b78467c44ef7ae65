"""Right answers (%) at the end of the task against the delay of the reward (s), aroused and drowsy."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "When must the feedback come?"
COLUMN = "effect"
HELP = (
    "The task alone, without pairing, with the reward at four delays, in an aroused (500 nM norepinephrine) and a drowsy learner (none); mean of two networks. "
    "These lines come when the controls rest. The dot is your run, with its own settings."
)
NAMES = ("aroused", "drowsy")


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    if not run.trial.size:
        return "There was no task: 0 trials."
    now = f"with the present delay of {draw.number(1e-3 * run.settings.values['da_delay_ms'])} s {float(run.right_percent):.0f} % of the last answers are right"
    if not np.isfinite(run.feedback_percent).all():
        return f"In this run, {now}."
    ends = " and ".join(
        f"{name} from {row[0]:.0f} to {row[-1]:.0f} %" for name, row in zip(NAMES, run.feedback_percent, strict=True)
    )
    return f"From immediate feedback to {draw.number(run.feedback_s[-1])} s: {ends}; {now}."


def figure(run, theme: Theme) -> dict:
    """Chance, both states, and the present run."""
    delay_s = max(1e-3 * run.settings.values["da_delay_ms"], 0.0)
    span = (-0.05, max(draw.nice(max(delay_s, float(run.feedback_s[-1])), (1.0, 1.2, 2.0, 3.0, 5.0, 10.0)), 0.1) * 1.04)
    y_range = draw.padded(0.0, 100.0)
    axes = {
        "xaxis": draw.axis(theme, span, "reward after the answer (s)", draw.round_ticks(0.0, span[1], 5)),
        "yaxis": draw.axis(theme, y_range, "right (%)", (0.0, 50.0, 100.0)),
    }
    data = [
        draw.line(
            np.array([span[0] - 1.0, span[1]]),
            np.full(2, 50.0),
            theme.ghost,
            theme,
            thin=True,
            dash="dash",
            name="chance",
        )
    ]
    colours = (theme.modulator["ne"], theme.muted)
    for name, colour, share in zip(NAMES, colours, run.feedback_percent, strict=True):
        data.append(
            draw.line(
                run.feedback_s, share, colour, theme, f"{name}: %{{y:.0f}} % at %{{x:.1f}} s", ghost=True, name=name
            )
        )
    hover = "now: %{y:.0f} % at %{x:.2f} s"
    data.append(draw.dots(delay_s, float(run.right_percent), theme.modulator["da"], theme, hover, name="this run"))
    there = np.isfinite(run.feedback_percent).all()
    curves = [
        Curve(run.feedback_s, share if there else np.full(share.size, 50.0), name if there else "", colour)
        for name, colour, share in zip(NAMES, colours, run.feedback_percent, strict=True)
    ]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, span, y_range)),
    }
