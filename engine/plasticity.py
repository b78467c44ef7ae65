"""The rule family: one synapse, two traces, four modulators. Every named rule is a point in this space.

For a synapse i -> j in an area with receptor signals s = (DA, ACh, NE, 5-HT):

    (P1)  x_i, y_j    pair traces of pre- and postsynaptic spikes (+1 per spike, or set to 1: nearest neighbour),
                      decaying with tau+ g_W+(s) and tau- g_W-(s);   r2_i, o2_j slow traces (tau_x, tau_y), read before their own spike
    (P2)  at post     a = g_A+(s) x_i (A+ + A3+ o2_j) f+(w)     e+ += a     w += phi+(s) a
    (P3)  at pre      a = g_A-(s) y_j (A- + A3- r2_i) f-(w)     e- += a     w -= phi-(s) a
    (P4)  f+(w) = (1 - u)^mu+,  f-(w) = u^mu-,  u = (w - w_min) / (w_max - w_min)
    (P5)  e'  = -e / (tau_e g_D(s)),  or with a rise time  e' = (q - e / tau_e) / g_D(s),  q' = -q / (tau_rise g_D(s)),  to which a pairing adds
          so much that the peak of e is a: the difference of two exponentials, or t exp(-t/tau) where both times are one
    (P6)  w'  = eta g_eta(s) [ G+(s) e+ - G-(s) e- ],  clipped to [w_min, w_max]

Nearest neighbours set all four traces to 1, also the slow ones. Each g is 1 + sum_m M[row, m] s_m; phi and G have their own base value instead of 1. M is the modulation matrix.
g of amplitudes and of the learning rate is never below 0, of windows and decay never below 0.1 (model choice).
A pre- and a postsynaptic spike in the same step count as pre before post with time difference 0. A modulator released in that step is
there before them: it acts on the pairing of the same moment.

Sources: Song, Miller & Abbott 2000; Guetig et al. 2003 (P4); Pfister & Gerstner 2006 (slow traces);
Izhikevich 2007 and Gerstner et al. 2018 (P5, P6); the matrix is this project's common form.

Event-driven form (exact). Everything a synapse missed since it was last touched is in a few numbers of its area,
since the third factor is broadcast: with D(t) = integral of dt / tau_e(s) and K(t) = integral of eta G(s) exp(-D) dt since the
start of a block,

    (E1)  E = e exp(D) is constant between events,        w(t2) = w(t1) + E+ [K+(t2) - K+(t1)] - E- [K-(t2) - K-(t1)]

A block ends before exp(D) costs digits (`MAX_DECAY`); then every synapse is brought up to date and the tables start again.
Clipping: between two events w can leave the bounds and return. Where a bound is within reach the missed steps are replayed one
by one (`bounded`), so that the result is that of the dense form, with clipping, in every case.
"""

from collections.abc import Mapping
from math import exp, expm1, log1p
from typing import Annotated, NamedTuple

import numpy as np

from engine.kernel import inlined
from engine.modulators import (
    BASELINE,
    LABELS,
    MEAN,
    MODULATORS,
    NEGLIGIBLE_NM,
    QUIET,
    TAU,
    C,
    R,
    S,
    is_plain,
    move,
    note_rest,
    occupancy,
    relax,
    signal,
    store,
)  # fmt: skip
from engine.parameters import Field, Param, Values, fields

ROWS: tuple[str, ...] = (
    "ltp_amplitude", "ltd_amplitude", "ltp_window", "ltd_window", "ltp_at_once", "ltd_at_once", "trace_decay",
    "ltp_gate", "ltd_gate", "learning_rate", "excitability", "exploration_noise", "consolidation",
)  # fmt: skip
(
    LTP_AMPLITUDE, LTD_AMPLITUDE, LTP_WINDOW, LTD_WINDOW, LTP_AT_ONCE, LTD_AT_ONCE, TRACE_DECAY,
    LTP_GATE, LTD_GATE, LEARNING_RATE, EXCITABILITY, EXPLORATION_NOISE, CONSOLIDATION,
) = range(13)  # fmt: skip

ROW_DOCS = {
    "ltp_amplitude": "how much LTP trace a pre-before-post pair writes",
    "ltd_amplitude": "how much LTD trace a post-before-pre pair writes",
    "ltp_window": "how long after a presynaptic spike a postsynaptic one still counts",
    "ltd_window": "how long after a postsynaptic spike a presynaptic one still counts",
    "ltp_at_once": "share of an LTP pairing that becomes weight at once; below zero it depresses",
    "ltd_at_once": "share of an LTD pairing that becomes weight at once; below zero it potentiates",
    "trace_decay": "how long both traces last",
    "ltp_gate": "speed at which the LTP trace becomes weight; below zero it depresses",
    "ltd_gate": "speed at which the LTD trace becomes weight; below zero it potentiates",
    "learning_rate": "overall speed of all gated learning",
    "excitability": "gain of the input to the neurons",
    "exploration_noise": "size of the neurons' background noise",
    "consolidation": "how readily a tagged synapse is made permanent",
}

FLOOR_RATE, FLOOR_TIME = 0.0, 0.1
MAX_DECAY = 8.0  # a block ends when exp(D) > e^8: the sums keep 12 digits
AT_BOUND = 1e-9  # a weight this close to its bound (as a share of the range) is at it: with mu < 1 the rounding of the sums would matter
MAX_WINDOW = 300.0  # the pair traces have no sums; only overflow must be avoided
NEAREST = 1.0


# fmt: off
class Rule(NamedTuple):
    """The constants of the rule family; also the struct the kernels take."""

    a_plus: Annotated[float, Param("", 0, 10, "LTP trace written by one pre-before-post pair at no time difference", level="core", label="LTP amplitude A+")] = 0.1
    a_minus: Annotated[float, Param("", 0, 10, "LTD trace written by one post-before-pre pair at no time difference", level="core", label="LTD amplitude A-")] = 0.1
    a3_plus: Annotated[float, Param("", 0, 10, "extra LTP per unit of the slow postsynaptic trace (triplet term)", label="triplet LTP A3+")] = 0.0
    a3_minus: Annotated[float, Param("", 0, 10, "extra LTD per unit of the slow presynaptic trace (triplet term)", label="triplet LTD A3-")] = 0.0
    tau_plus_ms: Annotated[float, Param("ms", 5, 200, "how long a presynaptic spike can still be paired", log=True, level="core", label="LTP window")] = 20.0
    tau_minus_ms: Annotated[float, Param("ms", 5, 200, "how long a postsynaptic spike can still be paired", log=True, level="core", label="LTD window")] = 20.0
    tau_x_ms: Annotated[float, Param("ms", 5, 2000, "decay of the slow presynaptic trace (triplet term)", log=True, label="slow pre trace")] = 101.0
    tau_y_ms: Annotated[float, Param("ms", 5, 2000, "decay of the slow postsynaptic trace (triplet term)", log=True, label="slow post trace")] = 125.0
    pairing: Annotated[str, Param(choices=("all", "nearest"), doc="which spikes pair: all with all, or each with its nearest", label="spike pairing")] = "all"
    mu_plus: Annotated[float, Param("", 0, 3, "how much LTP shrinks as the weight nears its upper bound (0: not at all)", level="core", label="soft upper bound", step=0.05)] = 0.0
    mu_minus: Annotated[float, Param("", 0, 3, "how much LTD shrinks as the weight nears its lower bound (0: not at all)", level="core", label="soft lower bound", step=0.05)] = 0.0
    tau_e_ms: Annotated[float, Param("ms", 10, 600_000, "how long a pairing is remembered", log=True, soft=(10, 100_000), level="intro", label="trace decay")] = 1000.0
    ltd_decay_ratio: Annotated[float, Param("", 0.05, 20, "decay time of the LTD trace as a multiple of the LTP trace's", log=True, label="LTD trace ratio")] = 1.0
    tau_rise_ms: Annotated[float, Param("ms", 0, 2000, "how long a pairing takes to become eligible; 0 is at once", soft=(0, 1000), level="core", label="trace rise", step=10, floor=0.1)] = 0.0
    phi_plus: Annotated[float, Param("", -2, 2, "share of an LTP pairing that becomes weight at once", label="LTP at once", step=0.05)] = 0.0
    phi_minus: Annotated[float, Param("", -2, 2, "share of an LTD pairing that becomes weight at once", label="LTD at once", step=0.05)] = 0.0
    gate_plus: Annotated[float, Param("", -5, 5, "speed at which the LTP trace becomes weight without modulators", label="LTP gate at rest", step=0.05)] = 0.0
    gate_minus: Annotated[float, Param("", -5, 5, "speed at which the LTD trace becomes weight without modulators", label="LTD gate at rest", step=0.05)] = 0.0
    eta_per_s: Annotated[float, Param("1/s", 1e-4, 1000, "learning rate", log=True, level="core", label="learning rate")] = 1.0
    baseline_tau_s: Annotated[float, Param("s", 0.1, 1000, "memory of the running mean that the baseline factor subtracts", log=True, label="baseline memory")] = 60.0
    w_max: Annotated[float, Param("", 0.01, 100, "upper bound of a weight", log=True, label="upper bound")] = 1.0
# fmt: on


W_MIN = 0.0


def rule_fields() -> Mapping[str, Field]:
    return fields(Rule, group="rule")


def matrix_fields() -> dict[str, Field]:
    """One field per cell of the modulation matrix, named `<row>_by_<modulator>`, all 0."""
    out = {}
    for row in ROWS:
        for m in MODULATORS:
            param = Param(
                "",
                -100,
                100,
                f"effect of one unit of the {LABELS[m]} signal on {ROW_DOCS[row]}",
                soft=(-5, 5),
                label=f"{row.replace('_', ' ')} by {LABELS[m]}",
            )
            out[f"{row}_by_{m}"] = Field(f"{row}_by_{m}", float, 0.0, param, "matrix")
    return out


def matrix(values: Values) -> np.ndarray:
    """The modulation matrix M, (13, 4): effect of one unit of each signal on each row."""
    return np.array([[float(values[f"{row}_by_{m}"]) for m in MODULATORS] for row in ROWS])


def without_learning(rule: Rule, cells: np.ndarray) -> tuple[Rule, np.ndarray]:
    """The rule and the matrix with all learning taken out, what acts on traces and neurons kept."""
    cells = cells.copy()
    cells[[LTP_AT_ONCE, LTD_AT_ONCE]] = 0.0
    return rule._replace(eta_per_s=0.0, phi_plus=0.0, phi_minus=0.0), cells


# Columns of the tables (A, L, 16 or 18): the past of the third factor in one block, one row per step since the block began.
# K: integrals of eta G exp(-D), the gates of the traces (E1); RISE: with RESPONSE instead of exp(-D);
# REACH: the same integrals with |G|, how far a weight can have moved on its way; DECAY: exp(-D), of a rising trace's source
# exp(-D_rise); WINDOW: exp(-int dt/tau+-). RESPONSE, only if the rule has a rise time: e of a source q that was 1 when the block began (P5).
# STOP_AT: a list of the steps between which every weight moves one way (row q: stop q); STOPS: how many there are so far; WAY: 1 or -1, where
# the gate last went. Those are all steps, or, for a rule that is `one_way`, the ends of the steps in which the gate changes its sign.
(
    K_PLUS, K_MINUS, K_PLUS_RISE, K_MINUS_RISE, REACH_PLUS, REACH_MINUS, REACH_PLUS_RISE, REACH_MINUS_RISE,
    DECAY_PLUS, DECAY_MINUS, DECAY_RISE, WINDOW_PLUS, WINDOW_MINUS, STOP_AT, STOPS, WAY, RESPONSE_PLUS, RESPONSE_MINUS,
) = range(18)  # fmt: skip
N_SUMS, N_COLUMNS, N_RISING_COLUMNS = 8, 16, 18

# Columns of the synapses (S, 4 or 6). E: traces in the block's scale, RISE: their sources q, only if the rule has a rise time:
#     e(t) = E exp(-D(t)) + RISE RESPONSE(t)
# A pairing adds to RISE and takes from E what the response to it would already be: regular for any two times, equal ones too.
# ANCHOR: the weight less what the traces have earned since the block began, a constant between events:
#     (E2)  w(t) = ANCHOR + E+ K+(t) - E- K-(t)
# so that a weight is read without knowing when it was last touched. LAST: the step of that, for clipping (`bounded`).
# One synapse, one row: a spike touches synapses in no order.
ANCHOR, E_PLUS, E_MINUS, LAST, RISE_PLUS, RISE_MINUS = range(6)


# Entries of the pace: length of the step it holds for (ms); e+, e- and their sources at the three Gauss nodes and the end of
# the step; the pair traces at its end; the responses of e+ and e- to a source (`response`) at the nodes and the end
PACE_MS, PACE_PLUS, PACE_MINUS, PACE_RISE, PACE_WINDOW_PLUS, PACE_WINDOW_MINUS = 0, 1, 5, 9, 13, 14
PACE_RESPONSE_PLUS, PACE_RESPONSE_MINUS, N_PACE = 15, 19, 23
# Entries of the pace of a modulator's level: step and memory of the mean it holds for (ms); decay of the level to the three nodes and the end;
# decay and lag (see `relax`) of the running mean over the outer and over the inner two of the four stretches between start, nodes and end
LEVEL_MS, LEVEL_MEAN_MS, LEVEL_DECAY, MEAN_OUTER, MEAN_INNER = 0, 1, 2, 6, 8


class Tables(NamedTuple):
    """The past of the third factor in A areas."""

    past: np.ndarray  # (A, L + 1, 16), with a rise time (A, L + 1, 18)
    nodes: np.ndarray  # (3, 4) scratch: signals at the Gauss nodes of a step
    pace: np.ndarray  # (N_PACE,) what decays by itself in one step, see `set_pace`
    level_pace: np.ndarray  # (A, 4, 10) the same of plain modulators, see `set_level_pace`


def new_tables(n_areas: int, length: int, rises: bool) -> Tables:
    """Tables for blocks of at most `length` steps."""
    past = np.zeros((n_areas, length + 1, N_RISING_COLUMNS if rises else N_COLUMNS))
    tables = Tables(past, np.zeros((3, 4)), np.zeros(N_PACE), np.zeros((n_areas, 4, 10)))
    restart(tables)
    return tables


def new_synapses(w: np.ndarray, rises: bool) -> np.ndarray:
    """Synapses with weights `w` (S,) and no trace."""
    syn = np.zeros((w.size, 6 if rises else 4))
    syn[:, ANCHOR] = w
    return syn


def weights(syn: np.ndarray) -> np.ndarray:
    """Weights (S,) at the end of a block, where the sums are 0 and the anchor is the weight."""
    return syn[:, ANCHOR].copy()


@inlined
def linear(m, row, base, s, q):
    """base + sum_m M[row, m] s_m: one row of the modulation matrix, with the signals in row q of s (.., 4)."""
    return base + m[row, 0] * s[q, 0] + m[row, 1] * s[q, 1] + m[row, 2] * s[q, 2] + m[row, 3] * s[q, 3]


@inlined
def factor(m, row, s, q, floor):
    """A row whose base is 1, not below `floor`."""
    return max(linear(m, row, 1.0, s, q), floor)


@inlined
def response(t_ms, tau_e_ms, tau_rise_ms):
    """e after t of a source q that was 1 at 0 and e that was 0 (P5), ms: (exp(-t/tau_e) - exp(-t/tau_rise)) / (1/tau_rise - 1/tau_e).

    Written so that it goes smoothly through t exp(-t/tau) where both times are one.
    """
    slow_ms, fast_ms = max(tau_e_ms, tau_rise_ms), min(tau_e_ms, tau_rise_ms)
    z = t_ms * (1.0 / fast_ms - 1.0 / slow_ms)
    return t_ms * exp(-t_ms / slow_ms) * (-expm1(-z) / z if z > 0.0 else 1.0)


@inlined
def rise_norm(rule, tau_e_ms):
    """What a pairing adds to the source of a rising trace per unit of a (1/ms): 1 / peak of `response`; 1 for a trace that does not rise."""
    if rule.tau_rise_ms <= 0.0:
        return 1.0
    slow_ms, fast_ms = max(tau_e_ms, rule.tau_rise_ms), min(tau_e_ms, rule.tau_rise_ms)
    y = (slow_ms - fast_ms) / fast_ms
    peak_ms = slow_ms * (log1p(y) / y if y > 0.0 else 1.0)
    return 1.0 / response(peak_ms, tau_e_ms, rule.tau_rise_ms)


@inlined
def same_traces(rule, m):
    """True when both traces decay alike and share one gate, or its opposite: then e+ - e- (or e+ + e-) keeps its sign between events."""
    if rule.ltd_decay_ratio != 1.0 or rule.tau_rise_ms > 0.0:
        return False
    alike, opposite = rule.gate_plus == rule.gate_minus, rule.gate_plus == -rule.gate_minus
    for j in range(m.shape[1]):
        alike = alike and m[LTP_GATE, j] == m[LTD_GATE, j]
        opposite = opposite and m[LTP_GATE, j] == -m[LTD_GATE, j]
    return alike or opposite


@inlined
def one_way_between_turns(rule, m):
    """True when the gate's sign is the way every weight goes: one trace with one gate, or LTP traces alone, also rising ones."""
    return same_traces(rule, m) or (rule.a_minus == 0.0 and rule.a3_minus == 0.0)


# Nodes and weights of three-point Gauss-Legendre quadrature on [0, 1], and its collocation matrix (Hairer & Wanner, table 5.2)
_Q = 15.0**0.5
NODES = np.array([0.5 - _Q / 10, 0.5, 0.5 + _Q / 10])
WEIGHTS = np.array([5.0, 8.0, 5.0]) / 18.0
COLLOCATION = np.array(
    [
        [5 / 36, 2 / 9 - _Q / 15, 5 / 36 - _Q / 30],
        [5 / 36 + _Q / 24, 2 / 9, 5 / 36 - _Q / 24],
        [5 / 36 + _Q / 30, 2 / 9 + _Q / 15, 5 / 36],
    ]
)


@inlined
def decays(k):
    """exp(-k node) at the three Gauss nodes, and exp(-k): from two exponentials, since the nodes lie in symmetry."""
    first, second = exp(-k * NODES[0]), exp(-k * (NODES[1] - NODES[0]))
    middle = first * second
    return first, middle, middle * second, middle * middle


@inlined
def signals_in_step(kin, levels, level_pace, a, t_ms, h_ms, s):
    """Advance the modulators of area a by h_ms; s (3, 4): their signals at the Gauss nodes of the step."""
    for j in range(4):
        if levels[QUIET, a, j] == 1.0:
            s[0, j] = s[1, j] = s[2, j] = levels[S, a, j]
        elif is_plain(kin, a, j):
            plain_signals(kin, levels, level_pace[a, j], a, j, t_ms, h_ms, s)
        else:
            general_signals(kin, levels, a, j, t_ms, h_ms, s)


@inlined
def plain_signals(kin, levels, pace, a, j, t_ms, h_ms, s):
    """Linear clearance to the tonic level, immediate receptor, no drug: the closed form; the running mean from node to node."""
    set_level_pace(kin, pace, a, j, h_ms)
    tonic = kin.tonic_nm[0, a, j]
    excess = levels[C, a, j] - tonic
    if abs(excess) <= NEGLIGIBLE_NM:
        excess = 0.0
    r0 = occupancy(kin, a, j, tonic + excess * pace[LEVEL_DECAY], t_ms)
    r1 = occupancy(kin, a, j, tonic + excess * pace[LEVEL_DECAY + 1], t_ms)
    r2 = occupancy(kin, a, j, tonic + excess * pace[LEVEL_DECAY + 2], t_ms)
    end = occupancy(kin, a, j, tonic + excess * pace[LEVEL_DECAY + 3], t_ms)
    m0, m1, m2, mean = r0, r1, r2, end
    if kin.table[a, j, BASELINE] != 0.0:
        m0 = drawn_after(levels[MEAN, a, j], levels[R, a, j], r0, pace, MEAN_OUTER)
        m1 = drawn_after(m0, r0, r1, pace, MEAN_INNER)
        m2 = drawn_after(m1, r1, r2, pace, MEAN_INNER)
        mean = drawn_after(m2, r2, end, pace, MEAN_OUTER)
    s[0, j], s[1, j], s[2, j] = signal(kin, a, j, r0, m0), signal(kin, a, j, r1, m1), signal(kin, a, j, r2, m2)
    store(kin, levels, a, j, tonic + excess * pace[LEVEL_DECAY + 3], end, mean)


@inlined
def drawn_after(mean, r, r_next, pace, stretch):
    """`modulators.relax` of the running mean with the decay and lag of a stretch of the step."""
    return mean * pace[stretch] + r * (pace[stretch + 1] - pace[stretch]) + r_next * (1.0 - pace[stretch + 1])


@inlined
def set_level_pace(kin, pace, a, j, h_ms):
    """Make `pace` that of modulator j in area a for a step of h_ms; on an even grid this is done once."""
    if pace[LEVEL_MS] == h_ms and pace[LEVEL_MEAN_MS] == kin.baseline_tau_ms:
        return
    pace[LEVEL_MS], pace[LEVEL_MEAN_MS] = h_ms, kin.baseline_tau_ms
    keep(pace, LEVEL_DECAY, decays(h_ms / kin.table[a, j, TAU]))
    for first, share in ((MEAN_OUTER, NODES[0]), (MEAN_INNER, NODES[1] - NODES[0])):
        pace[first] = relax(1.0, 0.0, 0.0, kin.baseline_tau_ms, share * h_ms)
        pace[first + 1] = pace[first] + relax(0.0, 1.0, 0.0, kin.baseline_tau_ms, share * h_ms)


@inlined
def general_signals(kin, levels, a, j, t_ms, h_ms, s):
    """Any kinetics, from node to node."""
    c, r, mean = levels[C, a, j], levels[R, a, j], levels[MEAN, a, j]
    at = 0.0
    for q in range(4):
        stop = NODES[q] if q < 3 else 1.0
        move(kin, levels, a, j, t_ms + at * h_ms, (stop - at) * h_ms)
        if q < 3:
            s[q, j] = levels[S, a, j]
        at = stop
    note_rest(kin, levels, a, j, c, r, mean)


@inlined
def set_pace(rule, pace, h_ms):
    """Make `pace` that of a step of h_ms; on an even grid this is done once."""
    if pace[PACE_MS] == h_ms:
        return
    pace[PACE_MS] = h_ms
    keep(pace, PACE_PLUS, decays(h_ms / rule.tau_e_ms))
    if rule.ltd_decay_ratio != 1.0:
        keep(pace, PACE_MINUS, decays(h_ms / (rule.tau_e_ms * rule.ltd_decay_ratio)))
    if rule.tau_rise_ms > 0.0:
        keep(pace, PACE_RISE, decays(h_ms / rule.tau_rise_ms))
        keep(pace, PACE_RESPONSE_PLUS, responses(rule, rule.tau_e_ms, h_ms, (NODES[0], NODES[1], NODES[2], 1.0)))
        tau_minus_ms = rule.tau_e_ms * rule.ltd_decay_ratio
        keep(pace, PACE_RESPONSE_MINUS, responses(rule, tau_minus_ms, h_ms, (NODES[0], NODES[1], NODES[2], 1.0)))
    pace[PACE_WINDOW_PLUS] = exp(-h_ms / rule.tau_plus_ms)
    pace[PACE_WINDOW_MINUS] = exp(-h_ms / rule.tau_minus_ms)


@inlined
def responses(rule, tau_e_ms, h_ms, shares):
    """`response` at four moments, given as shares of h_ms."""
    return (
        response(h_ms * shares[0], tau_e_ms, rule.tau_rise_ms), response(h_ms * shares[1], tau_e_ms, rule.tau_rise_ms),
        response(h_ms * shares[2], tau_e_ms, rule.tau_rise_ms), response(h_ms * shares[3], tau_e_ms, rule.tau_rise_ms),
    )  # fmt: skip


@inlined
def keep(pace, first, four):
    """Write four numbers into the pace."""
    for q in range(4):
        pace[first + q] = four[q]


@inlined
def extend(rule, m, past, pace, a, s, n, h_ms, one_way):
    """Extend the tables of area a from step n to n + 1, a step of h_ms with signals s (3, 4) at its nodes; one_way: see `one_way_between_turns`."""
    speed = WEIGHTS[0] * h_ms * 1e-3 * rule.eta_per_s
    g_plus0, g_minus0 = node_gates(rule, m, s, 0, speed)
    g_plus1, g_minus1 = node_gates(rule, m, s, 1, 1.6 * speed)
    g_plus2, g_minus2 = node_gates(rule, m, s, 2, speed)
    plus = trace_decays(m, s, pace, PACE_PLUS, rule.tau_e_ms)
    minus = (
        plus
        if rule.ltd_decay_ratio == 1.0
        else trace_decays(m, s, pace, PACE_MINUS, rule.tau_e_ms * rule.ltd_decay_ratio)
    )
    add_gates(past, a, n, K_PLUS, DECAY_PLUS, g_plus0, g_plus1, g_plus2, plus)
    add_gates(past, a, n, K_MINUS, DECAY_MINUS, g_minus0, g_minus1, g_minus2, minus)
    if rule.tau_rise_ms > 0.0:
        rise = trace_decays(m, s, pace, PACE_RISE, rule.tau_rise_ms)
        risen_plus = trace_responses(rule, m, s, pace, PACE_RESPONSE_PLUS, rule.tau_e_ms)
        risen_minus = trace_responses(rule, m, s, pace, PACE_RESPONSE_MINUS, rule.tau_e_ms * rule.ltd_decay_ratio)
        add_rising(past, a, n, K_PLUS_RISE, RESPONSE_PLUS, g_plus0, g_plus1, g_plus2, plus, risen_plus)
        add_rising(past, a, n, K_MINUS_RISE, RESPONSE_MINUS, g_minus0, g_minus1, g_minus2, minus, risen_minus)
        past[a, n + 1, DECAY_RISE] = past[a, n, DECAY_RISE] * rise[3]
    else:
        past[a, n + 1, DECAY_RISE] = 1.0
    plus_window = window_decay(m, LTP_WINDOW, s, pace, PACE_WINDOW_PLUS, rule.tau_plus_ms)
    minus_window = window_decay(m, LTD_WINDOW, s, pace, PACE_WINDOW_MINUS, rule.tau_minus_ms)
    past[a, n + 1, WINDOW_PLUS] = past[a, n, WINDOW_PLUS] * plus_window
    past[a, n + 1, WINDOW_MINUS] = past[a, n, WINDOW_MINUS] * minus_window
    add_stop(past, a, n, one_way)


@inlined
def add_stop(past, a, n, one_way):
    """Note where step n to n + 1 must be looked at by itself: always, or where the gate turns in it."""
    gone = past[a, n + 1, K_PLUS] - past[a, n, K_PLUS]
    reached = past[a, n + 1, REACH_PLUS] - past[a, n, REACH_PLUS]
    way = 1.0 if gone > 0.0 else (-1.0 if gone < 0.0 else past[a, n, WAY])
    stops = int(past[a, n, STOPS])
    if one_way and (way != past[a, n, WAY] or abs(gone) < reached) and (stops == 0 or past[a, stops - 1, STOP_AT] != n):
        past[a, stops, STOP_AT] = n
        stops += 1
    if not one_way or abs(gone) < reached:
        past[a, stops, STOP_AT] = n + 1
        stops += 1
    past[a, n + 1, STOPS], past[a, n + 1, WAY] = stops, way


@inlined
def node_gates(rule, m, s, q, speed):
    """(eta G+, eta G-) at Gauss node q, times the node's share of the step (`speed`)."""
    eta = speed * factor(m, LEARNING_RATE, s, q, FLOOR_RATE)
    return eta * linear(m, LTP_GATE, rule.gate_plus, s, q), eta * linear(m, LTD_GATE, rule.gate_minus, s, q)


@inlined
def is_empty(m, row):
    """True when no modulator acts on this row."""
    return m[row, 0] == 0.0 and m[row, 1] == 0.0 and m[row, 2] == 0.0 and m[row, 3] == 0.0


@inlined
def trace_decays(m, s, pace, first, tau_ms):
    """Decay of a trace of time constant tau_ms from the start of a step to its three nodes and its end (P5)."""
    if is_empty(m, TRACE_DECAY):
        return pace[first], pace[first + 1], pace[first + 2], pace[first + 3]
    k, d = pace[PACE_MS] / tau_ms, warped(m, s)
    return exp(-k * d[0]), exp(-k * d[1]), exp(-k * d[2]), exp(-k * d[3])


@inlined
def trace_responses(rule, m, s, pace, first, tau_ms):
    """Response of a trace of time constant tau_ms to its source, from the start of a step to its three nodes and its end (P5)."""
    if is_empty(m, TRACE_DECAY):
        return pace[first], pace[first + 1], pace[first + 2], pace[first + 3]
    return responses(rule, tau_ms, pace[PACE_MS], warped(m, s))


@inlined
def warped(m, s):
    """Time as a modulated trace feels it, integral of dt / g_D from the start of a step to its three nodes and its end, as shares of the step."""
    r0, r1, r2 = trace_rate(m, s, 0), trace_rate(m, s, 1), trace_rate(m, s, 2)
    d0 = COLLOCATION[0, 0] * r0 + COLLOCATION[0, 1] * r1 + COLLOCATION[0, 2] * r2
    d1 = COLLOCATION[1, 0] * r0 + COLLOCATION[1, 1] * r1 + COLLOCATION[1, 2] * r2
    d2 = COLLOCATION[2, 0] * r0 + COLLOCATION[2, 1] * r1 + COLLOCATION[2, 2] * r2
    end = WEIGHTS[0] * r0 + WEIGHTS[1] * r1 + WEIGHTS[2] * r2
    return max(d0, 0.0), max(d1, 0.0), max(d2, 0.0), end  # a weight of the collocation is negative


@inlined
def trace_rate(m, s, q):
    """1 / g_D at Gauss node q (P5)."""
    return 1.0 / factor(m, TRACE_DECAY, s, q, FLOOR_TIME)


@inlined
def add_gates(past, a, n, column, decay, gate0, gate1, gate2, decays):
    """One step of a gate's integral and its reach (`column`) and of the decay (column `decay`) it is taken with."""
    start = past[a, n, decay]
    k0, k1, k2 = gate0 * (decays[0] * start), gate1 * (decays[1] * start), gate2 * (decays[2] * start)
    past[a, n + 1, column] = past[a, n, column] + (k0 + k1 + k2)
    past[a, n + 1, column + REACH_PLUS] = past[a, n, column + REACH_PLUS] + (abs(k0) + abs(k1) + abs(k2))
    past[a, n + 1, decay] = start * decays[3]


@inlined
def add_rising(past, a, n, column, response, gate0, gate1, gate2, decays, risen):
    """One step of a gate's integral and its reach (`column`) over the response of a rising trace (column `response`), and of that response."""
    e, q = past[a, n, response], past[a, n, DECAY_RISE]
    k0, k1 = gate0 * (e * decays[0] + q * risen[0]), gate1 * (e * decays[1] + q * risen[1])
    k2 = gate2 * (e * decays[2] + q * risen[2])
    past[a, n + 1, column] = past[a, n, column] + (k0 + k1 + k2)
    past[a, n + 1, column + REACH_PLUS] = past[a, n, column + REACH_PLUS] + (abs(k0) + abs(k1) + abs(k2))
    past[a, n + 1, response] = e * decays[3] + q * risen[3]


@inlined
def window_decay(m, row, s, pace, entry, tau_ms):
    """Decay of a pair trace of time constant tau_ms over a step (P1)."""
    if is_empty(m, row):
        return pace[entry]
    k, d = pace[PACE_MS] / tau_ms, 0.0
    for q in range(3):
        d += WEIGHTS[q] * k / factor(m, row, s, q, FLOOR_TIME)
    return exp(-d)


@inlined
def block_is_full(rule, past, n):
    """True when the tables must start again after step n: out of room, or exp(D) would cost digits."""
    if n + 1 >= past.shape[1]:
        return True
    decay, window = exp(-MAX_DECAY), exp(-MAX_WINDOW)
    for a in range(past.shape[0]):
        if past[a, n, DECAY_PLUS] < decay or past[a, n, DECAY_MINUS] < decay or past[a, n, DECAY_RISE] < decay:
            return True
        if past[a, n, WINDOW_PLUS] < window or past[a, n, WINDOW_MINUS] < window:
            return True
    return False


@inlined
def earned(syn, past, n, i):
    """What the traces of synapse i have earned from the block's begin to step n (E1)."""
    w = syn[i, E_PLUS] * past[n, K_PLUS] - syn[i, E_MINUS] * past[n, K_MINUS]
    if syn.shape[1] > RISE_PLUS:
        w += syn[i, RISE_PLUS] * past[n, K_PLUS_RISE] - syn[i, RISE_MINUS] * past[n, K_MINUS_RISE]
    return w


@inlined
def reach(syn, past, i, n1, n2):
    """How far weight i can have strayed between steps n1 and n2: each trace, which is never below 0, with the size of its gate."""
    plus = syn[i, E_PLUS] * (past[n2, REACH_PLUS] - past[n1, REACH_PLUS])
    minus = syn[i, E_MINUS] * (past[n2, REACH_MINUS] - past[n1, REACH_MINUS])
    if syn.shape[1] > RISE_PLUS:
        plus += syn[i, RISE_PLUS] * (past[n2, REACH_PLUS_RISE] - past[n1, REACH_PLUS_RISE])
        minus += syn[i, RISE_MINUS] * (past[n2, REACH_MINUS_RISE] - past[n1, REACH_MINUS_RISE])
    return abs(plus) + abs(minus)


@inlined
def bounded(syn, past, i, n, w_max):
    """Weight i at step n, clipped as the dense form clips: where a bound is within reach, from stop to stop."""
    last = int(syn[i, LAST])
    w = min(max(syn[i, ANCHOR] + earned(syn, past, last, i), W_MIN), w_max)  # against rounding only
    r = reach(syn, past, i, last, n)
    if w - r >= W_MIN and w + r <= w_max:
        return min(max(syn[i, ANCHOR] + earned(syn, past, n, i), W_MIN), w_max)  # against rounding only
    then = earned(syn, past, last, i)
    for q in range(int(past[last, STOPS]), int(past[n, STOPS])):
        now = earned(syn, past, int(past[q, STOP_AT]), i)
        w, then = min(max(w + now - then, W_MIN), w_max), now
    return min(max(w + earned(syn, past, n, i) - then, W_MIN), w_max)


@inlined
def straight_weight(syn, i, k_plus, k_minus, w_max):
    """Weight i (E2) where it cannot turn between events; k: the sums now."""
    w = syn[i, ANCHOR] + syn[i, E_PLUS] * k_plus - syn[i, E_MINUS] * k_minus
    return min(max(w, W_MIN), w_max)


@inlined
def weight_now(syn, past, i, n, w_max, straight):
    """Weight i at step n of the block. straight: see `goes_straight`."""
    if straight:
        return straight_weight(syn, i, past[n, K_PLUS], past[n, K_MINUS], w_max)
    return bounded(syn, past, i, n, w_max)


@inlined
def goes_straight(one_trace, past, n):
    """True when every weight moves one way between two events up to step n, so that clipping once is clipping always.

    The gate has kept its sign exactly when its integral has gone as far as it could: |K| = REACH.
    """
    return one_trace and abs(past[n, K_PLUS]) == past[n, REACH_PLUS]


class Event(NamedTuple):
    """What all synapses of one spike have in common: everything but the pair trace and the weight."""

    gain: float  # g_A(s) (A + A3 slow trace)
    at_once: float  # phi(s), with the sign of the side
    mu: float
    trace_scale: float  # see `block_scales`
    rise_scale: float
    w_max: float
    k_plus: float  # the sums now
    k_minus: float


@inlined
def post_event(rule, m, s, a, past, n, slow, norm):
    """A postsynaptic spike (P2) at step n in area a with signals s (A, 4); slow: o2; norm: see `rise_norm`."""
    gain = factor(m, LTP_AMPLITUDE, s, a, FLOOR_RATE) * (rule.a_plus + rule.a3_plus * slow)
    trace, rise = block_scales(rule, past, n, DECAY_PLUS, RESPONSE_PLUS, norm)
    at_once = linear(m, LTP_AT_ONCE, rule.phi_plus, s, a)
    return Event(gain, at_once, rule.mu_plus, trace, rise, rule.w_max, past[n, K_PLUS], past[n, K_MINUS])


@inlined
def pre_event(rule, m, s, a, past, n, slow, norm):
    """A presynaptic spike that arrives at step n (P3); slow: r2."""
    gain = factor(m, LTD_AMPLITUDE, s, a, FLOOR_RATE) * (rule.a_minus + rule.a3_minus * slow)
    trace, rise = block_scales(rule, past, n, DECAY_MINUS, RESPONSE_MINUS, norm)
    at_once = -linear(m, LTD_AT_ONCE, rule.phi_minus, s, a)
    return Event(gain, at_once, rule.mu_minus, trace, rise, rule.w_max, past[n, K_PLUS], past[n, K_MINUS])


@inlined
def block_scales(rule, past, n, decay, response, norm):
    """(trace_scale, rise_scale) of a pairing at step n: what it adds, per unit of a, to the trace and to its source in the block's scale."""
    if rule.tau_rise_ms <= 0.0:
        return 1.0 / past[n, decay], 0.0
    rise = norm / past[n, DECAY_RISE]
    return -rise * past[n, response] / past[n, decay], rise


@inlined
def pair_amount(event, trace, room):
    """a of (P2, P3): trace = the pair trace, room = distance of the weight to the bound (P4)."""
    if event.mu == 0.0:
        return event.gain * trace
    share = room / (event.w_max - W_MIN)
    return event.gain * trace * share**event.mu if share > AT_BOUND else 0.0


@inlined
def after_at_once(event, w, amount):
    """The weight after the immediate part of a pairing (P2, P3)."""
    return min(max(w + event.at_once * amount, W_MIN), event.w_max)


@inlined
def write_straight(event, syn, i, n, w, amount, column):
    """Write a pairing at step n into synapse i of weight w and return its weight after it; column: E_PLUS or E_MINUS."""
    syn[i, column] += amount * event.trace_scale
    w = after_at_once(event, w, amount)
    syn[i, ANCHOR] = w - syn[i, E_PLUS] * event.k_plus + syn[i, E_MINUS] * event.k_minus
    syn[i, LAST] = n  # a gate may yet change its sign in this block
    return w


@inlined
def write_bounded(event, syn, past, i, n, w, amount, column):
    """`write_straight` for synapses that may turn between events: also the rising part and the step."""
    syn[i, column] += amount * event.trace_scale
    if event.rise_scale != 0.0:
        syn[i, column + RISE_PLUS - E_PLUS] += amount * event.rise_scale
    w = after_at_once(event, w, amount)
    syn[i, ANCHOR] = w - earned(syn, past, n, i)
    syn[i, LAST] = n
    return w


@inlined
def rebase(syn, past, first, stop, n, w_max, straight):
    """End of a block at step n for synapses first..stop-1: up to date, traces in plain scale. `restart` must follow."""
    plus, minus = past[n, DECAY_PLUS], past[n, DECAY_MINUS]
    k_plus, k_minus = past[n, K_PLUS], past[n, K_MINUS]
    for i in range(first, stop):
        syn[i, ANCHOR] = (
            straight_weight(syn, i, k_plus, k_minus, w_max) if straight else bounded(syn, past, i, n, w_max)
        )
        syn[i, E_PLUS] = kept(syn[i, E_PLUS] * plus)
        syn[i, E_MINUS] = kept(syn[i, E_MINUS] * minus)
        syn[i, LAST] = 0.0
    if syn.shape[1] > RISE_PLUS:
        rise, risen_plus, risen_minus = past[n, DECAY_RISE], past[n, RESPONSE_PLUS], past[n, RESPONSE_MINUS]
        for i in range(first, stop):
            syn[i, E_PLUS] = kept(syn[i, E_PLUS] + syn[i, RISE_PLUS] * risen_plus)
            syn[i, E_MINUS] = kept(syn[i, E_MINUS] + syn[i, RISE_MINUS] * risen_minus)
            syn[i, RISE_PLUS] = kept(syn[i, RISE_PLUS] * rise)
            syn[i, RISE_MINUS] = kept(syn[i, RISE_MINUS] * rise)


@inlined
def kept(e):
    """A trace, or 0 where it is too small to matter: denormal numbers make a processor crawl."""
    return e if abs(e) > 1e-200 else 0.0


@inlined
def restart(tables):
    """Start the tables of a new block."""
    for a in range(tables.past.shape[0]):
        for k in range(tables.past.shape[2]):
            tables.past[a, 0, k] = 0.0 if k < N_SUMS or k >= STOP_AT else 1.0


@inlined
def trace_now(syn, past, i, n):
    """(e+, e-) of synapse i at step n, in plain scale."""
    plus, minus = syn[i, E_PLUS] * past[n, DECAY_PLUS], syn[i, E_MINUS] * past[n, DECAY_MINUS]
    if syn.shape[1] > RISE_PLUS:
        plus += syn[i, RISE_PLUS] * past[n, RESPONSE_PLUS]
        minus += syn[i, RISE_MINUS] * past[n, RESPONSE_MINUS]
    return plus, minus
