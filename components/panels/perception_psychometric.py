"""Psychometric curve: share of answer A (%) against the stimulus, before and after, with a band over seeds."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.theme import Theme

TITLE = "Where does A end and B begin?"
COLUMN = "effect"
HELP = (
    "Share of answer A at every stimulus, in tests with frozen synapses; no answer counts half. The upright line is the rewarded boundary. "
    "The band holds four networks that differ only in chance. d' says how well the two categories are told apart."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    wanted = draw.number(run.settings.values["boundary"])
    turn, before = draw.number(run.boundary_after), draw.number(run.d_prime_before)
    return f"The answer turns from A to B at stimulus {turn}, rewarded is a turn at {wanted}; d' is {draw.number(run.d_prime_after)}, before it was {before}."


def figure(run, theme: Theme) -> dict:
    """Both curves, the band, the rewarded boundary."""
    x_range, y_range = (0.7, run.level.size + 0.3), draw.padded(0.0, 100.0)
    axes = {
        "xaxis": draw.axis(theme, x_range, "stimulus (number)", range(1, run.level.size + 1), showgrid=False),
        "yaxis": draw.axis(theme, y_range, draw.upright(theme, "answer A (%)", "A (%)"), (0.0, 50.0, 100.0)),
    }
    low, high = 100.0 * run.p_a_seeds.min(axis=0), 100.0 * run.p_a_seeds.max(axis=0)
    band = draw.line(
        np.concatenate((run.level, run.level[::-1])), np.concatenate((low, high[::-1])), theme.ghost, theme, thin=True, fill="tozeroy",
        fillcolor=draw.faded(theme.ghost, 0.18), name="four networks",
    )  # fmt: skip
    band["line"] = band["line"] | {"width": 0}
    hover = "%{y:.0f} % A at stimulus %{x:.0f}"
    at = np.full(2, run.settings.values["boundary"] + (0.5 if run.settings.values["boundary"] % 1 == 0 else 0.0))
    data = [
        band,
        draw.line(at, np.array(y_range), theme.modulator["da"], theme, thin=True, dash="dot", name="rewarded boundary"),
        draw.line(
            run.level,
            100.0 * run.p_a_before,
            theme.muted,
            theme,
            f"before: {hover}",
            thin=True,
            dash="dash",
            name="before",
        ),
        draw.line(
            run.level, 100.0 * run.p_a_after, theme.post, theme, f"at the end: {hover}", ghost=True, name="at the end"
        ),
    ]
    curves = [
        Curve(run.level, 100.0 * run.p_a_after, f"d' {draw.number(round(float(run.d_prime_after), 1))}", theme.post),
        Curve(run.level, 100.0 * run.p_a_before, "before", theme.muted),
    ]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, x_range, y_range)),
    }
