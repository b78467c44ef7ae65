r"""Choice: how does a bandit become a habit, and break?

In every trial cortical neurons fire and drive, through plastic synapses, two striatal pools for each option: D1, which excites the option's choice
pool, and D2, which inhibits it. The choice pools inhibit each other; the one with most spikes within `window_ms` is the choice (chance decides a tie).
Its efference copy then drives D1 and D2 of that option and silences those of the others, so that what was done leaves a trace. Just before the outcome
is due, `outcome_delay_ms` after the choice, expectation neurons fire; their plastic synapses drive a critic whose rate is the value V of the task. A
win drives reward neurons. Dopamine (engine/hubs.py, H1 with f = 0) is what came less what was expected.

Dopamine above its running mean strengthens the eligible synapses onto D1 and the critic and weakens those onto D2, an area of its own whose dopamine
signal has the opposite sign (modulators, M3). The other hubs set how: norepinephrine and acetylcholine the learning rate, norepinephrine the noise of
the neurons, serotonin how long traces last (the matrix of the rule doya_2002).

Opponency rho weighs D1 against D2 at the time of choice. With a surround s, D1 and D2 of option k act on its own pool with 1 - s/K of their drive and on
the others with -s/K: at s = 1 the pools hear how far an option lies from the mean of all, and a balance that favours one kind silences none. A rate
has a floor at zero, so D1 tells options apart that pay often and D2 those that pay seldom. OpAL's actors, G <- G + a G delta and N <- N - a N delta, are a point
of the rule family: a trace in proportion to the weight (a_plus = 0, mu_minus = 1) that dopamine turns into growth (ltd_gate_by_da = -1).

Frank MJ (2005) J Cogn Neurosci 17:51, Collins AGE, Frank MJ (2014) Psychol Rev 121:337 (opponent D1 and D2). Doya K (2002) Neural Netw 15:495 and
Yu AJ, Dayan P (2005) Neuron 46:681 (the other modulators). Frémaux N, Sprekeler H, Gerstner W (2013) PLoS Comput Biol 9:e1003024 (actor and critic).
"""

from typing import Annotated, NamedTuple

import numpy as np

from engine.baselines.bandit import recorded
from engine.baselines.change_point import change_point
from engine.baselines.opal import opal
from engine.baselines.q_learning import q_learning
from engine.bursts import Bursts, release, release_all
from engine.circuit import NO_AREA, Circuit, Population, all_to_all, inhibition
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
from engine.readouts import first_trials, mean_and_error, over_last, says_what_cannot_act, stacked, trial_axis
from engine.setup import Setup, prepare
from engine.worlds import (
    Group,
    Sources,
    Volley,
    begin_volley,
    count_spikes,
    end_volley,
    now,
    sources,
    switch_off,
    switch_on,
    volley,
)  # fmt: skip

TITLE = "Choice"
QUESTION = "How does a bandit become a habit, and break?"
DEFAULT_RULE = "doya_2002"
HUBS = MODULATORS
ROWS = tuple(row for row in ROWS if row != "consolidation")
PANELS = (
    "choice_trials", "choice_modulators", "choice_reversal", "choice_weights", "choice_psychometric", "choice_textbook", "choice_surprise", "choice_stay_shift", "choice_entropy",
)  # fmt: skip
PAPERS = (
    "Frank MJ (2005) J Cogn Neurosci 17:51-72",
    "Collins AGE, Frank MJ (2014) Psychol Rev 121:337-366",
    "Doya K (2002) Neural Netw 15:495-506",
    "Yu AJ, Dayan P (2005) Neuron 46:681-692",
)
EQUATIONS = (
    r"\text{choice} = \mathrm{argmax}_k\, n_k,\qquad I_k = (1+\rho)\,\mathrm{D1}_k - (1-\rho)\,\mathrm{D2}_k - \sum_{j\ne k} n_j + \xi",
    r"\dot w_{D1} = \eta\,(\mathrm{DA} - \langle\mathrm{DA}\rangle)\, e,\qquad \dot w_{D2} = -2\,\eta\,(\mathrm{DA} - \langle\mathrm{DA}\rangle)\, e",
    r"\mathrm{DA}\ \text{hub:}\quad r(t) + f\,V(t) - g\,V(t - d)",
)
LEFT_OUT = (
    "The world tells the circuit when to choose and when an outcome is due; only what it is worth is learned. The choice is read from spike counts, and chance decides "
    "a tie. D2 neurons have no recurrent collaterals and no kinetics of their own: their dopamine signal is that of D1 with the opposite sign and twice the size. The choice "
    "pools stand for pallidum, thalamus and cortex. There is one state, one critic for all options, no movement, no cost of waiting."
)
NONE = "none"
LETTERS = ("A", "B", "C", "D")


# fmt: off
class Params(NamedTuple):
    """The bandit and the circuit."""

    schedule: Annotated[str, Param(choices=("reversals", "drift", "patience", "risk"), doc="reversals after every block, wandering options, small now against large later, or sure against risky", level="core", label="schedule")] = "reversals"
    options: Annotated[int, Param("", 2, 4, "options to choose from", level="core", label="options", step=1)] = 2
    p_best: Annotated[float, Param("", 0, 1, "how often the best option pays", level="intro", label="best option pays", step=0.05)] = 0.9
    p_other: Annotated[float, Param("", 0, 1, "how often the others pay", level="intro", label="others pay", step=0.05)] = 0.1
    block: Annotated[int, Param("", 5, 400, "trials from one reversal to the next", log=True, soft=(10, 200), level="intro", label="reversal every", step=1)] = 40
    drift_sd: Annotated[float, Param("", 0, 0.5, "step of the wandering probabilities from trial to trial (drift)", soft=(0, 0.2), label="drift step", step=0.01)] = 0.05
    small_size: Annotated[float, Param("", 0, 1, "what option A always pays (patience, risk); with risk it is also how often the others pay the whole reward, so that all are worth the same", level="core", label="small reward", step=0.05)] = 0.7
    late_ms: Annotated[int, Param("ms", 0, 5000, "how much later the other options pay (patience)", soft=(0, 2000), level="core", label="large is later by", step=10)] = 600
    trials: Annotated[int, Param("", 10, 1000, "number of trials", log=True, soft=(20, 400), level="core", label="trials", step=1)] = 120
    outcome_delay_ms: Annotated[int, Param("ms", 200, 5000, "from the choice to its outcome", soft=(200, 2000), level="intro", label="choice to outcome", step=10)] = 250
    pause_s: Annotated[float, Param("s", 0.3, 10, "from the outcome to the next cue", level="core", label="pause", step=0.05)] = 0.35
    window_ms: Annotated[int, Param("ms", 20, 500, "time in which the spikes of the choice pools are counted", level="core", label="choice window", step=10)] = 100
    rivalry_mv: Annotated[float, Param("mV", 0, 60, "inhibition of a choice pool by another that fires at its unit rate", level="core", label="lateral inhibition", step=0.5)] = 8.0
    opponency: Annotated[float, Param("", -1, 1, "weight of D1 against D2 at the time of choice: above 0 gains count more, below 0 losses", level="core", label="D1 over D2", step=0.05)] = 0.0
    surround: Annotated[float, Param("", 0, 1, "how far D1 and D2 of an option act on the pools of the others with the opposite sign: at 1 only differences between options count", level="core", label="surround", step=0.05)] = 0.0
    opto_option: Annotated[str, Param(choices=(NONE, *LETTERS), doc="the option whose choice is followed by an optogenetic dopamine burst", level="core", label="stimulated option")] = NONE
    opto_delay_ms: Annotated[int, Param("ms", 0, 10_000, "from the choice to the optogenetic burst", soft=(0, 3000), level="core", label="stimulation after", step=10)] = 250
    opto_nm: Annotated[float, Param("nM", -1000, 2000, "rise of dopamine by the optogenetic burst; below zero is a pause", soft=(-100, 500), level="core", label="stimulation size", step=10)] = 100.0
    w_start: Annotated[float, Param("", 0, 1, "weight at the start, as a share of its upper bound", label="start weight", step=0.01)] = 0.3
    recurrent_mv: Annotated[float, Param("mV", 0, 40, "summed excitation of a choice neuron by the others of its pool", level="core", label="recurrent loop", step=0.5)] = 0.0
    inhibition_mv: Annotated[float, Param("mV", 0, 60, "summed inhibition of a choice neuron by the gate that the cortex drives", level="core", label="inhibitory gate", step=0.5)] = 0.0
    disinhibition_mv: Annotated[float, Param("mV", 0, 60, "input that one unit of the ACh signal takes from the gate's neurons", level="core", label="disinhibition by ACh", step=0.5)] = 0.0
# fmt: on


DEFAULTS = {
    "da_tonic_nm": 10.0, "da_burst_nm": 80.0, "da_tau_ms": 60.0, "da_delay_ms": 0, "da_source": "emergent", "da_value_delay_ms": 100, "da_value_now": 0.0,
    "ach_delay_ms": 0, "ach_burst_nm": 200.0, "ach_source": "emergent",
    "ne_delay_ms": 0, "ne_burst_nm": 300.0, "ne_tau_ms": 300.0, "ne_hub_noise_mv": 1.82, "ne_source": "emergent",
    "ht_delay_ms": 0, "ht_burst_nm": 40.0, "ht_source": "emergent",
}  # fmt: skip

BEST, P_BEST = "share of trials in which the best option was chosen", "P(best)"
OUTPUTS = {
    "best_at_end_percent": Output(
        "%", (), "choices of the best option in the last quarter of every block, all networks", "best, late in a block"
    ),
    "best_after_percent": Output(
        "%",
        (),
        "choices of the best option in the first 15 trials after a reversal, all networks (nan without a reversal)",
        "best, after reversal",
    ),
    "win_stay_percent": Output(
        "%", ("learner",), "repeats after a win: circuit, Q-learning on the same trials (nan without a win)"
    ),
    "lose_shift_percent": Output(
        "%", ("learner",), "changes after a loss: circuit, Q-learning on the same trials (nan without a loss)"
    ),
    "criterion_trials": Output(
        "",
        (),
        "trials after a reversal until the best option was chosen in 8 of 10 (the block's length where that was not reached; nan without a reversal)",
        "trials to criterion",
    ),
    "trial": Output("", ("trial",), "trial number, from 1"),
    "choice": Output("", ("trial",), "option chosen, from 0"),
    "best": Output("", ("trial",), "the option that pays best, from 0"),
    "reward": Output("", ("trial",), "what was paid"),
    "rate_of": Output("", ("option", "trial"), "how often each option pays"),
    "p_best": Output("", ("trial",), "share of best choices among the last 10 trials"),
    "p_best_seeds": Output(
        "", ("seed", "trial"), "the same with this seed and the next ones (one seed while a control moves)"
    ),
    "p_q": Output(
        "",
        ("trial",),
        "P(best) of Q-learning led through the same trials, mean of the last 10 trials and of all networks",
    ),
    "p_bayes": Output(
        "",
        ("trial",),
        "P(best) of a Bayesian change-point learner led through the same trials, as p_q; nan in the preview while a control moves",
    ),
    "p_opal": Output(
        "", ("trial",), "P(best) of OpAL with this opponency led through the same trials, as p_q; nan in the preview"
    ),
    "p_change": Output(
        "",
        ("trial",),
        "probability that the option chosen had changed, as the Bayesian learner sees it after the outcome; nan in the preview",
    ),
    "entropy": Output("", ("trial",), "entropy of the choices of the last 10 trials (bits), mean of all networks"),
    "entropy_q": Output("", ("trial",), "entropy of the choice probabilities of Q-learning on the same trials (bits)"),
    "aligned": Output("", ("around",), "trials from a reversal, 0 is the first after it"),
    "p_best_aligned": Output(
        "", ("around",), "share of best choices around reversals, mean of all networks (nan without a reversal)"
    ),
    "p_best_aligned_error": Output(
        "", ("around",), "its standard error over networks (0 for one network, nan without a reversal)"
    ),
    "p_q_aligned": Output("", ("around",), "P(best) of Q-learning on the same trials (nan without a reversal)"),
    "difference": Output("", ("class",), "value of A less value of B in the weights: D1 less D2, of the upper bound"),
    "share_a": Output(
        "", ("class",), "share of A among choices of A or B at that difference, all networks (nan without a trial)"
    ),
    "share_a_q": Output("", ("class",), "P(A) of Q-learning in the same trials (nan without a trial)"),
    "weight_d1": Output(
        "", ("option", "trial"), "mean weight from the cortex to the D1 pool of each option after the trial"
    ),
    "weight_d2": Output("", ("option", "trial"), "mean weight to the D2 pools"),
    "weight_critic": Output("", ("trial",), "mean weight to the critic"),
    "concentration_nm": Output("nM", ("modulator", "trial"), "DA, ACh, NE, 5-HT in the 250 ms after the outcome, mean"),
    "learning_rate_per_s": Output("1/s", ("trial",), "learning rate eta g_eta in that time, mean"),
    "w_max": Output("", (), "upper bound of a weight"),
}

N_CORTEX, N_STATE, N_REWARD, N_COPY = 16, 16, 10, 4
N_D, N_POOL, N_CRITIC, N_GATE = 6, 8, 16, 4
CORTEX_HZ, STATE_HZ, COPY_HZ = 60.0, 100.0, 100.0
CUE_MS, ACT_MS = 20, 150
D_CELL = Lif(bias_mv=10.0, noise_mv=1.83)
POOL_CELL = Lif(bias_mv=14.0, noise_mv=2.74, tau_syn_ms=10.0)
CRITIC_CELL = Lif(bias_mv=10.0, noise_mv=1.83, tau_syn_ms=15.0)
GATE_CELL = Lif(noise_mv=1.83, bias_mv=6.0)
# Drive (mV): of the strongest plastic synapses together; of the efference copy; of D1 and D2 at D_HZ; POOL_HZ: unit rate of a choice pool
CORTEX_MV, VALUE_MV, COPY_MV, D_MV = 20.0, 30.0, 25.0, 8.0
D_HZ, POOL_HZ = N_D * 50.0, N_POOL * 40.0
D1_AREA, D2_AREA = 0, 1
D2_EFFECT = -2.0  # of dopamine in the area of D2: the other sign, and twice the size, since D2 receptors have the higher affinity (model choice)
AREAS = ({}, {"da_effect": D2_EFFECT})
V_START = 0.3  # start weight of the critic, of the upper bound
SAMPLE_MS, OUTCOME_MS = 50, 250
BAND = Band(20, 1800.0)
MAX_SECONDS = 4000.0
LIVE_S = 42.0  # simulated time of the preview while a control moves
SHARED, CRITERION = 10, 8  # trials of a running share; best choices among them that count as learned
AGENDA_MS = 12_000
AFTER, LATE = 15, 4
Q_ALPHA, Q_BETA = 0.3, 5.0
HAZARD = 0.025  # of the Bayesian learner: a change every 40 trials
CLASSES = np.linspace(-1.6, 1.6, 9)
BEFORE, CHOOSING, ACTING, WAITING, EXPECTING, PAYING, DONE = range(7)


class Seen(NamedTuple):
    """What the world remembers: where it is, and what every trial came to. Arrays of one number but for the last three."""

    trial: np.ndarray
    start_ms: np.ndarray  # of this trial
    phase: np.ndarray
    option: np.ndarray  # chosen in this trial
    paid_until_ms: np.ndarray
    counts: np.ndarray  # (options,) spikes of the choice pools in this trial
    choice: np.ndarray  # (T,)
    reward: np.ndarray  # (T,)


def nothing_seen(options: int, trials: int) -> Seen:
    """Before the first trial."""
    trial, phase, option = (np.zeros(1, np.int64) for _ in range(3))
    return Seen(trial, now(), phase, option, now(), np.zeros(options), np.zeros(trials, np.int64), np.zeros(trials))


@inlined
def begin(w, seen, state, n, h_ms, rng):
    """The cue: the cortex fires."""
    switch_on(w.cortex, state, n, h_ms, rng)
    seen.counts[:] = 0.0
    seen.phase[0] = CHOOSING


@inlined
def most_spikes(counts, rng):
    """The pool with most spikes; chance decides a tie."""
    best, ties = 0, 0
    for k in range(counts.size):
        if k == 0 or counts[k] > counts[best]:
            best, ties = k, 1
        elif counts[k] == counts[best]:
            ties += 1
            best = k if rng.random() * ties < 1.0 else best
    return best


@inlined
def decide(w, seen, state, n, h_ms, rng):
    """The choice is made: its efference copy begins, and the optogenetic burst is scheduled."""
    option = most_spikes(seen.counts, rng)
    seen.option[0] = seen.choice[seen.trial[0]] = option
    first = w.copies.first + option * w.copies_each
    set_rates(state, first, first + w.copies_each, w.copies.rate_hz, n, h_ms, rng)
    if option == w.opto_option:
        release(state, n, w.opto_delay_ms, w.opto_nm, 1, 1.0, 0, h_ms)
    seen.phase[0] = ACTING


@inlined
def pay(w, seen, state, n, t_ms, h_ms, rng):
    """The outcome: expectation ends, the reward neurons fire, scripted bursts are released."""
    switch_off(w.expectation, state, n, h_ms, rng)
    trial = seen.trial[0]
    size = w.paid[trial, seen.option[0]]
    seen.reward[trial] = size
    if size > 0.0:
        begin_volley(w.reward, size, seen.paid_until_ms, state, n, t_ms, h_ms, rng)
        release_all(state, n, w.bursts, 0.0, h_ms)
    seen.phase[0] = PAYING


def play(w, seen, state, slot, n, t_ms, h_ms, rng):
    """One trial after the other: cue, choice, act, expectation, outcome, pause."""
    end_volley(w.reward, seen.paid_until_ms, state, n, t_ms, h_ms, rng)
    if t_ms >= seen.start_ms[0] + w.period_ms:
        seen.trial[0] += 1
        seen.start_ms[0] += w.period_ms
        seen.phase[0] = BEFORE
    since_cue_ms, phase = t_ms - seen.start_ms[0], seen.phase[0]
    if phase == BEFORE:
        if seen.trial[0] < w.paid.shape[0]:
            begin(w, seen, state, n, h_ms, rng)
    elif phase == CHOOSING:
        count_spikes(w.pools, state, slot, seen.counts)
        if since_cue_ms >= w.choice_ms:
            decide(w, seen, state, n, h_ms, rng)
    elif phase == ACTING:
        if since_cue_ms >= w.choice_ms + w.act_ms:
            switch_off(w.cortex, state, n, h_ms, rng)
            switch_off(w.copies, state, n, h_ms, rng)
            seen.phase[0] = WAITING
    elif phase == WAITING:
        if since_cue_ms >= w.outcome_ms[seen.option[0]] - w.reward.for_ms:
            switch_on(w.expectation, state, n, h_ms, rng)
            seen.phase[0] = EXPECTING
    elif phase == EXPECTING and since_cue_ms >= w.outcome_ms[seen.option[0]]:
        pay(w, seen, state, n, t_ms, h_ms, rng)


@world(play)
class Bandit(NamedTuple):
    """What is shown and paid: the groups it drives and reads, and the times of a trial."""

    cortex: Sources
    expectation: Sources
    copies: Sources  # of all options side by side, `copies_each` of each
    copies_each: int
    reward: Volley
    pools: Group
    choice_ms: float  # from the cue, as all times
    act_ms: float
    outcome_ms: np.ndarray  # (options,)
    period_ms: float
    paid: np.ndarray  # (T, options) what each option would pay
    opto_option: int
    opto_delay_ms: float
    opto_nm: float
    bursts: Bursts


class Network(NamedTuple):
    """The circuit and the groups the world needs; pools and copies hold all options side by side."""

    circuit: Circuit
    cortex: Population
    expectation: Population
    copies: Population
    reward: Population
    pools: Population


def cost(p: Params, values: Values) -> str:
    """Empty, or why this run would be too large."""
    return too_long(p.trials, period_s(p), MAX_SECONDS)


def choice_ms(p: Params) -> int:
    """From the cue to the choice."""
    return CUE_MS + p.window_ms


def outcome_ms(p: Params) -> np.ndarray:
    """From the cue to the outcome of every option."""
    later = p.late_ms if p.schedule == "patience" else 0
    return choice_ms(p) + p.outcome_delay_ms + np.where(np.arange(p.options) > 0, float(later), 0.0)


def period_ms(p: Params) -> int:
    """From one cue to the next."""
    return round(outcome_ms(p).max() + 1e3 * p.pause_s)


def period_s(p: Params) -> float:
    """The same in seconds."""
    return 1e-3 * period_ms(p)


def pairs_of(source: Population, goal: Population, options: int, same: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of neurons of the same option, or of different ones; the options lie side by side in both groups."""
    pre, post = all_to_all(source, goal)
    mine = (pre - source.start) * options // source.size == (post - goal.start) * options // goal.size
    return pre[mine == same], post[mine == same]


def network(s: Setup[Params]) -> Network:
    """Cortex, striatum, choice pools, critic and hubs."""
    c, k = Circuit(2), s.p.options
    cortex, expectation = c.poisson("cortex", N_CORTEX, 0.0), c.poisson("expectation", N_STATE, 0.0)
    copies, reward = c.poisson("efference copy", k * N_COPY, 0.0), c.poisson("reward", N_REWARD, 0.0)
    d1, d2 = striatum(c, s, cortex, copies)
    critic = c.neurons("critic", N_CRITIC, CRITIC_CELL, NO_AREA)
    learn(c, s, expectation, critic, D1_AREA, V_START, VALUE_MV / (N_STATE * STATE_HZ), CRITIC_CELL.tau_syn_ms)
    pools = choosers(c, s.p, cortex, d1, d2)
    pace = Pace(float(period_ms(s.p)), float(s.expectation.value_delay_ms))
    add_hubs(c, s.values, Drive(reward), Drive(critic), Drive(expectation, N_STATE * STATE_HZ), pace=pace)
    return Network(c, cortex, expectation, copies, reward, pools)


def learn(
    c: Circuit, s: Setup[Params], source: Population, goal: Population, area: int, start: float, mv_per_hz: float,
    tau_syn_ms: float,
) -> None:  # fmt: skip
    """Plastic synapses, each onto each; mv_per_hz: drive of a neuron by one spike per second at the upper bound."""
    w_max, pairs = s.rule.w_max, all_to_all(source, goal)
    gain_mv = mv_per_hz * 1e3 * (1.0 - np.exp(-1.0 / tau_syn_ms)) / w_max
    c.project(f"to {goal.name}", source, goal, pairs, start * w_max, 1.0, plastic=True, gain_mv=gain_mv, area=area)


def striatum(c: Circuit, s: Setup[Params], cortex: Population, copies: Population) -> tuple[Population, Population]:
    """D1 and D2 pools of all options; the efference copy excites its own option's and inhibits the others'."""
    k, tau_ms = s.p.options, D_CELL.tau_syn_ms
    d1 = c.neurons("D1", k * N_D, D_CELL, D1_AREA)
    d2 = c.neurons("D2", k * N_D, D_CELL, D2_AREA)
    for group in (d1, d2):
        learn(c, s, cortex, group, group.area, s.p.w_start, CORTEX_MV / (N_CORTEX * CORTEX_HZ), tau_ms)
        for same, drive_mv in ((True, COPY_MV), (False, -COPY_MV)):
            pairs = pairs_of(copies, group, k, same)
            join(c, Drive(copies, N_COPY * COPY_HZ), group, drive_mv, tau_ms, 1.0, pairs)
    return d1, d2


def choosers(c: Circuit, p: Params, cortex: Population, d1: Population, d2: Population) -> Population:
    """The choice pools: D1 excites, D2 inhibits, pools inhibit each other; motifs by strength."""
    k, rho, tau_ms = p.options, p.opponency, POOL_CELL.tau_syn_ms
    pools = c.neurons("choice pools", k * N_POOL, POOL_CELL)
    around = p.surround / k
    for group, drive_mv in ((d1, D_MV * (1.0 + rho)), (d2, -D_MV * (1.0 - rho))):
        join(c, Drive(group, D_HZ), pools, drive_mv * (1.0 - around), tau_ms, 1.0, pairs_of(group, pools, k, True))
        join(c, Drive(group, D_HZ), pools, -drive_mv * around, tau_ms, 1.0, pairs_of(group, pools, k, False))
    join(c, Drive(pools, POOL_HZ), pools, -p.rivalry_mv, tau_ms, 1.0, pairs_of(pools, pools, k, False))
    if p.recurrent_mv > 0.0:
        pairs = pairs_of(pools, pools, k, True)
        c.project("recurrent loop", pools, pools, pairs, p.recurrent_mv / (N_POOL - 1), 1.0)
    if p.inhibition_mv > 0.0:
        gate = c.neurons("gate", N_GATE, GATE_CELL, D1_AREA, (0.0, -p.disinhibition_mv, 0.0, 0.0))
        inhibition(c, cortex, gate, pools, p.inhibition_mv, 4.0)
    return pools


def rates(p: Params, trials: int, rng: np.random.Generator) -> np.ndarray:
    """How often each option pays (T, options)."""
    option = np.arange(p.options)
    if p.schedule == "patience":
        return np.ones((trials, option.size))
    if p.schedule == "risk":
        return np.tile(np.where(option == 0, 1.0, p.small_size), (trials, 1))
    if p.schedule == "drift":
        steps = rng.normal(0.0, p.drift_sd, (trials, option.size))
        return wander(np.where(option == 0, p.p_best, p.p_other), steps, *sorted((p.p_other, p.p_best)))
    best = (np.arange(trials) // p.block) % option.size
    return np.where(best[:, None] == option, p.p_best, p.p_other)


def wander(start: np.ndarray, steps: np.ndarray, lo: float, hi: float) -> np.ndarray:
    """A random walk from `start` with these steps, thrown back at lo and hi (T, options)."""
    x = np.empty(steps.shape)
    x[0] = start
    for t in range(1, len(x)):
        x[t] = x[t - 1] + steps[t]
        x[t] = np.where(x[t] > hi, 2 * hi - x[t], np.where(x[t] < lo, 2 * lo - x[t], x[t])).clip(lo, hi)
    return x


def sizes(p: Params) -> np.ndarray:
    """What each option pays when it pays (options,)."""
    small_first = p.schedule in ("patience", "risk")
    return np.where((np.arange(p.options) == 0) & small_first, p.small_size, 1.0)


def best_option(p: Params, rate: np.ndarray) -> np.ndarray:
    """The option that pays best (T,); with patience and risk the large one: B."""
    if p.schedule in ("patience", "risk"):
        return np.ones(len(rate), np.int64)
    return rate.argmax(axis=1)


def bandit(s: Setup[Params], net: Network, paid: np.ndarray) -> Bandit:
    """The task of these settings."""
    p = s.p
    return Bandit(
        cortex=sources(net.cortex, CORTEX_HZ), expectation=sources(net.expectation, STATE_HZ),
        copies=sources(net.copies, COPY_HZ), copies_each=N_COPY,
        reward=volley(net.reward, UNIT_HZ, s.expectation.value_delay_ms), pools=Group(net.pools.start, N_POOL),
        choice_ms=float(choice_ms(p)), act_ms=float(ACT_MS), outcome_ms=outcome_ms(p), period_ms=float(period_ms(p)),
        paid=paid, opto_option=(NONE, *LETTERS).index(p.opto_option) - 1, opto_delay_ms=float(p.opto_delay_ms),
        opto_nm=p.opto_nm, bursts=scripted_bursts(s.values),
    )  # fmt: skip


class Course(NamedTuple):
    """One seed, trial by trial; T trials, K options."""

    choice: np.ndarray  # (T,)
    reward: np.ndarray  # (T,)
    rate: np.ndarray  # (T, K) how often each option pays
    best: np.ndarray  # (T,)
    d1: np.ndarray  # (T, K) mean weights after the trial
    d2: np.ndarray  # (T, K)
    critic: np.ndarray  # (T,)
    concentration_nm: np.ndarray  # (T, 4) after the outcome
    learning_rate_per_s: np.ndarray  # (T,)


def one_seed(s: Setup[Params], seed: int, control: Control) -> Course:
    """The trials with this seed, as many as `control` allows."""
    p, rng = s.p, np.random.default_rng(seed)
    rate = rates(p, p.trials, rng)
    paid = (rng.random(rate.shape) < rate) * sizes(p)
    net, seen = network(s), nothing_seen(p.options, p.trials)
    job = prepare_job(s, net.circuit)
    warm_up(job, rng)
    period = period_ms(p)
    run_in_chunks(job, bandit(s, net, paid), seen, period * p.trials, rng, control, least_ms=period)
    done = int(job.record.size[1])
    weight, choice = job.record.weight[:done], seen.choice[:done]
    d1, d2 = (mean_weights(net.circuit, weight, name, p.options) for name in ("to D1", "to D2"))
    critic = weight[:, net.circuit.slice("to critic")].mean(axis=1)
    best = best_option(p, rate)[:done]
    return Course(choice, seen.reward[:done], rate[:done], best, d1, d2, critic, *after_outcome(p, job, choice))


def prepare_job(s: Setup[Params], circuit: Circuit) -> Job:
    """The job: weights after every trial, modulators every SAMPLE_MS."""
    begin_ms = period_ms(s.p) * np.arange(s.p.trials)
    return prepare(
        s, circuit, at_ms=(begin_ms[:, None] + sample_ms(s.p)).ravel(), all_at_ms=begin_ms + period_ms(s.p),
        areas=AREAS, ahead_ms=WARM_UP_MS, agenda_ms=AGENDA_MS,
    )  # fmt: skip


def sample_ms(p: Params) -> np.ndarray:
    """When modulators are sampled, from the cue."""
    return np.arange(0, period_ms(p), SAMPLE_MS)


def mean_weights(circuit: Circuit, weight: np.ndarray, name: str, options: int) -> np.ndarray:
    """Mean weight onto each option's pool (T, options), from all weights (T, S)."""
    return weight[:, circuit.slice(name)].reshape(len(weight), N_CORTEX, options, N_D).mean(axis=(1, 3))


def after_outcome(p: Params, job: Job, choice: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Concentrations (T, 4) and learning rate (T,) in the OUTCOME_MS after the outcome of each trial, mean."""
    shape = choice.size, sample_ms(p).size
    since_ms = sample_ms(p) - outcome_ms(p)[choice][:, None]
    share = ((since_ms > 0) & (since_ms <= OUTCOME_MS)).astype(float)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1.0)
    n = shape[0] * shape[1]
    levels = job.record.modulator[0, :n, D1_AREA].reshape(*shape, -1)
    eta_per_s = job.record.gates[:n, D1_AREA, 0].reshape(shape)
    return (share[..., None] * levels).sum(axis=1), (share * eta_per_s).sum(axis=1)


def simulate(s: Setup[Params], tier: str, control: Control) -> dict[str, np.ndarray]:
    """The trials with this seed; in the settled tier with more seeds too."""
    s = s.but(trials=previewed(s.p.trials, period_s(s.p), LIVE_S, tier))
    load = (2.0 + s.p.options) / 4.0  # of a network, beside that of two options
    seeds = BAND.size(tier, s.p.trials * period_s(s.p) * load)
    courses = run_seeds(lambda seed, part: one_seed(s, seed, part), s.seed, seeds, control)
    return this_seed(courses[0], s) | all_seeds(courses, s) | textbook(courses, s.p, tier)


def this_seed(c: Course, s: Setup[Params]) -> dict[str, np.ndarray]:
    """What is shown of one network."""
    return {
        "trial": trial_axis(c.choice.size), "choice": c.choice.astype(float), "best": c.best.astype(float),
        "reward": c.reward, "rate_of": c.rate.T, "weight_d1": c.d1.T, "weight_d2": c.d2.T, "weight_critic": c.critic,
        "concentration_nm": c.concentration_nm.T, "learning_rate_per_s": c.learning_rate_per_s,
        "w_max": np.float64(s.rule.w_max),
    }  # fmt: skip


def all_seeds(courses: list[Course], s: Setup[Params]) -> dict[str, np.ndarray]:
    """What is shown of all networks together, and of Q-learning on their trials."""
    p = s.p
    choice, best, reward = (stacked(courses, name) for name in ("choice", "best", "reward"))
    hit = choice == best
    q = q_learning(recorded(choice, reward, p.options), Q_ALPHA, Q_BETA).probability
    q_best = of_best(q, best)
    running = np.array([over_last(h, SHARED) for h in hit.astype(float)])
    return {
        **around_reversals(hit, q_best, best, p), **stay_and_shift(choice, reward, q),
        **by_difference(courses, q, s.rule.w_max),
        "best_at_end_percent": 100.0 * hit[:, late_trials(p, hit.shape[1])].mean(), "p_best": running[0],
        "p_best_seeds": running, "p_q": over_last(q_best.mean(axis=0), SHARED),
        "entropy": np.mean([running_entropy(c, p.options) for c in choice], axis=0),
        "entropy_q": entropy(q).mean(axis=0),
    }  # fmt: skip


def of_best(probability: np.ndarray, best: np.ndarray) -> np.ndarray:
    """What a learner (S, T, K) gives the best option (S, T)."""
    return np.take_along_axis(probability, best[..., None], 2)[..., 0]


def textbook(courses: list[Course], p: Params, tier: str) -> dict[str, np.ndarray]:
    """A Bayesian learner and OpAL led through the same trials; not in the preview, where they would take longer than they are worth."""
    choice, best, reward = (stacked(courses, name) for name in ("choice", "best", "reward"))
    if tier == "live":
        return {name: np.full(choice.shape[1], np.nan) for name in ("p_bayes", "p_opal", "p_change")}
    trials = recorded(choice, reward, p.options)
    bayes, actors = change_point(trials, HAZARD, Q_BETA), opal(trials, rho=p.opponency)
    shares = (over_last(of_best(x.probability, best).mean(axis=0), SHARED) for x in (bayes, actors))
    return dict(zip(("p_bayes", "p_opal"), shares, strict=True)) | {"p_change": bayes.unexpected[0]}


def late_trials(p: Params, trials: int) -> np.ndarray:
    """True in the last quarter of every block, or of the run where it has none."""
    block = min(p.block, trials) if p.schedule == "reversals" else trials
    return np.arange(trials) % block >= block - max(block // LATE, 1)


def entropy(p: np.ndarray) -> np.ndarray:
    """Entropy of probabilities along the last axis (bits)."""
    return -(p * np.log2(np.maximum(p, 1e-300))).sum(axis=-1) + 0.0


def running_entropy(choice: np.ndarray, options: int) -> np.ndarray:
    """Entropy of the choices of the last SHARED trials (T,)."""
    return entropy(over_last((choice[:, None] == np.arange(options)).astype(float), SHARED))


def around_reversals(hit: np.ndarray, q_best: np.ndarray, best: np.ndarray, p: Params) -> dict[str, np.ndarray]:
    """Curves aligned at the trials at which the best option changes, and what they say of speed."""
    span = p.block if p.schedule == "reversals" else 20
    around = np.arange(-min(span // 2, 10), min(span, 30))
    mean, error = mean_and_error(cut_out(hit.astype(float), best, around))
    return {
        "aligned": around.astype(float), "p_best_aligned": mean, "p_best_aligned_error": error,
        "p_q_aligned": mean_and_error(cut_out(q_best, best, around))[0],
        "best_after_percent": 100.0 * mean[(around >= 0) & (around < AFTER)].mean(),
        "criterion_trials": to_criterion(hit, best, span),
    }  # fmt: skip


def changes(best: np.ndarray) -> np.ndarray:
    """The trials from which another option is best."""
    return np.flatnonzero(np.diff(best)) + 1


def cut_out(rows: np.ndarray, best: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Mean of each row (S, T) over the trials `around` its reversals (S, L); nan where there is none."""
    out = np.full((len(rows), around.size), np.nan)
    for k, (row, its_best) in enumerate(zip(rows, best, strict=True)):
        at = changes(its_best)[:, None] + around
        inside = (at >= 0) & (at < row.size)
        n = inside.sum(axis=0)
        total = np.where(inside, row[np.clip(at, 0, row.size - 1)], 0.0).sum(axis=0)
        out[k, n > 0] = total[n > 0] / n[n > 0]
    return out


def to_criterion(hit: np.ndarray, best: np.ndarray, span: int) -> float:
    """Trials after a reversal until SHARED trials held CRITERION best choices; `span` where they never did; mean of all whole blocks."""
    took = []
    for row, its_best in zip(hit, best, strict=True):
        for at in changes(its_best):
            after = row[at : at + span]
            sums = np.convolve(after, np.ones(SHARED), "valid") if after.size >= SHARED else np.zeros(0)
            reached = np.flatnonzero(sums >= CRITERION)
            if reached.size or after.size == span:
                took.append(reached[0] + SHARED if reached.size else span)
    return float(np.mean(took)) if took else np.nan


def stay_and_shift(choice: np.ndarray, reward: np.ndarray, q: np.ndarray) -> dict[str, np.ndarray]:
    """How often a choice is repeated after a win and changed after a loss, by the circuit and by Q-learning (P of the same choice)."""
    same = choice[:, 1:] == choice[:, :-1]
    q_same = np.take_along_axis(q[:, 1:], choice[:, :-1, None], 2)[..., 0]
    win = reward[:, :-1] > 0.0
    stay = [x[win].mean() if win.any() else np.nan for x in (same, q_same)]
    shift = [1.0 - x[~win].mean() if (~win).any() else np.nan for x in (same, q_same)]
    return {"win_stay_percent": 100.0 * np.array(stay), "lose_shift_percent": 100.0 * np.array(shift)}


def by_difference(courses: list[Course], q: np.ndarray, w_max: float) -> dict[str, np.ndarray]:
    """Share of A among A and B by the difference of their weights before the trial; Q-learning's P(A) in the same trials."""
    value = np.array([c.d1 - c.d2 for c in courses])[:, :-1] / w_max
    choice, q = stacked(courses, "choice")[:, 1:], q[:, 1:]
    a_or_b = choice < 2
    nearest = np.abs((value[..., 0] - value[..., 1])[..., None] - CLASSES).argmin(axis=-1)
    p_a = q[..., 0] / np.maximum(q[..., 0] + q[..., 1], 1e-300)
    shares = [
        [x[a_or_b & (nearest == k)].mean() if (a_or_b & (nearest == k)).any() else np.nan for k in range(CLASSES.size)]
        for x in (choice == 0, p_a)
    ]
    return {"difference": CLASSES, "share_a": np.array(shares[0]), "share_a_q": np.array(shares[1])}


@says_what_cannot_act
def effect(p: Params, run) -> str:
    """One plain sentence: what is chosen late in a block, and how fast a reversal is followed."""
    percent = float(run.best_at_end_percent)
    if not np.isfinite(percent):
        return "No trial has come to its end yet."
    if p.schedule in ("patience", "risk"):
        what = "large and late" if p.schedule == "patience" else "risky"
        return f"The {what} option B is chosen in {percent:.0f} % of the last trials."
    when = "late in a block" if p.schedule == "reversals" else "in the last quarter"
    late = f"{percent:.0f} % of the choices {when} are the best option"
    if not np.isfinite(run.criterion_trials):
        return f"{late}; there was no reversal."
    return f"{late}; after a change it takes {float(run.criterion_trials):.0f} trials until 8 of 10 are."


PREVIEW = first_trials
MEASURE = Measure(
    "best choices", "%", lambda run: 100.0 * (run.choice == run.best).mean(), lambda run: 100.0 / run.rate_of.shape[0]
)

# OpAL: traces in proportion to the weight, differences between options, nothing else that sharpens the choice
OPPONENT = {
    "block": 400, "surround": 1.0, "rivalry_mv": 0.0, "window_ms": 50, "w_start": 0.2, "eta_per_s": 5.0,
    "a_plus": 0.0, "a_minus": 0.1, "mu_minus": 1.0, "ltd_gate_by_da": -1.0,
}  # fmt: skip
PRESETS = {
    "learn_and_reverse": {
        "title": "Learn, and learn again", "rule": "doya_2002", "values": {},
        "note": "Two options pay 90 and 10 %; after forty trials they change places.", "source": "after Yu & Dayan 2005",
    },
    "norepinephrine_blocked": {
        "title": "Surprise without effect", "rule": "doya_2002", "values": {"ne_drug": "clamp", "ne_clamp_nm": 25.0},
        "note": "Norepinephrine is held at its mean level, so that it cannot tell when something has changed. The gain is small: compare over many seeds.", "source": "after Yu & Dayan 2005",
    },
    "too_much_norepinephrine": {
        "title": "Tonic norepinephrine", "rule": "doya_2002", "values": {"ne_tonic_nm": 2000.0},
        "note": "A high tonic level makes choices random.", "source": "after Doya 2002",
    },
    "serotonin_against_perseveration": {
        "title": "Serotonin ends perseveration", "rule": "doya_2002", "values": {"ht_drug": "clamp", "ht_clamp_nm": 1000.0},
        "note": "Serotonin lengthens the traces. Held at 1000 nM, the new best option is tried sooner after a reversal than without it.", "source": "model illustration",
    },
    "stimulate_a": {
        "title": "Light after A", "rule": "doya_2002",
        "values": {"p_best": 0.5, "p_other": 0.5, "block": 400, "opto_option": "A", "opto_delay_ms": 250},
        "note": "Both options pay alike, but a choice of A is followed by a dopamine burst.", "source": "model illustration",
    },
    "stimulate_a_late": {
        "title": "Light too late", "rule": "doya_2002",
        "values": {"p_best": 0.5, "p_other": 0.5, "block": 400, "opto_option": "A", "opto_delay_ms": 2500, "pause_s": 3.0},
        "note": "The same burst when the trace is gone.", "source": "model illustration",
    },
    "burst_that_cannot_be_cancelled": {
        "title": "A burst that cannot be cancelled", "rule": "doya_2002",
        "values": {"p_best": 0.8, "p_other": 0.2, "block": 400, "opto_option": "B", "opto_delay_ms": 250},
        "note": "B pays 20 %, but each choice of it is followed by a burst that no expectation takes away. A model illustration, not a diagnosis.", "source": "after Redish 2004",
    },
    "four_options": {
        "title": "Four options", "rule": "doya_2002", "values": {"options": 4, "block": 60, "trials": 180},
        "note": "Three that pay seldom and one that pays often; the next one takes its place.", "source": "model illustration",
    },
    "drifting": {
        "title": "Everything drifts", "rule": "doya_2002", "values": {"schedule": "drift"},
        "note": "Every option wanders from trial to trial.", "source": "model illustration",
    },
    "lean": {
        "title": "A lean world", "rule": "doya_2002", "values": {**OPPONENT, "p_best": 0.3, "p_other": 0.1},
        "note": "30 and 10 %. Move the balance towards D2: over many networks it tells them apart better. The paper's odds lie closer together, too close for this circuit.", "source": "after Collins & Frank 2014",
    },
    "rich": {
        "title": "A rich world", "rule": "doya_2002", "values": {**OPPONENT, "p_best": 0.9, "p_other": 0.7},
        "note": "90 and 70 %. Move the balance towards D1: over many networks it tells them apart better. The paper's odds lie closer together, too close for this circuit.", "source": "after Collins & Frank 2014",
    },
    "patience": {
        "title": "Small now or large later", "rule": "doya_2002", "values": {**OPPONENT, "eta_per_s": 2.0, "schedule": "patience", "trials": 100},
        "note": "B pays more than A, but later. Serotonin lengthens the traces: with very much of it B is chosen more often than without.", "source": "after Doya 2002",
    },
}  # fmt: skip

QUICK = {"trials": 12, "block": 5, "pause_s": 0.3}
WAKES = {
    r"drift_sd": {"schedule": "drift"},
    r"small_size|late_ms": {"schedule": "patience"},
    r"opto_.*": {"opto_option": "A"},
    r"disinhibition_mv": {"inhibition_mv": 20.0},
    r"surround": {"w_start": 0.5},
    r"ltd_.*_by_M": {"a_minus": 0.2, "M_tonic_nm": 300.0},
    r"tau_minus_ms|mu_minus|ltd_decay_ratio|phi_minus|gate_minus": {"a_minus": 0.2},
    r"M_baseline": {"M_source": "emergent", "M_burst_nm": 300.0, "ltp_gate_by_M": 20.0},
    r"da_value_.*|M_hub_noise_mv": {},
}
