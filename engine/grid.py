"""Uneven time grids for protocols in which everything is scripted.

Between two turns (pulses, switches of level or drug) all that happens is decay, so steps may grow as the fast parts die out:

    h(u) = min_k  c tau_k exp(u / (6 tau_k)),      u: time since the last turn

keeps the error of three-point Gauss quadrature (order 6) of every exponential the same. c = 0.2: about 1e-10 of a piece
where the integrand is a sum of exponentials; a function of them asks for shorter steps (`CURVED`).
"""

from math import exp

import numpy as np

from engine.kernel import inlined, kernel
from engine.modulators import BASELINE, CLEARANCE, HILL, KM, LINEAR, OFF, ON, RECEPTOR, TAU, VMAX, Kinetics
from engine.plasticity import LEARNING_RATE, LTD_WINDOW, LTP_WINDOW, TRACE_DECAY, Rule

# Step per time constant: sums of exponentials; smooth functions of them (saturation, modulated decay); slow binding (second order)
SMOOTH, CURVED, KINETIC = 0.2, 0.1, 0.05


def time_constants(rule: Rule, matrix: np.ndarray, kin: Kinetics) -> tuple[np.ndarray, float]:
    """All time constants (ms) that shape the third factor of a scripted run, and the step size c per time constant.

    A modulator that acts on nothing (an empty column of the matrix) asks for no steps; its concentration is exact all the same.
    """
    paces = (0.25, 1.0, 4.0) if matrix[TRACE_DECAY].any() else (1.0,)  # a modulated decay may be faster or slower
    taus = [rule.tau_e_ms * ratio * pace for ratio in (1.0, rule.ltd_decay_ratio) for pace in paces]
    taus += [rule.tau_rise_ms * pace for pace in paces if rule.tau_rise_ms > 0.0]
    rows = [row for area in kin.table for row, acts in zip(area, matrix.any(axis=0), strict=True) if acts]
    taus += [row[TAU] if row[CLEARANCE] == LINEAR else row[KM] / row[VMAX] for row in rows]
    taus += [kin.baseline_tau_ms for row in rows if row[BASELINE] > 0.0]
    binding = [t for row in rows for t in (row[ON], row[OFF]) if t > 0.0]
    curved = matrix[[LTP_WINDOW, LTD_WINDOW, TRACE_DECAY, LEARNING_RATE]].any() or any(row[RECEPTOR] == HILL for row in rows)
    return np.unique(np.array(taus + binding, float)), KINETIC if binding else CURVED if curved else SMOOTH


@inlined
def step_after(u_ms, taus, c):
    """Length of the next step, u_ms after the last turn."""
    h = 1e300
    for tau in taus:
        h = min(h, c * tau * exp(min(u_ms / (6.0 * tau), 600.0)))
    return h


@kernel
def fill_grid(marks, is_soft, taus, c):
    """A grid (ms) through all `marks` (sorted, may repeat); soft ones (spikes, samples) do not restart the small steps.

    Distances below 1e-6 ms are one point.
    """
    room = 4096
    out = np.empty(room)
    out[0], n, last = marks[0], 1, marks[0]
    for k in range(1, marks.size):
        goal = marks[k]
        while goal - out[n - 1] > 1e-6:
            h = step_after(out[n - 1] - last, taus, c)
            left = goal - out[n - 1]
            if n == room:
                room *= 2
                bigger = np.empty(room)
                bigger[:n] = out[:n]
                out = bigger
            out[n] = goal if h > 0.75 * left else out[n - 1] + min(h, 0.5 * left)
            n += 1
        if not is_soft[k]:
            last = goal
    return out[:n].copy()
