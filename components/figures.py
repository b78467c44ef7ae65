"""Shared pieces of the figures: axes that stay still, lines, labels and rows. Plain dicts with numpy arrays, as Plotly
takes them.

A figure is redrawn many times a second, so nothing in it is left to guess: every axis has its type and range, every
line is one unbroken path of at most about 600 points, and which traces there are never depends on a value that a
control can move. Ranges come in coarse steps (`nice`), so that a curve moves and its axis does not.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from math import floor, log10
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from components.theme import Theme
from engine.registry import find
from engine.settings import Settings

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
STEPS = (1.0, 2.0, 3.0, 5.0, 10.0)
FINE_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)
PERCENT_STEPS = (1.0, 2.0, 4.0, 6.0, 10.0)
MECHANISM_PX, EFFECT_PX = (640, 430), (370, 125)  # the sizes panels are drawn for; labels find their place in them
LABEL_GAP = 1.3  # between labels of one row, in text heights: room also where the panel is lower than it is drawn for
MOST_SPIKES = 600  # ticks in one line; nearer ones are drawn as one

Box = tuple[float, float, float, float]  # x0, x1, y0, y1
Range = tuple[float, float]
End = tuple[str, str | None, float]  # what stands at the end of a line: text, colour, height


class Place(TypedDict, total=False):
    """Where words stand, and how the page finds them, in Plotly's names."""

    x: float
    y: float
    xref: str
    yref: str
    xanchor: str
    yanchor: str
    xshift: float
    yshift: float
    name: str


class Look(TypedDict, total=False):
    """What else may be said of a trace, in Plotly's names."""

    name: str
    xaxis: str
    fill: str
    fillcolor: str
    hoveron: str
    hoverinfo: str
    text: str | list[str]
    error_y: dict[str, Any]
    marker: dict[str, Any]


class Stroke(Look, total=False):
    """What may be said of a line: its y axis, whether it leaves a ghost, its width and dash."""

    at: str
    ghost: bool
    thin: bool
    dash: str


class Dots(Look, total=False):
    """What may be said of points: their y axis, size in px and symbol."""

    at: str
    size: float
    symbol: str | list[str]


class AxisLook(TypedDict, total=False):
    """What else may be said of an axis, in Plotly's names."""

    type: str
    domain: list[float]
    anchor: str
    visible: bool
    showgrid: bool
    zeroline: bool
    zerolinecolor: str
    ticktext: list[str]
    scaleanchor: str
    constrain: str


class Curve(NamedTuple):
    """A line that may carry a label, in axis coordinates (log10 of the value on a log axis)."""

    x: np.ndarray
    y: np.ndarray
    text: str
    colour: str


# Numbers


def nice(value: float, steps: Sequence[float] = STEPS) -> float:
    """The next round number at or above a value greater than 0; 0 for 0."""
    if not value > 0.0:
        return 0.0
    decade = 10.0 ** floor(log10(value))
    return next((s * decade for s in steps if s * decade >= value * (1 - 1e-9)), 10.0 * decade)


def around(centre: float, values: Iterable[ArrayLike], least: float, steps: Sequence[float] = STEPS) -> Range:
    """Round distances below and above `centre` that hold all values, each at least `least`."""
    held = finite(np.concatenate([np.atleast_1d(v).ravel() for v in values]))
    up = max(held.max(initial=centre) - centre, least)
    down = max(centre - held.min(initial=centre), least)
    return nice(down, steps), nice(up, steps)


def finite(values: np.ndarray) -> np.ndarray:
    """The values that are numbers."""
    values = np.asarray(values, float)
    return values[np.isfinite(values)]


def number(value: float) -> str:
    """Three digits, without an exponent where that is readable, with a true minus sign."""
    value, size = float(value) + 0.0, abs(value)
    text = f"{value:.0f}" if 1000 <= size < 1e6 else f"{value:.3g}" if size >= 1e-3 or value == 0 else f"{value:.1e}"
    return text.replace("-", "−")


def tick_text(value: float) -> str:
    """A number at an axis: thousands from 10 000 up."""
    return f"{number(1e-3 * value)}k" if abs(value) >= 1e4 else number(value)


def counted(n: int, word: str) -> str:
    """ "1 reward", "2 rewards"."""
    return f"{n} {word}{'' if n == 1 else 's'}"


def percent_range(values: Iterable[ArrayLike], least: float = 20.0) -> Range:
    """Range of an axis in % of the start: 100 inside, coarse distances below and above."""
    down, up = around(100.0, values, least, PERCENT_STEPS)
    return max(100.0 - down, 0.0), 100.0 + up


def bound_word(run, percent: np.ndarray) -> str:
    """What a label adds where a curve of weights (% of the start) lies at a bound, and so does not show what the rule would do."""
    upper = 100.0 * run.settings.values["w_max"] / float(run.start_weight)
    return ", at a bound" if percent.min() <= 1e-9 * upper or percent.max() >= (1.0 - 1e-9) * upper else ""


def place(x: float, digits: int) -> str:
    """Where on an axis, as a text rounds it: the two sides of a jump are one place."""
    return number(round(float(x), digits) + 0.0)


def padded(lo: float, hi: float, share: float = 0.08) -> Range:
    """The range with room for line widths and for tick labels at its ends."""
    return lo - share * (hi - lo), hi + share * (hi - lo)


def decades(limits: Range) -> Range:
    """The range as a log axis takes it."""
    return log10(limits[0]), log10(limits[1])


def weight_unit(settings: Settings) -> str:
    """The unit the rule gives its weights, or how they are to be read without one."""
    return getattr(find("rule", settings.rule), "WEIGHT_UNIT", "") or (
        "of max" if settings.values["w_max"] == 1.0 else "a.u."
    )


# Colours


@cache
def rgb(colour: str) -> tuple[int, ...]:
    """(red, green, blue), 0 to 255, of "#rrggbb"."""
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def faded(colour: str, alpha: float) -> str:
    """The colour, translucent."""
    return "rgba({},{},{},{:g})".format(*rgb(colour), alpha)


@cache
def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [c / 255 for c in rgb(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(colour: str, theme: Theme) -> str:
    """The colour, mixed with ink until text in it has a contrast of 4.5 to the paper."""
    mixed = colour
    for share in np.linspace(0.0, 1.0, 21):
        mixed = "#" + "".join(
            f"{round(a + share * (b - a)):02x}" for a, b in zip(rgb(colour), rgb(theme.ink), strict=True)
        )
        if contrast(mixed, theme.paper) >= 4.5:
            break
    return mixed


# Axes


def axis(
    theme: Theme, limits: Range, title: str = "", ticks: Sequence[float] | None = None, **more: Unpack[AxisLook]
) -> dict:
    """An axis with a fixed range; `ticks`: where numbers stand, by default where Plotly puts them."""
    out: dict[str, Any] = {
        "type": "linear", "range": [float(limits[0]), float(limits[1])], "fixedrange": True, "ticklabeloverflow": "allow",
        "gridcolor": theme.grid, "gridwidth": 1, "zeroline": False, "showline": False, "ticks": "", "automargin": False,
        "tickfont": {"size": theme.font_px - 1, "color": theme.muted}, "minorloglabels": "none", "ticklabelstandoff": round(0.25 * theme.font_px),
        "title": {"text": title, "standoff": theme.font_px * 0.5, "font": {"size": theme.font_px, "color": theme.ink}},
    }  # fmt: skip
    if ticks is not None:
        out |= {"tickmode": "array", "tickvals": list(ticks), "ticktext": [tick_text(t) for t in ticks]}
    return {**out, **more}


def round_ticks(lo: float, hi: float, most: int = 7) -> list[float]:
    """At most `most` round values from lo to hi."""
    step = nice((hi - lo) / most, (1.0, 2.0, 5.0, 10.0))
    return [float(k * step) for k in range(int(np.ceil(lo / step)), int(np.floor(hi / step)) + 1)]


def grid_lines(theme: Theme, ticks: Sequence[float]) -> list[dict]:
    """Vertical lines behind all rows, where x has its ticks; the x axis itself then draws none."""
    look = {"type": "line", "layer": "below", "line": {"color": theme.grid, "width": 1}}
    return [look | {"xref": "x", "x0": t, "x1": t, "yref": "paper", "y0": 0, "y1": 1} for t in ticks]


def percent_axis(theme: Theme, lo: float, hi: float) -> dict:
    """The axis of a weight in % of its start; 100 is always named."""
    apart = 1.35 * theme.font_px * units_per_pixel(theme, (0.0, 1.0), padded(lo, hi))[1] / (hi - lo)
    return axis(theme, padded(lo, hi), upright(theme, "% of start", "%"), tick_values(lo, hi, (100.0,), apart))


def upright(theme: Theme, text: str, short: str) -> str:
    """A title along the height of an effect panel: the text, or the short one where it has no room."""
    room = EFFECT_PX[1] - theme.font_px * (EFFECT_MARGIN[2] + EFFECT_MARGIN[3])
    return text if 0.56 * theme.font_px * len(text) <= room else short


def tick_values(lo: float, hi: float, wanted: Sequence[float] = (), apart: float = 0.28) -> list[float]:
    """The wanted values, and the ends of the range where they are at least `apart` (share of it) from these."""
    ends = [end for end in (lo, hi) if all(abs(end - v) > apart * (hi - lo) for v in wanted)]
    return sorted([*wanted, *ends])


def key(at: str) -> str:
    """The name of axis "y3" in a layout: "yaxis3"."""
    return f"{at[0]}axis{at[1:]}"


def rows(heights: dict[str, float], gap: float = 0.022) -> dict[str, list[float]]:
    """Domains of rows from top to bottom, in proportion to their heights, by name."""
    share = (1.0 - gap * (len(heights) - 1)) / sum(heights.values())
    top, out = 1.0, {}
    for name, height in heights.items():
        out[name] = [max(top - height * share, 0.0), top]
        top = out[name][0] - gap
    return out


def layout(theme: Theme, axes: dict, margin: Sequence[float], annotations=(), shapes=(), meta=None) -> dict:
    """The layout of a figure; margin: left, right, top, bottom in text heights."""
    left, right, top, bottom = (m * theme.font_px for m in margin)
    return {
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "showlegend": False, "dragmode": False,
        "hovermode": "closest", "hoverlabel": {"bgcolor": theme.paper, "bordercolor": theme.muted, "font": {"color": theme.ink}},
        "font": {"family": FONT, "size": theme.font_px, "color": theme.ink}, "autosize": True,
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 0},
        "annotations": list(annotations), "shapes": list(shapes), "meta": meta or {}, **axes,
    }  # fmt: skip


EFFECT_MARGIN = (3.9, 0.9, 0.6, 2.9)


# Traces


def line(
    x: ArrayLike,
    y: ArrayLike,
    colour: str,
    theme: Theme,
    hover: str = "",
    *,
    at: str = "y",
    ghost: bool = False,
    thin: bool = False,
    dash: str = "solid",
    **more: Unpack[Look],
) -> dict:
    """A line on y axis `at`. hover: what a point says, without it none; ghost: the previous run stays behind as a
    dashed line.
    """
    stroke = {"color": colour, "width": theme.line_width * (0.6 if thin else 1.0), "dash": dash, "simplify": False}
    out = {
        "type": "scatter", "mode": "lines", "x": np.asarray(x), "y": np.asarray(y), "xaxis": "x", "yaxis": at, "line": stroke,
        "showlegend": False, "meta": {"ghost": ghost},
    }  # fmt: skip
    return {**out, **(hovering(hover) if hover else {"hoverinfo": "skip"}), **more}


def dots(
    x: ArrayLike,
    y: ArrayLike,
    colour: str,
    theme: Theme,
    hover: str = "",
    *,
    at: str = "y",
    size: float = 9.0,
    symbol: str | list[str] = "circle",
    **more: Unpack[Look],
) -> dict:
    """Points, each with a rim in the colour of the paper."""
    marker = {
        "color": colour,
        "size": size,
        "symbol": symbol,
        "line": {"color": theme.paper, "width": 1.5},
        **more.pop("marker", {}),
    }
    out = {
        "type": "scatter", "mode": "markers", "x": np.atleast_1d(x), "y": np.atleast_1d(y), "xaxis": "x", "yaxis": at, "marker": marker,
        "cliponaxis": False, "showlegend": False, "meta": {"ghost": False},
    }  # fmt: skip
    return {**out, **(hovering(hover) if hover else {"hoverinfo": "skip"}), **more}


def heat(
    x: ArrayLike, y: ArrayLike, z: ArrayLike, top: float, theme: Theme, hover: str, *, colour: str, name: str
) -> dict:
    """A heat map of z (y, x), symmetric about 0 up to `top`: blue below, `colour` above; nan is left empty. x, y:
    middles of the cells.
    """
    scale = [[0.0, theme.post], [0.5, theme.paper], [1.0, colour]]
    bar = {
        "thickness": 0.6 * theme.font_px, "outlinewidth": 0, "x": 1.0, "xpad": 4, "tickvals": [-top, 0.0, top],
        "ticktext": [number(v) for v in (-top, 0.0, top)], "tickfont": {"size": theme.font_px - 1, "color": theme.muted}, "ticks": "",
    }  # fmt: skip
    out = {
        "type": "heatmap", "mode": "heat", "x": np.asarray(x, float), "y": np.asarray(y, float), "z": np.asarray(z, float), "xaxis": "x", "yaxis": "y",
        "zmin": -top, "zmax": top, "colorscale": scale, "colorbar": bar, "zsmooth": False, "hoverongaps": False, "name": name,
        "showlegend": False, "meta": {"ghost": False},
    }  # fmt: skip
    return out | hovering(hover)


def hovering(text: str) -> dict:
    """What a point says, and nothing beside it."""
    return {"hovertemplate": f"{text}<extra></extra>"}


def spike_ticks(times: np.ndarray, limits: Range) -> tuple[np.ndarray, np.ndarray]:
    """One unbroken path from left to right that rises from 0 to 1 at every spike; its ends lie outside the picture."""
    lo, hi = limits
    inside = np.sort(times[(times >= lo) & (times <= hi)])
    _, first = np.unique(np.floor((inside - lo) * (MOST_SPIKES / (hi - lo))), return_index=True)
    at = inside[first]
    x = np.concatenate(([lo - (hi - lo)], np.repeat(at, 3), [hi + (hi - lo)]))
    y = np.concatenate(([0.0], np.tile([0.0, 1.0, 0.0], at.size), [0.0]))
    return x, y


def posts(times: np.ndarray, limits: Range) -> tuple[np.ndarray, np.ndarray]:
    """Vertical lines through the whole height (0 to 1) as one path, down and up in turn, so that none is drawn twice
    and dashes stay dashes.

    Its way from one line to the next lies outside the picture.
    """
    lo, hi = limits
    times = finite(times)
    if not times.size:
        return np.array([lo - (hi - lo), hi + (hi - lo)]), np.full(2, 2.0)
    down = np.array([2.0, 1.0, 0.0, -1.0])
    height = np.concatenate([down if k % 2 == 0 else down[::-1] for k in range(times.size)])
    x = np.concatenate(([lo - (hi - lo)], np.repeat(times, 4), [hi + (hi - lo)]))
    return x, np.concatenate((height[:1], height, height[-1:]))


def unseen(limits: Range, height: Range) -> tuple[np.ndarray, np.ndarray]:
    """A line below the picture: keeps the place of a trace that has nothing to show."""
    return np.asarray(limits, float), np.full(2, height[0] - 2.0 * (height[1] - height[0]))


# Words


def label(text: str, theme: Theme, *, colour: str | None = None, size: float = 0.0, **place: Unpack[Place]) -> dict:
    """Words in the picture, without arrow."""
    font = {"size": theme.font_px + size, "color": readable(colour, theme) if colour else theme.ink}
    return {"text": text, "showarrow": False, "font": font, "align": "left", **place}


def mechanism_margin(theme: Theme) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of a panel of rows over time, in text heights."""
    return (7.3, 4.6, 1.5, 2.7) if theme.compact else (8.6, 6.0, 0.6, 2.9)


def mechanism_px(theme: Theme, rows: int) -> float:
    """Height of such a panel where it has the column to itself; on a narrow screen it asks for what its rows need."""
    return theme.font_px * (sum(mechanism_margin(theme)[2:]) + 3.4 * rows) if theme.compact else MECHANISM_PX[1]


def inner_px(theme: Theme, height_px: float) -> float:
    """Height of a panel with those margins, without them."""
    return height_px - theme.font_px * sum(mechanism_margin(theme)[2:])


def is_low(theme: Theme, height_px: float) -> bool:
    """True for a row in which two lines of text have no room."""
    return height_px < 2.8 * theme.font_px


def row_ticks(limits: Range, wanted: Sequence[float], low: bool) -> list[float]:
    """Where a row has numbers: at the wanted values and the ends; in a low row at one of them."""
    if low:
        return list(wanted[:1]) or [limits[1]]
    return tick_values(*limits, wanted)


def row_label(
    theme: Theme, at: str, title: str, unit: str, margin: float, colour: str | None = None, flat: bool = False
) -> dict:
    """Name and unit of a row, level, at the left edge of a margin of `margin` text heights; flat: in one line."""
    small = (
        f'{" " if flat else "<br>"}<span style="font-size:{theme.font_px - 1}px;color:{theme.muted}">{unit}</span>'
        if unit
        else ""
    )
    place: Place = {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": -margin * theme.font_px + 4,
        "yref": f"{at} domain",
        "y": 0.5,
        "yanchor": "middle",
        "name": f"row {at}",
    }
    return label(f"<b>{title}</b>{small}", theme, colour=colour, **place)


def end_labels(theme: Theme, at: str, limits: Range, height_px: float, items: Sequence[End]) -> list[dict]:
    """Labels (text, colour, y) right of a row, each at the height of its line, moved apart where they would touch."""
    lo, hi = limits
    shares = spread(
        np.clip([(y - lo) / (hi - lo) for _, _, y in items], 0.0, 1.0), LABEL_GAP * theme.font_px / height_px
    )
    places: list[Place] = [
        {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 5, "yref": f"{at} domain", "y": y, "yanchor": "middle"}
        for y in shares.tolist()
    ]
    return [
        label(text, theme, colour=colour, size=-1, **place)
        for (text, colour, _), place in zip(items, places, strict=True)
    ]


def spread(places: np.ndarray, gap: float) -> np.ndarray:
    """Places in 0..1 moved apart to a distance of at least `gap`, in the order they have; beyond 0 and 1 where there is
    no room.
    """
    out, order = np.array(places, float), np.argsort(places, kind="stable")
    room = 0.5 * gap - 0.5 * max(gap * out.size - 1.0, 0.0)
    for i, k in enumerate(order):
        out[k] = max(out[k], room if i == 0 else out[order[i - 1]] + gap)
    for i, k in reversed(list(enumerate(order))):
        out[k] = min(out[k], 1.0 - room if i == len(order) - 1 else out[order[i + 1]] - gap)
    return out


def direct_labels(
    theme: Theme,
    curves: Sequence[Curve],
    x_range: Range,
    y_range: Range,
    obstacles: Sequence[Box] = (),
    extra: Sequence[Curve] = (),
) -> list[dict]:
    """A label for every curve, beside it where it touches no other, for a panel of `EFFECT_PX`. As many labels as
    curves, perhaps empty.

    extra: lines that are not drawn, near which further labels go if there is room for them.
    """
    taken, out = list(obstacles), []
    per_px = units_per_pixel(theme, x_range, y_range)
    for k, curve in enumerate((*curves, *extra)):
        text, box, touched = curve.text, (0.0, 0.0, 0.0, 0.0), 0
        if text:
            box, touched = free_box(curve, curves, taken, text_box(theme, text, per_px), x_range, y_range)
            text = text if k < len(curves) or not touched else ""
        if text:
            taken.append(box)
        middle: Place = {
            "x": 0.5 * (box[0] + box[1]),
            "xanchor": "center",
            "y": 0.5 * (box[2] + box[3]),
            "yanchor": "middle",
        }
        out.append(label(text, theme, colour=curve.colour, size=-1, **middle))
    return out


def units_per_pixel(theme: Theme, x_range: Range, y_range: Range) -> tuple[float, float]:
    """Axis units of one pixel of an effect panel."""
    left, right, top, bottom = (m * theme.font_px for m in EFFECT_MARGIN)
    return (x_range[1] - x_range[0]) / (EFFECT_PX[0] - left - right), (y_range[1] - y_range[0]) / max(
        EFFECT_PX[1] - top - bottom, 20
    )


def text_box(theme: Theme, text: str, per_px: tuple[float, float]) -> tuple[float, float]:
    """Width and height of a one-line label in axis units, with a little air."""
    return (0.56 * (theme.font_px - 1) * len(text) + 4) * per_px[0], 1.3 * theme.font_px * per_px[1]


def free_box(
    own: Curve, curves: Sequence[Curve], taken: Sequence[Box], size: tuple[float, float], x_range: Range, y_range: Range
) -> tuple[Box, int]:
    """The box that touches the fewest things, of those the one nearest to its own curve, of those the rightmost; and
    how many it touches.
    """
    x, bottom = np.linspace(*x_range, 97), np.linspace(y_range[0], max(y_range[1] - size[1], y_range[0]), 21)
    wide = min(int(np.ceil(size[0] / (x[1] - x[0]))) + 1, x.size)
    left, right, top = x[: x.size - wide + 1, None], x[wide - 1 :, None], bottom + size[1]
    touched = np.zeros((left.size, bottom.size))
    for low, high in (extremes(c, x, wide) for c in curves):
        touched += (low <= top) & (high >= bottom)
    for box in taken:
        touched += (box[0] < right) & (left < box[1]) & (box[2] < top) & (bottom < box[3])
    low, high = extremes(own, x, wide)
    away = np.maximum(np.maximum(low - top, bottom - high), 0.0) / (y_range[1] - y_range[0])
    k, j = np.unravel_index(np.argmin(touched * 10.0 + away - 1e-4 * np.arange(left.size)[:, None]), touched.shape)
    return (left[k, 0], right[k, 0], bottom[j], top[j]), int(touched[k, j])


def extremes(curve: Curve, x: np.ndarray, wide: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value of the curve within every run of `wide` grid points, as columns."""
    runs = np.lib.stride_tricks.sliding_window_view(np.interp(x, curve.x, curve.y), wide)
    return runs.min(axis=1)[:, None], runs.max(axis=1)[:, None]
