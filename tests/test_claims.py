"""Claims: what is declared is measured, holds on seeds nobody looked at, and is what the page says; the statistics are
those of the textbooks.
"""

import numpy as np
import pytest
from claims import PAGE, Claim, Null, _measure, _page, _verdict, combined, gain, minus, of
from claims._declare import Chapter, shifted, taken
from scipy import stats

from engine.interventions import effect_size
from engine.registry import experiments
from engine.settings import MAX_SEED, schema

CHAPTERS = _measure.chapters()


@pytest.mark.parametrize("experiment", CHAPTERS)
def test_every_claim_is_measured_and_holds(experiment):
    assert _page.failures(CHAPTERS[experiment], _measure.read(experiment)) == []


def test_no_data_without_an_experiment_that_declares_it():
    kept = {path.stem for path in _measure.DATA.glob("*.json")}
    assert kept - {"old", _measure.TYPICAL} == CHAPTERS.keys() <= experiments().keys()


def test_the_page_says_what_was_measured():
    assert PAGE.read_text() == _page.page(CHAPTERS), (
        "make claims writes docs/claims.md; `python -m claims page` in tests/ without measuring"
    )


@pytest.mark.parametrize("claim", [pytest.param(c, id=f"{n}-{c.key}") for n, x in CHAPTERS.items() for c in x.claims])
def test_every_claim_says_what_it_stands_on(claim):
    assert claim.sentence[0].isupper() and not claim.sentence.endswith(".") and claim.source
    leaf = claim.intact.leaves[0]
    for name in claim.depends:
        field = schema(leaf.experiment, leaf.rule)[name]
        assert field.kind is not str and leaf.base(name) != 0.0, f"{name} has no quarter"
        assert any(shifted(claim, name, factor) != leaf.base(name) for factor in _measure.FACTORS), name
    if isinstance(claim, Claim):
        assert claim.removes and claim.also_changes and claim.direction in (-1, 1) and len(claim.depends) >= 2
    else:
        assert claim.smallest > 0.0 and claim.why


def test_what_learns_from_reward_has_the_control_never_paid():
    """In every experiment whose claims are declared, but in a slice, where nobody pays."""
    nulls = {name for name, x in CHAPTERS.items() for c in x.claims if isinstance(c, Null) and "paid" in c.key}
    assert CHAPTERS.keys() - {"pairing"} == nulls - {"pairing"}


def test_numbers_are_kept_by_what_they_are_made_of():
    """The same in another process, other with another constant or another function that is used."""
    first, second = ({"level": level} for level in (1.0, 2.0))
    low, high = (of("choice", lambda run, told=told: told["level"]).number for told in (first, second))
    assert _measure.print_of(low) != _measure.print_of(high)
    words = _measure.print_of(gain("navigation").number)
    assert " at 0x" not in words and words == _measure.print_of(gain("navigation").number)


@pytest.mark.slow
@pytest.mark.parametrize("experiment", CHAPTERS)
def test_measured_again_the_numbers_are_the_same(experiment):
    """Both ranges of every claim: the same bits on the same kind of machine, otherwise within error."""
    chapter, kept = CHAPTERS[experiment], _measure.read(experiment)
    again = _measure.measure(chapter, _measure.Bench(experiment, keep=False), robust=False)
    differ = []
    for claim in chapter.claims:
        for name in ("tuned", "verified"):
            was, now = (_measure.numbers(data["claims"][claim.key][name]) for data in (kept, again))
            same = all(np.array_equal(was[group], now[group]) for group in was)
            near = _verdict.disagreement(_verdict.value_of(claim, was), _verdict.value_of(claim, now)) < 3.5
            if not (same or near and kept["machine"] != again["machine"]):
                differ.append((claim.key, name))
    assert differ == []


# The framework


def drawn(n: int, middle: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(middle, 1.0, n)


def claim_of(**told) -> Claim:
    number = gain("choice")
    basics = {
        "key": "x",
        "sentence": "X",
        "unit": "",
        "source": "model",
        "intact": number,
        "lesion": number,
        "removes": "x",
    }
    return Claim(**(basics | {"also_changes": "nothing", "depends": (), "n": 30} | told))


def both(n: int, intact: float, lesion: float, seed: int) -> dict:
    return {"intact": drawn(n, intact, seed), "lesion": drawn(n, lesion, seed + 100)}


def test_a_real_effect_holds_and_one_of_the_wrong_sign_does_not():
    found = both(30, 2.0, 0.0, 1), both(30, 2.0, 0.0, 2)
    assert _verdict.problems(claim_of(), *found) == []
    assert _verdict.problems(claim_of(direction=-1), *found)


def test_what_holds_on_the_tuned_seeds_only_fails():
    assert any("verified" in p for p in _verdict.problems(claim_of(), both(30, 2.0, 0.0, 1), both(30, 0.0, 0.0, 2)))


def test_an_effect_of_another_size_on_the_verified_seeds_fails():
    told = _verdict.problems(claim_of(), both(30, 6.0, 0.0, 1), both(30, 3.0, 0.0, 2))
    assert len(told) == 1 and "errors apart" in told[0]


def test_a_small_effect_asks_for_more_seeds():
    told = _verdict.problems(claim_of(n=8), both(8, 1.2, 0.0, 1), both(8, 1.2, 0.0, 2))
    assert any("too few" in p for p in told)


def test_the_number_of_seeds_has_the_power_it_says():
    """Against the normal approximation n = 2 (z_a + z_b)^2 / g^2."""
    for g in (0.5, 1.0):
        z = stats.norm.ppf(1 - _verdict.LEVEL / _verdict.CLAIMS / 2) + stats.norm.ppf(_verdict.POWER)
        assert _verdict.needed(g) == pytest.approx(2 * z**2 / g**2, rel=0.12)


def test_no_effect_is_shown_and_not_just_missed():
    null = Null("x", "X", "", "model", gain("choice"), 0.5, "because")
    quiet, few, drifting = drawn(100, 0.0), drawn(5, 0.0), drawn(100, 0.6)
    assert _verdict.problems(null, {"intact": quiet}, {"intact": drawn(100, 0.0, 5)}) == []
    assert _verdict.problems(null, {"intact": few}, {"intact": few})
    assert _verdict.problems(null, {"intact": drifting}, {"intact": drifting})


def test_the_verified_range_is_drawn_by_version_experiment_and_round():
    starts = {_measure.verified_from(name, round_) for name in ("choice", "credit") for round_ in range(50)}
    assert len(starts) == 100 and min(starts) >= _measure.BELOW and max(starts) + 10_000 < MAX_SEED


def test_a_run_is_made_once_however_many_numbers_are_asked_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(_measure, "KEPT", tmp_path)
    runs = []
    monkeypatch.setattr(_measure.engine, "run_settings", lambda settings, tier: runs.append(settings) or settings)
    one, two = (of("pairing", lambda run, k=k: k + run.seed, tier="live") for k in (0, 1))
    claim = claim_of(intact=minus(two, one), lesion=combined(lambda a: -a, one), depends=(), n=3)
    rows = _measure.measure(Chapter("pairing", (claim,), 1), _measure.Bench("pairing"))["claims"]["x"]
    assert len(runs) == 6 and rows["tuned"]["intact"] == [1.0] * 3 and rows["tuned"]["lesion"] == [0.0, -1.0, -2.0]
    assert _measure.measure(Chapter("pairing", (claim,), 1), _measure.Bench("pairing"))["claims"]["x"] == rows
    assert len(runs) == 6  # kept
    other = claim_of(intact=of("pairing", lambda run: 2.0 * run.seed, tier="live"), lesion=one, n=3)
    _measure.measure(Chapter("pairing", (other,), 1), _measure.Bench("pairing"))
    assert len(runs) == 12  # another number


def test_a_lesion_keeps_what_it_sets_itself():
    claim = claim_of(intact=gain("choice", eta_per_s=4.0), lesion=gain("choice", eta_per_s=1.0), depends=("eta_per_s",))
    told = {"eta_per_s": shifted(claim, "eta_per_s", 1.25)}
    assert told == {"eta_per_s": 5.0}
    assert taken(claim, claim.intact, told) == told and taken(claim, claim.lesion, told) == {}


# Effect size


@pytest.mark.parametrize(
    ("n1", "n2", "shift"), [(8, 8, 0.0), (8, 8, 1.5), (12, 30, -0.7), (3, 4, 5.0), (100, 100, 0.3)]
)
def test_hedges_g_and_its_interval_are_those_of_the_noncentral_t(n1, n2, shift):
    one, other = drawn(n1, 0.0, 1), drawn(n2, shift, 2)
    found, nu, unit = effect_size(one, other), n1 + n2 - 2, np.sqrt(1 / n1 + 1 / n2)
    t = stats.ttest_ind(other, one).statistic
    j = stats.chi.mean(nu - 1) / np.sqrt(nu)  # Gamma(nu/2) / Gamma((nu-1)/2) = E chi / sqrt 2
    assert found.g == pytest.approx(j * t * unit, rel=1e-9)
    assert stats.nct.sf(t, nu, found.low / unit) == pytest.approx(0.025, abs=1e-4)
    assert stats.nct.cdf(t, nu, found.high / unit) == pytest.approx(0.025, abs=1e-4)


def test_hedges_g_without_correction_is_5_8_percent_high_at_eight_against_eight():
    one, other = drawn(8, 0.0, 1), drawn(8, 1.0, 2)
    d = (other.mean() - one.mean()) / np.sqrt(0.5 * (one.var(ddof=1) + other.var(ddof=1)))
    assert d / effect_size(one, other).g == pytest.approx(1.058, abs=1e-3)


def test_the_interval_of_g_holds_the_true_effect_as_often_as_it_says():
    rng, true, inside = np.random.default_rng(4), 1.2, 0
    for _ in range(400):
        found = effect_size(rng.normal(0.0, 1.0, 8), rng.normal(true, 1.0, 8))
        inside += found.low < true < found.high
    assert abs(inside / 400 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 400)


def test_where_there_is_no_spread_there_is_no_effect_size():
    assert np.isnan(effect_size(np.ones(3), np.zeros(3)).g) and np.isnan(
        effect_size(np.array([1.0]), np.array([2.0])).g
    )
