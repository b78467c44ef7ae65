"""Choice against value: share of A by the difference of the learned weights, and what Q-learning would choose in the
same trials.
"""

import numpy as np

from components import figures as draw
from components import option_marks as marks
from components.theme import Theme

TITLE = "Choice against value"
COLUMN = "effect"
HELP = (
    "Trials of all networks sorted by value of A less value of B, the value being D1 less D2 weight before the trial; dots: share of A among choices of A or B. "
    "Dashed: mean P(A) of Q-learning in the same trials. A steep curve follows value, a flat one explores."
)
Y_RANGE = draw.padded(0.0, 1.0)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    good = np.isfinite(run.share_a)
    if not good.any():
        return "There were fewer than 2 trials with A or B."
    first, last = np.flatnonzero(good)[[0, -1]]
    parts = (f"{100 * run.share_a[k]:.0f} % at a difference of {draw.number(run.difference[k])}" for k in (first, last))
    return f"A is chosen in {' and in '.join(parts)} of the weights' range."


def figure(run, theme: Theme) -> dict:
    """Dots and line of the circuit, dashed line of Q-learning."""
    span = draw.padded(float(run.difference[0]), float(run.difference[-1]), 0.03)
    axes = {
        "xaxis": draw.axis(theme, span, "value of A less value of B (of max)", (-1.0, 0.0, 1.0)),
        "yaxis": draw.axis(theme, Y_RANGE, "P(A)", (0.0, 0.5, 1.0)),
    }
    data = [
        marks.curve(run.difference, run.share_a_q, span, Y_RANGE, theme.muted, theme, "Q-learning: P(A) %{y:.2f}", dash="dash", name="Q-learning"),
        marks.curve(run.difference, run.share_a, span, Y_RANGE, theme.ink, theme, "A in %{y:.0%} at %{x:.1f}", ghost=True, name="circuit"),
    ]  # fmt: skip
    data.append(
        draw.dots(data[1]["x"], data[1]["y"], theme.ink, theme, "A in %{y:.0%} at %{x:.1f}", size=7.0, name="classes")
    )
    return {"data": data, "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN)}
