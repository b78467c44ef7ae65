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
from engine.hubs import UNIT_HZ, WARM_UP_MS, Drive, add_hubs, join, scripted_bursts, warm_up
from engine.kernel import inlined
from engine.loop import Job, new_job, new_record, set_rates
from engine.modulators import MODULATORS, kinetics
from engine.neurons import Lif
from engine.parameters import Param, Value, struct
from engine.plasticity import ROWS, Rule, matrix
from engine.run import Control, Measure, Output, first_trials, run_in_chunks
from engine.settings import Settings, seed_of

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
    "Grossman CD, Bari BA, Cohen JY (2022) Curr Biol 32:586-599",
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
    "ne_delay_ms": 0, "ne_burst_nm": 200.0, "ne_tau_ms": 300.0, "ne_hub_noise_mv": 1.82, "ne_source": "emergent",
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
CRITIC_CELL = Lif(bias_mv=12.0, noise_mv=2.28, tau_syn_ms=50.0)
GATE_CELL = Lif(noise_mv=1.83, bias_mv=6.0)
# Drive (mV): of the strongest plastic synapses together; of the efference copy; of D1 and D2 at D_HZ; POOL_HZ: unit rate of a choice pool
CORTEX_MV, VALUE_MV, COPY_MV, D_MV = 20.0, 30.0, 25.0, 8.0
D_HZ, POOL_HZ = N_D * 50.0, N_POOL * 40.0
D1_AREA, D2_AREA = 0, 1
D2_EFFECT = -2.0  # of dopamine in the area of D2: the other sign, and twice the size, since D2 receptors have the higher affinity (model choice)
V_START = 0.3  # start weight of the critic, of the upper bound
SAMPLE_MS, OUTCOME_MS = 50, 250
BAND_SEEDS, BAND_S = 20, 1800.0  # seeds behind the band, fewer where they would take more simulated time than this
MAX_SECONDS = 4000.0
LIVE_S = 42.0  # simulated time of the preview while a control moves
SHARED, CRITERION = 10, 8  # trials of a running share; best choices among them that count as learned
AGENDA_MS = 12_000
AFTER, LATE = 15, 4
Q_ALPHA, Q_BETA = 0.3, 5.0
HAZARD = 0.025  # of the Bayesian learner: a change every 40 trials
CLASSES = np.linspace(-1.6, 1.6, 9)

# Places in the world's memory: trial, its start (ms), phase, choice, spikes of the choice pools; then (choice, reward, spikes of four pools) by trial
TRIAL, START, PHASE, CHOICE, SPIKES = range(5)
LOG, LOGGED = SPIKES + 4, 6
BEFORE, CHOOSING, ACTING, WAITING, EXPECTING, PAYING, DONE = range(7)


@inlined
def begin(w, memory, state, n, h_ms, rng):
    """The cue: the cortex fires."""
    set_rates(state, w.cortex, w.cortex_stop, w.cortex_hz, n, h_ms, rng)
    for k in range(4):
        memory[SPIKES + k] = 0.0
    memory[PHASE] = CHOOSING


@inlined
def count_spikes(w, memory, state, slot):
    """Add the spikes of this step to the counts of the choice pools."""
    last = state.ring.shape[1] - 1
    for k in range(state.ring[slot, last]):
        i = state.ring[slot, k] - w.pools
        if 0 <= i < w.options * w.pool:
            memory[SPIKES + i // w.pool] += 1.0


@inlined
def decide(w, memory, state, n, h_ms, rng):
    """The pool with most spikes is the choice, chance decides a tie; its efference copy begins, and the optogenetic burst is scheduled."""
    best, ties = 0, 0
    for k in range(w.options):
        if k == 0 or memory[SPIKES + k] > memory[SPIKES + best]:
            best, ties = k, 1
        elif memory[SPIKES + k] == memory[SPIKES + best]:
            ties += 1
            best = k if rng.random() * ties < 1.0 else best
    memory[CHOICE] = best
    at = LOG + LOGGED * int(memory[TRIAL])
    memory[at] = best
    for k in range(4):
        memory[at + 2 + k] = memory[SPIKES + k]
    set_rates(state, w.copies + best * w.copy, w.copies + (best + 1) * w.copy, w.copy_hz, n, h_ms, rng)
    if best == w.opto_option:
        release(state, n, w.opto_delay_ms, w.opto_nm, 1, 1.0, 0, h_ms)
    memory[PHASE] = ACTING


@inlined
def pay(w, memory, state, n, h_ms, rng):
    """The outcome: the time cells stop, the reward neurons fire, scripted bursts are released."""
    set_rates(state, w.state, w.state_stop, 0.0, n, h_ms, rng)
    trial = int(memory[TRIAL])
    size = w.paid[trial, int(memory[CHOICE])]
    memory[LOG + LOGGED * trial + 1] = size
    if size > 0.0:
        set_rates(state, w.reward, w.reward_stop, size * w.reward_hz, n, h_ms, rng)
        release_all(state, n, w.bursts, 0.0, h_ms)
    memory[PHASE] = PAYING


def play(w, memory, state, slot, n, t_ms, h_ms, rng):
    """One trial after the other: cue, choice, act, expectation, outcome, pause."""
    if t_ms >= memory[START] + w.period_ms:
        memory[TRIAL] += 1.0
        memory[START] += w.period_ms
        memory[PHASE] = BEFORE
    now, phase = t_ms - memory[START], memory[PHASE]
    if phase == BEFORE:
        begin(w, memory, state, n, h_ms, rng)
    elif phase == CHOOSING:
        count_spikes(w, memory, state, slot)
        if now >= w.choice_ms:
            decide(w, memory, state, n, h_ms, rng)
    elif phase == ACTING:
        if now >= w.choice_ms + w.act_ms:
            set_rates(state, w.cortex, w.cortex_stop, 0.0, n, h_ms, rng)
            set_rates(state, w.copies, w.copies + w.options * w.copy, 0.0, n, h_ms, rng)
            memory[PHASE] = WAITING
    elif phase == WAITING:
        if now >= w.outcome_ms[int(memory[CHOICE])] - w.reward_for_ms:
            set_rates(state, w.state, w.state_stop, w.state_hz, n, h_ms, rng)
            memory[PHASE] = EXPECTING
    elif phase == EXPECTING:
        if now >= w.outcome_ms[int(memory[CHOICE])]:
            pay(w, memory, state, n, h_ms, rng)
    elif phase == PAYING and now >= w.outcome_ms[int(memory[CHOICE])] + w.reward_for_ms:
        set_rates(state, w.reward, w.reward_stop, 0.0, n, h_ms, rng)
        memory[PHASE] = DONE


@world(play)
class Bandit(NamedTuple):
    """What is shown and paid: first neurons of the groups it drives and reads, rates, times of a trial."""

    options: int
    pools: int
    pool: int
    cortex: int
    cortex_stop: int
    cortex_hz: float
    state: int
    state_stop: int
    state_hz: float
    copies: int
    copy: int
    copy_hz: float
    reward: int
    reward_stop: int
    reward_hz: float
    reward_for_ms: float
    choice_ms: float
    act_ms: float
    outcome_ms: np.ndarray  # (options,) from the cue
    period_ms: float
    paid: np.ndarray  # (T, options) what each option would pay
    opto_option: int
    opto_delay_ms: float
    opto_nm: float
    bursts: Bursts


class Setting(NamedTuple):
    """The circuit and the groups the world needs; pools and copies hold all options side by side."""

    circuit: Circuit
    cortex: Population
    state: Population
    copies: Population
    reward: Population
    pools: Population


def cost(values: dict[str, Value]) -> str:
    """Empty, or why this run would be too large."""
    seconds = values["trials"] * period_ms(values) * 1e-3
    if seconds <= MAX_SECONDS:
        return ""
    return f"trials = {values['trials']} of {period_ms(values)} ms each are {seconds:g} s of simulated time; at most {MAX_SECONDS:g} s are allowed."


def choice_ms(values: dict[str, Value]) -> int:
    """From the cue to the choice."""
    return CUE_MS + int(values["window_ms"])


def outcome_ms(values: dict[str, Value]) -> np.ndarray:
    """From the cue to the outcome of every option."""
    later = values["late_ms"] if values["schedule"] == "patience" else 0
    return (
        choice_ms(values) + values["outcome_delay_ms"] + np.where(np.arange(values["options"]) > 0, float(later), 0.0)
    )


def period_ms(values: dict[str, Value]) -> int:
    """From one cue to the next."""
    return round(outcome_ms(values).max() + 1e3 * values["pause_s"])


def pairs_of(source: Population, goal: Population, options: int, same: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of neurons of the same option, or of different ones; the options lie side by side in both groups."""
    pre, post = all_to_all(source, goal)
    mine = (pre - source.start) * options // source.size == (post - goal.start) * options // goal.size
    return pre[mine == same], post[mine == same]


def network(values: dict[str, Value]) -> Setting:
    """Cortex, striatum, choice pools, critic and hubs."""
    c, k = Circuit(2), int(values["options"])
    cortex, state = c.poisson("cortex", N_CORTEX, 0.0), c.poisson("expectation", N_STATE, 0.0)
    copies, reward = c.poisson("efference copy", k * N_COPY, 0.0), c.poisson("reward", N_REWARD, 0.0)
    d1, d2 = striatum(c, values, cortex, copies)
    critic = c.neurons("critic", N_CRITIC, CRITIC_CELL, NO_AREA)
    learn(c, values, state, critic, D1_AREA, V_START, VALUE_MV / (N_STATE * STATE_HZ), CRITIC_CELL.tau_syn_ms)
    pools = choosers(c, values, cortex, d1, d2)
    add_hubs(c, values, Drive(reward), Drive(critic), Drive(state, N_STATE * STATE_HZ))
    return Setting(c, cortex, state, copies, reward, pools)


def learn(
    c: Circuit, values: dict[str, Value], source, goal, area: int, start: float, mv_per_hz: float, tau_syn_ms: float
) -> None:
    """Plastic synapses, each onto each; mv_per_hz: drive of a neuron by one spike per second at the upper bound."""
    gain_mv = mv_per_hz * 1e3 * (1.0 - np.exp(-1.0 / tau_syn_ms)) / values["w_max"]
    pairs = all_to_all(source, goal)
    c.project(
        f"to {goal.name}", source, goal, pairs, start * values["w_max"], 1.0, plastic=True, gain_mv=gain_mv, area=area
    )


def striatum(
    c: Circuit, values: dict[str, Value], cortex: Population, copies: Population
) -> tuple[Population, Population]:
    """D1 and D2 pools of all options; the efference copy excites its own option's and inhibits the others'."""
    k = int(values["options"])
    d1 = c.neurons("D1", k * N_D, D_CELL, D1_AREA)
    d2 = c.neurons("D2", k * N_D, D_CELL, D2_AREA)
    for group in (d1, d2):
        learn(
            c,
            values,
            cortex,
            group,
            group.area,
            values["w_start"],
            CORTEX_MV / (N_CORTEX * CORTEX_HZ),
            D_CELL.tau_syn_ms,
        )
        for same in (True, False):
            drive_mv = COPY_MV if same else -COPY_MV
            join(
                c,
                Drive(copies, N_COPY * COPY_HZ),
                group,
                drive_mv,
                D_CELL.tau_syn_ms,
                1.0,
                pairs_of(copies, group, k, same),
            )
    return d1, d2


def choosers(c: Circuit, values: dict[str, Value], cortex: Population, d1: Population, d2: Population) -> Population:
    """The choice pools: D1 excites, D2 inhibits, pools inhibit each other; motifs by strength."""
    k, rho, tau_ms = int(values["options"]), float(values["opponency"]), POOL_CELL.tau_syn_ms
    pools = c.neurons("choice pools", k * N_POOL, POOL_CELL)
    around = float(values["surround"]) / k
    for group, drive_mv in ((d1, D_MV * (1.0 + rho)), (d2, -D_MV * (1.0 - rho))):
        join(c, Drive(group, D_HZ), pools, drive_mv * (1.0 - around), tau_ms, 1.0, pairs_of(group, pools, k, True))
        join(c, Drive(group, D_HZ), pools, -drive_mv * around, tau_ms, 1.0, pairs_of(group, pools, k, False))
    join(c, Drive(pools, POOL_HZ), pools, -float(values["rivalry_mv"]), tau_ms, 1.0, pairs_of(pools, pools, k, False))
    if values["recurrent_mv"] > 0.0:
        pairs = pairs_of(pools, pools, k, True)
        c.project("recurrent loop", pools, pools, pairs, values["recurrent_mv"] / (N_POOL - 1), 1.0)
    if values["inhibition_mv"] > 0.0:
        gate = c.neurons("gate", N_GATE, GATE_CELL, D1_AREA, (0.0, -float(values["disinhibition_mv"]), 0.0, 0.0))
        inhibition(c, cortex, gate, pools, values["inhibition_mv"], 4.0)
    return pools


def rates(values: dict[str, Value], trials: int, rng: np.random.Generator) -> np.ndarray:
    """How often each option pays (T, options)."""
    option, high, low = np.arange(values["options"]), values["p_best"], values["p_other"]
    if values["schedule"] == "patience":
        return np.ones((trials, option.size))
    if values["schedule"] == "risk":
        return np.tile(np.where(option == 0, 1.0, values["small_size"]), (trials, 1))
    if values["schedule"] == "drift":
        return wander(
            np.where(option == 0, high, low),
            rng.normal(0.0, values["drift_sd"], (trials, option.size)),
            *sorted((low, high)),
        )
    best = (np.arange(trials) // values["block"]) % option.size
    return np.where(best[:, None] == option, high, low)


def wander(start: np.ndarray, steps: np.ndarray, lo: float, hi: float) -> np.ndarray:
    """A random walk from `start` with these steps, thrown back at lo and hi (T, options)."""
    p = np.empty(steps.shape)
    p[0] = start
    for t in range(1, len(p)):
        p[t] = p[t - 1] + steps[t]
        p[t] = np.where(p[t] > hi, 2 * hi - p[t], np.where(p[t] < lo, 2 * lo - p[t], p[t])).clip(lo, hi)
    return p


def sizes(values: dict[str, Value]) -> np.ndarray:
    """What each option pays when it pays (options,)."""
    small_first = values["schedule"] in ("patience", "risk")
    return np.where((np.arange(values["options"]) == 0) & small_first, values["small_size"], 1.0)


def best_option(values: dict[str, Value], p: np.ndarray) -> np.ndarray:
    """The option that pays best (T,); with patience and risk the large one: B."""
    if values["schedule"] in ("patience", "risk"):
        return np.ones(len(p), np.int64)
    return p.argmax(axis=1)


def bandit(values: dict[str, Value], net: Setting, paid: np.ndarray) -> Bandit:
    """The task of these settings."""
    groups = (
        net.cortex.start,
        net.cortex.stop,
        CORTEX_HZ,
        net.state.start,
        net.state.stop,
        STATE_HZ,
        net.copies.start,
        N_COPY,
        COPY_HZ,
    )
    times_ms = float(choice_ms(values)), float(ACT_MS), outcome_ms(values), float(period_ms(values))
    opto = (NONE, *LETTERS).index(values["opto_option"]) - 1, float(values["opto_delay_ms"]), float(values["opto_nm"])
    reward = net.reward.start, net.reward.stop, UNIT_HZ / N_REWARD, float(values["da_value_delay_ms"])
    return Bandit(
        int(values["options"]),
        net.pools.start,
        N_POOL,
        *groups,
        *reward,
        *times_ms,
        paid,
        *opto,
        scripted_bursts(values),
    )


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


def one_seed(values: dict[str, Value], seed: int, trials: int, control: Control) -> Course:
    """The trials with this seed, as many as `control` allows."""
    rng, period = np.random.default_rng(seed), period_ms(values)
    p = rates(values, trials, rng)
    paid = (rng.random(p.shape) < p) * sizes(values)
    net = network(values)
    job, memory = prepare(values, net.circuit, trials), np.zeros(LOG + LOGGED * (trials + 1))
    warm_up(job, rng)
    run_in_chunks(job, bandit(values, net, paid), memory, period * trials, rng, control)
    done = int(job.record.size[1])
    log = memory[LOG : LOG + LOGGED * done].reshape(done, LOGGED)
    choice = log[:, 0].astype(np.int64)
    weights = [
        mean_weights(net.circuit, job.record.weight[:done], name, int(values["options"])) for name in ("to D1", "to D2")
    ]
    critic = job.record.weight[:done, net.circuit.slice("to critic")].mean(axis=1)
    return Course(
        choice,
        log[:, 1],
        p[:done],
        best_option(values, p)[:done],
        *weights,
        critic,
        *after_outcome(values, job, choice),
    )


def prepare(values: dict[str, Value], circuit: Circuit, trials: int) -> Job:
    """The job: weights after every trial, modulators every SAMPLE_MS."""
    net, weights, source_hz = circuit.build(1.0)
    begin = WARM_UP_MS + period_ms(values) * np.arange(trials)
    at = (begin[:, None] + sample_ms(values)).ravel()
    record = new_record(net, circuit.areas, at=at, all_at=begin + period_ms(values))
    kin = kinetics(values, ({}, {"da_effect": D2_EFFECT}))
    return new_job(net, weights, source_hz, struct(Rule, values), matrix(values), kin, -WARM_UP_MS, AGENDA_MS, record)


def sample_ms(values: dict[str, Value]) -> np.ndarray:
    """When modulators are sampled, from the cue."""
    return np.arange(0, period_ms(values), SAMPLE_MS)


def mean_weights(circuit: Circuit, weight: np.ndarray, name: str, options: int) -> np.ndarray:
    """Mean weight onto each option's pool (T, options), from all weights (T, S)."""
    return weight[:, circuit.slice(name)].reshape(len(weight), N_CORTEX, options, N_D).mean(axis=(1, 3))


def after_outcome(values: dict[str, Value], job: Job, choice: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Concentrations (T, 4) and learning rate (T,) in the OUTCOME_MS after the outcome of each trial, mean."""
    at_ms = sample_ms(values)
    shape = choice.size, at_ms.size
    since_ms = at_ms - outcome_ms(values)[choice][:, None]
    share = ((since_ms > 0) & (since_ms <= OUTCOME_MS)).astype(float)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1.0)
    n = choice.size * at_ms.size
    levels = job.record.modulator[0, :n, D1_AREA].reshape(*shape, -1)
    return (share[..., None] * levels).sum(axis=1), (share * job.record.gates[:n, D1_AREA, 0].reshape(shape)).sum(
        axis=1
    )


def simulate(settings: Settings, tier: str, control: Control) -> dict[str, np.ndarray]:
    """The trials with this seed; in the settled tier with more seeds too."""
    values = settings.values
    trials, second = int(values["trials"]), 1e-3 * period_ms(values)
    if tier == "live":
        trials = min(trials, max(int(LIVE_S / second), 10))
    courses = [one_seed(values, settings.seed, trials, control)]
    if tier == "settled" and not control.partial:
        load = (2.0 + values["options"]) / 4.0  # of a network, beside that of two options
        seeds = int(np.clip(BAND_S / (trials * second * load), 1, BAND_SEEDS))
        courses += [one_seed(values, seed_of(settings.seed, k), trials, Control()) for k in range(1, seeds)]
    return this_seed(courses[0], values) | all_seeds(courses, values) | textbook(courses, values, tier)


def this_seed(c: Course, values: dict[str, Value]) -> dict[str, np.ndarray]:
    """What is shown of one network."""
    return {
        "trial": np.arange(c.choice.size) + 1.0, "choice": c.choice.astype(float), "best": c.best.astype(float), "reward": c.reward,
        "rate_of": c.rate.T, "weight_d1": c.d1.T, "weight_d2": c.d2.T, "weight_critic": c.critic,
        "concentration_nm": c.concentration_nm.T, "learning_rate_per_s": c.learning_rate_per_s, "w_max": values["w_max"],
    }  # fmt: skip


def all_seeds(courses: list[Course], values: dict[str, Value]) -> dict[str, np.ndarray]:
    """What is shown of all networks together, and of Q-learning on their trials."""
    choice, best, reward = (np.array([getattr(c, name) for c in courses]) for name in ("choice", "best", "reward"))
    hit, options = choice == best, int(values["options"])
    q = q_learning(recorded(choice, reward, options), Q_ALPHA, Q_BETA).probability
    q_best = np.take_along_axis(q, best[..., None], 2)[..., 0]
    running = np.array([running_share(h) for h in hit.astype(float)])
    return {
        **around_reversals(hit, q_best, best, values), **stay_and_shift(choice, reward, q), **by_difference(courses, q, values),
        "best_at_end_percent": 100.0 * hit[:, late_trials(values, hit.shape[1])].mean(), "p_best": running[0], "p_best_seeds": running,
        "p_q": running_share(q_best.mean(axis=0)), "entropy": np.mean([running_entropy(c, options) for c in choice], axis=0), "entropy_q": entropy(q).mean(axis=0),
    }  # fmt: skip


def textbook(courses: list[Course], values: dict[str, Value], tier: str) -> dict[str, np.ndarray]:
    """A Bayesian learner and OpAL led through the same trials; not in the preview, where they would take longer than they are worth."""
    choice, best, reward = (np.array([getattr(c, name) for c in courses]) for name in ("choice", "best", "reward"))
    if tier == "live":
        return {name: np.full(choice.shape[1], np.nan) for name in ("p_bayes", "p_opal", "p_change")}
    trials = recorded(choice, reward, int(values["options"]))
    bayes, actors = change_point(trials, HAZARD, Q_BETA), opal(trials, rho=values["opponency"])
    of_best = (np.take_along_axis(x.probability, best[..., None], 2)[..., 0].mean(axis=0) for x in (bayes, actors))
    return dict(zip(("p_bayes", "p_opal"), map(running_share, of_best), strict=True)) | {
        "p_change": bayes.unexpected[0]
    }


def late_trials(values: dict[str, Value], trials: int) -> np.ndarray:
    """True in the last quarter of every block, or of the run where it has none."""
    block = min(int(values["block"]), trials) if values["schedule"] == "reversals" else trials
    return np.arange(trials) % block >= block - max(block // LATE, 1)


def running_share(hit: np.ndarray) -> np.ndarray:
    """Mean over the last SHARED trials, fewer at the start; along the first axis."""
    total = np.cumsum(hit, axis=0)
    before = np.zeros_like(total)
    before[SHARED:] = total[:-SHARED]
    n = np.minimum(np.arange(1, len(hit) + 1), SHARED)
    return (total - before) / n.reshape(-1, *[1] * (hit.ndim - 1))


def entropy(p: np.ndarray) -> np.ndarray:
    """Entropy of probabilities along the last axis (bits)."""
    return -(p * np.log2(np.maximum(p, 1e-300))).sum(axis=-1) + 0.0


def running_entropy(choice: np.ndarray, options: int) -> np.ndarray:
    """Entropy of the choices of the last SHARED trials (T,)."""
    return entropy(running_share((choice[:, None] == np.arange(options)).astype(float)))


def around_reversals(
    hit: np.ndarray, q_best: np.ndarray, best: np.ndarray, values: dict[str, Value]
) -> dict[str, np.ndarray]:
    """Curves aligned at the trials at which the best option changes, and what they say of speed."""
    span = int(values["block"]) if values["schedule"] == "reversals" else 20
    around = np.arange(-min(span // 2, 10), min(span, 30))
    mean, error = mean_and_error(cut_out(hit.astype(float), best, around))
    return {
        "aligned": around.astype(float), "p_best_aligned": mean, "p_best_aligned_error": error,
        "p_q_aligned": mean_and_error(cut_out(q_best, best, around))[0],
        "best_after_percent": 100.0 * mean[(around >= 0) & (around < AFTER)].mean(), "criterion_trials": to_criterion(hit, best, span),
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


def mean_and_error(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the first axis and its standard error, 0 for one curve; what is nan does not count."""
    there = np.isfinite(curves)
    n = there.sum(axis=0)
    mean = np.where(n > 0, np.where(there, curves, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)
    square = (np.where(there, curves - mean, 0.0) ** 2).sum(axis=0)
    return mean, np.where(n > 0, np.sqrt(square / np.maximum(n - 1, 1) / np.maximum(n, 1)), np.nan)


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


def by_difference(courses: list[Course], q: np.ndarray, values: dict[str, Value]) -> dict[str, np.ndarray]:
    """Share of A among A and B by the difference of their weights before the trial; Q-learning's P(A) in the same trials."""
    value = np.array([c.d1 - c.d2 for c in courses])[:, :-1] / values["w_max"]
    choice, q = np.array([c.choice for c in courses])[:, 1:], q[:, 1:]
    a_or_b = choice < 2
    nearest = np.abs((value[..., 0] - value[..., 1])[..., None] - CLASSES).argmin(axis=-1)
    p_a = q[..., 0] / np.maximum(q[..., 0] + q[..., 1], 1e-300)
    shares = [
        [x[a_or_b & (nearest == k)].mean() if (a_or_b & (nearest == k)).any() else np.nan for k in range(CLASSES.size)]
        for x in (choice == 0, p_a)
    ]
    return {"difference": CLASSES, "share_a": np.array(shares[0]), "share_a_q": np.array(shares[1])}


def effect(settings: Settings, run) -> str:
    """One plain sentence: what is chosen late in a block, and how fast a reversal is followed."""
    kind, percent = settings["schedule"], float(run.best_at_end_percent)
    if not np.isfinite(percent):
        return "No trial has come to its end yet."
    if kind in ("patience", "risk"):
        what = "large and late" if kind == "patience" else "risky"
        return f"The {what} option B is chosen in {percent:.0f} % of the last trials."
    when = "late in a block" if kind == "reversals" else "in the last quarter"
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
        "note": "Two options pay 90 and 10 %; after forty trials they change places.", "source": "Collins & Frank 2014, Grossman et al. 2022",
    },
    "norepinephrine_blocked": {
        "title": "Surprise without effect", "rule": "doya_2002", "values": {"ne_drug": "antagonist", "ne_drug_dose": 1000.0},
        "note": "Norepinephrine receptors are blocked: a reversal is followed more slowly.", "source": "Yu & Dayan 2005",
    },
    "too_much_norepinephrine": {
        "title": "Tonic norepinephrine", "rule": "doya_2002", "values": {"ne_tonic_nm": 2000.0},
        "note": "A high tonic level makes choices random; try the middle.", "source": "Aston-Jones & Cohen 2005",
    },
    "stimulate_a": {
        "title": "Light after A", "rule": "doya_2002",
        "values": {"p_best": 0.5, "p_other": 0.5, "block": 400, "opto_option": "A", "opto_delay_ms": 250},
        "note": "Both options pay alike, but a choice of A is followed by a dopamine burst.", "source": "after Schultz et al. 1997",
    },
    "stimulate_a_late": {
        "title": "Light too late", "rule": "doya_2002",
        "values": {"p_best": 0.5, "p_other": 0.5, "block": 400, "opto_option": "A", "opto_delay_ms": 2500, "pause_s": 3.0},
        "note": "The same burst when the trace is gone.", "source": "after Schultz et al. 1997",
    },
    "four_options": {
        "title": "Four options", "rule": "doya_2002", "values": {"options": 4, "block": 60, "trials": 180},
        "note": "Three that pay seldom and one that pays often; the next one takes its place.", "source": "model illustration",
    },
    "drifting": {
        "title": "Everything drifts", "rule": "doya_2002", "values": {"schedule": "drift"},
        "note": "Every option wanders from trial to trial.", "source": "after Behrens et al. 2007",
    },
    "lean": {
        "title": "A lean world", "rule": "doya_2002", "values": {**OPPONENT, "p_best": 0.3, "p_other": 0.1},
        "note": "All options pay seldom. Move the balance towards D2: it tells them apart better, by ten points over many networks.", "source": "Collins & Frank 2014",
    },
    "rich": {
        "title": "A rich world", "rule": "doya_2002", "values": {**OPPONENT, "p_best": 0.9, "p_other": 0.7},
        "note": "All options pay often. Move the balance towards D1: it tells them apart better, by ten points over many networks.", "source": "Collins & Frank 2014",
    },
    "patience": {
        "title": "Small now or large later", "rule": "doya_2002", "values": {"schedule": "patience"},
        "note": "B pays twice as much, but later. Serotonin lengthens the traces.", "source": "Doya 2002",
    },
}  # fmt: skip

QUICK = {"trials": 12, "block": 5, "pause_s": 0.3}
WAKES = {
    r"drift_sd": {"schedule": "drift"},
    r"small_size|late_ms": {"schedule": "patience"},
    r"opto_.*": {"opto_option": "A"},
    r"disinhibition_mv": {"inhibition_mv": 20.0},
    r"ltd_.*_by_M": {"a_minus": 0.2, "M_tonic_nm": 300.0},
    r"tau_minus_ms|mu_minus|ltd_decay_ratio|phi_minus|gate_minus": {"a_minus": 0.2},
    r"M_baseline": {"M_source": "emergent", "M_burst_nm": 300.0, "ltp_gate_by_M": 20.0},
    r"da_value_.*|M_hub_noise_mv": {},
}
