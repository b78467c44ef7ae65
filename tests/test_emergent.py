"""Modulators out of the circuit's own neurons, in every experiment that has hubs: dopamine's hub teaches, and one whose spikes release nothing does not."""

from functools import cache
from typing import NamedTuple

import pytest
from claims import Sample, sample

import engine
from engine.hubs import EMERGENT
from engine.registry import experiments

SEEDS = range(12)
HUBS = [name for name, world in experiments().items() if getattr(world, "HUBS", ())]
# A hub fires by itself, so rules that read dopamine as it is read it less its running mean here
LESS_MEAN = {"credit": {"da_baseline": 1.0}, "navigation": {"da_baseline": 1.0}}


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
    told = {"da_source": EMERGENT} | LESS_MEAN.get(experiment, {})
    taught, silent = learned(experiment, **told), learned(experiment, **told, da_burst_nm=0.0)
    assert taught.gain.mean - 3.0 * taught.gain.error > 0.0
    assert silent.gain.mean - 3.0 * silent.gain.error <= 0.0
    assert taught.late.low > silent.late.high
    measure = experiments()[experiment].MEASURE
    unit = f", {measure.unit}" if measure.unit else ""
    claim(f"{experiment}: a dopamine hub teaches ({measure.label}{unit})", taught.late, silent.late, "its spikes release nothing")
