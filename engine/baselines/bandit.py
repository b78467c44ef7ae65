"""What the choosing learners share: a bandit, softmax choice, and the record of another learner.

A learner takes an `Experience`. From `bandit` it plays for itself; from `recorded` it is led through the choices and rewards of
somebody else, such as a spiking circuit, so that both can be drawn over the same trials. Its own code is the same in both cases.

    P(i) = exp(beta Q_i) / sum_j exp(beta Q_j)          softmax

Two random numbers per agent and trial, one for the choice and one for the reward, whatever the learner: with equal seeds,
two learners meet equal luck.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from engine.baselines.checks import bounded, same_trials

NO_CHOICE = -1
Record = TypeVar("Record", bound=tuple)


class Experience(NamedTuple):
    """Where choices and rewards come from."""

    agents: int
    trials: int
    options: int
    step: Callable[[int, np.ndarray], tuple[np.ndarray, np.ndarray]]
    """(trial, P (agents, options)) -> (choice (agents, options) with one True or none, reward (agents,))"""


def softmax(drive: np.ndarray) -> np.ndarray:
    """P (..., options) from beta Q (..., options); the largest drive is taken off, so that nothing overflows."""
    weight = np.exp(drive - drive.max(-1, keepdims=True))
    return weight / weight.sum(-1, keepdims=True)


def per_agent(value) -> np.ndarray:
    """A parameter that is one number or one per agent, as a column (1 or agents, 1)."""
    return np.atleast_1d(np.asarray(value, float))[:, None]


def bandit(rates: np.ndarray, agents: int, generator: np.random.Generator) -> Experience:
    """Options that pay 1 with probability rates (trials, options), else 0; every agent chooses and is paid for itself."""
    rates = np.asarray(rates, float)
    bounded(0.0, 1.0, rates=rates)
    bounded(1, np.inf, agents=agents)
    trials, options = rates.shape

    def step(trial, probability):
        luck = generator.random((2, agents))
        cumulated = probability.cumsum(-1)
        above = cumulated > luck[0, :, None] * cumulated[:, -1:]
        choice = above & (
            above.cumsum(-1) == 1
        )  # the first option whose cumulated probability exceeds the number drawn
        return choice, (luck[1] < choice @ rates[trial]).astype(float)

    return Experience(agents, trials, options, step)


def recorded(choices: np.ndarray, rewards: np.ndarray, options: int) -> Experience:
    """Choices (agents, trials), from 0, -1 where nothing was chosen, and rewards (agents, trials), as they were."""
    choices, rewards = np.atleast_2d(choices), np.atleast_2d(np.asarray(rewards, float))
    bounded(NO_CHOICE, options - 1, choices=choices)
    same_trials(choices.shape[1], rewards=rewards.shape[1])

    def step(trial, probability):
        return choices[:, trial, None] == np.arange(options), rewards[:, trial]

    agents, trials = choices.shape
    return Experience(agents, trials, options, step)


def number_of(choice: np.ndarray) -> np.ndarray:
    """Index (agents,) of the option chosen, -1 where none was, from a choice (agents, options)."""
    return np.where(choice.any(-1), choice.argmax(-1), NO_CHOICE)


def over_trials(rows: Sequence[Record]) -> Record:
    """One record per trial, of arrays (agents, ...), as one record of arrays (agents, trials, ...)."""
    return type(rows[0])(*(np.stack(column, axis=1) for column in zip(*rows, strict=True)))


def reversals(blocks: Sequence[int], high: float, low: float) -> np.ndarray:
    """Rates (trials, 2): the options pay `high` and `low`, and change places after each block of that many trials."""
    bounded(0.0, 1.0, high=high, low=low)
    first_is_high = np.repeat(np.arange(len(blocks)) % 2 == 0, blocks)
    return np.where(np.column_stack((first_is_high, ~first_is_high)), high, low)


def mean_and_error(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over agents or seeds, the first axis, and its standard error."""
    values = np.asarray(values, float)
    return values.mean(0), values.std(0, ddof=1) / np.sqrt(values.shape[0])
