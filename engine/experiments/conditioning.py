r"""Conditioning: what does dopamine predict?

A cue starts a chain of time cells: Poisson neurons, one ending every 30 ms and each active for `cell_ms` at most, until the reward comes or the trial ends.
Their plastic synapses drive a critic, noisy integrate-and-fire neurons whose rate is the value V. The reward drives reward neurons, for as long
as the dopamine hub looks back (`da_value_delay_ms`). The hub compares reward, value now and value before (engine/hubs.py, H1), and its dopamine
teaches the synapses of the chain. Value now counts a little less than value before (f = .95, g = 1, d = 200 ms): value is discounted with a time constant
of 4 s, as in Frémaux et al. (2013), so a value that no reward confirms fades. The hub has 96 neurons: with few of them dopamine fluctuates, and the fluctuations
alone teach (docs/decisions/0020). The critic also drives response neurons: what the animal does while it waits.

Nothing in it knows when the reward is due: that dopamine moves from the reward to the cue and pauses when the reward is left out comes out of spikes.
The learners of the textbook run on the same trials (engine/baselines).

Schultz W, Dayan P, Montague PR (1997) Science 275:1593. Frémaux N, Sprekeler H, Gerstner W (2013) PLoS Comput Biol 9:e1003024.
Izhikevich EM (2007) Cereb Cortex 17:2443 (one rewarded cue among many; dopamine moves to the cue).
"""

from math import ceil
from typing import Annotated, NamedTuple

import numpy as np

from engine.baselines.pearce_hall import pearce_hall
from engine.baselines.rescorla_wagner import rescorla_wagner
from engine.baselines.temporal_difference import temporal_difference
from engine.bursts import Bursts, release_all
from engine.circuit import Circuit, Population, all_to_all
from engine.dispatch import world
from engine.ensemble import Band, Control, previewed, run_in_chunks, run_seeds, too_long
from engine.hubs import UNIT_HZ, WARM_UP_MS, Drive, Pace, add_hubs, join, scripted_bursts, warm_up
from engine.interventions import Measure
from engine.kernel import inlined
from engine.loop import Job, set_rates
from engine.modulators import MODULATORS
from engine.neurons import Lif
from engine.output import Output
from engine.parameters import Param, Values
from engine.plasticity import ROWS
from engine.readouts import first_trials, last_mean, says_what_cannot_act, trial_axis
from engine.setup import Setup, prepare
from engine.worlds import Group, Volley, begin_volley, count_spikes, end_volley, now, volley

TITLE = "Conditioning"
QUESTION = "What does dopamine predict?"
DEFAULT_RULE = "td_ltp_2013"
HUBS = MODULATORS
ROWS = tuple(row for row in ROWS if row != "consolidation")
PANELS = (
    "conditioning_map",
    "conditioning_trial",
    "conditioning_shift",
    "conditioning_response",
    "conditioning_chain",
    "conditioning_textbook",
)
PAPERS = (
    "Schultz W, Dayan P, Montague PR (1997) Science 275:1593-1599",
    "Frémaux N, Sprekeler H, Gerstner W (2013) PLoS Comput Biol 9:e1003024",
    "Izhikevich EM (2007) Cereb Cortex 17:2443-2452",
)
EQUATIONS = (
    r"V(t) = \text{rate of the critic},\qquad \text{drive of the DA hub} = r(t) + f\, V(t) - g\, V(t - d)",
    r"\dot w = \eta\,(\mathrm{DA} - \langle \mathrm{DA}\rangle)\, e",
    r"\text{TD:}\quad \delta(t) = r(t) + \gamma V(t+1) - V(t)",
)
LEFT_OUT = (
    "The time cells are given, not learned, and a reward ends their chain (a model choice: so the value falls sharply when the reward is there). The value is "
    "subtracted and added by direct projections; in the brain several relays do that. One critic serves all cues. The rest between trials is seconds, not minutes."
)

SCHEDULES = (
    "acquisition", "omission", "extinction", "reacquisition", "forgetting", "blocking", "compound", "second_order", "unpaired", "discrimination",
)  # fmt: skip


# fmt: off
class Params(NamedTuple):
    """The schedule, the cue and the reward."""

    schedule: Annotated[str, Param(choices=SCHEDULES, doc="what is shown and what is paid, by trial", level="intro", label="schedule")] = "acquisition"
    reward_delay_ms: Annotated[int, Param("ms", 100, 5000, "from the onset of the cue to the reward", soft=(100, 3000), level="intro", label="cue to reward", step=50)] = 1000
    reward_p: Annotated[float, Param("", 0, 1, "share of trials that pay where the schedule pays", level="intro", label="reward probability", step=0.05)] = 1.0
    reward_size: Annotated[float, Param("", 0, 3, "size of the reward: 1 drives the dopamine hub as much as a value of 1", soft=(0, 1.5), level="intro", label="reward size", step=0.05)] = 1.0
    trials: Annotated[int, Param("", 10, 600, "number of trials", log=True, soft=(10, 200), level="core", label="trials", step=1)] = 40
    change_at: Annotated[int, Param("", 0, 600, "trials before the schedule changes; mere acquisition does not change", soft=(0, 100), level="core", label="change after trial", step=1)] = 22
    rest_s: Annotated[float, Param("s", 0.5, 20, "from the reward to the next trial", log=True, level="core", label="rest", step=0.1)] = 1.0
    cell_ms: Annotated[int, Param("ms", 20, 1000, "how long each time cell of the chain is active", log=True, label="time cell", step=10)] = 300
    cell_hz: Annotated[float, Param("Hz", 1, 200, "rate of a time cell while it is active", label="time cell rate", step=1)] = 60.0
    w_start: Annotated[float, Param("", 0, 1, "weight at the start, as a share of its upper bound", label="start weight", step=0.01)] = 0.05
    recurrent_mv: Annotated[float, Param("mV", 0, 40, "input of a critic neuron from the others when they fire at a value of 1", soft=(0, 10), level="core", label="recurrent loop", step=0.5)] = 0.0
    inhibition_mv: Annotated[float, Param("mV", 0, 60, "input that the gate, driven by the chain, takes from a critic neuron", soft=(0, 30), level="core", label="inhibitory gate", step=0.5)] = 0.0
    disinhibition_mv: Annotated[float, Param("mV", 0, 100, "input that one unit of the ACh signal takes from the neurons of the gate", level="core", label="disinhibition by ACh", step=0.5)] = 0.0
# fmt: on


DEFAULTS = {
    "da_source": "emergent", "da_tonic_nm": 0.0, "da_burst_nm": 80.0, "da_tau_ms": 50.0, "da_delay_ms": 0,
    "da_value_delay_ms": 200, "da_value_now": 0.95,
    "ach_delay_ms": 0, "ne_delay_ms": 0, "ht_delay_ms": 0,
}  # fmt: skip

OUTPUTS = {
    "late_cue_nm": Output("nM", (), "dopamine after the cue, above its level before it; mean of the last ten trials with a cue, nan without one", "DA at cue"),
    "late_reward_nm": Output("nM", (), "dopamine at the reward, above its level before the cue; mean of the last ten paid trials, nan without one", "DA at reward"),
    "late_omission_nm": Output("nM", (), "the same where a reward was due and left out, mean of the last ten such trials; nan without one", "DA at omission"),
    "late_response_hz": Output("Hz", (), "rate of the response neurons between cue and reward, mean of the last ten trials with a cue, nan without one", "anticipation"),
    "trial": Output("", ("trial",), "trial number, from 1"),
    "rewarded": Output("", ("trial",), "size of the reward, 0 without"),
    "cue_a": Output("", ("trial",), "1 where cue A is shown"),
    "cue_b": Output("", ("trial",), "1 where cue B, or any cue but A, is shown"),
    "bin_s": Output("s", ("bin",), "time in the trial, from the onset of the cue; middle of the bin"),
    "reward_s": Output("s", (), "time of the reward in the trial", "time of reward"),
    "da_map_nm": Output("nM", ("trial", "bin"), "dopamine above the mean level before all cues"),
    "value_map_hz": Output("Hz", ("trial", "bin"), "rate of a critic neuron"),
    "da_at_cue_nm": Output("nM", ("trial",), "dopamine after the cue, above its level just before it"),
    "da_at_reward_nm": Output("nM", ("trial",), "dopamine at the time of the reward, paid or not, above its level before the cue"),
    "value_hz": Output("Hz", ("trial",), "rate of a critic neuron between cue and reward"),
    "response_hz": Output("Hz", ("trial",), "rate of a response neuron between cue and reward"),
    "free_response_hz": Output("Hz", ("trial",), "rate of a response neuron before the cue: what it does unasked"),
    "response_seeds_hz": Output("Hz", ("seed", "trial"), "response between cue and reward with this seed and the next ones (one seed while a control moves)"),
    "level_nm": Output("nM", ("modulator", "trial"), "mean concentration of DA, ACh, NE, 5-HT in the trial"),
    "chain_s": Output("s", ("time cell",), "when a time cell begins, from the onset of cue A"),
    "chain_weight": Output("", ("moment", "time cell"), "mean weight of the time cells of cue A after a third, two thirds and all of the trials"),
    "value_by_cue_hz": Output("Hz", ("cue",), "rate of a critic neuron between cue and reward by cue, in the second half of the trials; nan where one was not shown"),
    "td_at_cue": Output("", ("trial",), "error of TD learning at the cue, on the same trials; nan in a schedule that moves a cue"),
    "td_at_reward": Output("", ("trial",), "error of TD learning at the time of the reward; nan in a schedule that moves a cue"),
    "rw_prediction": Output("", ("trial",), "prediction of the Rescorla-Wagner rule for the cues shown, on the same trials"),
    "ph_prediction": Output("", ("trial",), "prediction of the Pearce-Hall rule for the cues shown, on the same trials"),
    "ph_associability": Output("", ("trial",), "its associability before the trial: how fast the cues shown are learned about; mean of them, 0 without a cue"),
    "value": Output("", ("trial",), "value in the critic between cue and reward: its rate above that before the cue, 1 for 40 Hz"),
    "w_max": Output("", (), "upper bound of a weight"),
}  # fmt: skip

CUE_MS = 500
STAGGER_MS = 30.0
N_CRITIC, N_REWARD, N_RESPONSE, N_GATE = 12, 20, 8, 4
N_DA = 96
VALUE_HZ = 40.0  # of one critic neuron above its rate at rest, for a value of 1
N_CUES = {"blocking": 2, "compound": 2, "second_order": 2, "unpaired": 2, "discrimination": 10}
DEFAULT_ACTIVE_HZ = 60.0 * 300.0 / STAGGER_MS  # summed rate of the active time cells of one cue, with the default cells
CHAIN_MV = 20.0  # mean drive of a critic neuron when the synapses of all active time cells are at their bound
CRITIC_CELL = Lif(bias_mv=12.0, noise_mv=2.28, tau_syn_ms=30.0)
RESPONSE_CELL = Lif(bias_mv=9.0, noise_mv=2.28)
GATE_CELL = Lif(bias_mv=8.0, noise_mv=1.83)
RESPONSE_MV, GATE_MV = (
    6.0,
    10.0,
)  # drive of a response neuron by a value of 1, and of a gate neuron by the active time cells
GATE_HZ = 50.0  # about the rate of a gate neuron that is driven so
BIN_MS = 50
PROBES = 5  # trials at the end in which a cue is tested
OMIT_EVERY = 5
AFTER_MS = 200  # dopamine is looked at for so much longer than the hub looks back
MAX_SECONDS = 3000.0
LIVE_S = 48.0  # simulated time of the preview while a control moves
BAND = Band(8)
TD_STEP_MS = 100
TD_ALPHA, RW_ALPHA, PH_KAPPA, PH_GAMMA = 0.1, 0.1, 0.1, 0.2
LATE = 10


class Plan(NamedTuple):
    """What happens in which of T trials, with K cues."""

    onset_ms: np.ndarray  # (T, K) onset of each cue within the trial, -1: not shown
    reward: np.ndarray  # (T,) size, 0: none
    due: np.ndarray  # (T,) True where a reward is due, paid or not


class Seen(NamedTuple):
    """What the world remembers."""

    trial: np.ndarray  # (1,)
    start_ms: np.ndarray  # (1,) of this trial
    paid: np.ndarray  # (1,) 1 once the reward of this trial has come
    paid_until_ms: np.ndarray  # (1,)
    begun: np.ndarray  # (K,) time cells of each cue that have begun
    over: np.ndarray  # (K,) and that are over
    critic: np.ndarray  # (T, B, 1) spikes by trial and bin
    response: np.ndarray  # (T, B, 1)


def nothing_seen(cues: int, trials: int, bins: int) -> Seen:
    """Before the first trial."""
    trial, paid = (np.zeros(1, np.int64) for _ in range(2))
    chains = (np.zeros(cues, np.int64) for _ in range(2))
    return Seen(trial, now(), paid, now(), *chains, *(np.zeros((trials, bins, 1)) for _ in range(2)))


@inlined
def move_chain(w, seen, state, k, since_ms, n, h_ms, rng):
    """Time cells of cue k that begin or end since_ms after its onset: cell i ends after i + 1 times the stagger."""
    over = min(int(since_ms / w.stagger_ms), w.chain)
    begun = min(int((since_ms + w.cell_ms) / w.stagger_ms), w.chain)
    first = k * w.chain
    set_rates(state, first + seen.begun[k], first + begun, w.cell_hz, n, h_ms, rng)
    set_rates(state, first + seen.over[k], first + over, 0.0, n, h_ms, rng)
    seen.begun[k], seen.over[k] = max(begun, seen.begun[k]), max(over, seen.over[k])


@inlined
def end_chains(w, seen, state, to, n, h_ms, rng):
    """All time cells fall silent; `to`: how many then count as begun and over."""
    for k in range(seen.begun.size):
        set_rates(state, k * w.chain + seen.over[k], k * w.chain + seen.begun[k], 0.0, n, h_ms, rng)
        seen.begun[k] = seen.over[k] = to


@inlined
def next_trial(w, seen, state, n, h_ms, rng):
    """Nothing is left of the last one."""
    end_chains(w, seen, state, 0, n, h_ms, rng)
    seen.trial[0] += 1
    seen.start_ms[0] += w.trial_ms
    seen.paid[0] = 0


@inlined
def pay(w, seen, state, size, n, t_ms, h_ms, rng):
    """The reward: it ends the chains, its neurons fire, scripted bursts are released."""
    seen.paid[0] = 1
    end_chains(w, seen, state, w.chain, n, h_ms, rng)
    begin_volley(w.reward_neurons, size, seen.paid_until_ms, state, n, t_ms, h_ms, rng)
    release_all(state, n, w.bursts, 0.0, h_ms)


def present(w, seen, state, slot, n, t_ms, h_ms, rng):
    """Run the chains of the cues shown, pay the reward, count spikes."""
    if t_ms >= seen.start_ms[0] + w.trial_ms:
        next_trial(w, seen, state, n, h_ms, rng)
    trial, since_ms = seen.trial[0], t_ms - seen.start_ms[0]
    if trial >= w.reward.size:
        return
    for k in range(w.onset_ms.shape[1]):
        if 0.0 <= w.onset_ms[trial, k] <= since_ms:
            move_chain(w, seen, state, k, since_ms - w.onset_ms[trial, k], n, h_ms, rng)
    end_volley(w.reward_neurons, seen.paid_until_ms, state, n, t_ms, h_ms, rng)
    if w.reward[trial] > 0.0 and seen.paid[0] == 0 and since_ms >= w.reward_ms:
        pay(w, seen, state, w.reward[trial], n, t_ms, h_ms, rng)
    b = int(since_ms / w.bin_ms)
    count_spikes(w.critic, state, slot, seen.critic[trial, b])
    count_spikes(w.response, state, slot, seen.response[trial, b])


@world(present)
class Cues(NamedTuple):
    """What is shown and paid; times in ms."""

    onset_ms: np.ndarray  # (T, K)
    reward: np.ndarray  # (T,)
    trial_ms: float
    reward_ms: float
    reward_neurons: Volley
    critic: Group
    response: Group
    chain: int  # time cells of a cue; cue k has those from k * chain on
    stagger_ms: float
    cell_ms: float
    cell_hz: float
    bin_ms: float
    bursts: Bursts


def period_ms(p: Params) -> int:
    """From one trial to the next, in whole bins."""
    return ceil((CUE_MS + p.reward_delay_ms + p.rest_s * 1e3) / BIN_MS) * BIN_MS


def chain_size(p: Params) -> int:
    """Time cells of one cue: to the end of the trial."""
    return ceil((period_ms(p) - CUE_MS) / STAGGER_MS)


def cost(p: Params, values: Values) -> str:
    """Empty, or why this run would be too large."""
    return too_long(p.trials, period_ms(p) * 1e-3, MAX_SECONDS)


def plan_of(p: Params, rng: np.random.Generator) -> Plan:
    """The trials of a schedule."""
    trials, kind, t = p.trials, p.schedule, np.arange(p.trials)
    early, probe = t < p.change_at, t >= trials - PROBES
    onset_ms = np.full((trials, N_CUES.get(kind, 1)), -1.0)
    onset_ms[:, 0] = CUE_MS
    lucky = rng.random(trials) < p.reward_p
    shown = rng.integers(0, onset_ms.shape[1], trials)
    due, paid = np.ones(trials, bool), lucky
    if kind == "omission":
        paid = lucky & (early | ((t - p.change_at) % OMIT_EVERY != 0))
    elif kind == "extinction":
        paid = lucky & early
    elif kind == "reacquisition":
        paid = lucky & (early | (t >= (p.change_at + trials) // 2))
    elif kind == "forgetting":
        onset_ms[~early & ~probe] = -1.0
        due, paid = early | probe, lucky & early
    elif kind in ("blocking", "compound"):
        onset_ms[~early & ~probe, 1] = CUE_MS
        onset_ms[probe] = (-1.0, CUE_MS)
        if kind == "compound":
            onset_ms[early] = -1.0
        due = ~probe & (~early | (kind == "blocking"))
        paid = lucky & due
    elif kind in ("second_order", "unpaired"):
        b_then_a = ~early & ((t - p.change_at) % 2 == 0)  # A keeps its value by trials of its own in between
        onset_ms[b_then_a] = (CUE_MS + p.reward_delay_ms if kind == "second_order" else -1.0, CUE_MS)
        due, paid = ~b_then_a, lucky & ~b_then_a
    elif kind == "discrimination":
        onset_ms[:] = -1.0
        onset_ms[t, shown] = CUE_MS
        due, paid = shown == 0, lucky & (shown == 0)
    return Plan(onset_ms, np.where(paid, p.reward_size, 0.0), due)


class Network(NamedTuple):
    """The circuit and the groups whose spikes are read."""

    circuit: Circuit
    reward: Population
    critic: Population
    response: Population


def network(s: Setup[Params]) -> Network:
    """Chains, critic, reward and response neurons, motifs by strength, and the hubs."""
    c, p, w_max = Circuit(), s.p, s.rule.w_max
    chain = c.poisson("chain", chain_size(p) * N_CUES.get(p.schedule, 1), 0.0)
    reward = c.poisson("reward", N_REWARD, 0.0)
    critic = c.neurons("critic", N_CRITIC, CRITIC_CELL)
    response = c.neurons("response", N_RESPONSE, RESPONSE_CELL)
    active = Drive(chain, DEFAULT_ACTIVE_HZ)
    unit_mv = CHAIN_MV / (DEFAULT_ACTIVE_HZ * 1e-3) * (1.0 - np.exp(-1.0 / CRITIC_CELL.tau_syn_ms)) / w_max
    pairs = all_to_all(chain, critic)
    c.project("plastic", chain, critic, pairs, p.w_start * w_max, 1.0, plastic=True, gain_mv=unit_mv)
    value, paid = Drive(critic, VALUE_HZ * N_CRITIC), Drive(reward)
    join(c, value, response, RESPONSE_MV, RESPONSE_CELL.tau_syn_ms)
    join(c, value, critic, p.recurrent_mv, CRITIC_CELL.tau_syn_ms)
    if p.inhibition_mv > 0.0:
        gate = c.neurons("gate", N_GATE, GATE_CELL, 0, (0.0, -p.disinhibition_mv, 0.0, 0.0))
        join(c, active, gate, GATE_MV, GATE_CELL.tau_syn_ms)
        join(c, Drive(gate, N_GATE * GATE_HZ), critic, -p.inhibition_mv, CRITIC_CELL.tau_syn_ms)
    pace = Pace(float(period_ms(s.p)), float(s.p.reward_delay_ms))
    add_hubs(c, s.values, paid, value, active, uncertain=("down",), pace=pace, da_cells=N_DA)
    return Network(c, reward, critic, response)


class Course(NamedTuple):
    """One run: its plan, what was counted, and dopamine."""

    plan: Plan
    critic_hz: np.ndarray  # (T, B) rate of a critic neuron
    response_hz: np.ndarray  # (T, B) and of a response neuron
    nm: np.ndarray  # (T, B, 4) concentrations
    weight: np.ndarray  # (T, S) all weights after each trial


def one_seed(s: Setup[Params], seed: int, control: Control) -> Course:
    """The trials with this seed, as many as `control` allows."""
    rng, p, trial_ms = np.random.default_rng(seed), s.p, period_ms(s.p)
    plan, net, bins = plan_of(p, rng), network(s), trial_ms // BIN_MS
    job = prepare_job(s, net)
    seen = nothing_seen(plan.onset_ms.shape[1], p.trials, bins)
    warm_up(job, rng)
    done = run_in_chunks(job, cues(s, plan, net), seen, p.trials * trial_ms, rng, control, trial_ms) // trial_ms
    critic_hz, response_hz = (
        spikes[:done, :, 0] / (group.size * BIN_MS * 1e-3)
        for spikes, group in ((seen.critic, net.critic), (seen.response, net.response))
    )
    nm = job.record.modulator[0, : done * bins, 0].reshape(done, bins, -1)
    return Course(Plan(*(part[:done] for part in plan)), critic_hz, response_hz, nm, job.record.weight[:done])


def prepare_job(s: Setup[Params], net: Network) -> Job:
    """The job: dopamine in the middle of every bin, all weights after every trial."""
    trial_ms = period_ms(s.p)
    at_ms = np.arange(BIN_MS // 2, s.p.trials * trial_ms, BIN_MS)
    ends_ms = trial_ms * np.arange(1, s.p.trials + 1)
    return prepare(s, net.circuit, at_ms=at_ms, all_at_ms=ends_ms, ahead_ms=WARM_UP_MS)


def cues(s: Setup[Params], plan: Plan, net: Network) -> Cues:
    """The world of these settings."""
    p, critic, response = s.p, net.critic, net.response
    reward_for_ms = min(float(s.expectation.value_delay_ms), p.rest_s * 1e3)
    return Cues(
        plan.onset_ms, plan.reward, float(period_ms(p)), float(CUE_MS + p.reward_delay_ms),
        volley(net.reward, UNIT_HZ, reward_for_ms), Group(critic.start, critic.size),
        Group(response.start, response.size), chain_size(p), STAGGER_MS, float(p.cell_ms), p.cell_hz, float(BIN_MS),
        scripted_bursts(s.values),
    )  # fmt: skip


def simulate(s: Setup[Params], tier: str, control: Control) -> dict[str, np.ndarray]:
    """The trials with this seed; in the settled tier with more seeds too, for a band."""
    second = 1e-3 * period_ms(s.p)
    s = s.but(trials=previewed(s.p.trials, second, LIVE_S, tier))
    seeds = BAND.size(tier, s.p.trials * second)
    courses = run_seeds(lambda seed, part: one_seed(s, seed, part), s.seed, seeds, control)
    first, p = courses[0], s.p
    out = by_trial(first, s) | by_bin(first, p) | chain_and_cues(first, p) | textbook(first.plan, s)
    return out | at_the_end(out, first.plan) | {
        "response_seeds_hz": np.array([between(c.response_hz, p) for c in courses]), "w_max": np.float64(s.rule.w_max),
    }  # fmt: skip


def between(rate_hz: np.ndarray, p: Params) -> np.ndarray:
    """Mean of (T, B) over the bins between cue and reward (T,)."""
    first, last = CUE_MS // BIN_MS, (CUE_MS + p.reward_delay_ms) // BIN_MS
    return rate_hz[:, first : max(last, first + 1)].mean(axis=1)


def dopamine_after(da_nm: np.ndarray, at_ms: np.ndarray, looks_back_ms: float) -> np.ndarray:
    """Mean dopamine in the time after at_ms (T,) in which the hub answers to an event."""
    length = ceil((looks_back_ms + AFTER_MS) / BIN_MS)
    index = np.minimum((at_ms / BIN_MS).astype(int)[:, None] + np.arange(length), da_nm.shape[1] - 1)
    return np.take_along_axis(da_nm, index, axis=1).mean(axis=1)


def by_trial(course: Course, s: Setup[Params]) -> dict[str, np.ndarray]:
    """One number for every trial."""
    plan, da_nm, p, back_ms = course.plan, course.nm[:, :, 0], s.p, s.expectation.value_delay_ms
    before, trials = slice(0, CUE_MS // BIN_MS), course.plan.reward.size
    tonic_nm = da_nm[:, before].mean(axis=1)
    shown, value_hz = plan.onset_ms >= 0.0, between(course.critic_hz, p)
    at_cue_ms, at_reward_ms = np.full(trials, float(CUE_MS)), np.full(trials, float(CUE_MS + p.reward_delay_ms))
    return {
        "trial": trial_axis(trials), "rewarded": plan.reward, "cue_a": shown[:, 0].astype(float),
        "cue_b": shown[:, 1:].any(axis=1).astype(float),
        "da_at_cue_nm": dopamine_after(da_nm, at_cue_ms, back_ms) - tonic_nm,
        "da_at_reward_nm": dopamine_after(da_nm, at_reward_ms, back_ms) - tonic_nm,
        "value_hz": value_hz, "value": (value_hz - course.critic_hz[:, before].mean()) / VALUE_HZ,
        "response_hz": between(course.response_hz, p),
        "free_response_hz": course.response_hz[:, before].mean(axis=1), "level_nm": course.nm.mean(axis=1).T,
    }  # fmt: skip


def by_bin(course: Course, p: Params) -> dict[str, np.ndarray]:
    """One number for every trial and bin."""
    da_nm, bins = course.nm[:, :, 0], course.nm.shape[1]
    return {
        "bin_s": (np.arange(bins) + 0.5) * BIN_MS * 1e-3 - CUE_MS * 1e-3,
        "reward_s": np.float64(p.reward_delay_ms * 1e-3),
        "da_map_nm": da_nm - da_nm[:, : CUE_MS // BIN_MS].mean(), "value_map_hz": course.critic_hz,
    }  # fmt: skip


def chain_and_cues(course: Course, p: Params) -> dict[str, np.ndarray]:
    """Weights along the chain of cue A at three moments; value by cue."""
    cells, (trials, k) = chain_size(p), course.plan.onset_ms.shape
    moments = np.ceil(trials * np.arange(1, 4) / 3).astype(int) - 1
    weight = course.weight[moments].reshape(3, k, cells, N_CRITIC).mean(axis=3)[:, 0]
    value_hz, late = between(course.critic_hz, p), np.arange(trials) >= trials // 2
    shown = (course.plan.onset_ms >= 0.0) & late[:, None]
    by_cue = [value_hz[by].mean() if by.any() else np.nan for by in shown.T]
    return {
        "chain_s": np.arange(cells) * STAGGER_MS * 1e-3, "chain_weight": weight, "value_by_cue_hz": np.array(by_cue),
    }  # fmt: skip


def textbook(plan: Plan, s: Setup[Params]) -> dict[str, np.ndarray]:
    """TD(lambda) in steps of 100 ms, the Rescorla-Wagner rule and Pearce-Hall on the same trials.

    lambda is what is left of a trace after a step. A cue's TD error stands one step before its onset. The baseline knows one onset for
    each cue, so a schedule that moves a cue has none.
    """
    steps = ceil(period_ms(s.p) / TD_STEP_MS) + 1
    cue_step, reward_step = CUE_MS // TD_STEP_MS, round((CUE_MS + s.p.reward_delay_ms) / TD_STEP_MS)
    shown = (plan.onset_ms >= 0.0).astype(float)
    lam = float(np.exp(-TD_STEP_MS / s.rule.tau_e_ms))
    td = temporal_difference(
        shown, np.full(shown.shape[1], cue_step), plan.reward, reward_step, steps, TD_ALPHA, lam=lam
    )
    at_cue, at_reward = td.error[:, cue_step - 1], td.error[:, reward_step]
    if (plan.onset_ms > CUE_MS).any():
        at_cue, at_reward = np.full((2, plan.reward.size), np.nan)
    hall = pearce_hall(shown, plan.reward, PH_KAPPA, PH_GAMMA)
    present = np.maximum(shown.sum(axis=1), 1.0)
    return {
        "td_at_cue": at_cue, "td_at_reward": at_reward, "rw_prediction": rescorla_wagner(shown, plan.reward, RW_ALPHA).prediction,
        "ph_prediction": hall.prediction, "ph_associability": (shown * hall.associability).sum(axis=1) / present,
    }  # fmt: skip


def at_the_end(out: dict[str, np.ndarray], plan: Plan) -> dict[str, float]:
    """Means of the last ten trials of a kind."""
    cued, paid = (plan.onset_ms >= 0.0).any(axis=1), plan.reward > 0.0
    return {
        "late_cue_nm": last_mean(out["da_at_cue_nm"], cued, LATE),
        "late_reward_nm": last_mean(out["da_at_reward_nm"], paid, LATE),
        "late_omission_nm": last_mean(out["da_at_reward_nm"], plan.due & ~paid, LATE),
        "late_response_hz": last_mean(out["response_hz"], cued, LATE),
    }  # fmt: skip


@says_what_cannot_act
def effect(p: Params, run) -> str:
    """One plain sentence: where dopamine is at the end, and whether the animal waits for the reward."""
    places = (("late_cue_nm", "cue"), ("late_reward_nm", "reward"), ("late_omission_nm", "omitted reward"))
    parts = [f"{round(float(run[name])):+d} nM at the {word}" for name, word in places if np.isfinite(run[name])]
    dopamine = f"dopamine changes by {', '.join(parts)}" if parts else "there is no cue, reward or omission to compare"
    first, late = float(run.response_hz[:5].mean()), float(run.late_response_hz)
    if not np.isfinite([first, late]).all():
        return f"In the last trials {dopamine}."
    return f"In the last trials {dopamine}; the response to the cue goes from {first:.1f} to {late:.1f} Hz."


PREVIEW = first_trials
MEASURE = Measure(
    "response to the cue, above the rate before it",
    "Hz",
    lambda run: (run.response_hz - run.free_response_hz)[-LATE:].mean(),
    lambda run: (run.response_hz - run.free_response_hz)[:3].mean(),
    tier="job",
)

PRESETS = {
    "shift": {
        "title": "From the reward to the cue", "rule": "td_ltp_2013", "values": {},
        "note": "At first dopamine answers to the reward. Trial by trial the answer moves to the cue that announces it.", "source": "Schultz et al. 1997",
    },
    "omission": {
        "title": "The reward that does not come", "rule": "td_ltp_2013", "values": {"schedule": "omission"},
        "note": "Every fifth trial leaves the reward out: dopamine pauses at the time when it was due.", "source": "Schultz et al. 1997",
    },
    "coin": {
        "title": "Reward by the toss of a coin", "rule": "td_ltp_2013", "values": {"reward_p": 0.5, "trials": 80},
        "note": "The cue says less, so dopamine answers less to the cue and more to the reward.", "source": "Schultz et al. 1997",
    },
    "extinction": {
        "title": "Extinction", "rule": "td_ltp_2013", "values": {"schedule": "extinction", "trials": 60},
        "note": "The reward stops. Pauses take the weights down again, beginning at the end of the chain.", "source": "Schultz et al. 1997",
    },
    "blocking": {
        "title": "Blocking", "rule": "td_ltp_2013", "values": {"schedule": "blocking", "trials": 50},
        "note": "B is shown with A, which already predicts all. Tested alone at the end, B predicts little. Compare the schedule 'compound'.",
        "source": "Rescorla & Wagner 1972",
    },
    "second_order": {
        "title": "A cue for a cue", "rule": "td_ltp_2013", "values": {"schedule": "second_order", "trials": 50},
        "note": "B announces A and never a reward: the value of A is enough to teach. In the schedule 'unpaired' B stands alone.", "source": "Schultz et al. 1997",
    },
    "one_of_ten": {
        "title": "One cue in ten", "rule": "td_ltp_2013", "values": {"schedule": "discrimination", "trials": 200},
        "note": "Ten cues in random order, one of them paid. Only that one gains value.", "source": "after Izhikevich 2007",
    },
    "expects_nothing": {
        "title": "A hub that expects nothing", "rule": "td_ltp_2013", "values": {"da_value_gain": 0.0},
        "note": "Value is added and never subtracted: dopamine answers to cue and reward alike, and the weights run to their bound.",
        "source": "Schultz et al. 1997",
    },
    "late_hub": {
        "title": "Dopamine that comes too late", "rule": "td_ltp_2013", "values": {"da_delay_ms": 1200},
        "note": "Every spike of the hub is heard 1.2 s later: the wrong time cells get the credit.", "source": "model",
    },
}  # fmt: skip

QUICK = {"trials": 10, "change_at": 3, "rest_s": 0.5, "reward_delay_ms": 300, "w_start": 0.3}
WAKES = {
    r"change_at": {"schedule": "extinction"},
    r"ltd_.*_by_M": {"a_minus": 0.2, "M_tonic_nm": 300.0},
    r"tau_minus_ms|mu_minus|ltd_decay_ratio|phi_minus|gate_minus": {"a_minus": 0.2},
    r"M_baseline": {"M_source": "emergent", "M_burst_nm": 300.0, "ltp_gate_by_M": 20.0},
    r"disinhibition_mv": {"inhibition_mv": 20.0, "ach_tonic_nm": 300.0},
}
