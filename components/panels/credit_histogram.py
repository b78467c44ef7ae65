"""The histogram of credit: how many plastic synapses have which weight at the end, and where the target is."""

import numpy as np

from components import figures as draw
from components.theme import Theme

TITLE = "All weights at the end"
COLUMN = "effect"
HELP = "How many of the plastic synapses ended at which weight; the upright line is the target. Above 2000 synapses the counts are on a log scale."
MANY = 2000  # synapses above which the counts are drawn on a log axis
LEAST = 0.5  # the foot of the log axis


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    k, unit = int(run.histogram_count.argmax()), draw.weight_unit(run.settings)
    most = f"most of the {int(run.histogram_count.sum())} synapses lie near {draw.number(middles(run)[k])} {unit}"
    return f"The target ends at {draw.number(run.histogram_target)} {unit}; {most} ({int(run.histogram_count[k])} in that class)."


def figure(run, theme: Theme) -> dict:
    """Counts by weight class as steps, and the target."""
    log, unit = run.histogram_count.sum() > MANY, draw.weight_unit(run.settings)
    foot, top = (LEAST if log else 0.0), draw.nice(max(run.histogram_count.max(), 1.0), draw.FINE_STEPS)
    roof = 8.0 * top if log else 1.25 * top
    ticks = [10.0**k for k in range(0, int(np.log10(top)) + 1, 2)] if log else draw.tick_values(0.0, top)
    x_range = draw.padded(0.0, float(run.w_max), 0.02)
    axes = {
        "xaxis": draw.axis(theme, x_range, f"weight ({unit})", draw.round_ticks(0.0, float(run.w_max)), showgrid=False),
        "yaxis": draw.axis(
            theme,
            draw.decades((foot, roof)) if log else (foot, roof),
            draw.upright(theme, "synapses", "count"),
            ticks,
            type="log" if log else "linear",
        ),
    }
    edges = np.repeat(run.histogram_edges, 2)
    count = np.concatenate(([foot], np.repeat(np.maximum(run.histogram_count, foot), 2), [foot]))
    shade = draw.faded(theme.muted, 0.35)
    data = [
        draw.line(
            edges,
            count,
            theme.muted,
            theme,
            f"%{{y:.0f}} synapses near %{{x:.3g}} {unit}",
            ghost=True,
            name="synapses",
            fill="tozeroy",
            fillcolor=shade,
        ),
        draw.line(
            np.full(2, run.histogram_target),
            np.array([foot, roof]),
            theme.modulator["da"],
            theme,
            f"target %{{x:.4g}} {unit}",
            name="target",
        ),
    ]
    return {"data": data, "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, [target_label(run, theme, x_range)])}


def middles(run) -> np.ndarray:
    """The middle of every weight class."""
    return 0.5 * (run.histogram_edges[1:] + run.histogram_edges[:-1])


def target_label(run, theme: Theme, x_range: draw.Range) -> dict:
    """The name of the target's line at its top, on the side where there is more room."""
    text, w = f"target {draw.number(run.histogram_target)}", float(run.histogram_target)
    half = 0.5 * draw.text_box(theme, text, draw.units_per_pixel(theme, x_range, (0.0, 1.0)))[0]
    x = w - half if w > 0.5 * (x_range[0] + x_range[1]) else w + half
    return draw.label(
        text, theme, colour=theme.modulator["da"], size=-1, x=x, xanchor="center", yref="paper", y=1, yanchor="top"
    )
