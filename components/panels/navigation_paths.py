"""Where it goes and why: paths of four trials in the field, over the policy that the weights held at their start."""

import numpy as np

from components import field
from components import figures as draw
from components.theme import Theme

TITLE = "Paths of four trials, over what the weights say"
COLUMN = "mechanism"
HELP = (
    "The field from above, 4 by 4 (a.u.). The animal starts in the middle; the line is its path, the dot where it ends. Filled: the goal that pays; "
    "dotted: the other one. Arrows: the policy at the start of that trial, the directions of the action cells weighted by the plastic "
    "synapses of each place cell. Without learning there are none."
)
NAMES = ("first", "before the move", "after the move", "last")
SHORT = ("first", "before", "after", "last")
MARGIN = (0.8, 0.8, 1.8, 0.6)
COMPACT_PX = 116  # height on a narrow screen
EVERY = 2  # points of a path that make one of the picture
ARROW = 0.36  # length of the arrow of a place cell half of whose synapses are at their bound


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    parts = [f"trial {int(k)} {outcome(run, int(k) - 1)}" for k in dict.fromkeys(run.shown_trial)]
    return f"Paths from the middle of the field: {', '.join(parts)}."


def outcome(run, k: int) -> str:
    """How a trial ended."""
    return f"reached the goal after {draw.number(run.latency_s[k])} s" if run.found[k] else "did not reach the goal"


def figure(run, theme: Theme) -> dict:
    """Four fields in a row."""
    names = list(SHORT if theme.compact else NAMES)
    if run.trial.size < run.settings.values["trials"] and not run.partial:
        names[-1] = "so far" if theme.compact else "last of the preview"
    data, shapes, words = [], [], []
    for k, number in enumerate(run.shown_trial):
        pays = int(number > run.move_at)
        data += one_field(run, theme, k, pays)
        shapes += field.frame(run, theme, k)
        words.append(field.title(theme, k, f"{int(number)}: {names[k]}"))
    meta = {"height": COMPACT_PX} if theme.compact else {}
    return {"data": data, "layout": draw.layout(theme, field.axes(theme, 4), MARGIN, words, shapes, meta)}


def one_field(run, theme: Theme, k: int, pays: int) -> list[dict]:
    """Goals, policy, path and its end of shown trial k."""
    x, y = run.path_x[k], run.path_y[k]
    x_axis, y_axis = field.key("x", k), field.key("y", k)
    path = draw.line(
        np.append(x[::EVERY], x[-1]),
        np.append(y[::EVERY], y[-1]),
        theme.post,
        theme,
        name="path",
        at=y_axis,
        xaxis=x_axis,
    )
    return [
        field.goal(run, pays, theme.modulator["da"], theme, k, True),
        field.goal(run, 1 - pays, theme.muted, theme, k, False),
        field.area(policy(run, k), theme.ghost, theme, k, "policy"),
        path,
        draw.dots(
            x[-1:], y[-1:], theme.ink, theme, at=y_axis, xaxis=x_axis, size=6, marker={"line": {"width": 0}}, name="end"
        ),
    ]


def policy(run, k: int) -> np.ndarray:
    """Arrows of all place cells but those on the walls."""
    inside = (np.abs(run.place_x) < field.HALF - 1e-9) & (np.abs(run.place_y) < field.HALF - 1e-9)
    strongest = float(run.w_max) * 20.0 / np.pi * 2.0  # half of 40 directions at their bound: sum of cosines
    scale = ARROW / strongest
    dx, dy = scale * run.policy_x[k][inside], scale * run.policy_y[k][inside]
    return field.arrows(run.place_x[inside] - 0.5 * dx, run.place_y[inside] - 0.5 * dy, dx, dy)
