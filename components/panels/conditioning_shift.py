"""Dopamine at the cue and at the time of the reward, by trial, with the error of TD learning on the same trials."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "Where does dopamine answer?"
COLUMN = "effect"
HELP = (
    "Mean of five trials: dopamine after the cue and at the time of the reward, above its level before the cue. Dashed: the error of textbook TD learning on the same "
    "trials, at cue and reward, scaled to the answer to the first rewards."
)
SMOOTHED = 5
SPANS = (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    return f"In the last ten trials dopamine changes by {draw.number(run.late_cue_nm)} nM at the cue; in the first five it changed by {draw.number(run.da_at_reward_nm[:5].mean())} nM at the reward."


def smooth(y: np.ndarray) -> np.ndarray:
    """Mean over the last SMOOTHED trials, fewer at the start."""
    total = np.cumsum(np.concatenate(([0.0], y)))
    n = np.arange(1, y.size + 1)
    return (total[n] - total[np.maximum(n - SMOOTHED, 0)]) / np.minimum(n, SMOOTHED)


def td_scale(run) -> float:
    """Dopamine (nM) that stands for an error of 1: the answer to the first five rewards, by their size."""
    paid = np.flatnonzero(run.rewarded > 0.0)[:5]
    return max(float(run.da_at_reward_nm[paid].mean() / run.rewarded[paid].mean()), 1.0) if paid.size else 1.0


def figure(run, theme: Theme) -> dict:
    """Two lines, and two dashed ones of the textbook."""
    span = (0.0, draw.nice(run.settings.values["trials"], SPANS))
    cue, paid = smooth(run.da_at_cue_nm), smooth(run.da_at_reward_nm)
    scale = td_scale(run)
    down, up = draw.around(0.0, (cue, paid), 10.0, draw.FINE_STEPS)
    y_range = draw.padded(-down, up)
    axes = {
        "xaxis": draw.axis(theme, span, "trial", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(
            theme, y_range, draw.upright(theme, "DA change (nM)", "DA (nM)"), draw.tick_values(-down, up, (0.0,))
        ),
    }
    data = [draw.line(np.array(span), np.zeros(2), theme.ghost, theme, thin=True, dash="dot", name="no change")]
    for name, y, td, colour in (
        ("cue", cue, run.td_at_cue, theme.post),
        ("reward", paid, run.td_at_reward, theme.modulator["da"]),
    ):
        textbook = np.clip(smooth(td) * scale, *y_range)
        data.append(
            draw.line(
                run.trial,
                textbook,
                colour,
                theme,
                f"TD at the {name}: %{{y:.3g}} nM, scaled; trial %{{x:.0f}}",
                thin=True,
                dash="dash",
                name=f"TD, {name}",
            )
        )
        data.append(
            draw.line(
                run.trial,
                y,
                colour,
                theme,
                f"at the {name}: %{{y:.3g}} nM, trial %{{x:.0f}}",
                ghost=True,
                name=f"dopamine at the {name}",
            )
        )
    curves = [Curve(run.trial, cue, "cue", theme.post), Curve(run.trial, paid, "reward", theme.modulator["da"])]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, span, y_range)),
    }
