"""Map area: how many map neurons prefer each stimulus, before and after."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "Who holds how much of the map?"
COLUMN = "effect"
HELP = (
    "Map neurons by the stimulus they prefer, in tests with frozen synapses before everything and at the end. "
    "The upright line is the stimulus that came with the burst."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    paired = run.settings.values["paired"]
    return (
        f"{int(run.paired_before)} of {run.preferred_before.size} map neurons preferred stimulus {paired} before, {int(run.paired_after)} at the end; "
        f"no other stimulus holds more than {int(np.delete(run.area_after, paired - 1).max())}."
    )


def figure(run, theme: Theme) -> dict:
    """Steps of both counts, and the paired stimulus."""
    x_range, top = (
        (0.5, run.level.size + 0.5),
        draw.nice(max(run.area_before.max(), run.area_after.max(), 8.0), draw.FINE_STEPS),
    )
    y_range = draw.padded(0.0, top)
    axes = {
        "xaxis": draw.axis(theme, x_range, "preferred stimulus (number)", range(1, run.level.size + 1), showgrid=False),
        "yaxis": draw.axis(theme, y_range, draw.upright(theme, "map neurons", "neurons"), draw.tick_values(0.0, top)),
    }
    edges = np.repeat(np.arange(run.level.size + 1) + 0.5, 2)
    before, after = (np.concatenate(([0.0], np.repeat(n, 2), [0.0])) for n in (run.area_before, run.area_after))
    colour, hover = theme.modulator[run.settings.values["paired_with"]], "%{y:.0f} neurons"
    data = [
        paired_line(run, theme, y_range),
        draw.line(
            edges,
            after,
            colour,
            theme,
            f"at the end: {hover}",
            ghost=True,
            name="after",
            fill="tozeroy",
            fillcolor=draw.faded(colour, 0.25),
        ),
        draw.line(edges, before, theme.muted, theme, f"before: {hover}", thin=True, dash="dash", name="before"),
    ]
    curves = [
        Curve(edges + 1e-6 * np.arange(edges.size), after, "at the end", colour),
        Curve(edges + 1e-6 * np.arange(edges.size), before, "before", theme.muted),
    ]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, x_range, y_range)),
    }


def paired_line(run, theme: Theme, y_range) -> dict:
    """An upright line at the paired stimulus."""
    at = np.full(2, float(run.settings.values["paired"]))
    return draw.line(
        at,
        np.array(y_range),
        theme.modulator[run.settings.values["paired_with"]],
        theme,
        thin=True,
        dash="dot",
        name="paired",
    )
