"""Numbers that several experiments read out: by trial, over the last trials, over seeds."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from engine.hubs import emergent
from engine.modulators import FULL_NAMES, MODULATORS
from engine.parameters import Values

LITTLE = 0.1  # a level below this share of a pause is hardly one to take away


def trial_axis(n: int) -> np.ndarray:
    """Trial numbers, from 1."""
    return np.arange(n) + 1.0


def over_last(x: np.ndarray, n: int) -> np.ndarray:
    """Mean over the last n trials, fewer at the start; trials along the first axis."""
    total = np.cumsum(x, axis=0)
    before = np.zeros_like(total)
    before[n:] = total[:-n]
    size = np.minimum(np.arange(1, len(x) + 1), n)
    return (total - before) / size.reshape(-1, *[1] * (x.ndim - 1))


def last_mean(x: np.ndarray, where: np.ndarray, n: int) -> float:
    """Mean of the last n trials of a kind, nan without one."""
    found = x[where][-n:]
    return float(found.mean()) if found.size else np.nan


def percent(hit: np.ndarray) -> float:
    """Mean in %, nan without any."""
    return 100.0 * float(hit.mean()) if hit.size else np.nan


def stacked(seeds: Sequence[Any], name: str) -> np.ndarray:
    """One array of all seeds, seeds first."""
    return np.array([getattr(seed, name) for seed in seeds])


def mean_and_error(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the first axis and its standard error, 0 for one curve; what is nan does not count."""
    there = np.isfinite(curves)
    n = there.sum(axis=0)
    mean = np.where(n > 0, np.where(there, curves, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)
    square = (np.where(there, curves - mean, 0.0) ** 2).sum(axis=0)
    return mean, np.where(n > 0, np.sqrt(square / np.maximum(n - 1, 1) / np.maximum(n, 1)), np.nan)


def first_trials(p, run) -> str:
    """What the preview of an experiment in trials leaves out."""
    shown = run.trial.size
    return f"the first {shown} of {p.trials} trials, one network" if shown < p.trials else "one network"


def says_what_cannot_act(effect: Callable[[Any, Any], str]) -> Callable[[Any, Any], str]:
    """An experiment's sentence on a run, with a word on pauses that have nothing to take away."""

    @wraps(effect)
    def told(p, run) -> str:
        note = empty_pauses(run.settings.values)
        return f"{effect(p, run)} {note}" if note else effect(p, run)

    return told


def empty_pauses(values: Values) -> str:
    """A sentence where a pause, or a fall of the level, finds nothing or next to nothing of its modulator; empty without one.

    Not where a hub releases the modulator, which has spikes of its own to lose.
    """
    none, little = [], []
    for m in MODULATORS:
        if m in emergent(values):
            continue
        level, after = float(values[f"{m}_tonic_nm"]), float(values.get(f"{m}_after_nm", 0.0))
        pause = max(-float(values[f"{m}_burst_nm"]), 0.0)
        if (pause > 0.0 and level + max(after, 0.0) == 0.0) or (after < 0.0 and level == 0.0):
            none.append(FULL_NAMES[m])
        elif level + max(after, 0.0) < LITTLE * pause:
            little.append(f"{level + max(after, 0.0):.3g} nM of {FULL_NAMES[m]}")
    notes = [f"The pause does nothing, as there is no {' and no '.join(none)} to take away: set a tonic level."] * bool(
        none
    )
    notes += [
        f"The pause does little, as there are only {' and '.join(little)} to take away: raise the tonic level."
    ] * bool(little)
    return " ".join(notes)
