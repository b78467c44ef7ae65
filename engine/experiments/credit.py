r"""Credit: who gets the credit when the reward comes late?

One synapse of many is the target: when its postsynaptic neuron fires within `coincidence_ms` after its presynaptic one, a reward is due.
The reward releases the modulators' bursts, each at its own delay. Everything else goes on at random meanwhile.
What is emergent comes from hubs instead (engine/hubs.py, without a value): reward neurons fire for 150 ms when a reward is due and drive them, and the
inputs are their stimulus. By default the noise of the DA hub is so low that it hardly fires by itself; one reward then makes each of its neurons spike about once,
so that `da_burst_nm` means the same as when it is scripted.

small           100 Poisson inputs onto 3 integrate-and-fire neurons with noise: 300 plastic synapses, live
izhikevich_1000 the network of Izhikevich 2007: 800 excitatory and 200 inhibitory neurons, 100 synapses each, delay 1 ms, noise input;
                80 000 plastic synapses, one hour of simulated time; the target starts at weight 0

Izhikevich EM (2007) Cereb Cortex 17:2443.
"""

from typing import Annotated, NamedTuple

import numpy as np

from engine.bursts import Bursts, release_all
from engine.circuit import Circuit, Population, all_to_all, fan_out, inhibition, recurrent_excitation
from engine.dispatch import world
from engine.ensemble import Control, run_in_chunks, run_seeds
from engine.hubs import N_REWARD, REWARD_MS, UNIT_HZ, Drive, add_hubs, ahead_ms, emergent, scripted_bursts, warm_up
from engine.interventions import Measure
from engine.kernel import inlined
from engine.loop import COUNT, Job, new_job, new_log, new_record, set_rates
from engine.loop import simulate as run_loop
from engine.modulators import MODULATORS, kinetics
from engine.neurons import FAST_SPIKING, REGULAR_SPIKING, Lif
from engine.output import Output
from engine.parameters import Param, Value, struct
from engine.plasticity import ANCHOR, ROWS, Rule, matrix
from engine.readouts import says_what_cannot_act
from engine.settings import Settings

TITLE = "Credit"
QUESTION = "Who gets the credit when the reward comes late?"
DEFAULT_RULE = "izhikevich_2007"
HUBS, HUBS_KNOW_VALUE = MODULATORS, False
ROWS = tuple(row for row in ROWS if row != "consolidation")
CURSOR_PREFIX = "late_"  # the page's cursor runs through the seconds shown in detail
PANELS = ("credit_timecourse", "credit_late", "credit_histogram", "credit_trace")
PAPERS = (
    "Izhikevich EM (2007) Cereb Cortex 17:2443-2452",
    "Frémaux N, Sprekeler H, Gerstner W (2010) J Neurosci 30:13326-13337",
)
EQUATIONS = (
    r"\tau_m \dot v = v_{rest} - v + b + \sum_j w_j\,\epsilon * S_j + \xi",
    r"\dot e_j = -\frac{e_j}{\tau_e} + \mathrm{STDP}_j,\qquad \dot w_j = \eta\, [\,G_+ e_{j+} - G_- e_{j-}\,]",
    r"\text{reward:}\quad t_{post} - t_{pre}\in[0, 20\,\mathrm{ms}]\ \text{of the target}\ \Rightarrow\ \text{burst at}\ t_{post} + \text{delay}",
)
LEFT_OUT = (
    "Under the rules it starts with, izhikevich_2007 and covariance_2010, only dopamine acts: acetylcholine, norepinephrine and serotonin change nothing here until the "
    "matrix gives them a cell or a rule is chosen that does. "
    "The world is one coincidence: there is no stimulus to tell apart and no action to choose. The reward releases the modulators, directly or through a hub; nothing predicts it. "
    "Neurons are points, delays are 1 ms (a spike is paired when it arrives, and spikes of one step count as pre before post), there is no homeostasis other than bounds and a tonic level that lets unused synapses fall."
)
JOB = "One hour of the network of Izhikevich 2007 takes about half a minute here; it runs in the background and can be stopped."


# fmt: off
class Params(NamedTuple):
    """The network and the reward rule."""

    network: Annotated[str, Param(choices=("small", "izhikevich_1000"), doc="which network runs: small and live, or the 1000 neurons of the paper", level="core", label="network")] = "small"
    duration_s: Annotated[float, Param("s", 5, 3600, "simulated time (with 1000 neurons: a preview of it until the long run is started)", log=True, level="core", label="duration")] = 90.0
    input_hz: Annotated[float, Param("Hz", 0.5, 40, "rate of every input of the small network", level="core", label="input rate", step=0.5)] = 4.0
    coincidence_ms: Annotated[float, Param("ms", 2, 50, "longest time from pre to post of the target that earns a reward", label="coincidence", step=1)] = 20.0
    jitter_ms: Annotated[float, Param("ms", 0, 5000, "random extra delay of the reward, up to this", soft=(0, 3000), level="core", label="reward jitter", step=50)] = 0.0
    contingency: Annotated[float, Param("", 0, 1, "share of rewards that follow the target; the others come at random times", level="core", label="contingency", step=0.05)] = 1.0
    w_start: Annotated[float, Param("", 0, 1, "weight at the start, as a share of its upper bound", label="start weight", step=0.01)] = 0.25
    recurrent_mv: Annotated[float, Param("mV", 0, 40, "summed excitation of an output neuron by the others (small network)", label="recurrent loop", step=0.5)] = 0.0
    inhibition_mv: Annotated[float, Param("mV", 0, 60, "summed inhibition of an output neuron by the gate it drives (small network)", label="inhibitory gate", step=0.5)] = 0.0
    gate_source: Annotated[str, Param(choices=("inputs", "outputs"), doc="who drives the inhibitory gate: inputs (feed-forward) or outputs (feedback)", label="gate driven by")] = "inputs"
# fmt: on


DEFAULTS = {
    "da_delay_ms": 500,
    "da_hub_noise_mv": 1.14,
}  # a quiet hub: without a critic tonic spikes teach whatever left a trace

OUTPUTS = {
    "t_s": Output("s", ("time",), "time of the weight samples"),
    "target_weight": Output("", ("time",), "weight of the rewarded synapse"),
    "crowd_mean": Output("", ("time",), "mean weight of all other plastic synapses"),
    "crowd_band": Output("", ("bound", "time"), "5th and 95th percentile of the others"),
    "target_seeds": Output(
        "", ("seed", "time"), "target weight with this seed and the next ones (one seed while a control moves)"
    ),
    "reward_s": Output("s", ("reward",), "rewards"),
    "histogram_edges": Output("", ("edge",), "weight classes at the end"),
    "histogram_count": Output("", ("class",), "plastic synapses in each class"),
    "histogram_target": Output("", (), "target weight at the end", "target at the end"),
    "raster_s": Output("s", ("spike",), "spikes in the seconds shown in detail"),
    "raster_neuron": Output("", ("spike",), "their neurons"),
    "raster_kind": Output("", ("spike",), "0 other input or neuron, 1 target's input, 2 output or target's neuron"),
    "late_t_s": Output("s", ("late",), "time in the seconds shown in detail: those around the last reward"),
    "late_concentration_nm": Output("nM", ("modulator", "late"), "concentration of DA, ACh, NE, 5-HT"),
    "late_trace_target": Output("", ("late",), "trace e+ - e- of the target"),
    "late_trace_crowd": Output("", ("late",), "mean trace of some others"),
    "late_trace_ltp": Output("", ("late",), "LTP trace e+ of the target"),
    "late_trace_ltd": Output("", ("late",), "LTD trace e- of the target"),
    "late_rate_per_s": Output("1/s", ("late",), "learning rate eta g_eta"),
    "late_gate_ltp": Output("", ("late",), "gate of the LTP trace G+"),
    "late_gate_ltd": Output("", ("late",), "gate of the LTD trace G-"),
    "late_product_per_s": Output("1/s", ("late",), "eta (G+ e+ - G- e-) of the target, the speed of its weight"),
    "late_reward_s": Output("s", ("late reward",), "rewards in these seconds"),
    "reward_trace_target": Output("", ("reward",), "target's trace when the reward comes (nearest sample)"),
    "reward_trace_crowd": Output("", ("reward",), "mean trace of some others then"),
    "stronger": Output("", (), "plastic synapses stronger than the target at the end", "stronger synapses"),
    "share_elsewhere": Output("", (), "share of all weight gained that went to other synapses", "gain elsewhere"),
    "crowd_by_formula": Output(
        "", (), "change of the others' mean that mean signal times mean trace alone would bring: eta T <R><e>"
    ),
    "eligible_r": Output(
        "",
        (),
        "others: correlation of the change of weight with the trace when the rewards came; nan while a control moves",
    ),
    "eligible_r_elsewhen": Output(
        "", (), "the same with the traces at other times, half a run away; nan while a control moves"
    ),
    "target_rank_percent": Output(
        "%", (), "others whose trace is below the target's when the rewards come; nan while a control moves"
    ),
    "output_hz": Output("Hz", (), "mean rate of the output or excitatory neurons"),
    "inhibitory_hz": Output("Hz", (), "mean rate of the inhibitory neurons"),
    "w_max": Output("", (), "upper bound of a weight"),
}

N_INPUTS, N_OUTPUTS, N_GATE = 100, 3, 2
OUTPUT_CELL = Lif(noise_mv=2.74, bias_mv=8.0)
GATE_CELL = Lif(noise_mv=1.83, bias_mv=6.0)
STRONGEST_MV = 4.0  # input of a synapse at its upper bound, under every rule
LATE_S, LATE_MS, FINE_MS = 6.0, 6000, 20
POINTS = 45  # of the curves over time
RANDOM_SPAN_MS = 20_000.0  # a reward that is not contingent comes any time within this
PREVIEW_S = {"live": 2.0, "settled": 20.0}  # of the 1000 neurons
MAX_SYNAPSE_S = 80_000 * 3600
WATCHED = 20
MAX_REWARDS = 20_000
MOST_DUE = 32  # rewards that may be due at a time
LOG = 3  # where the times of the rewards begin in the world's memory
MAX_SPIKES = 400_000
FINE_S = 200.0  # a run up to this long is recorded finely throughout
NOT_READ = {"eligible_r": np.nan, "eligible_r_elsewhen": np.nan, "target_rank_percent": np.nan}
BAND_SEEDS, BAND_MAX_S = 8, 300.0  # seeds behind the band of the settled tier, and the longest run that gets one


@inlined
def fire_reward_neurons(w, memory, state, n, t_ms, h_ms, rng):
    """Let them fire for REWARD_MS when a reward is due; its modulators follow at their hubs' delays. Memory: end of the volley (ms)."""
    if memory[2] > 0.0 and t_ms >= memory[2]:
        memory[2] = 0.0
        set_rates(state, w.reward, w.reward_stop, 0.0, n, h_ms, rng)
    done = int(memory[1])
    for k in range(max(done - MOST_DUE, 0), done):
        since_ms = t_ms - (memory[LOG + k] - max(w.bursts.delay_ms[0], 0.0))
        if 0.0 <= since_ms < h_ms:
            memory[2] = t_ms + REWARD_MS
            set_rates(state, w.reward, w.reward_stop, w.reward_hz, n, h_ms, rng)


def see_coincidence(w, memory, state, slot, n, t_ms, h_ms, rng):
    """The reward rule: note the target's presynaptic spikes; when its neuron follows in time, release every modulator's burst."""
    last = state.ring.shape[1] - 1
    for k in range(state.ring[slot, last]):
        i = state.ring[slot, k]
        if i == w.pre:
            memory[0] = t_ms
        elif i == w.post and t_ms - memory[0] <= w.coincidence_ms:
            extra_ms = rng.random() * w.jitter_ms
            if rng.random() >= w.contingency:
                extra_ms = rng.random() * w.random_span_ms
            release_all(state, n, w.bursts, extra_ms, h_ms)
            k_reward = int(memory[1])
            if LOG + k_reward < memory.size:
                memory[LOG + k_reward] = t_ms + max(w.bursts.delay_ms[0], 0.0) + extra_ms
                memory[1] += 1.0
    if w.reward_stop > w.reward:
        fire_reward_neurons(w, memory, state, n, t_ms, h_ms, rng)


@world(see_coincidence)
class Reward(NamedTuple):
    """The target and what its coincidences release.

    Memory: last target spike (ms), number of rewards, end of the reward neurons' volley (ms, 0: none), times of the rewards (ms).
    """

    pre: int
    post: int
    coincidence_ms: float
    jitter_ms: float
    contingency: float
    random_span_ms: float
    bursts: Bursts
    reward: int  # reward neurons reward..reward_stop-1, none where no hub hears them
    reward_stop: int
    reward_hz: float


class Setting(NamedTuple):
    """A built network: circuit, the target synapse (index, pre, post), and the neurons counted as output and as inhibitory."""

    circuit: Circuit
    target: int
    pre: int
    post: int
    outputs: slice
    inhibitory: slice
    reward: Population | None = None  # where a hub hears them

    @property
    def size(self) -> int:
        """Neurons without those of reward and hubs."""
        return self.reward.start if self.reward else self.circuit.populations[-1].stop


def cost(p, values) -> str:
    """Empty, or why this run would be too large."""
    synapses = 300 if values["network"] == "small" else 80_000
    if values["network"] == "small" and values["duration_s"] * values["input_hz"] > 40_000:
        return f"duration_s = {values['duration_s']:g} s at input_hz = {values['input_hz']:g} Hz is too long for the small network; the product may be at most 40000."
    if synapses * values["duration_s"] > MAX_SYNAPSE_S:
        return f"duration_s = {values['duration_s']:g} s with {synapses} synapses is more than one hour of the large network allows."
    return ""


def small_network(values: dict[str, Value]) -> Setting:
    """100 inputs, 3 noisy output neurons, motifs by strength."""
    c = Circuit()
    inputs = c.poisson("inputs", N_INPUTS, values["input_hz"])
    outputs = c.neurons("outputs", N_OUTPUTS, OUTPUT_CELL)
    w = values["w_start"] * values["w_max"]
    c.project(
        "plastic",
        inputs,
        outputs,
        all_to_all(inputs, outputs),
        w,
        1.0,
        plastic=True,
        gain_mv=STRONGEST_MV / values["w_max"],
    )
    recurrent_excitation(c, outputs, values["recurrent_mv"])
    last = outputs.stop
    if values["inhibition_mv"] > 0.0:
        gate = c.neurons("gate", N_GATE, GATE_CELL)
        source, drive_mv = (inputs, 2.0) if values["gate_source"] == "inputs" else (outputs, 40.0)
        inhibition(c, source, gate, outputs, values["inhibition_mv"], drive_mv)
        last = gate.stop
    return Setting(c, 0, inputs.start, outputs.start, slice(outputs.start, outputs.stop), slice(outputs.stop, last))


def large_network(values: dict[str, Value], rng: np.random.Generator) -> Setting:
    """Izhikevich 2007: 800 + 200 neurons, 100 synapses each, inhibitory ones only onto excitatory neurons. The target starts at 0."""
    c = Circuit()
    excitatory = c.neurons("excitatory", 800, REGULAR_SPIKING)
    inhibitory = c.neurons("inhibitory", 200, FAST_SPIKING)
    everyone = c.group("everyone", excitatory, inhibitory)
    pairs = fan_out(excitatory, everyone.ids, 100, rng)
    weight = np.full(pairs[0].size, values["w_start"] * values["w_max"])
    weight[0] = 0.0
    c.project("plastic", excitatory, everyone, pairs, weight, 1.0, plastic=True)
    c.project("inhibition", inhibitory, everyone, fan_out(inhibitory, excitatory.ids, 100, rng), 1.0, 1.0, gain_mv=-1.0)
    target = int(np.flatnonzero(c.projections[0].weight == 0.0)[0]) if weight[1] > 0 else 0
    plastic = c.projections[0]
    return Setting(c, target, int(plastic.pre[target]), int(plastic.post[target]), slice(0, 800), slice(800, 1000))


def with_hubs(net: Setting, values: dict[str, Value]) -> Setting:
    """The network with reward neurons and the hubs of what is emergent."""
    if not emergent(values):
        return net
    c = net.circuit
    reward, first = c.poisson("reward", N_REWARD, 0.0), c.populations[0]
    inputs = Drive(first, N_INPUTS * values["input_hz"]) if values["network"] == "small" else None
    add_hubs(c, values, Drive(reward), stimulus=inputs)
    return net._replace(reward=reward)


def reward_world(values: dict[str, Value], net: Setting) -> Reward:
    """The reward rule of these settings."""
    numbers = (float(values[name]) for name in ("coincidence_ms", "jitter_ms", "contingency"))
    paid = (net.reward.start, net.reward.stop) if net.reward else (0, 0)
    return Reward(net.pre, net.post, *numbers, RANDOM_SPAN_MS, scripted_bursts(values), *paid, UNIT_HZ / N_REWARD)


def simulated_s(values: dict[str, Value], tier: str) -> float:
    """How much simulated time this tier runs: all of it, but a preview of the large network unless it is a job."""
    if values["network"] == "small" or tier == "job":
        return values["duration_s"]
    return min(values["duration_s"], PREVIEW_S[tier])


class Course(NamedTuple):
    """One run of the network: the job at its end, and the crowd's statistics along the way."""

    job: Job
    net: Setting
    t_s: np.ndarray  # (K,)
    crowd: np.ndarray  # (K, 4) target weight; mean, 5th and 95th percentile of the others
    reward_s: np.ndarray


def simulate(settings: Settings, tier: str, control: Control) -> dict[str, np.ndarray]:
    """Run the network; in the settled tier the small one with more seeds too, for a band."""
    values = settings.values
    total_ms = round(simulated_s(values, tier) * 1e3)
    has_band = tier == "settled" and values["network"] == "small" and values["duration_s"] <= BAND_MAX_S
    courses = run_seeds(
        lambda seed, part: run_network(values, seed, total_ms, part),
        settings.seed,
        BAND_SEEDS if has_band else 1,
        control,
    )
    course, seeds = courses[0], np.array([c.crowd[:, 0] for c in courses])
    eligible = NOT_READ if tier == "live" else who_was_eligible(course, values)
    return (
        weights_over_time(course)
        | {"target_seeds": seeds}
        | at_the_end(course, values)
        | late(course, values)
        | eligible
    )


def run_network(values: dict[str, Value], seed: int, total_ms: int, control: Control) -> Course:
    """One seed; a run that `control` stops goes on for a few seconds that are recorded finely."""
    rng = np.random.default_rng(seed)
    net = with_hubs(small_network(values) if values["network"] == "small" else large_network(values, rng), values)
    job = prepare(values, net, total_ms)
    if net.reward:
        warm_up(job, rng)
    w, memory = reward_world(values, net), np.full(LOG + MAX_REWARDS, -1e300)
    memory[1], memory[2] = 0.0, 0.0
    end = run_in_chunks(job, w, memory, total_ms, rng, control)
    if end < total_ms:
        job = look_closely(job, ahead_ms(values), end, min(end + LATE_MS, total_ms))
        run_loop(job, w, memory, np.arange(end, job.log.to_ms + 1.0), rng)
    taken = int(job.record.size[1])
    t_s, rewards = (job.record.all_at[:taken] - ahead_ms(values)) * 1e-3, memory[LOG : LOG + int(memory[1])] * 1e-3
    return Course(job, net, t_s, statistics(job.record.weight[:taken], net.target), rewards[rewards <= t_s[-1]])


def prepare(values: dict[str, Value], net: Setting, total_ms: int) -> Job:
    """The job. Samples: every 20 ms of a short run; of a long one every 1/2000, and every 20 ms in the last seconds."""
    frozen, weights, rates = net.circuit.build(1.0)
    fine_from_ms = 0 if total_ms <= FINE_S * 1e3 else total_ms - LATE_MS
    sample_ms = np.concatenate(
        (np.arange(0, fine_from_ms, max(100, total_ms // 2000)), np.arange(fine_from_ms, total_ms + 1, FINE_MS))
    )
    others = np.linspace(1, weights.size - 1, WATCHED).astype(int)
    watch = np.concatenate(([net.target], others[others != net.target]))
    spikes = new_log(fine_from_ms, total_ms, MAX_SPIKES)
    ahead = ahead_ms(values)
    record = new_record(frozen, 1, ahead + sample_ms, watch, ahead + np.linspace(0, total_ms, POINTS + 1).round())
    horizon = 35_000 + int(values["jitter_ms"])
    rule, kin = struct(Rule, values), kinetics(values, ({},))
    return new_job(frozen, weights, rates, rule, matrix(values), kin, -float(ahead), horizon, record, spikes)


def look_closely(job: Job, ahead: int, from_ms: int, to_ms: int) -> Job:
    """A run that was stopped at from_ms, ready for a few seconds more that are recorded finely, as the last seconds of a whole run are.

    ahead: steps before time 0.
    """
    taken, taken_all = job.record.size
    job.record.at[taken:] = ahead + from_ms + FINE_MS * np.arange(job.record.at.size - taken)
    job.record.all_at[taken_all : taken_all + 1] = ahead + to_ms
    return job._replace(log=job.log._replace(from_ms=min(job.log.from_ms, float(from_ms)), to_ms=float(to_ms)))


def late_window(course: Course) -> tuple[float, float]:
    """The seconds shown in detail: around the last reward where they were recorded, otherwise the last ones."""
    end, fine = float(course.t_s[-1]), float(course.job.log.from_ms) * 1e-3
    inside = course.reward_s[course.reward_s >= fine]
    to = min(inside[-1] + 0.5 * LATE_S, end) if inside.size else end
    to = max(to, min(fine + LATE_S, end))
    return max(to - LATE_S, 0.0), to


def statistics(w: np.ndarray, target: int) -> np.ndarray:
    """Of weights (K, S): target weight; mean, 5th and 95th percentile of the others (K, 4)."""
    others = np.delete(w, target, axis=1)
    return np.column_stack((w[:, target], others.mean(axis=1), *np.percentile(others, (5, 95), axis=1)))


def weights_over_time(course: Course) -> dict[str, np.ndarray]:
    target, mean, low, high = course.crowd.T
    return {"t_s": course.t_s, "target_weight": target, "crowd_mean": mean, "crowd_band": np.array([low, high])}


def at_the_end(course: Course, values: dict[str, Value]) -> dict[str, np.ndarray]:
    """Histogram, rank of the target, where the gain went, rates."""
    job, net = course.job, course.net
    w = job.syn[:, ANCHOR]
    gain = np.maximum(w - job.record.weight[0], 0.0)
    edges = np.linspace(0.0, values["w_max"], 41)
    rate = job.state.whole[COUNT] / max(course.t_s[-1] + 1e-3 * ahead_ms(values), 1e-3)
    inhibitory = rate[net.inhibitory]
    return {
        "histogram_edges": edges, "histogram_count": np.histogram(w, edges)[0].astype(float), "histogram_target": w[net.target],
        "stronger": float((np.delete(w, net.target) > w[net.target]).sum()),
        "share_elsewhere": 1.0 - gain[net.target] / gain.sum() if gain.sum() > 0.0 else 0.0,
        "output_hz": rate[net.outputs].mean(), "inhibitory_hz": inhibitory.mean() if inhibitory.size else 0.0, "w_max": values["w_max"],
    }  # fmt: skip


def late(course: Course, values: dict[str, Value]) -> dict[str, np.ndarray]:
    """The last seconds in detail, and the traces at every reward."""
    job, net, rewards = course.job, course.net, course.reward_s
    k = int(job.record.size[0])
    t_s, synapse = (job.record.at[:k] - ahead_ms(values)) * 1e-3, job.record.synapse[:, :k]
    trace, others = (
        synapse[1, :, 0] - synapse[2, :, 0],
        synapse[1:, :, 1:] @ np.full(synapse.shape[2] - 1, 1.0 / (synapse.shape[2] - 1)),
    )
    crowd = others[0] - others[1]
    eta, g_plus, g_minus = job.record.gates[:k, 0].T
    from_s, to_s = late_window(course)
    seen = (t_s >= from_s) & (t_s <= to_s)
    nearest = np.clip(np.searchsorted(t_s, rewards), 0, k - 1)
    spike_s = job.log.ms[: int(job.log.size[0])] * 1e-3
    neuron = job.log.neuron[: spike_s.size]
    shown = (spike_s >= from_s) & (spike_s <= to_s) & (neuron < net.size)
    neuron = neuron[shown]
    return {
        "reward_s": rewards, "raster_s": spike_s[shown], "raster_neuron": neuron,
        "raster_kind": raster_kind(neuron, net, values["network"] == "small"),
        "late_t_s": t_s[seen], "late_concentration_nm": job.record.modulator[0, :k, 0].T[:, seen],
        "late_trace_ltp": synapse[1, seen, 0], "late_trace_ltd": synapse[2, seen, 0],
        "late_rate_per_s": eta[seen], "late_gate_ltp": g_plus[seen], "late_gate_ltd": g_minus[seen],
        "late_trace_target": trace[seen], "late_trace_crowd": crowd[seen],
        "late_product_per_s": (eta * (g_plus * synapse[1, :, 0] - g_minus * synapse[2, :, 0]))[seen],
        "late_reward_s": rewards[(rewards >= from_s) & (rewards <= to_s)],
        "reward_trace_target": trace[nearest], "reward_trace_crowd": crowd[nearest],
        "crowd_by_formula": drift_by_formula(t_s, eta * g_plus, eta * g_minus, *others),
    }  # fmt: skip


def drift_by_formula(t_s: np.ndarray, read_plus, read_minus, ltp, ltd) -> float:
    """eta T <R><e> of Fremaux et al. (2010), here eta T (<G+><e+> - <G-><e->): what is left of <dw> without the covariance of R and e."""
    means = [float(np.trapezoid(x, t_s)) / (t_s[-1] - t_s[0]) for x in (read_plus, ltp, read_minus, ltd)]
    return (t_s[-1] - t_s[0]) * (means[0] * means[1] - means[2] * means[3])


def who_was_eligible(course: Course, values: dict[str, Value]) -> dict[str, float]:
    """Whether those gain who had a trace when the rewards came, and where the target was among them (small network, recorded throughout)."""
    job, net, rewards_ms = course.job, course.net, 1e3 * course.reward_s
    if values["network"] != "small" or job.log.from_ms > 0.0 or rewards_ms.size == 0:
        return NOT_READ
    change = job.syn[:, ANCHOR] - job.record.weight[0]
    elsewhen_ms = np.sort((rewards_ms + 500.0 * course.t_s[-1]) % (1e3 * course.t_s[-1]))
    then, other = (traces_at(course, values, at_ms) for at_ms in (rewards_ms, elsewhen_ms))
    crowd = np.arange(change.size) != net.target
    return {
        "eligible_r": correlation(then[crowd], change[crowd]), "eligible_r_elsewhen": correlation(other[crowd], change[crowd]),
        "target_rank_percent": 100.0 * float((then[crowd] < then[net.target]).mean()),
    }  # fmt: skip


def traces_at(course: Course, values: dict[str, Value], at_ms: np.ndarray) -> np.ndarray:
    """The trace e+ - e- of every plastic synapse, summed over these moments (S,), from the spikes alone.

    Nearest pairs, traces without rise, windows that no modulator changes: a reading of who had just been active, not the rule's own trace.
    """
    net, log = course.net, course.job.log
    spike_ms, who = log.ms[: int(log.size[0])], log.neuron[: int(log.size[0])]
    pre = [spike_ms[who == i] + 1.0 for i in range(N_INPUTS)]  # when they arrive
    post = [spike_ms[who == net.outputs.start + j] for j in range(N_OUTPUTS)]
    tau_ms, plus, minus = values["tau_e_ms"], values["a_plus"], values["a_minus"]
    left_pre, left_post = ([left_at(at_ms, train, tau_ms) for train in trains] for trains in (pre, post))
    out = np.zeros((N_INPUTS, N_OUTPUTS))
    for i in range(N_INPUTS):
        for j in range(N_OUTPUTS):
            out[i, j] = plus * (paired(pre[i], post[j], values["tau_plus_ms"], "right") * left_post[j]).sum()
            out[i, j] -= minus * (paired(post[j], pre[i], values["tau_minus_ms"], "left") * left_pre[i]).sum()
    return out.ravel()


def left_at(at_ms: np.ndarray, spike_ms: np.ndarray, tau_ms: float) -> np.ndarray:
    """What is left of a trace written at each spike, summed over the moments that follow."""
    age_ms = at_ms[None, :] - spike_ms[:, None]
    return np.where(age_ms >= 0.0, np.exp(-np.maximum(age_ms, 0.0) / tau_ms), 0.0).sum(axis=1)


def paired(first_ms: np.ndarray, second_ms: np.ndarray, tau_ms: float, side: str) -> np.ndarray:
    """exp(-age/tau) of the last spike of one train before each spike of another; 0 before its first one."""
    if first_ms.size == 0:
        return np.zeros(second_ms.size)
    k = np.searchsorted(first_ms, second_ms, side=side) - 1
    return np.where(k >= 0, np.exp(-(second_ms - first_ms[np.maximum(k, 0)]) / tau_ms), 0.0)


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Pearson's r, 0 where one of them does not vary."""
    return float(np.corrcoef(x, y)[0, 1]) if x.std() > 0.0 and y.std() > 0.0 else 0.0


def raster_kind(neuron: np.ndarray, net: Setting, small: bool) -> np.ndarray:
    """0 any other, 1 the target's source, 2 an output neuron (small network) or the target's neuron."""
    is_output = (neuron >= net.outputs.start) & (neuron < net.outputs.stop) if small else neuron == net.post
    return np.where(neuron == net.pre, 1, np.where(is_output, 2, 0))


@says_what_cannot_act
def effect(p, run) -> str:
    """One plain sentence: what became of the target."""
    first, last, crowd = float(run.target_weight[0]), float(run.target_weight[-1]), float(run.crowd_mean[-1])
    ends = run.target_seeds[:, -1]
    spread = f" In {ends.size} networks it ends between {ends.min():.3g} and {ends.max():.3g}." if ends.size > 1 else ""
    return (
        f"{run.reward_s.size} rewards in {float(run.t_s[-1]):g} s took the target from {first:.3g} to {last:.3g}; the others stand at {crowd:.3g} on average, "
        f"{int(run.stronger)} of them above it.{spread}"
    )


def PREVIEW(p, run) -> str:  # noqa: N802
    """What the preview leaves out."""
    shown, asked = float(run.t_s[-1]), p.duration_s
    return f"the first {shown:g} of {asked:g} s, one network" if shown < asked else "one network"


MEASURE = Measure(
    "target above the crowd",
    "",
    lambda run: run.target_weight[-1] - run.crowd_mean[-1],
    lambda run: run.target_weight[0] - run.crowd_mean[0],
)

# Steps so small that no weight meets a bound: there the crowd's drift is that of the formula
UNINFORMATIVE = {"contingency": 0.0, "eta_per_s": 0.3, "w_start": 0.5, "duration_s": 120.0}

QUICK = {"duration_s": 12.0, "input_hz": 15.0, "da_delay_ms": 200}
WAKES = {r"gate_source": {"inhibition_mv": 20.0}, r"coincidence_ms": {"coincidence_ms": 5.0}}

PRESETS = {
    "half_a_second": {
        "title": "A reward half a second late", "rule": "izhikevich_2007", "values": {},
        "note": "One synapse in 300 is rewarded. It rises out of the crowd.", "source": "after Izhikevich 2007",
    },
    "one_second": {
        "title": "A reward one second late", "rule": "izhikevich_2007", "values": {"da_delay_ms": 1000},
        "note": "One synapse in 300 is rewarded. In most networks it rises out of the crowd, in each at its own pace: see the band.",
        "source": "after Izhikevich 2007",
    },
    "too_late": {
        "title": "A reward four seconds late", "rule": "izhikevich_2007", "values": {"da_delay_ms": 4000},
        "note": "The trace of the target is gone; whoever has one when dopamine comes gets the credit.", "source": "after Izhikevich 2007",
    },
    "at_random": {
        "title": "Rewards that mean nothing", "rule": "izhikevich_2007", "values": {"contingency": 0.0},
        "note": "As many rewards, at random times: nobody deserves them.", "source": "after Izhikevich 2007",
    },
    "drift_without_a_critic": {
        "title": "What the mean reward does", "rule": "covariance_2010", "values": UNINFORMATIVE | {"da_baseline": 0.0},
        "note": "Rewards at random, nothing subtracted: mean reward times mean trace carries the whole crowd down.", "source": "after Frémaux et al. 2010",
    },
    "no_drift_with_a_critic": {
        "title": "The same rewards, less their mean", "rule": "covariance_2010", "values": UNINFORMATIVE,
        "note": "Once the running mean has settled, within about a minute, the crowd stands still.", "source": "after Frémaux et al. 2010",
    },
    "no_dopamine": {
        "title": "No dopamine at all", "rule": "izhikevich_2007", "values": {"da_drug": "release_blocker", "da_drug_dose": 1000.0},
        "note": "Pairings alone leave traces that nobody reads.", "source": "after Izhikevich 2007",
    },
    "dopamine_hub": {
        "title": "Dopamine out of neurons", "rule": "izhikevich_2007", "values": {"da_source": "emergent"},
        "note": "Reward neurons drive a hub of dopamine neurons. Give the hub more noise: spikes of its own teach whatever was active.",
        "source": "Model choice",
    },
    "surprise_only": {
        "title": "Only surprise teaches", "rule": "covariance_2010", "values": {"da_tonic_nm": 0.0},
        "note": "The running mean of dopamine is subtracted, so that a steady level teaches nothing. Weights still spread, and the bound at 0 turns that into a rise.",
        "source": "after Frémaux et al. 2010",
    },
    "the_hour": {
        "title": "The hour of Izhikevich 2007", "rule": "izhikevich_2007",
        "values": {"network": "izhikevich_1000", "duration_s": 3600.0, "da_delay_ms": 1000, "jitter_ms": 2000.0},
        "note": "A thousand neurons, 80 000 plastic synapses, reward after one to three seconds. Start the long run.", "source": "Izhikevich 2007",
    },
}  # fmt: skip
