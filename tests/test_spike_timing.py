"""The jitter lesion: presynaptic spikes drive as before, but pair at a time displaced at random. How much of it
learning stands: docs/model.md.
"""

import numpy as np
import pytest

from engine import loop
from engine.circuit import Circuit, all_to_all, one_to_one
from engine.dense import Events, Synapses, play_densely
from engine.dispatch import NoWorld
from engine.loop import displacement
from engine.modulators import kinetics
from engine.neurons import Lif
from engine.parameters import struct
from engine.plasticity import ANCHOR, Rule, matrix
from engine.settings import make

BURSTS = ((50, 0, 400.0), (210, 0, 400.0), (320, 0, 400.0))


def scripted(c: Circuit, name: str, size: int, spikes) -> object:
    step, who = np.array(spikes, np.int64).reshape(-1, 2).T
    return c.scripted(name, size, step, who)


def random_spikes(rng, steps: int, n: int) -> list[tuple[int, int]]:
    return [(k, int(i)) for k in range(steps) for i in np.flatnonzero(rng.random(n) < 0.05)]


def play(c: Circuit, values, steps: int):
    """The job after so many steps with three bursts, and the weights and constants it began with."""
    net, weights, rates = c.build(1.0)
    law = struct(Rule, values), matrix(values), kinetics(values, ({},))
    job = loop.new_job(net, weights.copy(), rates, *law, 0.0, steps, loop.new_record(net))
    for k, m, nm in BURSTS:
        job.state.agenda[k, m] = nm
    loop.simulate(job, NoWorld(), np.zeros(0), np.arange(steps + 1.0), np.random.default_rng(1))
    return job, weights, law


@pytest.mark.parametrize("rule", ["izhikevich_2007", "brzosko_2017", "gerstner_2018"])
@pytest.mark.parametrize(("lag", "jitter"), [(5, 5), (20, 20), (20, 0), (60, 7)])
def test_displaced_pairings_are_those_of_displaced_trains_in_the_dense_twin(rule, lag, jitter):
    """The dense twin plays a train in which every spike stands where its pairing is."""
    values = make("pairing", rule).values
    rng, n, steps = np.random.default_rng(3), 3, 400
    post = random_spikes(rng, steps, n)
    apart = 2 * jitter + 3  # the twin knows one spike of a neuron in a step
    own = [(int(k), i) for i in range(n) for k in np.arange(i, steps - lag - jitter, apart) + rng.integers(3)]
    c = Circuit()
    cells, goal = scripted(c, "cells", n, own), scripted(c, "goal", n, post)
    c.project("plastic", cells, goal, one_to_one(cells, goal), 0.4 * values["w_max"], 0.0, plastic=True)
    c.displace(lag, jitter)
    job, weights, law = play(c, values, steps)
    moved = [(k + lag + displacement(i, k, jitter), i) for k, i in own]
    events = Events(tuple(moved + [(k, i + n) for k, i in post]), BURSTS)
    twin = Synapses(np.arange(n), np.arange(n) + n, np.zeros(n, int))
    dense = play_densely(*law, np.arange(steps + 1.0), twin, events, weights)
    assert np.abs(dense.weight[-1] - weights).max() > 1e-3 * values["w_max"]
    np.testing.assert_allclose(job.syn[:, ANCHOR], dense.weight[-1], atol=1e-9 * values["w_max"])


def test_a_displacement_is_uniform_of_mean_zero_and_independent_of_neuron_and_step():
    for jitter in (0, 5, 100):
        by = np.array([[displacement(i, n, jitter) for n in range(400)] for i in range(50)])
        assert np.abs(by).max() <= jitter
        if jitter == 0:
            continue
        sides = 2 * jitter + 1
        assert by.mean() == pytest.approx(0.0, abs=4 * np.sqrt((sides**2 - 1) / 12 / by.size))
        assert by.var() == pytest.approx((sides**2 - 1) / 12, rel=0.05)
        for one, next_one in ((by[:, :-1], by[:, 1:]), (by[:-1], by[1:])):
            assert abs(np.corrcoef(one.ravel(), next_one.ravel())[0, 1]) < 4 / np.sqrt(one.size)


def test_what_the_targets_hear_does_not_hang_on_the_jitter():
    """A strong weight that does not learn: the same output spikes with and without jitter, and as many as without lag."""
    values = make("pairing").values | {"eta_per_s": 1e-4}

    def output(*by_ms: float):
        c = Circuit()
        cells, goal = c.poisson("cells", 5, 20.0), c.neurons("goal", 1, Lif())
        c.project("plastic", cells, goal, all_to_all(cells, goal), 0.5, plastic=True, gain_mv=60.0)
        if by_ms:
            c.displace(*by_ms)
        net, weights, rates = c.build(1.0)
        law = struct(Rule, values), matrix(values), kinetics(values, ({},))
        log = loop.new_log(0.0, 2000.0, 2000)
        job = loop.new_job(net, weights, rates, *law, 0.0, 10, loop.new_record(net), log)
        loop.simulate(job, NoWorld(), np.zeros(0), np.arange(2001.0), np.random.default_rng(1))
        return log.ms[: log.size[0]][log.neuron[: log.size[0]] == goal.start]

    plain, late, jittered = output(), output(40.0, 0.0), output(40.0, 40.0)
    assert plain.size > 20
    np.testing.assert_array_equal(late, jittered)
    np.testing.assert_array_equal(late, plain[plain < 1960.0] + 40.0)


def test_a_jitter_needs_a_lag_of_at_least_its_size():
    with pytest.raises(ValueError, match="a jitter of 5 ms needs a lag of at least that, got 3 ms"):
        Circuit().displace(3.0, 5.0)
