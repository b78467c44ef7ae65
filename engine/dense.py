"""The dense twin of the event-driven rule family: slow, obvious, and only there to be compared with.

`engine.plasticity` touches a synapse when one of its neurons spikes and reads the time between from sums over the block
(E1, E2). Here every synapse is advanced in every step, as (P1) to (P6) are written: no sums, no anchor, no blocks, no compiled
code of its own. Tests hold that both give the same weights and traces, clipping included (tests/test_twins.py).

    at t_n             arrivals (P3), then postsynaptic spikes (P2), then the bursts of the step; as in engine.loop
    from t_n to t_n+h  x, y, r2, o2 decay (P1);  e+ and e- decay (P5);  w += h sum_q b_q eta(s_q) [G+(s_q) e+_q - G-(s_q) e-_q], clipped (P6)

q: the nodes of three-point Gauss quadrature in that step, e_q: the trace there. A modulated decay is integrated up to each node by the
collocation polynomial of the same nodes. Concentrations and receptors come from `modulators.advance`, node by node.
"""

from typing import NamedTuple

import numpy as np
from numpy.polynomial import Polynomial
from numpy.polynomial.legendre import leggauss

from engine.modulators import MEAN, N_MODULATORS, C, Kinetics, R, S, advance, new_levels, pulse, settle, signal
from engine.plasticity import (
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
    rise_time,
)  # fmt: skip

AT_BOUND = 1e-9


class Synapses(NamedTuple):
    """S synapses: source neuron, target neuron, delay in steps; all in one area."""

    pre: np.ndarray
    post: np.ndarray
    delay: np.ndarray


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
    """What S synapses remember, each an array (S,); e_plus = main_plus - rising_plus, likewise minus."""

    def __init__(self, w: np.ndarray):
        self.w = np.array(w, float)
        self.x, self.y, self.r2, self.o2 = (np.zeros(self.w.size) for _ in range(4))
        self.main_plus, self.main_minus, self.rising_plus, self.rising_minus = (np.zeros(self.w.size) for _ in range(4))

    @property
    def traces(self) -> tuple[np.ndarray, np.ndarray]:
        """(e+, e-)."""
        return self.main_plus - self.rising_plus, self.main_minus - self.rising_minus


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
    levels = new_levels(1)
    settle(kin, levels, grid_ms[0])
    memory, course = Memory(weights), Course(*np.empty((3, grid_ms.size, weights.size)))
    spikes, pulses = by_step(sorted(set(events.spikes))), by_step(events.pulses)
    for n in range(grid_ms.size - 1):
        t_ms, h_ms = grid_ms[n], grid_ms[n + 1] - grid_ms[n]
        arrive(rule, matrix, levels[S, 0], memory, synapses, spikes, n)
        spike_back(rule, matrix, levels[S, 0], memory, synapses, spikes.get(n, []))
        for modulator, amplitude_nm in pulses.get(n, []):
            pulse(kin, levels, modulator, amplitude_nm, t_ms)
        write_down(course, n, memory)
        integrate(rule, matrix, memory, signals_at_nodes(kin, levels, t_ms, h_ms), h_ms)
    write_down(course, grid_ms.size - 1, memory)
    return course


def by_step(entries) -> dict[int, list]:
    """Entries (step, what, ..) by their step: what alone if there is nothing else."""
    out: dict[int, list] = {}
    for step, *what in entries:
        out.setdefault(int(step), []).append(what[0] if len(what) == 1 else tuple(what))
    return out


def write_down(course: Course, n: int, memory: Memory) -> None:
    course.weight[n], (course.ltp[n], course.ltd[n]) = memory.w, memory.traces


def arrive(
    rule: Rule, matrix: np.ndarray, s: np.ndarray, mem: Memory, synapses: Synapses, spikes: dict[int, list], n: int
) -> None:
    """Presynaptic spikes that reach their synapses in step n: a = g_A- y (A- + A3- r2) f-(w), e- += a, w -= phi- a (P3)."""
    gain, phi = row(matrix, LTD_AMPLITUDE, 1.0, s, FLOOR_RATE), row(matrix, LTD_AT_ONCE, rule.phi_minus, s)
    for delay in np.unique(synapses.delay):
        for neuron in spikes.get(n - delay, []):
            k = np.flatnonzero((synapses.pre == neuron) & (synapses.delay == delay))
            a = (
                gain
                * mem.y[k]
                * (rule.a_minus + rule.a3_minus * mem.r2[k])
                * soft(mem.w[k] - W_MIN, rule.mu_minus, rule.w_max)
            )
            write(rule, mem.main_minus, mem.rising_minus, k, a, rule.tau_e_ms * rule.ltd_decay_ratio)
            mem.w[k] = clipped(rule, mem.w[k] - phi * a)
            mem.x[k] = 1.0 if rule.pairing == NEAREST else mem.x[k] + 1.0
            mem.r2[k] += 1.0


def spike_back(rule: Rule, matrix: np.ndarray, s: np.ndarray, mem: Memory, synapses: Synapses, neurons: list) -> None:
    """Postsynaptic spikes: a = g_A+ x (A+ + A3+ o2) f+(w), e+ += a, w += phi+ a (P2)."""
    gain, phi = row(matrix, LTP_AMPLITUDE, 1.0, s, FLOOR_RATE), row(matrix, LTP_AT_ONCE, rule.phi_plus, s)
    for neuron in neurons:
        k = np.flatnonzero(synapses.post == neuron)
        a = (
            gain
            * mem.x[k]
            * (rule.a_plus + rule.a3_plus * mem.o2[k])
            * soft(rule.w_max - mem.w[k], rule.mu_plus, rule.w_max)
        )
        write(rule, mem.main_plus, mem.rising_plus, k, a, rule.tau_e_ms)
        mem.w[k] = clipped(rule, mem.w[k] + phi * a)
        mem.y[k] = 1.0 if rule.pairing == NEAREST else mem.y[k] + 1.0
        mem.o2[k] += 1.0


def soft(room: np.ndarray, mu: float, w_max: float) -> np.ndarray:
    """u^mu with u = room / range (P4); a weight within 1e-9 of its bound is at the bound, where u^mu is 0 for any mu but 0."""
    u = room / (w_max - W_MIN)
    return np.where(u > AT_BOUND, np.maximum(u, 0.0) ** mu, 1.0 if mu == 0.0 else 0.0)


def clipped(rule: Rule, w: np.ndarray) -> np.ndarray:
    return np.clip(w, W_MIN, rule.w_max)


def write(rule: Rule, main: np.ndarray, rising: np.ndarray, k: np.ndarray, a: np.ndarray, tau_e_ms: float) -> None:
    """Add a pairing to a trace: at once, or as the difference of two exponentials with peak a (P5)."""
    if rule.tau_rise_ms <= 0.0:
        main[k] += a
        return
    tau_r = rise_time(rule)
    peak_ms = np.log(tau_e_ms / tau_r) / (1.0 / tau_r - 1.0 / tau_e_ms)
    norm = 1.0 / (np.exp(-peak_ms / tau_e_ms) - np.exp(-peak_ms / tau_r))
    main[k] += a * norm
    rising[k] += a * norm


def signals_at_nodes(kin: Kinetics, levels: np.ndarray, t_ms: float, h_ms: float) -> np.ndarray:
    """Signals (3, 4) at the Gauss nodes of a step, and the levels moved to its end (M1 to M3)."""
    s = np.empty((3, N_MODULATORS))
    stops = np.append(NODES, 1.0)
    for m in range(N_MODULATORS):
        c, r, mean = levels[C, 0, m], levels[R, 0, m], levels[MEAN, 0, m]
        at = 0.0
        for q, stop in enumerate(stops):
            c, r, mean = advance(kin, 0, m, c, r, mean, t_ms + at * h_ms, (stop - at) * h_ms)
            if q < 3:
                s[q, m] = signal(kin, 0, m, r, mean)
            at = stop
        levels[C, 0, m], levels[R, 0, m], levels[MEAN, 0, m] = c, r, mean
        levels[S, 0, m] = signal(kin, 0, m, r, mean)
    return s


def decay(rates_per_ms: np.ndarray, h_ms: float) -> tuple[np.ndarray, float]:
    """exp(-integral of the rate) from the start of a step to its nodes (3,) and to its end; rates at the nodes (3,)."""
    return np.exp(-h_ms * (COLLOCATION @ rates_per_ms)), np.exp(-h_ms * (WEIGHTS @ rates_per_ms))


def integrate(rule: Rule, matrix: np.ndarray, mem: Memory, s: np.ndarray, h_ms: float) -> None:
    """One step of (P1, P5, P6) with signals s (3, 4) at its nodes."""
    eta = rule.eta_per_s * row(matrix, LEARNING_RATE, 1.0, s, FLOOR_RATE)
    slowing = row(matrix, TRACE_DECAY, 1.0, s, FLOOR_TIME)
    plus, plus_end = decay(1.0 / (rule.tau_e_ms * slowing), h_ms)
    minus, minus_end = decay(1.0 / (rule.tau_e_ms * rule.ltd_decay_ratio * slowing), h_ms)
    rise, rise_end = decay(1.0 / (rise_time(rule) * slowing), h_ms) if rule.tau_rise_ms > 0.0 else (np.zeros(3), 0.0)
    e_plus = np.outer(plus, mem.main_plus) - np.outer(rise, mem.rising_plus)
    e_minus = np.outer(minus, mem.main_minus) - np.outer(rise, mem.rising_minus)
    g_plus, g_minus = row(matrix, LTP_GATE, rule.gate_plus, s), row(matrix, LTD_GATE, rule.gate_minus, s)
    speed_per_s = (eta * g_plus)[:, None] * e_plus - (eta * g_minus)[:, None] * e_minus
    mem.w = clipped(rule, mem.w + 1e-3 * h_ms * (WEIGHTS @ speed_per_s))
    mem.main_plus, mem.main_minus = mem.main_plus * plus_end, mem.main_minus * minus_end
    mem.rising_plus, mem.rising_minus = mem.rising_plus * rise_end, mem.rising_minus * rise_end
    mem.x = mem.x * decay(1.0 / (rule.tau_plus_ms * row(matrix, LTP_WINDOW, 1.0, s, FLOOR_TIME)), h_ms)[1]
    mem.y = mem.y * decay(1.0 / (rule.tau_minus_ms * row(matrix, LTD_WINDOW, 1.0, s, FLOOR_TIME)), h_ms)[1]
    mem.r2, mem.o2 = mem.r2 * np.exp(-h_ms / rule.tau_x_ms), mem.o2 * np.exp(-h_ms / rule.tau_y_ms)
