"""The spike timing window: weight after the protocol (% of start) against the spike time difference (ms)."""

import numpy as np

from components import data_points
from components import figures as draw
from components.figures import Box, Curve
from components.theme import Theme

TITLE = "Spike timing window"
COLUMN = "effect"
HELP = (
    "How much the same protocol would change the synapse at every spike time difference (right half: presynaptic spike first). "
    "The dot is where you are; dashed is the same rule without any modulator; points with bars and arrows are published data."
)
SYMBOLS = {1: "arrow-up", -1: "arrow-down", 0: "circle-open"}
SPAN_MS = (-100.0, 100.0)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    lo, hi = int(run.window_percent.argmin()), int(run.window_percent.argmax())
    ends = [f"{draw.number(run.window_percent[k])} % at {draw.place(run.window_dt_ms[k], 2)} ms" for k in (lo, hi)]
    now = f"At the present {draw.number(run.settings.values['dt_ms'])} ms the weight ends at {draw.number(run.final_percent)} % of its start"
    plain = f"without modulators it would lie between {draw.number(run.window_plain_percent.min())} and {draw.number(run.window_plain_percent.max())} %"
    return f"{now}. Over all time differences it lies between {ends[0]} and {ends[1]}; {plain}."


def figure(run, theme: Theme) -> dict:
    """Window now and without modulators, the present time difference, published points and signs."""
    points, signs = data_points.points(run.settings), data_points.signs(run.settings)
    bars = [p.percent + side * p.sem for p in points for side in (-1, 1)]
    limits = draw.percent_range((run.window_percent, run.window_plain_percent, run.final_percent, np.array(bars)))
    axes = {
        "xaxis": draw.axis(
            theme,
            SPAN_MS,
            "post − pre spike time (ms)",
            (-100, -50, 0, 50, 100),
            zeroline=True,
            zerolinecolor=draw.faded(theme.ghost, 0.6),
        ),
        "yaxis": draw.percent_axis(theme, *limits),
    }
    hover = "%{y:.4g} % at %{x:.0f} ms"
    data = [
        directions(signs, draw.padded(*limits), theme),
        draw.line(
            run.window_dt_ms,
            run.window_plain_percent,
            theme.muted,
            theme,
            f"without modulators: {hover}",
            dash="dash",
            name="no modulators",
        ),
        draw.line(run.window_dt_ms, run.window_percent, theme.weight, theme, hover, ghost=True, name="now"),
        draw.dots(
            run.settings.values["dt_ms"],
            run.final_percent,
            theme.modulator["da"],
            theme,
            f"now: {hover}",
            name="present time difference",
        ),
        measured(points, theme),
    ]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, words(run, theme, points, signs, limits)),
    }


def measured(points: tuple, theme: Theme) -> dict:
    """Published means with their standard errors."""
    x, y, sem = (np.array([getattr(p, name) for p in points] or [np.nan]) for name in ("dt_ms", "percent", "sem"))
    error = {"type": "data", "array": sem, "color": theme.post, "thickness": 1.2, "width": 3}
    return draw.dots(
        x,
        y,
        theme.post,
        theme,
        "%{text}",
        size=6,
        symbol="diamond",
        text=[p.text for p in points] or [""],
        error_y=error,
        name="published",
    )


def directions(signs: tuple, y_range: draw.Range, theme: Theme) -> dict:
    """Published directions without a size: arrows at the end of the axis they point to, a ring at 100 % for no change."""
    x = np.array([s.dt_ms for s in signs] or [np.nan])
    y = np.array([height(s.sign, y_range) for s in signs] or [np.nan])
    symbols = [SYMBOLS[s.sign] for s in signs] or [SYMBOLS[0]]
    rim = {"line": {"color": theme.post, "width": 1.5}}
    return draw.dots(
        x,
        y,
        theme.post,
        theme,
        "%{text}",
        size=10,
        symbol=symbols,
        marker=rim,
        text=[s.text for s in signs] or [""],
        name="published sign",
    )


def height(sign: int, y_range: draw.Range) -> float:
    """Where an arrow stands, in %."""
    return {1: y_range[1], -1: y_range[0], 0: 100.0}[sign]


def words(run, theme: Theme, points: tuple, signs: tuple, limits: tuple[float, float]) -> list[dict]:
    """Labels beside the two lines, clear of the data."""
    x, y_range = run.window_dt_ms, draw.padded(*limits)
    same = np.abs(run.window_percent - run.window_plain_percent).max() < 0.005 * (y_range[1] - y_range[0])
    bound = draw.bound_word(run, run.window_percent)
    texts = ("", "", f"now, as without{bound}") if same else (f"now{bound}", "no modulators", "")
    curves = [
        Curve(x, run.window_percent, texts[0], theme.weight),
        Curve(x, run.window_plain_percent, texts[1], theme.muted),
    ]
    air = 0.06 * (y_range[1] - y_range[0])
    taken: list[Box] = [
        (p.dt_ms - 4.0, p.dt_ms + 4.0, p.percent - p.sem - air, p.percent + p.sem + air) for p in points
    ]
    taken += [
        (s.dt_ms - 6.0, s.dt_ms + 6.0, height(s.sign, y_range) - 2 * air, height(s.sign, y_range) + 2 * air)
        for s in signs
    ]
    dt, percent = run.settings.values["dt_ms"], float(run.final_percent)
    taken.append((dt - 4.0, dt + 4.0, percent - air, percent + air))
    source = Curve(np.array(SPAN_MS), np.full(2, limits[1]), source_label(points, signs), theme.post)
    return draw.direct_labels(theme, curves, SPAN_MS, y_range, taken, [source, curves[0]._replace(text=texts[2])])


def source_label(points: tuple, signs: tuple) -> str:
    """Marker and short name of the papers whose data are drawn."""
    names = sorted({s.source.split(",")[0].replace(" et al.", "") for s in (*points, *signs)})
    glyph = "◆" if points else "○" if any(s.sign == 0 for s in signs) else "▲"
    return f"{glyph} {', '.join(names)}" if names else ""
