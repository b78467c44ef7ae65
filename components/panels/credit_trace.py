"""The trace at the moment of reward: target against crowd, reward by reward, over time (s)."""

import numpy as np

from components import figures as draw
from components.theme import Theme

TITLE = "Trace when the reward comes"
COLUMN = "effect"
HELP = (
    "Every reward reads the traces that are there. Dots: the trace of the target and the mean trace of others at each reward; "
    "lines: their means over all rewards. Credit is safe when the target's dots lie above the crowd's."
)
MARGIN = (5.0, 4.2, *draw.EFFECT_MARGIN[2:])


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    if run.reward_s.size == 0:
        return "No reward came, so no trace was read."
    above = int((run.reward_trace_target > run.reward_trace_crowd).sum())
    means = f"{draw.number(run.reward_trace_target.mean())} in the target and {draw.number(run.reward_trace_crowd.mean())} in the others"
    return f"When a reward came, the trace was {means} on average; the target's was the larger one at {above} of {draw.counted(run.reward_s.size, 'reward')}."


def figure(run, theme: Theme) -> dict:
    """Traces e+ - e- of target and crowd at every reward, and their means."""
    span, limits = (0.0, max(float(run.t_s[-1]), 1e-3)), trace_limits(run)
    y_range = draw.padded(*limits, 0.12)
    axes = {
        "xaxis": draw.axis(theme, span, "time of reward (s)", draw.round_ticks(*span), showgrid=False),
        "yaxis": draw.axis(
            theme, y_range, draw.upright(theme, "trace (a.u.)", "trace"), draw.tick_values(*limits, (0.0,))
        ),
    }
    data = []
    for name, colour, trace in kinds(run, theme):
        mean = np.full(2, trace.mean() if trace.size else np.nan)
        data.append(
            draw.dots(
                run.reward_s,
                trace,
                colour,
                theme,
                f"{name}: trace %{{y:.3g}} at the reward of %{{x:.2f}} s",
                name=name,
                size=5,
                marker={"opacity": 0.75, "line": {"width": 0}},
            )
        )
        data.append(
            draw.line(
                np.array(span), mean, colour, theme, f"{name}: %{{y:.3g}} on average", dash="dash", name=f"{name}, mean"
            )
        )
    return {"data": data, "layout": draw.layout(theme, axes, MARGIN, words(run, theme, y_range))}


def kinds(run, theme: Theme) -> tuple[tuple[str, str, np.ndarray], ...]:
    """(name, colour, trace at each reward) of the crowd and of the target."""
    return (("crowd", theme.muted, run.reward_trace_crowd), ("target", theme.trace_ltp, run.reward_trace_target))


def trace_limits(run) -> tuple[float, float]:
    """Round numbers around 0 that hold the traces and a single pairing of either order."""
    values = run.settings.values
    held = (run.reward_trace_target, run.reward_trace_crowd, values["a_plus"], -values["a_minus"])
    down, up = draw.around(0.0, held, 0.0, draw.FINE_STEPS)
    return (-down, up) if down or up else (-1.0, 1.0)


def words(run, theme: Theme, y_range: draw.Range) -> list[dict]:
    """Names of the two kinds at the right ends of their means; or that there was no reward."""
    height = draw.EFFECT_PX[1] - theme.font_px * (MARGIN[2] + MARGIN[3])
    items = [
        (name if trace.size else "", colour, trace.mean() if trace.size else 0.0)
        for name, colour, trace in kinds(run, theme)
    ]
    middle: draw.Place = {
        "xref": "paper",
        "x": 0.5,
        "xanchor": "center",
        "yref": "paper",
        "y": 0.85,
        "yanchor": "middle",
    }
    none = draw.label("" if run.reward_s.size else "no reward yet", theme, size=-1, **middle)
    return [*draw.end_labels(theme, "y", y_range, height, items), none]
