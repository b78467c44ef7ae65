"""Rows of modulator concentrations (nM) over time, as the timeline of one pairing and of a network show them."""

from collections.abc import Mapping, Sequence

import numpy as np

from components import figures as draw
from components.theme import Theme
from engine.modulators import LABELS, MODULATORS
from engine.parameters import Values
from engine.settings import Settings, schema

LEAST_NM = 10.0  # the least range of a concentration


def used(values: Values) -> list[str]:
    """The modulators with a row: dopamine always, another one when it is there or when the rule reads it."""
    return [
        m
        for m in MODULATORS
        if m == "da" or there(values, m) or any(v != 0.0 for name, v in values.items() if name.endswith(f"_by_{m}"))
    ]


def there(values: Values, m: str) -> bool:
    """True when some of modulator m is present at some time."""
    return any(values.get(f"{m}_{name}_nm", 0.0) != 0.0 for name in ("tonic", "burst", "after"))


def limits(values: Values, m: str, nm: np.ndarray) -> draw.Range:
    """0 to a round number above the highest concentration; does not depend on when the burst comes."""
    apart, n = 1.0 / (values[f"{m}_pulse_hz"] * values[f"{m}_tau_ms"] * 1e-3), values[f"{m}_pulses"]
    summed = values[f"{m}_burst_nm"] * (1.0 - np.exp(-apart * n)) / (1.0 - np.exp(-apart))
    tonic = values[f"{m}_tonic_nm"] + max(values.get(f"{m}_after_nm", 0.0), 0.0)
    return 0.0, draw.nice(max(tonic + max(summed, 0.0), nm.max(), LEAST_NM), draw.FINE_STEPS)


def lines(
    theme: Theme,
    axes: Mapping[str, str],
    rows: Sequence[str],
    t_s: np.ndarray,
    nm: np.ndarray,
    tonic: Mapping[str, tuple[np.ndarray, np.ndarray]],
    da_limits: draw.Range,
) -> list[dict]:
    """Tonic level (dotted) and concentration of all four modulators; those without a row have their lines out of sight.

    nm: (4, time); tonic: (time in s, level in nM) by modulator.
    """
    out, hidden = [], draw.unseen((t_s[0], t_s[-1]), da_limits)
    for m, level in zip(MODULATORS, nm, strict=True):
        colour, name, shown = theme.modulator[m], LABELS[m], m in rows
        at, hover = axes[m if shown else "da"], f"{LABELS[m]} %{{y:.4g}} nM at %{{x:.2f}} s"
        (tonic_s, tonic_nm), (x, y) = (tonic[m], (t_s, level)) if shown else (hidden, hidden)
        out.append(
            draw.line(
                tonic_s,
                tonic_nm,
                colour,
                theme,
                at=at,
                thin=True,
                dash="dot",
                name=f"{name} tonic level",
            )
        )
        out.append(draw.line(x, y, colour, theme, hover, at=at, ghost=shown, name=name))
    return out


def tonic_label(theme: Theme, m: str, nm: float) -> draw.End:
    """The label at the right end of a row: (text, colour, height)."""
    return f"tonic {draw.tick_text(nm)}", theme.modulator[m], nm


def handle(settings: Settings, theme: Theme, m: str, axis: str, x_s: float) -> dict:
    """Where the page puts the handle of a burst: at time x_s in the row `axis`; dragging moves the delay, `scale` ms
    per s.
    """
    name, kind = f"{m}_delay_ms", "burst" if settings.values[f"{m}_burst_nm"] > 0.0 else "pause"
    lo, hi = schema(settings.experiment, settings.rule)[name].slider
    place = {"axis": axis, "x": x_s, "scale": 1000, "min": lo * 1e-3, "max": hi * 1e-3}
    return {"param": name, **place, "label": f"{LABELS[m]} {kind}", "colour": theme.modulator[m]}
