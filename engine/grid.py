"""Uneven time grids for protocols in which everything is scripted.

Between two marks all that happens is decay, so steps may grow as the fast parts die out:

    h = min_k  c tau_k exp(u_k / (6 tau_k)),      u_k: time since the last mark that starts the decay k anew

keeps the error of three-point Gauss quadrature (order 6) of every exponential the same. A turn (pulse, switch of level or drug)
starts all of them; a spike only those of the traces, since it writes a trace and releases nothing; a sample none.
c = 0.2: about 1e-10 of a piece where the integrand is a sum of exponentials; a function of them asks for shorter steps (`CURVED`).
"""

from math import exp
from typing import NamedTuple

import numpy as np

from engine.kernel import inlined, kernel
from engine.modulators import (
    BASELINE,
    CLEARANCE,
    DRUG,
    HILL,
    KM,
    LINEAR,
    NO_DRUG,
    OFF,
    ON,
    RECEPTOR,
    TAU,
    VMAX,
    WASHOUT,
    Kinetics,
)
from engine.plasticity import LEARNING_RATE, LTD_WINDOW, LTP_WINDOW, TRACE_DECAY, Rule

# Step per time constant: sums of exponentials; smooth functions of them (saturation, modulated decay);
# slow binding and the running mean of a baseline (second order)
SMOOTH, CURVED, KINETIC = 0.2, 0.1, 0.05


SAMPLE, SPIKE, TURN = range(3)  # kinds of marks
PACES = (0.25, 1.0, 4.0, 16.0, 64.0)  # a modulated decay may be this much faster or slower


class Taus(NamedTuple):
    """Time constants (ms) that shape the third factor of a scripted run, and the step size c per time constant."""

    traces: np.ndarray
    levels: np.ndarray
    step: float


def time_constants(rule: Rule, matrix: np.ndarray, kin: Kinetics) -> Taus:
    """The time constants of a rule and its modulators.

    A modulator that acts on nothing (an empty column of the matrix) asks for no steps; its concentration is exact all the same.
    """
    paces = PACES if matrix[TRACE_DECAY].any() else (1.0,)
    traces = [rule.tau_e_ms * ratio * pace for ratio in (1.0, rule.ltd_decay_ratio) for pace in paces]
    traces += [rule.tau_rise_ms * pace for pace in paces if rule.tau_rise_ms > 0.0]
    acts = np.flatnonzero(matrix.any(axis=0))
    rows = [area[m] for area in kin.table for m in acts]
    levels = [row[TAU] if row[CLEARANCE] == LINEAR else row[KM] / row[VMAX] for row in rows]
    means = [kin.baseline_tau_ms for row in rows if row[BASELINE] > 0.0]
    levels += [row[WASHOUT] for row in rows if row[DRUG] != NO_DRUG]
    binding = [t for row in rows for t in (row[ON], row[OFF]) if t > 0.0]
    curved = matrix[[LTP_WINDOW, LTD_WINDOW, TRACE_DECAY, LEARNING_RATE]].any() or any(
        row[RECEPTOR] == HILL for row in rows
    )
    return Taus(
        np.unique(traces),
        np.unique(np.array(levels + means + binding, float)),
        KINETIC if binding or means else CURVED if curved else SMOOTH,
    )


SHORTEST_MS = 1e-4  # no step is shorter, whatever decays: so a grid always comes to its end
MOST_STEPS = 4_000_000  # of one grid; `pairing` refuses a run long before


@inlined
def shortest(taus_ms, u_ms, c, h_ms):
    """h_ms, or less if a decay asks for it u_ms after its start."""
    for tau_ms in taus_ms:
        h_ms = min(h_ms, c * tau_ms * exp(min(u_ms / (6.0 * tau_ms), 600.0)))
    return h_ms


@kernel
def fill_grid(marks, kinds, taus, most=MOST_STEPS):
    """A grid (ms) through all `marks` (sorted, may repeat) of the given kinds. Distances below 1e-6 ms are one point.

    It ends after `most` steps, wherever it is then: whoever asks what a run would cost allocates no more than is allowed.
    """
    room = 4096
    out = np.empty(room)
    out[0], n, spike, turn = marks[0], 1, marks[0], marks[0]
    for k in range(1, marks.size):
        goal = marks[k]
        while goal - out[n - 1] > 1e-6 and n <= most:
            left = goal - out[n - 1]
            h = shortest(taus.traces, out[n - 1] - spike, taus.step, left / 0.75)
            h = max(shortest(taus.levels, out[n - 1] - turn, taus.step, h), SHORTEST_MS)
            if n == room:
                room *= 2
                bigger = np.empty(room)
                bigger[:n] = out[:n]
                out = bigger
            out[n] = goal if h > 0.75 * left else out[n - 1] + min(h, 0.5 * left)
            n += 1
        if kinds[k] != SAMPLE:
            spike = goal
        if kinds[k] == TURN:
            turn = goal
    return out[:n].copy()
