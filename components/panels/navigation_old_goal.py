"""Which goal is visited? Share of the last five trials (%) with a visit to the first and to the second goal, by trial."""

import numpy as np

from components import by_trial
from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "Does it let go of the old goal?"
COLUMN = "effect"
HELP = (
    "Share of the last five trials in which the animal came to the first goal, and to the second one. Right of the upright line only the second "
    "one pays, and every visit to the first is a visit to the old goal. Band: mean and standard error of up to four animals."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    move = int(run.move_at)
    if move >= run.trial.size:
        return f"The goal has not moved in these {run.trial.size} trials; the first goal was visited in {int((run.entries_first > 0).sum())} of them."
    old, new = (int((e[move:] > 0.0).sum()) for e in (run.entries_first, run.entries_second))
    return f"In {draw.counted(run.trial.size - move, 'trial')} after the move the old goal was visited in {old}, the new one in {new}."


def figure(run, theme: Theme) -> dict:
    """Two lines, the band of the first, and the move of the goal."""
    y_range, first, second = draw.padded(0.0, 100.0), theme.trace_ltd, theme.post
    axes = {
        "xaxis": by_trial.trial_axis(run, theme),
        "yaxis": draw.axis(theme, y_range, "visited (%)", (0.0, 50.0, 100.0)),
    }
    old, new = (100.0 * by_trial.recent(np.minimum(e, 1.0)) for e in (run.entries_first, run.entries_second))
    hover = "goal in %{y:.0f} % of the last five, trial %{x:.0f}"
    data = [
        by_trial.change(run, theme, y_range),
        by_trial.band(run.trial, 100.0 * by_trial.recent(run.old_goal_seeds), first, theme),
        draw.line(run.trial, new, second, theme, f"second {hover}", ghost=True, name="second goal"),
        draw.line(run.trial, old, first, theme, f"first {hover}", ghost=True, name="first goal"),
    ]
    curves = [Curve(run.trial, old, "first goal", first), Curve(run.trial, new, "second goal", second)]
    return {
        "data": data,
        "layout": draw.layout(
            theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, by_trial.span(run), y_range)
        ),
    }
