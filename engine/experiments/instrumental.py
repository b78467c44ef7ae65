r"""Instrumental: which answer brings the reward, and what if that changes?

A stimulus S makes 20 sources fire once within 10 ms. Two pools of five noisy integrate-and-fire neurons, A and B, inhibit each other;
the pool with more spikes within `window_ms` after S is the answer. The right answer (A, after the swap B) releases the modulators' bursts at
their delays, or makes reward neurons fire for 150 ms, which drive the hubs of what is emergent (engine/hubs.py, without a value; S is their
stimulus). The plastic synapses run from S to both pools. Spikes choose, the outcome releases dopamine, dopamine changes the weights.

With the covariance rule an answer that pays less than usual loses weight, so the choice follows the swap. The gated form strengthens both
pools whenever either is paid and cannot choose. After experiment 3 of Izhikevich 2007, smaller and with a running-mean critic (model choice).

Izhikevich EM (2007) Cereb Cortex 17:2443. Fremaux N, Sprekeler H, Gerstner W (2010) J Neurosci 30:13326.
"""

from typing import Annotated, NamedTuple

import numpy as np

from engine.bursts import Bursts, release_all
from engine.circuit import Circuit, Population, all_to_all, inhibition
from engine.dispatch import world
from engine.ensemble import Band, Control, run_in_chunks, run_seeds
from engine.hubs import N_REWARD, REWARD_MS, UNIT_HZ, Drive, add_hubs, ahead_ms, emergent, scripted_bursts, warm_up
from engine.interventions import Measure
from engine.loop import COUNT, Job, new_job, new_record, set_rates, spike_at
from engine.modulators import MODULATORS, kinetics
from engine.neurons import Lif
from engine.output import Output
from engine.parameters import Param, Value, struct
from engine.plasticity import ROWS, Rule, matrix
from engine.readouts import first_trials, says_what_cannot_act
from engine.settings import Settings

TITLE = "Instrumental"
QUESTION = "Which answer brings the reward, and what if that changes?"
DEFAULT_RULE = "covariance_2010"
HUBS, HUBS_KNOW_VALUE = MODULATORS, False
ROWS = tuple(row for row in ROWS if row != "consolidation")
PANELS = ("choices", "right_answers", "answer_weights")
PAPERS = (
    "Izhikevich EM (2007) Cereb Cortex 17:2443-2452",
    "Frémaux N, Sprekeler H, Gerstner W (2010) J Neurosci 30:13326-13337",
)
EQUATIONS = (
    r"\text{answer} = A\ \text{if}\ n_A > n_B,\quad B\ \text{if}\ n_B > n_A,\quad\text{none if equal}",
    r"\dot w_j = \eta\,(M - \langle M \rangle)\, e_j",
)
LEFT_OUT = (
    "Under the rule it starts with, covariance_2010, only dopamine acts: acetylcholine, norepinephrine and serotonin change nothing here until the matrix gives them a cell "
    "or doya_2002 is chosen, which does (see the presets); their part there is a model choice. "
    "One stimulus, two answers, no cost of answering. The critic is a running mean of the receptor signal, not a prediction for the stimulus, for a hub too. "
    "The pools inhibit each other through fixed interneurons; only the synapses from the stimulus learn."
)


# fmt: off
class Params(NamedTuple):
    """The task and the network."""

    trials: Annotated[int, Param("", 10, 1000, "how often the stimulus is shown", log=True, soft=(10, 400), level="intro", label="trials", step=1)] = 200
    swap_at: Annotated[int, Param("", 0, 1000, "trial from which B is right instead of A", soft=(0, 400), level="intro", label="swap at trial", step=1)] = 60
    trial_s: Annotated[float, Param("s", 0.5, 10, "from one stimulus to the next", level="core", label="time per trial", step=0.1)] = 2.0
    window_ms: Annotated[float, Param("ms", 10, 100, "time after the stimulus in which spikes are counted", level="core", label="answer window", step=5)] = 35.0
    rivalry_mv: Annotated[float, Param("mV", 0, 300, "summed inhibition of a pool by its rival", level="core", label="lateral inhibition", step=5)] = 150.0
    background_hz: Annotated[float, Param("Hz", 0, 20, "rate of the stimulus sources between stimuli", label="background rate", step=0.5)] = 1.0
    w_start: Annotated[float, Param("", 0, 1, "weight at the start, as a share of its upper bound", label="start weight", step=0.01)] = 0.25
# fmt: on


DEFAULTS = {"da_delay_ms": 500, "da_tonic_nm": 0.0, "da_burst_nm": 1000.0, "da_hub_noise_mv": 1.14}

OUTPUTS = {
    "right_before_percent": Output("%", (), "right answers among the last 20 before the swap", "right before swap"),
    "right_after_percent": Output("%", (), "right answers among the last 20 of all", "right at the end"),
    "trial": Output("", ("trial",), "trial number, from 1"),
    "answer": Output("", ("trial",), "1 for A, -1 for B, 0 for none"),
    "rewarded": Output("", ("trial",), "1 where the answer was right"),
    "p_a": Output("", ("trial",), "share of A among the last 20 trials"),
    "p_right": Output("", ("trial",), "share of right answers among the last 20 trials"),
    "p_a_seeds": Output(
        "", ("seed", "trial"), "share of A with this seed and the next ones (one seed while a control moves)"
    ),
    "spikes_a": Output("", ("trial",), "spikes of pool A in the window"),
    "spikes_b": Output("", ("trial",), "spikes of pool B in the window"),
    "weight_a": Output("", ("trial",), "mean weight from the stimulus to pool A after the trial"),
    "weight_b": Output("", ("trial",), "mean weight to pool B"),
    "swap": Output("", (), "trial from which B is right", "swap at trial"),
    "w_max": Output("", (), "upper bound of a weight"),
    "pool_hz": Output("Hz", (), "mean rate of the pools"),
}

N_STIMULUS, N_POOL, N_GATE = 20, 5, 2
CELL = Lif(noise_mv=2.74, bias_mv=8.0)
GATE_CELL = Lif(noise_mv=0.91, bias_mv=6.0)
STRONGEST_MV = 4.0  # input of a synapse at its upper bound, under every rule
VOLLEY_MS = 10.0
FIRST_MS = 500
BAND = Band(8)
AVERAGED = 20
MAX_SECONDS = 4000.0
LIVE_S = 100.0  # simulated time of the preview while a control moves
REWARDED, LOG = 5, 6  # places in the world's memory


def judge(w, memory, state, slot, n, t_ms, h_ms, rng):
    """Show the stimulus when it is due; count the spikes of both pools; pay the right answer.

    Memory: next stimulus (ms), end of the window (ms), spikes of A, of B, trials done, end of the reward neurons' volley (ms, 0: none), then
    (answer, spikes A, spikes B) of every trial.
    """
    if memory[REWARDED] > 0.0 and t_ms >= memory[REWARDED]:
        memory[REWARDED] = 0.0
        set_rates(state, w.reward, w.reward_stop, 0.0, n, h_ms, rng)
    if t_ms >= memory[0]:
        memory[0] += w.period_ms
        memory[1], memory[2], memory[3] = t_ms + w.window_ms, 0.0, 0.0
        for i in range(w.stimulus):
            spike_at(state, i, n + 1 + int(rng.random() * w.volley_ms))
    if memory[1] > 0.0:
        last = state.ring.shape[1] - 1
        for k in range(state.ring[slot, last]):
            i = state.ring[slot, k]
            if w.stimulus <= i < w.stimulus + w.pool:
                memory[2] += 1.0
            elif w.stimulus + w.pool <= i < w.stimulus + 2 * w.pool:
                memory[3] += 1.0
        if t_ms >= memory[1]:
            memory[1] = -1.0
            done = int(memory[4])
            answer = 1.0 if memory[2] > memory[3] else (-1.0 if memory[3] > memory[2] else 0.0)
            at = LOG + 3 * done
            memory[at], memory[at + 1], memory[at + 2] = answer, memory[2], memory[3]
            memory[4] += 1.0
            if answer == (1.0 if done < w.swap else -1.0):
                release_all(state, n, w.bursts, 0.0, h_ms)
                if w.reward_stop > w.reward:
                    memory[REWARDED] = t_ms + REWARD_MS
                    set_rates(state, w.reward, w.reward_stop, w.reward_hz, n, h_ms, rng)


@world(judge)
class Task(NamedTuple):
    """What is shown and what is paid; times in ms."""

    stimulus: int  # sources 0..stimulus-1; the pools follow
    pool: int
    period_ms: float
    window_ms: float
    volley_ms: float
    swap: int
    bursts: Bursts
    reward: int  # reward neurons reward..reward_stop-1, none where no hub hears them
    reward_stop: int
    reward_hz: float


def cost(p, values) -> str:
    """Empty, or why this run would be too large."""
    seconds = values["trials"] * values["trial_s"]
    if seconds <= MAX_SECONDS:
        return ""
    return f"trials = {values['trials']} of trial_s = {values['trial_s']:g} s are {seconds:g} s of simulated time; at most {MAX_SECONDS:g} s are allowed."


class Network(NamedTuple):
    """The circuit, and the reward neurons where a hub hears them."""

    circuit: Circuit
    reward: Population | None


def network(values: dict[str, Value]) -> Network:
    """Stimulus sources, two pools that inhibit each other, and the hubs of what is emergent."""
    c = Circuit()
    stimulus = c.poisson("stimulus", N_STIMULUS, values["background_hz"])
    pools = c.neurons("pools", 2 * N_POOL, CELL)
    gain_mv = STRONGEST_MV / values["w_max"]
    c.project(
        "plastic",
        stimulus,
        pools,
        all_to_all(stimulus, pools),
        values["w_start"] * values["w_max"],
        1.0,
        plastic=True,
        gain_mv=gain_mv,
    )
    a, b = (Population(name, pools.kind, pools.start + k * N_POOL, N_POOL, 0) for k, name in enumerate("AB"))
    if values["rivalry_mv"] > 0.0:
        for source, goal in ((a, b), (b, a)):
            inhibition(
                c, source, c.neurons(f"gate of {source.name}", N_GATE, GATE_CELL), goal, values["rivalry_mv"], 40.0
            )
    if not emergent(values):
        return Network(c, None)
    reward = c.poisson("reward", N_REWARD, 0.0)
    add_hubs(
        c,
        values,
        Drive(reward),
        stimulus=Drive(stimulus, N_STIMULUS * (values["background_hz"] + 1.0 / values["trial_s"])),
    )
    return Network(c, reward)


def task(values: dict[str, Value], reward: Population | None) -> Task:
    """The task of these settings."""
    times_ms = float(period_ms(values)), float(values["window_ms"]), VOLLEY_MS
    paid = (reward.start, reward.stop) if reward else (0, 0)
    return Task(
        N_STIMULUS, N_POOL, *times_ms, int(values["swap_at"]), scripted_bursts(values), *paid, UNIT_HZ / N_REWARD
    )


def period_ms(values: dict[str, Value]) -> int:
    """From one stimulus to the next, in whole steps."""
    return round(values["trial_s"] * 1e3)


def prepare(values: dict[str, Value], circuit: Circuit, ends_ms: np.ndarray) -> Job:
    """The job, with all weights written down at these times."""
    net, weights, rates = circuit.build(1.0)
    ahead = ahead_ms(values)
    kin, record = kinetics(values, ({},)), new_record(net, all_at=ahead + ends_ms)
    return new_job(net, weights, rates, struct(Rule, values), matrix(values), kin, -float(ahead), 65_000, record)


def one_seed(values: dict[str, Value], seed: int, control: Control) -> tuple[np.ndarray, np.ndarray, float]:
    """(answer, spikes of A, of B) by trial (T, 3); mean weights to A and B after each trial (T, 2); rate of the pools (Hz)."""
    trials = int(values["trials"])
    ends_ms = FIRST_MS + period_ms(values) * np.arange(1, trials + 1)
    net, rng, memory = network(values), np.random.default_rng(seed), np.zeros(LOG + 3 * trials + 3)
    job = prepare(values, net.circuit, ends_ms)
    if emergent(values):
        warm_up(job, rng)
    memory[0] = FIRST_MS
    end_ms = run_in_chunks(job, task(values, net.reward), memory, int(ends_ms[-1]), rng, control, int(ends_ms[0]))
    done = int(job.record.size[1])
    weights = job.record.weight[:done].reshape(done, N_STIMULUS, 2, N_POOL).mean(axis=(1, 3))
    pools = job.state.whole[COUNT, N_STIMULUS : N_STIMULUS + 2 * N_POOL]
    return memory[LOG : LOG + 3 * done].reshape(-1, 3), weights, pools.mean() / end_ms * 1e3


def running_share(hit: np.ndarray) -> np.ndarray:
    """Mean over the last AVERAGED trials, fewer at the start."""
    total = np.cumsum(hit)
    n = np.arange(1, hit.size + 1)
    return (
        total - np.where(n > AVERAGED, np.concatenate((np.zeros(min(AVERAGED, hit.size)), total[:-AVERAGED])), 0.0)
    ) / np.minimum(n, AVERAGED)


def simulate(settings: Settings, tier: str, control: Control) -> dict[str, np.ndarray]:
    """The trials with this seed; in the settled tier with more seeds too, for a band."""
    values = settings.values
    if tier == "live":
        values = {**values, "trials": min(values["trials"], max(int(LIVE_S / values["trial_s"]), 10))}
    courses = run_seeds(
        lambda seed, part: one_seed(values, seed, part), settings.seed, BAND.size(tier, values["trials"]), control
    )
    course, weights, rate = courses[0]
    answer, n = course[:, 0], np.arange(course.shape[0])
    right = answer == np.where(n < values["swap_at"], 1.0, -1.0)
    seeds = [running_share(answers[:, 0] == 1.0) for answers, _, _ in courses]
    swap = int(values["swap_at"])
    return {
        "right_before_percent": 100.0 * right[: max(swap, 1)][-AVERAGED:].mean(), "right_after_percent": 100.0 * right[-AVERAGED:].mean(),
        "trial": n + 1.0, "answer": answer, "rewarded": right.astype(float), "p_a": seeds[0], "p_right": running_share(right),
        "p_a_seeds": np.array(seeds), "spikes_a": course[:, 1], "spikes_b": course[:, 2], "weight_a": weights[:, 0], "weight_b": weights[:, 1],
        "swap": float(swap), "w_max": values["w_max"], "pool_hz": rate,
    }  # fmt: skip


@says_what_cannot_act
def effect(p, run) -> str:
    """One plain sentence: what was learned before and after the swap."""
    swap = min(int(run.swap), run.answer.size)
    before, after = run.rewarded[max(swap - 20, 0) : swap], run.rewarded[swap:][-20:]
    parts = [
        f"{100 * part.mean():.0f} % of the last answers {when} the swap"
        for part, when in ((before, "before"), (after, "after"))
        if part.size
    ]
    return f"Right were {' and '.join(parts)}." if parts else "No answer has been given yet."


PREVIEW = first_trials
MEASURE = Measure(
    "right answers at the end",
    "%",
    lambda run: 100.0 * run.rewarded[-AVERAGED:].mean(),
    lambda run: 100.0 * run.rewarded[:10].mean(),
    tier="job",
)

METALEARNING = {"da_tonic_nm": 0.0, "da_burst_nm": 1000.0}  # of doya_2002: rewards as large as elsewhere here

QUICK = {"trials": 12, "swap_at": 3, "trial_s": 1.0, "background_hz": 5.0, "da_delay_ms": 200}
# dopamine that is held is its own mean: where that is subtracted, the level does nothing
WAKES = {r"da_clamp_nm": {"da_drug": "clamp", "da_drug_from_s": 0.5, "da_baseline": 0.0}}

PRESETS = {
    "learn_and_swap": {
        "title": "Learn, then learn the opposite", "rule": "covariance_2010", "values": {},
        "note": "A is right for sixty trials, then B. Watch the weights cross.", "source": "after Izhikevich 2007, Frémaux et al. 2010",
    },
    "acetylcholine": {
        "title": "Acetylcholine quickens learning", "rule": "doya_2002", "values": METALEARNING | {"ach_tonic_nm": 500.0},
        "note": "Its level sets the learning rate. Take it down to 0: sixty trials are not enough.", "source": "after Doya 2002",
    },
    "norepinephrine": {
        "title": "Norepinephrine quickens learning and adds noise", "rule": "doya_2002", "values": METALEARNING | {"ne_tonic_nm": 200.0},
        "note": "A higher learning rate and noisier neurons: fast, and never sure.", "source": "after Doya 2002, Yu & Dayan 2005",
    },
    "serotonin": {
        "title": "Serotonin waits for a late reward", "rule": "doya_2002",
        "values": METALEARNING | {"eta_per_s": 15.0, "da_delay_ms": 1000, "ht_tonic_nm": 500.0},
        "note": "It doubles the life of the trace, so that a reward one second late still finds it. Take it down to 0.", "source": "after Doya 2002",
    },
    "no_critic": {
        "title": "Without a critic", "rule": "covariance_2010", "values": {"da_baseline": 0.0},
        "note": "Nothing is subtracted from dopamine: both answers grow and neither wins.", "source": "after Frémaux et al. 2010",
    },
    "dopamine_hub": {
        "title": "Dopamine out of neurons", "rule": "covariance_2010", "values": {"da_source": "emergent"},
        "note": "Reward neurons drive a hub of dopamine neurons. Give the hub more noise: spikes of its own teach whatever was active.", "source": "Model choice",
    },
    "late_reward": {
        "title": "Reward too late", "rule": "covariance_2010", "values": {"da_delay_ms": 1900},
        "note": "The reward comes just before the next stimulus: the trace has nearly gone.", "source": "after Izhikevich 2007",
    },
    "no_rivalry": {
        "title": "No lateral inhibition", "rule": "covariance_2010", "values": {"rivalry_mv": 0.0},
        "note": "Both pools answer together, and the winner's synapses are not the only ones with a trace.", "source": "after Izhikevich 2007",
    },
}  # fmt: skip
