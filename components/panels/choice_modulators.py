"""All four modulators after the outcome, trial by trial (nM), and the learning rate that was used (1/s)."""

import numpy as np

from components import figures as draw
from components import option_marks as marks
from components.theme import Theme
from engine.modulators import LABELS, MODULATORS

TITLE = "What the outcome releases"
COLUMN = "mechanism"
HELP = (
    "Mean concentration in the 250 ms after the outcome of every trial, of one network, and the learning rate that norepinephrine and acetylcholine made of it. "
    "Dopamine is above its level after a win that was not expected and below it after a loss; norepinephrine rises when outcomes stop being as expected."
)
AXES = {"da": "y", "ach": "y2", "ne": "y3", "ht": "y4", "rate": "y5"}
HEIGHT_PX = 213  # the height it is drawn for


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    parts = ", ".join(f"{LABELS[m]} {draw.number(nm.min())} to {draw.number(nm.max())} nM" for m, nm in zip(MODULATORS, run.concentration_nm, strict=True))  # fmt: skip
    rate = run.learning_rate_per_s
    return f"After the outcomes: {parts}; the learning rate lay between {draw.number(rate.min())} and {draw.number(rate.max())} per second."


def figure(run, theme: Theme) -> dict:
    """Five rows over trials."""
    span, values = marks.trial_span(run), dict(zip(AXES, (*run.concentration_nm, run.learning_rate_per_s), strict=True))
    ticks, domains = draw.round_ticks(*span), draw.rows(dict.fromkeys(AXES, 1.0), gap=0.04)
    limits = {name: (0.0, draw.nice(float(y.max()), draw.FINE_STEPS) or 1.0) for name, y in values.items()}
    axes = {"xaxis": draw.axis(theme, span, "trial", ticks, anchor=AXES["rate"], showgrid=False)}
    for name, at in AXES.items():
        axes[draw.key(at)] = draw.axis(
            theme, draw.padded(*limits[name]), "", (limits[name][1],), domain=domains[name], showgrid=False
        )
    data = [
        draw.line(run.trial, y, theme.modulator.get(name, theme.ink), theme, f"{LABELS.get(name, 'rate')}: %{{y:.3g}} {unit(name)}, trial %{{x:.0f}}", at=AXES[name], ghost=True, name=LABELS.get(name, "rate"))
        for name, y in values.items()
    ]  # fmt: skip
    data += [marks.change_marks(run, theme, span, draw.padded(*limits[name]), at) for name, at in AXES.items()]
    return {
        "data": data,
        "layout": draw.layout(
            theme,
            axes,
            draw.mechanism_margin(theme),
            words(theme, values, limits, domains),
            draw.grid_lines(theme, ticks),
        ),
    }


def unit(name: str) -> str:
    """Unit of a row."""
    return "1/s" if name == "rate" else "nM"


def words(theme: Theme, values: dict[str, np.ndarray], limits: dict, domains: dict) -> list[dict]:
    """Row names with units at the left, means at the right."""
    left, inner = draw.mechanism_margin(theme)[0], draw.inner_px(theme, HEIGHT_PX)
    out = [
        draw.row_label(theme, at, LABELS.get(name, "RATE"), unit(name), left, theme.modulator.get(name), flat=True)
        for name, at in AXES.items()
    ]
    for name, y in values.items():
        height = (domains[name][1] - domains[name][0]) * inner
        out += draw.end_labels(
            theme,
            AXES[name],
            limits[name],
            height,
            [(f"⌀ {draw.number(y.mean())}", theme.modulator.get(name, theme.ink), float(y.mean()))],
        )
    return out
