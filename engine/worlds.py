"""What worlds do in every step, as kernels: switch groups of sources, fire reward neurons for a while, count spikes.

A world is a NamedTuple of what is fixed (groups, rates, times) with a function that reads like its protocol; what it remembers is a
NamedTuple of arrays, one for each thing (dispatch.py).
"""

from typing import NamedTuple

import numpy as np

from engine.circuit import Population
from engine.kernel import inlined
from engine.loop import set_rates


class Sources(NamedTuple):
    """Neighbouring Poisson sources that a world switches on and off; none where first = stop."""

    first: int
    stop: int
    rate_hz: float  # of each, while they are on


class Volley(NamedTuple):
    """Reward neurons that fire for a while when a reward comes; none where first = stop."""

    first: int
    stop: int
    rate_hz: float  # of each, for a reward of 1
    for_ms: float


class Group(NamedTuple):
    """Neighbouring neurons whose spikes are counted, in pools of the same size side by side."""

    first: int
    size: int  # of one pool


def sources(population: Population, rate_hz: float) -> Sources:
    """A population of sources that fire at this rate while they are on."""
    return Sources(population.start, population.stop, float(rate_hz))


def volley(population: Population | None, unit_hz: float, for_ms: float) -> Volley:
    """Reward neurons that together fire at unit_hz for a reward of 1; None: there are none."""
    if population is None:
        return Volley(0, 0, 0.0, float(for_ms))
    return Volley(population.start, population.stop, unit_hz / population.size, float(for_ms))


def now() -> np.ndarray:
    """Room for one time (ms) or one place that a world remembers."""
    return np.zeros(1)


@inlined
def switch_on(group, state, n, h_ms, rng):
    """The sources fire at their rate from step n on."""
    set_rates(state, group.first, group.stop, group.rate_hz, n, h_ms, rng)


@inlined
def switch_off(group, state, n, h_ms, rng):
    """The sources, or reward neurons, fall silent."""
    set_rates(state, group.first, group.stop, 0.0, n, h_ms, rng)


@inlined
def begin_volley(reward, size, until_ms, state, n, t_ms, h_ms, rng):
    """A reward of this size has come: the reward neurons fire until until_ms[0]."""
    until_ms[0] = t_ms + reward.for_ms
    set_rates(state, reward.first, reward.stop, size * reward.rate_hz, n, h_ms, rng)


@inlined
def end_volley(reward, until_ms, state, n, t_ms, h_ms, rng):
    """The reward neurons fall silent when their time is over; until_ms[0] is then 0."""
    if until_ms[0] > 0.0 and t_ms >= until_ms[0]:
        until_ms[0] = 0.0
        switch_off(reward, state, n, h_ms, rng)


@inlined
def count_spikes(group, state, slot, counts):
    """Add the spikes of this step to the counts of a group's pools."""
    last = state.ring.shape[1] - 1
    for k in range(state.ring[slot, last]):
        i = state.ring[slot, k] - group.first
        if 0 <= i < group.size * counts.size:
            counts[i // group.size] += 1.0
