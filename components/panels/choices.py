"""Trial by trial: the answers, which of them were paid, and the share of A among the last 20, with a band over seeds."""

import numpy as np

from components import figures as draw
from components.theme import Theme

TITLE = "Answers, trial by trial"
COLUMN = "mechanism"
HELP = (
    "Every tick is a trial in which pool A or pool B had more spikes. The line is the share of A among the last 20 trials; the band holds eight "
    "networks that differ only in chance. At the upright line the right answer changes from A to B."
)
MARGIN = (8.6, 4.2, 0.8, 3.2)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    swap = min(int(run.swap), run.answer.size)
    before = f"before the swap A is chosen in {100 * run.p_a[max(swap - 1, 0)]:.0f} % of the last trials"
    return f"{draw.counted(run.answer.size, 'trial')}; {before}, at the end in {100 * run.p_a[-1]:.0f} %."


def figure(run, theme: Theme) -> dict:
    """Rows: answers A, answers B, paid answers, share of A."""
    span = (0.0, draw.nice(run.settings.values["trials"], (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)))
    ticks = draw.round_ticks(*span)
    heights = {"A": 0.7, "B": 0.7, "PAID": 0.7, "SHARE": 5.0}
    domains = draw.rows(heights)
    axes = {"xaxis": draw.axis(theme, span, "trial", ticks, anchor="y4", showgrid=False)}
    for k, name in enumerate(("A", "B", "PAID"), 1):
        axes[f"yaxis{k if k > 1 else ''}"] = draw.axis(theme, (-0.1, 1.2), "", (), domain=domains[name], showgrid=False)
    axes["yaxis4"] = draw.axis(theme, draw.padded(0.0, 1.0), "", (0.0, 0.5, 1.0), domain=domains["SHARE"])
    data = [*answer_rows(run, theme, span), *share_lines(run, theme, span)]
    return {"data": data, "layout": draw.layout(theme, axes, MARGIN, words(run, theme), draw.grid_lines(theme, ticks))}


def answer_rows(run, theme: Theme, span: draw.Range) -> list[dict]:
    """One tick for every answer A, answer B and paid answer."""
    rows = (
        ("y", run.answer == 1.0, theme.post, "answer A"),
        ("y2", run.answer == -1.0, theme.trace_ltd, "answer B"),
        ("y3", run.rewarded == 1.0, theme.modulator["da"], "paid"),
    )
    return [
        draw.line(*draw.spike_ticks(run.trial[hit], span), colour, theme, at=at, thin=True, name=name)
        for at, hit, colour, name in rows
    ]


def share_lines(run, theme: Theme, span: draw.Range) -> list[dict]:
    """The band over seeds, this seed, and the swap."""
    low, high = run.p_a_seeds.min(axis=0), run.p_a_seeds.max(axis=0)
    band = draw.line(
        np.concatenate((run.trial, run.trial[::-1])), np.concatenate((low, high[::-1])), theme.ghost, theme, at="y4", thin=True,
        fill="tozeroy", fillcolor=draw.faded(theme.ghost, 0.18), name="eight networks",
    )  # fmt: skip
    band["line"] = band["line"] | {"width": 0}
    now = draw.line(
        run.trial,
        run.p_a,
        theme.ink,
        theme,
        "A in %{y:.0%} of the last 20, trial %{x:.0f}",
        at="y4",
        ghost=True,
        name="share of A",
    )
    swap = draw.line(
        np.array([run.swap, run.swap]) + 0.5,
        np.array([-1.0, 2.0]),
        theme.ghost,
        theme,
        at="y4",
        thin=True,
        dash="dot",
        name="swap",
    )
    return [band, now, swap]


def words(run, theme: Theme) -> list[dict]:
    """Row names, and the end of the line."""
    left = MARGIN[0]
    names = (
        ("y", "A", "", theme.post),
        ("y2", "B", "", theme.trace_ltd),
        ("y3", "PAID", "", theme.modulator["da"]),
        ("y4", "SHARE A", "of last 20", None),
    )
    labels = [draw.row_label(theme, at, title, unit, left, colour) for at, title, unit, colour in names]
    return labels + draw.end_labels(
        theme, "y4", (0.0, 1.0), 280, [(f"{100 * run.p_a[-1]:.0f} %", theme.ink, float(run.p_a[-1]))]
    )
