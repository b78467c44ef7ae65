"""The bandit (Frank 2005, Collins & Frank 2014, Doya 2002, Yu & Dayan 2005, Grossman 2022): what the spiking circuit learns, and what takes it away.

Every claim is a mean over seeds with its standard error, and each has a lesion for which it fails.
"""

import numpy as np
import pytest

from engine.experiments import choice
from engine.run import Control
from engine.settings import make

SEEDS = range(12)
BLOCKED = {m: {f"{m}_drug": "antagonist", f"{m}_drug_dose": 1000.0} for m in ("da", "ach", "ne", "ht")}
FROZEN = {"a_plus": 0.0}
CUT = {"a_plus": 0.0, "w_start": 0.0}
EQUAL = {"p_best": 0.5, "p_other": 0.5, "block": 400, "trials": 60}
STIMULATED = EQUAL | {"opto_option": "A", "opto_nm": 100.0, "pause_s": 3.0}


@pytest.fixture(scope="module")
def courses():
    """courses(**parameters): the trials of every seed, each computed once."""
    known = {}

    def get(seeds=SEEDS, **parameters):
        values = dict(make("choice", **parameters).values)
        out = []
        for seed in seeds:
            key = repr((seed, sorted(parameters.items())))
            if key not in known:
                known[key] = choice.one_seed(values, seed, int(values["trials"]), Control())
            out.append(known[key])
        return out

    return get


def best(found) -> np.ndarray:
    """1 where the best option was chosen (seeds, trials)."""
    return np.array([c.choice == c.best for c in found]).astype(float)


def in_blocks(found, block: int = 40) -> np.ndarray:
    """(seeds, blocks, trials of a block)."""
    hit = best(found)
    n = hit.shape[1] // block
    return hit[:, : n * block].reshape(len(hit), n, block)


def late(found) -> np.ndarray:
    """Share of best choices in the last ten trials of the blocks (seeds,)."""
    return in_blocks(found)[:, :, -10:].mean(axis=(1, 2))


def early(found, first: int = 0, last: int = 15, block: int = 40) -> np.ndarray:
    """Share of best choices in these trials after a reversal (seeds,)."""
    return in_blocks(found, block)[:, 1:, first:last].mean(axis=(1, 2))


def mean_and_error(x) -> tuple[float, float]:
    x = np.asarray(x, float)
    return x.mean(), x.std(ddof=1) / np.sqrt(len(x))


def clearly_above(x, least: float) -> bool:
    """The mean less two standard errors is above it."""
    mean, error = mean_and_error(x)
    return mean - 2 * error > least


def near(x, value: float, within: float) -> bool:
    """The mean is within this distance, give or take two standard errors."""
    mean, error = mean_and_error(x)
    return abs(mean - value) < within + 2 * error


def share_of_a(found) -> np.ndarray:
    return np.array([(c.choice[20:] == 0).mean() for c in found])


def value_of_a(found) -> np.ndarray:
    """Learned value of A less that of B at the end."""
    return np.array([c.d1[-1, 0] - c.d2[-1, 0] - c.d1[-1, 1] + c.d2[-1, 1] for c in found])


# Learning and reversal


def test_the_best_option_is_learned_and_after_a_reversal_the_other_one(courses):
    by_block = in_blocks(courses())[:, :, -10:].mean(axis=2)
    assert all(clearly_above(by_block[:, k], 0.8) for k in range(by_block.shape[1])), by_block.mean(axis=0)


@pytest.mark.parametrize("lesion", [FROZEN, CUT, BLOCKED["da"]], ids=["frozen synapses", "cut projection", "no dopamine"])
def test_without_plastic_synapses_or_dopamine_choices_stay_at_chance(courses, lesion):
    share = best(courses(**lesion)).mean(axis=1)
    assert near(share, 0.5, 0.03), mean_and_error(share)


def test_four_options_are_learned_and_chance_is_a_quarter(courses):
    world = {"options": 4, "trials": 60, "block": 400}
    assert clearly_above(best(courses(**world))[:, -10:].mean(axis=1), 0.6)
    assert near(best(courses(**world, **CUT)).mean(axis=1), 0.25, 0.03)


# The optogenetic burst


@pytest.mark.parametrize(("option", "sign"), [("A", 1.0), ("B", -1.0)])
def test_a_burst_after_an_option_shifts_value_and_choice_to_it(courses, option, sign):
    found = courses(**STIMULATED | {"opto_option": option})
    assert clearly_above(sign * value_of_a(found), 0.1), mean_and_error(value_of_a(found))
    assert clearly_above(sign * (share_of_a(found) - 0.5), 0.1), mean_and_error(share_of_a(found))


@pytest.mark.parametrize("lesion", [{"opto_delay_ms": 2500}, FROZEN, {"opto_nm": 0.0}], ids=["after the trace", "frozen", "no burst"])
def test_a_burst_outside_the_trace_or_without_plasticity_does_nothing(courses, lesion):
    found = courses(**STIMULATED | lesion)
    assert near(value_of_a(found), 0.0, 0.05), mean_and_error(value_of_a(found))
    assert not clearly_above(share_of_a(found) - 0.5, 0.1), mean_and_error(share_of_a(found))


# The other modulators


def test_norepinephrine_peaks_in_the_first_trials_after_a_reversal_and_acetylcholine_follows(courses):
    """The latency order of Yu & Dayan 2005 (#27)."""
    found = courses()
    after = np.array([[c.concentration_nm[at : at + 20] for at in (40, 80)] for c in found]).mean(axis=(0, 1))
    ne, ach = after[:, 2], after[:, 1]
    before = np.array([c.concentration_nm[at - 10 : at, 2].mean() for c in found for at in (40, 80)])
    assert ne.argmax() <= 3 < ach.argmax(), (ne.argmax(), ach.argmax())
    peak = np.array([c.concentration_nm[at : at + 3, 2].mean() for c in found for at in (40, 80)])
    assert clearly_above(peak - before, 50.0), mean_and_error(peak - before)


def test_norepinephrine_on_surprise_speeds_up_reversals(courses):
    gain = early(courses()) - early(courses(**BLOCKED["ne"]))
    assert clearly_above(gain, 0.05), mean_and_error(gain)
