"""Where it spends its time: share of the time in each part of the field, before and after the move of the goal."""

import numpy as np

from components import field
from components import figures as draw
from components.theme import Theme

TITLE = "Where does it spend its time?"
COLUMN = "more"
HELP = (
    "The field from above in 16 by 16 parts, before and after the move of the goal. The area of a square is the share of the time that the animal "
    "spent there; full squares stand for 2 % and more. Circles: the goals, filled where they pay."
)
MARGIN = (0.8, 0.8, 1.7, 0.5)
NAMES = ("before the move", "after the move")
FULL_PERCENT = 2.0


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    parts = [f"{100.0 * near(run, phase, goal):.0f} %" for phase, goal in ((0, 0), (1, 0), (1, 1))]
    return f"Of its time before the move the animal spends {parts[0]} near the first goal; after it {parts[1]} there and {parts[2]} near the second."


def near(run, phase: int, goal: int) -> float:
    """Share of the time within 0.5 of a goal."""
    x, y = middles(run)
    return float(run.occupancy_percent[phase][np.hypot(x - run.goal_x[goal], y - run.goal_y[goal]) < 0.5].sum()) * 1e-2


def middles(run) -> tuple[np.ndarray, np.ndarray]:
    """Middles of the squares."""
    n = round(run.occupancy_percent.shape[1] ** 0.5)
    at = (np.arange(n) + 0.5) * 2.0 * field.HALF / n - field.HALF
    return np.tile(at, n), np.repeat(at, n)


def figure(run, theme: Theme) -> dict:
    """Two fields of squares."""
    x, y = middles(run)
    side = 2.0 * field.HALF / round(run.occupancy_percent.shape[1] ** 0.5)
    data, shapes, words = [], [], []
    for k, share in enumerate(run.occupancy_percent):
        half = 0.5 * side * np.sqrt(np.minimum(share / FULL_PERCENT, 1.0))
        data.append(field.area(field.squares(x, y, half), theme.post, theme, k, "time"))
        data.append(field.goal(run, k, theme.modulator["da"], theme, k, True))
        data.append(field.goal(run, 1 - k, theme.muted, theme, k, False))
        shapes += field.frame(run, theme, k)
        words.append(field.title(theme, k, NAMES[k]))
    return {"data": data, "layout": draw.layout(theme, field.axes(theme, 2, gap=0.06), MARGIN, words, shapes)}
