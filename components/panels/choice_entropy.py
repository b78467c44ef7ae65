"""Entropy of the choices of the last ten trials (bits), by trial, and of the choice probabilities of Q-learning."""

from components import figures as draw
from components import option_marks as marks
from components.figures import Curve
from components.theme import Theme

TITLE = "How varied are the choices?"
COLUMN = "more"
HELP = (
    "Entropy of the choices of the last ten trials, mean of all networks: 0 bit when one option is always chosen, 1 bit for two options at random. "
    "Dashed: entropy of the choice probabilities of Q-learning led through the same trials."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    return f"The entropy of the choices is {draw.number(run.entropy.mean())} bit on average and {draw.number(run.entropy[-1])} bit at the end."


def figure(run, theme: Theme) -> dict:
    """Two curves and the reversals."""
    span, top = marks.trial_span(run), 2.0 if marks.options(run) > 2 else 1.0
    y_range = draw.padded(0.0, top)
    axes = {
        "xaxis": draw.axis(theme, span, "trial", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(theme, y_range, draw.upright(theme, "entropy (bit)", "bit"), (0.0, top)),
    }
    data = [
        marks.change_marks(run, theme, span, y_range),
        draw.line(
            run.trial,
            run.entropy_q,
            theme.muted,
            theme,
            "Q-learning: %{y:.2f} bit, trial %{x:.0f}",
            dash="dash",
            name="Q-learning",
        ),
        draw.line(run.trial, run.entropy, theme.ink, theme, "%{y:.2f} bit, trial %{x:.0f}", ghost=True, name="circuit"),
    ]
    curves = [
        Curve(run.trial, run.entropy, "circuit", theme.ink),
        Curve(run.trial, run.entropy_q, "Q-learning", theme.muted),
    ]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, span, y_range)),
    }
