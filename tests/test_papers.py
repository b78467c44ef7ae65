"""What the papers found, named after them, with their numbers; long runs of the same kind are in test_long_runs.py."""

from functools import cache
from math import sqrt
from typing import NamedTuple

import numpy as np
import pytest
from test_closed_forms import sum_over_pairs

from engine import run
from engine.experiments import pairing
from engine.experiments.credit import PRESETS
from engine.parameters import struct
from engine.plasticity import Rule
from engine.settings import make

SEEDS = range(1, 13)


def percent(rule: str, dts_ms=(10.0,), **values) -> np.ndarray:
    """Weight after the protocol in % of its start, for these spike time differences."""
    checked = make("pairing", rule, 1, **values).values
    p, physics, w = pairing.protocol(checked), pairing.physics_of(checked), checked["w_start"] * checked["w_max"]
    dts = np.array(dts_ms, float)
    return 100.0 / w * pairing.final_weights(physics, pairing.scripts(p, dts), dts.size, w, np.random.default_rng(0))[0]


# --- Brzosko et al. 2017: 100 pairings at 0.2 Hz, % of baseline, mean and standard error
# ------------------------------------------

ACH = {"ach_tonic_nm": 1000.0, "ach_after_nm": -1000.0}
ACH_WEAK = {"ach_tonic_nm": 100.0, "ach_after_nm": -100.0}
ATROPINE = {"ach_drug": "antagonist", "ach_drug_dose": 1000.0}
DA_AFTER = {"da_after_nm": 10_000.0}

# condition: (settings, dt in ms, % measured, its standard error, sign: 0 where the paper finds no significant change)
BRZOSKO_2017 = {
    "control +10": ({}, 10, 135, 7, 1),
    "control 0": ({}, 0, 160, 17, 1),
    "control -20": ({}, -20, 66, 10, -1),
    "control +10, second set": ({}, 10, 162, 16, 1),
    "ACh +10": (ACH, 10, 63, 8, -1),
    "ACh +10, repeat": (ACH, 10, 63, 9, -1),
    "ACh 0": (ACH, 0, 64, 13, -1),
    "ACh -20": (ACH, -20, 63, 12, -1),
    "ACh +50": (ACH, 50, 84, 11, 0),
    "ACh -50": (ACH, -50, 113, 15, 0),
    "ACh 0.1 uM +10": (ACH_WEAK, 10, 113, 9, 0),
    "ACh and atropine +10": (ACH | ATROPINE, 10, 141, 8, 1),
    "ACh without pairing": (ACH | {"a_plus": 0.0, "a_minus": 0.0}, 10, 90, 6, 0),
    "ACh, then atropine +10": (ACH, 10, 79, 9, -1),
    "ACh, then DA +10": (ACH | DA_AFTER, 10, 145, 15, 1),
    "ACh, then forskolin +10": (ACH | DA_AFTER, 10, 143, 17, 1),
    "ACh only after +10": ({"ach_after_nm": 1000.0}, 10, 153, 15, 1),
    "DA after -20 (2015)": (DA_AFTER, -20, 154, 10, 1),
}
# Two sets of controls (135 and 162 %) cannot both be met, and changes that the paper calls not significant are not
# fitted
NOT_FITTED = {
    "control +10, second set", "ACh -50", "ACh and atropine +10", "ACh without pairing", "ACh, then atropine +10", "ACh only after +10",
}  # fmt: skip


@pytest.mark.parametrize("condition", BRZOSKO_2017)
def test_brzosko_2017_signs_and_sizes(condition):
    """All signs; sizes within one standard error where the rule is fitted, and within two everywhere."""
    values, dt_ms, measured, error, sign = BRZOSKO_2017[condition]
    found = percent("brzosko_2017", [dt_ms], **values)[0]
    if sign:
        assert sign * (found - 100.0) > 10.0
    else:
        assert abs(found - 100.0) < 15.0
    assert abs(found - measured) < (2.0 if condition in NOT_FITTED else 1.0) * error


def test_brzosko_2017_dopamine_afterwards_strengthens_every_order():
    for ach in ({}, ACH):
        assert (percent("brzosko_2017", (10, 0, -20), **ach, **DA_AFTER) > 110.0).all()
    assert (
        percent("brzosko_2017", (10, 0, -20), **ACH, **DA_AFTER, ltp_gate_by_da=0.0, ltd_gate_by_da=0.0) < 90.0
    ).all()


def test_brzosko_2017_acetylcholine_after_pairing_does_nothing():
    assert percent("brzosko_2017", (10, 0, -20), ach_after_nm=1000.0) == pytest.approx(
        percent("brzosko_2017", (10, 0, -20)), abs=0.01
    )


# --- other pairing experiments
# ---------------------------------------------------------------------------------------------------


def test_he_2015_receptor_conversion():
    """Pre-post with NE: LTP; post-pre with 5-HT: LTD; the crossed pairs less than 5 % of either."""
    ne, ht = {"ne_burst_nm": 500.0, "ht_burst_nm": 0.0}, {"ne_burst_nm": 0.0, "ht_burst_nm": 500.0}
    (rise, crossed_ne), (crossed_ht, fall) = (
        percent("he_2015", (10, -10), **ne) - 100,
        percent("he_2015", (10, -10), **ht) - 100,
    )
    assert rise > 5.0 and fall < -5.0
    assert max(abs(crossed_ne), abs(crossed_ht)) < 0.05 * min(rise, -fall)
    neither = percent("he_2015", (10, -10), ne_burst_nm=0.0, ht_burst_nm=0.0)
    assert neither == pytest.approx(100.0, abs=1e-9)


def test_yagishita_2014_band():
    """At least 75 % of the peak from 0.3 to 1 s, under 35 % at 2 s, under 5 % at 5 s and 1 s before; without the rise
    no lower edge.
    """
    delays = (-1000, 0, 300, 400, 500, 600, 700, 800, 1000, 2000, 5000)
    gain = {d: percent("yagishita_2014", da_delay_ms=d)[0] - 100.0 for d in delays}
    peak = max(gain.values())
    assert min(gain[d] for d in delays if 300 <= d <= 1000) >= 0.75 * peak
    assert gain[2000] < 0.35 * peak
    assert max(gain[5000], gain[-1000]) < 0.05 * peak
    assert gain[0] < 0.5 * peak
    early, best = (percent("yagishita_2014", da_delay_ms=d, tau_rise_ms=0.0)[0] - 100.0 for d in (0, 500))
    assert early > best


def test_pawlak_kerr_2008_d1_block_abolishes_both_signs():
    """60 pairings at 0.1 Hz: post 10 ms after pre LTP, 30 ms before LTD; with D1 blocked less than 1 % of either is
    left.
    """
    values = {"pairings": 60, "rate_hz": 0.1, "eta_per_s": 2.0}
    rise, fall = percent("izhikevich_2007", (10, -30), **values) - 100
    blocked = percent("izhikevich_2007", (10, -30), **values, da_drug="antagonist", da_drug_dose=200.0) - 100
    assert rise > 20.0 and fall < -5.0
    assert (np.abs(blocked) < 0.01 * np.array([rise, -fall])).all()


def triplet_sum(rate_hz: float) -> float:
    """Weight gained at +10 ms over 60 pairings, by the sum over all pairs and triplets of the paper's rule."""
    pre = 1e3 / rate_hz * np.arange(60)
    return sum_over_pairs(struct(Rule, make("pairing", "triplet_2006").values), pre, pre + 10.0)


def test_pfister_gerstner_2006_rate_dependence():
    """At +10 ms nothing at 0.1 Hz and much at 40 Hz; at -10 ms depression turns into potentiation. A pair rule shows
    neither.
    """
    rates = (0.1, 10.0, 20.0, 40.0, 50.0)
    free = {"w_max": 10.0, "w_start": 0.05}  # far from the bound, so that a figure is the rule's and not the bound's
    first, last = np.array([percent("triplet_2006", (10, -10), rate_hz=r, **free) for r in rates]).T
    assert abs(first[0] - 100) < 0.1 and first[3] > 200
    assert (np.diff(first) > 0).all() and first[2] > first[1] > first[0] + 10
    assert first[4] == pytest.approx(1.2 * first[3], rel=0.02)
    assert first - 100 == pytest.approx(200 * np.array([triplet_sum(r) for r in rates]), rel=0.01, abs=0.01)
    assert last[0] < 90 and last[2] < 90 and last[3] > 110 and last[4] > last[3]
    pair_first, pair_last = np.array(
        [percent("triplet_2006", (10, -10), rate_hz=r, a3_plus=0.0, a_plus=5e-3) for r in rates]
    ).T
    assert pair_first[0] > 110 and pair_first[3] < pair_first[0]
    assert (pair_last < 90).all()


def test_seol_2007_polarity_by_receptor_class():
    """NE alone: LTP and no LTD; ACh alone: LTD and no LTP; both: both, each smaller; neither: nothing."""
    found = {
        (ne, ach): percent("seol_2007", (10, -10), ne_tonic_nm=ne, ach_tonic_nm=ach) - 100
        for ne in (0.0, 500.0)
        for ach in (0.0, 500.0)
    }
    assert found[0, 0] == pytest.approx([0, 0], abs=1e-9)
    assert found[500, 0][0] > 10 and found[500, 0][1] == pytest.approx(0, abs=1e-9)
    assert found[0, 500][1] < -10 and found[0, 500][0] == pytest.approx(0, abs=1e-9)
    assert 0 < found[500, 500][0] < found[500, 0][0]
    assert 0 > found[500, 500][1] > found[0, 500][1]


def test_huertas_2016_early_weakens_late_strengthens():
    """The rule's balance point, 1253 ms by its formula: less than 1 % of the peak there, opposite signs on its sides."""
    found = {d: percent("huertas_2016", (-10,), da_delay_ms=d)[0] - 100 for d in (0, 300, 1000, 1253, 1500, 2500, 5000)}
    peak = max(abs(v) for v in found.values())
    assert abs(found[1253]) < 0.01 * peak
    assert max(found[d] for d in (0, 300, 1000)) < -1e-3 * peak
    assert min(found[d] for d in (1500, 2500, 5000)) > 1e-3 * peak


def test_izhikevich_2007_dopamine_must_come_within_seconds():
    """Exp. 1 in one synapse: 0.19, 0.070, 0.025 mV at 1, 2, 3 s for one reward; order reversed, it weakens."""
    values = {"da_tonic_nm": 0.0, "observe_s": 30.0}
    rise = np.array([(percent("izhikevich_2007", da_delay_ms=d, **values)[0] / 100 - 1) for d in (1000, 2000, 3000)])
    assert rise == pytest.approx([0.190, 0.070, 0.025], rel=0.05)
    assert percent("izhikevich_2007", (-10,), **values)[0] < 95


def test_florian_2007_a_late_reward_finds_nothing_without_a_trace():
    """MSTDP: reward during the pairing only; MSTDPET: 25 ms later still."""
    assert percent("mstdp_2007", da_delay_ms=-50)[0] > 102
    assert percent("mstdp_2007", da_delay_ms=25)[0] == pytest.approx(100, abs=1e-9)
    assert percent("mstdpet_2007", da_delay_ms=25)[0] > 102


# --- the network: 300 synapses, 90 s, twelve seeds
# -------------------------------------------------------------------------------


class Sample(NamedTuple):
    """Mean and standard error over the seeds."""

    mean: float
    error: float


def over_seeds(values: list) -> Sample:
    return Sample(float(np.mean(values)), float(np.std(values, ddof=1) / sqrt(len(values))))


@cache
def credit(rule: str, **values) -> dict[str, Sample]:
    """Over the seeds: target above the crowd, change of the crowd, share of all gain that lands on the target."""
    runs = [run("credit", rule, seed, tier="live", **values) for seed in SEEDS]
    return {
        "lead": over_seeds([r.target_weight[-1] - r.crowd_mean[-1] for r in runs]),
        "drift": over_seeds([r.crowd_mean[-1] - r.crowd_mean[0] for r in runs]),
        "share": over_seeds([1.0 - r.share_elsewhere for r in runs]),
        "rewards": over_seeds([r.reward_s.size for r in runs]),
    }


@pytest.mark.parametrize("delay_ms", [0, 1000])
def test_izhikevich_2007_the_target_rises_out_of_the_crowd(delay_ms):
    lead = credit("izhikevich_2007", da_delay_ms=delay_ms)["lead"]
    assert lead.mean - 3 * lead.error > 0.0
    assert lead.mean > 1.0


LESIONS = {
    "reward four seconds late": {"da_delay_ms": 4000},
    "rewards at random times": {"contingency": 0.0},
    "no dopamine bursts": {"da_burst_nm": 0.0},
    "a trace of 100 ms": {"tau_e_ms": 100.0},
}


@pytest.mark.parametrize("lesion", LESIONS)
def test_izhikevich_2007_cut_out_any_part_and_it_does_not(lesion):
    """Rewards are earned all the same, but the lead is not above 0 by three standard errors, and far below the intact
    one.
    """
    intact, cut = (
        credit("izhikevich_2007", da_delay_ms=1000),
        credit("izhikevich_2007", **{"da_delay_ms": 1000} | LESIONS[lesion]),
    )
    assert cut["rewards"].mean > 10
    assert cut["lead"].mean - 3 * cut["lead"].error < 0.0
    assert intact["lead"].mean - cut["lead"].mean > 3 * sqrt(intact["lead"].error ** 2 + cut["lead"].error ** 2)


def test_izhikevich_2007_the_later_the_reward_the_less_credit_for_the_target():
    shares = [credit("izhikevich_2007", da_delay_ms=d)["share"] for d in (0, 1000, 2000, 4000)]
    means = [s.mean for s in shares]
    assert means == sorted(means, reverse=True)
    assert means[0] - means[-1] > 3 * sqrt(shares[0].error ** 2 + shares[-1].error ** 2)


def test_fremaux_2010_the_covariance_rule_finds_the_target_and_the_gated_form_on_a_tonic_level_does_not():
    """With a tonic level of 200 nM, <R><e> drives the crowd; subtracting the mean removes it."""
    rule, gated = credit("covariance_2010")["lead"], credit("covariance_2010", da_baseline=0.0)["lead"]
    assert rule.mean - 3 * rule.error > 0.0
    assert gated.mean - 3 * gated.error < 0.0


@cache
def uninformative(**values) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rewards at random, steps so small that no weight meets a bound: (time in s, change of the crowd (seed, time),
    what the formula says).
    """
    told = PRESETS["no_drift_with_a_critic"]["values"] | values
    runs = [run("credit", "covariance_2010", seed, tier="live", **told) for seed in SEEDS]
    change = np.array([r.crowd_mean - r.crowd_mean[0] for r in runs])
    return runs[0].t_s, change, np.array([float(r.crowd_by_formula) for r in runs])


@pytest.mark.parametrize("baseline", [0.0, 1.0])
def test_fremaux_2010_the_drift_is_mean_reward_times_mean_trace(baseline):
    """<dw> = Cov(R, e) + <R><e>, R the signal as it teaches (less its mean or not): the crowd goes as far as eta T
    <R><e>, within 5 %.
    """
    _, change, formula = uninformative(da_baseline=baseline)
    drift, expected = over_seeds(change[:, -1]), over_seeds(formula)
    assert abs(drift.mean) > 5 * drift.error
    assert drift.mean == pytest.approx(expected.mean, rel=0.05, abs=2 * sqrt(drift.error**2 + expected.error**2))


def test_fremaux_2010_uninformative_reward_does_not_move_the_crowd_once_the_mean_has_settled():
    """From 72 s on (the mean's 20 s have passed three times) the covariance form stands still; the gated form goes on
    and on.
    """
    t_s, change, _ = uninformative(da_baseline=1.0)
    _, gated, _ = uninformative(da_baseline=0.0)
    settled = int(np.argmin(np.abs(t_s - 72.0)))
    still, goes_on = over_seeds(change[:, -1] - change[:, settled]), over_seeds(gated[:, -1] - gated[:, settled])
    assert abs(still.mean) < 3 * still.error
    assert abs(still.mean) + 2 * still.error < 0.05 * abs(goes_on.mean)
    steps = np.diff(gated.mean(axis=0)[:: t_s.size // 5])
    assert (steps < 0.0).all() and steps.min() > 2.0 * steps.max()


def test_fremaux_2010_at_the_rules_own_speed_weights_spread_into_the_bound_and_the_crowd_rises():
    """eta 30/s from a quarter of the bound: not a drift of the formula, but a spread that is cut off below; the preset
    says so.
    """
    runs = [run("credit", "covariance_2010", seed, tier="live", contingency=0.0, duration_s=300.0) for seed in SEEDS]
    at = int(np.argmin(np.abs(runs[0].t_s - 100.0)))
    rise = over_seeds([r.crowd_mean[-1] - r.crowd_mean[at] for r in runs])
    assert rise.mean - 3 * rise.error > 0.0
    assert np.mean([r.crowd_band[0, -1] for r in runs]) < 0.05


def test_fremaux_2010_a_steady_level_teaches_nothing():
    assert abs(credit("covariance_2010", contingency=0.0, da_burst_nm=0.0)["drift"].mean) < 1e-6
    assert abs(credit("covariance_2010", contingency=0.0, da_burst_nm=0.0, da_baseline=0.0)["drift"].mean) > 0.02
