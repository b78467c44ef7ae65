r"""Bayesian change-point learner: rates of reward that may be drawn anew before any trial.

Belief b_i(theta) over the reward rate of every option, on a grid of rates, starting flat. On each trial, for the chosen option,

    L(theta) = theta^r (1 - theta)^(1 - r)
    P(change | r) = h <L>_flat / ( h <L>_flat + (1 - h) <L>_b )          the rate was new on this trial, given its outcome
    b <- [ h flat + (1 - h) b ] L / <L>_{h flat + (1 - h) b}

and an option that was not chosen only drifts towards flat, b <- h flat + (1 - h) b. With h = 0 this is counting: the mean after
s rewards in n trials is (s + 1) / (n + 2). Three kinds of uncertainty:

    expected     <theta (1 - theta)>_b      the outcome would still vary if the rate were known
    estimation   Var_b(theta)               the rate is not known well; the two add up to the variance of the outcome
    unexpected   P(change | r)              the rate is not the one that was known

Choices: options change independently and with one hazard rate h; the grid has 51 rates at the middles of equal cells;
choice is softmax of the means.

Behrens TEJ et al. (2007) Nat Neurosci 10:1214 (the volatility there is itself inferred; here h is given).
Payzan-LeNestour E, Bossaerts P (2011) PLoS Comput Biol 7:e1001048 (the three kinds).
"""

from typing import NamedTuple

import numpy as np

from engine.baselines.bandit import Experience, number_of, over_trials, per_agent, softmax
from engine.baselines.checks import bounded, finite


class ChangePoint(NamedTuple):
    """What the learner believed and did, trial by trial."""

    mean: np.ndarray  # (agents, trials, options) expected reward rate, as this trial's choice is made
    expected: np.ndarray  # (agents, trials, options) expected uncertainty
    estimation: np.ndarray  # (agents, trials, options) variance of the rate
    unexpected: (
        np.ndarray
    )  # (agents, trials) probability that the chosen option's rate was new on this trial; h where nothing was chosen
    probability: np.ndarray  # (agents, trials, options) of choosing each option
    choice: np.ndarray  # (agents, trials) option from 0, -1 where none
    reward: np.ndarray  # (agents, trials)


def grid(points: int = 51) -> np.ndarray:
    """Reward rates (points,): the middles of equal cells of [0, 1]."""
    bounded(2, 10_000, points=points)
    return (np.arange(points) + 0.5) / points


def drift(belief: np.ndarray, hazard) -> np.ndarray:
    """The belief (..., points) with the chance taken into account that the rate is new."""
    return (1.0 - hazard) * belief + hazard / belief.shape[-1]


def observe(belief: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(belief, evidence): belief (..., points) after Bayes' rule with likelihood seen (..., points), and the mean likelihood before."""
    joint = belief * seen
    evidence = joint.sum(-1, keepdims=True)
    return joint / evidence, evidence[..., 0]


def likelihood(rates: np.ndarray, choice: np.ndarray, reward: np.ndarray) -> np.ndarray:
    """L (agents, options, points) of reward (agents,), 1 for the options not chosen; a reward between 0 and 1 is a share of wins."""
    r = reward[:, None, None]
    return np.where(choice[..., None], rates**r * (1.0 - rates) ** (1.0 - r), 1.0)


def change_probability(held: np.ndarray, seen: np.ndarray, hazard: np.ndarray) -> np.ndarray:
    """P(change | r) (agents, options) from the belief before the drift and the likelihood, both (agents, options, points)."""
    anew, still = hazard * seen.mean(-1), (1.0 - hazard) * (held * seen).sum(-1)
    return anew / (anew + still)


def change_point(experience: Experience, hazard=0.05, beta=5.0, points: int = 51) -> ChangePoint:
    """The learner over the trials of an experience. hazard, beta: one number or one per agent."""
    bounded(0.0, 1.0, hazard=hazard)
    bounded(0.0, np.inf, beta=beta)
    finite(beta=beta)
    rates, hazard, beta = grid(points), per_agent(hazard), per_agent(beta)
    held = np.full((experience.agents, experience.options, points), 1.0 / points)
    rows = []
    for trial in range(experience.trials):
        belief = drift(held, hazard[..., None])
        mean, second = belief @ rates, belief @ rates**2
        probability = softmax(beta * mean)
        choice, reward = experience.step(trial, probability)
        bounded(0.0, 1.0, reward=reward)
        seen = likelihood(rates, choice, reward)
        # an option not chosen gives no evidence, and its probability of a change is h: the product picks the chosen one
        unexpected = np.where(choice.any(-1), (choice * change_probability(held, seen, hazard)).sum(-1), hazard[:, 0])
        rows.append(
            ChangePoint(mean, mean - second, second - mean**2, unexpected, probability, number_of(choice), reward)
        )
        held = observe(belief, seen)[0]
    return over_trials(rows)
