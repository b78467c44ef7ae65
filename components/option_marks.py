"""What the panels of the choice experiment share: colours of the options, the axis of trials, marks of reversals."""

from typing import Unpack

import numpy as np

from components import figures as draw
from components.theme import Theme

LETTERS = "ABCD"
SPAN_STEPS = (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)


def colours(theme: Theme) -> tuple[str, str, str, str]:
    """One colour for each option."""
    return theme.post, theme.trace_ltd, theme.modulator["da"], theme.trace_ltp


def options(run) -> int:
    """How many options there are to choose from."""
    return run.rate_of.shape[0]


def trial_span(run) -> draw.Range:
    """The axis of trials: that of the whole run, also while a preview shows less."""
    return 0.0, draw.nice(run.settings.values["trials"], SPAN_STEPS)


def changes(run) -> np.ndarray:
    """Where the best option changes, between two trials."""
    return run.trial[1:][np.diff(run.best) != 0.0] - 0.5


def change_marks(run, theme: Theme, span: draw.Range, y_range: draw.Range, at: str = "y") -> dict:
    """Upright lines where the best option changes, as one trace."""
    x, share = draw.posts(changes(run), span)
    return draw.line(
        x,
        y_range[0] + share * (y_range[1] - y_range[0]),
        theme.ghost,
        theme,
        at=at,
        thin=True,
        dash="dot",
        name="best option changes",
    )


def curve(
    x: np.ndarray,
    y: np.ndarray,
    span: draw.Range,
    y_range: draw.Range,
    colour: str,
    theme: Theme,
    hover: str,
    **more: Unpack[draw.Stroke],
) -> dict:
    """A line through the points that are numbers, or one out of sight where there is none."""
    good = np.isfinite(y)
    x, y = (x[good], y[good]) if good.any() else draw.unseen(span, y_range)
    return draw.line(x, y, colour, theme, hover, **more)


def band(x, low, high, span: draw.Range, theme: Theme, at: str = "y", name: str = "networks") -> dict:
    """A shaded band between two curves, along the upper one and back along the lower; without height, on the ground,
    where they are not numbers.
    """
    good = np.isfinite(low) & np.isfinite(high)
    edge = np.asarray(span, float), np.zeros(2)
    if good.any():
        edge = np.concatenate((x[good], x[good][::-1])), np.concatenate((high[good], low[good][::-1]))
    out = draw.line(
        *edge, theme.ghost, theme, at=at, thin=True, fill="tozeroy", fillcolor=draw.faded(theme.ghost, 0.18), name=name
    )
    out["line"] = out["line"] | {"width": 0}
    return out


def percent(share: float) -> str:
    """A share in %, or a dash where there is none."""
    return f"{100 * share:.0f} %" if np.isfinite(share) else "–"
