"""Mean weight from the stimulus to each pool, by trial."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "Which answer is wired in?"
COLUMN = "effect"
HELP = "Mean weight of the synapses from the stimulus to pool A and to pool B after every trial. At the upright line the right answer changes."


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    a, b = (draw.number(w[-1]) for w in (run.weight_a, run.weight_b))
    return f"At the end the mean weight to pool A is {a}, to pool B {b}, of at most {draw.number(run.w_max)}."


def figure(run, theme: Theme) -> dict:
    """Two lines and the swap."""
    span = (0.0, draw.nice(run.settings.values["trials"], (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)))
    top, unit = float(run.w_max), draw.weight_unit(run.settings)
    y_range = draw.padded(0.0, top)
    axes = {
        "xaxis": draw.axis(theme, span, "trial", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(theme, y_range, f"weight ({unit})", (0.0, top)),
    }
    hover = f"%{{y:.3g}} {unit}, trial %{{x:.0f}}"
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
        draw.line(run.trial, run.weight_a, theme.post, theme, f"to A: {hover}", ghost=True, name="to pool A"),
        draw.line(run.trial, run.weight_b, theme.trace_ltd, theme, f"to B: {hover}", ghost=True, name="to pool B"),
    ]
    curves = [
        Curve(run.trial, run.weight_a, "to A", theme.post),
        Curve(run.trial, run.weight_b, "to B", theme.trace_ltd),
    ]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, span, y_range)),
    }
