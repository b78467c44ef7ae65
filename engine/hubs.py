"""Hubs: small groups of neurons that release a modulator when they spike. The same parts in every experiment that has them.

A modulator is *scripted* (the experiment's events release bursts) or *emergent*: every spike of its hub raises it by `burst_nm` / n, after
`delay_ms`, with n neurons in the hub. So `burst_nm` is the rise when each of them spikes once. What drives them, with rates r of reward
neurons, V of the critic, S of stimulus neurons (time constant of the synapses in brackets; [.]+ by the threshold):

    (H1)  DA    tonic + r(t) + f V(t) - g V(t - d)      prediction error: reward, value now, value before (20 ms)
    (H2)  up    [  r(t) + f V(t) - g V(t - d) ]+        better than expected     } two groups without a modulator of
          down  [ -r(t) - f V(t) + g V(t - d) ]+        worse than expected      } their own; f, g times 0.85 (50 ms)
    (H3)  ACh   tonic + U + N                           expected uncertainty and novelty (100 ms)
          U     mean of (up + down)                     over 12 outcomes; of `down` alone where `uncertain` says so
          N     [ S - F ]+,   F = mean of S             a stimulus, less how often it came within 40 outcomes
    (H4)  NE    tonic + [ sum of down - U ]+            unexpected uncertainty: a run of disappointments (3 outcomes)
    (H5)  5-HT  tonic + mean of r                       average outcome (20 s)

With a reward of probability p that is known, up = down = p (1 - p) on average, so U is largest at p = 1/2 and vanishes at 0 and 1. One
disappointment among many rewards hardly drives NE, several in a row do, and where disappointments are common U takes them away.

Model choices: memories of uncertainty and familiarity are counted in outcomes (`Pace`), and what is familiar inhibits; one signed projection
stands for a relay through interneurons; all four hubs are integrate-and-fire neurons with noise; sizes and weights are those below, set so
that a value or a reward of 1 takes the DA hub from its tonic rate of about 10 Hz to about 20 Hz, and a loss of 1 to about 3 Hz.

Schultz W, Dayan P, Montague PR (1997) Science 275:1593 (DA). Yu AJ, Dayan P (2005) Neuron 46:681 (ACh as expected, NE as unexpected
uncertainty; what was to be expected is taken away from NE). Doya K (2002) Neural Netw 15:495 (5-HT and slow time scales).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np

from engine.bursts import Bursts, bursts
from engine.circuit import NO_AREA, Circuit, Population, all_to_all
from engine.dispatch import NoWorld
from engine.loop import Job, simulate
from engine.modulators import LABELS, MODULATORS
from engine.neurons import Lif
from engine.parameters import Field, Param, Value, declared, fields
from engine.plasticity import without_learning

EMERGENT = "emergent"


# fmt: off
class Source(NamedTuple):
    """Where a modulator comes from; for each modulator that has a hub in the experiment, with its prefix (`da_source`)."""

    source: Annotated[str, Param(choices=("scripted", "emergent"), doc="who releases it: the events of the task by script, or a hub of neurons", level="core", label="source")] = "scripted"
    hub_noise_mv: Annotated[float, Param("mV", 0, 10, "standard deviation of the membrane potential that noise causes in the hub's neurons (emergent)", soft=(0, 8), label="hub noise", step=0.02)] = 4.56


class Expectation(NamedTuple):
    """What the hubs know of value; in the group of dopamine."""

    value_delay_ms: Annotated[int, Param("ms", 20, 2000, "how much older the value is that the hub subtracts (emergent)", log=True, soft=(20, 1000), level="core", label="value delay", step=10)] = 100
    value_now: Annotated[float, Param("", 0, 2, "share of the present value that is added: 1 as in temporal-difference learning, 0 as in Rescorla-Wagner", level="core", label="value now", step=0.05)] = 1.0
    value_gain: Annotated[float, Param("", 0, 2, "share of the earlier value that is subtracted: 0 is a hub that expects nothing", level="core", label="expectation", step=0.05)] = 1.0
# fmt: on


def hub_fields(modulators: tuple[str, ...], know_value: bool = True) -> dict[str, Field]:
    """The fields of the hubs of these modulators, prefixed; know_value: whether a critic tells them what is to be expected."""
    out = {}
    for m in modulators:
        for declaration in (Source, Expectation) if m == "da" and know_value else (Source,):
            for name, field in fields(declaration, group=m).items():
                out[f"{m}_{name}"] = Field(f"{m}_{name}", field.kind, field.default, field.param, m)
    return out


N_HUB = {"da": 24, "ach": 12, "ne": 12, "ht": 12}
N_SURPRISE, N_MEAN, N_NOVELTY, N_FAMILIAR = 10, 6, 6, 4
UNIT_HZ = 800.0  # spikes per second of a whole group that stand for a value or a reward of 1
UNIT_MV = 4.0  # what they add to the drive of a DA neuron
TONIC_MV = {"da": 11.0, "ach": 9.0, "ne": 9.0, "ht": 10.5}
SYNAPSE_MS = {"da": 20.0, "ach": 100.0, "ht": 20_000.0}
# Surprise: drive by a surprise of 1 (mV), weight of value, synapses (ms). The DA hub cannot fall as far as it can rise, so a critic settles
# above what is paid; the weight makes up for that.
SURPRISE_MV, VALUE_IN_SURPRISE, SURPRISE_MS = 14.0, 0.85, 50.0
SURPRISE_SPIKES = 3.0  # of each surprise neuron at a surprise of 1
SURPRISE_CELL = Lif(bias_mv=9.5, noise_mv=1.83, tau_syn_ms=SURPRISE_MS)
# Memories, in outcomes: of the mean surprise, of the surprise that NE adds up, of a stimulus seen
MEAN_OUTCOMES, NE_OUTCOMES, FAMILIAR_OUTCOMES = 12.0, 3.0, 40.0
GROUP_HZ = 20.0  # rate of a neuron of the groups below that stands for 1
# Bias of their neurons and drive by what is 1 (mV)
MEAN_BIAS_MV, SURPRISE_TO_MEAN_MV, MEAN_TO_ACH_MV = 9.0, 24.0, 8.0
NEW_BIAS_MV, STIMULUS_TO_NEW_MV, FAMILIAR_TO_NEW_MV, NEW_TO_ACH_MV = 9.0, 20.0, 20.0, 10.0
FAMILIAR_BIAS_MV, STIMULUS_TO_FAMILIAR_MV = 11.0, 28.0
SURPRISE_TO_NE_MV, ACH_TO_NE_MV, REWARD_TO_HT_MV = 14.0, 3.0, 40.0
GROUP_NOISE_MV = 1.83
WARM_UP = ((-5000, -4000, 200.0), (-4000, 0, 2000.0))  # from and to (ms), memory of the running means (ms)
WARM_UP_MS = 5000
# Reward neurons where there is no critic, and how long they fire: each neuron of a quiet DA hub then spikes about once
N_REWARD, REWARD_MS = 10, 150


def expectation(values: Mapping[str, Value]) -> Expectation:
    """What the hubs of these settings know of value."""
    return declared(Expectation, {name: values[f"da_{name}"] for name in Expectation._fields})


class Pace(NamedTuple):
    """From one outcome to the next, for memories counted in outcomes, and how long the stimulus lasts in between (ms)."""

    outcome_ms: float = 1000.0
    stimulus_ms: float = 1000.0


EVERY_SECOND = Pace()  # where no experiment says how often outcomes come


@dataclass(frozen=True)
class Drive:
    """A group of neurons that drives the hubs; unit_hz: its summed rate (spikes per second) that stands for 1."""

    group: Population
    unit_hz: float = UNIT_HZ


def emergent(values: Mapping[str, Value]) -> list[str]:
    """The modulators that a hub releases."""
    return [m for m in MODULATORS if values.get(f"{m}_source") == EMERGENT]


def ahead_ms(values: Mapping[str, Value]) -> int:
    """Steps before time 0, in which the hubs begin to fire (`warm_up`); none where nothing is emergent."""
    return WARM_UP_MS if emergent(values) else 0


def scripted_bursts(values: Mapping[str, Value]) -> Bursts:
    """The bursts that events release: none of a modulator that a hub releases."""
    from_hub = set(emergent(values))
    return bursts({**values, **{f"{m}_burst_nm": 0.0 for m in from_hub}})


def add_hubs(
    c: Circuit,
    values: Mapping[str, Value],
    reward: Drive,
    value: Drive | None = None,
    stimulus: Drive | None = None,
    uncertain=("up", "down"),
    da_cells: int = N_HUB["da"],
    pace: Pace = EVERY_SECOND,
) -> dict[str, Population]:
    """The hubs of all emergent modulators, by modulator; "up" and "down" where surprise is needed (H1 to H5).

    uncertain: which surprises ACh averages. Where a cue of its own is a good surprise, only disappointments tell how far it can be relied on.
    da_cells: neurons of the DA hub; what they release together does not hang on their number, how much it fluctuates does.
    """
    size = N_HUB | {"da": da_cells}
    hubs = {m: c.neurons(f"{LABELS[m]} hub", size[m], hub_cell(values, m, pace), NO_AREA) for m in emergent(values)}
    for m, hub in hubs.items():
        c.release(
            hub,
            MODULATORS.index(m),
            float(values[f"{m}_burst_nm"]) / size[m],
            max(float(values[f"{m}_delay_ms"]), 0.0),
        )
    if "da" in hubs:
        prediction_error(c, values, hubs["da"], 1.0, reward, value)
    if "ach" in hubs or "ne" in hubs:
        uncertainty(c, values, hubs, reward, value, uncertain, pace)
    if "ach" in hubs and stimulus is not None:
        novelty(c, hubs, stimulus, pace)
    if "ht" in hubs:
        join(c, reward, hubs["ht"], REWARD_TO_HT_MV, SYNAPSE_MS["ht"])
    return hubs


def hub_cell(values: Mapping[str, Value], m: str, pace: Pace) -> Lif:
    """A neuron of the hub of modulator m."""
    tau_syn_ms = SYNAPSE_MS.get(m, NE_OUTCOMES * pace.outcome_ms)
    return Lif(bias_mv=TONIC_MV[m], noise_mv=float(values[f"{m}_hub_noise_mv"]), tau_syn_ms=tau_syn_ms)


def join(
    c: Circuit, source: Drive, goal: Population, drive_mv: float, tau_syn_ms: float, delay_ms: float = 1.0, pairs=None
) -> None:
    """A fixed projection, each onto each or these pairs: the source at its unit rate drives a neuron of the goal by drive_mv, on average.

    A spike of weight w adds w mV that fades by exp(-h/tau_syn) in each step h, so a rate of r spikes per second adds r w / (1 - exp(-h/tau_syn))
    per step of h = 1 ms.
    """
    if drive_mv == 0.0:
        return
    weight = abs(drive_mv) / (source.unit_hz * 1e-3) * (1.0 - np.exp(-1.0 / tau_syn_ms))
    name = f"{source.group.name} to {goal.name}, {delay_ms:g} ms"
    pairs = all_to_all(source.group, goal) if pairs is None else pairs
    c.project(name, source.group, goal, pairs, weight, delay_ms, gain_mv=np.sign(drive_mv))


def prediction_error(
    c: Circuit,
    values: Mapping[str, Value],
    goal: Population,
    sign: float,
    reward: Drive,
    value: Drive | None,
    tau_syn_ms: float = SYNAPSE_MS["da"],
    value_weight: float = 1.0,
) -> None:
    """(H1, H2): reward and value now with this sign, value before with the other."""
    join(c, reward, goal, sign * UNIT_MV, tau_syn_ms)
    if value is not None:
        value_mv = sign * UNIT_MV * value_weight
        join(c, value, goal, value_mv * float(values["da_value_now"]), tau_syn_ms)
        before_ms = 1.0 + float(values["da_value_delay_ms"])
        join(c, value, goal, -value_mv * float(values["da_value_gain"]), tau_syn_ms, before_ms)


def uncertainty(c: Circuit, values, hubs: dict[str, Population], reward, value, uncertain, pace: Pace) -> None:
    """(H2 to H4): surprise of either sign, its mean over many outcomes for ACh, and over few, less that mean, for NE."""
    mean_ms, ne_ms = MEAN_OUTCOMES * pace.outcome_ms, NE_OUTCOMES * pace.outcome_ms
    mean = hubs["uncertainty"] = c.neurons("uncertainty", N_MEAN, group_cell(MEAN_BIAS_MV, mean_ms), NO_AREA)
    for name, sign in (("up", 1.0), ("down", -1.0)):
        hubs[name] = c.neurons(name, N_SURPRISE, SURPRISE_CELL, NO_AREA)
        prediction_error(
            c, values, hubs[name], sign * SURPRISE_MV / UNIT_MV, reward, value, SURPRISE_MS, VALUE_IN_SURPRISE
        )
        surprise = Drive(hubs[name], N_SURPRISE * SURPRISE_SPIKES / (1e-3 * pace.outcome_ms))
        if name in uncertain:
            join(c, surprise, mean, SURPRISE_TO_MEAN_MV, mean_ms)
        if "ne" in hubs and name == "down":
            join(c, surprise, hubs["ne"], SURPRISE_TO_NE_MV, ne_ms)
    expected = Drive(mean, N_MEAN * GROUP_HZ)
    if "ach" in hubs:
        join(c, expected, hubs["ach"], MEAN_TO_ACH_MV, SYNAPSE_MS["ach"])
    if "ne" in hubs:
        join(c, expected, hubs["ne"], -ACH_TO_NE_MV, ne_ms)


def novelty(c: Circuit, hubs: dict[str, Population], stimulus: Drive, pace: Pace) -> None:
    """(H3): a stimulus drives novelty neurons and, slowly, familiarity neurons that inhibit them."""
    familiar_ms, fast_ms = FAMILIAR_OUTCOMES * pace.outcome_ms, SYNAPSE_MS["da"]
    new = hubs["novelty"] = c.neurons("novelty", N_NOVELTY, group_cell(NEW_BIAS_MV, fast_ms), NO_AREA)
    familiar = hubs["familiarity"] = c.neurons(
        "familiarity", N_FAMILIAR, group_cell(FAMILIAR_BIAS_MV, familiar_ms), NO_AREA
    )
    usual = Drive(stimulus.group, stimulus.unit_hz * pace.stimulus_ms / pace.outcome_ms)
    join(c, stimulus, new, STIMULUS_TO_NEW_MV, fast_ms)
    join(c, usual, familiar, STIMULUS_TO_FAMILIAR_MV, familiar_ms)
    join(c, Drive(familiar, N_FAMILIAR * GROUP_HZ), new, -FAMILIAR_TO_NEW_MV, fast_ms)
    join(c, Drive(new, N_NOVELTY * GROUP_HZ), hubs["ach"], NEW_TO_ACH_MV, SYNAPSE_MS["ach"])


def group_cell(bias_mv: float, tau_syn_ms: float) -> Lif:
    """A neuron of the groups that drive ACh and NE."""
    return Lif(bias_mv=bias_mv, noise_mv=GROUP_NOISE_MV, tau_syn_ms=tau_syn_ms)


def warm_up(job: Job, rng: np.random.Generator) -> None:
    """Run WARM_UP_MS in which nothing happens but tonic firing and nothing is learned, so that levels and their running means begin where they belong.

    The means first follow quickly, then average over seconds. The job's clock then stands at step WARM_UP_MS, its time at 0.
    """
    for begin_ms, end_ms, mean_ms in WARM_UP:
        rule, still = without_learning(job.rule, job.matrix)
        quick = job._replace(kin=job.kin._replace(baseline_tau_ms=mean_ms), rule=rule, matrix=still)
        simulate(quick, NoWorld(), np.zeros(0), np.arange(begin_ms, end_ms + 1.0), rng)
