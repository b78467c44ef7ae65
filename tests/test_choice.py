"""The bandit out of spikes: what the circuit learns, which modulator does what, and what takes it away. Every claim over seeds, beside its lesion."""

from functools import cache

import numpy as np
import pytest
from claims import Sample, sample

from engine.ensemble import Control, run_in_chunks, run_seeds
from engine.experiments import choice
from engine.modulators import MODULATORS, kinetics
from engine.readouts import over_last
from engine.run import run_settings
from engine.settings import make
from engine.setup import setup

pytestmark = pytest.mark.claim
SEEDS, MORE = 12, 16
DA, ACH, NE, HT = range(4)
BLOCKED = {m: {f"{m}_drug": "antagonist", f"{m}_drug_dose": 1000.0} for m in MODULATORS}
FROZEN = {"eta_per_s": 1e-4}
CUT = {"a_plus": 0.0, "w_start": 0.0}
UNMODULATED = {"learning_rate_by_ne": 0.0, "learning_rate_by_ach": 0.0, "exploration_noise_by_ne": 0.0}
STIMULATED = {
    "p_best": 0.5,
    "p_other": 0.5,
    "block": 400,
    "trials": 60,
    "opto_option": "A",
    "opto_nm": 100.0,
    "pause_s": 2.0,
}
BLOCK = 40


@cache
def courses(seeds: int = SEEDS, first: int = 0, **parameters) -> tuple:
    """The trials of so many seeds."""
    s = setup(make("choice", **parameters))
    return tuple(run_seeds(lambda seed, part: choice.one_seed(s, seed, part), first, seeds, Control()))


def best(found) -> np.ndarray:
    """1 where the best option was chosen (seeds, trials)."""
    return np.array([c.choice == c.best for c in found]).astype(float)


def in_blocks(found, block: int = BLOCK) -> np.ndarray:
    """(seeds, blocks, trials of a block)."""
    hit = best(found)
    n = hit.shape[1] // block
    return hit[:, : n * block].reshape(len(hit), n, block)


def late(found) -> Sample:
    """Share of best choices in the last ten trials of every block."""
    return sample(in_blocks(found)[:, :, -10:].mean(axis=(1, 2)))


def after(found, block: int = BLOCK, first: int = 0, last: int = 15) -> Sample:
    """Share of best choices in these trials after a reversal."""
    return sample(in_blocks(found, block)[:, 1:, first:last].mean(axis=(1, 2)))


def throughout(found) -> Sample:
    """Share of best choices in all trials."""
    return sample(best(found).mean(axis=1))


def less(one: Sample, other: Sample) -> Sample:
    """The difference, seed by seed."""
    return sample(one.values - other.values)


# Learning, reversal


def test_the_best_option_is_learned_and_after_a_reversal_the_other_one(claim):
    """P(best) above 0.8 at the end of every block of 40 trials at 90/10."""
    learned, lesion = late(courses()), late(courses(**FROZEN))
    for k in range(3):
        assert sample(in_blocks(courses())[:, k, -10:].mean(axis=1)).low > 0.8
    assert lesion.high < 0.7
    claim("choice: P(best) in the last ten trials of a block, 90/10", learned, lesion, "plastic synapses frozen")


@pytest.mark.parametrize("lesion", [FROZEN, CUT, BLOCKED["da"]], ids=["frozen", "cut", "no dopamine"])
def test_without_plastic_synapses_or_dopamine_choices_are_at_chance(lesion):
    share = throughout(courses(24, **lesion))
    assert abs(share.mean - 0.5) < 3.0 * share.error


def test_four_options_are_learned_within_sixty_trials(claim):
    """Twice the seeds: now and then a network of four options leaves the best one again for some trials."""
    world = {"options": 4, "trials": 60, "block": 400}
    last = lambda **lesion: sample(best(courses(2 * SEEDS, **world, **lesion))[:, -10:].mean(axis=1))  # noqa: E731
    learned, lesion = last(), last(**CUT)
    assert learned.low > 0.6 and abs(lesion.mean - 0.25) < 3.0 * lesion.error
    claim("choice: P(best) of four options in trials 51 to 60", learned, lesion, "projection cut")


# The optogenetic burst


def value_of_a(**parameters) -> Sample:
    """Learned value of A less that of B at the end."""
    return sample([c.d1[-1, 0] - c.d2[-1, 0] - c.d1[-1, 1] + c.d2[-1, 1] for c in courses(**STIMULATED | parameters)])


def share_of_a(**parameters) -> Sample:
    """Share of A from trial 20 on."""
    return sample([(c.choice[20:] == 0).mean() for c in courses(**STIMULATED | parameters)])


def test_a_burst_after_an_option_shifts_value_and_choice_to_it(claim):
    a, b, outside = value_of_a(), value_of_a(opto_option="B"), value_of_a(opto_delay_ms=2000)
    assert a.low > 0.1 and b.high < -0.1
    assert share_of_a().low > 0.6 and share_of_a(opto_option="B").high < 0.4
    assert abs(outside.mean) < 3.0 * outside.error and share_of_a(opto_delay_ms=2000).low < 0.55
    claim("choice: a dopamine burst 0.25 s after A shifts value (A less B)", a, outside, "burst after 2 s")
    claim("choice: the burst after B shifts value to B (A less B)", b, outside, "burst after 2 s")


# Norepinephrine and acetylcholine


def released(found, modulator: int, first: int, last: int) -> np.ndarray:
    """Concentration after the outcome in these trials from the reversal (seeds,)."""
    return np.array(
        [np.mean([c.concentration_nm[at + first : at + last, modulator].mean() for at in (40, 80)]) for c in found]
    )


def test_yu_dayan_2005_norepinephrine_peaks_at_the_switch_and_acetylcholine_follows(claim):
    """Target 27, latency order; a circuit that has learned nothing does not see the switch."""
    rise = lambda found: sample(released(found, NE, 0, 3) - released(found, NE, -10, 0))  # noqa: E731
    peak, lesion = rise(courses()), rise(courses(**FROZEN))
    course = [np.mean([released(courses(), m, k, k + 1) for k in range(20)], axis=1) for m in (NE, ACH)]
    assert course[0].argmax() < 4 <= course[1].argmax()
    assert peak.low > 30.0 and lesion.high < 30.0
    claim("choice: NE rises in the three trials after a reversal (nM)", peak, lesion, "plastic synapses frozen")


def mean_nm(found, modulator: int, first: int, last: int | None = None) -> np.ndarray:
    """Concentration after the outcome in these trials (seeds,)."""
    return np.array([c.concentration_nm[first:last, modulator].mean() for c in found])


def test_acetylcholine_is_highest_where_rewards_are_least_certain():
    """Expected uncertainty: a reward that comes half of the time, against one that always or never comes."""
    never, half, always = (
        mean_nm(courses(8, p_best=p, p_other=p, block=400, trials=80), ACH, 40) for p in (0.0, 0.5, 1.0)
    )
    assert sample(half - never).low > 50.0 and sample(half - always).low > 50.0


def test_acetylcholine_is_high_where_all_is_new_and_falls_with_familiarity():
    found = courses(8, p_best=1.0, p_other=1.0, block=400, trials=80)
    assert sample(mean_nm(found, ACH, 0, 3) - mean_nm(found, ACH, 60)).low > 50.0


def test_patience_rises_with_much_serotonin_in_networks_that_do_not_lock():
    """1000 nM against none; without its effect on traces it changes nothing."""
    values = {**choice.PRESETS["patience"]["values"], "ht_drug": "clamp"}
    share = lambda nm, **v: sample(best(courses(32, ht_clamp_nm=nm, **values, **v))[:, -30:].mean(axis=1))  # noqa: E731
    none, much = share(0.0), share(1000.0)
    assert much.mean - none.mean > 2.0 * np.hypot(much.error, none.error)
    assert none.values.std() < 0.25
    assert np.array_equal(*(share(nm, trace_decay_by_ht=0.0).values for nm in (0.0, 1000.0)))


@pytest.mark.parametrize("modulator", ["da", "ne", "ach", "ht"])
def test_blocking_a_modulator_slows_adaptation(claim, modulator):
    """The first fifteen trials after a reversal; the lesion of the claim is the receptor antagonist itself."""
    intact, blocked = after(courses(MORE)), after(courses(MORE, **BLOCKED[modulator]))
    trials = [
        sample([choice.to_criterion(best((c,)), c.best[None], BLOCK) for c in courses(MORE, **v)])
        for v in ({}, BLOCKED[modulator])
    ]
    if modulator == "da":  # at chance half of the choices are right at once: the end of the block tells
        intact, blocked = late(courses(MORE)), late(courses(MORE, **BLOCKED["da"]))
    assert less(intact, blocked).low > 0.0
    assert less(trials[1], trials[0]).low > 0.0
    claim(
        f"choice: share of best choices {'late in a block' if modulator == 'da' else 'after a reversal'} ({modulator.upper()} read)",
        intact,
        blocked,
        f"{modulator} antagonist",
    )
    claim(f"choice: trials to criterion ({modulator.upper()} read)", trials[0], trials[1], f"{modulator} antagonist")


@pytest.mark.slow
def test_in_a_stable_task_larger_norepinephrine_bursts_hurt(claim):
    stable = lambda nm, **v: throughout(courses(MORE, p_best=0.75, p_other=0.25, block=400, ne_burst_nm=nm, **v))  # noqa: E731
    small, large, unread = stable(100.0), stable(800.0), stable(800.0, **BLOCKED["ne"])
    assert less(small, large).low > 0.05
    assert less(unread, large).low > 0.05
    claim("choice: P(best) at 75/25 without reversals, NE bursts of 800 nM", large, unread, "NE antagonist")


@pytest.mark.slow
def test_behrens_2007_volatility_raises_the_best_learning_rate(claim):
    """Target 16: with a fixed rate, the best one where options change places every 25 trials is at least twice that of a stable world."""
    rates = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
    stable = [
        throughout(courses(SEEDS, p_best=0.75, p_other=0.25, block=400, trials=160, eta_per_s=eta, **UNMODULATED))
        for eta in rates
    ]
    volatile = [
        throughout(courses(SEEDS, p_best=0.8, p_other=0.2, block=25, trials=160, eta_per_s=eta, **UNMODULATED))
        for eta in rates
    ]
    top = [int(np.argmax([s.mean for s in curve])) for curve in (stable, volatile)]
    assert rates[top[1]] / rates[top[0]] >= 2.0
    assert less(stable[top[0]], stable[top[1]]).low > 0.0 and less(volatile[top[1]], volatile[top[0]]).low > 0.0
    text = f"choice: P(best) in a volatile world at its best rate ({rates[top[1]]:g} per s)"
    claim(text, volatile[top[1]], volatile[top[0]], f"the best rate of the stable world ({rates[top[0]]:g} per s)")


# D1 against D2


MANY, UNSEEN = 64, 1000  # seeds, and the first of them: none of these was looked at while the presets were made


def fall(preset: str) -> Sample:
    """P(best) at a balance of -0.9 less that at +0.9."""
    return less(
        *(throughout(courses(MANY, UNSEEN, opponency=rho, **choice.PRESETS[preset]["values"])) for rho in (-0.9, 0.9))
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "direction", "mute"), [("lean", 1.0, "d2"), ("rich", -1.0, "d1")], ids=["lean", "rich"]
)
def test_collins_frank_2014_d2_tells_options_apart_in_a_lean_world_and_d1_in_a_rich_one(
    claim, monkeypatch, preset, direction, mute
):
    """30/10 and 90/70 %. The lesion: the kind that is better there reads no dopamine (and in the area of D1 the critic neither)."""
    better = sample(direction * fall(preset).values)
    deaf = ({"da_effect": 0.0}, choice.AREAS[1]) if mute == "d1" else ({}, {"da_effect": 0.0})
    monkeypatch.setattr(choice, "AREAS", deaf)
    courses.cache_clear()
    without = sample(direction * fall(preset).values)
    courses.cache_clear()
    assert better.low > 0.0 and without.high < 0.0
    which, other = ("D2", "D1") if preset == "lean" else ("D1", "D2")
    claim(
        f"choice: P(best) that a balance for {which} gains over one for {other} in a {preset} world",
        better,
        without,
        f"{which} does not learn",
    )


# The panels' numbers, and the receptors of D2


def test_an_area_may_read_dopamine_with_the_other_sign():
    """(M3) with a factor: the signal of the second area is minus twice that of the first, and so is what its weights do, within bounds."""
    s, rng = setup(make("choice", trials=10, w_start=0.5, eta_per_s=0.1)), np.random.default_rng(1)
    kin = kinetics(s.values, ({}, {"da_effect": -2.0}))
    assert (kin.table[0, :, -1] == 1.0).all() and kin.table[1, :, -1].tolist() == [-2.0, 1.0, 1.0, 1.0]
    net, end_ms = choice.network(s), 10 * choice.period_ms(s.p)
    job, seen = choice.prepare_job(s, net.circuit), choice.nothing_seen(2, 10)
    run_in_chunks(job, choice.bandit(s, net, np.ones((10, 2))), seen, end_ms, rng, Control())
    signal = job.record.modulator[1, : int(job.record.size[0])]
    assert np.abs(signal[:, 0, DA]).max() > 0.0
    np.testing.assert_allclose(signal[:, 1, DA], -2.0 * signal[:, 0, DA], atol=1e-15)
    np.testing.assert_array_equal(signal[:, 1, NE], signal[:, 0, NE])


def test_running_share_and_criterion():
    hit = np.array([0.0] * 10 + [1.0] * 20)
    share = over_last(hit, choice.SHARED)
    assert share[9] == 0.0 and share[14] == 0.5 and share[-1] == 1.0 and share[0] == 0.0
    flipped = np.array([[0] * 5 + [1] * 25])
    assert choice.to_criterion(np.array([[True] * 5 + [False] * 5 + [True] * 20]), flipped, 25) == 13.0
    assert choice.to_criterion(np.zeros((1, 30)), flipped, 25) == 25.0
    assert np.isnan(choice.to_criterion(np.zeros((1, 30)), np.zeros((1, 30)), 25))


def test_aligned_curves_skip_what_is_not_there():
    best_of = np.array([[0, 0, 1, 1, 1]])
    curve = choice.cut_out(np.arange(5.0)[None], best_of, np.arange(-3, 4))
    np.testing.assert_array_equal(curve[0], [np.nan, 0.0, 1.0, 2.0, 3.0, 4.0, np.nan])


def test_a_run_without_reversal_has_no_aligned_curve_and_says_so():
    settings = make("choice", trials=10)
    found = run_settings(settings, "live")
    assert np.isnan(found.p_best_aligned).all() and np.isnan(found.criterion_trials)
    assert "no reversal" in choice.effect(settings.p, found)


@pytest.mark.parametrize("schedule", ["reversals", "drift", "patience", "risk"])
@pytest.mark.parametrize("options", [2, 3, 4])
def test_every_schedule_runs_with_any_number_of_options(schedule, options):
    found = run_settings(make("choice", schedule=schedule, options=options, trials=12, block=5), "live")
    assert set(found.choice) <= set(range(options)) and found.rate_of.shape == (options, 12)
    assert (found.rate_of >= 0.0).all() and (found.rate_of <= 1.0).all()
