"""Stimulus by stimulus: gate and map (Hz) during the pairings, then the answers of the task and their running share,
with a band over seeds.
"""

import numpy as np

from components import figures as draw
from components.theme import Theme

TITLE = "Stimulus by stimulus"
COLUMN = "mechanism"
HELP = (
    "Dots: rate of the gate and of the map during each stimulus before the task, the paired one in colour. Then the task: a tick for every answer A, B "
    "and every paid one, and the share of right answers among the last 30, with a band over four networks. "
    "While a control moves the session is shorter: 20 s of pairing, 36 s of task."
)
MARGIN = (8.6, 5.2, 0.6, 2.9)
AXES = {"gate": "y", "map": "y2", "a": "y3", "b": "y4", "paid": "y5", "right": "y6"}
HEIGHTS = {"gate": 1.5, "map": 1.5, "a": 0.6, "b": 0.6, "paid": 0.6, "right": 2.4}
HEIGHT_PX = 213
ZOOMS = (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    pairings = f"{run.pairing_trial.size} stimuli before the task: the map fires at {draw.number(run.map_open_hz)} Hz with the paired one and at {draw.number(run.map_closed_hz)} Hz with others"
    task = f"{draw.counted(run.trial.size, 'trial')} of the task, at the end {float(run.right_percent):.0f} % right"
    return f"{pairings}; {task}."


def figure(run, theme: Theme) -> dict:
    """Six rows over the stimuli, numbered from the first pairing."""
    before = run.pairing_trial.size
    values = run.settings.values
    span = (0.0, draw.nice(max(before + values["trials"], 10), ZOOMS))
    ticks, domains = draw.round_ticks(*span), draw.rows(HEIGHTS, gap=0.03)
    axes = {"xaxis": draw.axis(theme, span, "stimulus shown (number)", ticks, anchor=AXES["right"], showgrid=False)}
    tops = {"gate": top(run.pairing_gate_hz, 50.0), "map": top(run.pairing_map_hz, 10.0)}
    for name, at in AXES.items():
        limits, marks = (
            ((0.0, tops[name]), (tops[name],))
            if name in tops
            else ((0.0, 100.0), (0.0, 50.0, 100.0))
            if name == "right"
            else ((-0.05, 1.15), ())
        )
        axes[draw.key(at)] = draw.axis(
            theme, draw.padded(*limits) if marks else limits, "", marks, domain=domains[name], showgrid=bool(marks)
        )
    data = [*rates(run, theme), *answers(run, theme, span, before), *share(run, theme, before, span)]
    meta = {"height": draw.mechanism_px(theme, 4)} if theme.compact else {}
    return {
        "data": data,
        "layout": draw.layout(theme, axes, MARGIN, words(run, theme), draw.grid_lines(theme, ticks), meta),
    }


def top(rate_hz: np.ndarray, least: float) -> float:
    """A round number above the rates."""
    return draw.nice(max(rate_hz.max(initial=0.0), least), draw.FINE_STEPS)


def rates(run, theme: Theme) -> list[dict]:
    """Gate and map during the other stimuli and during the paired one, as dots."""
    out, paired = [], run.pairing_is_paired == 1.0
    for name, rate in (("gate", run.pairing_gate_hz), ("map", run.pairing_map_hz)):
        for kind, chosen, colour in (
            ("others", ~paired, theme.muted),
            ("paired", paired, theme.modulator[run.settings.values["paired_with"]]),
        ):
            x, y = (
                (run.pairing_trial[chosen], rate[chosen]) if chosen.any() else (np.array([np.nan]), np.array([np.nan]))
            )
            out.append(
                draw.dots(
                    x,
                    y,
                    colour,
                    theme,
                    f"{name}: %{{y:.3g}} Hz, stimulus %{{x:.0f}}",
                    at=AXES[name],
                    size=4.0,
                    marker={"line": {"width": 0}},
                    name=f"{name}, {kind}",
                )
            )
    return out


def answers(run, theme: Theme, span: draw.Range, before: int) -> list[dict]:
    """One tick for every answer A, answer B and paid answer."""
    kinds = (
        ("a", run.answer == 1.0, theme.post, "answer A"),
        ("b", run.answer == -1.0, theme.trace_ltd, "answer B"),
        ("paid", run.rewarded == 1.0, theme.modulator["da"], "paid"),
    )
    return [
        draw.line(*draw.spike_ticks(before + run.trial[hit], span), colour, theme, at=AXES[row], thin=True, name=name)
        for row, hit, colour, name in kinds
    ]


def share(run, theme: Theme, before: int, span: draw.Range) -> list[dict]:
    """The band over seeds, chance, this seed."""
    x, at = before + run.trial, AXES["right"]
    here = run.trial.size > 0
    low, high = (100.0 * f(run.p_right_seeds, axis=0) if here else np.zeros(0) for f in (np.min, np.max))
    out_of_sight = np.array([-3.0, -2.0])
    band = draw.line(
        np.concatenate((x, x[::-1])) if here else out_of_sight, np.concatenate((low, high[::-1])) if here else np.zeros(2), theme.ghost, theme,
        thin=True, fill="tozeroy", fillcolor=draw.faded(theme.ghost, 0.18), name="four networks", at=at,
    )  # fmt: skip
    band["line"] = band["line"] | {"width": 0}
    y = 100.0 * run.p_right if here else np.zeros(2)
    return [
        band,
        draw.line(np.array(span), np.full(2, 50.0), theme.ghost, theme, thin=True, dash="dash", name="chance", at=at),
        draw.line(
            x if here else out_of_sight,
            y,
            theme.ink,
            theme,
            "%{y:.0f} % right, stimulus %{x:.0f}",
            ghost=True,
            name="right answers",
            at=at,
        ),
    ]


def words(run, theme: Theme) -> list[dict]:
    """Row names, and the end of the line."""
    rows = (
        ("gate", "GATE", "Hz", None), ("map", "MAP", "Hz", None), ("a", "A", "", theme.post), ("b", "B", "", theme.trace_ltd),
        ("paid", "PAID", "", theme.modulator["da"]), ("right", "RIGHT", "% of last 30", None),
    )  # fmt: skip
    labels = [
        draw.row_label(theme, AXES[at], title, unit, MARGIN[0], colour, at in ("gate", "map"))
        for at, title, unit, colour in rows
    ]
    paired = theme.modulator[run.settings.values["paired_with"]]
    ends = draw.end_labels(theme, AXES["map"], (0.0, 1.0), 45, [("paired", paired, 0.8), ("others", theme.muted, 0.1)])
    last = float(100.0 * run.p_right[-1]) if run.trial.size else 0.0
    now = draw.end_labels(
        theme, AXES["right"], (0.0, 100.0), 60, [(f"{last:.0f} %" if run.trial.size else "", theme.ink, last)]
    )
    return [*labels, *ends, *now]
