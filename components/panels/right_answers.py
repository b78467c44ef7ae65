"""Share of right answers among the last 20 trials."""

import numpy as np

from components import figures as draw
from components.theme import Theme

TITLE = "How often is the answer right?"
COLUMN = "effect"
HELP = "Share of right answers among the last 20 trials. Half of the answers would be right by chance, fewer when the pools often tie."


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    return f"At the end {100 * run.p_right[-1]:.0f} % of the last answers are right; the least after the swap was {100 * run.p_right[min(int(run.swap), run.trial.size - 1) :].min():.0f} %."


def figure(run, theme: Theme) -> dict:
    """The share, chance, and the swap."""
    span = (0.0, draw.nice(run.settings.values["trials"], (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)))
    y_range = draw.padded(0.0, 100.0)
    axes = {
        "xaxis": draw.axis(theme, span, "trial", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(theme, y_range, "right (%)", (0.0, 50.0, 100.0)),
    }
    data = [
        draw.line(
            np.array([run.swap, run.swap]) + 0.5,
            np.array(y_range),
            theme.ghost,
            theme,
            thin=True,
            dash="dot",
            name="swap",
        ),
        draw.line(np.array(span), np.array([50.0, 50.0]), theme.ghost, theme, thin=True, dash="dash", name="chance"),
        draw.line(
            run.trial,
            100.0 * run.p_right,
            theme.modulator["da"],
            theme,
            "%{y:.0f} % right, trial %{x:.0f}",
            ghost=True,
            name="right answers",
        ),
    ]
    return {"data": data, "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN)}
