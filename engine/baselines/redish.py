r"""Redish 2004: a drug adds to the error what no expectation can take away, so that its value grows without bound.

    natural   delta = gamma^d [R + V(l)] - V(k)
    drug      delta = max( gamma^d [R + V(l)] - V(k) + D, D )
    V(k) <- V(k) + eta delta

R: reward. D: pharmacological dopamine, as a part of the error. l: the state that follows after d steps. eta 0.05, D 0.025.
Once V has reached its natural value, every visit adds eta D = 0.00125. Bounded variant: D of the n-th visit is D b^n with b 0.99.

Choices: the lower bound holds on trials with D > 0 only. With several cues, V(k) is the sum over those present and the error is shared, as
in Rescorla-Wagner; then an old cue blocks a new one for a natural reward and not for a drug. That is a prediction of the model.
Left out: the choice between drug and natural reward, the 1000 micro-agents of different gamma, withdrawal.

Redish AD (2004) Addiction as a computational process gone awry. Science 306:1944; equations as a reading report gives them.
"""

from typing import NamedTuple

import numpy as np

from engine.baselines.checks import bounded, finite, same_trials


class Redish(NamedTuple):
    """Values and errors, visit by visit; "..." is empty or the agents."""

    value: np.ndarray  # (..., visits, cues) V before the visit
    error: np.ndarray  # (..., visits) delta


def error_of(expected: np.ndarray, goal: np.ndarray, drug: np.ndarray) -> np.ndarray:
    """delta: goal less expectation, with a drug at least the drug's own part; goal = gamma^d [R + V(l)]."""
    natural = goal - expected
    return np.where(drug > 0.0, np.maximum(natural + drug, drug), natural)


def redish(
    cues: np.ndarray,
    reward: np.ndarray,
    drug=0.0,
    eta: float = 0.05,
    discount: float = 1.0,
    next_value: float = 0.0,
    fading: float = 1.0,
) -> Redish:
    """Values over visits. cues (visits, cues), 1 where present; reward R (visits,) or (agents, visits); drug D: one number or as reward;
    discount: gamma^d; next_value: V(l); fading: b, by which D shrinks with every visit that brings the drug."""
    cues, reward = np.asarray(cues, float), np.asarray(reward, float)
    bounded(0.0, 1.0, eta=eta, discount=discount, fading=fading, cues=cues)
    bounded(0.0, np.inf, drug=drug)
    finite(reward=reward, next_value=next_value, drug=drug)
    same_trials(cues.shape[0], reward=reward.shape[-1])
    drug = np.broadcast_to(np.asarray(drug, float), reward.shape)
    drug = drug * fading ** (np.cumsum(drug > 0.0, axis=-1) - 1.0)
    goal = discount * (reward + next_value)
    value, error = np.empty((*reward.shape, cues.shape[1])), np.empty(reward.shape)
    v = np.zeros((*reward.shape[:-1], cues.shape[1]))
    for visit, present in enumerate(cues):
        value[..., visit, :] = v
        error[..., visit] = error_of(v @ present, goal[..., visit], drug[..., visit])
        v = v + eta * present * error[..., visit, None]
    return Redish(value, error)
