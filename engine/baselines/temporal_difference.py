r"""TD(lambda) with a tapped delay line: the prediction error moves from reward to cue.

    V(t) = sum_k sum_e w_{k,e} x_{k,e}(t)
    delta(t) = r(t) + gamma V(t+1) - V(t)
    w_{k,e} <- w_{k,e} + alpha sum_t delta(t) z_{k,e}(t)
    z_{k,e}(t) = gamma lambda z_{k,e}(t-1) + x_{k,e}(t)

x_{k,e}(t) is 1 when cue k is present on this trial and began e steps ago, else 0 (complete serial compound). All cues share the error,
hence blocking. An element is active once per trial, so that its weight is first read again on the next one: learning at each
step and learning at the end of the trial are the same, and the code takes a trial at a time.

delta(t) compares step t with what is expected at t + 1. The error of a cue therefore stands at the step BEFORE its onset, the error of
a reward at its own step. V after the last step is 0: a trial ends.

lambda 0 (default): the error moves backwards through the steps between reward and cue. lambda 1: it jumps.
Choices: the delay line runs to the end of the trial and is not reset by a reward; between trials nothing happens.

Sutton RS (1988) Mach Learn 3:9. Schultz W, Dayan P, Montague PR (1997) Science 275:1593.
"""

from typing import NamedTuple

import numpy as np

from engine.baselines.checks import bounded, finite, same_trials


class TemporalDifference(NamedTuple):
    """Values, errors and weights; "..." is empty or the agents."""

    value: np.ndarray  # (..., trials, steps) V(t)
    error: np.ndarray  # (..., trials, steps) delta(t)
    weight: (
        np.ndarray
    )  # (..., trials, cues, steps) before the trial; at step s stands the element that is active then, s - onset


def reward_times(reward: np.ndarray, reward_step: np.ndarray, steps: int) -> np.ndarray:
    """r(t) (..., trials, steps) from the amount (..., trials) and its step, one number or (trials,)."""
    at_step = np.arange(steps) == np.broadcast_to(reward_step, reward.shape[-1:])[:, None]
    return reward[..., None] * at_step


def eligibility(steps: int, fade: float) -> np.ndarray:
    """(steps, steps): element [t, s] is the trace at t of what was active at s, fade^(t-s) from s on, with fade = gamma lambda."""
    age = np.subtract.outer(np.arange(steps), np.arange(steps))
    return np.where(age >= 0, np.power(fade, np.maximum(age, 0.0)), 0.0)


def check_steps(onset_step: np.ndarray, reward_step: np.ndarray, cues: np.ndarray, steps: int) -> None:
    """One onset per cue, at step 1 or later so that the error before it can be seen; rewards within the trial."""
    if onset_step.shape != (cues.shape[1],):
        raise ValueError(
            f"onset_step has {onset_step.size} onsets; it must have one for each of the {cues.shape[1]} cues."
        )
    bounded(1, steps - 1, onset_step=onset_step)
    bounded(0, steps - 1, reward_step=reward_step)


def temporal_difference(
    cues: np.ndarray,
    onset_step: np.ndarray,
    reward: np.ndarray,
    reward_step: np.ndarray,
    steps: int,
    alpha: float = 0.1,
    gamma: float = 0.98,
    lam: float = 0.0,
    start=0.0,
) -> TemporalDifference:
    """Learning over any schedule of trials.

    cues: (trials, cues), 1 where the cue is shown. onset_step: (cues,), its first step. reward: amount, (trials,) or
    (agents, trials), 0 where omitted. reward_step: one number or (trials,). start: weights, a number or (cues, steps).
    """
    cues, onset_step, reward = np.asarray(cues, float), np.atleast_1d(onset_step), np.asarray(reward, float)
    bounded(0.0, 1.0, alpha=alpha, gamma=gamma, lam=lam, cues=cues)
    finite(reward=reward, start=start)
    same_trials(cues.shape[0], reward=reward.shape[-1])
    check_steps(onset_step, reward_step, cues, steps)
    received = reward_times(reward, reward_step, steps)
    begun = np.arange(steps) >= onset_step[:, None]
    trace = eligibility(steps, gamma * lam)
    value, error = np.zeros(received.shape), np.zeros(received.shape)
    weight = np.empty((*reward.shape, *begun.shape))
    w = np.broadcast_to(np.asarray(start, float) * begun, (*reward.shape[:-1], *begun.shape))
    for trial, shown in enumerate(cues):
        weight[..., trial, :, :] = w
        v = value[..., trial, :] = shown @ w
        following = np.concatenate((v[..., 1:], np.zeros_like(v[..., :1])), axis=-1)
        error[..., trial, :] = received[..., trial, :] + gamma * following - v
        w = w + alpha * (shown[:, None] * begun) * (error[..., trial, :] @ trace)[..., None, :]
    return TemporalDifference(value, error, weight)
