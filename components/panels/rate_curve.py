"""The rate curve: weight after the protocol (% of start) against the pairing rate (Hz), for both orders of the spikes."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "How often is it paired?"
COLUMN = "effect"
HELP = (
    "The same number of pairings, repeated slowly or fast, with the presynaptic spike first and with the postsynaptic spike first. "
    "The upright line is the present rate; the dot is the present order."
)
SPAN_HZ = (0.1, 50.0)
TICKS_HZ = (0.1, 0.3, 1, 3, 10, 30)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    ends = [f"from {draw.number(y[0])} to {draw.number(y[-1])} %" for y in run.rate_percent]
    span = f"from {draw.number(run.rate_hz[0])} to {draw.number(run.rate_hz[-1])} Hz"
    now = (
        f"at the present {draw.number(run.settings.values['rate_hz'])} Hz it ends at {draw.number(run.final_percent)} %"
    )
    return f"As the pairing rate goes {span}, the final weight goes {ends[0]} of its start with pre first and {ends[1]} with post first; {now}."


def figure(run, theme: Theme) -> dict:
    """Final weight by pairing rate for both orders, and the present rate."""
    limits = draw.percent_range((run.rate_percent, run.final_percent))
    log_span, y_range = draw.decades(SPAN_HZ), draw.padded(*limits)
    axes = {
        "xaxis": draw.axis(theme, log_span, "pairings per second (Hz)", TICKS_HZ, type="log"),
        "yaxis": draw.percent_axis(theme, *limits),
    }
    rate, hover = run.settings.values["rate_hz"], "%{y:.4g} % at %{x:.3g} Hz"
    data = [
        draw.line(
            np.array([rate, rate]), np.array(y_range), theme.ghost, theme, thin=True, dash="dot", name="present rate"
        ),
        draw.line(
            run.rate_hz,
            run.rate_percent[0],
            theme.trace_ltp,
            theme,
            f"pre first: {hover}",
            ghost=True,
            name="pre first",
        ),
        draw.line(
            run.rate_hz,
            run.rate_percent[1],
            theme.trace_ltd,
            theme,
            f"post first: {hover}",
            ghost=True,
            name="post first",
        ),
        draw.dots(
            rate, run.final_percent, theme.modulator["da"], theme, f"now: {hover}", name="present rate and order"
        ),
    ]
    return {"data": data, "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, words(run, theme, log_span, y_range))}


def words(run, theme: Theme, log_span: draw.Range, y_range: draw.Range) -> list[dict]:
    """Labels beside the two lines, clear of the present rate."""
    x, now, air = np.log10(run.rate_hz), np.log10(run.settings.values["rate_hz"]), 0.05
    curves = [
        Curve(x, run.rate_percent[0], "pre first" + draw.bound_word(run, run.rate_percent[0]), theme.trace_ltp),
        Curve(x, run.rate_percent[1], "post first" + draw.bound_word(run, run.rate_percent[1]), theme.trace_ltd),
    ]
    return draw.direct_labels(theme, curves, log_span, y_range, [(now - air, now + air, *y_range)])
