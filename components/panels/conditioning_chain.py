"""Weights along the chain of time cells of cue A after a third, two thirds and all of the trials."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "What does the chain hold?"
COLUMN = "effect"
HELP = (
    "Mean weight of every time cell of cue A onto the critic, by when it begins: after a third (pale), two thirds and all of the trials. "
    "The dotted line is the time of the reward, which ends the chain."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    before = run.chain_s < run.reward_s
    last = run.chain_weight[-1]
    after = f", after it {draw.number(last[~before].mean())}" if (~before).any() else ""
    return f"At the end the mean weight of the time cells before the reward is {draw.number(last[before].mean())} of at most {draw.number(run.w_max)}{after}."


def figure(run, theme: Theme) -> dict:
    """Three lines and the time of the reward."""
    top, unit = float(run.w_max), draw.weight_unit(run.settings)
    span, y_range = (0.0, float(run.chain_s[-1])), draw.padded(0.0, top)
    axes = {
        "xaxis": draw.axis(theme, span, "time from the cue (s)", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(theme, y_range, f"weight ({unit})", (0.0, top)),
    }
    reward = np.full(2, float(run.reward_s))
    data = [draw.line(reward, np.array(y_range), theme.ghost, theme, thin=True, dash="dot", name="reward")]
    looks = (
        ("after a third", theme.muted, True),
        ("after two thirds", theme.trace_ltp, True),
        ("at the end", theme.ink, False),
    )
    for (name, colour, thin), w in zip(looks, run.chain_weight, strict=True):
        hover = f"{name}: %{{y:.3g}} {unit} at %{{x:.2f}} s"
        data.append(draw.line(run.chain_s, w, colour, theme, hover, thin=thin, ghost=not thin, name=name))
    curves = [
        Curve(run.chain_s, w, name, colour)
        for (name, colour, _), w in zip(looks, run.chain_weight, strict=True)
        if name != "after two thirds"
    ]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, span, y_range)),
    }
