"""The last seconds of the credit experiment: spikes, modulators (nM), traces and the target's product (1/s) over one
time axis (s).
"""

import numpy as np

from components import figures as draw
from components import modulator_rows
from components.theme import Theme
from engine.modulators import LABELS, MODULATORS

TITLE = "Around the last reward"
COLUMN = "mechanism"
HELP = (
    "Spikes of the crowd (dots), of the target and of the output; the modulators that a reward releases; and the traces that are there to be "
    "read when it comes. A trace above zero is strengthened by dopamine, one below zero weakened."
)
MARKS = "y"  # an unseen axis behind all rows, for the lines that mark the rewards
AXES = {"crowd": "y2", "target": "y3", "output": "y4", "da": "y5", "ach": "y6", "ne": "y7", "ht": "y8", "trace": "y9"}
HEIGHTS = {"crowd": 1.1, "target": 0.42, "output": 0.42, "trace": 1.1}
HEIGHT_PX = 213  # the height it is drawn for
MOST_DOTS = 1200
CROWD, TARGET, OUTPUT = range(3)  # kinds of spikes


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    n = [int((run.raster_kind == kind).sum()) for kind in (CROWD, TARGET, OUTPUT)]
    span = f"In {draw.number(run.late_t_s[-1] - run.late_t_s[0])} s the target's input fired {n[TARGET]} and the output {n[OUTPUT]} times"
    peaks = ", ".join(
        f"{LABELS[m]} up to {draw.number(nm.max())} nM"
        for m, nm in zip(MODULATORS, run.late_concentration_nm, strict=True)
        if nm.max() > 0.0
    )
    trace = f"the target's trace lay between {draw.number(run.late_trace_target.min())} and {draw.number(run.late_trace_target.max())}"
    return f"{span}; {draw.counted(run.late_reward_s.size, 'reward')} came, {peaks or 'no modulator'}, and {trace}."


def figure(run, theme: Theme) -> dict:
    """Rows of spikes, concentrations (nM) and traces over time (s)."""
    values, nm = run.settings.values, dict(zip(MODULATORS, run.late_concentration_nm, strict=True))
    used = modulator_rows.used(values)
    domains = draw.rows(
        {name: HEIGHTS.get(name, 1.0) for name in AXES if name in used or name not in MODULATORS}, gap=0.03
    )
    limits = {m: modulator_rows.limits(values, m, nm[m]) for m in used} | {"trace": trace_limits(run)}
    span = (float(run.late_t_s[0]), float(run.late_t_s[-1]))
    ticks = draw.round_ticks(*span)
    axes = {"xaxis": draw.axis(theme, span, "time (s)", ticks, anchor=AXES["trace"], showgrid=False)} | value_axes(
        run, theme, domains, limits
    )
    tonic = {m: (np.array(span), np.full(2, values[f"{m}_tonic_nm"])) for m in used}
    modulators = modulator_rows.lines(theme, AXES, used, run.late_t_s, run.late_concentration_nm, tonic, limits["da"])
    marks = draw.line(
        *draw.posts(run.late_reward_s, span), theme.ghost, theme, at=MARKS, thin=True, dash="dot", name="rewards"
    )
    words = [*names(theme, used, domains), *ends(run, theme, used, domains, limits)]
    rows = {m: AXES[m] for m in used} | dict.fromkeys(("tau_e_ms", "tau_rise_ms", "a_plus", "a_minus"), AXES["trace"])
    meta = {"handles": handles(run, theme, span), "rows": rows, "cursor": {"t": "t_s"}}
    layout = draw.layout(theme, axes, draw.mechanism_margin(theme), words, draw.grid_lines(theme, ticks), meta)
    return {"data": [marks, *spikes(run, theme, span), *modulators, *traces(run, theme)], "layout": layout}


def trace_limits(run) -> tuple[float, float]:
    """Round numbers around 0 that hold the traces and one and a half pairings of either order."""
    values = run.settings.values
    held = (run.late_trace_target, run.late_trace_crowd, 1.5 * values["a_plus"], -1.5 * values["a_minus"])
    down, up = draw.around(0.0, held, 0.0, draw.FINE_STEPS)
    return (-down, up) if down or up else (-1.0, 1.0)


def value_axes(run, theme: Theme, domains: dict, limits: dict) -> dict:
    """The axes of all rows that are shown, and the one of the marks."""
    neurons = 20.0 * np.ceil(run.raster_neuron.max(initial=1) / 20.0)
    ranges = {"crowd": draw.padded(0.0, neurons), "target": (-0.05, 1.15), "output": (-0.05, 1.15)}
    out = {draw.key(MARKS): draw.axis(theme, (0.0, 1.0), ticks=(), showgrid=False, visible=False, domain=[0.0, 1.0])}
    out |= {
        draw.key(AXES[name]): draw.axis(theme, r, ticks=(), showgrid=False, domain=domains[name])
        for name, r in ranges.items()
    }
    for name, (lo, hi) in limits.items():
        ticks = draw.row_ticks((lo, hi), (0.0,) if lo < 0.0 else (), is_low(theme, domains[name]))
        out[draw.key(AXES[name])] = draw.axis(theme, draw.padded(lo, hi), ticks=ticks, domain=domains[name])
    return out


def spikes(run, theme: Theme, span: draw.Range) -> list[dict]:
    """The crowd as dots, target and output as ticks."""
    t, neuron = crowd_dots(run)
    kinds = (("target", TARGET, theme.trace_ltp, "the target's input"), ("output", OUTPUT, theme.post, "the output"))
    dots = draw.dots(
        t,
        neuron,
        theme.muted,
        theme,
        "neuron %{y} at %{x:.3f} s",
        at=AXES["crowd"],
        size=2.6,
        marker={"line": {"width": 0}},
        name="crowd",
    )
    return [
        dots | {"cliponaxis": True},
        *[
            draw.line(
                *draw.spike_ticks(run.raster_s[run.raster_kind == kind], span),
                colour,
                theme,
                f"{word} at %{{x:.3f}} s",
                at=AXES[name],
                name=f"{name} spikes",
            )
            for name, kind, colour, word in kinds
        ],
    ]


def crowd_dots(run) -> tuple[np.ndarray, np.ndarray]:
    """Times and neurons of the crowd's spikes; of many, those of every k-th neuron."""
    crowd = run.raster_kind == CROWD
    every = int(np.ceil(crowd.sum() / MOST_DOTS)) or 1
    shown = crowd & (run.raster_neuron % every == 0)
    return (run.raster_s[shown], run.raster_neuron[shown]) if shown.any() else (np.array([np.nan]), np.array([np.nan]))


def traces(run, theme: Theme) -> list[dict]:
    """Traces e+ - e- of the crowd (mean) and of the target."""
    row = AXES["trace"]
    return [
        draw.line(
            run.late_t_s,
            run.late_trace_crowd,
            theme.muted,
            theme,
            "mean trace of others %{y:.3g} at %{x:.2f} s",
            name="crowd trace",
            at=row,
        ),
        draw.line(
            run.late_t_s,
            run.late_trace_target,
            theme.trace_ltp,
            theme,
            "target's trace %{y:.3g} at %{x:.2f} s",
            name="target trace",
            at=row,
        ),
    ]


def names(theme: Theme, used: list[str], domains: dict) -> list[dict]:
    """Name and unit of every row; in one line where the row is low."""
    words = {
        "crowd": ("CROWD", ""),
        "target": ("TARGET", ""),
        "output": ("OUTPUT", ""),
        **{m: (LABELS[m], "nM") for m in used},
    }
    words["trace"] = ("TRACE", "" if is_low(theme, domains["trace"]) else "e<sub>+</sub> − e<sub>−</sub>")
    colours = {"target": theme.trace_ltp, "output": theme.post, **{m: theme.modulator[m] for m in used}}
    return [
        draw.row_label(
            theme,
            AXES[name],
            title,
            unit,
            draw.mechanism_margin(theme)[0],
            colours.get(name),
            is_low(theme, domains[name]),
        )
        for name, (title, unit) in words.items()
    ]


def ends(run, theme: Theme, used: list[str], domains: dict, limits: dict) -> list[dict]:
    """What the lines are, at their right ends."""
    items = {m: [modulator_rows.tonic_label(theme, m, run.settings.values[f"{m}_tonic_nm"])] for m in used}
    items["trace"] = [
        ("target", theme.trace_ltp, run.late_trace_target[-1]),
        ("crowd", theme.muted, run.late_trace_crowd[-1]),
    ]
    return [
        text
        for name, labels in items.items()
        for text in draw.end_labels(
            theme, AXES[name], draw.padded(*limits[name]), height_px(theme, domains[name]), labels
        )
    ]


def is_low(theme: Theme, domain: list[float]) -> bool:
    return draw.is_low(theme, height_px(theme, domain))


def height_px(theme: Theme, domain: list[float]) -> float:
    return (domain[1] - domain[0]) * draw.inner_px(theme, HEIGHT_PX)


def handles(run, theme: Theme, span: draw.Range) -> list[dict]:
    """A handle for the bursts that follow the last reward in the picture. A reward is timed by its dopamine burst."""
    values, out = run.settings.values, list[dict]()
    if run.late_reward_s.size == 0:
        return out
    act_s = float(run.late_reward_s[-1]) - 1e-3 * values["da_delay_ms"]
    for m in MODULATORS:
        at = act_s + 1e-3 * values[f"{m}_delay_ms"]
        if values[f"{m}_burst_nm"] != 0.0 and span[0] <= at <= span[1]:
            out.append(modulator_rows.handle(run.settings, theme, m, AXES[m], at) | {"min": 0.0})
    return out
