"""Every experiment's own measure: learned with plastic synapses, at chance with frozen ones; and what treatments do to
it.
"""

from functools import cache

import numpy as np
import pytest
from claims import Sample, sample

import engine
from engine.interventions import effect_size
from engine.plasticity import matrix_fields
from engine.registry import experiments

SEEDS = range(12)
MEASURED = [name for name, world in experiments().items() if hasattr(world, "MEASURE")]
# No weight moves: neither at once nor through a trace
FROZEN = {"eta_per_s": 1e-4, "phi_plus": 0.0, "phi_minus": 0.0} | {
    name: 0.0 for name in matrix_fields() if "_at_once_by_" in name
}
NETWORKS = [name for name in MEASURED if name != "pairing"]


@cache
def gained(experiment: str, frozen: bool) -> np.ndarray:
    """Measure at the end less before learning, by seed (as in its own tier)."""
    measure = experiments()[experiment].MEASURE
    return by_seed(
        experiment, lambda run: float(measure.late(run)) - float(measure.early(run)), **(FROZEN if frozen else {})
    ).values


def by_seed(experiment: str, number, **parameters) -> Sample:
    """A number of each run."""
    return sample([number(run) for run in runs_of(experiment, **parameters)])


@cache
def runs_of(experiment: str, **parameters) -> list[engine.Run]:
    """One run for each seed, in the tier of the experiment's measure."""
    return [
        engine.run(experiment, seed=seed, tier=experiments()[experiment].MEASURE.tier, **parameters) for seed in SEEDS
    ]


@pytest.mark.claim
@pytest.mark.parametrize("experiment", NETWORKS)
def test_frozen_synapses_learn_nothing(claim, experiment):
    learned, frozen = sample(gained(experiment, False)), sample(gained(experiment, True))
    measure = experiments()[experiment].MEASURE
    assert learned.mean - 3.0 * learned.error > 0.0
    assert abs(frozen.mean) <= 3.0 * frozen.error + 1e-3
    assert learned.low > frozen.high
    unit = f", {measure.unit}" if measure.unit else ""
    claim(
        f"{experiment}: learning comes from plastic synapses ({measure.label}, gain{unit})",
        learned,
        frozen,
        "plastic synapses frozen",
    )


def test_a_frozen_synapse_in_the_slice_stays():
    assert float(engine.run("pairing", tier="live", **FROZEN).final_percent) == pytest.approx(100.0, abs=1e-3)


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
    assert effect_size(run.intact, run.treated).high < -1.0
    name = request.node.callspec.id
    claim(
        f"conditioning: response to the cue with {name} (Hz)", sample(run.treated), sample(run.intact), "no treatment"
    )


# Motifs: experiment, what is measured, the number, without the motif, with it, 1 if it raises the number

ANSWER, BEST, SHIFT, MAP = (
    "response to the cue (Hz)",
    "best choices (%)",
    "changes after a loss (%)",
    "neurons gained by the paired stimulus",
)
GATED, OPENED = {"inhibition_mv": 15.0, "ach_tonic_nm": 300.0}, {"disinhibition_mv": 60.0}
SHUT, HELD = {"inhibition_mv": 40.0}, {"disinhibition_mv": 60.0}
NUMBERS = {
    ANSWER: lambda run: float(run.late_response_hz),
    BEST: lambda run: 100.0 * float((run.choice == run.best).mean()),
    SHIFT: lambda run: float(run.lose_shift_percent[0]),
    MAP: lambda run: float(run.paired_after - run.paired_before),
}
MOTIFS = {
    "conditioning, loop": ("conditioning", ANSWER, {}, {"recurrent_mv": 10.0}, 1, "a recurrent loop"),
    "conditioning, gate": ("conditioning", ANSWER, {}, {"inhibition_mv": 8.0}, -1, "an inhibitory gate"),
    "conditioning, disinhibition": ("conditioning", ANSWER, GATED, OPENED, 1, "disinhibition of the gate by ACh"),
    "choice, loop": ("choice", SHIFT, {}, {"recurrent_mv": 40.0}, -1, "a recurrent loop"),
    "choice, gate": ("choice", BEST, {}, SHUT, -1, "an inhibitory gate"),
    "choice, disinhibition": ("choice", BEST, SHUT, HELD, 1, "disinhibition of the gate by ACh"),
    "perception, loop": ("perception", MAP, {}, {"recurrent_mv": 30.0}, 1, "a recurrent loop"),
    "perception, gate": ("perception", MAP, {"inhibition_mv": 0.0}, {"inhibition_mv": 42.0}, -1, "an inhibitory gate"),
    "perception, disinhibition": (
        "perception",
        MAP,
        {"disinhibition_mv": 0.0},
        {"disinhibition_mv": 40.0},
        1,
        "disinhibition of the gate",
    ),
}


@pytest.mark.claim
@pytest.mark.parametrize("case", list(MOTIFS))
def test_motifs_change_what_the_circuit_does(claim, case):
    """The loop holds on, the gate holds back, and disinhibition opens it again."""
    experiment, what, base, motif, direction, name = MOTIFS[case]
    without, with_it = (by_seed(experiment, NUMBERS[what], **values) for values in (base, base | motif))
    rise = with_it.mean - without.mean
    assert direction * rise > 3.0 * np.hypot(with_it.error, without.error)
    claim(f"{experiment}: {what} with {name}", with_it, without, "without it")


def test_a_motif_is_compared_with_the_strength_it_has_by_default():
    run = engine.run("conditioning", seed=5, trials=12, inhibition_mv=20.0)
    alone = engine.run("conditioning", seed=5, tier="job", trials=12)
    assert run.intact[0] == pytest.approx(float(experiments()["conditioning"].MEASURE.late(alone)))
    assert np.isfinite(run.treated).all() and not np.array_equal(run.intact, run.treated)
