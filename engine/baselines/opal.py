r"""Opponent actors: G learns what is gained by an act and N what it costs, and dopamine at choice weighs the two.

    delta = f - V,     V <- V + alpha_C delta                                critic, f = +1 for a reward, -1 for none
    G_c <- G_c + alpha_A G_c delta,     N_c <- N_c - alpha_A N_c delta       actors (three-factor: the actor itself is a factor)
    Act_i = beta max(0, 1 + rho) G_i - beta max(0, 1 - rho) N_i,             P = softmax(Act)

G and N start at 1, V at 0, and neither actor falls below 0. rho > 0, much dopamine, lets gains decide; rho < 0 costs.
G tells options apart that pay often, N those that pay seldom. From rho -.9 to +.9 the mean P(best) of the first 50 trials falls from
.66 to .59 where the options pay 30 and 20 %, and rises from .63 to .67 where they pay 80 and 70 %.

OpAL*, `opal_star`, finds rho by itself. Its critic is a Beta distribution for each option, started flat; delta = R - mean of the
chosen one, R 0 or 1; m and sd are mean and deviation of the Beta whose counts are the averages over options:

    rho = k (m - 1/2)   if |m - 1/2| > phi sd,   else 0
    alpha_A in trial t = alpha_A / (1 + t / T)

Choices: the critic of `opal` keeps one value for the situation, not one per option. alpha_C .1, alpha_A .3, beta 1.5, no annealing.
Without annealing the actors of a long run shrink or grow without end, and the rise in the rich task is lost: over 200 trials P(best) is
.71, .72 and .66 at rho -.9, 0 and +.9. Annealed with T = 10 it lasts: .66, .70 and .71, and in the lean task .73, .71 and .66.

Collins AGE, Frank MJ (2014) Psychol Rev 121:337. Jaskir A, Frank MJ (2023) eLife 12:e85107.
"""

from typing import NamedTuple

import numpy as np

from engine.baselines.bandit import Experience, number_of, over_trials, per_agent, softmax
from engine.baselines.checks import bounded, finite


class Opal(NamedTuple):
    """What the learner held and did, trial by trial."""

    g: np.ndarray  # (agents, trials, options) G before the trial
    n: np.ndarray  # (agents, trials, options) N before the trial
    value: np.ndarray  # (agents, trials) the critic before the trial: V, or in OpAL* the mean m
    rho: np.ndarray  # (agents, trials) opponency on this trial
    probability: np.ndarray  # (agents, trials, options) of choosing each option
    choice: np.ndarray  # (agents, trials) option from 0, -1 where none
    reward: np.ndarray  # (agents, trials)


def policy(g: np.ndarray, n: np.ndarray, rho: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """P (agents, options) from the actors (agents, options) and the opponency (agents, 1)."""
    return softmax(beta * np.maximum(0.0, 1.0 + rho) * g - beta * np.maximum(0.0, 1.0 - rho) * n)


def actors(g: np.ndarray, n: np.ndarray, delta: np.ndarray, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """G and N after an error delta (agents, options), which is 0 for options not chosen."""
    return np.maximum(g + alpha * g * delta, 0.0), np.maximum(n - alpha * n * delta, 0.0)


def opal(
    experience: Experience, rho=0.0, alpha_critic=0.1, alpha_actor=0.3, beta=1.5, anneal_trials: float = np.inf
) -> Opal:
    """Opponent actors with fixed opponency. rho, alpha_critic, alpha_actor, beta: one number or one per agent; anneal_trials: T."""
    bounded(0.0, 1.0, alpha_critic=alpha_critic, alpha_actor=alpha_actor)
    bounded(0.0, np.inf, beta=beta)
    bounded(1.0, np.inf, anneal_trials=anneal_trials)
    finite(rho=rho, beta=beta)
    rho, alpha_critic, alpha_actor, beta = map(per_agent, (rho, alpha_critic, alpha_actor, beta))
    g = n = np.ones((experience.agents, experience.options))
    value = np.zeros((experience.agents, 1))
    rho = rho + value
    rows = []
    for trial in range(experience.trials):
        probability = policy(g, n, rho, beta)
        choice, reward = experience.step(trial, probability)
        delta = choice * (2.0 * reward[:, None] - 1.0 - value)
        rows.append(Opal(g, n, value[:, 0], rho[:, 0], probability, number_of(choice), reward))
        value = value + alpha_critic * delta.sum(-1, keepdims=True)
        g, n = actors(g, n, delta, alpha_actor / (1.0 + trial / anneal_trials))
    return over_trials(rows)


def opponency(wins: np.ndarray, losses: np.ndarray, k: float, phi: float) -> tuple[np.ndarray, np.ndarray]:
    """(m, rho), each (agents, 1), from the Beta counts of the options (agents, options)."""
    a, b = wins.mean(-1, keepdims=True), losses.mean(-1, keepdims=True)
    m = a / (a + b)
    sd = np.sqrt(m * (1.0 - m) / (a + b + 1.0))
    return m, np.where(np.abs(m - 0.5) > phi * sd, k * (m - 0.5), 0.0)


def opal_star(
    experience: Experience, alpha_actor=0.3, beta=1.5, k: float = 20.0, phi: float = 1.0, anneal_trials: float = 10.0
) -> Opal:
    """OpAL*. alpha_actor, beta: one number or one per agent; k = 0 holds the opponency at 0."""
    bounded(0.0, 1.0, alpha_actor=alpha_actor)
    bounded(0.0, np.inf, beta=beta, k=k, phi=phi)
    bounded(1.0, np.inf, anneal_trials=anneal_trials)
    finite(beta=beta, k=k)
    alpha_actor, beta = map(per_agent, (alpha_actor, beta))
    g = n = wins = losses = np.ones((experience.agents, experience.options))
    rows = []
    for trial in range(experience.trials):
        m, rho = opponency(wins, losses, k, phi)
        probability = policy(g, n, rho, beta)
        choice, reward = experience.step(trial, probability)
        rows.append(Opal(g, n, m[:, 0], rho[:, 0], probability, number_of(choice), reward))
        delta = choice * (reward[:, None] - wins / (wins + losses))
        wins, losses = wins + choice * reward[:, None], losses + choice * (1.0 - reward[:, None])
        g, n = actors(g, n, delta, alpha_actor / (1.0 + trial / anneal_trials))
    return over_trials(rows)
