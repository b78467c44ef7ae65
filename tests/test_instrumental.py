"""The instrumental experiment: spikes choose, dopamine teaches, the choice follows the swap (SCIENCE target:
stimulus-response learning).
"""

import numpy as np
import pytest

import engine

SEEDS = range(40)


@pytest.fixture(scope="module")
def right():
    """right(**parameters): share of right answers (seeds, 2) in the last 20 trials before the swap and in the last 20
    of all.
    """
    known = {}

    def measure(**parameters):
        name = repr(sorted(parameters.items()))
        if name not in known:
            runs = [engine.run("instrumental", seed=seed, tier="job", **parameters) for seed in SEEDS]
            known[name] = np.array(
                [[r.rewarded[int(r.swap) - 20 : int(r.swap)].mean(), r.rewarded[-20:].mean()] for r in runs]
            )
        return known[name]

    return measure


def mean_and_error(share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return share.mean(axis=0), share.std(axis=0, ddof=1) / np.sqrt(len(share))


def test_the_right_answer_is_learned_and_after_the_swap_the_other_one(right):
    """Target 23: P(right) above .9 before the swap and again within 200 trials, clear of .9 by two standard errors."""
    mean, error = mean_and_error(right())
    assert (mean - 2 * error > 0.9).all(), (mean, error)


@pytest.mark.parametrize(
    "lesion",
    [{"da_baseline": 0.0}, {"da_burst_nm": 0.0}, {"rule": "pair_stdp"}],
    ids=["no critic", "no dopamine", "no third factor"],
)
def test_without_the_mechanism_the_swap_is_not_followed(right, lesion):
    mean, error = mean_and_error(right(**lesion))
    assert mean[1] + 3 * error[1] < 0.6, (mean, error)


def test_a_reward_that_comes_after_the_trace_teaches_less(right):
    late, now = right(da_delay_ms=1900), right()
    gap = now[:, 1] - late[:, 1]
    assert gap.mean() - 2 * gap.std(ddof=1) / np.sqrt(len(gap)) > 0.0
