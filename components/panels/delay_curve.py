"""The delay curve: weight after the protocol (% of start) against the delay (s) of one modulator's burst."""

import numpy as np

from components import data_points
from components import figures as draw
from components.theme import Theme
from engine.modulators import FULL_NAMES

TITLE = "When may the modulator come?"
COLUMN = "effect"
HELP = (
    "The same protocol with the burst at every delay from 2 s before to 10 s after the pairing; the dot is the burst you have set. "
    "Shaded, for rules of the striatum: the windows in which dopamine works in published experiments."
)
SPAN_S = (-2.0, 10.0)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    m = run.settings.values["swept"]
    change = run.delay_percent - 100.0
    k = int(np.abs(change).argmax())
    now = f"the present burst at {draw.number(run.settings.values[f'{m}_delay_ms'] * 1e-3)} s leads to {draw.number(run.final_percent)} %"
    if np.ptp(change) < 0.05:
        return f"Whenever the {FULL_NAMES[m]} burst comes, the weight ends at {draw.number(run.delay_percent[k])} % of its start."
    most = f"the strongest change is to {draw.number(run.delay_percent[k])} % of the start, with the burst at {draw.place(run.delay_s[k], 3)} s"
    return f"Against the delay of {FULL_NAMES[m]}, {most}; {now}."


def figure(run, theme: Theme) -> dict:
    """Final weight by delay, the present delay, and published windows."""
    values = run.settings.values
    m, limits = values["swept"], draw.percent_range((run.delay_percent, run.final_percent))
    colour, y_range = theme.modulator[m], draw.padded(*limits)
    title = f"{FULL_NAMES[m]} burst after pairing (s)"
    axes = {
        "xaxis": draw.axis(
            theme, SPAN_S, title, (-2, 0, 2, 4, 6, 8, 10), zeroline=True, zerolinecolor=draw.faded(theme.ghost, 0.6)
        ),
        "yaxis": draw.percent_axis(theme, *limits),
    }
    bands, hover = data_points.bands(run.settings), "%{y:.4g} % at %{x:.2f} s"
    data = [
        *[band_area(bands[k] if k < len(bands) else None, y_range, theme) for k in range(len(data_points.BANDS))],
        draw.line(run.delay_s, run.delay_percent, theme.weight, theme, hover, ghost=True, name="weight"),
        draw.dots(
            values[f"{m}_delay_ms"] * 1e-3, run.final_percent, colour, theme, f"now: {hover}", name="present delay"
        ),
    ]
    return {"data": data, "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, words(bands, run, theme, y_range))}


def band_area(band, y_range: draw.Range, theme: Theme) -> dict:
    """A published window as a shaded area from the top down; out of sight without one."""
    x = np.array([band.from_s, band.to_s] if band else [-40.0, -30.0])
    top = np.full(2, y_range[1] + 1.0)
    return draw.line(
        x,
        top,
        draw.faded(theme.ink, 0.0),
        theme,
        fill="tozeroy",
        fillcolor=draw.faded(theme.modulator["da"], 0.1),
        hoveron="fills",
        hoverinfo="text",
        text=band.text if band else "",
        name="published window",
    )


def words(bands: tuple, run, theme: Theme, y_range: draw.Range) -> list[dict]:
    """Names of the windows, right of them on the side where there is room; and that there is no burst to move."""
    right, step = (
        run.delay_percent[run.delay_s >= 1.5],
        1.25 * theme.font_px * draw.units_per_pixel(theme, SPAN_S, y_range)[1],
    )
    up = y_range[1] - right.max() > right.min() - y_range[0]
    height = [
        y_range[1] - (0.6 + k) * step if up else y_range[0] + (0.6 + k) * step for k in range(len(data_points.BANDS))
    ]
    m = run.settings.values["swept"]
    text = [b.label for b in bands] if run.settings.values[f"{m}_burst_nm"] else ["no burst is set"]
    bound = draw.bound_word(run, run.delay_percent).removeprefix(", ")
    text = [*text[: len(height) - bool(bound)], bound]
    text = (text + [""] * len(height))[: len(height)]
    return [
        draw.label(t, theme, colour=theme.muted, size=-1, x=2.15, xanchor="left", y=y, yanchor="middle")
        for t, y in zip(text, height, strict=True)
    ]
