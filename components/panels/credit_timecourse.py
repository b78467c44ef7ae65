"""The time course of credit: weight of the rewarded synapse against all others over time (s), with the rewards."""

import numpy as np

from components import figures as draw
from components.theme import Theme

TITLE = "The target against the crowd"
COLUMN = "mechanism"
HELP = (
    "One synapse, the target, earns a reward whenever its neuron fires right after it; all others (the crowd) only happen to be active. "
    "The band holds the middle 90 % of the crowd; every tick below is a reward."
)
AXES = {"weight": "y", "reward": "y2"}
HEIGHTS = {"weight": 5.0, "reward": 0.8}
HEIGHT_PX = 213  # the height it is drawn for


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    unit = draw.weight_unit(run.settings)
    target = f"from {draw.number(run.target_weight[0])} to {draw.number(run.target_weight[-1])} {unit}"
    low, high = (draw.number(v) for v in run.crowd_band[:, -1])
    return (
        f"In {draw.number(run.t_s[-1])} s with {draw.counted(run.reward_s.size, 'reward')} the target's weight goes {target}. "
        f"The others end at {draw.number(run.crowd_mean[-1])} {unit} on average, most of them between {low} and {high}."
    )


def figure(run, theme: Theme) -> dict:
    """Weight of the target, mean and 5 to 95 % band of the others, and reward times."""
    domains, span = draw.rows(HEIGHTS), (0.0, max(float(run.t_s[-1]), 1e-3))
    ticks, limits = draw.round_ticks(*span), (0.0, float(run.w_max))
    axes = {
        "xaxis": draw.axis(theme, span, "time (s)", ticks, anchor=AXES["reward"], showgrid=False),
        "yaxis": draw.axis(
            theme, draw.padded(*limits, 0.04), ticks=(0.0, 0.5 * limits[1], limits[1]), domain=domains["weight"]
        ),
        "yaxis2": draw.axis(theme, (-0.05, 1.15), ticks=(), showgrid=False, domain=domains["reward"]),
    }
    return {
        "data": lines(run, theme, span),
        "layout": draw.layout(
            theme, axes, draw.mechanism_margin(theme), words(run, theme, domains, limits), draw.grid_lines(theme, ticks)
        ),
    }


def lines(run, theme: Theme, span: draw.Range) -> list[dict]:
    """The band, the mean, the target, and the rewards."""
    unit, when, edge = draw.weight_unit(run.settings), "at %{x:.4g} s", draw.faded(theme.muted, 0.0)
    shade = draw.faded(theme.muted, 0.2)
    reward = draw.spike_ticks(run.reward_s, span)
    return [
        draw.line(
            *outline(run),
            edge,
            theme,
            f"5 to 95 % of the others: %{{y:.3g}} {unit} {when}",
            name="crowd, 5 to 95 %",
            fill="tozeroy",
            fillcolor=shade,
        ),
        draw.line(
            run.t_s,
            run.crowd_mean,
            theme.muted,
            theme,
            f"mean of the others %{{y:.3g}} {unit} {when}",
            name="crowd mean",
        ),
        draw.line(
            run.t_s,
            run.target_weight,
            theme.weight,
            theme,
            f"target %{{y:.4g}} {unit} {when}",
            ghost=True,
            name="target",
        ),
        draw.line(*reward, theme.modulator["da"], theme, "reward at %{x:.2f} s", at=AXES["reward"], name="rewards"),
    ]


def outline(run) -> tuple[np.ndarray, np.ndarray]:
    """Around the band: along its upper bound and back along the lower one, so that it is one path with one fill."""
    low, high = run.crowd_band
    return np.append(run.t_s, run.t_s[::-1]), np.append(high, low[::-1])


def words(run, theme: Theme, domains: dict, limits: tuple[float, float]) -> list[dict]:
    """Row names at the left; what the lines are, and the number of rewards, at the right."""
    inner = draw.inner_px(theme, HEIGHT_PX)
    ends = [
        ("target", theme.weight, float(run.target_weight[-1])),
        ("crowd", theme.muted, float(run.crowd_mean[-1])),
        ("5–95 %", theme.muted, float(run.crowd_band[1, -1])),
    ]
    heights = {name: (top - bottom) * inner for name, (bottom, top) in domains.items()}
    return [
        draw.row_label(
            theme, AXES["weight"], "WEIGHT", draw.weight_unit(run.settings), draw.mechanism_margin(theme)[0]
        ),
        draw.row_label(theme, AXES["reward"], "REWARD", "", draw.mechanism_margin(theme)[0], theme.modulator["da"]),
        *draw.end_labels(theme, AXES["weight"], draw.padded(*limits, 0.04), heights["weight"], ends),
        *draw.end_labels(
            theme, AXES["reward"], (0.0, 1.0), heights["reward"], [(f"{run.reward_s.size} in all", theme.ink, 0.5)]
        ),
    ]
