r"""Expected and unexpected uncertainty: acetylcholine says how unreliable the present cue is, norepinephrine that it is no longer the cue.

One of n cues foretells the target with validity gamma, the others are right half of the time; which one it is changes without a
sign. The learner trusts one cue c and holds a confidence l that it is still the right one:

    ACh = 1 - gamma,     gamma = (valid + 3) / (seen + 4), at least 1/2     expected uncertainty
    NE = 1 - (1 - h) l                                                      unexpected uncertainty
    change the cue when c was wrong and  NE > ACh / (0.5 + ACh)             switch test
    l <- L (1 - NE) / ( L (1 - NE) + NE / 2 )                               L = gamma if c was right, 1 - gamma if it was wrong

valid, seen: trials since the last change of cue on which c was right, and all. 1/2: how often c is right in any other context.
The test is Bayes' rule: a wrong cue multiplies the odds NE / (1 - NE) of another context by (1/2) / ACh, and they then exceed 1.
The more unreliable the cue is known to be, the more doubt it takes to drop it. After a change valid and seen start at 0, so that ACh is
learned anew, and the new confidence is the old doubt, l <- 1 - l.

Drugs scale the signals that are read: g_ACh ACh in L and in the test, g_NE NE in the test.

Choices: gamma is counted, starting as if 3 of 4 trials had been valid; h 0.005, a change in 200 trials; the next cue is the one, other than
the present, that was right most often of late (memory 0.8 per trial). In a two-armed bandit, cue i was right when
(choice == i) == rewarded.

Yu AJ, Dayan P (2005) Uncertainty, neuromodulation, and attention. Neuron 46:681. The test is from memory; the reading of it is ours.
"""

from typing import NamedTuple

import numpy as np

from engine.baselines.bandit import over_trials, per_agent
from engine.baselines.checks import bounded, finite

CHANCE = 0.5  # how often a cue is right that foretells nothing
VALID_BEFORE, SEEN_BEFORE = 3.0, 4.0  # what a new cue is taken to have shown
MEMORY = 0.8  # by which the record of right cues shrinks per trial


class YuDayan(NamedTuple):
    """What the learner held, trial by trial."""

    cue: np.ndarray  # (agents, trials) the cue trusted on this trial, from 0
    ach: np.ndarray  # (agents, trials) ACh before the outcome, without drug
    ne: np.ndarray  # (agents, trials) NE before the outcome, without drug
    threshold: np.ndarray  # (agents, trials) what g_NE NE is compared with
    changed: np.ndarray  # (agents, trials) True where the trial made the learner drop its cue


def threshold_of(ach):
    """The NE above which a wrong cue is dropped: ACh / (0.5 + ACh)."""
    return np.divide(ach, CHANCE + np.asarray(ach, float))


def switch_test(ne, ach):
    """Is the doubt more than the known unreliability of the cue explains?"""
    bounded(0.0, np.inf, ne=ne, ach=ach)
    return np.asarray(ne) > threshold_of(ach)


def expected_uncertainty(valid: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """ACh from the counts since the last change; a cue is never thought worse than chance."""
    return 1.0 - np.maximum((valid + VALID_BEFORE) / (seen + SEEN_BEFORE), CHANCE)


def confidence_after(ne: np.ndarray, ach: np.ndarray, hit: np.ndarray) -> np.ndarray:
    """l after a trial on which the trusted cue was right or not; all (agents, 1)."""
    explained = np.where(hit, 1.0 - ach, ach) * (1.0 - ne)
    return explained / (explained + CHANCE * ne)


def next_cue(cue: np.ndarray, record: np.ndarray) -> np.ndarray:
    """The cue of the best record (agents, cues), other than the present one, both one-hot (agents, cues)."""
    best = np.where(cue, -1.0, record).argmax(-1)
    return best[:, None] == np.arange(cue.shape[-1])


def yu_dayan(right: np.ndarray, hazard: float = 0.005, ne_gain=1.0, ach_gain=1.0) -> YuDayan:
    """The learner on right (agents, trials, cues), True where the cue foretold the target. Gains: one number or one per agent."""
    right = np.asarray(right, bool)
    bounded(1e-9, 1.0, hazard=hazard)
    bounded(0.0, np.inf, ne_gain=ne_gain, ach_gain=ach_gain)
    finite(ne_gain=ne_gain, ach_gain=ach_gain)
    if right.ndim != 3 or right.shape[-1] < 2:
        raise ValueError(f"right has shape {right.shape}; it must be (agents, trials, cues) with two cues or more.")
    ne_gain, ach_gain = per_agent(ne_gain), per_agent(ach_gain)
    cue = np.arange(right.shape[-1]) == np.zeros((right.shape[0], 1))
    valid = seen = np.zeros((right.shape[0], 1))
    confidence, record = valid + 1.0, np.zeros(cue.shape)
    rows = []
    for now_right in right.swapaxes(0, 1):
        ach, ne = expected_uncertainty(valid, seen), 1.0 - (1.0 - hazard) * confidence
        read = np.minimum(ach_gain * ach, CHANCE)
        hit = (now_right & cue).any(-1, keepdims=True)
        changed = ~hit & switch_test(ne_gain * ne, read)
        rows.append(YuDayan(cue.argmax(-1), ach[:, 0], ne[:, 0], threshold_of(read)[:, 0], changed[:, 0]))
        record = MEMORY * record + now_right
        confidence = confidence_after(ne, read, hit)
        confidence = np.where(changed, 1.0 - confidence, confidence)
        cue = np.where(changed, next_cue(cue, record), cue)
        valid, seen = np.where(changed, 0.0, valid + hit), np.where(changed, 0.0, seen + 1.0)
    return over_trials(rows)
