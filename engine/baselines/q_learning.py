r"""Q-learning in a bandit, with softmax choice; and Doya's reading of beta and gamma.

    delta = r - Q_c
    Q_c <- Q_c + alpha delta
    Q_i <- (1 - f) Q_i                         for every option i that was not chosen (f = 0: nothing is forgotten)
    P(i) = exp(beta Q_i) / sum_j exp(beta Q_j)

One state without a successor, so no gamma. Where nothing was chosen, nothing is learned, but all options are forgotten alike.
Choice: Q starts at 0.

Doya reads beta as norepinephrine, gamma as serotonin, alpha as acetylcholine, delta as dopamine. Two closed forms belong to it:

    P(better) = 1 / (1 + exp(-beta dQ))
    gamma^n large = small    at    n = ln(small / large) / ln(gamma)

Watkins CJCH, Dayan P (1992) Mach Learn 8:279. Doya K (2002) Metalearning and neuromodulation. Neural Netw 15:495.
"""

from typing import NamedTuple

import numpy as np

from engine.baselines.bandit import Experience, number_of, over_trials, per_agent, softmax
from engine.baselines.checks import bounded, finite


class QLearning(NamedTuple):
    """What the learner held and did, trial by trial."""

    q: np.ndarray  # (agents, trials, options) Q before the trial
    probability: np.ndarray  # (agents, trials, options) of choosing each option on this trial
    error: np.ndarray  # (agents, trials) delta, 0 where nothing was chosen
    choice: np.ndarray  # (agents, trials) option from 0, -1 where none
    reward: np.ndarray  # (agents, trials)


def q_learning(experience: Experience, alpha=0.2, beta=3.0, forgetting=0.0, start: float = 0.0) -> QLearning:
    """Q over the trials of an experience. alpha, beta, forgetting: one number or one per agent."""
    bounded(0.0, 1.0, alpha=alpha, forgetting=forgetting)
    bounded(0.0, np.inf, beta=beta)
    finite(beta=beta, start=start)
    alpha, beta, keep = per_agent(alpha), per_agent(beta), 1.0 - per_agent(forgetting)
    q = np.full((experience.agents, experience.options), float(start))
    rows = []
    for trial in range(experience.trials):
        probability = softmax(beta * q)
        choice, reward = experience.step(trial, probability)
        error = choice * (reward[:, None] - q)
        rows.append(QLearning(q, probability, error.sum(-1), number_of(choice), reward))
        q = np.where(choice, q + alpha * error, keep * q)
    return over_trials(rows)


def softmax_probability(difference, beta):
    """P(better) for two options whose values differ by `difference`."""
    finite(difference=difference)
    bounded(0.0, np.inf, beta=beta)
    return 0.5 * (1.0 + np.tanh(0.5 * np.multiply(beta, difference)))


def indifference_delay(small, large, gamma):
    """Steps for which `large` may be late and still be worth `small` at once, discounted by gamma per step."""
    small, large, gamma = (np.asarray(value, float) for value in (small, large, gamma))
    if not np.all((small > 0.0) & (small <= large) & (gamma > 0.0) & (gamma < 1.0)):
        raise ValueError(
            f"small = {small}, large = {large}, gamma = {gamma}: needed is 0 < small <= large and 0 < gamma < 1."
        )
    return np.log(small / large) / np.log(gamma)
