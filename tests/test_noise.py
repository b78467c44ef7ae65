"""Units of noise: `noise_mv` of an integrate-and-fire neuron is the deviation of its free potential, and rates do not hang on the step."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx

from engine.circuit import Circuit, one_to_one
from engine.dispatch import NoWorld
from engine.experiments.choice import POOL_CELL
from engine.experiments.conditioning import CRITIC_CELL
from engine.hubs import EVERY_SECOND, hub_cell
from engine.loop import COUNT, V, new_job, new_record, simulate
from engine.modulators import kinetics
from engine.neurons import IZHIKEVICH, KINDS, NOISE, REGULAR_SPIKING, Escape, Lif, constants_of_step
from engine.parameters import struct
from engine.plasticity import Rule, matrix
from engine.settings import make

TASK = make("conditioning").values
STEPS_MS = (1.0, 0.5, 0.25)
CELLS = {"critic": CRITIC_CELL, "dopamine hub": hub_cell(TASK, "da", EVERY_SECOND), "choice pool": POOL_CELL}


def play(cell: Lif, size: int, milliseconds: float, h_ms: float, seed: int = 1):
    """State of so many neurons that hear nothing but their noise, after so long in steps of h_ms."""
    c = Circuit()
    pre, cells = c.poisson("pre", 1, 0.0), c.neurons("cells", size, cell)
    post = c.neurons("post", 1, Lif())
    c.project("plastic", pre, post, one_to_one(pre, post), 0.5, plastic=True)
    net, weights, rates = c.build(h_ms)
    law = struct(Rule, TASK), matrix(TASK), kinetics(TASK, ({},))
    job = new_job(net, weights, rates, *law, 0.0, 10, new_record(net))
    grid_ms = np.arange(round(milliseconds / h_ms) + 1) * h_ms
    simulate(job, NoWorld(), np.zeros(0), grid_ms, np.random.default_rng(seed))
    return job.state.cell[V, cells.start : cells.stop], job.state.whole[COUNT, cells.start : cells.stop]


@pytest.mark.parametrize("h_ms", [2.0, *STEPS_MS, 0.1])
@pytest.mark.parametrize("tau_m_ms", [5.0, 20.0])
def test_the_free_potential_has_the_deviation_that_noise_mv_says_at_any_step(h_ms, tau_m_ms):
    """20 000 neurons after ten time constants; the error of a deviation is 1/sqrt(2 n) of it."""
    cell = Lif(tau_m_ms=tau_m_ms, bias_mv=10.0, noise_mv=2.28, v_th_mv=1e9)
    v_mv, _ = play(cell, 20_000, 10.0 * tau_m_ms, h_ms)
    assert v_mv.mean() == pytest.approx(-60.0, abs=4 * 2.28 / np.sqrt(v_mv.size))
    assert v_mv.std() == pytest.approx(2.28, rel=4 / np.sqrt(2 * v_mv.size))


def siegert_hz(cell: Lif) -> float:
    """Rate in continuous time (Siegert 1951): 1/r = refractory + tau sqrt(pi) int exp(x^2) (1 + erf x) dx, from reset to threshold in units of s sqrt 2."""
    mean_mv, unit_mv = cell.v_rest_mv + cell.bias_mv, cell.noise_mv * np.sqrt(2.0)
    area, _ = quad(lambda x: erfcx(-x), (cell.v_reset_mv - mean_mv) / unit_mv, (cell.v_th_mv - mean_mv) / unit_mv)
    return 1e3 / (cell.refractory_ms + cell.tau_m_ms * np.sqrt(np.pi) * area)


@pytest.mark.parametrize("group", list(CELLS))
def test_rates_converge_to_those_of_continuous_time(group):
    """A step misses crossings of threshold within it: what is missing falls with the square root of the step."""
    cell = CELLS[group]
    coarse, middle, fine = (play(cell, 1000, 10_000.0, h)[1].mean() / 10.0 for h in STEPS_MS)
    limit = siegert_hz(cell)
    assert 2.0 * fine - coarse == pytest.approx(limit, rel=0.04)
    assert 0.75 * limit < coarse < middle < fine < limit


def test_at_the_step_of_the_circuits_the_noise_is_uniform_of_this_width():
    """2.28 mV of deviation are uniform input 50 mV wide, at h = 1 ms and tau_m = 20 ms."""
    width = constants_of_step(Lif(noise_mv=2.28195), 1.0)[NOISE]
    assert width == pytest.approx(50.0, rel=1e-4)


def test_the_noise_of_other_models_means_what_their_authors_meant():
    """Izhikevich: input for a whole step. Escape noise: a width in the rate. Neither hangs on the step."""
    assert KINDS[type(REGULAR_SPIKING)] == IZHIKEVICH
    for model in (REGULAR_SPIKING, Escape()):
        assert [constants_of_step(model, h)[NOISE] for h in STEPS_MS] == [model.noise_mv] * 3
