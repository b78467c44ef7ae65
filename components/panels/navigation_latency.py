"""How long does it take? Time to the goal (s) by trial, with a band over seeds."""

from components import by_trial
from components import figures as draw
from components.theme import Theme

TITLE = "How long does it take?"
COLUMN = "effect"
HELP = (
    "Time from the start in the middle to the goal that pays, in every trial; a trial without it lasts to its end. Band: mean and standard error of "
    "up to four animals. At the upright line the goal moves."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    move = min(max(int(run.move_at), 1), run.trial.size)
    return f"The last trial before the goal moves takes {draw.number(run.latency_s[move - 1])} s, the last of all {draw.number(run.latency_s[-1])} s."


def figure(run, theme: Theme) -> dict:
    """Time by trial, its band, and the move of the goal."""
    longest, colour = float(run.settings.values["trial_s"]), theme.ink
    y_range = draw.padded(0.0, longest)
    axes = {
        "xaxis": by_trial.trial_axis(run, theme),
        "yaxis": draw.axis(theme, y_range, draw.upright(theme, "time (s)", "s"), draw.tick_values(0.0, longest)),
    }
    data = [
        by_trial.change(run, theme, y_range),
        by_trial.band(run.trial, run.seeds_latency_s, theme.ghost, theme),
        draw.line(
            run.trial, run.latency_s, colour, theme, "%{y:.2f} s in trial %{x:.0f}", ghost=True, name="time to the goal"
        ),
    ]
    return {"data": data, "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN)}
