"""The first paired stimulus in detail: spikes, modulators (nM), traces and weight speed (1/s) of one synapse over time
(s).
"""

from typing import Any

import numpy as np

from components import figures as draw
from components import modulator_rows
from components.theme import Theme
from engine.modulators import LABELS, MODULATORS

TITLE = "The first paired stimulus, moment by moment"
COLUMN = "mechanism"
HELP = (
    "The stimulus drives its inputs; the gate holds the map down unless acetylcholine silences it. Traces are those of a synapse to a map neuron beside "
    "the stimulus; where the third factor meets them the weight moves. Drag the burst away from the stimulus and see the map fall silent."
)
MARKS = "y"  # an unseen axis behind all rows, for onset and end of the stimulus
AXES = {
    "input": "y2",
    "map": "y3",
    "gate": "y4",
    "da": "y5",
    "ach": "y6",
    "ne": "y7",
    "ht": "y8",
    "trace": "y9",
    "product": "y10",
}
HEIGHTS = {"input": 1.0, "map": 1.2, "gate": 0.5, "trace": 1.0, "product": 1.0}
N_INPUT, N_MAP, N_POOLS = 24, 36, 8
HEIGHT_PX = 213
LEAST_PX = 140  # labels keep apart where the panel is as low as on a small laptop
COMPACT = ("map", "gate", "trace")  # rows beside the modulators on a narrow screen


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    n = [int(spikes_of(run, kind)[0].size) for kind in ("map", "gate")]
    peaks = ", ".join(
        f"{LABELS[m]} up to {draw.number(c.max())} nM"
        for m, c in zip(MODULATORS, run.late_concentration_nm, strict=True)
        if c.max() > 0.0
    )
    change = draw.number(run.late_weight[-1] - run.late_weight[0])
    return f"Around the first paired stimulus the map fired {n[0]} and the gate {n[1]} times, {peaks or 'no modulator'}; the weight beside it changed by {change}."


def spikes_of(run, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Times and numbers within their group of the spikes of inputs, map or gate."""
    first, stop = {
        "input": (0, N_INPUT),
        "map": (N_INPUT, N_INPUT + N_MAP),
        "gate": (N_INPUT + N_MAP + N_POOLS, N_INPUT + N_MAP + N_POOLS + 4),
    }[kind]
    chosen = (run.raster_neuron >= first) & (run.raster_neuron < stop)
    return run.raster_s[chosen], run.raster_neuron[chosen] - first


def figure(run, theme: Theme) -> dict:
    """Rows of spikes, concentrations (nM), traces and product over time (s) from the onset."""
    values, nm = run.settings.values, dict(zip(MODULATORS, run.late_concentration_nm, strict=True))
    used = rows_of(values)
    shown = [name for name in AXES if name in used or (name in COMPACT if theme.compact else name not in MODULATORS)]
    domains = draw.rows({name: HEIGHTS.get(name, 0.9) for name in shown}, gap=0.025)
    limits = {m: modulator_rows.limits(values, m, nm[m]) for m in used} | ranges(run)
    span = (float(run.late_t_s[0]), float(run.late_t_s[-1]))
    ticks = draw.round_ticks(*span)
    title = "time from the onset of the stimulus (s)"
    axes = {"xaxis": draw.axis(theme, span, title, ticks, anchor=AXES[shown[-1]], showgrid=False)} | value_axes(
        theme, domains, limits
    )
    tonic = {m: (np.array(span), np.full(2, values[f"{m}_tonic_nm"])) for m in used}
    stimulus = np.array([0.0, 1e-3 * values["stimulus_ms"]])
    at = {AXES[name] for name in shown}
    places = {**AXES, "da": AXES["da"] if "da" in used else AXES["ach"]}
    data = [
        draw.line(*draw.posts(stimulus, span), theme.ghost, theme, at=MARKS, thin=True, dash="dot", name="stimulus"), *[d for d in rasters(run, theme, span) if d["yaxis"] in at],
        *modulator_rows.lines(theme, places, used, run.late_t_s, run.late_concentration_nm, tonic, limits[used[0]]), *[d for d in learning(run, theme) if d["yaxis"] in at],
    ]  # fmt: skip
    meta: dict[str, Any] = {
        "handles": handles(run, theme, span, used),
        "rows": {m: AXES[m] for m in used},
        "cursor": {"t": "t_s"},
    }
    meta |= {"height": draw.mechanism_px(theme, len(shown))} if theme.compact else {}
    words = [*names(theme, used, domains), *ends(run, theme, used, domains, limits)]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.mechanism_margin(theme), words, draw.grid_lines(theme, ticks), meta),
    }


def rows_of(values) -> list[str]:
    """The modulators with a row: what the stimulus is paired with, and others that have a burst here."""
    fixed = values["paired_with"]
    return [m for m in MODULATORS if m == fixed or (m in ("ne", "ht") and values[f"{m}_burst_nm"] != 0.0)]


def ranges(run) -> dict[str, tuple[float, float]]:
    """Round ranges of traces and product."""
    trace = draw.nice(max(run.late_trace_ltp.max(), run.late_trace_ltd.max(), 0.2), draw.FINE_STEPS)
    down, up = draw.around(0.0, (run.late_product_per_s,), 0.02, draw.FINE_STEPS)
    return {"trace": (0.0, trace), "product": (-down, up)}


def value_axes(theme: Theme, domains: dict, limits: dict) -> dict:
    """The axes of all rows, and the one of the marks."""
    fixed = {"input": draw.padded(0.0, N_INPUT - 1.0), "map": draw.padded(0.0, N_MAP - 1.0), "gate": (-0.05, 1.15)}
    out = {draw.key(MARKS): draw.axis(theme, (0.0, 1.0), ticks=(), showgrid=False, visible=False, domain=[0.0, 1.0])}
    out |= {
        draw.key(AXES[name]): draw.axis(theme, r, ticks=(), showgrid=False, domain=domains[name])
        for name, r in fixed.items()
        if name in domains
    }
    for name, (lo, hi) in limits.items():
        if name not in domains:
            continue
        ticks = draw.row_ticks((lo, hi), (0.0,) if lo < 0.0 else (), is_low(domains[name]))
        out[draw.key(AXES[name])] = draw.axis(theme, draw.padded(lo, hi), ticks=ticks, domain=domains[name])
    return out


def rasters(run, theme: Theme, span) -> list[dict]:
    """Inputs and map as dots, the gate as ticks."""
    out = []
    for kind, colour in (("input", theme.muted), ("map", theme.post)):
        t, neuron = spikes_of(run, kind)
        t, neuron = (t, neuron) if t.size else (np.array([np.nan]), np.array([np.nan]))
        dots = draw.dots(
            t,
            neuron,
            colour,
            theme,
            f"{kind} %{{y:.0f}} at %{{x:.3f}} s",
            at=AXES[kind],
            size=3.0,
            marker={"line": {"width": 0}},
            name=kind,
        )
        out.append(dots | {"cliponaxis": True})
    gate = draw.spike_ticks(spikes_of(run, "gate")[0], span)
    return [
        *out,
        draw.line(*gate, theme.trace_ltd, theme, "gate at %{x:.3f} s", at=AXES["gate"], thin=True, name="gate"),
    ]


def learning(run, theme: Theme) -> list[dict]:
    """Both traces, and the speed of the weight with gains and losses shaded."""
    t, product, when = run.late_t_s, run.late_product_per_s, "at %{x:.2f} s"
    trace, speed = AXES["trace"], AXES["product"]
    shades = [
        draw.line(
            t,
            part,
            draw.faded(colour, 0.0),
            theme,
            at=speed,
            fill="tozeroy",
            fillcolor=draw.faded(colour, 0.4),
            name=name,
        )
        for name, colour, part in (
            ("gain", theme.trace_ltp, np.maximum(product, 0.0)),
            ("loss", theme.trace_ltd, np.minimum(product, 0.0)),
        )
    ]
    return [
        draw.line(
            t,
            run.late_trace_ltp,
            theme.trace_ltp,
            theme,
            f"LTP trace e<sub>+</sub> %{{y:.3g}} {when}",
            name="LTP trace",
            at=trace,
            ghost=True,
        ),
        draw.line(
            t,
            run.late_trace_ltd,
            theme.trace_ltd,
            theme,
            f"LTD trace e<sub>−</sub> %{{y:.3g}} {when}",
            name="LTD trace",
            at=trace,
            ghost=True,
        ),
        *shades,
        draw.line(t, product, theme.ink, theme, f"product %{{y:.3g}} /s {when}", at=speed, ghost=True, name="product"),
    ]


def is_low(domain) -> bool:
    """True for a row without room for two lines of text."""
    return (domain[1] - domain[0]) * HEIGHT_PX < 34.0


def names(theme: Theme, used: list[str], domains: dict) -> list[dict]:
    """Name and unit of every row, in one line."""
    words = {
        "input": ("INPUT", ""),
        "map": ("MAP", ""),
        "gate": ("GATE", ""),
        **{m: (LABELS[m], "nM") for m in used},
        "trace": ("TRACE", ""),
        "product": ("dw/dt", "1/s"),
    }
    colours = {"map": theme.post, "gate": theme.trace_ltd, **{m: theme.modulator[m] for m in used}}
    return [
        draw.row_label(theme, AXES[k], *words[k], draw.mechanism_margin(theme)[0], colours.get(k), True)
        for k in words
        if k in domains
    ]


def ends(run, theme: Theme, used: list[str], domains: dict, limits: dict) -> list[dict]:
    """What the lines are, at their right ends."""
    items = {m: [modulator_rows.tonic_label(theme, m, run.settings.values[f"{m}_tonic_nm"])] for m in used}
    items["trace"] = [
        ("LTP", theme.trace_ltp, run.late_trace_ltp[-1]),
        ("LTD", theme.trace_ltd, run.late_trace_ltd[-1]),
    ]
    return [
        label
        for name, row in items.items()
        for label in draw.end_labels(
            theme, AXES[name], draw.padded(*limits[name]), (domains[name][1] - domains[name][0]) * LEAST_PX, row
        )
    ]


def handles(run, theme: Theme, span, used: list[str]) -> list[dict]:
    """A handle for every burst in the picture that the script releases."""
    values = run.settings.values
    here = [
        (m, 1e-3 * values[f"{m}_delay_ms"])
        for m in used
        if values[f"{m}_burst_nm"] != 0.0 and values[f"{m}_source"] == "scripted"
    ]
    return [modulator_rows.handle(run.settings, theme, m, AXES[m], at) for m, at in here if span[0] <= at <= span[1]]
