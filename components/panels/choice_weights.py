"""Mean weight from the cortex to the D1 and D2 pools of every option, by trial."""

from components import figures as draw
from components import option_marks as marks
from components.figures import Curve
from components.theme import Theme

TITLE = "Go and no-go weights"
COLUMN = "effect"
HELP = (
    "Mean weight from the cortex to the D1 pool (solid: for the option) and to the D2 pool (dashed: against it) of every option after each trial, in one network. "
    "Dopamine above its mean strengthens D1 and weakens D2 of what was just chosen, dopamine below it the other way."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    net = run.weight_d1[:, -1] - run.weight_d2[:, -1]
    parts = ", ".join(f"{marks.LETTERS[k]} {draw.number(v)}" for k, v in enumerate(net))
    return f"At the end D1 less D2 is {parts}, of at most {draw.number(run.w_max)}."


def figure(run, theme: Theme) -> dict:
    """Two lines for each option, and the reversals."""
    span, unit, n = marks.trial_span(run), draw.weight_unit(run.settings), marks.options(run)
    y_range = draw.padded(0.0, float(run.w_max))
    axes = {
        "xaxis": draw.axis(theme, span, "trial", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(theme, y_range, draw.upright(theme, f"weight ({unit})", "weight"), (0.0, float(run.w_max))),
    }
    data, curves = [marks.change_marks(run, theme, span, y_range)], []
    for kind, weight, dash in (("D1", run.weight_d1, "solid"), ("D2", run.weight_d2, "dash")):
        for k, letter in enumerate(marks.LETTERS):
            x, y = (run.trial, weight[k]) if k < n else draw.unseen(span, y_range)
            colour, hover = marks.colours(theme)[k], f"{kind} of {letter}: %{{y:.3g}} {unit}, trial %{{x:.0f}}"
            data.append(
                draw.line(
                    x,
                    y,
                    colour,
                    theme,
                    hover,
                    dash=dash,
                    ghost=kind == "D1",
                    thin=kind == "D2",
                    name=f"{kind} {letter}",
                )
            )
            curves.append(
                Curve(x, y, f"{letter} {kind}" if k < n == 2 else (letter if kind == "D1" and k < n else ""), colour)
            )
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, span, y_range)),
    }
