r"""Meta-learning from surprise: how fast losses are learned from follows how unexpected they are.

    delta = r - Q_c,     Q_c <- Q_c + alpha delta,     Q_i <- zeta Q_i for the options not chosen
    alpha = alpha_plus for delta >= 0,  alpha_minus for delta < 0
    nu = |delta| - omega                                         unexpected uncertainty
    omega <- omega + alpha_nu nu                                 expected uncertainty
    alpha_minus <- max(0, alpha_minus + psi (nu + alpha_minus_0 - alpha_minus))    only when delta < 0

nu is taken with the omega of before the trial; Q is changed with the alpha_minus of before the trial. The lesion is psi = 0:
alpha_minus stays at alpha_minus_0. As long as losses are rare they are unexpected, and alpha_minus stands high (.70 at 90 % reward):
the intact learner is a little noisier, and after a reversal it gives the old choice up sooner. As losses go on they come to be
expected, and alpha_minus falls.

Defaults alpha_plus .4, alpha_minus_0 .2, psi .3, alpha_nu .1, zeta .95, beta 5 (choices, not fitted values); Q and omega start
at 0. On rates .9 and .1 that reverse once, after 100 trials, P(correct) in trials 1-5 after it is .42 intact and .06 lesioned,
in trials 6-15 .90 and .58, before it .94 and .99. Over ten blocks the intact learner is slower: .37 in trials 1-5.

Grossman CD, Bari BA, Cohen JY (2022) Serotonin neurons modulate learning rate through uncertainty. Curr Biol 32:586;
equations as a later implementation by others has them.
"""

from typing import NamedTuple

import numpy as np

from engine.baselines.bandit import Experience, number_of, over_trials, per_agent, softmax
from engine.baselines.checks import bounded, finite


class MetaLearning(NamedTuple):
    """What the learner held and did, trial by trial."""

    q: np.ndarray  # (agents, trials, options) Q before the trial
    probability: np.ndarray  # (agents, trials, options) of choosing each option on this trial
    alpha_minus: np.ndarray  # (agents, trials) rate for losses that held on this trial
    expected: np.ndarray  # (agents, trials) omega before the trial
    unexpected: np.ndarray  # (agents, trials) nu of this trial, 0 where nothing was chosen
    error: np.ndarray  # (agents, trials) delta, 0 where nothing was chosen
    choice: np.ndarray  # (agents, trials) option from 0, -1 where none
    reward: np.ndarray  # (agents, trials)


def meta_learning(
    experience: Experience,
    psi=0.3,
    alpha_plus=0.4,
    alpha_minus=0.2,
    alpha_nu=0.1,
    zeta=0.95,
    beta=5.0,
    start: float = 0.0,
) -> MetaLearning:
    """The learner over the trials of an experience. All but `start`: one number or one per agent; alpha_minus is where that rate starts."""
    bounded(0.0, 1.0, psi=psi, alpha_plus=alpha_plus, alpha_minus=alpha_minus, alpha_nu=alpha_nu, zeta=zeta)
    bounded(0.0, np.inf, beta=beta)
    finite(beta=beta, start=start)
    psi, alpha_plus, alpha_0, alpha_nu, zeta, beta = map(
        per_agent, (psi, alpha_plus, alpha_minus, alpha_nu, zeta, beta)
    )
    q = np.full((experience.agents, experience.options), float(start))
    omega = np.zeros((experience.agents, 1))
    a = alpha_0 + omega
    rows = []
    for trial in range(experience.trials):
        probability = softmax(beta * q)
        choice, reward = experience.step(trial, probability)
        error = choice * (reward[:, None] - q)
        delta = error.sum(-1, keepdims=True)
        nu = choice.any(-1, keepdims=True) * (np.abs(delta) - omega)
        rows.append(
            MetaLearning(q, probability, a[:, 0], omega[:, 0], nu[:, 0], delta[:, 0], number_of(choice), reward)
        )
        q = np.where(choice, q + np.where(delta < 0.0, a, alpha_plus) * error, zeta * q)
        omega = omega + alpha_nu * nu
        a = np.where(delta < 0.0, np.maximum(a + psi * (nu + alpha_0 - a), 0.0), a)
    return over_trials(rows)
