"""What three textbook learners hold about the cues, trial by trial, beside the value in the spiking critic."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.panels.conditioning_shift import SPANS, smooth
from components.theme import Theme

TITLE = "What would a textbook say?"
COLUMN = "more"
HELP = (
    "Led through the same trials (dashed): the prediction of Rescorla-Wagner and of Pearce-Hall, and the associability of Pearce-Hall, which is high while outcomes "
    "surprise and sets how fast is learned. Solid: value in the critic, mean of five trials. 1 is the value of a reward of size 1."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    last = (f"{name} {draw.number(y[-1])}" for name, y, _, _ in learners(run))
    return f"At the end the critic holds a value of {draw.number(run.value[-5:].mean())}; {', '.join(last)}."


def learners(run) -> list[tuple]:
    """Name, curve, name on the picture, dash."""
    return [
        ("Rescorla-Wagner", run.rw_prediction, "R-W", "dash"), ("Pearce-Hall", run.ph_prediction, "P-H", "8px,3px"),
        ("associability", run.ph_associability, "associability", "3px,3px"),
    ]  # fmt: skip


def figure(run, theme: Theme) -> dict:
    """The critic and the learners."""
    span, value = (0.0, draw.nice(run.settings.values["trials"], SPANS)), smooth(run.value)
    down, up = draw.around(0.0, (value, *(y for _, y, _, _ in learners(run))), 0.1, draw.FINE_STEPS)
    y_range = draw.padded(-down if value.min() < -0.1 * up else 0.0, up)
    axes = {
        "xaxis": draw.axis(theme, span, "trial", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(
            theme,
            y_range,
            draw.upright(theme, "prediction (rewards)", "rewards"),
            draw.tick_values(*y_range, (0.0, up)),
        ),
    }
    data, curves = [], []
    for (name, y, short, dash), colour in zip(
        learners(run), (theme.ink, theme.modulator["da"], theme.modulator["ach"]), strict=True
    ):
        data.append(
            draw.line(
                run.trial,
                np.clip(y, *y_range),
                colour,
                theme,
                f"{name}: %{{y:.3g}}, trial %{{x:.0f}}",
                thin=True,
                dash=dash,
                name=name,
            )
        )
        curves.append(Curve(run.trial, y, short, draw.readable(colour, theme)))
    data.append(
        draw.line(
            run.trial,
            np.clip(value, *y_range),
            theme.post,
            theme,
            "critic: %{y:.3g}, trial %{x:.0f}",
            ghost=True,
            name="critic",
        )
    )
    curves.append(Curve(run.trial, value, "critic", theme.post))
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, span, y_range)),
    }
