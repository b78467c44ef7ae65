"""How often the best option is chosen around a reversal: mean of all networks, its standard error, and Q-learning on
the same trials.
"""

import numpy as np

from components import figures as draw
from components import option_marks as marks
from components.figures import Curve
from components.theme import Theme

TITLE = "Around a reversal"
COLUMN = "effect"
HELP = (
    "Share of best choices in each trial before and after the best option changes, mean over reversals and networks; the band is one standard error to both sides. "
    "Dashed: P(best) of Q-learning led through the same choices and rewards. Chance is one over the number of options."
)
Y_RANGE = draw.padded(0.0, 1.0)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    early = marks.percent(float(run.best_after_percent) / 100)
    if early == "–":
        return f"There was no reversal in {draw.counted(run.trial.size, 'trial')}."
    before = run.p_best_aligned[run.aligned < 0].mean()
    return f"Before a reversal the best option is chosen in {marks.percent(before)} of the trials, in the first 15 after it in {early}."


def figure(run, theme: Theme) -> dict:
    """The aligned curves."""
    span = (float(run.aligned[0]), float(run.aligned[-1]) + 1.0)
    mean, error = run.p_best_aligned, run.p_best_aligned_error
    axes = {
        "xaxis": draw.axis(theme, span, "time from the reversal (trials)", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(theme, Y_RANGE, draw.upright(theme, "P(best)", "P"), (0.0, 0.5, 1.0)),
    }
    data = [
        marks.band(run.aligned, mean - error, mean + error, span, theme, name="standard error"),
        marks.curve(run.aligned, run.p_q_aligned, span, Y_RANGE, theme.muted, theme, "Q-learning: %{y:.2f}, trial %{x:.0f}", dash="dash", name="Q-learning"),
        marks.curve(run.aligned, mean, span, Y_RANGE, theme.ink, theme, "best in %{y:.0%}, trial %{x:.0f}", ghost=True, name="circuit"),
    ]  # fmt: skip
    shown = [("circuit", theme.ink, mean), ("Q-learning", theme.muted, run.p_q_aligned)]
    curves = [
        Curve(d["x"], d["y"], text if y[0] == y[0] else "", c)
        for (text, c, y), d in zip(shown, (data[2], data[1]), strict=True)
    ]
    words = "" if np.isfinite(mean).any() else "There was no reversal in this run."
    note = draw.label(words, theme, x=0.5 * sum(span), xanchor="center", y=0.5, yanchor="middle")
    return {
        "data": data,
        "layout": draw.layout(
            theme, axes, draw.EFFECT_MARGIN, [*draw.direct_labels(theme, curves, span, Y_RANGE), note]
        ),
    }
