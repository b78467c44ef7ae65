"""The timeline of the pairing experiment: spikes, modulators (nM), traces, their product (1/s) and the weight over one
time axis (s).
"""

from typing import Any

import numpy as np

from components import figures as draw
from components import modulator_rows
from components.theme import Theme
from engine.modulators import FULL_NAMES, LABELS, MODULATORS
from engine.parameters import Values

TITLE = "One pairing, moment by moment"
COLUMN = "mechanism"
HELP = (
    "From top to bottom, cause to effect: the spikes write a trace, the modulators open its gate, and gate times trace (the shaded area) "
    "is what the weight gains or loses."
)

POSTS = "y"  # an unseen axis behind all rows, for the lines that mark pairing and bursts
AXES = {
    "pre": "y2",
    "post": "y3",
    "da": "y4",
    "ach": "y5",
    "ne": "y6",
    "ht": "y7",
    "trace": "y8",
    "product": "y9",
    "weight": "y10",
}
HEIGHTS = {"pre": 0.42, "post": 0.42, "product": 1.5, "weight": 1.2}
ROW_OF = {
    "dt_ms": "post",
    "burst_spikes": "post",
    "tau_e_ms": "trace",
    "tau_rise_ms": "trace",
    "a_plus": "trace",
    "a_minus": "trace",
    "eta_per_s": "product",
    "w_start": "weight",
}
COMPACT = ("trace", "weight")  # rows beside the modulators on a narrow screen
FORMULA = "η(G<sub>+</sub>e<sub>+</sub> − G<sub>−</sub>e<sub>−</sub>)"
LONGEST_S = 60.0  # a burst can be dragged while the picture is not longer than this
REFERENCE_MS = 10.0  # ranges hold a pairing with this time difference, and a stronger one
BESIDE = 4.0  # but at most this many times what is there


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    values, unit = run.settings.values, draw.weight_unit(run.settings)
    traces = f"LTP trace up to {draw.number(run.trace_ltp.max())}, LTD trace up to {draw.number(run.trace_ltd.max())}"
    change = f"the weight goes from {draw.number(run.weight[0])} to {draw.number(run.weight[-1])} {unit}"
    return f"{spikes_in_words(values)}: {traces}. {bursts_in_words(run)}; {change} in the {draw.number(run.t_s[-1] - run.t_s[0])} s shown."


def spikes_in_words(values: Values) -> str:
    dt = values["dt_ms"]
    order = f"{abs(dt)} ms {'before' if dt > 0 else 'after'}" if dt else "at the same time as"
    times = (
        f"{values['pairings']} pairings at {draw.number(values['rate_hz'])} Hz, each a"
        if values["pairings"] > 1
        else "A"
    )
    return f"{times} presynaptic spike {order} a postsynaptic one"


def bursts_in_words(run) -> str:
    """The first burst of each modulator and how much of the traces was left for it."""
    trace, parts = run.trace_ltp + run.trace_ltd, []
    for m, at in zip(MODULATORS, run.burst_s, strict=True):
        if run.t_s[0] <= at <= run.t_s[-1]:
            left = 100.0 * np.interp(at, run.t_s, trace) / trace.max() if trace.max() > 0.0 and at >= 0.0 else 0.0
            delay = run.settings.values[f"{m}_delay_ms"] * 1e-3
            parts.append(
                f"{FULL_NAMES[m]} burst {draw.number(delay)} s after pairing with {draw.number(left)} % of the trace left"
            )
    return " and ".join(parts).capitalize() if parts else "No burst of a modulator here"


def figure(run, theme: Theme) -> dict:
    """Rows of spikes, concentrations (nM), traces, product (1/s) and weight over time (s)."""
    values = run.settings.values
    used = modulator_rows.used(values)
    shown = [name for name in AXES if name in used or (name in COMPACT if theme.compact else name not in MODULATORS)]
    domains = draw.rows({name: HEIGHTS.get(name, 1.0) for name in shown})
    nm = dict(zip(MODULATORS, run.concentration_nm, strict=True))
    limits = {**{m: modulator_rows.limits(values, m, nm[m]) for m in used}, **row_limits(run)}
    span = (float(run.t_s[0]), float(run.t_s[-1]))
    ticks = draw.round_ticks(*span)
    axes = {"xaxis": time_axis(theme, span, ticks, values["pairings"])} | value_axes(theme, domains, limits, run)
    tonic = {m: tonic_steps(run, m) for m in used}
    modulators = modulator_rows.lines(theme, AXES, used, run.t_s, run.concentration_nm, tonic, limits["da"])
    spikes = [] if theme.compact else spike_lines(run, theme, span)
    traces = [marks(run, theme, span), *spikes, *modulators, *plasticity_lines(run, theme)]
    words = [*names(theme, used, draw.weight_unit(run.settings), domains), *notes(run, theme, used, domains, limits)]
    meta: dict[str, Any] = {"handles": handles(run, theme, span), "cursor": {"t": "t_s"}}
    meta["rows"] = {name: AXES[row] for name, row in (ROW_OF | {m: m for m in used}).items() if row in domains}
    meta |= {"height": draw.mechanism_px(theme, len(domains))} if theme.compact else {}
    return {
        "data": traces,
        "layout": draw.layout(theme, axes, draw.mechanism_margin(theme), words, draw.grid_lines(theme, ticks), meta),
    }


# Ranges


def row_limits(run) -> dict[str, tuple[float, float]]:
    """Ranges of traces, product and weight."""
    values = run.settings.values
    largest = max(run.trace_ltp.max(), run.trace_ltd.max())
    trace = draw.nice(max(largest, near(max(values["a_plus"], values["a_minus"]), largest)), draw.FINE_STEPS)
    return {"trace": (0.0, trace or 1.0), "product": product_limits(run), "weight": weight_limits(run)}


def product_limits(run) -> tuple[float, float]:
    """Round numbers that hold the product wherever the burst is put: the strongest gate times the largest trace."""
    values, eta = run.settings.values, run.rate_per_s.max()
    ltp, ltd = run.trace_ltp.max(), run.trace_ltd.max()
    ltp, ltd = max(ltp, near(reference(values, "plus"), ltp)), max(ltd, near(reference(values, "minus"), ltd))
    up = eta * max(run.gate_ltp.max() * ltp, -run.gate_ltd.min() * ltd, 0.0)
    down = eta * max(run.gate_ltd.max() * ltd, -run.gate_ltp.min() * ltp, 0.0)
    return (-draw.nice(down, draw.FINE_STEPS), draw.nice(up, draw.FINE_STEPS)) if up or down else (0.0, 1.0)


def near(wished: float, shown: float) -> float:
    """What a range should hold beside what is shown, so that it stays while a control moves: not much more than that."""
    return min(wished, BESIDE * shown) if shown > 0.0 else wished


def reference(values: Values, side: str) -> float:
    """The trace that a single pairing of 10 ms writes, if it is in the order that writes this trace."""
    written = (values["dt_ms"] >= 0) == (side == "plus")
    return values[f"a_{side}"] * np.exp(-REFERENCE_MS / values[f"tau_{side}_ms"]) if written else 0.0


def weight_limits(run) -> tuple[float, float]:
    """Round distances around the start that hold the weight also when burst or time difference are moved."""
    values, start = run.settings.values, float(run.start_weight)
    share = 0.01 * start * (1.0 / values["pairings"] if values["view"] == "pairing" else 1.0)
    by_delay = start + share * (run.delay_percent - 100.0)
    same_order = run.window_dt_ms * np.sign(values["dt_ms"] or 1) >= REFERENCE_MS
    most = max(BESIDE * max(np.abs(run.weight - start).max(), np.abs(by_delay - start).max()), 0.1 * start)
    by_time = start + np.clip(share * (run.window_percent[same_order] - 100.0), -most, most)
    down, up = draw.around(start, (run.weight, by_delay, by_time), 0.02 * start, draw.FINE_STEPS)
    return max(start - down, 0.0), min(start + up, max(values["w_max"], start))


# Axes


def time_axis(theme: Theme, span: draw.Range, ticks: list[float], pairings: int) -> dict:
    title = "time since pairing (s)" if pairings == 1 else "time since the first pairing (s)"
    return draw.axis(theme, span, title, ticks, anchor=AXES["weight"], showgrid=False)


def value_axes(theme: Theme, domains: dict, limits: dict, run) -> dict:
    """The axes of all rows that are shown, and the one of the marks."""
    out = {draw.key(POSTS): draw.axis(theme, (0.0, 1.0), ticks=(), showgrid=False, visible=False, domain=[0.0, 1.0])}
    out |= {
        draw.key(AXES[name]): draw.axis(theme, (-0.05, 1.15), ticks=(), showgrid=False, domain=domains[name])
        for name in ("pre", "post")
        if name in domains
    }
    for name, (lo, hi) in limits.items():
        if name not in domains:
            continue
        start = (float(run.start_weight),) if name == "weight" else (0.0,) if lo < 0.0 else ()
        ticks = draw.row_ticks((lo, hi), start, is_low(theme, domains, name))
        out[draw.key(AXES[name])] = draw.axis(theme, draw.padded(lo, hi), ticks=ticks, domain=domains[name])
    return out


# Traces


def spike_lines(run, theme: Theme, span) -> list[dict]:
    kinds = (("pre", run.pre_s, theme.pre, "presynaptic"), ("post", run.post_s, theme.post, "postsynaptic"))
    return [
        draw.line(
            *draw.spike_ticks(times, span),
            colour,
            theme,
            f"{word} spike at %{{x:.3f}} s",
            at=AXES[name],
            name=f"{word} spikes",
        )
        for name, times, colour, word in kinds
    ]


def tonic_steps(run, m: str) -> tuple[np.ndarray, np.ndarray]:
    """The set tonic level in nM before and after pairing is over."""
    values = run.settings.values
    switch = (values["pairings"] - 1) / values["rate_hz"] + values["after_from_s"]
    before = values[f"{m}_tonic_nm"]
    after = max(before + values[f"{m}_after_nm"], 0.0)
    return np.array([run.t_s[0], switch, switch, max(run.t_s[-1], switch)]), np.array([before, before, after, after])


def plasticity_lines(run, theme: Theme) -> list[dict]:
    """Both traces, the product, the start weight and the weight."""
    t, unit, when = run.t_s, draw.weight_unit(run.settings), "at %{x:.2f} s"
    row = AXES["trace"]
    return [
        draw.line(
            t,
            run.trace_ltp,
            theme.trace_ltp,
            theme,
            f"LTP trace e<sub>+</sub> %{{y:.3g}} {when}",
            name="LTP trace",
            at=row,
            ghost=True,
        ),
        draw.line(
            t,
            run.trace_ltd,
            theme.trace_ltd,
            theme,
            f"LTD trace e<sub>−</sub> %{{y:.3g}} {when}",
            name="LTD trace",
            at=row,
            ghost=True,
        ),
        *([] if theme.compact else product_lines(run, theme)),
        draw.line(
            t[[0, -1]],
            np.full(2, run.start_weight),
            theme.muted,
            theme,
            at=AXES["weight"],
            thin=True,
            dash="dot",
            name="start weight",
        ),
        draw.line(
            t,
            run.weight,
            theme.weight,
            theme,
            f"weight %{{y:.4g}} {unit} {when}",
            at=AXES["weight"],
            ghost=True,
            name="weight",
        ),
    ]


def product_lines(run, theme: Theme) -> list[dict]:
    """The product, with gains and losses shaded apart."""
    t, product = run.t_s, run.product_per_s
    hover = "product %{y:.3g} /s at %{x:.2f} s"
    return [
        shade(t, np.maximum(product, 0.0), theme.trace_ltp, theme, "gain"),
        shade(t, np.minimum(product, 0.0), theme.trace_ltd, theme, "loss"),
        draw.line(t, product, theme.ink, theme, hover, at=AXES["product"], ghost=True, name="product"),
    ]


def shade(t: np.ndarray, speed: np.ndarray, colour: str, theme: Theme, name: str) -> dict:
    """The area between zero and the product where the weight rises, or where it falls."""
    return draw.line(
        t,
        speed,
        draw.faded(colour, 0.0),
        theme,
        at=AXES["product"],
        fill="tozeroy",
        fillcolor=draw.faded(colour, 0.4),
        name=name,
    )


def marks(run, theme: Theme, span) -> dict:
    """Thin lines through all rows at the pairing and at the first burst of each modulator."""
    times = np.append(0.0, draw.finite(run.burst_s))
    return draw.line(
        *draw.posts(times, span), theme.ghost, theme, at=POSTS, thin=True, dash="dot", name="pairing and bursts"
    )


# Words


def names(theme: Theme, used: list[str], unit: str, domains: dict) -> list[dict]:
    """Name and unit of every row; in one line where the row is low."""
    low = {name: is_low(theme, domains, name) for name in domains}
    words = {"pre": ("PRE", ""), "post": ("POST", ""), **{m: (LABELS[m], "nM") for m in used}}
    words["trace"] = ("TRACE", "" if low["trace"] else "e<sub>+</sub>, e<sub>−</sub>")
    words |= {
        "product": ("PRODUCT", "1/s" if low["trace"] else f"{FORMULA}<br>1/s"),
        "weight": ("WEIGHT", "" if low["weight"] else unit),
    }
    colours, margin = {"post": theme.post, **{m: theme.modulator[m] for m in used}}, draw.mechanism_margin(theme)[0]
    return [draw.row_label(theme, AXES[k], *words[k], margin, colours.get(k), low[k]) for k in words if k in domains]


def notes(run, theme: Theme, used: list[str], domains: dict, limits: dict) -> list[dict]:
    """What the lines are, at their right ends; the time difference; why there is no product, if there is none."""
    dt, out = run.settings.values["dt_ms"], []
    for name, items in line_ends(run, theme, used).items():
        out += draw.end_labels(theme, AXES[name], draw.padded(*limits[name]), height_px(theme, domains, name), items)
    if theme.compact:
        return out
    middle = 0.5 * (domains["pre"][0] + domains["post"][1])
    beside: draw.Place = {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 5,
        "yref": "paper",
        "y": middle,
        "yanchor": "middle",
    }
    out.append(draw.label(f"Δt {'+' if dt > 0 else ''}{draw.number(dt)} ms", theme, size=-1, **beside))
    inside: draw.Place = {
        "xref": "paper",
        "x": 0.5,
        "xanchor": "center",
        "yref": f"{AXES['product']} domain",
        "y": 0.5,
        "yanchor": "middle",
    }
    return [*out, draw.label(no_product(run), theme, size=-1, **inside)]


def is_low(theme: Theme, domains: dict, name: str) -> bool:
    return draw.is_low(theme, height_px(theme, domains, name))


def height_px(theme: Theme, domains: dict, name: str) -> float:
    """Height of a row."""
    lo, hi = domains[name]
    return (hi - lo) * draw.inner_px(theme, draw.mechanism_px(theme, len(domains)))


def line_ends(run, theme: Theme, used: list[str]) -> dict[str, list[draw.End]]:
    """(text, colour, height) of the labels at the right ends of the lines, by row."""
    out = {}
    for m in used:
        at, nm = tonic_steps(run, m)
        out[m] = [modulator_rows.tonic_label(theme, m, nm[at <= run.t_s[-1]][-1])]
    out["trace"] = [
        ("e<sub>+</sub> LTP", theme.trace_ltp, run.trace_ltp[-1]),
        ("e<sub>−</sub> LTD", theme.trace_ltd, run.trace_ltd[-1]),
    ]
    return out | {"weight": [(draw.number(run.weight[-1]), theme.weight, run.weight[-1])]}


def no_product(run) -> str:
    """Words for an empty row: no gate opens, and perhaps the spikes write the weight themselves."""
    if np.any(run.product_per_s):
        return ""
    return "no gate opens" if np.ptp(run.weight) == 0.0 else "no gate: the spikes write the weight at once"


def handles(run, theme: Theme, span: draw.Range) -> list[dict]:
    """A handle for every burst in the picture, unless the picture is too long to drag in."""
    inside = [
        (m, at)
        for m, at in zip(MODULATORS, run.burst_s, strict=True)
        if span[0] <= at <= span[1] and span[1] - span[0] <= LONGEST_S
    ]
    return [modulator_rows.handle(run.settings, theme, m, AXES[m], float(at)) for m, at in inside]
