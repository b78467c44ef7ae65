r"""Pairing: when must dopamine arrive for this synapse to learn?

One synapse in a slice. N pairings of a presynaptic spike and a postsynaptic burst at a fixed rate; a tonic level of each modulator
during pairing and another one after it; one burst of each modulator at a delay after every pairing, or after the last.
Time 0 of a pairing is when its second spike falls, so that a delay is the age of the trace.

Everything is scripted, so the run is exact (scripted.py). The curves are runs of the same protocol with one thing varied:
the spike time difference (all on one timeline, since the third factor is broadcast), the delay of one modulator's burst, the rate.

Protocols of Bi & Poo (1998), Pawlak & Kerr (2008), Yagishita et al. (2014) and Brzosko et al. (2017).
"""

from typing import Annotated, NamedTuple

import numpy as np

from engine.bursts import bursts
from engine.ensemble import Control
from engine.grid import SPIKE, TURN, fill_grid, time_constants
from engine.interventions import Measure
from engine.kernel import kernel
from engine.modulators import MODULATORS, N_MODULATORS, kinetics
from engine.output import Output
from engine.parameters import Param, Value, struct
from engine.plasticity import AT_BOUND, LTD_AMPLITUDE, LTD_AT_ONCE, LTP_AMPLITUDE, LTP_AT_ONCE, W_MIN, Rule, matrix
from engine.readouts import says_what_cannot_act
from engine.scripted import END, START, SWITCH, Batch, Physics, play
from engine.settings import Settings
from engine.sweep import around, both_sides, inside, merged, nearest

TITLE = "Pairing"
QUESTION = "When must dopamine arrive for this synapse to learn?"
DEFAULT_RULE = "izhikevich_2007"
ROWS = (
    "ltp_amplitude", "ltd_amplitude", "ltp_window", "ltd_window", "ltp_at_once", "ltd_at_once", "trace_decay", "ltp_gate", "ltd_gate", "learning_rate",
)  # fmt: skip
PANELS = ("timeline", "window", "delay_curve", "rate_curve")
PAPERS = (
    "Bi GQ, Poo MM (1998) J Neurosci 18:10464-10472",
    "Brzosko Z, Zannone S, Schultz W, Clopath C, Paulsen O (2017) eLife 6:e27756",
    "Yagishita S et al. (2014) Science 345:1616-1620",
)
EQUATIONS = (
    r"a = g_{A+}(s)\,x\,(A_+ + A_{3+} o_2)\,f_+(w),\qquad e_+ \leftarrow e_+ + a,\qquad w \leftarrow w + \phi_+(s)\,a",
    r"a = g_{A-}(s)\,y\,(A_- + A_{3-} r_2)\,f_-(w),\qquad e_- \leftarrow e_- + a,\qquad w \leftarrow w - \phi_-(s)\,a",
    r"\dot e_\pm = -\frac{e_\pm}{\tau_{e\pm}(s)},\qquad \dot w = \eta(s)\,\left[\,G_+(s)\,e_+ - G_-(s)\,e_-\,\right]",
)
LEFT_OUT = (
    "One synapse with scripted spikes: no dendrite, no calcium, no neuron that its own weight could make fire. A drug or a bath arrives at once. "
    "Concentrations are those of one well-stirred volume around the synapse. The late, protein-dependent phase is not modelled here: what is drawn is early plasticity."
)


# fmt: off
class Params(NamedTuple):
    """The protocol."""

    dt_ms: Annotated[int, Param("ms", -100, 100, "postsynaptic spike time minus presynaptic spike time", level="intro", label="post − pre", step=1)] = 10
    pairings: Annotated[int, Param("", 1, 200, "how many times the pairing is repeated", log=True, level="core", label="pairings", step=1)] = 1
    rate_hz: Annotated[float, Param("Hz", 0.1, 50, "how often the pairing is repeated", log=True, level="core", label="pairing rate")] = 0.2
    burst_spikes: Annotated[int, Param("", 1, 5, "postsynaptic spikes in each pairing", level="core", label="post spikes", step=1)] = 1
    burst_spike_hz: Annotated[float, Param("Hz", 10, 200, "rate of the spikes within a postsynaptic burst", label="spike rate in burst", step=5)] = 100.0
    burst_after: Annotated[str, Param(choices=("every", "last"), doc="whether the modulators' bursts follow every pairing or only the last", label="bursts follow")] = "every"
    da_after_nm: Annotated[float, Param("nM", -10_000, 10_000, "change of the dopamine level once pairing is over", soft=(-1000, 1000), label="DA change after", step=10)] = 0.0
    ach_after_nm: Annotated[float, Param("nM", -10_000, 10_000, "change of the acetylcholine level once pairing is over", soft=(-1000, 1000), label="ACh change after", step=10)] = 0.0
    ne_after_nm: Annotated[float, Param("nM", -10_000, 10_000, "change of the norepinephrine level once pairing is over", soft=(-1000, 1000), label="NE change after", step=10)] = 0.0
    ht_after_nm: Annotated[float, Param("nM", -10_000, 10_000, "change of the serotonin level once pairing is over", soft=(-1000, 1000), label="5-HT change after", step=10)] = 0.0
    after_from_s: Annotated[float, Param("s", 0, 600, "from the last pairing to the changed levels", soft=(0, 60), label="change after", step=0.1)] = 1.0
    observe_s: Annotated[float, Param("s", 1, 7200, "how long the synapse is watched after the last pairing", log=True, soft=(1, 3600), label="watched for")] = 12.0
    w_start: Annotated[float, Param("", 0.01, 1, "weight at the start, as a share of its upper bound", level="core", label="start weight", step=0.01)] = 0.25
    swept: Annotated[str, Param(choices=MODULATORS, doc="whose burst is moved in the delay curve", level="core", label="delay curve of")] = "da"
    view: Annotated[str, Param(choices=("pairing", "run"), doc="what the timeline shows: one pairing or the whole run", level="core", label="timeline shows")] = "pairing"
# fmt: on


OUTPUTS = {
    "t_s": Output("s", ("time",), "time since the first pairing was complete"),
    "pre_s": Output("s", ("spike",), "presynaptic spikes in the picture"),
    "post_s": Output("s", ("spike",), "postsynaptic spikes in the picture"),
    "burst_s": Output("s", ("modulator",), "first burst of each modulator, nan without one"),
    "concentration_nm": Output("nM", ("modulator", "time"), "concentration of DA, ACh, NE, 5-HT"),
    "signal": Output("", ("modulator", "time"), "receptor signal less its baseline"),
    "trace_ltp": Output("", ("time",), "LTP trace e+"),
    "trace_ltd": Output("", ("time",), "LTD trace e-"),
    "rate_per_s": Output("1/s", ("time",), "learning rate eta g_eta"),
    "gate_ltp": Output("", ("time",), "gate of the LTP trace G+"),
    "gate_ltd": Output("", ("time",), "gate of the LTD trace G-"),
    "product_per_s": Output("1/s", ("time",), "eta (G+ e+ - G- e-), the speed of the weight"),
    "weight": Output("", ("time",), "weight"),
    "window_dt_ms": Output("ms", ("dt",), "spike time differences of the window"),
    "window_percent": Output("%", ("dt",), "weight after the protocol, of its start"),
    "window_plain_percent": Output("%", ("dt",), "the same without modulators"),
    "delay_s": Output("s", ("delay",), "delays of the swept modulator's burst"),
    "delay_percent": Output("%", ("delay",), "weight after the protocol, of its start"),
    "rate_hz": Output("Hz", ("rate",), "pairing rates"),
    "rate_percent": Output("%", ("order", "rate"), "weight after the protocol with pre first, and with post first"),
    "at_bound": Output(
        "",
        ("where", "bound"),
        "1 where the weight meets its lower or its upper bound: in the run, in the window, on the delay curve, on the rate curve",
    ),
    "final_percent": Output("%", (), "weight after the protocol, of its start", "after, of start"),
    "final_weight": Output("", (), "weight after the protocol", "weight after"),
    "start_weight": Output("", (), "weight before", "weight before"),
}

WINDOW_DT_MS = np.arange(-100.0, 101.0, 5.0)
RATES_HZ = np.array([0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 25, 30, 40, 50.0])
DELAYS_S = np.concatenate(
    (np.arange(-2.0, 0.0, 0.25), np.arange(0.0, 2.0, 0.1), np.arange(2.0, 4.0, 0.25), np.arange(4.0, 10.1, 0.5))
)
CURVES = ("spike timing window", "delay curve", "rate curve")
JUMP_MS = 1e-3  # between the two sides of a jump
MOST_JUMPS, MOST_JUMPS_LIVE = 24, 2  # that a curve draws
START_MS = -2500.0
VIEW_POINTS = 600
MAX_EVENTS = 20_000
MAX_STEPS = 300_000  # grid steps of one run; a settled picture takes about fifty runs
LIVE_STEPS = 6_000  # grid steps that one curve may cost while a control moves
MOST_STEPS_PER_EVENT = 1_500  # however fast a receptor binds


class Protocol(NamedTuple):
    """The protocol as the kernels take it; times in ms."""

    pairings: int
    period_ms: float
    burst_spikes: int
    spike_gap_ms: float
    bursts_follow_every: bool
    delay_ms: np.ndarray  # (4,)
    burst_nm: np.ndarray  # (4,)
    pulses: np.ndarray  # (4,)
    pulse_gap_ms: np.ndarray  # (4,)
    after_from_ms: float
    observe_ms: float


def protocol(values: dict[str, Value]) -> Protocol:
    """The protocol of these settings; everything falls on whole milliseconds, but for the pulse and spike rates."""
    b = bursts(values)
    return Protocol(
        int(values["pairings"]), 1000.0 / values["rate_hz"], int(values["burst_spikes"]), 1000.0 / values["burst_spike_hz"],
        values["burst_after"] == "every", b.delay_ms, b.burst_nm, b.pulses, 1000.0 / b.pulse_hz,
        values["after_from_s"] * 1e3, values["observe_s"] * 1e3,
    )  # fmt: skip


def events(values: dict[str, Value]) -> int:
    """Spikes and pulses of one run."""
    pulses = sum(values[f"{m}_pulses"] for m in MODULATORS if values[f"{m}_burst_nm"] != 0.0)
    return int(values["pairings"] * (1 + values["burst_spikes"] + (pulses if values["burst_after"] == "every" else 0)))


def cost(p, values) -> str:
    """Empty, or why this run would be too large."""
    n = events(values)
    if n > MAX_EVENTS:
        return f"{values['pairings']} pairings with these bursts are {n} spikes and pulses; at most {MAX_EVENTS} are allowed. Take fewer pairings or fewer pulses per burst."
    if (
        n * MOST_STEPS_PER_EVENT <= MAX_STEPS
        or (steps := grid_steps(protocol(values), physics_of(values))) <= MAX_STEPS
    ):
        return ""
    return (
        f"{values['pairings']} pairings with these bursts and receptor times take about {steps} steps of integration; at most {MAX_STEPS} are allowed. "
        "Take fewer pairings or pulses, or slower receptors (on and off time)."
    )


def grid_steps(p: Protocol, physics: Physics) -> int:
    """About how many steps the grid of one run has: those of its events with their pulses and spikes, and those after the last."""
    spikes, gap = 1 + p.burst_spikes, min(p.period_ms, p.observe_ms)
    pulses = np.sort(scripts(p._replace(pairings=1, observe_ms=np.inf), np.zeros(1)).pulse_ms)
    bursts = steps_between(np.append(pulses, pulses[-1] + gap), TURN, physics) if pulses.size else 0
    pairing = steps_between(np.linspace(0.0, gap, spikes + 1), SPIKE, physics)
    return p.pairings * (pairing + spikes + (bursts if p.bursts_follow_every else 0)) + 2 * bursts


def steps_between(marks: np.ndarray, kind: int, physics: Physics) -> int:
    """Steps of the grid through marks of one kind; one more than are allowed where there are more."""
    return fill_grid(marks, np.full(marks.size, kind), physics.taus, MAX_STEPS + 1).size


def scripts(
    p: Protocol, dts_ms: np.ndarray, periods_ms: np.ndarray | None = None, delays_ms: np.ndarray | None = None
) -> Batch:
    """The protocol for synapses with spike time differences dts_ms (P,), once or with each of K periods or rows of delays (K, 4)."""
    k = max(
        np.size(periods_ms) if periods_ms is not None else 1, np.shape(delays_ms)[0] if delays_ms is not None else 1
    )
    periods = np.full(k, p.period_ms) if periods_ms is None else periods_ms
    return write(p, dts_ms, periods, np.tile(p.delay_ms, (k, 1)) if delays_ms is None else delays_ms)


@kernel
def write(p, dts_ms, periods_ms, delays_ms):
    """All scripts one after the other; pairing k is complete at k periods."""
    k, n, total = periods_ms.size, dts_ms.size, p.pulses[p.burst_nm != 0.0].sum()
    spikes, pulses = p.pairings * n * (1 + p.burst_spikes), total * (p.pairings if p.bursts_follow_every else 1)
    spike_ms, neuron = np.empty(k * spikes), np.empty(k * spikes, np.int64)
    pulse_ms, who, size = np.empty(k * pulses), np.empty(k * pulses, np.int64), np.empty(k * pulses)
    pulse_at, times_ms = np.zeros(k + 1, np.int64), np.empty((k, 3))
    for i in range(k):
        last_ms = (p.pairings - 1) * periods_ms[i]
        times_ms[i, SWITCH], times_ms[i, START], times_ms[i, END] = (
            last_ms + p.after_from_ms,
            START_MS,
            last_ms + p.observe_ms,
        )
        write_spikes(
            p, dts_ms, periods_ms[i], spike_ms[i * spikes : (i + 1) * spikes], neuron[i * spikes : (i + 1) * spikes]
        )
        pulse_at[i + 1] = write_pulses(
            p, periods_ms[i], delays_ms[i], times_ms[i, END], pulse_ms, who, size, pulse_at[i]
        )
    end = pulse_at[k]
    return Batch(spike_ms, neuron, np.arange(k + 1) * spikes, pulse_ms[:end], who[:end], size[:end], pulse_at, times_ms)


@kernel
def write_spikes(p, dts_ms, period_ms, spike_ms, neuron):
    """The spikes of one script and their neurons."""
    at, n = 0, dts_ms.size
    for k in range(p.pairings):
        for j in range(n):
            pre_ms = k * period_ms - max(dts_ms[j], 0.0)
            spike_ms[at], neuron[at] = pre_ms, j
            for q in range(p.burst_spikes):
                spike_ms[at + 1 + q], neuron[at + 1 + q] = pre_ms + dts_ms[j] + q * p.spike_gap_ms, n + j
            at += 1 + p.burst_spikes


@kernel
def write_pulses(p, period_ms, delay_ms, end_ms, pulse_ms, who, size, at):
    """The pulses of one script that come before its end, from place `at` on; returns the place after them."""
    for k in range(0 if p.bursts_follow_every else p.pairings - 1, p.pairings):
        for m in range(N_MODULATORS):
            for q in range(p.pulses[m] if p.burst_nm[m] != 0.0 else 0):
                t_ms = k * period_ms + delay_ms[m] + q * p.pulse_gap_ms[m]
                if t_ms < end_ms:
                    pulse_ms[at], who[at], size[at] = t_ms, m, p.burst_nm[m]
                    at += 1
    return at


def delayed(p: Protocol, m: int, delays_ms: np.ndarray) -> np.ndarray:
    """The delays (K, 4) of a protocol in which the burst of modulator m comes at each of K delays."""
    out = np.tile(p.delay_ms, (delays_ms.size, 1))
    out[:, m] = delays_ms
    return out


def final_weights(physics: Physics, batch: Batch, n: int, w: float, rng) -> np.ndarray:
    """Weights (K, n) after each of K scripts, of n synapses that start at w."""
    return play(physics, batch, np.full(n, w), np.empty(0), rng)[0]


def physics_of(values: dict[str, Value]) -> Physics:
    """Rule, matrix and modulators of these settings; a second tonic epoch only where a level changes."""
    after = {f"{m}_tonic_nm": max(values[f"{m}_tonic_nm"] + values[f"{m}_after_nm"], 0.0) for m in MODULATORS}
    changes = any(values[f"{m}_after_nm"] != 0.0 for m in MODULATORS)
    kin = kinetics(values, ({},), ((0.0, after),) if changes else ())
    rule, m = struct(Rule, values), matrix(values)
    return Physics(rule, m, kin, time_constants(rule, m, kin))


def without_modulators(physics: Physics) -> Physics:
    """The same rule with all modulators absent: every signal 0."""
    return physics._replace(matrix=np.zeros_like(physics.matrix))


def view_ms(values: dict[str, Value], p: Protocol) -> tuple[float, float]:
    """What the timeline shows."""
    if values["view"] == "run":
        return START_MS, (p.pairings - 1) * p.period_ms + p.observe_ms
    used = [d for d, size in zip(p.delay_ms, p.burst_nm, strict=True) if size != 0.0] or [0.0]
    wide = min(used) < -900.0 or max(used) > 4500.0
    return (-2200.0, 10_800.0) if wide else (-1000.0, 5000.0)


def thin(points: np.ndarray, steps: int, tier: str) -> np.ndarray:
    """Every 2nd, 4th, 8th ... point of a curve while a control moves, so that it costs at most about LIVE_STEPS grid steps.

    steps: of one point. Seven points at least are left.
    """
    every = 1
    while tier == "live" and 8 * every < points.size and points[::every].size * steps > LIVE_STEPS:
        every *= 2
    return points[::every]


def spikes_ms(p: Protocol, dt_ms: float) -> np.ndarray:
    """The spikes of one pairing, the presynaptic one first; the pairing is complete at 0."""
    return np.append(0.0, dt_ms + p.spike_gap_ms * np.arange(p.burst_spikes)) - max(dt_ms, 0.0)


def pulses_ms(p: Protocol, m: int) -> np.ndarray:
    """The pulses of modulator m after one pairing, from its burst on."""
    return p.pulse_gap_ms[m] * np.arange(p.pulses[m])


def lags_ms(p: Protocol, within_ms: float) -> np.ndarray:
    """Distances between two pairings of a run, none longer than needed."""
    most = min(p.pairings - 1, int(within_ms / p.period_ms) + 1)
    return p.period_ms * np.arange(-most, most + 1)


def at_once(p: Protocol, cells: np.ndarray) -> list[int]:
    """Modulators with a burst that acts on the pairing of its own moment: a curve jumps where a pulse overtakes a spike."""
    acts = cells[[LTP_AMPLITUDE, LTD_AMPLITUDE, LTP_AT_ONCE, LTD_AT_ONCE]].any(axis=0) & (p.burst_nm != 0.0)
    return [int(m) for m in np.flatnonzero(acts)]


def sums(*parts: np.ndarray) -> np.ndarray:
    """Every sum of one number from each part."""
    total = np.zeros(1)
    for part in parts:
        total = np.add.outer(total, part).ravel()
    return total


def window_grid(p: Protocol, physics: Physics, present_ms: float, tier: str) -> np.ndarray:
    """Time differences of the window (ms). It jumps where a postsynaptic spike overtakes a presynaptic one, or a pulse that acts at once."""
    lo, hi = WINDOW_DT_MS[[0, -1]]
    within, gaps = float(hi) + np.abs(p.delay_ms).max(), p.spike_gap_ms * np.arange(p.burst_spikes)
    jumps = [sums(lags_ms(p, within), -gaps)]
    for m in at_once(p, physics.matrix):
        pulse = sums(lags_ms(p, within + pulses_ms(p, m)[-1]), p.delay_ms[m] + pulses_ms(p, m))
        post_first, pre_first = (
            sums(pulse, -gaps),
            -pulse,
        )  # the spike that moves: a postsynaptic or the presynaptic one
        jumps += [post_first[post_first < 0.0], pre_first[pre_first > 0.0]]
    shortest = min(physics.rule.tau_plus_ms, physics.rule.tau_minus_ms)
    step = float(WINDOW_DT_MS[1] - WINDOW_DT_MS[0])
    bends = [around(centre, shortest, step) for centre in (0.0, present_ms)]
    return grid(WINDOW_DT_MS, present_ms, np.concatenate(jumps), bends, tier)


def delay_grid(p: Protocol, physics: Physics, dt_ms: float, swept: int, steps: int, tier: str) -> np.ndarray:
    """Delays of the burst of modulator `swept` (ms). The curve bends where the burst meets the pairing, and jumps there if it acts at once."""
    even, present_ms = 1e3 * DELAYS_S, float(p.delay_ms[swept])
    jumps = np.zeros(0)
    if swept in at_once(p, physics.matrix):
        pulses = pulses_ms(p, swept)
        jumps = sums(spikes_ms(p, dt_ms), lags_ms(p, even[-1] + pulses[-1]), -pulses)
    shortest = max(float(np.concatenate((physics.taus.traces, physics.taus.levels)).min()), 4.0)
    bends = [around(0.0, shortest, 1000.0), around(present_ms, shortest, 250.0)]
    return grid(even, present_ms, jumps, bends, tier, steps)


def rate_grid(p: Protocol, physics: Physics, orders_ms: np.ndarray, steps: int, tier: str) -> np.ndarray:
    """Pairing rates (Hz). The curve jumps where a spike of one pairing falls on a spike of another one, or on a pulse that acts at once."""
    present_hz, apart = 1e3 / p.period_ms, []
    for dt_ms in orders_ms:
        spikes = spikes_ms(p, dt_ms)
        apart.append(spikes[1:] - spikes[0])
        apart += [sums(p.delay_ms[m] + pulses_ms(p, m), -spikes) for m in at_once(p, physics.matrix)]
    periods = np.divide.outer(np.abs(np.concatenate(apart)), np.arange(1.0, min(p.pairings, 200))).ravel()
    periods = nearest(inside(periods, 1e3 / RATES_HZ[-1], 1e3 / RATES_HZ[0]), p.period_ms, most_jumps(tier))
    jumps, fine = 1e3 / both_sides(periods, JUMP_MS), present_hz * np.array([0.8, 0.9, 1.1, 1.25])
    needed = np.array([present_hz, *RATES_HZ[[0, -1]]])
    even = thin(merged(RATES_HZ, fine), steps, tier)
    return inside(merged(needed, jumps, even), min(present_hz, RATES_HZ[0]), max(present_hz, RATES_HZ[-1]))


def most_jumps(tier: str) -> int:
    return MOST_JUMPS_LIVE if tier == "live" else MOST_JUMPS


def grid(
    even: np.ndarray, present: float, jumps: np.ndarray, bends: list[np.ndarray], tier: str, steps: int = 0
) -> np.ndarray:
    """The points (ms) of a curve: its ends, zero, the present state and the jumps in any case, the rest as `thin` has it."""
    lo, hi = min(even[0], present), max(even[-1], present)
    sides = both_sides(nearest(inside(jumps, lo, hi), present, most_jumps(tier)), JUMP_MS)
    rest = thin(inside(merged(even, *bends), lo, hi), steps, tier)
    return inside(merged(np.array([present, 0.0, lo, hi]), sides, rest), lo, hi)


def simulate(settings: Settings, tier: str, control: Control) -> dict[str, np.ndarray]:
    """The timeline of one pairing, and the three curves; each of them goes through the present state."""
    values, rng = settings.values, np.random.default_rng(settings.seed)
    physics, p = physics_of(values), protocol(values)
    w, dt = values["w_start"] * values["w_max"], float(values["dt_ms"])
    out = timeline(values, physics, p, w, rng) | {"start_weight": w}
    steps, swept = grid_steps(p, physics), MODULATORS.index(values["swept"])
    dts, orders = window_grid(p, physics, dt, tier), np.array([1.0, -1.0]) * abs(dt)
    window = final_weights(physics, scripts(p, dts), dts.size, w, rng)[0]
    plain = final_weights(without_modulators(physics), scripts(p, dts), dts.size, w, rng)[0]
    final = window[np.searchsorted(dts, dt)]
    delays = delay_grid(p, physics, dt, swept, steps, tier)
    by_delay = final_weights(physics, scripts(p, np.array([dt]), delays_ms=delayed(p, swept, delays)), 1, w, rng)[:, 0]
    rates = rate_grid(p, physics, orders, steps, tier)
    by_rate = final_weights(physics, scripts(p, orders, periods_ms=1e3 / rates), 2, w, rng).T
    percent = 100.0 / w
    return out | {
        "window_dt_ms": dts,
        "window_percent": window * percent,
        "window_plain_percent": plain * percent,
        "final_weight": final,
        "final_percent": final * percent,
        "delay_s": 1e-3 * delays,
        "delay_percent": by_delay * percent,
        "rate_hz": rates,
        "rate_percent": by_rate * percent,
        "at_bound": np.array(
            [bounds_met(x, values["w_max"]) for x in (np.append(out["weight"], final), window, by_delay, by_rate)]
        ),
    }


def bounds_met(weights: np.ndarray, w_max: float) -> tuple[float, float]:
    """1 where one of the weights is at the lower, at the upper bound."""
    share = (weights - W_MIN) / (w_max - W_MIN)
    return float(share.min() <= AT_BOUND), float(share.max() >= 1.0 - AT_BOUND)


def timeline(values, physics: Physics, p: Protocol, w: float, rng) -> dict[str, np.ndarray]:
    """Everything over time, for one synapse."""
    from_ms, to_ms = view_ms(values, p)
    dt = np.array([float(values["dt_ms"])])
    script = scripts(p, dt)
    script.times_ms[0, END] = max(script.times_ms[0, END], to_ms)
    t_ms = np.linspace(from_ms, to_ms, VIEW_POINTS + 1)
    _, synapse, modulator, gates = play(physics, script, np.array([w]), t_ms, rng)
    seen = (script.spike_ms >= from_ms) & (script.spike_ms <= to_ms)
    spikes, who = script.spike_ms[seen] * 1e-3, script.spike_neuron[seen]
    eta, g_plus, g_minus = gates.T
    first = np.where(p.burst_nm != 0.0, p.delay_ms * 1e-3, np.nan)
    if not p.bursts_follow_every:
        first = first + (p.pairings - 1) * p.period_ms * 1e-3
    return {
        "t_s": t_ms * 1e-3, "pre_s": spikes[who == 0], "post_s": spikes[who == 1], "burst_s": first,
        "concentration_nm": modulator[0].T, "signal": modulator[1].T,
        "trace_ltp": synapse[1], "trace_ltd": synapse[2], "rate_per_s": eta, "gate_ltp": g_plus, "gate_ltd": g_minus,
        "product_per_s": eta * (g_plus * synapse[1] - g_minus * synapse[2]), "weight": synapse[0],
    }  # fmt: skip


@says_what_cannot_act
def effect(p, run) -> str:
    """One plain sentence: what the present state does to the synapse, and one more where a bound hides what it would do."""
    percent = float(run.final_percent)
    kind = "is strengthened" if percent > 100.5 else "is weakened" if percent < 99.5 else "hardly changes"
    return (
        f"After the protocol the synapse {kind}: {percent:.4g} % of its start ({float(run.start_weight):.3g} to {float(run.final_weight):.4g})."
        f"{bound_note(run.at_bound)}"
    )


def bound_note(at_bound: np.ndarray) -> str:
    """Which bound the weight meets, in the run itself or on which curves; at_bound (4, 2): see `OUTPUTS`."""
    notes = ""
    for met, bound in zip(
        at_bound.T, ("lower bound; start higher to see more", "upper bound; raise it to see more"), strict=True
    ):
        places = [name for name, hit in zip(CURVES, met[1:], strict=True) if hit]
        where = "The weight" if met[0] else f"On the {' and the '.join(places)} the weight" if places else ""
        notes += f" {where} is at its {bound}." if where else ""
    return notes


MEASURE = Measure("change of weight", "%", lambda run: run.final_percent - 100, lambda run: 0.0, seeds=1)

PRESETS = {
    "late_reward": {
        "title": "A reward 0.4 s late", "rule": "izhikevich_2007", "values": {},
        "note": "The trace is still two thirds alive when dopamine arrives: the weight steps up.",
        "source": "Izhikevich 2007",
    },
    "too_late": {
        "title": "A reward three seconds late", "rule": "izhikevich_2007", "values": {"da_delay_ms": 3000},
        "note": "The same burst finds a trace that has faded to 5 %. What would rescue it?", "source": "Izhikevich 2007",
    },
    "tonic_not_phasic": {
        "title": "The same dopamine, spread out", "rule": "izhikevich_2007", "values": {"da_burst_nm": 0.0, "da_tonic_nm": 50.0},
        "note": "A steady level reads every trace, also those that earned no reward.", "source": "Izhikevich 2007",
    },
    "history": {
        "title": "Every burst makes the next one smaller", "rule": "covariance_2010",
        "values": {"pairings": 40, "rate_hz": 0.5, "da_tonic_nm": 0.0, "eta_per_s": 2.0, "view": "run"},
        "note": "Forty pairings, each with the same burst. The running mean comes to expect it: the last pairings gain about a third of the first.",
        "source": "after Frémaux et al. 2010",
    },
    "d1_blocked": {
        "title": "D1 receptors blocked", "rule": "izhikevich_2007", "values": {"da_drug": "antagonist", "da_drug_dose": 200.0, "pairings": 60, "rate_hz": 0.1, "eta_per_s": 2.0},
        "note": "Sixty pairings at 0.1 Hz: without the receptor neither order changes the synapse.", "source": "Pawlak & Kerr 2008",
    },
    "band": {
        "title": "A window with a lower edge", "rule": "yagishita_2014", "values": {},
        "note": "With a trace that must rise first, dopamine can also come too early.", "source": "Yagishita et al. 2014",
    },
    "control_ca1": {
        "title": "CA1 without modulators", "rule": "brzosko_2017", "values": {},
        "note": "One hundred pairings: the classical window.", "source": "Brzosko et al. 2017",
    },
    "ach_during": {
        "title": "Acetylcholine during pairing", "rule": "brzosko_2017", "values": {"ach_tonic_nm": 1000.0, "ach_after_nm": -1000.0},
        "note": "Every order within 20 ms now depresses.", "source": "Brzosko et al. 2017",
    },
    "ach_then_da": {
        "title": "Acetylcholine, then dopamine", "rule": "brzosko_2017",
        "values": {"ach_tonic_nm": 1000.0, "ach_after_nm": -1000.0, "da_after_nm": 10_000.0},
        "note": "Dopamine after the pairings turns the depressed synapse into a potentiated one.", "source": "Brzosko et al. 2017",
    },
    "rate": {
        "title": "Fast pairing, slow pairing", "rule": "triplet_2006", "values": {},
        "note": "The same time difference does nothing at 1 Hz and much at 40 Hz.", "source": "Pfister & Gerstner 2006",
    },
    "two_keys": {
        "title": "Two traces, two keys", "rule": "he_2015", "values": {},
        "note": "Norepinephrine opens the LTP trace. Turn the order round: only serotonin finds that trace.", "source": "He et al. 2015",
    },
    "threshold": {
        "title": "Arousal moves the threshold", "rule": "triplet_2006", "values": {"dt_ms": -10, "ne_tonic_nm": 500.0, "ltp_amplitude_by_ne": 0.5},
        "note": "Norepinephrine makes potentiation larger, so that it outweighs depression at a lower rate: take it away and see where the rate curve crosses 100.",
        "source": "model, after Pfister & Gerstner 2006",
    },
    "cancelled": {
        "title": "A reward that comes too late for its trace", "rule": "izhikevich_2007",
        "values": {"trace_decay_by_ne": -0.9, "ne_burst_nm": 1000.0, "ne_delay_ms": 50, "swept": "ne"},
        "note": "Norepinephrine shortens traces: between pairing and dopamine it wipes the trace out, after dopamine it has nothing left to take.", "source": "model",
    },
    "balance": {
        "title": "Where two traces balance", "rule": "huertas_2016", "values": {},
        "note": "Move the burst towards the pairing: at 1.3 s the change passes through zero.", "source": "Huertas et al. 2016",
    },
}  # fmt: skip

REPEATED = {"pairings": 5, "rate_hz": 20.0}
WAKES = {
    r"after_from_s": {"da_after_nm": 200.0},
    r"burst_after|rate_hz": REPEATED,
    r"burst_spike_hz": {"burst_spikes": 3},
    r"view": {"observe_s": 20.0},
    r"swept": {f"{m}_burst_nm": 300.0 for m in MODULATORS} | {"ltp_gate_by_ach": 1.0, "ltp_gate_by_ht": -1.0},
}
