"""Textbook learners: what their papers found, with its numbers, and what must hold for any input."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.baselines.bandit import bandit, mean_and_error, recorded, reversals, softmax
from engine.baselines.change_point import change_point, drift, grid, observe
from engine.baselines.meta_learning import meta_learning
from engine.baselines.opal import opal, opal_star
from engine.baselines.pearce_hall import pearce_hall
from engine.baselines.q_learning import indifference_delay, q_learning, softmax_probability
from engine.baselines.redish import redish
from engine.baselines.rescorla_wagner import best_alpha, expected_squared_error, rescorla_wagner
from engine.baselines.temporal_difference import temporal_difference
from engine.baselines.yu_dayan import switch_test, yu_dayan

A, B, AB = (1, 0), (0, 1), (1, 1)
BASELINES = sorted((Path(__file__).parents[1] / "engine" / "baselines").glob("*.py"))

rates = st.floats(0.02, 0.98)
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=25)


def schedule(*phases: tuple[tuple[int, int], int]) -> np.ndarray:
    """Cues (trials, 2) from (cues, number of trials) in turn."""
    return np.concatenate([np.tile(cues, (trials, 1)) for cues, trials in phases])


# --- Rescorla-Wagner
# -------------------------------------------------------------------------------------------------------------


def test_kamin_1969_an_old_cue_blocks_a_new_one():
    """A+ then AB+: B stays near 0. Without the first phase the two share the outcome."""
    blocked = rescorla_wagner(schedule((A, 100), (AB, 51)), np.ones(151)).strength[-1]
    control = rescorla_wagner(schedule((AB, 51)), np.ones(51)).strength[-1]
    assert blocked == pytest.approx([1.0, 0.0], abs=1e-4)
    assert control == pytest.approx([0.5, 0.5], abs=1e-4)


def test_rescorla_wagner_conditioned_inhibition():
    """A+ and AB- in turn: B becomes as negative as A is positive."""
    cues = np.tile((A, AB), (2000, 1))
    found = rescorla_wagner(cues, np.tile((1.0, 0.0), 2000), alpha=0.1).strength[-1]
    assert found == pytest.approx([1.0, -1.0], abs=0.01)


@few
@given(rate=rates, alpha=st.floats(0.01, 0.3), seed=seeds)
def test_rescorla_wagner_strength_converges_to_the_reward_rate(rate, alpha, seed):
    """Mean over agents within five standard errors of the rate; spread alpha p (1 - p) / (2 - alpha)."""
    agents, trials = 400, int(8 / alpha)
    outcome = (np.random.default_rng(seed).random((agents, trials)) < rate).astype(float)
    last = rescorla_wagner(np.ones((trials, 1)), outcome, alpha, start=rate).strength[:, -1, 0]
    spread = alpha * rate * (1 - rate) / (2 - alpha)
    assert last.mean() == pytest.approx(rate, abs=5 * np.sqrt(spread / agents) + 1e-12)


def test_rescorla_wagner_agents_are_single_learners():
    outcome = np.random.default_rng(0).random((3, 20))
    cues = schedule((A, 10), (AB, 10))
    together = rescorla_wagner(cues, outcome, alpha=np.array([0.1, 0.4]), start=0.2)
    for agent in range(3):
        alone = rescorla_wagner(cues, outcome[agent], alpha=np.array([0.1, 0.4]), start=0.2)
        for name in alone._fields:
            assert np.array_equal(getattr(together, name)[agent], getattr(alone, name))
    assert together.error == pytest.approx(outcome - together.prediction)


# schedule: (reward probabilities by trial, best alpha)
BEHRENS_2007 = {
    "stable": (np.full(120, 0.75), 0.05),
    "every 30 or 40": (reversals((30, 40, 30, 40, 30), 0.8, 0.2)[:, 0], 0.21),
    "every 15": (reversals((15,) * 12, 0.8, 0.2)[:170, 0], 0.31),
}


@pytest.mark.parametrize("name", BEHRENS_2007)
def test_behrens_2007_best_learning_rate(name):
    probabilities, expected = BEHRENS_2007[name]
    assert best_alpha(probabilities) == pytest.approx(expected, abs=0.05)


def test_behrens_2007_volatility_raises_the_best_learning_rate():
    stable, volatile, more = (best_alpha(probabilities) for probabilities, _ in BEHRENS_2007.values())
    assert volatile >= 2 * stable
    assert more > volatile


def test_expected_error_is_that_of_a_simulation():
    """The recursion of mean and variance against 20 000 simulated learners, within five standard errors."""
    probabilities = BEHRENS_2007["every 30 or 40"][0]
    outcome = (np.random.default_rng(1).random((20_000, probabilities.size)) < probabilities).astype(float)
    for alpha in (0.05, 0.2, 0.6):
        found = rescorla_wagner(np.ones((probabilities.size, 1)), outcome, alpha, start=0.5)
        mean, error = mean_and_error(((found.prediction - probabilities) ** 2).mean(1))
        assert expected_squared_error(probabilities, np.array([alpha]))[0] == pytest.approx(mean, abs=5 * error)


# --- temporal difference
# -----------------------------------------------------------------------------------------------------------

CS, US, STEPS = 5, 15, 25


def conditioning(reward, **values):
    """One cue at step 5 and a reward at step 15 on every trial."""
    reward = np.asarray(reward, float)
    return temporal_difference(np.ones((reward.shape[-1], 1)), [CS], reward, US, STEPS, **values)


def test_schultz_1997_error_moves_from_reward_to_cue():
    """alpha .1, gamma .98, 300 trials; the error of the cue stands at the step before its onset."""
    error = conditioning(np.ones(300)).error
    assert error[0, US] == pytest.approx(1.0)
    assert int(np.argmax(error[:, US] < 0.5)) + 1 == 8
    assert abs(error[-1, US]) < 1e-4
    assert error[-1, CS - 1] == pytest.approx(0.8007, abs=0.01)
    assert error[-1, CS - 1] == pytest.approx(0.98**11, rel=1e-4)
    assert np.abs(np.delete(error[-1], CS - 1)).max() < 0.01


def test_schultz_1997_omission_is_a_dip_at_the_time_of_the_reward():
    error = conditioning(np.append(np.ones(300), 0.0)).error[-1]
    assert error[US] == pytest.approx(-1.0, abs=0.01)
    assert error[CS - 1] == pytest.approx(0.8007, abs=0.01)
    assert np.abs(np.delete(error, (CS - 1, US))).max() < 0.01


def test_sutton_1988_lambda_0_creeps_and_lambda_1_jumps():
    """TD(0): the error reaches step s on trial US - s + 1, its peak passes through steps between. TD(1): on the second
    trial, it jumps.
    """
    creeping, jumping = (conditioning(np.ones(300), lam=lam).error for lam in (0.0, 1.0))
    steps = np.arange(CS - 1, US)
    assert ((creeping[:, steps] > 0).argmax(0) == US - steps).all()
    assert (jumping[1, CS - 1], jumping[0, CS - 1]) == (pytest.approx(0.1 * 0.98**11), 0.0)
    assert (np.diff(creeping.argmax(1)) <= 0).all()
    assert {10, 11, 12, 13, 14} <= set(creeping.argmax(1))
    assert set(jumping.argmax(1)) == {US, CS - 1}


def step_by_step(cues, onset, reward, reward_step, steps, alpha, gamma, lam):
    """The same learner as a loop over steps that changes the weights at each."""
    w = np.zeros((len(onset), steps))
    value, error = np.zeros((2, len(cues), steps))
    for n, shown in enumerate(cues):
        active = [
            np.array([[shown[k] and s == t and t >= o for s in range(steps)] for k, o in enumerate(onset)], float)
            for t in range(steps)
        ]
        z = np.zeros_like(w)
        for t in range(steps):
            now, following = (w * active[t]).sum(), (w * active[t + 1]).sum() if t + 1 < steps else 0.0
            delta = reward[n] * (t == reward_step[n]) + gamma * following - now
            z = gamma * lam * z + active[t]
            w += alpha * delta * z
            value[n, t], error[n, t] = now, delta
    return value, error


@pytest.mark.parametrize("lam", [0.0, 0.7, 1.0])
def test_temporal_difference_by_trial_is_the_loop_over_steps(lam):
    rng = np.random.default_rng(3)
    cues, reward, at = rng.integers(0, 2, (40, 2)), rng.random(40), rng.integers(0, 12, 40)
    found = temporal_difference(cues, [2, 5], reward, at, 12, alpha=0.3, gamma=0.9, lam=lam)
    value, error = step_by_step(cues, (2, 5), reward, at, 12, 0.3, 0.9, lam)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.error == pytest.approx(error, abs=1e-12)


def test_fiorillo_2003_reward_probability_grades_cue_and_reward():
    """The cue's error grows with reward probability and the reward's shrinks; values are p gamma^11 and 1 - p."""
    probability = np.array([0.25, 0.5, 0.75, 1.0])
    luck = np.random.default_rng(0).random((200, 1, 600))
    reward = (luck < probability[:, None]).reshape(-1, 600)
    found = conditioning(reward, alpha=0.05).error.reshape(200, 4, 600, STEPS)[:, :, 300:]
    paid = reward.reshape(200, 4, 600)[:, :, 300:]
    cue = found[..., CS - 1].mean((0, 2))
    at_reward = np.array([found[:, k, :, US][paid[:, k]].mean() for k in range(4)])
    assert cue == pytest.approx(probability * 0.98**11, abs=0.02)
    assert at_reward == pytest.approx(1 - probability, abs=0.02)


def test_temporal_difference_blocking_and_second_order():
    """A+ then AB+ (both at once): B gets nothing. A+ then B before A, unpaid: B gains value, for a while."""
    blocked = temporal_difference(schedule((A, 300), (AB, 101)), [CS, CS], np.ones(401), US, STEPS)
    assert np.abs(blocked.weight[-1, 1]).max() < 1e-3
    assert blocked.weight[-1, 0].max() == pytest.approx(1.0, abs=1e-3)
    reward = np.append(np.ones(300), np.zeros(300))
    higher = temporal_difference(schedule((A, 300), (AB, 300)), [10, CS], reward, US, STEPS).value[:, CS]
    assert higher[300] == 0.0
    assert higher[300:].max() > 0.3
    assert higher[-1] < 0.01


def test_temporal_difference_extinction_and_a_second_run_from_its_weights():
    first = conditioning(np.ones(101))
    rest = conditioning(np.zeros(400), start=first.weight[100])
    whole = conditioning(np.append(np.ones(100), np.zeros(400)))
    assert np.array_equal(whole.error[100:], rest.error)
    assert np.abs(rest.value[-1]).max() < 0.01


# --- Pearce-Hall
# -------------------------------------------------------------------------------------------------------------------


def test_kaye_pearce_1984_associability_falls_with_prediction_and_stays_with_chance():
    outcome = np.stack([np.ones(300), (np.random.default_rng(0).random(300) < 0.5).astype(float)])
    certain, chance = pearce_hall(np.ones((300, 1)), outcome).associability[:, 200:, 0]
    assert certain.max() < 0.1 * chance.min()


def test_pearce_hall_1980_preexposure_retards_learning_and_surprise_restores_it():
    """Latent inhibition: after 30 unpaid trials the cue is weaker on each of the next ten; an omission raises
    associability.
    """
    new = pearce_hall(np.ones((11, 1)), np.ones(11)).strength[1:, 0]
    old = pearce_hall(np.ones((41, 1)), np.append(np.zeros(30), np.ones(11))).strength[31:, 0]
    assert (old < new).all()
    found = pearce_hall(np.ones((102, 1)), np.append(np.ones(100), np.zeros(2)))
    before, after = found.associability[100:, 0]
    assert before < 0.05
    assert after == pytest.approx(0.2 * abs(found.error[100]) + 0.8 * before, rel=1e-12)
    assert after > 4 * before


@few
@given(outcome=st.floats(-2, 2), kappa=st.floats(0.05, 0.5), gamma=st.floats(0.0, 0.2))
def test_pearce_hall_error_never_grows_for_a_constant_outcome(outcome, kappa, gamma):
    error = np.abs(pearce_hall(np.ones((60, 1)), np.full(60, outcome), kappa, gamma).error)
    assert (np.diff(error) <= 1e-12).all()


# --- Q-learning and Doya
# -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("beta", "expected"), [(1.0, 0.622), (3.0, 0.818), (10.0, 0.993)])
def test_doya_2002_inverse_temperature(beta, expected):
    assert softmax_probability(0.5, beta) == pytest.approx(expected, abs=1e-3)
    assert softmax(beta * np.array([0.5, 0.0]))[0] == pytest.approx(softmax_probability(0.5, beta), rel=1e-12)


@pytest.mark.parametrize(("gamma", "expected"), [(0.9, 6.6), (0.95, 13.5), (0.99, 69.0)])
def test_doya_2002_patience(gamma, expected):
    steps = indifference_delay(0.5, 1.0, gamma)
    assert steps == pytest.approx(expected, abs=0.1)
    assert gamma**steps * 1.0 == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("learner", [q_learning, change_point, meta_learning, opal, opal_star])
def test_a_learner_led_through_its_own_choices_is_itself(learner):
    own = learner(bandit(np.tile((0.7, 0.4, 0.2), (80, 1)), 30, np.random.default_rng(4)))
    led = learner(recorded(own.choice, own.reward, 3))
    for name in own._fields:
        assert np.array_equal(getattr(own, name), getattr(led, name)), name
    assert own.probability.sum(-1) == pytest.approx(1.0)


@pytest.mark.parametrize("learner", [q_learning, change_point, meta_learning, opal, opal_star])
def test_trials_without_a_choice_teach_nothing(learner):
    """A record with gaps, against the same without them; the change-point learner still doubts as time goes by."""
    values = {"hazard": 0.0} if learner is change_point else {"anneal_trials": np.inf} if learner is opal_star else {}
    values |= {"zeta": 1.0} if learner is meta_learning else {}
    rng = np.random.default_rng(5)
    choice, reward = rng.integers(0, 2, (8, 30)), rng.integers(0, 2, (8, 30)).astype(float)
    gaps = np.repeat(np.arange(30), 2)
    padded = np.where(np.arange(60) % 2 == 0, choice[:, gaps], -1)
    whole = learner(recorded(choice, reward, 2), **values)
    sparse = learner(recorded(padded, reward[:, gaps], 2), **values)
    assert np.array_equal(sparse.choice, padded)
    assert sparse.probability[:, ::2] == pytest.approx(whole.probability, abs=1e-12)


@few
@given(rate=rates, seed=seeds)
def test_q_converges_to_the_reward_rate(rate, seed):
    experience = bandit(np.full((400, 1), rate), 300, np.random.default_rng(seed))
    last = q_learning(experience, alpha=0.05, beta=0.0).q[:, -1, 0]
    assert last.mean() == pytest.approx(rate, abs=5 * np.sqrt(0.05 / 1.95 * rate * (1 - rate) / 400) + 1e-6)


def test_bandit_draws_what_it_says():
    """Choice frequencies are the probabilities and pay is the rate of the option, within five standard errors."""
    experience = bandit(np.array([[0.9, 0.5, 0.1]]), 100_000, np.random.default_rng(6))
    choice, reward = experience.step(0, np.tile((0.2, 0.5, 0.3), (100_000, 1)))
    assert (choice.sum(1) == 1).all()
    assert choice.mean(0) == pytest.approx([0.2, 0.5, 0.3], abs=5 * 0.5 / np.sqrt(100_000))
    paid = [reward[choice[:, i]].mean() for i in range(3)]
    assert paid == pytest.approx([0.9, 0.5, 0.1], abs=5 * 0.5 / np.sqrt(20_000))


def test_parameters_may_differ_by_agent():
    choice, reward = np.tile([0, 1, 0, 0, 1], (3, 1)), np.tile([1.0, 0.0, 1.0, 0.0, 1.0], (3, 1))
    together = q_learning(
        recorded(choice, reward, 2), alpha=[0.1, 0.5, 0.9], beta=[1.0, 2.0, 3.0], forgetting=[0.0, 0.1, 0.2]
    )
    for agent, values in enumerate([(0.1, 1.0, 0.0), (0.5, 2.0, 0.1), (0.9, 3.0, 0.2)]):
        alone = q_learning(recorded(choice[agent], reward[agent], 2), *values)
        assert np.array_equal(alone.q[0], together.q[agent])
        assert np.array_equal(alone.probability[0], together.probability[agent])


# --- change points
# -------------------------------------------------------------------------------------------------------------------


@few
@given(points=st.integers(2, 60), hazard=st.floats(0.0, 1.0), rewards=st.lists(st.booleans(), max_size=30))
def test_belief_sums_to_one(points, hazard, rewards):
    belief, theta = np.full(points, 1 / points), grid(points)
    for reward in rewards:
        belief = observe(drift(belief, hazard), theta if reward else 1 - theta)[0]
        assert belief.sum() == pytest.approx(1.0)
        assert (belief >= 0).all()


@few
@given(rewards=st.lists(st.integers(0, 1), min_size=1, max_size=40))
def test_without_change_points_the_learner_counts(rewards):
    """Mean (s + 1) / (n + 2) and the variance of that Beta distribution, on a fine grid."""
    found = change_point(recorded(np.zeros(len(rewards) + 1, int), np.append(rewards, 0), 1), hazard=0.0, points=2000)
    a, b = 1 + sum(rewards), 1 + len(rewards) - sum(rewards)
    assert found.mean[0, -1, 0] == pytest.approx(a / (a + b), abs=1e-4)
    assert found.estimation[0, -1, 0] == pytest.approx(a * b / ((a + b) ** 2 * (a + b + 1)), abs=1e-4)
    assert (found.unexpected == 0.0).all()


def test_expected_and_estimation_uncertainty_add_up_to_the_variance_of_the_outcome():
    found = change_point(bandit(reversals((40, 40), 0.8, 0.2), 50, np.random.default_rng(7)))
    assert found.expected + found.estimation == pytest.approx(found.mean * (1 - found.mean))
    assert found.unexpected.min() > 0 and found.unexpected.max() < 1


def test_unexpected_uncertainty_rises_at_a_reversal_and_falls_again():
    """Blocks of 60 at 90:10: highest within three trials after the reversal, back to its level within 15; P(best)
    recovers.
    """
    probabilities = reversals((60, 60), 0.9, 0.1)
    found = change_point(bandit(probabilities, 1000, np.random.default_rng(8)))
    unexpected, right = found.unexpected.mean(0), (found.choice == probabilities.argmax(1)).mean(0)
    before = unexpected[40:60].mean()
    assert 60 <= unexpected[20:].argmax() + 20 <= 62
    assert unexpected[60] > 2 * before
    assert unexpected[75:90].mean() < 1.2 * before
    assert right[60] < 0.2 and right[80:].mean() > 0.8


# --- Yu and Dayan
# --------------------------------------------------------------------------------------------------------------------

SWITCH = 200


def cue_task(validity: float, agents: int = 2000) -> np.ndarray:
    """Three cues (agents, 400, 3): the first is valid, from trial 200 on the second; the others are right half of the
    time.
    """
    good = np.arange(3) == np.where(np.arange(2 * SWITCH) < SWITCH, 0, 1)[:, None]
    return np.random.default_rng(9).random((agents, 2 * SWITCH, 3)) < np.where(good, validity, 0.5)


def cue_learner(validity: float = 0.9, **gains):
    """(the learner's record, trials it took to trust the new cue, share of trials on which it left the valid cue)."""
    found = yu_dayan(cue_task(validity), **gains)
    trusting = found.cue[:, 100:SWITCH] == 0
    alarms = (found.changed[:, 100:SWITCH] & trusting).sum() / trusting.sum()
    new = found.cue[:, SWITCH:] == 1
    late = np.where(new.any(1), new.argmax(1), SWITCH)[found.cue[:, SWITCH - 1] == 0]
    return found, late, alarms


@pytest.mark.parametrize(("ach", "threshold"), [(0.0, 0.0), (0.1, 1 / 6), (0.25, 1 / 3), (0.5, 0.5)])
def test_yu_dayan_2005_acetylcholine_sets_the_threshold(ach, threshold):
    assert switch_test(threshold + 1e-9, ach)
    assert not switch_test(threshold - 1e-9 if threshold else 0.0, ach)


def test_yu_dayan_2005_switch_raises_norepinephrine_then_acetylcholine():
    """NE is highest 2 to 10 trials after the switch, then ACh, which is learned anew; both come back."""
    found, late, _ = cue_learner()
    ne, ach = found.ne.mean(0), found.ach.mean(0)
    ne_peak, ach_peak = ne[100:].argmax() + 100, ach[100:].argmax() + 100
    assert SWITCH + 2 <= ne_peak <= SWITCH + 10
    assert ne_peak < ach_peak <= SWITCH + 20
    assert ne[ne_peak] > 3 * ne[150:SWITCH].mean()
    assert ach[ach_peak] > 1.3 * ach[150:SWITCH].mean()
    assert ne[-50:].mean() == pytest.approx(ne[150:SWITCH].mean(), abs=0.02)
    assert ach[-1] == pytest.approx(0.1, abs=0.03)
    assert np.median(late) <= 10


def test_yu_dayan_2005_the_less_reliable_the_cue_the_later_it_is_dropped():
    runs = [cue_learner(validity) for validity in (0.95, 0.9, 0.8)]
    thresholds = [found.threshold[:, SWITCH - 1].mean() for found, _, _ in runs]
    latencies = [late.mean() for _, late, _ in runs]
    assert thresholds == sorted(thresholds)
    assert latencies == sorted(latencies)


def test_yu_dayan_2005_too_little_norepinephrine_perseverates_and_too_much_is_restless():
    (_, weak_late, weak), (_, late, intact), (_, strong_late, strong) = (
        cue_learner(ne_gain=g) for g in (0.3, 1.0, 4.0)
    )
    assert weak_late.mean() > 1.5 * late.mean() > 1.5 * strong_late.mean()
    assert weak < intact / 2 < strong / 4


def test_yu_dayan_2005_too_little_acetylcholine_gives_false_alarms():
    (_, late, intact), (_, low_late, low), (_, high_late, high) = (cue_learner(ach_gain=g) for g in (1.0, 0.25, 2.0))
    assert high < intact < low / 3
    assert low_late.mean() < late.mean() < high_late.mean()


# --- opponent actors
# -----------------------------------------------------------------------------------------------------------------

RHOS = np.array([-0.9, 0.0, 0.9])
RICH, LEAN = (0.8, 0.7), (0.3, 0.2)


def accuracy(pay: tuple[float, float], trials: int, agents: int = 6000, **values) -> tuple[np.ndarray, np.ndarray]:
    """Mean P(best) over the first trials at rho -.9, 0, +.9, and its standard error over agents."""
    experience = bandit(np.tile(pay, (trials, 1)), 3 * agents, np.random.default_rng(10))
    best = opal(experience, rho=np.repeat(RHOS, agents), **values).probability[:, :, 0].mean(1)
    return mean_and_error(best.reshape(3, agents).T)


@pytest.mark.parametrize(
    ("trials", "values"), [(50, {}), (100, {"anneal_trials": 10.0}), (200, {"anneal_trials": 10.0})]
)
def test_collins_frank_2014_opponency_suits_the_pay(trials, values):
    """From rho -.9 to +.9 accuracy falls by more than 4 points in the lean task and rises by more than 2 in the rich
    one.
    """
    (rich, rich_error), (lean, lean_error) = accuracy(RICH, trials, **values), accuracy(LEAN, trials, **values)
    assert lean[0] > lean[1] > lean[2] and lean[0] - lean[2] > 0.04 + 3 * np.hypot(lean_error[0], lean_error[2]) / 2
    assert rich[0] < rich[1] < rich[2] and rich[2] - rich[0] > 0.02
    assert rich[2] - rich[0] > 3 * np.hypot(rich_error[0], rich_error[2])


def test_collins_frank_2014_without_annealing_the_rise_is_lost_in_a_long_run():
    rich, _ = accuracy(RICH, 200)
    assert rich[1] > rich[0] > rich[2]


@pytest.mark.parametrize("pay", [RICH, LEAN])
@pytest.mark.parametrize(("alpha", "beta"), [(0.3, 1.5), (0.6, 3.0), (0.9, 1.5)])
def test_jaskir_frank_2023_opponency_that_follows_the_pay_helps_in_both_tasks(pay, alpha, beta):
    runs = [
        opal_star(bandit(np.tile(pay, (100, 1)), 3000, np.random.default_rng(11)), alpha_actor=alpha, beta=beta, k=k)
        for k in (0.0, 20.0)
    ]
    (fixed, fixed_error), (free, free_error) = (mean_and_error(run.probability[:, :, 0].mean(1)) for run in runs)
    assert free - fixed > 3 * np.hypot(fixed_error, free_error)
    assert (runs[0].rho == 0.0).all()
    assert np.sign(runs[1].rho[:, -1].mean()) == np.sign(sum(pay) - 1.0)


@few
@given(seed=seeds, rho=st.floats(-3, 3), alpha=st.floats(0.0, 1.0))
def test_actors_never_fall_below_zero(seed, rho, alpha):
    found = opal(bandit(np.tile((0.9, 0.1), (60, 1)), 20, np.random.default_rng(seed)), rho=rho, alpha_actor=alpha)
    assert min(found.g.min(), found.n.min()) >= 0.0
    assert np.abs(found.value).max() <= 1.0


# --- addiction
# -----------------------------------------------------------------------------------------------------------------------


def values_of(visits: int, drug: float = 0.0, **more) -> np.ndarray:
    """V (visits + 1,) of one cue with reward 1 on every visit."""
    return redish(np.ones((visits + 1, 1)), np.ones(visits + 1), drug, **more).value[:, 0]


def test_redish_2004_a_natural_value_settles_and_a_drug_value_grows():
    natural, drug = values_of(500), values_of(2000, 0.025)
    assert natural[[100, 500]] == pytest.approx([0.994, 1.000], abs=1e-3)
    assert drug[[100, 500, 1000, 2000]] == pytest.approx([1.0345, 1.5345, 2.1595, 3.4095], abs=1e-3)
    assert np.diff(drug[100:]) == pytest.approx(0.00125, abs=1e-12)
    assert natural == pytest.approx(1 - 0.95 ** np.arange(501), rel=1e-12)


@pytest.mark.parametrize("drug", [0.010, 0.025, 0.040])
def test_redish_2004_slope_is_eta_d(drug):
    assert np.diff(values_of(1000, drug)[300:]) == pytest.approx(0.05 * drug, abs=1e-12)


def test_redish_2004_a_drug_that_wears_off_reaches_a_plateau():
    """With D 0.99^n the value after the crossing adds eta D sum 0.99^n and stops; the last 1000 visits bring less than
    1e-4.
    """
    value = values_of(3000, 0.025, fading=0.99)
    crossing = int(np.argmax(value > 1.0))
    rest = 0.05 * 0.025 * 0.99**crossing / (1 - 0.99)
    assert value[-1] == pytest.approx(value[crossing] + rest, abs=1e-6)
    assert value[-1] - value[-1000] < 1e-4
    assert value[-1] < 1.1


def test_redish_2004_a_drug_is_not_blocked():
    """A+ then AB+: B learns nothing from a natural reward and eta D per visit from the drug."""
    cues = schedule((A, 500), (AB, 101))
    natural, drug = (redish(cues, np.ones(601), d).value[-1, 1] for d in (0.0, 0.025))
    assert abs(natural) < 1e-6
    assert drug == pytest.approx(100 * 0.05 * 0.025, rel=1e-9)


def test_redish_2004_discounted_value_of_the_next_state():
    found = redish(np.ones((2000, 1)), np.full(2000, 0.5), discount=0.9**3, next_value=2.0).value[-1, 0]
    assert found == pytest.approx(0.9**3 * 2.5, rel=1e-9)


# --- meta-learning
# -------------------------------------------------------------------------------------------------------------------

# P(correct) in trials 1-5 and 6-15 after a reversal, and in the last 20 before it
GROSSMAN_2022 = {"intact": (0.3, (0.413, 0.903, 0.942)), "lesioned": (0.0, (0.060, 0.571, 0.989))}


def around_reversal(psi: float, agents: int = 4000) -> tuple[float, float, float]:
    """P(correct) 1-5 and 6-15 trials after the one reversal, at trial 100, and in the 20 trials before it."""
    probabilities = reversals((100, 100), 0.9, 0.1)
    found = meta_learning(bandit(probabilities, agents, np.random.default_rng(12)), psi=psi)
    right = (found.choice == probabilities.argmax(1)).mean(0)
    return right[100:105].mean(), right[105:115].mean(), right[80:100].mean()


@pytest.mark.parametrize("learner", GROSSMAN_2022)
def test_grossman_2022_choices_around_a_reversal(learner):
    psi, expected = GROSSMAN_2022[learner]
    assert around_reversal(psi) == pytest.approx(expected, abs=0.05)


def test_grossman_2022_meta_learning_is_faster_after_and_noisier_before():
    intact, lesioned = around_reversal(0.3), around_reversal(0.0)
    assert intact[0] > lesioned[0] and intact[1] > lesioned[1]
    assert intact[2] < lesioned[2]


def test_grossman_2022_losses_are_learned_from_while_they_are_unexpected():
    """Before the reversal losses are rare and their rate is high; as they go on, expected uncertainty rises and the
    rate falls.
    """
    probabilities = reversals((100, 100), 0.9, 0.1)
    intact, lesioned = (
        meta_learning(bandit(probabilities, 1000, np.random.default_rng(13)), psi=p) for p in (0.3, 0.0)
    )
    rate, expected, unexpected = (values.mean(0) for values in (intact.alpha_minus, intact.expected, intact.unexpected))
    assert unexpected[100] > 10 * abs(unexpected[80:100].mean())
    assert expected[105] > 1.3 * expected[100]
    assert rate[100] > 0.6 > 0.5 > rate[105:115].max()
    assert intact.alpha_minus.min() >= 0.0
    assert (lesioned.alpha_minus == 0.2).all()


# --- refusals and layout
# -------------------------------------------------------------------------------------------------------------

ONE = np.ones((3, 1))
PLAY = recorded(np.zeros(3, int), np.ones(3), 2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: rescorla_wagner(ONE, np.ones(3), alpha=1.5), "alpha = 1.5 is outside [0, 1]."),
        (lambda: rescorla_wagner(ONE, np.ones(4)), "outcome has 4 trials; it must have 3."),
        (lambda: rescorla_wagner(ONE, [1.0, np.nan, 0.0]), "outcome = nan is not a finite number."),
        (lambda: best_alpha([0.5, 1.2]), "rates = 1.2 is outside [0, 1]."),
        (lambda: temporal_difference(ONE, [5], np.ones(3), 15, 25, gamma=-0.1), "gamma = -0.1 is outside [0, 1]."),
        (lambda: temporal_difference(ONE, [0], np.ones(3), 15, 25), "onset_step = 0 is outside [1, 24]."),
        (lambda: temporal_difference(ONE, [5], np.ones(3), 25, 25), "reward_step = 25 is outside [0, 24]."),
        (
            lambda: temporal_difference(ONE, [5, 6], np.ones(3), 15, 25),
            "onset_step has 2 onsets; it must have one for each of the 1 cues.",
        ),
        (lambda: pearce_hall(ONE, np.ones(3), gamma=2), "gamma = 2 is outside [0, 1]."),
        (lambda: redish(ONE, np.ones(3), drug=-0.1), "drug = -0.1 is outside [0, inf]."),
        (lambda: q_learning(PLAY, alpha=np.nan), "alpha = nan is outside [0, 1]."),
        (lambda: q_learning(PLAY, beta=-1.0), "beta = -1 is outside [0, inf]."),
        (
            lambda: indifference_delay(2.0, 1.0, 0.9),
            "small = 2.0, large = 1.0, gamma = 0.9: needed is 0 < small <= large and 0 < gamma < 1.",
        ),
        (lambda: meta_learning(PLAY, psi=1.1), "psi = 1.1 is outside [0, 1]."),
        (lambda: opal(PLAY, alpha_actor=-0.2), "alpha_actor = -0.2 is outside [0, 1]."),
        (lambda: opal_star(PLAY, anneal_trials=0.0), "anneal_trials = 0 is outside [1, inf]."),
        (lambda: change_point(PLAY, hazard=1.01), "hazard = 1.01 is outside [0, 1]."),
        (lambda: change_point(recorded([0], [3.0], 2)), "reward = 3 is outside [0, 1]."),
        (
            lambda: yu_dayan(np.ones((2, 3, 1))),
            "right has shape (2, 3, 1); it must be (agents, trials, cues) with two cues or more.",
        ),
        (lambda: recorded([0, 2], [1, 1], 2), "choices = 2 is outside [-1, 1]."),
        (lambda: bandit([[0.5, 1.5]], 3, np.random.default_rng(0)), "rates = 1.5 is outside [0, 1]."),
    ],
)
def test_a_refusal_names_the_value_and_its_bound(call, sentence):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value) == sentence


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_baselines_import_numpy_and_each_other_only(path):
    tree = ast.parse(path.read_text())
    named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    allowed = ("numpy", "typing", "collections.abc", "engine.baselines.")
    assert [name for name in named if not name.startswith(allowed)] == []


def test_reversals_change_places_after_each_block():
    found = reversals((2, 3), 0.8, 0.2)
    assert found.tolist() == [[0.8, 0.2]] * 2 + [[0.2, 0.8]] * 3
