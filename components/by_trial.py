"""Curves over trials with a band over seeds, as the panels of an experiment in trials share them."""

from typing import Unpack

import numpy as np

from components import figures as draw
from components.theme import Theme

SPAN_STEPS = (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
AVERAGED = 5  # trials


def span(run) -> draw.Range:
    """Range of the trial axis: all trials that are asked for, also while a preview shows fewer."""
    return 0.0, draw.nice(run.settings.values["trials"], SPAN_STEPS)


def trial_axis(run, theme: Theme, **more: Unpack[draw.AxisLook]) -> dict:
    """The axis of trials."""
    return draw.axis(theme, span(run), "trial", draw.round_ticks(*span(run), 5), **more)


def recent(hit: np.ndarray) -> np.ndarray:
    """Mean over the last AVERAGED trials, fewer at the start, along the last axis."""
    total = np.cumsum(np.insert(np.asarray(hit, float), 0, 0.0, axis=-1), axis=-1)
    n = np.arange(1, total.shape[-1])
    first = np.maximum(n - AVERAGED, 0)
    return (total[..., n] - total[..., first]) / (n - first)


def band(trial: np.ndarray, seeds: np.ndarray, colour: str, theme: Theme, at: str = "y") -> dict:
    """Mean over seeds (seed, trial) and its standard error as an area; with one seed it has no width."""
    error = seeds.std(axis=0, ddof=1) / np.sqrt(len(seeds)) if len(seeds) > 1 else np.zeros(seeds.shape[1])
    low, high = seeds.mean(axis=0) - error, seeds.mean(axis=0) + error
    there_and_back = np.concatenate((trial, trial[::-1])), np.concatenate((low, high[::-1]))
    out = draw.line(
        *there_and_back,
        colour,
        theme,
        at=at,
        thin=True,
        fill="tozeroy",
        fillcolor=draw.faded(colour, 0.22),
        name="mean over seeds",
    )
    return out | {"line": out["line"] | {"width": 0}}


def change(run, theme: Theme, y_range: draw.Range, at: str = "y") -> dict:
    """The upright line where the goal moves."""
    return draw.line(
        np.full(2, run.move_at + 0.5),
        np.array(y_range),
        theme.ghost,
        theme,
        at=at,
        thin=True,
        dash="dot",
        name="the goal moves",
    )
