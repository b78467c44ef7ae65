"""Pieces of a square field seen from above: several fields in a row, goals, walls, and many small shapes as one area.

A live redraw moves points of areas that are there already. So all arrows (or squares) of a field are one closed path
that goes from shape to shape and back again: the ways between them enclose nothing and, without a line, are not seen.
"""

import numpy as np

from components import figures as draw
from components.theme import Theme

HALF = 2.0
ROOM = 1.04  # a little more than the field, for the width of its border
CIRCLE = np.linspace(0.0, 2.0 * np.pi, 41)
OUTSIDE = -9.0  # where a shape is put that has nothing to show


def axes(theme: Theme, n: int, gap: float = 0.03) -> dict:
    """Unseen axes of n square fields side by side: x, y, x2, y2, ..."""
    out: dict[str, dict] = {}
    wide = (1.0 - gap * (n - 1)) / n
    span = (-ROOM * HALF, ROOM * HALF)
    for k in range(n):
        x, y = key("x", k), key("y", k)
        left = k * (wide + gap)
        out[draw.key(x)] = draw.axis(
            theme,
            span,
            ticks=(),
            visible=False,
            showgrid=False,
            domain=[left, left + wide],
            anchor=y,
            constrain="domain",
        )
        out[draw.key(y)] = draw.axis(
            theme, span, ticks=(), visible=False, showgrid=False, anchor=x, scaleanchor=x, constrain="domain"
        )
    return out


def key(letter: str, k: int) -> str:
    """Name of the axis of field k: "x", "x2", ..."""
    return letter if k == 0 else f"{letter}{k + 1}"


def frame(run, theme: Theme, k: int) -> list[dict]:
    """Border and walls of field k as shapes; walls that are not there lie outside."""
    look = {"type": "rect", "layer": "below", "xref": key("x", k), "yref": key("y", k)}
    border = look | {"x0": -HALF, "x1": HALF, "y0": -HALF, "y1": HALF, "line": {"color": theme.muted, "width": 1}}
    walls = np.full((2, 4), OUTSIDE)
    walls[: len(run.wall)] = run.wall
    block = look | {"fillcolor": theme.muted, "line": {"width": 0}}
    return [border, *[block | {"x0": w[0], "x1": w[1], "y0": w[2], "y1": w[3]} for w in walls.tolist()]]


def title(theme: Theme, k: int, text: str) -> dict:
    """Words above field k."""
    place: draw.Place = {
        "xref": key("x", k),
        "x": -HALF,
        "xanchor": "left",
        "yref": key("y", k),
        "y": ROOM * HALF,
        "yanchor": "bottom",
    }
    return draw.label(text, theme, size=-1, **place)


def goal(run, which: int, colour: str, theme: Theme, k: int, pays: bool) -> dict:
    """A goal: filled where it pays, a dotted circle where it does not."""
    x = run.goal_x[which] + run.goal_radius * np.cos(CIRCLE)
    y = run.goal_y[which] + run.goal_radius * np.sin(CIRCLE)
    xaxis, yaxis = key("x", k), key("y", k)
    if not pays:
        return draw.line(x, y, colour, theme, thin=True, at=yaxis, xaxis=xaxis, dash="dot", name="other goal")
    fill = draw.faded(colour, 0.35)
    return draw.line(x, y, colour, theme, thin=True, at=yaxis, xaxis=xaxis, fill="tozeroy", fillcolor=fill, name="goal")


def area(corners: np.ndarray, colour: str, theme: Theme, k: int, name: str) -> dict:
    """Many small polygons, corners (polygons, corners, 2), as one area."""
    closed = np.concatenate((corners, corners[:, :1]), axis=1)
    there, back = closed.reshape(-1, 2), corners[::-1, 0]
    path = np.concatenate((there, back))
    out = draw.line(
        path[:, 0],
        path[:, 1],
        colour,
        theme,
        fill="tozeroy",
        fillcolor=colour,
        name=name,
        at=key("y", k),
        xaxis=key("x", k),
    )
    return out | {"line": out["line"] | {"width": 0}}


def arrows(x: np.ndarray, y: np.ndarray, dx: np.ndarray, dy: np.ndarray, wide: float = 0.09) -> np.ndarray:
    """Corners of slim triangles from (x, y) to (x + dx, y + dy)."""
    length = np.maximum(np.hypot(dx, dy), 1e-9)
    side = np.column_stack((-dy, dx)) * (np.minimum(0.5 * wide, 0.3 * length) / length)[:, None]
    foot = np.column_stack((x, y))
    return np.stack((foot - side, foot + np.column_stack((dx, dy)), foot + side), axis=1)


def squares(x: np.ndarray, y: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Corners of squares around (x, y) with half a side `half`."""
    across, along = np.array([-1.0, 1.0, 1.0, -1.0]), np.array([-1.0, -1.0, 1.0, 1.0])
    return np.stack((x[:, None] + half[:, None] * across, y[:, None] + half[:, None] * along), axis=2)
