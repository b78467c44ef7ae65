"""Win-stay and lose-shift: how often a choice is repeated after a win and changed after a loss."""

import numpy as np

from components import figures as draw
from components.theme import Theme

TITLE = "Win-stay, lose-shift"
COLUMN = "more"
HELP = (
    "How often a choice is repeated after a win and changed after a loss. Filled: all networks. Dashed: Q-learning in the same trials. "
    "One who only ever stays after a win and shifts after a loss remembers one trial; a slower learner forgives a loss."
)
WIDE = 0.3


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    texts = [f"{v[0]:.0f} % (Q-learning {v[1]:.0f} %)" if np.isfinite(v).all() else "in 0 trials" for v in bars(run)]
    return f"Repeated after a win: {texts[0]}; changed after a loss: {texts[1]}."


def bars(run) -> tuple[np.ndarray, np.ndarray]:
    """(stay, shift), each of circuit and Q-learning (%)."""
    return run.win_stay_percent, run.lose_shift_percent


def figure(run, theme: Theme) -> dict:
    """Two pairs of bars."""
    span, y_range = (-0.5, 1.5), draw.padded(0.0, 100.0, 0.06)
    axes = {
        "xaxis": draw.axis(
            theme,
            span,
            "answer to the last outcome (win, loss)",
            (0.0, 1.0),
            showgrid=False,
            ticktext=["stay after win", "shift after loss"],
        ),
        "yaxis": draw.axis(theme, y_range, draw.upright(theme, "trials (%)", "%"), (0.0, 50.0, 100.0)),
    }
    data = []
    for which, (name, colour, dash, left) in enumerate(
        (("circuit", theme.ink, "solid", -WIDE), ("Q-learning", theme.muted, "dash", 0.03))
    ):
        x, y = outline([v[which] for v in bars(run)], left)
        shade = draw.faded(colour, 0.35 if which == 0 else 0.08)
        data.append(
            draw.line(
                x,
                y,
                colour,
                theme,
                f"{name}: %{{y:.0f}} %",
                dash=dash,
                thin=True,
                ghost=which == 0,
                name=name,
                fill="tozeroy",
                fillcolor=shade,
            )
        )
    return {"data": data, "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, words(run, theme))}


def outline(heights: list[float], left: float) -> tuple[np.ndarray, np.ndarray]:
    """The bars as one path along their tops and the ground between them."""
    x, y = [], []
    for k, height in enumerate(np.nan_to_num(heights)):
        x += [k + left, k + left, k + left + WIDE - 0.03, k + left + WIDE - 0.03]
        y += [0.0, height, height, 0.0]
    return np.array(x), np.array(y)


def words(run, theme: Theme) -> list[dict]:
    """The heights of the circuit's bars and of those of Q-learning, on their feet."""
    out = []
    for k, values in enumerate(bars(run)):
        for which, value in enumerate(values):
            text = f"{value:.0f}" if np.isfinite(value) else ""
            x = k + (-0.5 * WIDE if which == 0 else 0.5 * WIDE)
            out.append(
                draw.label(
                    text,
                    theme,
                    colour=theme.muted if which else None,
                    size=-1,
                    x=x,
                    xanchor="center",
                    y=0,
                    yanchor="bottom",
                )
            )
    return out
