"""The perception experiment: acetylcholine redraws the map within its window, reward places the boundary of a category,
and each needs its mechanism.
"""

import numpy as np
import pytest

import engine
from engine.experiments import perception

SEEDS = range(12)
TASK_ONLY = {"exposures": 0}
MAP_ONLY = {"trials": 0}
NO_DOPAMINE = {"da_drug": "release_blocker", "da_drug_dose": 1000.0}


@pytest.fixture(scope="module")
def runs():
    """runs(**parameters): the whole protocol with twelve seeds, each computed once."""
    known = {}

    def get(**parameters):
        name = repr(sorted(parameters.items()))
        if name not in known:
            known[name] = [engine.run("perception", seed=seed, tier="job", **parameters) for seed in SEEDS]
        return known[name]

    return get


def mean_and_error(x) -> tuple[float, float]:
    x = np.asarray(x, float)
    return float(x.mean()), float(x.std(ddof=1) / np.sqrt(x.size))


def growth(found) -> tuple[float, float]:
    """Map neurons that the paired stimulus gained."""
    return mean_and_error([r.paired_after - r.paired_before for r in found])


def right_in_test(run) -> float:
    """Right answers (%) in the test with frozen synapses."""
    is_a = run.level <= run.settings.values["boundary"]
    return 100.0 * float(np.where(is_a, run.p_a_after, 1.0 - run.p_a_after).mean())


# The map


@pytest.mark.parametrize("paired", [9, 3])
def test_the_map_grows_for_the_stimulus_paired_with_acetylcholine(runs, paired):
    mean, error = growth(runs(paired=paired, **MAP_ONLY))
    assert mean - 3 * error > 1.0, (mean, error)


def test_the_map_answers_the_paired_stimulus_several_times_as_strongly(runs):
    ratio = [r.tuning_after_hz[:, 8].mean() / r.tuning_before_hz[:, 8].mean() for r in runs(**MAP_ONLY)]
    mean, error = mean_and_error(ratio)
    assert mean - 3 * error > 3.0, (mean, error)


def test_without_the_gate_the_window_reaches_as_far_as_the_trace(runs):
    """What closes the window after the stimulus is the gate, not the trace."""
    shut, open_ = (
        growth(runs(ach_delay_ms=300, **MAP_ONLY)),
        growth(runs(ach_delay_ms=300, inhibition_mv=0.0, **MAP_ONLY)),
    )
    assert shut[0] + 2 * shut[1] < open_[0] - 2 * open_[1], (shut, open_)


def test_dopamine_can_stand_in_where_the_map_has_its_receptors(runs):
    mean, error = growth(runs(paired_with="da", **MAP_ONLY))
    none, none_error = growth(runs(paired_with="da", da_burst_nm=0.0, **MAP_ONLY))
    assert mean - 3 * error > 1.0 > none + 3 * none_error, (mean, none)


def test_motifs_change_what_the_map_does(runs):
    """Disinhibition opens the map, the loop adds to it, lateral inhibition takes from it."""
    rate = {
        name: np.mean([r.map_open_hz for r in runs(**told, **MAP_ONLY)])
        for name, told in (
            ("shut", {"disinhibition_mv": 0.0}),
            ("plain", {}),
            ("loop", {"recurrent_mv": 10.0}),
            ("no lateral", {"lateral_mv": 0.0}),
        )
    }
    assert rate["shut"] < 0.5 * rate["plain"] and rate["plain"] < min(rate["loop"], rate["no lateral"]), rate


# The categories


def test_the_categories_are_learned_beside_a_redrawn_map(runs):
    mean, error = mean_and_error([right_in_test(r) for r in runs()])
    assert mean - 3 * error > 80.0, (mean, error)
    sharp, sharp_error = mean_and_error([r.d_prime_after for r in runs()])
    assert sharp - 3 * sharp_error > 2.0, (sharp, sharp_error)


@pytest.mark.parametrize("boundary", [4.5, 8.5])
def test_the_boundary_follows_the_reward(runs, boundary):
    mean, error = mean_and_error([r.boundary_after for r in runs(boundary=boundary, **TASK_ONLY)])
    assert abs(mean - boundary) < 1.0 and abs(mean - 6.5) - 3 * error > 1.0, (mean, error)


@pytest.mark.slow
def test_the_better_paid_category_gains_ground(runs):
    at = {
        bonus: mean_and_error([r.boundary_after for r in runs(bonus=bonus, **TASK_ONLY)]) for bonus in (1 / 3, 1.0, 3.0)
    }
    for low, high in ((1 / 3, 1.0), (1.0, 3.0)):
        assert at[high][0] - at[low][0] > 3 * np.hypot(at[high][1], at[low][1]), at
    blind = [
        mean_and_error([r.boundary_after for r in runs(bonus=b, **TASK_ONLY, **NO_DOPAMINE)]) for b in (1 / 3, 3.0)
    ]
    assert abs(blind[1][0] - blind[0][0]) < 2 * np.hypot(blind[0][1], blind[1][1]) + 0.2, blind


@pytest.mark.slow
def test_where_the_matrix_does_not_let_norepinephrine_act_arousal_makes_no_difference(runs):
    same = [runs(ne_tonic_nm=ne, learning_rate_by_ne=0.0, **TASK_ONLY) for ne in (500.0, 0.0)]
    assert [right_in_test(a) for a in same[0]] == [right_in_test(b) for b in same[1]]


@pytest.mark.slow
def test_a_trace_that_lasts_carries_the_delayed_feedback(runs):
    """Lesion of the trace: with a tenth of its time even feedback after 300 ms is lost."""
    whole, short = (
        [right_in_test(r) for r in runs(da_delay_ms=300, tau_e_ms=tau, **TASK_ONLY)] for tau in (500.0, 50.0)
    )
    gap, error = mean_and_error(np.array(whole) - np.array(short))
    assert gap - 3 * error > 0.0, (gap, error)


@pytest.mark.slow
@pytest.mark.claim
def test_with_modulators_blocked_weight_change_stops_predicting_behaviour(claim):
    """Pairings also change weights by themselves here (phi = 0.03), so that there is a change to correlate with when
    dopamine is blocked.
    """
    told = {**TASK_ONLY, "phi_plus": 0.03, "phi_minus": 0.03}
    r = {}
    for blocked in (False, True):
        points = []
        for seed in range(24):
            lesion = NO_DOPAMINE if blocked else {}
            run = engine.run("perception", seed=seed, tier="job", trials=(20, 50, 100, 200)[seed % 4], **told, **lesion)
            points.append((float(run.readout_change), right_in_test(run)))
        r[blocked] = np.corrcoef(np.array(points).T)[0, 1]
    fisher = (np.arctanh(r[False]) - np.arctanh(r[True])) / np.sqrt(2.0 / (24 - 3))
    assert r[False] > 0.7 and r[True] < 0.4 and fisher > 3.0, (r, fisher)
    text = "perception: weight change predicts right answers (correlation)"
    claim(text, *(f"{r[k]:.2f} (n 24)" for k in (False, True)), "DA release blocked")


# Readouts


def test_the_boundary_of_a_step_is_where_it_steps():
    assert perception.boundary_of(np.array([1.0] * 4 + [0.0] * 8)) == 4.5


def test_a_neuron_prefers_the_middle_of_its_tuning_and_a_silent_one_nothing():
    curve = perception.bell(np.arange(1.0, 13.0) - 5.0, 1.0)
    out = perception.preferred(np.array([curve, np.zeros(12)]))
    assert out[0] == pytest.approx(5.0, abs=0.01) and np.isnan(out[1])
    np.testing.assert_array_equal(perception.area(out), np.eye(12)[4])


def test_d_prime_of_a_known_share():

    share = np.array([0.84134] * 6 + [0.15866] * 6)
    assert perception.d_prime({"boundary": 6.5}, share, 10_000) == pytest.approx(2.0, abs=1e-3)
    assert perception.d_prime({"boundary": 6.5}, np.full(12, 0.5), 10) == pytest.approx(0.0)


def test_bursts_come_with_the_paired_stimulus_only():
    values = dict(engine.settings.make("perception", ach_delay_ms=-300, ach_pulses=2, ach_pulse_hz=10.0).values)
    at_ms, pulse = perception.pulses(values, np.array([100.0, 1000.0]))
    np.testing.assert_array_equal(at_ms, [700.0, 800.0])  # those before time 0 are left out
    assert (pulse[:, 0] == 1).all() and (pulse[:, 1] == 500.0).all()


def test_tests_leave_the_synapses_alone():
    run = engine.run("perception", tier="live", exposures=0, trials=0)
    assert float(run.map_change) == float(run.readout_change) == 0.0


def test_the_effect_sentence_holds_the_numbers():
    run = engine.run("perception", tier="live")
    sentence = perception.effect(run.settings.p, run)
    assert f"{int(run.paired_after)} neurons" in sentence and f"{float(run.right_percent):.0f} %" in sentence
