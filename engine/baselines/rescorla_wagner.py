r"""Rescorla-Wagner: all cues that are present share one prediction error.

    Delta V_i = alpha_i beta (lambda - sum_{j present} V_j)          for every cue i that is present

V: associative strength. lambda: the outcome that the trial supports. alpha, salience of the cue, and beta, rate of the outcome,
come only as a product, here `alpha` (choice: one rate for outcome and omission).

`best_alpha` asks which rate follows a rate of reward p_t best (Behrens et al. 2007). With one cue and Bernoulli rewards the
strength before trial t has a mean m and a variance s that obey

    m <- m + alpha (p - m)          s <- (1 - alpha)^2 s + alpha^2 p (1 - p)

so that the mean squared error  E = mean over trials of (m_t - p_t)^2 + s_t  is exact, without a simulation. To predict the outcome
instead of its rate adds p (1 - p), whatever alpha, and has the same best alpha. Choices: V starts at 0.5, between the two outcomes;
all trials count, the first ones too. Then E is smallest at alpha

    120 trials at 75 %                                          0.05
    170 trials at 80:20 that reverse after 30, 40, 30, 40       0.21
    170 trials at 80:20 that reverse every 15                   0.30

The first of these depends on the length of the block: for a rate that never changes, the best alpha falls towards 0 as trials go on.

Rescorla RA, Wagner AR (1972) A theory of Pavlovian conditioning. In: Classical Conditioning II, 64-99.
Behrens TEJ, Woolrich MW, Walton ME, Rushworth MFS (2007) Nat Neurosci 10:1214. The schedule of the blocks is from memory.
"""

from typing import NamedTuple

import numpy as np

from engine.baselines.checks import bounded, finite, same_trials

ALPHAS = np.linspace(0.01, 1.0, 100)


class RescorlaWagner(NamedTuple):
    """What the learner held and found, trial by trial; "..." is empty or the agents."""

    strength: np.ndarray  # (..., trials, cues) V before the trial
    prediction: np.ndarray  # (..., trials) sum of V over the cues that are present
    error: np.ndarray  # (..., trials) outcome less prediction


def rescorla_wagner(cues: np.ndarray, outcome: np.ndarray, alpha=0.1, start=0.0) -> RescorlaWagner:
    """Strengths over trials. cues (trials, cues), 1 where present; outcome (trials,) or (agents, trials);
    alpha, start: one number or one per cue."""
    cues, outcome = np.asarray(cues, float), np.asarray(outcome, float)
    bounded(0.0, 1.0, alpha=alpha, cues=cues)
    finite(outcome=outcome, start=start)
    same_trials(cues.shape[0], outcome=outcome.shape[-1])
    strength = np.empty((*outcome.shape, cues.shape[1]))
    error = np.empty(outcome.shape)
    v = np.broadcast_to(np.asarray(start, float), (*outcome.shape[:-1], cues.shape[1]))
    for trial, present in enumerate(cues):
        strength[..., trial, :] = v
        error[..., trial] = outcome[..., trial] - v @ present
        v = v + alpha * present * error[..., trial, None]
    return RescorlaWagner(strength, outcome - error, error)


def expected_squared_error(rates: np.ndarray, alphas: np.ndarray = ALPHAS, start: float = 0.5) -> np.ndarray:
    """E (alphas,): mean over trials of the expected (V - p)^2, for reward probabilities rates (trials,)."""
    rates, alphas = np.asarray(rates, float), np.asarray(alphas, float)
    bounded(0.0, 1.0, rates=rates, alphas=alphas)
    finite(start=start)
    mean, variance, total = np.full(alphas.shape, float(start)), np.zeros(alphas.shape), np.zeros(alphas.shape)
    for p in rates:
        total += (mean - p) ** 2 + variance
        mean = mean + alphas * (p - mean)
        variance = (1 - alphas) ** 2 * variance + alphas**2 * p * (1 - p)
    return total / rates.size


def best_alpha(rates: np.ndarray, alphas: np.ndarray = ALPHAS, start: float = 0.5) -> float:
    """The alpha of smallest expected squared error on reward probabilities rates (trials,)."""
    return float(np.asarray(alphas)[expected_squared_error(rates, alphas, start).argmin()])
