r"""Pearce-Hall: a cue is learned about as fast as its outcome was surprising of late.

    delta_t = lambda_t - sum_{j present} V_j
    V_i <- V_i + kappa a_i delta_t
    a_i <- gamma |delta_t| + (1 - gamma) a_i                    for every cue i that is present

a: associability. It is read before it is updated: the surprise of this trial speeds the learning of the next one.
Choice: the strength follows the signed error (the hybrid of Le Pelley 2004 and Li et al. 2011). In 1980 the increment was
S a lambda, with a strength of its own for inhibition; the running mean of |delta| came with Kaye & Pearce 1984.

Pearce JM, Hall G (1980) Psychol Rev 87:532. Kaye H, Pearce JM (1984) J Exp Psychol Anim Behav Process 10:90.
Le Pelley ME (2004) Q J Exp Psychol B 57:193. Li J, Schiller D, Schoenbaum G, Phelps EA, Daw ND (2011) Nat Neurosci 14:1250.
"""

from typing import NamedTuple

import numpy as np

from engine.baselines.checks import bounded, finite, same_trials


class PearceHall(NamedTuple):
    """What the learner held and found, trial by trial; "..." is empty or the agents."""

    strength: np.ndarray  # (..., trials, cues) V before the trial
    associability: np.ndarray  # (..., trials, cues) a before the trial
    prediction: np.ndarray  # (..., trials) sum of V over the cues that are present
    error: np.ndarray  # (..., trials) outcome less prediction


def pearce_hall(
    cues: np.ndarray,
    outcome: np.ndarray,
    kappa: float = 0.3,
    gamma: float = 0.2,
    associability: float = 1.0,
    start: float = 0.0,
) -> PearceHall:
    """Strengths and associabilities over trials. cues (trials, cues), 1 where present; outcome (trials,) or (agents, trials);
    associability, start: values before the first trial, one number or one per cue."""
    cues, outcome = np.asarray(cues, float), np.asarray(outcome, float)
    bounded(0.0, 1.0, kappa=kappa, gamma=gamma, cues=cues)
    bounded(0.0, np.inf, associability=associability)
    finite(outcome=outcome, start=start, associability=associability)
    same_trials(cues.shape[0], outcome=outcome.shape[-1])
    shape = (*outcome.shape[:-1], cues.shape[1])
    held = np.empty((2, *outcome.shape, cues.shape[1]))
    error = np.empty(outcome.shape)
    v, a = np.broadcast_to(np.asarray(start, float), shape), np.broadcast_to(np.asarray(associability, float), shape)
    for trial, present in enumerate(cues):
        held[:, ..., trial, :] = v, a
        error[..., trial] = outcome[..., trial] - v @ present
        delta = error[..., trial, None]
        v, a = v + kappa * a * present * delta, a + gamma * present * (np.abs(delta) - a)
    strength, alpha = held
    return PearceHall(strength, alpha, outcome - error, error)
