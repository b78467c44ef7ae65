"""Numbers that several experiments read out: by trial, over the last trials, over seeds."""

from collections.abc import Sequence
from typing import Any

import numpy as np


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
