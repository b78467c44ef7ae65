"""Protocols in which everything is scripted: spikes, bursts, tonic levels. Synapse k joins source k to target k, without delay.

`play` puts one protocol on an uneven grid and hands it to the time loop; compiled, so that a curve of fifty protocols is one call.
"""

from math import inf
from typing import NamedTuple

import numpy as np

from engine.circuit import Net
from engine.dispatch import NoWorld
from engine.grid import SAMPLE, SPIKE, TURN, Taus, fill_grid
from engine.kernel import kernel
from engine.loop import N_CLOCK, SLOW_MS, Job, Log, Record, State, simulate
from engine.modulators import DRUG, DRUG_FROM, DRUG_UNTIL, N_LEVELS, N_MODULATORS, NO_DRUG, Kinetics, settle
from engine.neurons import SCRIPTED
from engine.plasticity import ANCHOR, N_COLUMNS, N_PACE, N_RISING_COLUMNS, Rule, Tables, restart

BLOCK_STEPS = 256


SWITCH, START, END = range(3)  # columns of `Batch.times_ms`


class Batch(NamedTuple):
    """K scripts end to end, times in ms; entry k of `spike_at` and `pulse_at` is where script k begins."""

    spike_ms: np.ndarray  # (S,)
    spike_neuron: np.ndarray  # (S,) 0..P-1 sources, P..2P-1 targets
    spike_at: np.ndarray  # (K + 1,)
    pulse_ms: np.ndarray  # (B,)
    pulse_of: np.ndarray  # (B,) modulator
    pulse_nm: np.ndarray  # (B,) amplitude
    pulse_at: np.ndarray  # (K + 1,)
    times_ms: np.ndarray  # (K, 3) when the second tonic level begins, start, end


class Physics(NamedTuple):
    """What a protocol acts on."""

    rule: Rule
    matrix: np.ndarray
    kin: Kinetics
    taus: Taus


@kernel
def pair_net(n, spike_step, spike_neuron):
    """n sources, n targets, one plastic synapse each."""
    pop = np.array([[SCRIPTED, 0, 2 * n, 0]])
    proj = np.array([[0, n, n, 2 * n, 0, 1, 0, 0, n, 0, 0, 0, 0]])
    script = np.empty((2, spike_step.size), np.int64)
    script[0], script[1] = spike_step, spike_neuron
    none = np.zeros(0, np.int64)
    rows, each = np.arange(n + 1), np.arange(n)
    silent = np.zeros((0, 4), np.int64), np.zeros(0)
    return Net(
        pop, np.zeros((1, 10)), np.zeros((1, 4)), proj, np.zeros(1), script, rows, each + n, rows, each, each, none, np.zeros(0), *silent, np.zeros(2, np.int64)
    )  # fmt: skip


@kernel
def pair_state(n, agenda_steps):
    """State of `pair_net`: nothing has happened yet."""
    pre, post = np.zeros((3, n)), np.zeros((3, n))
    pre[SLOW_MS], post[SLOW_MS] = -1e300, -1e300
    return State(
        np.zeros(N_CLOCK, np.int64), np.zeros((6, 2 * n)), np.zeros((2, 2 * n), np.int64), np.zeros((1, 2 * n + 1), np.int64),
        pre, post, np.zeros((agenda_steps, N_MODULATORS)),
    )  # fmt: skip


@kernel
def drug_marks(kin, start, end):
    """When a drug arrives or begins to be washed out, within the script."""
    out = np.full(2 * N_MODULATORS, start)
    for m in range(N_MODULATORS):
        if kin.table[0, m, DRUG] != NO_DRUG:
            out[2 * m] = min(max(kin.table[0, m, DRUG_FROM], start), end)
            out[2 * m + 1] = min(max(kin.table[0, m, DRUG_UNTIL], start), end)
    return out


@kernel
def all_marks(spike_ms, turns_ms, times_ms, sample_ms):
    """Sorted marks of a script and their kinds."""
    switch, start, end = times_ms
    turns = np.concatenate((turns_ms, np.array([start, end, min(max(switch, start), end)])))
    marks = np.concatenate((turns, spike_ms, sample_ms))
    kinds = np.full(marks.size, SAMPLE)
    kinds[: turns.size] = TURN
    kinds[turns.size : turns.size + spike_ms.size] = SPIKE
    order = np.argsort(marks, kind="mergesort")
    return marks[order], kinds[order]


@kernel
def places_in(grid, times_ms):
    """Index of the grid point nearest to each time.

    A plain loop: numba 0.68 loses `a[i] += x` in a function that also builds an array from a comprehension.
    """
    out = np.empty(times_ms.size, np.int64)
    for k in range(times_ms.size):
        out[k] = min(np.searchsorted(grid, times_ms[k] - 1e-6), grid.size - 1)
    return out


@kernel
def play(physics, scripts, w_start, sample_ms, rng):
    """Run every script of a batch, each anew, for synapses with start weights w_start (P,); sample_ms sorted, within the scripts.

    Returns the weights at the end (K, P), and of the last script the samples of synapse 0: weight, e+, e- (3, T),
    concentration and signal (2, T, 1, 4), gates (T, 1, 3).
    """
    rule, n = physics.rule, w_start.size
    final = np.empty((scripts.times_ms.shape[0], n))
    columns = N_RISING_COLUMNS if rule.tau_rise_ms > 0.0 else N_COLUMNS
    tables = Tables(np.zeros((1, BLOCK_STEPS + 1, columns)), np.zeros((3, 4)), np.zeros(N_PACE), np.zeros((1, 4, 10)))
    log = Log(np.zeros(0), np.zeros(0, np.int64), np.zeros(1, np.int64), 0.0, 0.0)
    watch = np.zeros(1, np.int64)
    synapse, modulator = np.zeros((3, sample_ms.size, 1)), np.zeros((2, sample_ms.size, 1, N_MODULATORS))
    gates, no_weights = np.zeros((sample_ms.size, 1, 3)), np.zeros((0, n))
    for k in range(final.shape[0]):
        spikes = slice(scripts.spike_at[k], scripts.spike_at[k + 1])
        pulses = slice(scripts.pulse_at[k], scripts.pulse_at[k + 1])
        turns_ms = np.concatenate(
            (scripts.pulse_ms[pulses], drug_marks(physics.kin, scripts.times_ms[k, START], scripts.times_ms[k, END]))
        )
        marks, kinds = all_marks(scripts.spike_ms[spikes], turns_ms, scripts.times_ms[k], sample_ms)
        grid = fill_grid(marks, kinds, physics.taus)
        step = places_in(grid, scripts.spike_ms[spikes])
        once = np.unique(step * 2 * n + scripts.spike_neuron[spikes])  # a neuron spikes at most once in a step
        net = pair_net(n, once // (2 * n), once % (2 * n))
        state = pair_state(n, grid.size)
        due = places_in(grid, scripts.pulse_ms[pulses])
        for j in range(due.size):
            state.agenda[due[j], scripts.pulse_of[pulses][j]] += scripts.pulse_nm[pulses][j]
        starts = np.array([-inf, scripts.times_ms[k, SWITCH]])[: physics.kin.tonic_nm.shape[0]]
        kin = Kinetics(physics.kin.table, physics.kin.tonic_nm, starts, physics.kin.baseline_tau_ms)
        levels = np.zeros((N_LEVELS, 1, N_MODULATORS))
        settle(kin, levels, scripts.times_ms[k, START])
        syn = np.zeros((n, 6 if rule.tau_rise_ms > 0.0 else 4))
        syn[:, ANCHOR] = w_start
        restart(tables)
        record = Record(
            places_in(grid, sample_ms),
            watch,
            watch,
            synapse,
            modulator,
            gates,
            watch[:0],
            no_weights,
            np.zeros(2, np.int64),
        )
        simulate(
            Job(net, rule, physics.matrix, kin, levels, syn, tables, state, log, record),
            NoWorld(0.0),
            np.zeros(0),
            grid,
            rng,
        )
        final[k] = syn[:, ANCHOR]
    return final, synapse[:, :, 0], modulator[:, :, 0], gates[:, 0]
