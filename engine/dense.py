"""The dense twin of the event-driven rule family: slow, obvious, and only there to be compared with.

`engine.plasticity` touches a synapse when one of its neurons spikes and reads the time between from sums over the block
(E1, E2). Here every synapse is advanced in every step, as (P1) to (P6) are written: no sums, no anchor, no blocks, no compiled
code of its own. Tests hold that both give the same weights and traces, clipping included (tests/test_twins.py).

    at t_n             the bursts of the step, then arrivals (P3), then postsynaptic spikes (P2); as in engine.loop
    from t_n to t_n+h  x, y, r2, o2 decay (P1);  e+ and e- decay (P5);  w += h sum_q b_q eta(s_q) [G+(s_q) e+_q - G-(s_q) e-_q], clipped (P6)

q: the nodes of three-point Gauss quadrature in that step, e_q: the trace there. A modulated decay is integrated up to each node by the
collocation polynomial of the same nodes. Concentrations and receptors come from `modulators.move`, node by node.
"""

from typing import NamedTuple

import numpy as np
from numpy.polynomial import Polynomial
from numpy.polynomial.legendre import leggauss

from engine.modulators import Kinetics, S, move, new_levels, pulse, settle
from engine.plasticity import (
    AT_BOUND,
    FLOOR_RATE,
    FLOOR_TIME,
    LEARNING_RATE,
    LTD_AMPLITUDE,
    LTD_AT_ONCE,
    LTD_GATE,
    LTD_WINDOW,
    LTP_AMPLITUDE,
    LTP_AT_ONCE,
    LTP_GATE,
    LTP_WINDOW,
    NEAREST,
    TRACE_DECAY,
    W_MIN,
    Rule,
)  # fmt: skip


class Synapses(NamedTuple):
    """S synapses: source neuron, target neuron, delay in steps; area, all 0 where it is not given."""

    pre: np.ndarray
    post: np.ndarray
    delay: np.ndarray
    area: np.ndarray | None = None


class Events(NamedTuple):
    """Spikes (step, neuron), of which a neuron has at most one in a step, and pulses (step, modulator, nM)."""

    spikes: tuple[tuple[int, int], ...] = ()
    pulses: tuple[tuple[int, int, float], ...] = ()


class Course(NamedTuple):
    """Weight, e+ and e- of every synapse, (T + 1, S): at every step after its spikes, and at the end."""

    weight: np.ndarray
    ltp: np.ndarray
    ltd: np.ndarray


class Memory:
    """What S synapses remember, each an array (S,): weight, pair traces, slow traces, traces and the sources of rising traces."""

    def __init__(self, w: np.ndarray):
        self.w = np.array(w, float)
        self.x, self.y, self.r2, self.o2 = (np.zeros(self.w.size) for _ in range(4))
        self.e_plus, self.e_minus, self.q_plus, self.q_minus = (np.zeros(self.w.size) for _ in range(4))


def gauss() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes c and weights b of three-point Gauss quadrature on [0, 1], and A[i, j] = integral of the j-th Lagrange polynomial to c_i."""
    x, b = leggauss(3)
    c = 0.5 + 0.5 * x
    a = np.empty((3, 3))
    for j in range(3):
        others = np.delete(c, j)
        lagrange = Polynomial.fromroots(others) / np.prod(c[j] - others)
        a[:, j] = lagrange.integ()(c)
    return c, 0.5 * b, a


NODES, WEIGHTS, COLLOCATION = gauss()


def row(matrix: np.ndarray, which: int, base: float, s: np.ndarray, floor: float = -np.inf) -> np.ndarray:
    """base + sum_m M[which, m] s_m, not below `floor`; s (.., 4)."""
    return np.maximum(base + s @ matrix[which], floor)


def play_densely(
    rule: Rule,
    matrix: np.ndarray,
    kin: Kinetics,
    grid_ms: np.ndarray,
    synapses: Synapses,
    events: Events,
    weights: np.ndarray,
) -> Course:
    """Weights and traces over grid_ms (T + 1,) of synapses that start at `weights` (S,), modulators at rest, no trace."""
    levels, area = new_levels(kin.table.shape[0]), areas_of(synapses)
    settle(kin, levels, grid_ms[0])
    memory, course = Memory(weights), Course(*np.empty((3, grid_ms.size, weights.size)))
    spikes, pulses = by_step(sorted(set(events.spikes))), by_step(events.pulses)
    for n in range(grid_ms.size - 1):
        t_ms, h_ms = grid_ms[n], grid_ms[n + 1] - grid_ms[n]
        for modulator, amplitude_nm in pulses.get(n, []):
            pulse(kin, levels, modulator, amplitude_nm, t_ms)
        arrive(rule, matrix, levels[S], memory, synapses, spikes, n)
        spike_back(rule, matrix, levels[S], memory, synapses, spikes.get(n, []))
        write_down(course, n, memory)
        s = signals_at_nodes(kin, levels, t_ms, h_ms)
        for a in np.unique(area):
            integrate(rule, matrix, memory, np.flatnonzero(area == a), s[:, a], h_ms)
    write_down(course, grid_ms.size - 1, memory)
    return course


def by_step(entries) -> dict[int, list]:
    """Entries (step, what, ..) by their step: what alone if there is nothing else."""
    out: dict[int, list] = {}
    for step, *what in entries:
        out.setdefault(int(step), []).append(what[0] if len(what) == 1 else tuple(what))
    return out


def areas_of(synapses: Synapses) -> np.ndarray:
    """The area of every synapse."""
    return np.zeros(synapses.pre.size, int) if synapses.area is None else synapses.area


def write_down(course: Course, n: int, memory: Memory) -> None:
    course.weight[n], course.ltp[n], course.ltd[n] = memory.w, memory.e_plus, memory.e_minus


def arrive(
    rule: Rule, matrix: np.ndarray, s: np.ndarray, mem: Memory, synapses: Synapses, spikes: dict[int, list], n: int
) -> None:
    """Presynaptic spikes that reach their synapses in step n: a = g_A- y (A- + A3- r2) f-(w), e- += a, w -= phi- a (P3); s (A, 4)."""
    gain, phi = row(matrix, LTD_AMPLITUDE, 1.0, s, FLOOR_RATE), row(matrix, LTD_AT_ONCE, rule.phi_minus, s)
    area = areas_of(synapses)
    for delay in np.unique(synapses.delay):
        for neuron in spikes.get(n - delay, []):
            k = np.flatnonzero((synapses.pre == neuron) & (synapses.delay == delay))
            a = (
                gain[area[k]]
                * mem.y[k]
                * (rule.a_minus + rule.a3_minus * mem.r2[k])
                * soft(mem.w[k] - W_MIN, rule.mu_minus, rule.w_max)
            )
            write(rule, mem.e_minus, mem.q_minus, k, a, rule.tau_e_ms * rule.ltd_decay_ratio)
            mem.w[k] = clipped(rule, mem.w[k] - phi[area[k]] * a)
            add_spike(rule, mem.x, mem.r2, k)


def spike_back(rule: Rule, matrix: np.ndarray, s: np.ndarray, mem: Memory, synapses: Synapses, neurons: list) -> None:
    """Postsynaptic spikes: a = g_A+ x (A+ + A3+ o2) f+(w), e+ += a, w += phi+ a (P2); s (A, 4)."""
    gain, phi = row(matrix, LTP_AMPLITUDE, 1.0, s, FLOOR_RATE), row(matrix, LTP_AT_ONCE, rule.phi_plus, s)
    area = areas_of(synapses)
    for neuron in neurons:
        k = np.flatnonzero(synapses.post == neuron)
        a = (
            gain[area[k]]
            * mem.x[k]
            * (rule.a_plus + rule.a3_plus * mem.o2[k])
            * soft(rule.w_max - mem.w[k], rule.mu_plus, rule.w_max)
        )
        write(rule, mem.e_plus, mem.q_plus, k, a, rule.tau_e_ms)
        mem.w[k] = clipped(rule, mem.w[k] + phi[area[k]] * a)
        add_spike(rule, mem.y, mem.o2, k)


def add_spike(rule: Rule, pair: np.ndarray, slow: np.ndarray, k: np.ndarray) -> None:
    """A spike adds 1 to both traces of its neuron, or sets both to 1 where only the nearest spikes pair (P1)."""
    for trace in (pair, slow):
        trace[k] = 1.0 if rule.pairing == NEAREST else trace[k] + 1.0


def soft(room: np.ndarray, mu: float, w_max: float) -> np.ndarray:
    """u^mu with u = room / range (P4); a weight within 1e-9 of its bound is at the bound, where u^mu is 0 for any mu but 0."""
    u = room / (w_max - W_MIN)
    return np.where(u > AT_BOUND, np.maximum(u, 0.0) ** mu, 1.0 if mu == 0.0 else 0.0)


def clipped(rule: Rule, w: np.ndarray) -> np.ndarray:
    return np.clip(w, W_MIN, rule.w_max)


def write(rule: Rule, e: np.ndarray, q: np.ndarray, k: np.ndarray, a: np.ndarray, tau_e_ms: float) -> None:
    """Add a pairing to a trace at once, or to its source so that the response to it has peak a (P5)."""
    if rule.tau_rise_ms <= 0.0:
        e[k] += a
        return
    mean = 0.5 * (1.0 / tau_e_ms + 1.0 / rule.tau_rise_ms)
    half = 0.5 * abs(1.0 / tau_e_ms - 1.0 / rule.tau_rise_ms)
    peak_ms = (
        np.arctanh(half / mean) / half if half > 0.0 else 1.0 / mean
    )  # where mean sinh(half t) = half cosh(half t)
    q[k] += a / risen(peak_ms, tau_e_ms, rule.tau_rise_ms)


def risen(t_ms, tau_e_ms: float, tau_rise_ms: float):
    """e after t of e' = q - e/tau_e, q' = -q/tau_rise from e = 0 and q = 1 (P5)."""
    rate, other = np.sort([1.0 / tau_e_ms, 1.0 / tau_rise_ms])
    z = (other - rate) * t_ms
    return t_ms * np.exp(-rate * t_ms) * np.where(z == 0.0, 1.0, -np.expm1(-z) / np.where(z == 0.0, 1.0, z))


def signals_at_nodes(kin: Kinetics, levels: np.ndarray, t_ms: float, h_ms: float) -> np.ndarray:
    """Signals (3, A, 4) at the Gauss nodes of a step, and the levels moved to its end (M1 to M4)."""
    s = np.empty((3, *levels.shape[1:]))
    for a, m in np.ndindex(levels.shape[1:]):
        at = 0.0
        for q, stop in enumerate((*NODES, 1.0)):
            move(kin, levels, a, m, t_ms + at * h_ms, (stop - at) * h_ms)
            if q < 3:
                s[q, a, m] = levels[S, a, m]
            at = stop
    return s


def decay(rates_per_ms: np.ndarray, h_ms: float) -> float:
    """exp(-integral of the rate) over a step; the rate at the nodes (3,)."""
    return np.exp(-warped(rates_per_ms, h_ms)[1])


def warped(rates_per_ms: np.ndarray, h_ms: float) -> tuple[np.ndarray, float]:
    """Integral of a rate from the start of a step to its nodes (3,) and to its end; the rate at the nodes (3,)."""
    return h_ms * (COLLOCATION @ rates_per_ms), h_ms * (WEIGHTS @ rates_per_ms)


def integrate(rule: Rule, matrix: np.ndarray, mem: Memory, k: np.ndarray, s: np.ndarray, h_ms: float) -> None:
    """One step of (P1, P5, P6) for synapses k, with the signals s (3, 4) of their area at its nodes."""
    eta = rule.eta_per_s * row(matrix, LEARNING_RATE, 1.0, s, FLOOR_RATE)
    pace = 1.0 / row(matrix, TRACE_DECAY, 1.0, s, FLOOR_TIME)
    nodes_ms, end_ms = warped(pace, h_ms)  # time as a modulated trace feels it
    nodes_ms = np.maximum(nodes_ms, 0.0)
    gates = (row(matrix, LTP_GATE, rule.gate_plus, s), row(matrix, LTD_GATE, rule.gate_minus, s))
    taus_ms = (rule.tau_e_ms, rule.tau_e_ms * rule.ltd_decay_ratio)
    speed_per_s = 0.0
    traces = ((1.0, mem.e_plus, mem.q_plus), (-1.0, mem.e_minus, mem.q_minus))
    for (sign, e, q), gate, tau_ms in zip(traces, gates, taus_ms, strict=True):
        at_nodes = np.outer(np.exp(-nodes_ms / tau_ms), e[k])
        at_end = np.exp(-end_ms / tau_ms) * e[k]
        if rule.tau_rise_ms > 0.0:
            at_nodes += np.outer(risen(nodes_ms, tau_ms, rule.tau_rise_ms), q[k])
            at_end += risen(end_ms, tau_ms, rule.tau_rise_ms) * q[k]
            q[k] *= np.exp(-end_ms / rule.tau_rise_ms)
        speed_per_s = speed_per_s + sign * (eta * gate)[:, None] * at_nodes
        e[k] = at_end
    mem.w[k] = clipped(rule, mem.w[k] + 1e-3 * h_ms * (WEIGHTS @ speed_per_s))
    mem.x[k] *= decay(1.0 / (rule.tau_plus_ms * row(matrix, LTP_WINDOW, 1.0, s, FLOOR_TIME)), h_ms)
    mem.y[k] *= decay(1.0 / (rule.tau_minus_ms * row(matrix, LTD_WINDOW, 1.0, s, FLOOR_TIME)), h_ms)
    mem.r2[k] *= np.exp(-h_ms / rule.tau_x_ms)
    mem.o2[k] *= np.exp(-h_ms / rule.tau_y_ms)
