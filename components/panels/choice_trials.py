"""Trial by trial: which option was chosen, what was paid, and how often the best one is chosen, beside Q-learning on
the same trials.
"""

import numpy as np

from components import figures as draw
from components import option_marks as marks
from components.theme import Theme

TITLE = "Choices, trial by trial"
COLUMN = "mechanism"
HELP = (
    "Every tick is a trial. The line is the share of best choices among the last ten trials, mean of all networks (they differ only in chance); the band holds the "
    "middle 80 % of them. Dashed: Q-learning (rate 0.3, beta 5) led through the same trials. Dotted: another option becomes best."
)
AXES = ("y", "y2", "y3", "y4")  # of the options
PAID, SHARE = "y5", "y6"
HEIGHT_PX = 213  # the height it is drawn for
Y_RANGE = draw.padded(0.0, 1.0)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    return (
        f"{draw.counted(run.trial.size, 'trial')}; the best option is chosen in {100 * run.p_best_seeds[:, -1].mean():.0f} % of the last ten "
        f"(mean of {draw.counted(len(run.p_best_seeds), 'network')}), Q-learning on the same trials would in {100 * run.p_q[-1]:.0f} %."
    )


def figure(run, theme: Theme) -> dict:
    """Rows: choices of each option, paid trials, share of best choices."""
    span, n = marks.trial_span(run), marks.options(run)
    ticks = draw.round_ticks(*span)
    domains = draw.rows({**dict.fromkeys(AXES[:n], 0.6), PAID: 0.6, SHARE: 4.4})
    axes = {"xaxis": draw.axis(theme, span, "trial", ticks, anchor=SHARE, showgrid=False)}
    for at in (*AXES, PAID):
        axes[draw.key(at)] = draw.axis(
            theme, (-0.1, 1.2), "", (), domain=domains.get(at, domains[PAID]), showgrid=False, visible=at in domains
        )
    axes[draw.key(SHARE)] = draw.axis(theme, Y_RANGE, "", (0.0, 0.5, 1.0), domain=domains[SHARE])
    words = [*names(run, theme), *ends(run, theme, domains)]
    return {
        "data": [*choices(run, theme, span), *shares(run, theme, span)],
        "layout": draw.layout(theme, axes, draw.mechanism_margin(theme), words, draw.grid_lines(theme, ticks)),
    }


def choices(run, theme: Theme, span: draw.Range) -> list[dict]:
    """One tick for every choice of each option, and for every paid trial."""
    rows = [
        (at, run.trial[run.choice == k], marks.colours(theme)[k], f"choice {marks.LETTERS[k]}")
        for k, at in enumerate(AXES)
    ]
    rows.append((PAID, run.trial[run.reward > 0.0], theme.ink, "paid"))
    return [
        draw.line(*draw.spike_ticks(at_trial, span), colour, theme, at=at, thin=True, name=name)
        for at, at_trial, colour, name in rows
    ]


def shares(run, theme: Theme, span: draw.Range) -> list[dict]:
    """The band and the mean over networks, Q-learning, and where the best option changes."""
    low, high = np.percentile(run.p_best_seeds, (10, 90), axis=0)
    when = "trial %{x:.0f}"
    return [
        marks.band(run.trial, low, high, span, theme, SHARE),
        marks.change_marks(run, theme, span, Y_RANGE, SHARE),
        draw.line(run.trial, run.p_q, theme.muted, theme, f"Q-learning: P(best) %{{y:.2f}}, {when}", at=SHARE, dash="dash", name="Q-learning"),
        draw.line(run.trial, run.p_best_seeds.mean(axis=0), theme.ink, theme, f"best in %{{y:.0%}} of ten, {when}", at=SHARE, ghost=True, name="networks"),
    ]  # fmt: skip


def names(run, theme: Theme) -> list[dict]:
    """Row names."""
    left = draw.mechanism_margin(theme)[0]
    rows: list[tuple[str, str, str, str | None]] = [
        (at, marks.LETTERS[k], "", marks.colours(theme)[k]) for k, at in enumerate(AXES[: marks.options(run)])
    ]
    rows += [(PAID, "PAID", "", None), (SHARE, "P(BEST)", "of last 10", None)]
    return [draw.row_label(theme, at, title, unit, left, colour) for at, title, unit, colour in rows]


def ends(run, theme: Theme, domains: dict) -> list[dict]:
    """What the lines are, at their right ends."""
    height = (domains[SHARE][1] - domains[SHARE][0]) * draw.inner_px(theme, HEIGHT_PX)
    items = [
        ("circuit", theme.ink, float(run.p_best_seeds[:, -1].mean())),
        ("Q-learn.", theme.muted, float(run.p_q[-1])),
    ]
    return draw.end_labels(theme, SHARE, Y_RANGE, height, items)
