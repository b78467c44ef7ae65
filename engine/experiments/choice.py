r"""Choice: how does a bandit become a habit, and break?

A cue starts a chain of time cells that lasts until the outcome; its plastic synapses drive a critic whose rate is the value V of the task. After
`LEAD_MS` cortical neurons fire and drive, through plastic synapses, two striatal pools for each option: D1, which excites the option's choice pool,
and D2, which inhibits it. The choice pools inhibit each other; the one with most spikes within `window_ms` is the choice (chance decides a tie). Its
efference copy then drives D1 and D2 of that option and silences those of the others, so that what was done leaves a trace. The outcome comes
`outcome_delay_ms` after the choice and drives reward neurons. Dopamine (engine/hubs.py, H1) is reward and value now less value before.

Dopamine above its running mean strengthens the eligible synapses onto D1 and weakens those onto D2 (an area of its own whose dopamine signal has the
opposite sign). The other hubs set how: norepinephrine and acetylcholine the learning rate, norepinephrine the noise of the choice pools, serotonin
how long traces last.

Frank MJ (2005) J Cogn Neurosci 17:51, Collins AGE, Frank MJ (2014) Psychol Rev 121:337 (opponent D1 and D2). Doya K (2002) Neural Netw 15:495 and
Yu AJ, Dayan P (2005) Neuron 46:681 (the other modulators). Frémaux N, Sprekeler H, Gerstner W (2013) PLoS Comput Biol 9:e1003024 (actor and critic).
"""

from typing import Annotated, NamedTuple

import numpy as np

from engine.bursts import Bursts, release, release_all
from engine.circuit import NO_AREA, Circuit, Population, all_to_all, inhibition, recurrent_excitation
from engine.dispatch import world
from engine.hubs import UNIT_HZ, WARM_UP_MS, Drive, add_hubs, join, scripted_bursts, warm_up
from engine.kernel import inlined
from engine.loop import Job, new_job, new_record, set_rate
from engine.modulators import MODULATORS, kinetics
from engine.neurons import Lif
from engine.parameters import Param, Value, struct
from engine.plasticity import ROWS, Rule, matrix
from engine.run import Control, Output, run_in_chunks
from engine.settings import Settings

TITLE = "Choice"
QUESTION = "How does a bandit become a habit, and break?"
DEFAULT_RULE = "doya_2002"
HUBS = MODULATORS
ROWS = tuple(row for row in ROWS if row != "consolidation")
PANELS = ()
PAPERS = (
    "Collins AGE, Frank MJ (2014) Psychol Rev 121:337-366",
)
EQUATIONS = (
    r"\delta = r",
)
LEFT_OUT = "x"
PRESETS = {}
OUTPUTS = {}
NONE = "none"
LETTERS = ("A", "B", "C", "D")


# fmt: off
class Params(NamedTuple):
    """The bandit and the circuit."""

    schedule: Annotated[str, Param(choices=("reversals", "drift"), doc="how the best option changes: all at once after a block, or every option wanders", level="core", label="what changes")] = "reversals"
    options: Annotated[int, Param("", 2, 4, "options to choose from", level="core", label="options", step=1)] = 2
    p_best: Annotated[float, Param("", 0, 1, "how often the best option pays", level="intro", label="best option pays", step=0.05)] = 0.9
    p_other: Annotated[float, Param("", 0, 1, "how often the others pay", level="intro", label="others pay", step=0.05)] = 0.1
    block: Annotated[int, Param("", 5, 400, "trials from one reversal to the next", log=True, soft=(10, 200), level="intro", label="reversal every", step=1)] = 40
    drift_sd: Annotated[float, Param("", 0, 0.5, "step of the wandering probabilities from trial to trial (drift)", soft=(0, 0.2), label="drift step", step=0.01)] = 0.05
    trials: Annotated[int, Param("", 10, 1000, "number of trials", log=True, soft=(20, 400), level="core", label="trials", step=1)] = 120
    outcome_delay_ms: Annotated[int, Param("ms", 100, 5000, "from the choice to its outcome", soft=(100, 2000), level="intro", label="choice to outcome", step=10)] = 250
    pause_s: Annotated[float, Param("s", 0.3, 10, "from the outcome to the next cue", level="core", label="pause", step=0.05)] = 0.45
    window_ms: Annotated[int, Param("ms", 20, 500, "time in which the spikes of the choice pools are counted", level="core", label="choice window", step=10)] = 100
    rivalry_mv: Annotated[float, Param("mV", 0, 60, "inhibition of a choice pool by another that fires at its unit rate", level="core", label="lateral inhibition", step=0.5)] = 8.0
    opponency: Annotated[float, Param("", -1, 1, "weight of D1 against D2 at the time of choice: above 0 gains count more, below 0 losses", level="core", label="D1 over D2", step=0.05)] = 0.0
    opto_option: Annotated[str, Param(choices=(NONE, *LETTERS), doc="the option whose choice is followed by an optogenetic dopamine burst", level="core", label="stimulated option")] = NONE
    opto_delay_ms: Annotated[int, Param("ms", 0, 10_000, "from the choice to the optogenetic burst", soft=(0, 3000), level="core", label="stimulation after", step=10)] = 250
    opto_nm: Annotated[float, Param("nM", -1000, 2000, "rise of dopamine by the optogenetic burst; below zero is a pause", soft=(-100, 500), level="core", label="stimulation size", step=10)] = 100.0
    w_start: Annotated[float, Param("", 0, 1, "weight at the start, as a share of its upper bound", label="start weight", step=0.01)] = 0.3
    recurrent_mv: Annotated[float, Param("mV", 0, 40, "summed excitation of a choice neuron by the others of its pool", label="recurrent loop", step=0.5)] = 0.0
    inhibition_mv: Annotated[float, Param("mV", 0, 60, "summed inhibition of a choice neuron by the gate that the cortex drives", label="inhibitory gate", step=0.5)] = 0.0
    disinhibition_mv: Annotated[float, Param("mV", 0, 60, "input that one unit of the ACh signal takes from the gate's neurons", label="disinhibition by ACh", step=0.5)] = 0.0
# fmt: on


DEFAULTS = {
    "da_tonic_nm": 10.0, "da_burst_nm": 80.0, "da_tau_ms": 60.0, "da_delay_ms": 0, "da_source": "emergent", "da_value_delay_ms": 100, "da_value_now": 0.0,
    "ach_delay_ms": 0, "ach_burst_nm": 200.0, "ach_source": "emergent",
    "ne_delay_ms": 0, "ne_burst_nm": 200.0, "ne_tau_ms": 300.0, "ne_hub_noise_mv": 40.0, "ne_source": "emergent",
    "ht_delay_ms": 0, "ht_burst_nm": 40.0, "ht_source": "emergent",
}  # fmt: skip

N_CORTEX, N_STATE, N_REWARD, N_COPY = 16, 16, 10, 4
N_D, N_POOL, N_CRITIC, N_GATE = 6, 8, 16, 4
CORTEX_HZ, STATE_HZ, COPY_HZ = 60.0, 100.0, 100.0
CUE_MS, ACT_MS = 20, 100
D_CELL = Lif(bias_mv=10.0, noise_mv=40.0)
POOL_CELL = Lif(bias_mv=14.0, noise_mv=60.0, tau_syn_ms=10.0)
CRITIC_CELL = Lif(bias_mv=12.0, noise_mv=50.0, tau_syn_ms=50.0)
GATE_CELL = Lif(noise_mv=40.0, bias_mv=6.0)
# Drive (mV): of the strongest plastic synapses together; of the efference copy; of D1 and D2 at D_HZ; POOL_HZ: unit rate of a choice pool
CORTEX_MV, VALUE_MV, COPY_MV, D_MV = 20.0, 30.0, 15.0, 8.0
D_HZ, POOL_HZ = N_D * 50.0, N_POOL * 40.0
D1_AREA, D2_AREA = 0, 1
SAMPLE_MS = 50

# Places in the world's memory: trial, its start (ms), phase, choice, time cells begun and over, spikes of the choice pools, then the log
TRIAL, START, PHASE, CHOICE, SPIKES = range(5)
LOG, LOGGED = SPIKES + 4, 6
BEFORE, CHOOSING, ACTING, WAITING, EXPECTING, PAYING, DONE = range(7)


@inlined
def switch(state, first, stop, rate_hz, n, h_ms, rng):
    """Let Poisson sources first..stop-1 fire at this rate from now on."""
    for i in range(first, stop):
        set_rate(state, i, rate_hz, n, h_ms, rng)


@inlined
def begin(w, memory, state, n, h_ms, rng):
    """The cue: the cortex fires."""
    switch(state, w.cortex, w.cortex_stop, w.cortex_hz, n, h_ms, rng)
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
    switch(state, w.copies + best * w.copy, w.copies + (best + 1) * w.copy, w.copy_hz, n, h_ms, rng)
    if best == w.opto_option:
        release(state, n, w.opto_delay_ms, w.opto_nm, 1, 1.0, 0, h_ms)
    memory[PHASE] = ACTING


@inlined
def pay(w, memory, state, n, h_ms, rng):
    """The outcome: the time cells stop, the reward neurons fire, scripted bursts are released."""
    switch(state, w.state, w.state_stop, 0.0, n, h_ms, rng)
    trial = int(memory[TRIAL])
    size = w.paid[trial, int(memory[CHOICE])]
    memory[LOG + LOGGED * trial + 1] = size
    if size > 0.0:
        switch(state, w.reward, w.reward_stop, size * w.reward_hz, n, h_ms, rng)
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
            switch(state, w.cortex, w.cortex_stop, 0.0, n, h_ms, rng)
            switch(state, w.copies, w.copies + w.options * w.copy, 0.0, n, h_ms, rng)
            memory[PHASE] = WAITING
    elif phase == WAITING:
        if now >= w.outcome_ms[int(memory[CHOICE])] - w.reward_for_ms:
            switch(state, w.state, w.state_stop, w.state_hz, n, h_ms, rng)
            memory[PHASE] = EXPECTING
    elif phase == EXPECTING:
        if now >= w.outcome_ms[int(memory[CHOICE])]:
            pay(w, memory, state, n, h_ms, rng)
    elif phase == PAYING and now >= w.outcome_ms[int(memory[CHOICE])] + w.reward_for_ms:
        switch(state, w.reward, w.reward_stop, 0.0, n, h_ms, rng)
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


class Groups(NamedTuple):
    """The circuit and the groups the world needs; pools and copies hold all options side by side."""

    circuit: Circuit
    cortex: Population
    state: Population
    copies: Population
    reward: Population
    d1: Population
    d2: Population
    pools: Population
    critic: Population


def part(group: Population, k: int, size: int) -> Population:
    """The k-th part of a group, of `size` neurons."""
    return Population(f"{group.name} {LETTERS[k]}", group.kind, group.start + k * size, size, group.area)


def choice_ms(values) -> int:
    """From the cue to the choice."""
    return CUE_MS + int(values["window_ms"])


def outcome_ms(values) -> np.ndarray:
    """From the cue to the outcome of every option."""
    return np.full(int(values["options"]), choice_ms(values) + float(values["outcome_delay_ms"]))


def period_ms(values) -> int:
    return round(outcome_ms(values).max() + 1e3 * values["pause_s"])


def striatum(c, values, cortex, copies):
    k = int(values["options"])
    d1 = c.neurons("D1", k * N_D, D_CELL, NO_AREA)
    d2 = c.neurons("D2", k * N_D, D_CELL, NO_AREA)
    fade = 1.0 - np.exp(-1.0 / D_CELL.tau_syn_ms)
    gain_mv = CORTEX_MV * fade / (N_CORTEX * CORTEX_HZ * 1e-3) / values["w_max"]
    start = values["w_start"] * values["w_max"]
    for group, area in ((d1, D1_AREA), (d2, D2_AREA)):
        c.project(f"cortex to {group.name}", cortex, group, all_to_all(cortex, group), start, 1.0, plastic=True, gain_mv=gain_mv, area=area)
        for i in range(k):
            for j in range(k):
                join(c, Drive(part(copies, i, N_COPY), N_COPY * COPY_HZ), part(group, j, N_D), COPY_MV if i == j else -COPY_MV, D_CELL.tau_syn_ms)
    return d1, d2


def choosers(c, values, cortex, d1, d2):
    k = int(values["options"])
    pools = c.neurons("choice pools", k * N_POOL, POOL_CELL, 0)
    rho = float(values["opponency"])
    for i in range(k):
        mine = part(pools, i, N_POOL)
        join(c, Drive(part(d1, i, N_D), D_HZ), mine, D_MV * (1.0 + rho), POOL_CELL.tau_syn_ms)
        join(c, Drive(part(d2, i, N_D), D_HZ), mine, -D_MV * (1.0 - rho), POOL_CELL.tau_syn_ms)
        recurrent_excitation(c, mine, values["recurrent_mv"])
        for j in range(k):
            if i != j:
                join(c, Drive(mine, POOL_HZ), part(pools, j, N_POOL), -float(values["rivalry_mv"]), POOL_CELL.tau_syn_ms)
    if values["inhibition_mv"] > 0.0:
        gate = c.neurons("gate", N_GATE, GATE_CELL, 0, (0.0, -float(values["disinhibition_mv"]), 0.0, 0.0))
        inhibition(c, cortex, gate, pools, values["inhibition_mv"], 4.0)
    return pools


def network(values) -> Groups:
    c, k = Circuit(2), int(values["options"])
    cortex, state = c.poisson("cortex", N_CORTEX, 0.0), c.poisson("expectation", N_STATE, 0.0)
    copies, reward = c.poisson("efference copy", k * N_COPY, 0.0), c.poisson("reward", N_REWARD, 0.0)
    d1, d2 = striatum(c, values, cortex, copies)
    critic = c.neurons("critic", N_CRITIC, CRITIC_CELL, NO_AREA)
    gain_mv = VALUE_MV * (1.0 - np.exp(-1.0 / CRITIC_CELL.tau_syn_ms)) / (N_STATE * STATE_HZ * 1e-3) / values["w_max"]
    c.project("state to critic", state, critic, all_to_all(state, critic), V_START * values["w_max"], 1.0, plastic=True, gain_mv=gain_mv, area=D1_AREA)
    pools = choosers(c, values, cortex, d1, d2)
    add_hubs(c, values, Drive(reward), Drive(critic), Drive(state, N_STATE * STATE_HZ))
    return Groups(c, cortex, state, copies, reward, d1, d2, pools, critic)


def rates(values, trials, rng) -> np.ndarray:
    """(T, K) how often each option pays."""
    k = int(values["options"])
    if values["schedule"] == "drift":
        lo, hi = sorted((values["p_other"], values["p_best"]))
        p = np.empty((trials, k))
        p[0] = np.where(np.arange(k) == 0, values["p_best"], values["p_other"])
        steps = rng.normal(0.0, values["drift_sd"], (trials, k))
        for t in range(1, trials):
            p[t] = p[t - 1] + steps[t]
            p[t] = np.where(p[t] > hi, 2 * hi - p[t], np.where(p[t] < lo, 2 * lo - p[t], p[t])).clip(lo, hi)
        return p
    best = (np.arange(trials) // int(values["block"])) % k
    return np.where(best[:, None] == np.arange(k), values["p_best"], values["p_other"])


def bandit(values, g: Groups, paid) -> Bandit:
    outcome = outcome_ms(values)
    return Bandit(
        int(values["options"]), g.pools.start, N_POOL, g.cortex.start, g.cortex.stop, CORTEX_HZ,
        g.state.start, g.state.stop, STATE_HZ,
        g.copies.start, N_COPY, COPY_HZ, g.reward.start, g.reward.stop, UNIT_HZ / N_REWARD, float(values["da_value_delay_ms"]),
        float(choice_ms(values)), float(ACT_MS), outcome, float(period_ms(values)), paid,
        (NONE, *LETTERS).index(values["opto_option"]) - 1, float(values["opto_delay_ms"]), float(values["opto_nm"]), scripted_bursts(values),
    )


def one_seed(values, seed, trials, control):
    rng = np.random.default_rng(seed)
    p = rates(values, trials, rng)
    paid = (rng.random(p.shape) < p) * REWARD
    g = network(values)
    net, weights, source_hz = g.circuit.build(1.0)
    period = period_ms(values)
    ends = WARM_UP_MS + period * np.arange(1, trials + 1)
    at = (WARM_UP_MS + period * np.arange(trials)[:, None] + np.arange(0, period, SAMPLE_MS)).ravel()
    record = new_record(net, 2, at=at, all_at=ends)
    kin = kinetics(values, ({}, {"da_effect": D2_EFFECT}))
    job = new_job(net, weights, source_hz, struct(Rule, values), matrix(values), kin, -WARM_UP_MS, 12_000, record)
    warm_up(job, rng)
    memory = np.zeros(LOG + LOGGED * (trials + 1))
    run_in_chunks(job, bandit(values, g, paid), memory, period * trials, rng, control)
    log = memory[LOG : LOG + LOGGED * trials].reshape(trials, LOGGED)
    return log, p, record, g, job

REWARD = 1.0
V_START = 0.3
D2_EFFECT = -2.0


def cost(values):
    return ""


def simulate(settings, tier, control):
    return {}
