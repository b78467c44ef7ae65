"""Tuning curves of three map neurons (Hz) against the stimulus, before and after."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "What do map neurons answer to?"
COLUMN = "effect"
HELP = (
    "Rate of three map neurons at every stimulus, in tests with frozen synapses: one that lies at the paired stimulus, one beside it, one far away. "
    "Dashed: before; solid: at the end."
)
FAR = 5  # stimuli away


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    paired, far = run.settings.values["paired"], FAR
    rates = [f"{draw.number(t[beside(run)][paired - 1])}" for t in (run.tuning_before_hz, run.tuning_after_hz)]
    return f"At stimulus {paired} the neuron beside it went from {rates[0]} to {rates[1]} Hz; {far} stimuli away the strongest rate is {draw.number(run.tuning_after_hz[distant(run)].max())} Hz."


def nearest(run, place: float) -> int:
    """The map neuron whose place is nearest to a stimulus."""
    n, stimuli = run.preferred_before.size, run.level.size
    places = (np.arange(n) + 0.5) * stimuli / n + 0.5
    return int(np.abs(places - place).argmin())


def inwards(run) -> int:
    """1 or -1: from the paired stimulus towards the middle of the map."""
    return -1 if run.settings.values["paired"] > run.level.size / 2 else 1


def beside(run) -> int:
    return nearest(run, run.settings.values["paired"] + inwards(run))


def distant(run) -> int:
    return nearest(run, run.settings.values["paired"] + FAR * inwards(run))


def figure(run, theme: Theme) -> dict:
    """Two lines for each of three neurons."""
    x_range = (0.7, run.level.size + 0.3)
    kinds = (
        (nearest(run, run.settings.values["paired"]), "at it", theme.modulator["da"]),
        (beside(run), "beside", theme.post),
        (distant(run), "far", theme.trace_ltp),
    )
    rows = [row for row, _, _ in kinds]
    top = draw.nice(max(run.tuning_before_hz[rows].max(), run.tuning_after_hz[rows].max(), 20.0), draw.FINE_STEPS)
    y_range = draw.padded(0.0, top)
    axes = {
        "xaxis": draw.axis(theme, x_range, "stimulus (number)", range(1, run.level.size + 1), showgrid=False),
        "yaxis": draw.axis(theme, y_range, "rate (Hz)", draw.tick_values(0.0, top)),
    }
    at = np.full(2, float(run.settings.values["paired"]))
    data = [draw.line(at, np.array(y_range), theme.ghost, theme, thin=True, dash="dot", name="paired")]
    for row, name, colour in kinds:
        hover = "%{y:.3g} Hz at stimulus %{x:.0f}"
        data.append(
            draw.line(
                run.level,
                run.tuning_before_hz[row],
                colour,
                theme,
                f"{name}, before: {hover}",
                thin=True,
                dash="dash",
                name=f"{name}, before",
            )
        )
        data.append(
            draw.line(run.level, run.tuning_after_hz[row], colour, theme, f"{name}: {hover}", ghost=True, name=name)
        )
    curves = [Curve(run.level, run.tuning_after_hz[row], name, colour) for row, name, colour in kinds]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, x_range, y_range)),
    }
