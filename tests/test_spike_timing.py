"""Where an experiment claims that the time of spikes matters, learning is gone when only the traces lose it.

In the traces alone each presynaptic train is replaced by an independent Poisson train of its own mean rate (`Circuit.stand_in`). Currents,
weights, postsynaptic spikes and modulators stay what they are: the cells hear what they heard before.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from claims import Sample, sample

import engine
from engine import loop
from engine.circuit import Circuit, all_to_all, one_to_one
from engine.dense import Events, Synapses, play_densely
from engine.dispatch import NoWorld
from engine.modulators import kinetics
from engine.neurons import Lif
from engine.parameters import struct
from engine.plasticity import ANCHOR, Rule, matrix
from engine.registry import experiments
from engine.settings import make

SEEDS = range(12)


def of_measure(name: str) -> Callable:
    """What an experiment is about: its measure at the end less before learning."""
    measure = experiments()[name].MEASURE
    return lambda run: float(measure.late(run)) - float(measure.early(run))


def dopamine_at_cue(run) -> float:
    """Dopamine at the cue less dopamine at the reward, last trials (nM)."""
    return float(run.late_cue_nm - run.late_reward_nm)


# What relies on when presynaptic neurons spike. In choice and navigation one set of neurons is active in all trials or from start to goal:
# a mean rate is enough to tell which action to strengthen, and they claim nothing about spikes.
TIMED = {
    "credit": ("target above the crowd, gain", of_measure("credit")),
    "instrumental": ("right answers, gain, %", of_measure("instrumental")),
    "perception": ("right answers, gain, %", of_measure("perception")),
    "conditioning": ("dopamine at the cue less at the reward, nM", dopamine_at_cue),
}


class Spy:
    """Builds circuits with stand-ins of these rates, and keeps the state of every run."""

    def __init__(self, patch: pytest.MonkeyPatch):
        self.rate_hz, self.states = None, []
        self.build, self.new_state = Circuit.build, loop.new_state
        patch.setattr(Circuit, "build", lambda circuit, h_ms: self.built(circuit, h_ms))
        patch.setattr(loop, "new_state", lambda *given: self.kept(*given))

    def built(self, circuit: Circuit, h_ms: float):
        sources = {p.source.start: p.source for p in circuit.projections if p.plastic}
        for cells in sources.values() if self.rate_hz is not None else ():
            other = circuit.poisson(f"in place of {cells.name}", cells.size, self.rate_hz[cells.start : cells.stop])
            circuit.stand_in(other, cells)
        return self.build(circuit, h_ms)

    def kept(self, *given):
        self.states.append(self.new_state(*given))
        return self.states[-1]

    def mean_rates_hz(self) -> np.ndarray:
        """Of every neuron in the longest run so far."""
        state = max(self.states, key=lambda s: s.clock[loop.DONE])
        return state.whole[loop.COUNT] / (1e-3 * state.clock[loop.DONE])


@cache
def learned(experiment: str) -> tuple[Sample, Sample]:
    """(with their own trains, with independent ones in the traces), over seeds."""
    _, measured = TIMED[experiment]
    tier, own, independent = experiments()[experiment].MEASURE.tier, [], []
    for seed in SEEDS:
        with pytest.MonkeyPatch.context() as patch:
            spy = Spy(patch)
            own.append(measured(engine.run(experiment, seed=seed, tier=tier)))
            spy.rate_hz = spy.mean_rates_hz()
            independent.append(measured(engine.run(experiment, seed=seed, tier=tier)))
    return sample(own), sample(independent)


@pytest.mark.claim
@pytest.mark.parametrize("experiment", list(TIMED))
def test_without_the_timing_of_presynaptic_spikes_in_the_traces_nothing_is_learned(claim, experiment):
    own, independent = learned(experiment)
    assert own.mean - 3.0 * own.error > 0.0
    assert independent.mean - 3.0 * independent.error <= 0.0
    assert independent.high < own.low
    text = f"{experiment}: learning needs the timing of presynaptic spikes ({TIMED[experiment][0]})"
    claim(text, own, independent, "independent trains of the same rates in the traces")


# The facility


def scripted(c: Circuit, name: str, size: int, spikes) -> object:
    step, who = np.array(spikes, np.int64).reshape(-1, 2).T
    return c.scripted(name, size, step, who)


def random_spikes(rng, steps: int, n: int) -> list[tuple[int, int]]:
    return [(k, int(i)) for k in range(steps) for i in np.flatnonzero(rng.random(n) < 0.05)]


@pytest.mark.parametrize("rule", ["izhikevich_2007", "brzosko_2017", "gerstner_2018"])
def test_a_stand_in_writes_the_traces_as_the_dense_twin_says(rule):
    """Weights are those of the stand-in's spikes alone; what the targets hear are those of the cells."""
    values = make("pairing", rule).values
    rng, n, steps = np.random.default_rng(3), 3, 400
    own, other, post = (random_spikes(rng, steps, n) for _ in range(3))
    c = Circuit()
    cells, goal = scripted(c, "cells", n, own), scripted(c, "goal", n, post)
    c.project("plastic", cells, goal, one_to_one(cells, goal), 0.4 * values["w_max"], 0.0, plastic=True)
    c.stand_in(scripted(c, "others", n, other), cells)
    net, weights, rates = c.build(1.0)
    law = struct(Rule, values), matrix(values), kinetics(values, ({},))
    job = loop.new_job(net, weights.copy(), rates, *law, 0.0, steps, loop.new_record(net))
    for k in (50, 210, 320):
        job.state.agenda[k, 0] = 400.0
    loop.simulate(job, NoWorld(), np.zeros(0), np.arange(steps + 1.0), np.random.default_rng(1))
    events = Events(tuple(other + [(k, i + n) for k, i in post]), ((50, 0, 400.0), (210, 0, 400.0), (320, 0, 400.0)))
    dense = play_densely(
        *law, np.arange(steps + 1.0), Synapses(np.arange(n), np.arange(n) + n, np.zeros(n, int)), events, weights
    )
    assert np.abs(dense.weight[-1] - weights).max() > 1e-3 * values["w_max"]
    np.testing.assert_allclose(job.syn[:, ANCHOR], dense.weight[-1], atol=1e-9 * values["w_max"])


def test_the_cells_go_on_to_drive_their_targets_and_a_stand_in_drives_none():
    """A strong fixed weight: as many output spikes as without a stand-in, and none from a stand-in alone."""
    values = make("pairing").values | {"eta_per_s": 1e-4}

    def output_spikes(cells_hz: float, others_hz: float, with_others: bool) -> int:
        c = Circuit()
        cells, goal = c.poisson("cells", 5, cells_hz), c.neurons("goal", 1, Lif())
        c.project("plastic", cells, goal, all_to_all(cells, goal), 0.5, plastic=True, gain_mv=60.0)
        if with_others:
            c.stand_in(c.poisson("others", 5, others_hz), cells)
        net, weights, rates = c.build(1.0)
        law = struct(Rule, values), matrix(values), kinetics(values, ({},))
        job = loop.new_job(net, weights, rates, *law, 0.0, 10, loop.new_record(net))
        loop.simulate(job, NoWorld(), np.zeros(0), np.arange(2001.0), np.random.default_rng(1))
        return int(job.state.whole[loop.COUNT, goal.start])

    assert output_spikes(20.0, 20.0, True) > 20 and output_spikes(20.0, 0.0, False) > 20
    assert output_spikes(0.0, 200.0, True) == 0


def test_one_stands_in_for_one():
    c = Circuit()
    cells, others = c.poisson("cells", 3, 1.0), c.poisson("others", 2, 1.0)
    with pytest.raises(ValueError, match="others has 2 neurons, cells has 3"):
        c.stand_in(others, cells)
