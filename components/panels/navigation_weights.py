"""Where do the weights point? Mean pull of the plastic weights towards either goal, by trial."""

from components import by_trial
from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "Where do the weights point?"
COLUMN = "more"
HELP = (
    "Mean weight of the synapses whose action leads from their place to a goal, less the mean of those that lead away from it, after every trial. "
    "Zero: nothing is known of this goal; below zero: the weights lead away from it."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    first, second, mean = (draw.number(w[-1]) for w in (run.pull_first, run.pull_second, run.weight_mean))
    return f"At the end the pull to the first goal is {first}, to the second {second}; the mean weight is {mean} of at most {draw.number(run.w_max)}."


def figure(run, theme: Theme) -> dict:
    """Two lines around zero, and the move of the goal."""
    unit, first, second = draw.weight_unit(run.settings), theme.trace_ltd, theme.post
    reach = max(draw.around(0.0, (run.pull_first, run.pull_second), 0.1 * float(run.w_max), draw.FINE_STEPS))
    y_range = draw.padded(-reach, reach)
    axes = {
        "xaxis": by_trial.trial_axis(run, theme),
        "yaxis": draw.axis(theme, y_range, draw.upright(theme, f"pull ({unit})", "pull"), (-reach, 0.0, reach)),
    }
    hover = f"goal %{{y:.3g}} {unit}, trial %{{x:.0f}}"
    data = [
        by_trial.change(run, theme, y_range),
        draw.line(
            run.trial,
            run.pull_second,
            second,
            theme,
            f"to the second {hover}",
            ghost=True,
            name="pull to the second goal",
        ),
        draw.line(
            run.trial, run.pull_first, first, theme, f"to the first {hover}", ghost=True, name="pull to the first goal"
        ),
    ]
    curves = [
        Curve(run.trial, run.pull_first, "first goal", first),
        Curve(run.trial, run.pull_second, "second goal", second),
    ]
    return {
        "data": data,
        "layout": draw.layout(
            theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, by_trial.span(run), y_range)
        ),
    }
