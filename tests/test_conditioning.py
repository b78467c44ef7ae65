"""Conditioning: dopamine out of spikes learns to predict. Every claim over 12 seeds, beside its lesion."""

from functools import cache

import numpy as np
import pytest
from claims import Sample, sample

import engine

pytestmark = pytest.mark.claim
SEEDS = range(12)
LATE = 10


@cache
def runs(**values) -> tuple:
    """Whole runs of all seeds."""
    return tuple(engine.run("conditioning", seed=seed, tier="job", **values) for seed in SEEDS)


def over(measure, **values) -> Sample:
    """measure(run) for every seed."""
    return sample([measure(run) for run in runs(**values)])


def shift(run) -> float:
    """Dopamine at the cue less dopamine at the reward in the last trials (nM)."""
    return run.late_cue_nm - run.late_reward_nm


def early_shift(run) -> float:
    """The same in the first five trials."""
    return run.da_at_cue_nm[:5].mean() - run.da_at_reward_nm[:5].mean()


def late_value(run) -> float:
    return run.value_hz[-LATE:].mean()


def test_schultz_1997_dopamine_moves_from_the_reward_to_the_cue(claim):
    """Targets 5 and 24, order: first more at the reward than at the cue, later the other way round."""
    first, last = over(early_shift, trials=60), over(shift, trials=60)
    lesion = over(shift, trials=60, eta_per_s=1e-4)
    assert first.high < 0.0 < last.low
    assert lesion.high < 0.0
    claim(
        "dopamine moves from the reward to the cue (cue less reward, last trials, nM)",
        last,
        lesion,
        "plastic synapses frozen",
    )


def test_schultz_1997_dopamine_at_an_expected_reward_is_gone(claim):
    """Target 5: the answer to the reward falls to less than a third of the first one; a hub that expects nothing keeps
    it.
    """
    left = lambda run: run.late_reward_nm / run.da_at_reward_nm[:5].mean()  # noqa: E731
    last, lesion = over(left, trials=60), over(left, trials=60, da_value_gain=0.0)
    assert last.high < 0.4
    assert lesion.low > 1.0
    claim(
        "the answer to an expected reward fades (share of the first answer)",
        last,
        lesion,
        "the hub subtracts no earlier value",
    )


def test_schultz_1997_dopamine_pauses_when_the_reward_is_left_out(claim):
    """Target 5: below its level before the cue, at the time when the reward was due."""
    omitted = over(lambda run: run.late_omission_nm, schedule="omission", trials=80)
    lesion = over(lambda run: run.late_omission_nm, schedule="omission", trials=80, eta_per_s=1e-4)
    assert omitted.high < -2.0
    assert lesion.low > -2.0
    claim("dopamine pauses when an expected reward is left out (nM)", omitted, lesion, "plastic synapses frozen")


def test_td_baseline_shows_the_same_order_and_sign():
    """TD learning on the same trials: reward first, cue later, omission below zero."""
    run = runs(schedule="omission", trials=80)[0]
    assert run.td_at_reward[0] == pytest.approx(1.0) and run.td_at_cue[0] == 0.0
    assert run.td_at_cue[-1] > 2.0 * abs(run.td_at_reward[run.rewarded > 0.0][-1])
    omitted = (run.rewarded == 0.0) & (run.trial > 60)
    assert (run.td_at_reward[omitted] < -0.5).all()


def test_the_cue_response_grows_and_the_reward_response_shrinks_with_probability(claim):
    """25, 50 and 100 % paid; value too. Without learning the probability does not show at the cue."""
    cue, reward, value = (
        [over(measure, reward_p=p, trials=120) for p in (0.25, 0.5, 1.0)]
        for measure in (lambda r: r.late_cue_nm, lambda r: r.late_reward_nm, lambda r: r.value_hz[-40:].mean())
    )
    assert cue[0].high < cue[2].low and cue[0].mean < cue[1].mean < cue[2].mean
    assert reward[2].high < reward[0].low and reward[0].mean > reward[1].mean > reward[2].mean
    assert all(sample(more.values - less.values).low > 0.0 for less, more in zip(value[:-1], value[1:], strict=True))
    blind = [over(late_value, reward_p=p, trials=120, eta_per_s=1e-4) for p in (0.25, 1.0)]
    assert abs(blind[1].mean - blind[0].mean) < 1.0
    growth = sample(np.subtract(cue[2].values, cue[0].values))
    lesion = sample(
        [
            b.late_cue_nm - a.late_cue_nm
            for a, b in zip(*(runs(reward_p=p, trials=120, eta_per_s=1e-4) for p in (0.25, 1.0)), strict=True)
        ]
    )
    assert growth.low > 0.0 and lesion.low < 0.0
    claim(
        "the cue response grows with reward probability (100 % less 25 %, nM)",
        growth,
        lesion,
        "plastic synapses frozen",
    )


def test_blocking(claim):
    """B, shown only with A which predicts all, gains less than after training with A from the start."""
    probe = lambda run: run.value_hz[-5:].mean()  # noqa: E731
    blocked = over(probe, schedule="blocking", trials=65, change_at=30)
    lesion = over(probe, schedule="compound", trials=65, change_at=30)
    assert blocked.high < lesion.low
    claim(
        "blocking: value of B, shown with a cue that predicts all (Hz)", blocked, lesion, "that cue not trained before"
    )


def test_a_cue_for_a_cue_gains_value(claim):
    """Second-order conditioning: B announces A and is never paid. 24 seeds; where B stands alone, and A is paid as
    often, B gains nothing.
    """
    b_trials = lambda run: run.value_hz[31::2][-LATE:].mean()  # noqa: E731
    gained, lesion = (
        sample(
            [
                b_trials(engine.run("conditioning", seed=seed, tier="job", schedule=kind, trials=91, change_at=31))
                for seed in range(100, 124)
            ]
        )
        for kind in ("second_order", "unpaired")
    )
    assert gained.low > lesion.high
    claim("a cue for a cue gains value (Hz)", gained, lesion, "B stands alone, A is paid as often")


NEVER_SEEDS = range(300, 324)


def test_never_paid_means_never_learned():
    """24 networks that never see a reward: no value rises to half of what a paid cue gets, nor rises on average."""
    never = [engine.run("conditioning", seed=seed, tier="job", reward_p=0.0) for seed in NEVER_SEEDS]
    late = sample([late_value(run) for run in never])
    rise = sample([late_value(run) - run.value_hz[:3].mean() for run in never])
    assert late.values.max() < 15.0
    assert rise.high < 1.0


def test_izhikevich_2007_one_rewarded_cue_among_ten(claim):
    """Target 22: the value of the paid cue lies above the mean of the others by more than three of their standard
    deviations, in every seed.
    """

    def z(run) -> float:
        others = run.value_by_cue_hz[1:]
        return (run.value_by_cue_hz[0] - others.mean()) / others.std(ddof=1)

    found, lesion = (over(z, schedule="discrimination", trials=200, **more) for more in ({}, {"eta_per_s": 1e-4}))
    assert found.values.min() > 3.0
    assert lesion.high < 3.0
    claim(
        "the one paid cue of ten has the highest value (standard deviations above the others)",
        found,
        lesion,
        "plastic synapses frozen",
    )


def test_extinction_is_faster_than_forgetting(claim):
    """After as many trials without reward the response is gone; after as long a time without cues it is not."""
    kept = lambda run: run.value_hz[-5:].mean() / run.value_hz[20:30].mean()  # noqa: E731
    extinct, forgotten = (over(kept, schedule=name, trials=60, change_at=30) for name in ("extinction", "forgetting"))
    assert extinct.high < 0.6 < forgotten.low
    claim(
        "extinction: share of the value that is left after 30 unpaid trials",
        extinct,
        forgotten,
        "the same time without cues",
    )


def test_a_hub_that_answers_too_late_learns_the_wrong_thing(claim):
    """Dopamine 1.2 s late: the reward stays a surprise and the cue does not become one."""
    lesion, right = over(shift, trials=60, da_delay_ms=1200), over(shift, trials=60)
    assert right.low > 0.0 > lesion.high
    claim(
        "a timely hub shifts dopamine to the cue (cue less reward, nM)", right, lesion, "its release comes 1.2 s late"
    )


def test_a_trace_that_rises_keeps_the_value_even():
    """Why the rule has a rising trace: with an immediate one dopamine's answer to the cue rewards the cells that caused
    it, and value is all lumps.
    """

    def lumps(run) -> float:
        inside = (run.bin_s > 0.25) & (run.bin_s < run.reward_s - 0.1)
        course = run.value_map_hz[-20:, inside].mean(axis=0)
        return course.std() / course.mean()

    even, lesion = over(lumps, trials=80), over(lumps, trials=80, tau_rise_ms=0.0)
    assert even.high < lesion.low
