"""The spike-response neuron with escape noise: its potential and its rate against formulas, and a run that its world
ends.
"""

from typing import NamedTuple

import numpy as np
import pytest

from engine.circuit import Circuit, all_to_all
from engine.dispatch import NoWorld, world
from engine.loop import COUNT, DONE, EPS, NEXT, V, halt, new_job, new_log, new_record, rest, simulate
from engine.modulators import kinetics, modulator_fields
from engine.neurons import Escape
from engine.plasticity import ANCHOR, E_PLUS, EXCITABILITY, EXPLORATION_NOISE, ROWS, Rule

VALUES = {name: f.default for name, f in modulator_fields().items()} | {"baseline_tau_s": 60.0}
SILENT = Escape(rate0_hz=1e-12)
STEPS = np.array([1, 4, 4, 30])  # of the arriving spikes; two at once come from two sources
SOURCE = np.array([0, 0, 1, 1])
STRENGTH = np.array([3.0, -1.5])


def escape_job(
    model: Escape, size: int = 1, matrix=None, tonic_nm: float = 0.0, h_ms: float = 1.0, stop_ms: float = 1e9
):
    """Two scripted sources onto neurons of this model, with input 3 mV and -1.5 mV."""
    c = Circuit()
    source = c.scripted("source", 2, (STEPS / h_ms).astype(int), SOURCE)
    cells = c.neurons("cells", size, model)
    for k, name in enumerate(("up", "down")):
        pairs = np.full(size, source.start + k), cells.ids
        c.project(name, source, cells, pairs, abs(STRENGTH[k]), 0.0, gain_mv=float(np.sign(STRENGTH[k])))
    net, weights, rates = c.build(h_ms)
    kin = kinetics(VALUES | {"ach_tonic_nm": tonic_nm, "ach_ec50_nm": 1.0}, ({},))
    m = np.zeros((len(ROWS), 4)) if matrix is None else matrix
    return new_job(
        net, weights, rates, Rule(pairing=0.0), m, kin, 0.0, 10, new_record(net), new_log(0.0, stop_ms, 200_000)
    )


def potential(t_ms: float, model: Escape) -> float:
    """Sum of c (exp(-s/tau_m) - exp(-s/tau_s)) over the arrived spikes."""
    s, c = t_ms - STEPS, STRENGTH[SOURCE]
    return float((c * (np.exp(-s / model.tau_m_ms) - np.exp(-s / model.tau_syn_ms)))[s >= 0].sum())


@pytest.mark.parametrize("h_ms", [1.0, 0.5])
def test_the_epsp_is_a_difference_of_exponentials(h_ms):
    """Whatever the length of a step."""
    for t_ms in (2.0, 5.0, 13.0, 60.0):
        job = escape_job(SILENT, h_ms=h_ms)
        simulate(job, NoWorld(0.0), np.zeros(0), np.arange(0.0, t_ms + 1.5 * h_ms, h_ms), np.random.default_rng(0))
        assert job.state.cell[V, 2] == pytest.approx(potential(t_ms, SILENT), abs=1e-12)


def test_excitability_scales_what_arrives():
    matrix = np.zeros((len(ROWS), 4))
    matrix[EXCITABILITY, 1] = 1.0
    job = escape_job(SILENT, matrix=matrix, tonic_nm=0.5)
    simulate(job, NoWorld(0.0), np.zeros(0), np.arange(15.0), np.random.default_rng(0))
    assert job.state.cell[V, 2] == pytest.approx(1.5 * potential(13.0, SILENT), abs=1e-12)


def refractory_hazard(model: Escape, steps: int, width_mv: float) -> np.ndarray:
    """Integral of the rate in each step after a spike: rho0 h exp((bias + chi exp(-t/tau_m) - theta)/du)."""
    u = model.bias_mv + model.refractory_mv * np.exp(-np.arange(1, steps + 1) / model.tau_m_ms)
    return 1e-3 * model.rate0_hz * np.exp((u - model.theta_mv) / width_mv)


@pytest.mark.parametrize("widened", [False, True])
def test_spikes_escape_at_the_stated_rate(widened):
    """Intervals without input follow P(no spike until t) = exp(-sum of the hazard); so does the mean count. Also with
    modulated noise.
    """
    model, size, total = Escape(bias_mv=15.0, refractory_mv=-10.0), 60, 20_000
    matrix = np.zeros((len(ROWS), 4))
    matrix[EXPLORATION_NOISE, 1] = 1.0 if widened else 0.0
    job = escape_job(model._replace(deaf_ms=1e9), size, matrix, 1.0)
    job.state.cell[EPS, 2:] = 0.0  # all start with a spike, deaf to the scripted input
    job.state.whole[NEXT, 2:] = 0
    simulate(job, NoWorld(0.0), np.zeros(0), np.arange(total + 1.0), np.random.default_rng(1))
    n = int(job.log.size[0])
    spikes = [job.log.ms[:n][job.log.neuron[:n] == i] for i in range(2, 2 + size)]
    intervals = np.concatenate([np.diff(s) for s in spikes])
    survival = np.exp(-np.cumsum(refractory_hazard(model, 400, 4.0 if widened else 2.0)))
    for t_ms in (5, 15, 30, 60):
        error = np.sqrt(survival[t_ms - 1] * (1 - survival[t_ms - 1]) / intervals.size)
        assert (intervals > t_ms).mean() == pytest.approx(survival[t_ms - 1], abs=4 * error), t_ms
    assert intervals.size > 10_000


@pytest.mark.parametrize(("arrives", "heard"), [(2, False), (3, False), (4, True)])
def test_a_spike_forgets_its_input_and_hears_nothing_for_a_moment(arrives, heard):
    """Afterwards u = chi exp(-t/tau_m) and what arrived later than deaf_ms after the spike; here it is certain to fall
    in step 2.
    """
    c, model = Circuit(), Escape(noise_mv=0.05, deaf_ms=1.0)
    source = c.scripted("source", 2, np.array([1, arrives]), np.array([0, 1]))
    cell = c.neurons("cell", 1, model)
    c.project("input", source, cell, (source.ids, np.full(2, cell.start)), np.array([1000.0, 3.0]), 0.0)
    net, weights, rates = c.build(1.0)
    job = new_job(
        net,
        weights,
        rates,
        Rule(pairing=0.0),
        np.zeros((len(ROWS), 4)),
        kinetics(VALUES, ({},)),
        0.0,
        10,
        new_record(net),
        new_log(0, 99, 9),
    )
    simulate(job, NoWorld(0.0), np.zeros(0), np.arange(22.0), np.random.default_rng(0))
    assert job.log.ms[: int(job.log.size[0])][job.log.neuron[: int(job.log.size[0])] == 2].tolist() == [2.0]
    age = 20.0 - arrives
    later = 3.0 * (np.exp(-age / 20.0) - np.exp(-age / 5.0)) if heard else 0.0
    assert job.state.cell[V, 2] == pytest.approx(-5.0 * np.exp(-18.0 / 20.0) + later, abs=1e-12)


def stop_at(w, memory, state, slot, n, t_ms, h_ms, rng):
    """End the run in a given step."""
    memory[0] += 1.0
    if n == w.step:
        halt(state)


@world(stop_at)
class Stopper(NamedTuple):
    """Ends the run."""

    step: int


def plastic_job():
    """Ten sources onto two neurons, learning at once and through traces."""
    c = Circuit()
    inputs = c.poisson("inputs", 10, 40.0)
    cells = c.neurons("cells", 2, Escape(bias_mv=14.0))
    c.project("plastic", inputs, cells, all_to_all(inputs, cells), 0.5, 1.0, plastic=True, gain_mv=2.0)
    net, weights, rates = c.build(1.0)
    rule = Rule(pairing=0.0, phi_plus=0.1, phi_minus=0.1, gate_plus=0.5, gate_minus=-0.5, eta_per_s=0.5)
    matrix, kin = np.zeros((len(ROWS), 4)), kinetics(VALUES, ({},))
    return new_job(net, weights, rates, rule, matrix, kin, 0.0, 10, new_record(net), new_log(0.0, 1e9, 10_000))


def test_a_run_that_its_world_ends_goes_on_as_if_it_had_not():
    whole, parts, rngs = plastic_job(), plastic_job(), [np.random.default_rng(3) for _ in range(2)]
    simulate(whole, Stopper(-1), np.zeros(1), np.arange(1001.0), rngs[0])
    memory = np.zeros(1)
    simulate(parts, Stopper(400), memory, np.arange(1001.0), rngs[1])
    assert parts.state.clock[DONE] == 401 == memory[0]
    simulate(parts, Stopper(400), memory, np.arange(401.0, 1001.0), rngs[1])
    assert parts.state.clock[DONE] == 1000 == memory[0]
    assert np.array_equal(whole.state.whole[COUNT], parts.state.whole[COUNT]) and whole.state.whole[COUNT].min() > 5
    np.testing.assert_allclose(parts.syn, whole.syn, rtol=0, atol=1e-12)
    assert np.abs(whole.syn[:, ANCHOR] - 0.5).max() > 0.05


def test_rest_leaves_the_weights_and_nothing_else():
    job, fresh = plastic_job(), plastic_job()
    simulate(job, NoWorld(0.0), np.zeros(0), np.arange(501.0), np.random.default_rng(3))
    before = job.syn[:, ANCHOR].copy()
    rest(job, 500.0)
    assert np.array_equal(job.syn[:, ANCHOR], before) and not job.syn[:, E_PLUS:].any()
    assert np.array_equal(job.state.cell, fresh.state.cell) and np.array_equal(job.state.pre, fresh.state.pre)
    assert not job.state.ring.any() and not job.state.agenda.any() and job.state.clock[DONE] == 500
