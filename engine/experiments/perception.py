r"""Perception: can attention redraw a sensory map, and reward a category?

Twelve stimuli (tones, say) drive 24 tuned input neurons, these a map of 36 integrate-and-fire neurons, the map two answer pools A and B that
inhibit each other. The synapses from input to map and from map to answers are plastic, under one rule; map and answers have different receptors.

gate      the input also drives inhibitory neurons that hold the map below the rate at which pairings potentiate; acetylcholine silences them
pairing   before the task one stimulus comes with a burst, at `ach_delay_ms` from its onset: its neighbours in the map come to prefer it
task      a stimulus up to `boundary` asks for A, one above for B; the pool with more spikes answers, the right answer is paid with dopamine
tests     before and after, all stimuli without bursts and with frozen synapses: tuning of the map, answers

Where the boundary lies and what the map prefers is nowhere in the network: both come from spikes, traces and modulators.

Kilgard MP, Merzenich MM (1998) Science 279:1714 (nucleus basalis). Froemke RC, Merzenich MM, Schreiner CE (2007) Nature 450:425 (ACh lifts inhibition).
Letzkus JJ et al. (2011) Nature 480:331 (a disinhibitory circuit). Bao S, Chan VT, Merzenich MM (2001) Nature 412:79 (dopamine instead).
"""

from functools import partial
from statistics import NormalDist
from typing import Annotated, NamedTuple

import numpy as np

from engine.bursts import Bursts, release
from engine.circuit import Circuit, Population, all_to_all, inhibition
from engine.dispatch import world
from engine.ensemble import Band, Control, run_all, run_in_chunks, run_seeds
from engine.hubs import UNIT_HZ, Drive, add_hubs, ahead_ms, emergent, scripted_bursts, warm_up
from engine.interventions import Measure
from engine.kernel import inlined
from engine.loop import Job, new_job, new_log, new_record, set_rate, set_rates
from engine.modulators import MODULATORS, kinetics
from engine.neurons import Lif
from engine.output import Output
from engine.parameters import Param, Value, struct
from engine.plasticity import ROWS, Rule, matrix, weights, without_learning
from engine.readouts import first_trials, says_what_cannot_act
from engine.settings import Settings, seed_of

TITLE = "Perception"
QUESTION = "Can attention redraw the map, and reward a category?"
DEFAULT_RULE = "gerstner_2018"
HUBS = MODULATORS
ROWS = tuple(row for row in ROWS if row != "consolidation")
CURSOR_PREFIX = "late_"
PANELS = (
    "perception_pairing",
    "perception_course",
    "perception_area",
    "perception_tuning",
    "perception_psychometric",
    "perception_feedback",
)
PAPERS = (
    "Kilgard MP, Merzenich MM (1998) Science 279:1714-1718",
    "Froemke RC, Merzenich MM, Schreiner CE (2007) Nature 450:425-429",
    "Letzkus JJ et al. (2011) Nature 480:331-335",
    "Bao S, Chan VT, Merzenich MM (2001) Nature 412:79-83",
)
EQUATIONS = (
    r"r_i(s) = r_0 + r_{max}\, e^{-(s - s_i)^2 / 2\sigma^2}",
    r"\tau_m \dot v = v_{rest} - v + b + \textstyle\sum_j w_j\,\epsilon * S_j - g * S_{gate} + \xi",
    r"b_{gate} = b_0 - d\,\mathrm{ACh}",
    r"\text{answer} = A\ \text{if}\ n_A > n_B,\quad B\ \text{if}\ n_B > n_A,\quad\text{none if equal}",
    r"d' = z(\text{A to A}) - z(\text{A to B}),\qquad \hat b = \tfrac12 + \textstyle\sum_s P(A \mid s)",
)
LEFT_OUT = (
    "One dimension, no layers, no spread of attention by the learner itself: who is attended to is set. Lateral inhibition and rivalry of the answers are signed projections, "
    "without neurons of their own. The map has receptors for what the stimulus is paired with and the answers for dopamine, both for norepinephrine. Tests have frozen synapses. "
    "The rebalancing of inhibition over hours (Froemke 2007) and the return of the map after weeks are not modelled."
)


# fmt: off
class Params(NamedTuple):
    """The stimuli, the task and the network."""

    paired: Annotated[int, Param("", 1, 12, "which of the twelve stimuli comes with the burst", soft=(2, 11), level="intro", label="paired stimulus", step=1)] = 9
    exposures: Annotated[int, Param("", 0, 400, "stimuli shown before the task, half of them the paired one", soft=(0, 100), level="intro", label="pairing trials", step=1)] = 40
    boundary: Annotated[float, Param("", 1, 11.5, "stimuli up to here ask for answer A, those above for B", level="intro", label="category boundary", step=0.5)] = 6.5
    trials: Annotated[int, Param("", 0, 1000, "trials of the task, one stimulus each", soft=(0, 400), level="intro", label="task trials", step=1)] = 200
    bonus: Annotated[float, Param("", 0.1, 10, "reward of a right A as a multiple of that of a right B", log=True, soft=(0.2, 5), level="core", label="reward of A to B")] = 1.0
    paired_with: Annotated[str, Param(choices=("ach", "da"), doc="what the stimulus is paired with; only for this the map and its gate have receptors", level="core", label="paired with")] = "ach"
    stimulus_ms: Annotated[int, Param("ms", 20, 500, "how long a stimulus lasts, and how long spikes of the answer are counted", level="core", label="stimulus", step=10)] = 200
    pairing_s: Annotated[float, Param("s", 0.3, 10, "from one stimulus to the next before the task, at least 0.1 s of silence", soft=(0.3, 3), label="time per pairing", step=0.1)] = 0.8
    trial_s: Annotated[float, Param("s", 0.3, 10, "from one stimulus to the next in the task, at least 0.1 s of silence", soft=(0.3, 3), label="time per trial", step=0.1)] = 0.6
    peak_hz: Annotated[float, Param("Hz", 1, 300, "rate of an input neuron at its best stimulus", level="core", label="input rate", step=5)] = 100.0
    tuning: Annotated[float, Param("", 0.3, 4, "width of the tuning of an input neuron (standard deviation, in stimuli)", label="input tuning", step=0.1)] = 1.0
    recurrent_mv: Annotated[float, Param("mV", 0, 40, "summed excitation of a map neuron by its neighbours", level="core", label="recurrent loop", step=0.5)] = 0.0
    lateral_mv: Annotated[float, Param("mV", 0, 60, "summed inhibition of a map neuron by all others", level="core", label="lateral inhibition", step=0.5)] = 15.0
    inhibition_mv: Annotated[float, Param("mV", 0, 100, "summed inhibition of a map neuron by the gate that the input drives", level="core", label="inhibitory gate", step=1)] = 42.0
    disinhibition_mv: Annotated[float, Param("mV", 0, 100, "input that one unit of the ACh (or DA) signal takes from the gate's neurons", level="core", label="disinhibition", step=1)] = 40.0
    rivalry_mv: Annotated[float, Param("mV", 0, 300, "summed inhibition of an answer pool by its rival", label="rivalry of the answers", step=5)] = 60.0
    readout_mv: Annotated[float, Param("mV", 0, 60, "input of a synapse from the map to an answer at its upper bound; 0 cuts them", label="map to answer", step=0.5)] = 16.0
# fmt: on


DEFAULTS = {
    "da_tonic_nm": 0.0, "da_burst_nm": 2000.0, "da_ec50_nm": 500.0, "da_delay_ms": 0, "ach_burst_nm": 500.0, "ach_delay_ms": 0, "ne_tonic_nm": 500.0,
    "ne_delay_ms": 0, "ht_delay_ms": 0,
}  # fmt: skip
QUICK = {"exposures": 6, "pairing_s": 0.5, "trials": 10, "trial_s": 0.5, "stimulus_ms": 150, "boundary": 2.5}
WAKES = {
    r"M_hub_noise_mv": {"M_source": "emergent", "M_burst_nm": 500.0},
    r"da_value_.*": {"da_source": "emergent", "da_burst_nm": 500.0},
}

OUTPUTS = {
    "paired_after": Output("", (), "map neurons that prefer the paired stimulus, at the end", "map for paired, at end"),
    "paired_before": Output("", (), "map neurons that prefer the paired stimulus, before", "before"),
    "right_percent": Output("%", (), "right answers among the last 30 of the task", "right at the end"),
    "d_prime_after": Output("", (), "d' of the answers between the two categories in the test at the end", "d' at the end"),
    "boundary_after": Output("", (), "boundary of the answers in the test at the end: 1/2 plus the summed shares of A", "boundary heard"),
    "d_prime_before": Output("", (), "d' before"),
    "boundary_before": Output("", (), "boundary before"),
    "map_open_hz": Output("Hz", (), "mean rate of the map during the paired stimulus before the task"),
    "map_closed_hz": Output("Hz", (), "mean rate of the map during the other stimuli before the task"),
    "pairing_trial": Output("", ("pairing",), "stimuli before the task, from 1"),
    "pairing_is_paired": Output("", ("pairing",), "1 where the stimulus was the paired one"),
    "pairing_map_hz": Output("Hz", ("pairing",), "mean rate of the map neurons during the stimulus"),
    "pairing_gate_hz": Output("Hz", ("pairing",), "mean rate of the gate's neurons during the stimulus"),
    "trial": Output("", ("trial",), "trial of the task, from 1"),
    "stimulus": Output("", ("trial",), "stimulus shown, from 1"),
    "answer": Output("", ("trial",), "1 for A, -1 for B, 0 for none"),
    "rewarded": Output("", ("trial",), "1 where the answer was right"),
    "p_right": Output("", ("trial",), "share of right answers among the last 30 trials"),
    "p_right_seeds": Output("", ("seed", "trial"), "the same with this seed and the next ones (one seed while a control moves)"),
    "level": Output("", ("stimulus",), "the stimuli, from 1"),
    "tuning_before_hz": Output("Hz", ("neuron", "stimulus"), "rate of every map neuron at every stimulus, before"),
    "tuning_after_hz": Output("Hz", ("neuron", "stimulus"), "the same at the end"),
    "preferred_before": Output("", ("neuron",), "preferred stimulus of every map neuron, before; nan if it is silent"),
    "preferred_after": Output("", ("neuron",), "preferred stimulus at the end; nan if it is silent"),
    "area_before": Output("", ("stimulus",), "map neurons that prefer this stimulus, before"),
    "area_after": Output("", ("stimulus",), "map neurons that prefer this stimulus, at the end"),
    "p_a_before": Output("", ("stimulus",), "share of A in the test before (no answer counts half)"),
    "p_a_after": Output("", ("stimulus",), "share of A in the test at the end"),
    "p_a_seeds": Output("", ("seed", "stimulus"), "the same with this seed and the next ones (one seed while a control moves)"),
    "weight_a": Output("", ("neuron",), "mean weight of every map neuron to pool A at the end"),
    "weight_b": Output("", ("neuron",), "mean weight to pool B"),
    "map_change": Output("", (), "mean absolute change of the weights to the map"),
    "readout_change": Output("", (), "mean absolute change of the weights to the answers"),
    "feedback_s": Output("s", ("delay",), "delays of the reward that are compared"),
    "feedback_percent": Output("%", ("state", "delay"), "right answers at the end of a task without pairing, aroused and drowsy; nan while a control moves"),
    "feedback_error_percent": Output("%", ("state", "delay"), "standard error of these over seeds; nan while a control moves"),
    "late_t_s": Output("s", ("late",), "time from the onset of the first paired stimulus"),
    "late_concentration_nm": Output("nM", ("modulator", "late"), "concentration of DA, ACh, NE, 5-HT around it"),
    "late_trace_ltp": Output("", ("late",), "LTP trace e+ of a synapse from the paired stimulus to a map neuron beside it"),
    "late_trace_ltd": Output("", ("late",), "LTD trace e- of this synapse"),
    "late_rate_per_s": Output("1/s", ("late",), "learning rate eta g_eta in the map"),
    "late_gate_ltp": Output("", ("late",), "gate of the LTP trace G+ in the map"),
    "late_gate_ltd": Output("", ("late",), "gate of the LTD trace G- in the map"),
    "late_product_per_s": Output("1/s", ("late",), "eta (G+ e+ - G- e-), the speed of this synapse's weight"),
    "late_weight": Output("", ("late",), "weight of this synapse"),
    "raster_s": Output("s", ("spike",), "spikes around the first paired stimulus: times"),
    "raster_neuron": Output("", ("spike",), "their neurons: inputs from 0, then map, pools, gate"),
}  # fmt: skip

N_STIMULI, N_INPUT, N_MAP, N_POOL, N_GATE, N_REWARD, N_CRITIC = 12, 24, 36, 4, 4, 10, 10
MAP_CELL = Lif(noise_mv=1.83, bias_mv=9.0)
POOL_CELL = Lif(noise_mv=2.74, bias_mv=9.0, tau_syn_ms=20.0)
GATE_CELL = Lif(noise_mv=0.91, bias_mv=10.0)
CRITIC_CELL = Lif(noise_mv=2.28, bias_mv=12.0, tau_syn_ms=50.0)
MAP_MV, CRITIC_MV, GATE_DRIVE_MV = 11.5, 3.0, 6.0  # input of a synapse at its upper bound; of a spike to the gate
MAP_START, READOUT_START, CRITIC_START, JITTER = (
    0.75,
    0.5,
    0.2,
    0.1,
)  # start weights as a share of the bound, and their relative random part
MAP_WIDTH, LOOP_WIDTH = 1.0, 1.0  # of the start weights and of the recurrent loop, in stimuli
BACKGROUND_HZ = 2.0
MAP, READOUT = range(2)  # areas
MAP_DA_EC50 = 4.0  # the map's dopamine receptors need four times as much as those of the answers
NO_RECEPTOR_NM = 1e15
FIRST_MS, GAP_MS, SILENCE_MS = 500, 150, 100  # first onset; after a stimulus of a test; least silence otherwise
BEFORE_MS, AFTER_MS, EVERY_MS, MOST_SPIKES = 400, 900, 5, 4000  # the first pairing in detail
LAST = 30
BAND, GRID_SEEDS, GRID_TRIALS = Band(4), 2, 150
FEEDBACK_MS, AROUSED_NM = (0, 300, 600, 1200), (500.0, 0.0)
MAX_SECONDS = 2000.0
TEST_S = {"live": 9.0, "settled": 34.0, "job": 50.0}  # simulated time of a test
LIVE_PAIRING_S, LIVE_TASK_S = 18.0, 32.0  # simulated time of the preview while a control moves
DA = MODULATORS.index("da")
# Entries of the world's memory; then, by stimulus shown, answer, spikes of A, of B, of the gate, and of every map neuron
EVENT, IS_ON, PULSE, REWARD_ENDS = range(4)
ANSWER, SPIKES_A, SPIKES_B, SPIKES_GATE, SPIKES_MAP = range(5)
HEAD, PER_EVENT = 4, 4 + N_MAP


class Plan(NamedTuple):
    """E stimuli in the order of their onsets, and P pulses of modulators."""

    onset_ms: np.ndarray  # (E,)
    stimulus: np.ndarray  # (E,) from 0
    right: np.ndarray  # (E,) 1: A, -1: B, 0: nothing is paid
    reward: np.ndarray  # (E,) size of the reward of a right answer
    pulse_ms: np.ndarray  # (P,) sorted
    pulse: np.ndarray  # (P, 2) modulator, rise (nM)


# The world


def show(w, memory, state, slot, n, t_ms, h_ms, rng):
    """Show the stimuli, count spikes, pay right answers, release the bursts of the paired stimulus."""
    pulses_due(w, memory, state, n, t_ms)
    if memory[REWARD_ENDS] > 0.0 and t_ms >= memory[REWARD_ENDS]:
        memory[REWARD_ENDS] = 0.0
        set_reward(w, state, 0.0, n, h_ms, rng)
    k = int(memory[EVENT])
    if k >= w.onset_ms.size or t_ms < w.onset_ms[k]:
        return
    own = HEAD + k * PER_EVENT
    if memory[IS_ON] == 0.0:
        memory[IS_ON] = 1.0
        set_inputs(w, state, w.stimulus[k], n, h_ms, rng)
    count(w, memory, own, state, slot)
    if t_ms >= w.onset_ms[k] + w.stimulus_ms:
        set_inputs(w, state, w.rates_hz.shape[0] - 1, n, h_ms, rng)
        memory[EVENT], memory[IS_ON] = k + 1.0, 0.0
        judge(w, memory, own, k, state, n, t_ms, h_ms, rng)


@inlined
def pulses_due(w, memory, state, n, t_ms):
    """Release what the paired stimulus releases now."""
    while memory[PULSE] < w.pulse_ms.size and w.pulse_ms[int(memory[PULSE])] <= t_ms:
        p = int(memory[PULSE])
        state.agenda[n % state.agenda.shape[0], int(w.pulse[p, 0])] += w.pulse[p, 1]
        memory[PULSE] += 1.0


@inlined
def set_inputs(w, state, s, n, h_ms, rng):
    """The input neurons take on their rates at stimulus s; the last row is silence."""
    for i in range(w.rates_hz.shape[1]):
        set_rate(state, i, w.rates_hz[s, i], n, h_ms, rng)


@inlined
def set_reward(w, state, size, n, h_ms, rng):
    """The reward neurons, where there are any, fire for a reward of this size."""
    set_rates(state, w.reward_first, w.reward_first + w.n_reward, size * w.reward_hz, n, h_ms, rng)


@inlined
def count(w, memory, own, state, slot):
    """Spikes of pools, gate and every map neuron while the stimulus is on."""
    last = state.ring.shape[1] - 1
    for q in range(state.ring[slot, last]):
        i = state.ring[slot, q] - w.map_first
        if i < 0:
            continue
        if i < w.n_map:
            memory[own + SPIKES_MAP + i] += 1.0
        elif i < w.n_map + w.n_pool:
            memory[own + SPIKES_A] += 1.0
        elif i < w.n_map + 2 * w.n_pool:
            memory[own + SPIKES_B] += 1.0
        elif i < w.n_map + 2 * w.n_pool + w.n_gate:
            memory[own + SPIKES_GATE] += 1.0


@inlined
def judge(w, memory, own, k, state, n, t_ms, h_ms, rng):
    """The pool with more spikes is the answer; the right one is paid."""
    a, b = memory[own + SPIKES_A], memory[own + SPIKES_B]
    memory[own + ANSWER] = 1.0 if a > b else (-1.0 if b > a else 0.0)
    if w.right[k] == 0.0 or memory[own + ANSWER] != w.right[k]:
        return
    x = w.bursts
    if x.burst_nm[DA] != 0.0:
        release(
            state, n, max(x.delay_ms[DA], 0.0), x.burst_nm[DA] * w.reward[k], x.pulses[DA], x.pulse_hz[DA], DA, h_ms
        )
    if w.n_reward > 0:
        memory[REWARD_ENDS] = t_ms + w.reward_for_ms
        set_reward(w, state, w.reward[k], n, h_ms, rng)


@world(show)
class Session(NamedTuple):
    """What is shown and paid; times in ms. Map, pool A, pool B and gate are neighbours; reward neurons only where a hub needs them."""

    onset_ms: np.ndarray
    stimulus: np.ndarray
    right: np.ndarray
    reward: np.ndarray
    pulse_ms: np.ndarray
    pulse: np.ndarray
    rates_hz: np.ndarray  # (stimuli + 1, inputs), the last row between stimuli
    bursts: Bursts
    stimulus_ms: float
    reward_hz: float
    reward_for_ms: float
    map_first: int
    n_map: int
    n_pool: int
    n_gate: int
    reward_first: int
    n_reward: int


# Protocol


def cost(p, values) -> str:
    """Empty, or why this run would be too large."""
    seconds = 1e-3 * (
        values["exposures"] * period_ms(values, "pairing_s") + values["trials"] * period_ms(values, "trial_s")
    )
    if seconds <= MAX_SECONDS:
        return ""
    return f"exposures = {values['exposures']} and trials = {values['trials']} take {seconds:g} s of simulated time; at most {MAX_SECONDS:g} s are allowed."


def period_ms(values: dict[str, Value], name: str) -> int:
    """From one stimulus to the next, in whole steps."""
    return max(round(values[name] * 1e3), int(values["stimulus_ms"]) + SILENCE_MS)


def previewed(values: dict[str, Value]) -> dict[str, Value]:
    """The settings with as many exposures and trials as the preview has time for."""
    exposures = max(int(1e3 * LIVE_PAIRING_S / period_ms(values, "pairing_s")), 4)
    trials = max(int(1e3 * LIVE_TASK_S / period_ms(values, "trial_s")), 10)
    return {**values, "exposures": min(values["exposures"], exposures), "trials": min(values["trials"], trials)}


def session(values: dict[str, Value], rng: np.random.Generator) -> Plan:
    """Pairings, then the task."""
    n, trials = int(values["exposures"]), int(values["trials"])
    is_paired = np.zeros(n, bool)
    is_paired[rng.permutation(n)[: (n + 1) // 2]] = True
    others = np.delete(np.arange(N_STIMULI), values["paired"] - 1)
    first = np.where(is_paired, values["paired"] - 1, rng.choice(others, n))
    onset_ms = FIRST_MS + period_ms(values, "pairing_s") * np.arange(n)
    task_ms = FIRST_MS + period_ms(values, "pairing_s") * n + period_ms(values, "trial_s") * np.arange(trials)
    then = rng.integers(0, N_STIMULI, trials)
    right = np.where(then + 1 <= values["boundary"], 1.0, -1.0)
    size = values["bonus"] ** (0.5 * right)
    return Plan(
        np.concatenate((onset_ms, task_ms)).astype(float), np.concatenate((first, then)),
        np.concatenate((np.zeros(n), right)), np.concatenate((np.zeros(n), size)), *pulses(values, onset_ms[is_paired]),
    )  # fmt: skip


def pulses(values: dict[str, Value], onset_ms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(times, (modulator, rise)) of all pulses that stimuli with these onsets release: of ACh or DA the one of the pairing, and of NE and 5-HT."""
    b, rows = scripted_bursts(values), [np.zeros((0, 3))]
    for m, name in enumerate(MODULATORS):
        if b.burst_nm[m] == 0.0 or (name in ("ach", "da") and name != values["paired_with"]):
            continue
        at_ms = (onset_ms[:, None] + b.delay_ms[m] + np.arange(b.pulses[m]) * 1000.0 / b.pulse_hz[m]).ravel()
        rows.append(np.column_stack((at_ms, np.full(at_ms.size, m), np.full(at_ms.size, b.burst_nm[m]))))
    rows = np.concatenate(rows)
    rows = rows[rows[:, 0] >= 0.0]
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return rows[:, 0].copy(), rows[:, 1:].copy()


def examination(values: dict[str, Value], seconds: float, rng: np.random.Generator) -> Plan:
    """Every stimulus equally often, in random order, as often as there is time for."""
    period = int(values["stimulus_ms"]) + GAP_MS
    repeats = max(int(1e3 * seconds / (period * N_STIMULI)), 1)
    shown = rng.permuted(np.tile(np.arange(N_STIMULI), (repeats, 1)), axis=1).ravel()
    nothing = np.zeros(shown.size)
    return Plan(
        FIRST_MS + period * np.arange(shown.size, dtype=float), shown, nothing, nothing, np.zeros(0), np.zeros((0, 2))
    )


# Network


class Network(NamedTuple):
    """The circuit, its map and where its plastic synapses lie."""

    circuit: Circuit
    map: Population
    gate: Population | None
    reward: Population | None


def places(n: int) -> np.ndarray:
    """Best stimuli of n neurons that cover the range evenly, counted from 0."""
    return (np.arange(n) + 0.5) * N_STIMULI / n - 0.5


def bell(distance: np.ndarray, width: float) -> np.ndarray:
    """A Gaussian of height 1."""
    return np.exp(-0.5 * (distance / width) ** 2)


def network(values: dict[str, Value], rng: np.random.Generator) -> Network:
    """Inputs, map, two answers, gate; reward neurons, a critic and hubs where a modulator is emergent."""
    c = Circuit(2)
    inputs = c.poisson("input", N_INPUT, BACKGROUND_HZ, MAP)
    cells = c.neurons("map", N_MAP, MAP_CELL, MAP)
    a, b = (c.neurons(name, N_POOL, POOL_CELL, READOUT) for name in "AB")
    distance = places(N_INPUT)[:, None] - places(N_MAP)
    learning(c, values, rng, inputs, cells, MAP_START * bell(distance, MAP_WIDTH), MAP_MV)
    learning(
        c,
        values,
        rng,
        cells,
        c.group("answers", a, b),
        np.full((N_MAP, 2 * N_POOL), READOUT_START),
        values["readout_mv"],
    )
    neighbours(c, cells, "recurrent loop", values["recurrent_mv"], LOOP_WIDTH, 1.0)
    neighbours(c, cells, "lateral inhibition", values["lateral_mv"], np.inf, -1.0)
    for one, other in ((a, b), (b, a)) if values["rivalry_mv"] > 0.0 else ():
        c.project(
            f"{one.name} against {other.name}",
            one,
            other,
            all_to_all(one, other),
            values["rivalry_mv"] / N_POOL,
            gain_mv=-1.0,
        )
    gate = reward = None
    if values["inhibition_mv"] > 0.0:
        gate = c.neurons("gate", N_GATE, GATE_CELL, MAP, gate_receptors(values))
        inhibition(c, inputs, gate, cells, values["inhibition_mv"], GATE_DRIVE_MV)
    if emergent(values):
        reward = c.poisson("reward", N_REWARD, 0.0, READOUT)
        critic = c.neurons("critic", N_CRITIC, CRITIC_CELL, READOUT)
        learning(c, values, rng, cells, critic, np.full((N_MAP, N_CRITIC), CRITIC_START), CRITIC_MV)
        add_hubs(
            c, values, Drive(reward), Drive(critic), Drive(inputs, float(rates_hz(values)[:-1].sum(axis=1).mean()))
        )
    return Network(c, cells, gate, reward)


def learning(
    c: Circuit,
    values,
    rng: np.random.Generator,
    source: Population,
    goal: Population,
    start: np.ndarray,
    bound_mv: float,
) -> None:
    """A plastic projection, each onto each; start: weights as a share of the bound, to which the projection adds its random part."""
    start = np.clip(start * (1.0 + JITTER * rng.standard_normal(start.shape)), 0.0, 1.0)
    w_max, name = values["w_max"], f"{source.name} to {goal.name}"
    c.project(
        name, source, goal, all_to_all(source, goal), w_max * start.ravel(), plastic=True, gain_mv=bound_mv / w_max
    )


def neighbours(c: Circuit, cells: Population, name: str, strength_mv: float, width: float, sign: float) -> None:
    """Fixed synapses among the map neurons that fall off with distance; strength_mv: summed weight onto one neuron."""
    if strength_mv == 0.0:
        return
    weight = bell(places(N_MAP)[:, None] - places(N_MAP), width)
    np.fill_diagonal(weight, 0.0)
    weight *= strength_mv / weight.sum(axis=0)
    pre, post = np.nonzero(weight > 1e-3 * weight.max())
    c.project(name, cells, cells, (pre + cells.start, post + cells.start), weight[pre, post], gain_mv=sign)


def gate_receptors(values: dict[str, Value]) -> tuple[float, ...]:
    """What each modulator's signal adds to the input of the gate's neurons (mV)."""
    return tuple(-float(values["disinhibition_mv"]) if m == values["paired_with"] else 0.0 for m in MODULATORS)


def rates_hz(values: dict[str, Value]) -> np.ndarray:
    """Rates of the input neurons at every stimulus, and in silence (stimuli + 1, inputs)."""
    distance = places(N_INPUT) - np.arange(N_STIMULI)[:, None]
    tuned = BACKGROUND_HZ + values["peak_hz"] * bell(distance, values["tuning"])
    return np.vstack((tuned, np.full(N_INPUT, BACKGROUND_HZ)))


def receptors(values: dict[str, Value]) -> tuple[dict[str, float], dict[str, float]]:
    """What differs in the map and in the answers: the map reads only what the stimulus is paired with, the answers no ACh."""
    paired_by_ach = values["paired_with"] == "ach"
    in_map = (
        {"da_ec50_nm": NO_RECEPTOR_NM}
        if paired_by_ach
        else {"ach_ec50_nm": NO_RECEPTOR_NM, "da_ec50_nm": MAP_DA_EC50 * values["da_ec50_nm"]}
    )
    return in_map, {"ach_ec50_nm": NO_RECEPTOR_NM}


# A run


class Passed(NamedTuple):
    """What a plan came to: the job, counts by stimulus shown (E, PER_EVENT), and the onset shown in detail."""

    job: Job
    counts: np.ndarray
    focus_ms: float
    offset: int  # steps before time 0


def play(
    values, net: Network, plan: Plan, rng, control: Control, start: np.ndarray | None = None, learns: bool = True
) -> Passed:
    """Run a plan; start: weights to begin with; learns: False freezes them and records nothing."""
    built, first_weights, source_hz = net.circuit.build(1.0)
    offset, focus_ms = ahead_ms(values), focus(values, plan)
    at = offset + np.arange(focus_ms - BEFORE_MS, focus_ms + AFTER_MS, EVERY_MS) if learns else ()
    record = new_record(built, 2, at=at, watch=[beside(values)])
    log = new_log(focus_ms - BEFORE_MS, focus_ms + AFTER_MS, MOST_SPIKES) if learns else None
    rule, m = struct(Rule, values), matrix(values)
    rule, m = (rule, m) if learns else without_learning(rule, m)
    start = first_weights if start is None else start
    job = new_job(
        built, start, source_hz, rule, m, kinetics(values, receptors(values)), -float(offset), 65_000, record, log
    )
    if emergent(values):
        warm_up(job, rng)
    memory = np.zeros(HEAD + (plan.onset_ms.size + 1) * PER_EVENT)
    world, to_ms = world_of(values, net, plan), end_ms(values, plan, focus_ms if learns else 0.0)
    run_in_chunks(job, world, memory, to_ms, rng, control, min(first_answer_ms(values, plan, focus_ms), to_ms))
    return Passed(job, memory[HEAD:].reshape(-1, PER_EVENT)[: int(memory[EVENT])], focus_ms, offset)


def world_of(values, net: Network, plan: Plan) -> Session:
    """The world that shows a plan."""
    reward_first, n_reward = (net.reward.start, N_REWARD) if net.reward else (0, 0)
    times = float(values["stimulus_ms"]), UNIT_HZ / N_REWARD, float(values["da_value_delay_ms"])
    sizes = net.map.start, N_MAP, N_POOL, N_GATE if net.gate else 0, reward_first, n_reward
    return Session(*plan, rates_hz(values), scripted_bursts(values), *times, *sizes)


def focus(values: dict[str, Value], plan: Plan) -> float:
    """Onset (ms) of the first paired stimulus, or of the first of all."""
    paired = plan.onset_ms[: int(values["exposures"])][
        plan.stimulus[: int(values["exposures"])] == values["paired"] - 1
    ]
    return float(paired[0] if paired.size else FIRST_MS)


def beside(values: dict[str, Value]) -> int:
    """A synapse from the input neuron best for the paired stimulus to a map neuron one stimulus beside it, towards the middle."""
    s = values["paired"] - 1
    other = s - 1 if s >= N_STIMULI // 2 else s + 1
    return int(np.abs(places(N_INPUT) - s).argmin()) * N_MAP + int(np.abs(places(N_MAP) - other).argmin())


def end_ms(values: dict[str, Value], plan: Plan, focus_ms: float) -> int:
    """When a plan is over: the last stimulus answered and its reward come, the detail recorded."""
    last_ms = plan.onset_ms[-1] if plan.onset_ms.size else 0.0
    return int(max(last_ms + values["stimulus_ms"] + 2 * SILENCE_MS, focus_ms + AFTER_MS))


def first_answer_ms(values: dict[str, Value], plan: Plan, focus_ms: float) -> int:
    """When there is something to show: the first answer of the task is given, the detail recorded."""
    task = plan.onset_ms[int(values["exposures"]) :]
    answered_ms = task[0] + values["stimulus_ms"] + 2 * SILENCE_MS if task.size else 0.0
    return int(max(answered_ms, focus_ms + AFTER_MS))


class Outcome(NamedTuple):
    """One seed: the session and the tests before and after it; each test (stimuli, repeats, PER_EVENT)."""

    plan: Plan
    passed: Passed
    first: np.ndarray
    last: np.ndarray
    before: np.ndarray
    after: np.ndarray


def one_seed(values: dict[str, Value], seed: int, tier: str, control: Control) -> Outcome:
    """Test, pairing, task, test."""
    rng = np.random.default_rng(seed)
    net, plan, test = network(values, rng), session(values, rng), examination(values, TEST_S[tier], rng)
    first = np.concatenate([p.weight for p in net.circuit.projections if p.plastic])
    before = by_stimulus(play(values, net, test, rng, Control(), learns=False), test)
    passed = play(values, net, plan, rng, control)
    last = weights(passed.job.syn)
    after = by_stimulus(play(values, net, test, rng, Control(), last, learns=False), test)
    return Outcome(plan, passed, first, last, before, after)


def by_stimulus(passed: Passed, test: Plan) -> np.ndarray:
    """The counts of a test, sorted: (stimuli, repeats, PER_EVENT)."""
    return passed.counts[np.argsort(test.stimulus, kind="stable")].reshape(N_STIMULI, -1, PER_EVENT)


# Readouts


def tuning_hz(values: dict[str, Value], test: np.ndarray) -> np.ndarray:
    """Rate of every map neuron at every stimulus (neurons, stimuli)."""
    return test[:, :, SPIKES_MAP:].mean(axis=1).T / (1e-3 * values["stimulus_ms"])


def preferred(tuning: np.ndarray) -> np.ndarray:
    """Preferred stimulus, from 1: centre of mass of the squared rate above the neuron's mean; nan where it is silent."""
    above = np.maximum(tuning - tuning.mean(axis=1, keepdims=True), 0.0) ** 2
    mass = above.sum(axis=1)
    return np.where(mass > 0.0, above @ np.arange(1.0, N_STIMULI + 1.0) / np.where(mass > 0.0, mass, 1.0), np.nan)


def area(preference: np.ndarray) -> np.ndarray:
    """How many neurons prefer each stimulus."""
    nearest = np.rint(preference[np.isfinite(preference)]).astype(np.int64)
    return np.bincount(nearest, minlength=N_STIMULI + 1)[1:].astype(float)


def p_a(test: np.ndarray) -> np.ndarray:
    """Share of A by stimulus; no answer counts half."""
    return 0.5 + 0.5 * test[:, :, ANSWER].mean(axis=1)


def boundary_of(share: np.ndarray) -> float:
    """Where the answer turns from A to B: the boundary of a step with as many A (Spearman-Kaerber)."""
    return 0.5 + float(share.sum())


def d_prime(values: dict[str, Value], share: np.ndarray, repeats: int) -> float:
    """z(share of A where A is right) - z(share of A where B is right), half an answer added to each side (log-linear correction)."""
    is_a = np.arange(1, N_STIMULI + 1) <= values["boundary"]
    hit, false = ((share[side].sum() * repeats + 0.5) / (side.sum() * repeats + 1.0) for side in (is_a, ~is_a))
    return NormalDist().inv_cdf(hit) - NormalDist().inv_cdf(false)


def last_share(hit: np.ndarray) -> np.ndarray:
    """Mean over the last LAST trials, fewer at the start."""
    total = np.concatenate(([0.0], np.cumsum(hit)))
    upto = np.arange(1, hit.size + 1)
    since = np.maximum(upto - LAST, 0)
    return (total[upto] - total[since]) / (upto - since)


def right_answers(values: dict[str, Value], plan: Plan, counts: np.ndarray) -> np.ndarray:
    """1 where an answer of the task was right."""
    n = int(values["exposures"])
    return (counts[n:, ANSWER] == plan.right[n : counts.shape[0]]).astype(float)


def feedback(values: dict[str, Value], seed: int, control: Control) -> np.ndarray | None:
    """Right answers (%) at the end of a task without pairing, by seed, arousal and delay of the reward; None if stopped."""
    shape = (GRID_SEEDS, len(AROUSED_NM), len(FEEDBACK_MS))
    tasks = [partial(told_late, values, seed_of(seed, k), state, delay) for k, state, delay in np.ndindex(shape)]
    found = run_all(tasks, control)
    return np.array(found).reshape(shape) if len(found) == len(tasks) and not control.partial else None


def told_late(values: dict[str, Value], seed: int, state: int, delay: int, control: Control) -> float:
    """Right answers (%) at the end of a task without pairing, in one state of arousal and with one delay of the reward."""
    told = {
        "exposures": 0,
        "trials": min(values["trials"], GRID_TRIALS),
        "da_delay_ms": FEEDBACK_MS[delay],
        "ne_tonic_nm": AROUSED_NM[state],
    }
    mine, rng = {**values, **told}, np.random.default_rng(seed)
    net, plan = network(mine, rng), session(mine, rng)
    right = right_answers(mine, plan, play(mine, net, plan, rng, control).counts)
    return 100.0 * float(right[-LAST:].mean()) if right.size else 0.0


def simulate(settings: Settings, tier: str, control: Control) -> dict[str, np.ndarray]:
    """This seed; in the settled tier more seeds for a band, and the task with other delays and states."""
    values = previewed(settings.values) if tier == "live" else dict(settings.values)
    band, grid = control.parts(1.0, 1.0 if tier == "settled" else 1e-9)
    outcomes = run_seeds(
        lambda seed, part: one_seed(values, seed, tier, part), settings.seed, BAND.size(tier, 1.0), band
    )
    outcome = outcomes[0]
    answers = [right_answers(values, o.plan, o.passed.counts) for o in outcomes]
    right, courses, shares = answers[0], [last_share(a) for a in answers], [p_a(o.after) for o in outcomes]
    told = feedback(values, settings.seed, grid) if tier == "settled" and not band.partial else None
    compared = np.full((2, len(AROUSED_NM), len(FEEDBACK_MS)), np.nan)
    if told is not None:
        compared = np.array([told.mean(axis=0), told.std(axis=0, ddof=1) / GRID_SEEDS**0.5])
    return {
        **mapped(values, outcome), **answered(values, outcome, right), **in_detail(outcome.passed),
        "p_right_seeds": np.array(courses), "p_a_seeds": np.array(shares),
        "feedback_s": 1e-3 * np.array(FEEDBACK_MS), "feedback_percent": compared[0], "feedback_error_percent": compared[1],
    }  # fmt: skip


def mapped(values: dict[str, Value], o: Outcome) -> dict[str, np.ndarray]:
    """The map before and after, and the pairings."""
    before, after = tuning_hz(values, o.before), tuning_hz(values, o.after)
    areas, paired = (area(preferred(before)), area(preferred(after))), values["paired"] - 1
    counts = o.passed.counts[: int(values["exposures"])]
    is_paired = o.plan.stimulus[: counts.shape[0]] == paired
    seconds, n = 1e-3 * values["stimulus_ms"], N_INPUT * N_MAP
    map_hz, gate_hz = counts[:, SPIKES_MAP:].mean(axis=1) / seconds, counts[:, SPIKES_GATE] / (N_GATE * seconds)
    return {
        "paired_before": areas[0][paired], "paired_after": areas[1][paired],
        "map_open_hz": mean(map_hz[is_paired]), "map_closed_hz": mean(map_hz[~is_paired]),
        "pairing_trial": np.arange(1.0, counts.shape[0] + 1.0), "pairing_is_paired": is_paired.astype(float),
        "pairing_map_hz": map_hz, "pairing_gate_hz": gate_hz, "level": np.arange(1.0, N_STIMULI + 1.0),
        "tuning_before_hz": before, "tuning_after_hz": after, "preferred_before": preferred(before), "preferred_after": preferred(after),
        "area_before": areas[0], "area_after": areas[1], "map_change": np.abs(o.last - o.first)[:n].mean(),
    }  # fmt: skip


def mean(x: np.ndarray) -> float:
    """The mean, 0 of nothing."""
    return float(x.mean()) if x.size else 0.0


def answered(values: dict[str, Value], o: Outcome, right: np.ndarray) -> dict[str, np.ndarray]:
    """The task, and the answers in the tests."""
    n, first, repeats = int(values["exposures"]), N_INPUT * N_MAP, o.after.shape[1]
    counts, shares = o.passed.counts[n:], (p_a(o.before), p_a(o.after))
    readout = slice(first, first + N_MAP * 2 * N_POOL)
    to = o.last[readout].reshape(N_MAP, 2, N_POOL).mean(axis=2)
    return {
        "right_percent": 100.0 * mean(right[-LAST:]),
        "d_prime_before": d_prime(values, shares[0], repeats), "d_prime_after": d_prime(values, shares[1], repeats),
        "boundary_before": boundary_of(shares[0]), "boundary_after": boundary_of(shares[1]),
        "trial": np.arange(1.0, right.size + 1.0), "stimulus": o.plan.stimulus[n : n + right.size] + 1.0, "answer": counts[:, ANSWER],
        "rewarded": right, "p_right": last_share(right), "p_a_before": shares[0], "p_a_after": shares[1],
        "weight_a": to[:, 0], "weight_b": to[:, 1], "readout_change": np.abs(o.last - o.first)[readout].mean(),
    }  # fmt: skip


def in_detail(passed: Passed) -> dict[str, np.ndarray]:
    """Spikes, modulators and one synapse around the first paired stimulus, as far as the run got."""
    job, record = passed.job, passed.job.record
    k, size = max(int(record.size[0]), 1), int(job.log.size[0])
    eta, g_plus, g_minus = record.gates[:k, MAP].T
    weight, e_plus, e_minus = record.synapse[:, :k, 0]
    return {
        "late_t_s": 1e-3 * (record.at[:k] - passed.offset - passed.focus_ms), "late_concentration_nm": record.modulator[0, :k, MAP].T,
        "late_trace_ltp": e_plus, "late_trace_ltd": e_minus, "late_rate_per_s": eta, "late_gate_ltp": g_plus, "late_gate_ltd": g_minus,
        "late_product_per_s": eta * (g_plus * e_plus - g_minus * e_minus), "late_weight": weight,
        "raster_s": 1e-3 * (job.log.ms[:size] - passed.focus_ms), "raster_neuron": job.log.neuron[:size].astype(float),
    }  # fmt: skip


@says_what_cannot_act
def effect(p, run) -> str:
    """One plain sentence: the map and the answers."""
    grown = f"The map holds {int(run.paired_after)} neurons for the paired stimulus, before {int(run.paired_before)}"
    if not run.trial.size or not np.isfinite(run.right_percent):
        return f"{grown}."
    turns = f", and the answer turns at stimulus {float(run.boundary_after):.1f}"
    turns = turns if np.isfinite(run.boundary_after) else ", and the answer turns at no stimulus"
    return f"{grown}; {float(run.right_percent):.0f} % of the last answers are right{turns}."


PREVIEW = first_trials
MEASURE = Measure(
    "right answers at the end of the task", "%", lambda run: run.right_percent, lambda run: 100.0 * run.rewarded[:15].mean(), tier="job",
)  # fmt: skip

PRESETS = {
    "attention": {
        "title": "Attention to one stimulus", "rule": "gerstner_2018", "values": {},
        "note": "Acetylcholine comes with stimulus 9. Its neighbours in the map come to prefer it; then the categories are learned.",
        "source": "after Kilgard and Merzenich 1998, Froemke et al. 2007",
    },
    "too_late": {
        "title": "Acetylcholine too late", "rule": "gerstner_2018", "values": {"ach_delay_ms": 400},
        "note": "The same burst 0.4 s after the onset: the gate was closed while the stimulus was there. Drag the burst back.", "source": "model",
    },
    "gate_stays_shut": {
        "title": "The gate stays shut", "rule": "gerstner_2018", "values": {"disinhibition_mv": 0.0},
        "note": "Acetylcholine comes, but does not silence the inhibitory neurons: the map stays below the rate that potentiates.",
        "source": "after Letzkus et al. 2011",
    },
    "low_tone": {
        "title": "A little acetylcholine all the time", "rule": "gerstner_2018", "values": {"ach_burst_nm": 0.0, "ach_tonic_nm": 31.0},
        "note": "No burst and no larger map, but a low steady level holds the gate back a little, and the categories are told apart better. Take ten times as much: all stimuli sound alike.",
        "source": "model",
    },
    "by_reward": {
        "title": "Paired with dopamine", "rule": "gerstner_2018", "values": {"paired_with": "da", "trials": 0},
        "note": "The map has dopamine receptors instead, and no task follows.", "source": "after Bao, Chan and Merzenich 2001",
    },
    "boundary": {
        "title": "Move the boundary", "rule": "gerstner_2018", "values": {"exposures": 0, "boundary": 8.5},
        "note": "No pairing, and A is right up to stimulus 8: the answers turn where the reward does.", "source": "model",
    },
    "bonus": {
        "title": "A pays three times as much", "rule": "gerstner_2018", "values": {"exposures": 0, "bonus": 3.0},
        "note": "The rewarded boundary stays at 6.5, the answers turn later.", "source": "model",
    },
    "drowsy": {
        "title": "Drowsy, and told late", "rule": "gerstner_2018", "values": {"exposures": 0, "ne_tonic_nm": 0.0, "da_delay_ms": 600},
        "note": "No norepinephrine, and the reward comes 0.6 s after the answer, with the next stimulus.", "source": "model",
    },
    "emergent_dopamine": {
        "title": "Dopamine from its hub", "rule": "gerstner_2018", "values": {"exposures": 0, "da_source": "emergent"},
        "note": "The reward drives neurons of a hub, which a critic of the map learns to correct.", "source": "after Schultz, Dayan and Montague 1997",
    },
}  # fmt: skip
