"""Modulators out of the circuit's own neurons, in every experiment that has hubs: dopamine's hub teaches, and one whose
spikes release nothing does not.
"""

from functools import cache
from typing import NamedTuple

import pytest
from claims import Sample, sample

import engine
from engine.hubs import EMERGENT
from engine.registry import experiments

SEEDS = range(24)
DECLARED = {"perception"}  # in tests/claims
HUBS = [name for name, world in experiments().items() if getattr(world, "HUBS", ()) and name not in DECLARED]


class Learned(NamedTuple):
    """The experiment's measure over seeds: at the end, and how far it rose."""

    late: Sample
    gain: Sample


@cache
def learned(experiment: str, **parameters) -> Learned:
    """With these parameters."""
    measure = experiments()[experiment].MEASURE
    runs = [engine.run(experiment, seed=seed, tier=measure.tier, **parameters) for seed in SEEDS]
    late = [float(measure.late(run)) for run in runs]
    return Learned(sample(late), sample([end - float(measure.early(run)) for end, run in zip(late, runs, strict=True)]))


@pytest.mark.claim
@pytest.mark.parametrize("experiment", HUBS)
def test_a_dopamine_hub_teaches_and_one_that_releases_nothing_does_not(claim, experiment):
    told = {"da_source": EMERGENT}
    taught, silent = learned(experiment, **told), learned(experiment, **told, da_burst_nm=0.0)
    assert taught.gain.mean - 3.0 * taught.gain.error > 0.0
    assert taught.gain.low > silent.gain.high and taught.late.low > silent.late.high
    measure = experiments()[experiment].MEASURE
    unit = f", {measure.unit}" if measure.unit else ""
    claim(
        f"{experiment}: a dopamine hub teaches ({measure.label}{unit})",
        taught.late,
        silent.late,
        "its spikes release nothing",
    )


NOISY = {"da_hub_noise_mv": 4.56}


@pytest.mark.claim
def test_where_nothing_is_expected_a_hub_that_fires_by_itself_teaches_any_path(claim):
    """With the noise that hubs with a critic have, and no running mean subtracted."""
    quiet, noisy = (learned("navigation", da_source=EMERGENT, **noise).late for noise in ({}, NOISY))
    assert quiet.low > noisy.high
    label = experiments()["navigation"].MEASURE.label
    claim(f"navigation: a quiet dopamine hub teaches ({label}, %)", quiet, noisy, "4.6 mV of noise in the hub")
