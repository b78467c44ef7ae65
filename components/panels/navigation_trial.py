"""The last rewarded trial over time (s): distance to the goal, modulators (nM), traces and weight of a synapse before
the goal.
"""

import numpy as np

from components import figures as draw
from components import modulator_rows
from components.theme import Theme
from engine.modulators import LABELS, MODULATORS

TITLE = "The last trial with a reward"
COLUMN = "mechanism"
HELP = (
    "How far the animal is from the goal; the modulators; and the traces and the weight of one synapse, from the place cell before the goal to the action "
    "that leads into it. While acetylcholine is there every pairing weakens it at once; what dopamine makes of the traces at the reward counts in the end."
)
MARKS = "y"  # an unseen axis behind all rows, for the line that marks the reward
AXES = {"distance": "y2", "da": "y3", "ach": "y4", "ne": "y5", "ht": "y6", "trace": "y7", "weight": "y8"}
HEIGHT_PX = 213  # the height it is drawn for


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    nm = ", ".join(
        f"{LABELS[m]} up to {draw.number(c.max())} nM"
        for m, c in zip(MODULATORS, run.late_concentration_nm, strict=True)
        if c.max() > 0.0
    )
    reward = (
        f"the reward comes at {draw.number(run.late_reward_s[0])} s" if run.late_reward_s.size else "no reward comes"
    )
    weights = f"{draw.number(run.late_weight[0])} to {draw.number(run.late_weight[-1])}"
    return f"In trial {int(run.late_trial)} {reward}, with {nm or 'no modulator'}; the weight of the synapse goes from {weights}."


def figure(run, theme: Theme) -> dict:
    """Rows of distance, concentrations (nM), traces and weight over time (s)."""
    values, nm = run.settings.values, dict(zip(MODULATORS, run.late_concentration_nm, strict=True))
    used = modulator_rows.used(values)
    domains = draw.rows({name: 1.0 for name in AXES if name in used or name not in MODULATORS}, gap=0.03)
    limits = {m: modulator_rows.limits(values, m, nm[m]) for m in used} | own_limits(run)
    span = (0.0, draw.nice(max(float(run.late_t_s[-1]), 0.1), draw.FINE_STEPS))
    ticks = draw.round_ticks(*span)
    axes = {"xaxis": draw.axis(theme, span, "time in the trial (s)", ticks, anchor=AXES["weight"], showgrid=False)}
    axes |= value_axes(theme, domains, limits)
    tonic = {m: (np.array(span), np.full(2, values[f"{m}_tonic_nm"])) for m in used}
    modulators = modulator_rows.lines(theme, AXES, used, run.late_t_s, run.late_concentration_nm, tonic, limits["da"])
    mark = draw.line(
        *draw.posts(run.late_reward_s, span), theme.ghost, theme, at=MARKS, thin=True, dash="dot", name="reward"
    )
    words = [*names(theme, used, domains), *ends(run, theme, used, domains, limits)]
    rows = {m: AXES[m] for m in used} | dict.fromkeys(("tau_e_ms", "tau_rise_ms", "a_plus", "a_minus"), AXES["trace"])
    meta = {"handles": handles(run, theme, span), "rows": rows, "cursor": {"t": "t_s"}}
    layout = draw.layout(theme, axes, draw.mechanism_margin(theme), words, draw.grid_lines(theme, ticks), meta)
    return {"data": [mark, *modulators, *own_lines(run, theme)], "layout": layout}


def own_limits(run) -> dict[str, tuple[float, float]]:
    """Ranges of distance, traces and weight."""
    top = draw.nice(
        max(run.late_trace_ltp.max(), run.late_trace_ltd.max(), run.settings.values["a_plus"], 1e-3), draw.FINE_STEPS
    )
    return {"distance": (0.0, 4.0), "trace": (0.0, top), "weight": (0.0, float(run.w_max))}


def value_axes(theme: Theme, domains: dict, limits: dict) -> dict:
    """The axes of all rows that are shown, and the one of the mark."""
    out = {draw.key(MARKS): draw.axis(theme, (0.0, 1.0), ticks=(), showgrid=False, visible=False, domain=[0.0, 1.0])}
    for name, (lo, hi) in limits.items():
        ticks = draw.row_ticks((lo, hi), (), draw.is_low(theme, height_px(theme, domains[name])))
        out[draw.key(AXES[name])] = draw.axis(theme, draw.padded(lo, hi), ticks=ticks, domain=domains[name])
    return out


def own_lines(run, theme: Theme) -> list[dict]:
    """Distance, both traces and the weight."""
    unit = draw.weight_unit(run.settings)
    rows = (
        ("distance", run.late_distance, theme.ink, "%{y:.2f} from the goal", False),
        ("trace", run.late_trace_ltd, theme.trace_ltd, "LTD trace %{y:.3g}", False),
        ("trace", run.late_trace_ltp, theme.trace_ltp, "LTP trace %{y:.3g}", True),
        ("weight", run.late_weight, theme.weight, f"weight %{{y:.3g}} {unit}", True),
    )
    return [
        draw.line(
            run.late_t_s,
            y,
            colour,
            theme,
            f"{hover} at %{{x:.2f}} s",
            at=AXES[name],
            ghost=ghost,
            name=hover.split(" %")[0],
        )
        for name, y, colour, hover, ghost in rows
    ]


def names(theme: Theme, used: list[str], domains: dict) -> list[dict]:
    """Name and unit of every row; in one line where the row is low."""
    words = {
        "distance": ("DISTANCE", "to goal"),
        **{m: (LABELS[m], "nM") for m in used},
        "trace": ("TRACE", "e<sub>±</sub>"),
        "weight": ("WEIGHT", ""),
    }
    out = []
    for name, (title, unit) in words.items():
        low = draw.is_low(theme, height_px(theme, domains[name]))
        unit = "" if low and name not in MODULATORS else unit
        left = draw.mechanism_margin(theme)[0]
        out.append(draw.row_label(theme, AXES[name], title, unit, left, theme.modulator.get(name), low))
    return out


def ends(run, theme: Theme, used: list[str], domains: dict, limits: dict) -> list[dict]:
    """What the lines are, at their right ends."""
    items = {m: [tonic_label(theme, m, run.settings.values[f"{m}_tonic_nm"])] for m in used}
    items["trace"] = [
        ("LTP", theme.trace_ltp, run.late_trace_ltp[-1]),
        ("LTD", theme.trace_ltd, run.late_trace_ltd[-1]),
    ]
    items["weight"] = [(draw.number(run.late_weight[-1]), theme.weight, run.late_weight[-1])]
    return [
        text
        for name, labels in items.items()
        for text in draw.end_labels(
            theme, AXES[name], draw.padded(*limits[name]), height_px(theme, domains[name]), labels
        )
    ]


def tonic_label(theme: Theme, m: str, nm: float) -> draw.End:
    """Name and level of the tonic line; on a narrow screen there is room for the level only."""
    text, colour, height = modulator_rows.tonic_label(theme, m, nm)
    return text.removeprefix("tonic ") if theme.compact else text, colour, height


def height_px(theme: Theme, domain: list[float]) -> float:
    """Height of a row."""
    return (domain[1] - domain[0]) * draw.inner_px(theme, HEIGHT_PX)


def handles(run, theme: Theme, span: draw.Range) -> list[dict]:
    """A handle for the bursts that follow the reward."""
    values, out = run.settings.values, []
    for m in MODULATORS if run.late_reward_s.size else ():
        at = float(run.late_reward_s[0]) + 1e-3 * max(values[f"{m}_delay_ms"], 0)
        if values[f"{m}_burst_nm"] != 0.0 and span[0] <= at <= span[1]:
            out.append(modulator_rows.handle(run.settings, theme, m, AXES[m], at) | {"min": 0.0})
    return out
