"""The only time loop.

In every step n, at time t_n:

    1  neurons are advanced from t_{n-1}; Poisson, scripted and threshold spikes of step n are collected
    2  what was due now is released: it is there when the spikes of the same moment pair. Then spikes that left `delay` steps ago
       arrive: LTD side of the rule (P3), current for the next step
    3  spikes of this step: LTP side of the rule (P2)
    4  the world sees the spikes; spikes of the hubs schedule their release; what they release at once is released, after its cause
    5  samples are taken
    6  the third factor is integrated over [t_n, t_{n+1}] and the tables of its past grow by one entry

Step 2 and 3 touch only synapses of neurons that spiked (see plasticity, E1). The grid need not be even; neurons other than
scripted ones expect an even one. A world may end a run before its grid ends (`halt`): a trial ends when the goal is reached.
"""

from math import exp
from typing import NamedTuple

import numpy as np

from engine.circuit import (
    AREA,
    DELAY,
    FIRST,
    HUB_DELAY,
    HUB_FIRST,
    HUB_MODULATOR,
    HUB_STOP,
    IN_ROW,
    JITTER,
    KIND,
    LAG,
    LAST_ONE,
    NO_AREA,
    OUT_ROW,
    PLASTIC,
    POST_START,
    POST_STOP,
    POST_TRACE,
    PRE_START,
    PRE_STOP,
    PRE_TRACE,
    PROJ_AREA,
    START,
    STOP,
    Net,
)  # fmt: skip
from engine.dispatch import react
from engine.kernel import inlined, kernel, uncounted
from engine.modulators import N_MODULATORS, C, Kinetics, S, new_levels, pulse, settle
from engine.neurons import (
    BIAS,
    CUT_OFF,
    DEAF,
    ESCAPE,
    FADE,
    IZHIKEVICH,
    LEAK,
    LIF,
    NOISE,
    POISSON,
    RATE0,
    REFRACTORY,
    SCRIPTED,
    THETA,
    epsp_step,
    escape_integral,
    fill_uniform,
    izhikevich_half_step,
    lif_step,
    split_mix,
    steps_to_next_spike,
)  # fmt: skip
from engine.plasticity import (
    E_MINUS,
    E_PLUS,
    EXCITABILITY,
    EXPLORATION_NOISE,
    FLOOR_RATE,
    LEARNING_RATE,
    LTD_GATE,
    LTP_GATE,
    NEAREST,
    W_MIN,
    WINDOW_MINUS,
    WINDOW_PLUS,
    Rule,
    Tables,
    block_is_full,
    bounded,
    extend,
    factor,
    goes_straight,
    kept,
    linear,
    new_synapses,
    new_tables,
    one_way_between_turns,
    pair_amount,
    post_event,
    pre_event,
    rebase,
    restart,
    rise_norm,
    same_traces,
    set_pace,
    signals_in_step,
    straight_weight,
    trace_now,
    weight_now,
    write_bounded,
    write_straight,
)  # fmt: skip

BLOCK_STEPS = 1000

# Rows of `State.cell`: potential (mV), recovery variable (LIF: refractory until, ms; escape: the part of the potential that decays with
# tau_s), synaptic input (mV), extra input set by a world (mV), noise now (escape: what the integral of the rate lacks to the next spike;
# below zero: not drawn yet), Poisson rate (Hz) (escape: gain of what arrives, 0 just after its spike)
V, U, CURRENT, DRIVE, EPS, RATE = range(6)
# Rows of `State.whole`: step of the next Poisson spike (escape: of its own last one), spikes so far
NEXT, COUNT = range(2)
# Rows of the trace arrays: pair trace in the block's scale, slow trace at its last spike, time of that spike (ms)
PAIR, SLOW, SLOW_MS = range(3)
# Entries of `State.clock`: steps done, place in the script, place in the block, first step in which a Poisson source spikes, 1 if a
# world has ended this run
DONE, SCRIPT, BLOCK, SOON, HALTED = range(5)
N_CLOCK = 5
NEVER = 1 << 62
FORGOTTEN = 1e-13  # a pair trace below this writes less than rounding does: its synapse is left alone


class State(NamedTuple):
    """Everything a run remembers besides synapses and modulators, advanced in place; N neurons, R steps of memory."""

    clock: np.ndarray  # (N_CLOCK,)
    cell: np.ndarray  # (6, N)
    whole: np.ndarray  # (2, N)
    ring: np.ndarray  # (R, N + 1) neurons that spiked in each of the last R steps; the last entry is their number
    pre: np.ndarray  # (3, n) presynaptic traces of every plastic projection
    post: np.ndarray  # (3, n) postsynaptic traces
    agenda: np.ndarray  # (L, 4) pulses to come (nM), by step modulo L


class Log(NamedTuple):
    """Spikes between two times, as many as fit."""

    ms: np.ndarray  # (M,)
    neuron: np.ndarray  # (M,)
    size: np.ndarray  # (1,)
    from_ms: float
    to_ms: float


class Record(NamedTuple):
    """Samples: K of W watched synapses and A areas, M of the weights of all S plastic synapses."""

    at: np.ndarray  # (K,) steps at which samples are taken, sorted
    watch: np.ndarray  # (W,) plastic synapses
    watch_area: np.ndarray  # (W,) their areas
    synapse: np.ndarray  # (3, K, W) weight, e+, e-
    modulator: np.ndarray  # (2, K, A, 4) concentration (nM), signal
    gates: np.ndarray  # (K, A, 3) eta g_eta (1/s), G+, G-
    all_at: np.ndarray  # (M,) steps at which all weights are sampled, sorted
    weight: np.ndarray  # (M, S)
    size: np.ndarray  # (2,) samples taken, of either kind


class Job(NamedTuple):
    """One run in progress: all that the loop needs."""

    net: Net
    rule: Rule
    matrix: np.ndarray
    kin: Kinetics
    levels: np.ndarray
    syn: np.ndarray
    tables: Tables
    state: State
    log: Log
    record: Record


def new_log(from_ms: float = 0.0, to_ms: float = 0.0, room: int = 0) -> Log:
    """An empty spike log."""
    return Log(np.zeros(room), np.zeros(room, np.int64), np.zeros(1, np.int64), float(from_ms), float(to_ms))


def new_record(net: Net, n_areas: int = 1, at=(), watch=(), all_at=()) -> Record:
    """An empty record of the plastic synapses `watch` at the steps `at`, and of all weights at the steps `all_at`."""
    k, watch = len(at), np.asarray(watch, np.int64)
    area = np.zeros(watch.size, np.int64)
    for p in net.proj[net.proj[:, PLASTIC] == 1]:
        area[(p[FIRST] <= watch) & (watch < p[LAST_ONE])] = p[PROJ_AREA]
    return Record(
        np.asarray(at, np.int64), watch, area, np.zeros((3, k, watch.size)),
        np.zeros((2, k, n_areas, N_MODULATORS)), np.zeros((k, n_areas, 3)),
        np.asarray(all_at, np.int64), np.zeros((len(all_at), net.target.size)), np.zeros(2, np.int64),
    )  # fmt: skip


def new_state(net: Net, rate_hz: np.ndarray, agenda_steps: int) -> State:
    """Neurons at rest, no traces, no bursts to come. `agenda_steps`: how far ahead a burst can be scheduled."""
    n, memory = rate_hz.size, int(net.proj[:, DELAY].max(initial=0) + net.displaced.sum()) + 1
    cell, whole = np.zeros((6, n)), np.zeros((2, n), np.int64)
    cell[RATE], whole[NEXT] = rate_hz, -1
    for pop, constants in zip(net.pop, net.constants, strict=True):
        where = slice(pop[START], pop[STOP])
        if pop[KIND] == IZHIKEVICH:
            cell[V, where] = constants[2]
            cell[U, where] = constants[1] * constants[2]
        elif pop[KIND] == LIF:
            cell[V, where], cell[U, where] = constants[1], -1e300
        elif pop[KIND] == ESCAPE:
            cell[EPS, where], cell[RATE, where], whole[NEXT, where] = -1.0, 1.0, -NEVER
    plastic = net.proj[net.proj[:, PLASTIC] == 1]
    pre, post = (
        np.zeros((3, int((plastic[:, stop] - plastic[:, start]).sum())))
        for start, stop in ((PRE_START, PRE_STOP), (POST_START, POST_STOP))
    )
    pre[SLOW_MS] = post[SLOW_MS] = -1e300
    return State(
        np.zeros(N_CLOCK, np.int64),
        cell,
        whole,
        np.zeros((memory, n + 1), np.int64),
        pre,
        post,
        np.zeros((agenda_steps, N_MODULATORS)),
    )


def new_job(
    net,
    weights,
    rates,
    rule: Rule,
    matrix: np.ndarray,
    kin: Kinetics,
    start_ms: float,
    agenda_steps: int,
    record: Record,
    log: Log | None = None,
    block_steps: int = BLOCK_STEPS,
) -> Job:
    """A run ready to start at `start_ms`, modulators at their tonic steady state."""
    agenda_steps = max(agenda_steps, int(net.release[:, HUB_DELAY].max(initial=0)) + 1)
    n_areas = kin.table.shape[0]
    levels = new_levels(n_areas)
    settle(kin, levels, start_ms)
    state = new_state(net, rates, agenda_steps)
    return Job(
        net,
        rule,
        matrix,
        kin,
        levels,
        new_synapses(weights, rule.tau_rise_ms > 0.0),
        new_tables(n_areas, block_steps, rule.tau_rise_ms > 0.0),
        state,
        log or new_log(),
        record,
    )


def rest(job: Job, t_ms: float, awake: int | None = None) -> None:
    """Put neurons, traces and modulators to rest, as a long pause does before the next trial; weights and the clock stay as they are.

    awake: the first neuron of those that never rest (hubs); they and all modulators then go on as if there had been no pause.
    """
    state, fresh = job.state, new_state(job.net, job.state.cell[RATE], 1)
    state.cell[:, :awake], state.whole[NEXT, :awake] = fresh.cell[:, :awake], fresh.whole[NEXT, :awake]
    state.pre[:], state.post[:] = fresh.pre, fresh.post
    state.ring[:], state.clock[SOON] = 0, 0
    job.syn[:, E_PLUS:] = 0.0
    if awake is None:
        state.agenda[:] = 0.0
        settle(job.kin, job.levels, t_ms)


@inlined
def fire(state, log, slot, i, t_ms):
    """Note a spike of neuron i in the present step."""
    n = state.ring.shape[1] - 1
    state.ring[slot, state.ring[slot, n]] = i
    state.ring[slot, n] += 1
    state.whole[COUNT, i] += 1
    k = log.size[0]
    if k < log.ms.size and log.from_ms <= t_ms <= log.to_ms:
        log.ms[k], log.neuron[k] = t_ms, i
        log.size[0] = k + 1


@inlined
def spike_at(state, i, step):
    """Let Poisson source i spike next in this step, which must be to come; afterwards it goes on at its rate."""
    state.whole[NEXT, i] = step
    state.clock[SOON] = min(state.clock[SOON], step)


@inlined
def set_rate(state, i, rate_hz, n, h_ms, rng):
    """Change the rate of Poisson source i from step n on."""
    state.cell[RATE, i] = rate_hz
    spike_at(state, i, n + steps_to_next_spike(rng, rate_hz, h_ms))


@inlined
def set_rates(state, first, stop, rate_hz, n, h_ms, rng):
    """Let Poisson sources first..stop-1 fire at this rate from step n on."""
    for i in range(first, stop):
        set_rate(state, i, rate_hz, n, h_ms, rng)


@inlined
def halt(state):
    """End the run after this step; `simulate` goes on from there when it is called again."""
    state.clock[HALTED] = 1


@inlined
def poisson_spikes(start, stop, state, log, n, slot, t_ms, h_ms, rng):
    """Spikes due in step n, and when the next one is due."""
    soon = state.clock[SOON]
    for i in range(start, stop):
        due = state.whole[NEXT, i]
        if due <= n:
            if due == n:
                fire(state, log, slot, i, t_ms)
            due = n + steps_to_next_spike(rng, state.cell[RATE, i], h_ms)
            state.whole[NEXT, i] = due
        soon = min(soon, due)
    state.clock[SOON] = soon


@inlined
def scripted_spikes(script, state, log, n, slot, t_ms):
    k = state.clock[SCRIPT]
    while k < script.shape[1] and script[0, k] <= n:
        fire(state, log, slot, script[1, k], t_ms)
        k += 1
    state.clock[SCRIPT] = k


@inlined
def lif_advance(rest, leak, threshold, now_ms, v, until, total):
    """One step of every neuron of a population; a refractory one rests. Returns how many reach the threshold."""
    spikes = 0
    for i in range(v.size):
        w = lif_step(v[i], rest + total[i], leak)
        w = v[i] if now_ms < until[i] else w
        v[i] = w
        spikes += w >= threshold
    return spikes


@inlined
def lif_spikes(start, stop, q, state, log, slot, t_ms, h_ms, bias, gain, noise):
    """One step of integrate-and-fire neurons; a refractory one rests until the first step that begins after its refractory time."""
    v, until, eps = state.cell[V, start:stop], state.cell[U, start:stop], state.cell[EPS, start:stop]
    total_input(state.cell[CURRENT, start:stop], state.cell[DRIVE, start:stop], eps, bias, gain, noise, q[FADE])
    if lif_advance(q[1], q[LEAK], q[3], t_ms - h_ms + 1e-9, v, until, eps) == 0:
        return
    for i in range(v.size):
        if v[i] >= q[3]:
            v[i] = q[2]
            until[i] = t_ms + q[4]
            fire(state, log, slot, start + i, t_ms)


@inlined
def total_input(current, drive, eps, bias, gain, noise, fade):
    """Overwrite the noise `eps` with the whole input of every neuron (mV), and let the synaptic input fade."""
    for i in range(eps.size):
        eps[i] = bias + gain * (current[i] + drive[i]) + noise * eps[i]
    for i in range(current.size):
        current[i] *= fade


@inlined
def izhikevich_step(a, b, v, u, total):
    """One step of every neuron of a population; returns how many reach 30 mV.

    Few arrays and no branch in the loop: so the compiler proves that they do not overlap and takes several neurons at once.
    """
    spikes = 0
    for i in range(v.size):
        w = izhikevich_half_step(v[i], u[i], total[i])
        w = izhikevich_half_step(w, u[i], total[i])
        u[i] += a * (b * w - u[i])
        v[i] = w
        spikes += w >= 30.0
    return spikes


@inlined
def izhikevich_spikes(start, stop, q, state, log, slot, t_ms, bias, gain, noise):
    v, u = state.cell[V, start:stop], state.cell[U, start:stop]
    eps = state.cell[EPS, start:stop]
    total_input(state.cell[CURRENT, start:stop], state.cell[DRIVE, start:stop], eps, bias, gain, noise, q[FADE])
    if izhikevich_step(q[0], q[1], v, u, eps) == 0:
        return
    for i in range(v.size):
        if v[i] >= 30.0:
            v[i] = q[2]
            u[i] += q[3]
            fire(state, log, slot, start + i, t_ms)


@inlined
def escape_spikes(start, stop, q, state, log, n, slot, t_ms, h_ms, bias, gain, width_mv, rng):
    """One step of neurons with escape noise: a spike where the integral of the rate has reached what was drawn for it."""
    cell, left = state.cell, state.cell[EPS]
    theta_mv, nothing_mv = q[THETA] - bias, -CUT_OFF * width_mv
    v, u, hears = cell[V, start:stop], cell[U, start:stop], cell[RATE, start:stop]
    epsp_step(v, u, cell[CURRENT, start:stop], hears, q[LEAK], q[FADE])
    for i in range(start, stop):
        if cell[RATE, i] != gain:  # just spiked, or excitability has changed
            cell[RATE, i] = gain if (n - state.whole[NEXT, i]) * h_ms > q[DEAF] + 1e-9 else 0.0
        above_mv = cell[V, i] + gain * cell[DRIVE, i] - theta_mv
        if above_mv <= nothing_mv:
            continue
        if left[i] < 0.0:
            left[i] = rng.standard_exponential()
        left[i] -= escape_integral(above_mv, q[RATE0], width_mv, h_ms)
        if left[i] <= 0.0:
            left[i] = rng.standard_exponential()
            cell[V, i], cell[U, i], cell[RATE, i], state.whole[NEXT, i] = q[REFRACTORY], 0.0, 0.0, n
            fire(state, log, slot, i, t_ms)


@inlined
def neuron_spikes(kind, start, stop, q, drive_by, signals, a, matrix, state, log, n, slot, t_ms, h_ms, rng):
    """Advance a population of neurons; excitability and noise follow the modulation matrix."""
    gain, noise, bias = 1.0, q[NOISE], q[BIAS]
    if a != NO_AREA:
        for m in range(N_MODULATORS):
            bias += drive_by[m] * signals[a, m]
        gain = factor(matrix, EXCITABILITY, signals, a, FLOOR_RATE)
        noise *= factor(matrix, EXPLORATION_NOISE, signals, a, FLOOR_RATE)
    if kind == ESCAPE:
        escape_spikes(start, stop, q, state, log, n, slot, t_ms, h_ms, bias, gain, max(noise, 1e-3), rng)
        return
    if noise > 0.0:
        fill_uniform(rng, state.cell[EPS, start:stop])
    if kind == LIF:
        lif_spikes(start, stop, q, state, log, slot, t_ms, h_ms, bias, gain, noise)
    else:
        izhikevich_spikes(start, stop, q, state, log, slot, t_ms, bias, gain, noise)


@inlined
def collect_spikes(net, matrix, signals, state, log, n, slot, t_ms, h_ms, rng):
    """Step 1: who spikes now. signals: (A, 4)."""
    state.ring[slot, state.ring.shape[1] - 1] = 0
    sources_are_due = state.clock[SOON] <= n
    if sources_are_due:
        state.clock[SOON] = NEVER
    for p in range(net.pop.shape[0]):
        kind, start, stop = net.pop[p, KIND], net.pop[p, START], net.pop[p, STOP]
        if kind == POISSON:
            if sources_are_due:
                poisson_spikes(start, stop, state, log, n, slot, t_ms, h_ms, rng)
        elif kind == SCRIPTED:
            if start == first_scripted(net.pop):
                scripted_spikes(net.script, state, log, n, slot, t_ms)
        elif n > 0:
            neuron_spikes(
                kind,
                start,
                stop,
                net.constants[p],
                net.drive_by[p],
                signals,
                net.pop[p, AREA],
                matrix,
                state,
                log,
                n,
                slot,
                t_ms,
                h_ms,
                rng,
            )


@inlined
def first_scripted(pop):
    """First neuron of the first scripted population: its turn reads the common script."""
    for p in range(pop.shape[0]):
        if pop[p, KIND] == SCRIPTED:
            return pop[p, START]
    return -1


@inlined
def arrive_fixed(p, gain, out_ptr, fixed_target, fixed_weight, current, i):
    """A spike of neuron i reaches the targets of a projection that does not learn."""
    row = p[OUT_ROW] + i - p[PRE_START]
    for k in range(out_ptr[row], out_ptr[row + 1]):
        current[fixed_target[k]] += gain * fixed_weight[k]


@inlined
def slow_trace(trace, place, tau_ms, t_ms):
    """A slow trace just before a spike at t (P1)."""
    return trace[SLOW, place] * exp(-(t_ms - trace[SLOW_MS, place]) / tau_ms)


@inlined
def add_spike(rule, trace, place, fade, slow, t_ms):
    """The traces of a neuron at its own spike (P1); the pair trace in the block's scale."""
    nearest = rule.pairing == NEAREST
    trace[PAIR, place] = (0.0 if nearest else trace[PAIR, place]) + 1.0 / fade
    trace[SLOW, place] = (0.0 if nearest else slow) + 1.0
    trace[SLOW_MS, place] = t_ms


@inlined
def arrive_plastic(p, gain, out_ptr, target, syn, past, y, current, i, b, event, straight):
    """A spike of neuron i reaches its plastic synapses in step b of the block (P3); y: postsynaptic pair traces."""
    row = p[OUT_ROW] + i - p[PRE_START]
    fade, offset = past[b, WINDOW_MINUS], p[POST_TRACE] - p[POST_START]
    for k in range(out_ptr[row], out_ptr[row + 1]):
        j = target[k]
        trace = y[offset + j] * fade
        if straight:
            w = straight_weight(syn, k, event.k_plus, event.k_minus, event.w_max)
            w = write_straight(event, syn, k, b, w, pair_amount(event, trace, w - W_MIN), E_MINUS)
        else:
            w = bounded(syn, past, k, b, event.w_max)
            w = write_bounded(event, syn, past, k, b, w, pair_amount(event, trace, w - W_MIN), E_MINUS)
        current[j] += gain * w


@inlined
def spike_back(p, in_ptr, in_synapse, source, syn, past, x, j, b, event, straight):
    """Neuron j spikes: its incoming plastic synapses (P2); x: presynaptic pair traces."""
    row = p[IN_ROW] + j - p[POST_START]
    fade, offset = past[b, WINDOW_PLUS], p[PRE_TRACE] - p[PRE_START]
    for e in range(in_ptr[row], in_ptr[row + 1]):
        k = in_synapse[e]
        trace = x[offset + source[k]] * fade
        if trace < FORGOTTEN:
            continue
        if straight:
            w = straight_weight(syn, k, event.k_plus, event.k_minus, event.w_max)
            write_straight(event, syn, k, b, w, pair_amount(event, trace, event.w_max - w), E_PLUS)
        else:
            w = bounded(syn, past, k, b, event.w_max)
            write_bounded(event, syn, past, k, b, w, pair_amount(event, trace, event.w_max - w), E_PLUS)


@inlined
def arrivals(net, rule, matrix, signals, tables, syn, state, n, now, b, t_ms, norm, one_trace):
    """Step 2: spikes that left `delay` steps ago arrive. now: place of step n in the ring."""
    last = state.ring.shape[1] - 1
    for q in range(net.proj.shape[0]):
        slot = slot_before(state, now, net.proj[q, DELAY])
        if net.proj[q, DELAY] > n or state.ring[slot, last] == 0:
            continue
        p, a = net.proj[q], net.proj[q, PROJ_AREA]
        past, straight = tables.past[a], goes_straight(one_trace, tables.past[a], b)
        for k in range(state.ring[slot, last]):
            i, gain = state.ring[slot, k], net.gain[q]
            if not p[PRE_START] <= i < p[PRE_STOP]:
                continue
            if p[PLASTIC] == 0:
                arrive_fixed(p, gain, net.out_ptr, net.fixed_target, net.fixed_weight, state.cell[CURRENT], i)
            else:
                reach(net, rule, matrix, signals, p, a, gain, past, syn, state, i, b, t_ms, norm, straight)


@inlined
def slot_before(state, now, steps):
    """Place in the ring of the step that was so many steps ago."""
    return now - steps if steps <= now else now - steps + state.ring.shape[0]


@inlined
def reach(net, rule, matrix, signals, p, a, gain, past, syn, state, i, b, t_ms, norm, straight):
    """A spike of neuron i reaches the plastic synapses of a projection (P3), and its traces are written (P1)."""
    place = p[PRE_TRACE] + i - p[PRE_START]
    slow = slow_trace(state.pre, place, rule.tau_x_ms, t_ms)
    event = pre_event(rule, matrix, signals, a, past, b, slow, norm)
    current, y = state.cell[CURRENT], state.post[PAIR]
    arrive_plastic(p, gain, net.out_ptr, net.target, syn, past, y, current, i, b, event, straight)
    add_spike(rule, state.pre, place, past[b, WINDOW_PLUS], slow, t_ms)


@uncounted
def arrivals_apart(net, rule, matrix, signals, tables, syn, state, n, now, b, t_ms, norm, one_trace):
    """Step 2 where traces are displaced (`Circuit.displace`): a spike drives `lag` steps late, and pairs at a time of its own around then."""
    last, lag, jitter = state.ring.shape[1] - 1, net.displaced[LAG], net.displaced[JITTER]
    for q in range(net.proj.shape[0]):
        p, a, gain = net.proj[q], net.proj[q, PROJ_AREA], net.gain[q]
        past, straight = tables.past[a], goes_straight(one_trace, tables.past[a], b)
        plastic = p[PLASTIC] == 1
        drives = p[DELAY] + (lag if plastic else 0)
        for delay in range(drives - jitter if plastic else drives, drives + (jitter if plastic else 0) + 1):
            if delay > n:
                break
            slot = slot_before(state, now, delay)
            for k in range(state.ring[slot, last]):
                i = state.ring[slot, k]
                if not p[PRE_START] <= i < p[PRE_STOP]:
                    continue
                if not plastic:
                    arrive_fixed(p, gain, net.out_ptr, net.fixed_target, net.fixed_weight, state.cell[CURRENT], i)
                    continue
                if drives + displacement(i, n - delay, jitter) == delay:
                    reach(net, rule, matrix, signals, p, a, 0.0, past, syn, state, i, b, t_ms, norm, straight)
                if delay == drives:
                    drive_plastic(
                        p, gain, net.out_ptr, net.target, syn, past, state.cell[CURRENT], i, b, rule, straight
                    )


@inlined
def drive_plastic(p, gain, out_ptr, target, syn, past, current, i, b, rule, straight):
    """A spike of neuron i drives the targets of its plastic synapses and pairs with nothing."""
    row = p[OUT_ROW] + i - p[PRE_START]
    for k in range(out_ptr[row], out_ptr[row + 1]):
        current[target[k]] += gain * weight_now(syn, past, k, b, rule.w_max, straight)


@inlined
def displacement(i, n, jitter):
    """How many steps later the spike of neuron i in step n pairs than it drives: uniform in -jitter..jitter, the same whenever asked."""
    bits = split_mix(np.uint64(i) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(n + 1))
    return np.int64(bits >> np.uint64(11)) % (2 * jitter + 1) - jitter


@inlined
def back_spikes(net, rule, matrix, signals, tables, syn, state, slot, b, t_ms, norm, one_trace):
    """Step 3: spikes of this step, seen from the postsynaptic side."""
    last = state.ring.shape[1] - 1
    for q in range(net.proj.shape[0]):
        if net.proj[q, PLASTIC] == 0:
            continue
        p, a = net.proj[q], net.proj[q, PROJ_AREA]
        past, straight = tables.past[a], goes_straight(one_trace, tables.past[a], b)
        for k in range(state.ring[slot, last]):
            j = state.ring[slot, k]
            if p[POST_START] <= j < p[POST_STOP]:
                place = p[POST_TRACE] + j - p[POST_START]
                slow = slow_trace(state.post, place, rule.tau_y_ms, t_ms)
                event = post_event(rule, matrix, signals, a, past, b, slow, norm)
                spike_back(p, net.in_ptr, net.in_synapse, net.source, syn, past, state.pre[PAIR], j, b, event, straight)
                add_spike(rule, state.post, place, past[b, WINDOW_MINUS], slow, t_ms)


@inlined
def schedule_release(net, state, n, slot):
    """Step 4a: every spike of a hub releases its modulator after the hub's delay."""
    last, ahead = state.ring.shape[1] - 1, state.agenda.shape[0]
    for k in range(state.ring[slot, last]):
        i = state.ring[slot, k]
        for h in range(net.release.shape[0]):
            if net.release[h, HUB_FIRST] <= i < net.release[h, HUB_STOP]:
                state.agenda[(n + net.release[h, HUB_DELAY]) % ahead, net.release[h, HUB_MODULATOR]] += net.release_nm[
                    h
                ]


@inlined
def release_due(kin, levels, agenda, n, t_ms):
    """Steps 2 and 4b: the pulses of this step leave the agenda."""
    row = n % agenda.shape[0]
    for m in range(N_MODULATORS):
        if agenda[row, m] != 0.0:
            pulse(kin, levels, m, agenda[row, m], t_ms)
            agenda[row, m] = 0.0


@inlined
def sample(rule, matrix, levels, syn, tables, record, b, one_trace):
    """Step 5: write down the watched synapses and the modulators of every area."""
    k = record.size[0]
    for i in range(record.watch.size):
        a = record.watch_area[i]
        straight = goes_straight(one_trace, tables.past[a], b)
        record.synapse[0, k, i] = weight_now(syn, tables.past[a], record.watch[i], b, rule.w_max, straight)
        record.synapse[1, k, i], record.synapse[2, k, i] = trace_now(syn, tables.past[a], record.watch[i], b)
    for a in range(levels.shape[1]):
        for m in range(N_MODULATORS):
            record.modulator[0, k, a, m], record.modulator[1, k, a, m] = levels[C, a, m], levels[S, a, m]
        record.gates[k, a, 0] = rule.eta_per_s * factor(matrix, LEARNING_RATE, levels[S], a, FLOOR_RATE)
        record.gates[k, a, 1] = linear(matrix, LTP_GATE, rule.gate_plus, levels[S], a)
        record.gates[k, a, 2] = linear(matrix, LTD_GATE, rule.gate_minus, levels[S], a)
    record.size[0] = k + 1


@inlined
def sample_all(proj, syn, tables, record, b, w_max, one_trace):
    """Step 5: write down the weights of all plastic synapses."""
    k = record.size[1]
    for q in range(proj.shape[0]):
        if proj[q, PLASTIC] == 1:
            past = tables.past[proj[q, PROJ_AREA]]
            straight = goes_straight(one_trace, past, b)
            for i in range(proj[q, FIRST], proj[q, LAST_ONE]):
                record.weight[k, i] = weight_now(syn, past, i, b, w_max, straight)
    record.size[1] = k + 1


@inlined
def take_samples(net, rule, matrix, levels, syn, tables, record, n, b, one_trace):
    """Step 5: every sample that is due in step n."""
    while record.size[0] < record.at.size and record.at[record.size[0]] == n:
        sample(rule, matrix, levels, syn, tables, record, b, one_trace)
    while record.size[1] < record.all_at.size and record.all_at[record.size[1]] == n:
        sample_all(net.proj, syn, tables, record, b, rule.w_max, one_trace)


@inlined
def rebase_traces(trace, first, size, fade):
    """Pair traces from the block's scale to plain scale."""
    for k in range(first, first + size):
        trace[PAIR, k] = kept(trace[PAIR, k] * fade)


@inlined
def end_block(proj, w_max, syn, tables, state, one_trace):
    """All synapses up to date, all traces in plain scale, new tables."""
    b = state.clock[BLOCK]
    for q in range(proj.shape[0]):
        p = proj[q]
        if p[PLASTIC] == 1:
            past = tables.past[p[PROJ_AREA]]
            rebase(syn, past, p[FIRST], p[LAST_ONE], b, w_max, goes_straight(one_trace, past, b))
            rebase_traces(state.pre, p[PRE_TRACE], p[PRE_STOP] - p[PRE_START], past[b, WINDOW_PLUS])
            rebase_traces(state.post, p[POST_TRACE], p[POST_STOP] - p[POST_START], past[b, WINDOW_MINUS])
    restart(tables)
    state.clock[BLOCK] = 0


@inlined
def third_factor(rule, matrix, kin, levels, tables, b, t_ms, h_ms, s, one_way):
    """Step 6: the tables of every area grow by one step."""
    set_pace(rule, tables.pace, h_ms)
    for a in range(levels.shape[1]):
        signals_in_step(kin, levels, tables.level_pace, a, t_ms, h_ms, s)
        extend(rule, matrix, tables.past, tables.pace, a, s, b, h_ms, one_way)


@uncounted
def run_steps(job, world, memory, grid_ms, rng):
    """The loop itself; see the head of this file for the six steps."""
    net, rule, state, record, tables, syn = job.net, job.rule, job.state, job.record, job.tables, job.syn
    matrix, kin, levels, log, clock = job.matrix, job.kin, job.levels, job.log, job.state.clock
    signals = levels[S]
    one_trace, one_way = same_traces(rule, matrix), one_way_between_turns(rule, matrix)
    norm_plus, norm_minus = rise_norm(rule, rule.tau_e_ms), rise_norm(rule, rule.tau_e_ms * rule.ltd_decay_ratio)
    n0, clock[HALTED], apart = clock[DONE], 0, net.displaced[LAG] > 0
    for k in range(grid_ms.size - 1):
        n, t_ms, h_ms, b = n0 + k, grid_ms[k], grid_ms[k + 1] - grid_ms[k], clock[BLOCK]
        slot = n % state.ring.shape[0]
        collect_spikes(net, matrix, signals, state, log, n, slot, t_ms, h_ms, rng)
        release_due(kin, levels, state.agenda, n, t_ms)
        if apart:
            arrivals_apart(net, rule, matrix, signals, tables, syn, state, n, slot, b, t_ms, norm_minus, one_trace)
        else:
            arrivals(net, rule, matrix, signals, tables, syn, state, n, slot, b, t_ms, norm_minus, one_trace)
        if state.ring[slot, state.ring.shape[1] - 1] > 0:
            back_spikes(net, rule, matrix, signals, tables, syn, state, slot, b, t_ms, norm_plus, one_trace)
        react(world, memory, state, slot, n, t_ms, h_ms, rng)
        schedule_release(net, state, n, slot)
        release_due(kin, levels, state.agenda, n, t_ms)
        take_samples(net, rule, matrix, levels, syn, tables, record, n, b, one_trace)
        third_factor(rule, matrix, kin, levels, tables, b, t_ms, h_ms, tables.nodes, one_way)
        clock[BLOCK] = b + 1
        if block_is_full(rule, tables.past, b + 1):
            end_block(net.proj, rule.w_max, syn, tables, state, one_trace)
        clock[DONE] = n + 1
        if clock[HALTED] == 1:
            break
    end_block(net.proj, rule.w_max, syn, tables, state, one_trace)
    take_samples(net, rule, matrix, levels, syn, tables, record, clock[DONE], 0, one_trace)


@kernel
def simulate(job, world, memory, grid_ms, rng):
    """Run over grid_ms (T+1,): T steps, continuing where the job stands. A sample due at the very end is taken then.

    world: what reacts to spikes (dispatch.py), with its `memory`. Afterwards every weight and trace is up to date at grid_ms[-1], or where
    the world has ended the run (`halt`).
    """
    run_steps(job, world, memory, grid_ms, rng)
