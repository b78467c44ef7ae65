"""Izhikevich 2007, experiment 1, as it was: 1000 neurons, 80 000 plastic synapses, one hour. About half a minute a run."""

from functools import cache

import numpy as np
import pytest

from engine.experiments import credit
from engine.loop import COUNT
from engine.run import Control
from engine.settings import make

pytestmark = pytest.mark.slow

LATE = {"da_delay_ms": 1000, "jitter_ms": 2000.0}  # reward 1 to 3 s after the coincidence
SOON = {"da_delay_ms": 0, "jitter_ms": 1000.0}
CONTROLS = {
    "rewards at random times": {"contingency": 0.0},
    "a trace of 95 ms": {"tau_e_ms": 95.0},
    "no dopamine": {"da_burst_nm": 0.0},
}
CAP_MV = 3.99  # of 4
HOUR_MS = 3_600_000
SEEDS = (1, 2, 3, 4, 5)
REFERENCE_S = (753.0, 1823.0)


@cache
def hour(seed: int, **changes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(time of samples in s, target weight in mV, mean rates in Hz of excitatory and inhibitory neurons); samples every
    1.8 s.
    """
    values = make("credit", "izhikevich_2007", seed, network="izhikevich_1000", duration_s=3600.0, **changes).values
    course = credit.run_network(values, seed, HOUR_MS, Control())
    job, net, taken = course.job, course.net, int(course.job.record.size[0])
    rates = job.state.whole[COUNT] / (1e-3 * HOUR_MS)
    means = np.array([rates[net.outputs].mean(), rates[net.inhibitory].mean()])
    return job.record.at[:taken] * 1e-3, job.record.synapse[0, :taken, 0].copy(), means


def time_to(level_mv: float, seed: int, **changes) -> float:
    """When the target first reaches a weight (s); inf if never."""
    t_s, weight, _ = hour(seed, **changes)
    reached = weight >= level_mv
    return float(t_s[np.argmax(reached)]) if reached.any() else np.inf


def test_izhikevich_2007_the_target_reaches_its_cap_within_the_hour():
    """Target 2: reward after 1 to 3 s; in at least 4 of 5 seeds, and the median within what five runs of the author's
    script took.

    753 to 1823 s is the range of five runs: a further run falls inside with probability 4/6, so four of five inside
    would fail every other time even for the script itself. Of seeds 1 to 20 all reach the cap, 11 of them within the
    range, in a median of about 1500 s.
    """
    times = [time_to(CAP_MV, seed, **LATE) for seed in SEEDS]
    assert sum(t <= 3600.0 for t in times) >= 4
    assert REFERENCE_S[0] <= np.median(times) <= REFERENCE_S[1]


def test_izhikevich_2007_a_sooner_reward_gets_there_sooner():
    """Target 21: 0 to 1 s against 1 to 3 s, five seeds: each of the former before any of the latter."""
    soon, late = ([time_to(CAP_MV, seed, **delay) for seed in SEEDS] for delay in (SOON, LATE))
    assert max(soon) < min(late)


@pytest.mark.parametrize("control", CONTROLS)
def test_izhikevich_2007_controls_never_do(control):
    """Target 2: 0 of 5."""
    assert [time_to(CAP_MV, seed, **LATE | CONTROLS[control]) for seed in SEEDS] == [np.inf] * len(SEEDS)


def test_izhikevich_2007_rates_of_the_network():
    """The reference implementation fires at 1.31 Hz (excitatory) and 0.84 Hz (inhibitory)."""
    excitatory, inhibitory = np.mean([hour(seed, **LATE)[2] for seed in SEEDS], axis=0)
    assert excitatory == pytest.approx(1.31, rel=0.05)
    assert inhibitory == pytest.approx(0.84, rel=0.05)
