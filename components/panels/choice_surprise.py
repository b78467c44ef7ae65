"""Norepinephrine after the outcomes (nM) beside the probability of a change that a Bayesian learner sees in the same
outcomes.
"""

import numpy as np

from components import figures as draw
from components import option_marks as marks
from components.theme import Theme
from engine.modulators import MODULATORS

TITLE = "Does NE say what Bayes says?"
COLUMN = "more"
NM, P = "y", "y2"  # rows: norepinephrine, probability
HELP = (
    "Solid: norepinephrine in the 250 ms after the outcome of every trial, of one network. Dashed: how probable it is, for a Bayesian learner led through the same "
    "trials, that the option chosen has just changed (unexpected uncertainty)."
)


def ne_nm(run) -> np.ndarray:
    """Norepinephrine by trial."""
    return run.concentration_nm[MODULATORS.index("ne")]


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    nm, p = ne_nm(run), run.p_change
    if nm.std() == 0.0 or not np.isfinite(p).all() or p.std() == 0.0:
        return f"Norepinephrine lies between {draw.number(nm.min())} and {draw.number(nm.max())} nM."
    return f"The correlation of norepinephrine with the probability of a change is {draw.number(np.corrcoef(nm, p)[0, 1])} over {draw.counted(nm.size, 'trial')}."


def figure(run, theme: Theme) -> dict:
    """One above the other, with the reversals."""
    span, nm = marks.trial_span(run), ne_nm(run)
    top = draw.nice(max(float(nm.max()), 1.0), draw.FINE_STEPS)
    most = draw.nice(max(float(np.nan_to_num(run.p_change).max()), 0.1), draw.FINE_STEPS)
    limits, share = draw.padded(0.0, top), draw.padded(0.0, most)
    domains = draw.rows({NM: 1.0, P: 1.0}, gap=0.1)
    axes = {
        "xaxis": draw.axis(theme, span, "trial", draw.round_ticks(*span, 5), anchor=P),
        draw.key(NM): draw.axis(theme, limits, "NE (nM)", (0.0, top), domain=domains[NM]),
        draw.key(P): draw.axis(theme, share, "P(change)", (0.0, most), domain=domains[P]),
    }
    words = "P(change): %{y:.2g}, trial %{x:.0f}"
    data = [
        marks.change_marks(run, theme, span, limits, NM),
        marks.change_marks(run, theme, span, share, P),
        draw.line(
            run.trial, nm, theme.modulator["ne"], theme, "NE: %{y:.3g} nM, trial %{x:.0f}", at=NM, ghost=True, name="NE"
        ),
        marks.curve(
            run.trial, run.p_change, span, share, theme.muted, theme, words, at=P, dash="dash", name="P(change)"
        ),
    ]
    return {"data": data, "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN)}
