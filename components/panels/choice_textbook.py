"""P(best) of three textbook learners led through the circuit's own trials: Q-learning, a Bayesian change-point learner,
OpAL.
"""

from components import figures as draw
from components import option_marks as marks
from components.figures import Curve
from components.theme import Theme

TITLE = "What would a textbook pick?"
COLUMN = "more"
HELP = (
    "Led through the same choices and rewards (dashed, mean of the last ten trials): Q-learning; a Bayesian learner who expects a change every 40 trials; OpAL, "
    "opponent actors with the same balance of D1 and D2, which forget no choice. Solid: the circuit. Upright: another option becomes best."
)
Y_RANGE = draw.padded(0.0, 1.0)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    shares = ", ".join(f"{name} {marks.percent(float(y.mean()))}" for name, y, _, _ in learners(run))
    return f"P(best), mean of all trials: circuit {marks.percent(float(run.p_best_seeds.mean()))}, {shares}."


def learners(run) -> list[tuple]:
    """Name, curve, name on the picture, dash of each learner."""
    return [
        ("Q-learning", run.p_q, "Q", "dash"),
        ("Bayesian", run.p_bayes, "Bayes", "8px,3px"),
        ("OpAL", run.p_opal, "OpAL", "3px,3px"),
    ]


def figure(run, theme: Theme) -> dict:
    """The circuit, three learners and the reversals."""
    span = marks.trial_span(run)
    axes = {
        "xaxis": draw.axis(theme, span, "trial", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(theme, Y_RANGE, draw.upright(theme, "P(best)", "P"), (0.0, 0.5, 1.0)),
    }
    data, curves = [marks.change_marks(run, theme, span, Y_RANGE)], []
    colours = (theme.muted, theme.modulator["ne"], theme.modulator["da"])
    for (name, y, short, dash), colour in zip(learners(run), colours, strict=True):
        data.append(
            marks.curve(
                run.trial,
                y,
                span,
                Y_RANGE,
                colour,
                theme,
                f"{name}: %{{y:.2f}}, trial %{{x:.0f}}",
                dash=dash,
                name=name,
            )
        )
        curves.append(Curve(data[-1]["x"], data[-1]["y"], short if y[0] == y[0] else "", colour))
    mean = run.p_best_seeds.mean(axis=0)
    data.append(
        draw.line(
            run.trial, mean, theme.ink, theme, "circuit: %{y:.0%} of ten, trial %{x:.0f}", ghost=True, name="circuit"
        )
    )
    curves.append(Curve(run.trial, mean, "circuit", theme.ink))
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, span, Y_RANGE)),
    }
