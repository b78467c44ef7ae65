"""Hubs: small groups of neurons that release a modulator when they spike. The same parts in every experiment that has them.

A modulator is *scripted* (the experiment's events release bursts) or *emergent*: every spike of its hub raises it by `burst_nm` / n, after
`delay_ms`, with n neurons in the hub. So `burst_nm` is the rise when each of them spikes once. What drives them, with rates r of reward
neurons, V of the critic, S of stimulus neurons (time constant of the synapses in brackets; [.]+ by the threshold):

    (H1)  DA    tonic + r(t) + f V(t) - g V(t - d)      prediction error: reward, value now, value before (20 ms)
    (H2)  up    [  r(t) + f V(t) - g V(t - d) ]+        better than expected     } two groups without a modulator of their own,
          down  [ -r(t) - f V(t) + g V(t - d) ]+        worse than expected      } DA's drive with either sign, but no tonic rate
    (H3)  ACh   tonic + mean of (up + down) + [S - V]   expected uncertainty and novelty: slow average of surprise (8 s), of either kind or of
                                                        disappointments alone, and of a stimulus whose value is not known yet
    (H4)  NE    tonic + up + down - ACh                 unexpected uncertainty: surprise now, less what was to be expected (100 ms)
    (H5)  5-HT  tonic + mean of r                       average outcome (20 s)

d: `da_value_delay_ms`. f, g: `da_value_now`, `da_value_gain`, 1 for a full comparison. A critic that knows the reward makes r + V(t) - V(t - d)
vanish at the reward and rise at the first sign of it: the error of temporal-difference learning, with a step of d and without discount. With f = 0
only what comes is compared with what was expected, as in Rescorla and Wagner (1972).

Model choices: one signed projection stands for a relay through interneurons; all four hubs are integrate-and-fire neurons with noise;
sizes and weights are those below, set so that a value or a reward of 1 takes the DA hub from its tonic rate of about 10 Hz to about
20 Hz, and a loss of 1 to about 3 Hz.

Schultz W, Dayan P, Montague PR (1997) Science 275:1593 (DA). Yu AJ, Dayan P (2005) Neuron 46:681 (ACh as expected, NE as unexpected
uncertainty, ACh sets the threshold of NE). Doya K (2002) Neural Netw 15:495 (5-HT and slow time scales).
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
N_SURPRISE = 10
UNIT_HZ = 800.0  # spikes per second of a whole group that stand for a value or a reward of 1
UNIT_MV = 4.0  # what they add to the drive of a DA neuron
TONIC_MV = {"da": 11.0, "ach": 8.0, "ne": 10.0, "ht": 10.5}
SURPRISE_MV = 10.0  # what a surprise of 1 adds to the drive of a surprise neuron: below about 0.5 it stays silent
# Drive (mV) by what is 1 on average, and the time constant of the synapses of each hub (ms)
SURPRISE_TO_ACH_MV, NOVELTY_TO_ACH_MV, SURPRISE_TO_NE_MV, ACH_TO_NE_MV, REWARD_TO_HT_MV = 40.0, 10.0, 20.0, 0.25, 40.0
SYNAPSE_MS = {"da": 20.0, "ach": 8000.0, "ne": 100.0, "ht": 20_000.0}
SURPRISE_CELL = Lif(bias_mv=9.5, noise_mv=1.83, tau_syn_ms=SYNAPSE_MS["da"])
WARM_UP = ((-5000, -4000, 200.0), (-4000, 0, 2000.0))  # from and to (ms), memory of the running means (ms)
WARM_UP_MS = 5000
# Reward neurons where there is no critic, and how long they fire: each neuron of a quiet DA hub then spikes about once
N_REWARD, REWARD_MS = 10, 150


def expectation(values: Mapping[str, Value]) -> Expectation:
    """What the hubs of these settings know of value."""
    return declared(Expectation, {name: values[f"da_{name}"] for name in Expectation._fields})


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
) -> dict[str, Population]:
    """The hubs of all emergent modulators, by modulator; "up" and "down" where surprise is needed (H1 to H5).

    uncertain: which surprises ACh averages. Where a cue of its own is a good surprise, only disappointments tell how far it can be relied on.
    da_cells: neurons of the DA hub; what they release together does not hang on their number, how much it fluctuates does.
    """
    size = N_HUB | {"da": da_cells}
    hubs = {m: c.neurons(f"{LABELS[m]} hub", size[m], hub_cell(values, m), NO_AREA) for m in emergent(values)}
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
        for name, sign in (("up", 1.0), ("down", -1.0)):
            hubs[name] = c.neurons(name, N_SURPRISE, SURPRISE_CELL, NO_AREA)
            prediction_error(c, values, hubs[name], sign * SURPRISE_MV / UNIT_MV, reward, value)
            surprise_to(c, hubs, hubs[name], ("ach", "ne") if name in uncertain else ("ne",))
    if "ach" in hubs:
        novelty(c, hubs["ach"], value, stimulus)
    if "ach" in hubs and "ne" in hubs:
        join(c, Drive(hubs["ach"], N_HUB["ach"] * 1.0), hubs["ne"], -ACH_TO_NE_MV, SYNAPSE_MS["ne"])
    if "ht" in hubs:
        join(c, reward, hubs["ht"], REWARD_TO_HT_MV, SYNAPSE_MS["ht"])
    return hubs


def hub_cell(values: Mapping[str, Value], m: str) -> Lif:
    """A neuron of the hub of modulator m."""
    return Lif(bias_mv=TONIC_MV[m], noise_mv=float(values[f"{m}_hub_noise_mv"]), tau_syn_ms=SYNAPSE_MS[m])


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
    c: Circuit, values: Mapping[str, Value], goal: Population, sign: float, reward: Drive, value: Drive | None
) -> None:
    """(H1, H2): reward and value now with this sign, value before with the other."""
    join(c, reward, goal, sign * UNIT_MV, SYNAPSE_MS["da"])
    if value is not None:
        join(c, value, goal, sign * UNIT_MV * float(values["da_value_now"]), SYNAPSE_MS["da"])
        before_mv = sign * UNIT_MV * float(values["da_value_gain"])
        join(c, value, goal, -before_mv, SYNAPSE_MS["da"], 1.0 + float(values["da_value_delay_ms"]))


def surprise_to(c: Circuit, hubs: Mapping[str, Population], group: Population, goals: tuple[str, ...]) -> None:
    """(H3, H4): a group of surprise neurons drives ACh (slowly) and NE (at once), those of them that are goals."""
    for m, drive_mv in (("ach", SURPRISE_TO_ACH_MV), ("ne", SURPRISE_TO_NE_MV)):
        if m in hubs and m in goals:
            join(c, Drive(group, N_SURPRISE * 20.0), hubs[m], drive_mv, SYNAPSE_MS[m])


def novelty(c: Circuit, hub: Population, value: Drive | None, stimulus: Drive | None) -> None:
    """(H3): a stimulus drives ACh, and the value it has gained takes that away."""
    if stimulus is not None:
        join(c, stimulus, hub, NOVELTY_TO_ACH_MV, SYNAPSE_MS["ach"])
        if value is not None:
            join(c, value, hub, -NOVELTY_TO_ACH_MV, SYNAPSE_MS["ach"])


def warm_up(job: Job, rng: np.random.Generator) -> None:
    """Run WARM_UP_MS in which nothing happens but tonic firing and nothing is learned, so that levels and their running means begin where they belong.

    The means first follow quickly, then average over seconds. The job's clock then stands at step WARM_UP_MS, its time at 0.
    """
    for begin_ms, end_ms, mean_ms in WARM_UP:
        rule, still = without_learning(job.rule, job.matrix)
        quick = job._replace(kin=job.kin._replace(baseline_tau_ms=mean_ms), rule=rule, matrix=still)
        simulate(quick, NoWorld(), np.zeros(0), np.arange(begin_ms, end_ms + 1.0), rng)
