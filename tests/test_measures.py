"""Every experiment's own measure: learned with plastic synapses, at chance with frozen ones; and what treatments do to it."""

import re
from functools import cache

import numpy as np
import pytest
from claims import PAGE, sample

import engine
from engine.interventions import effect_size
from engine.plasticity import matrix_fields
from engine.registry import experiments

SEEDS = range(12)
MEASURED = [name for name, world in experiments().items() if hasattr(world, "MEASURE")]
# No weight moves: neither at once nor through a trace
FROZEN = {"eta_per_s": 1e-4, "phi_plus": 0.0, "phi_minus": 0.0} | {name: 0.0 for name in matrix_fields() if "_at_once_by_" in name}
NETWORKS = [name for name in MEASURED if name != "pairing"]


@cache
def gained(experiment: str, frozen: bool) -> np.ndarray:
    """Measure at the end less before learning, by seed (as in its own tier)."""
    measure = experiments()[experiment].MEASURE
    runs = (engine.run(experiment, seed=seed, tier=measure.tier, **(FROZEN if frozen else {})) for seed in SEEDS)
    return np.array([float(measure.late(run)) - float(measure.early(run)) for run in runs])


@pytest.mark.claim
@pytest.mark.parametrize("experiment", NETWORKS)
def test_frozen_synapses_learn_nothing(claim, experiment):
    learned, frozen = sample(gained(experiment, False)), sample(gained(experiment, True))
    measure = experiments()[experiment].MEASURE
    assert learned.mean - 3.0 * learned.error > 0.0
    assert abs(frozen.mean) <= 3.0 * frozen.error + 1e-3
    assert learned.low > frozen.high
    unit = f", {measure.unit}" if measure.unit else ""
    claim(f"{experiment}: learning comes from plastic synapses ({measure.label}, gain{unit})", learned, frozen, "plastic synapses frozen")


def test_a_frozen_synapse_in_the_slice_stays():
    assert float(engine.run("pairing", tier="live", **FROZEN).final_percent) == pytest.approx(100.0, abs=1e-3)


def test_every_row_of_the_claims_page_has_its_test():
    """A test that is renamed or taken away leaves no row behind."""
    rows = re.findall(r"`(test_\w+\.py)::(\w+)", PAGE.read_text())
    sources = {name: (PAGE.parents[1] / "tests" / name).read_text() for name, _ in rows}
    assert len(rows) > 40 and [test for name, test in rows if f"def {test}(" not in sources[name]] == []


def test_without_treatment_nothing_is_compared():
    run = engine.run("conditioning", trials=10)
    assert np.isnan(run.intact).all() and np.isnan(run.treated).all()


def test_a_treatment_is_compared_with_the_same_seeds_without_it():
    run = engine.run("conditioning", seed=5, trials=12, da_drug="antagonist", da_drug_dose=1000.0)
    measure = experiments()["conditioning"].MEASURE
    alone = engine.run("conditioning", seed=6, tier="job", trials=12)
    assert run.intact.size == run.treated.size == measure.seeds
    assert run.intact[1] == pytest.approx(float(measure.late(alone)))


@pytest.mark.claim
@pytest.mark.parametrize(
    "treatment",
    [
        {"da_drug": "antagonist", "da_drug_dose": 100.0},
        {"da_drug": "release_blocker", "da_drug_dose": 100.0},
        {"da_drug": "clamp", "da_clamp_nm": 40.0, "da_drug_from_s": -60.0},
    ],
    ids=["D1 blocked", "release blocked", "dopamine clamped"],
)
def test_dopamine_is_needed_for_conditioning(claim, request, treatment):
    run = engine.run("conditioning", trials=40, **treatment)
    assert effect_size(run.intact, run.treated) < -2.0
    name = request.node.callspec.id
    claim(f"conditioning: response to the cue with {name} (Hz)", sample(run.treated), sample(run.intact), "no treatment")


def test_effect_size_is_the_difference_in_pooled_deviations():
    assert effect_size(np.array([1.0, 3.0]), np.array([5.0, 7.0])) == pytest.approx(4.0 / np.sqrt(2.0))
    assert np.isnan(effect_size(np.array([1.0]), np.array([2.0]))) and np.isnan(effect_size(np.ones(3), np.zeros(3)))
