"""Dopamine over the time in the trial, trial by trial."""

import numpy as np

from components import figures as draw
from components.theme import Theme

TITLE = "Dopamine, trial by trial"
COLUMN = "mechanism"
HELP = (
    "Every row is a trial, the first one at the bottom. Warm colours: dopamine above its level before the cue; blue: below. The cue comes at 0, the reward at "
    "the dotted line. While a control moves only the first trials are computed; the others follow when it rests."
)
MARGIN = (4.6, 4.6, 0.6, 2.9)
STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    first, last = (
        f"{draw.number(run.da_at_cue_nm[k].mean())} nM at the cue and {draw.number(run.da_at_reward_nm[k].mean())} nM at the time of the reward"
        for k in (slice(0, 5), slice(-5, None))
    )
    return f"In the first five of {draw.counted(run.trial.size, 'trial')} dopamine changes by {first}; in the last five by {last}."


def figure(run, theme: Theme) -> dict:
    """The map, with the times of cue and reward."""
    trials, x = int(run.settings.values["trials"]), run.bin_s
    step = x[1] - x[0]
    span = (x[0] - 0.5 * step, x[-1] + 0.5 * step)
    z = np.full((trials, x.size), np.nan)
    z[: run.trial.size] = run.da_map_nm
    top = draw.nice(max(float(np.percentile(np.abs(run.da_map_nm), 99.0)), 1.0), STEPS)
    y_range = (0.5, trials + 0.5)
    axes = {
        "xaxis": draw.axis(theme, span, "time from the cue (s)", draw.round_ticks(*span), showgrid=False),
        "yaxis": draw.axis(theme, y_range, "trial", draw.round_ticks(1.0, trials, 6), showgrid=False),
    }
    hover = "%{z:+.0f} nM at %{x:.2f} s in trial %{y}"
    data = [
        draw.heat(x, np.arange(1, trials + 1), z, top, theme, hover, colour=theme.modulator["da"], name="dopamine, nM")
    ]
    data += [
        upright(at, y_range, theme, name, dash)
        for at, name, dash in ((0.0, "cue", "solid"), (float(run.reward_s), "reward", "dot"))
    ]
    return {"data": data, "layout": draw.layout(theme, axes, MARGIN, [unit_label(theme)])}


def upright(at: float, y_range, theme: Theme, name: str, dash: str) -> dict:
    """A line from the first trial to the last."""
    return draw.line(np.array([at, at]), np.array(y_range), theme.ink, theme, thin=True, dash=dash, name=name)


def unit_label(theme: Theme) -> dict:
    """The unit of the colours, under their scale."""
    place: draw.Place = {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 4,
        "yref": "paper",
        "y": 0,
        "yanchor": "top",
        "yshift": -6,
    }
    return draw.label("nM", theme, colour=theme.muted, size=-1, **place)
