"""Is the goal found? Share of the last five trials (%) by trial, with a band over seeds."""

from components import by_trial
from components import figures as draw
from components.theme import Theme

TITLE = "Is the goal found?"
COLUMN = "effect"
HELP = (
    "Share of the last five trials in which the animal reached the goal in time. At the upright line the goal moves to the opposite corner. While a "
    "control moves this is a preview: the trials that begin in the first 65 s. "
    "Band: mean and standard error of up to four animals that differ only in chance. An animal that learns nothing finds the goal in about a third of the trials."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    share = 100.0 * by_trial.recent(run.found)
    before = share[min(max(int(run.move_at), 1), share.size) - 1]
    return f"Just before the goal moves it is found in {before:.0f} % of the last five trials, at the end in {share[-1]:.0f} %."


def figure(run, theme: Theme) -> dict:
    """The share, its band, and the move of the goal."""
    y_range, colour = draw.padded(0.0, 100.0), theme.modulator["da"]
    axes = {
        "xaxis": by_trial.trial_axis(run, theme),
        "yaxis": draw.axis(theme, y_range, "found (%)", (0.0, 50.0, 100.0)),
    }
    share, hover = 100.0 * by_trial.recent(run.found), "found in %{y:.0f} % of the last five, trial %{x:.0f}"
    data = [
        by_trial.change(run, theme, y_range),
        by_trial.band(run.trial, 100.0 * by_trial.recent(run.found_seeds), colour, theme),
        draw.line(run.trial, share, colour, theme, hover, ghost=True, name="found"),
    ]
    return {"data": data, "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN)}
