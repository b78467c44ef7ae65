"""Inside the trial: dopamine and value over its time, in the first trials, the last paid ones and the last unpaid ones."""

import numpy as np

from components import figures as draw
from components.theme import Theme

TITLE = "Inside the trial: first and last"
COLUMN = "mechanism"
HELP = (
    "Means over the first five trials (grey), the last five paid trials (full line) and the last five in which a reward was due and left out (dashed). Value is the "
    "rate of the critic: it should rise at the cue and fall when the reward comes. Dopamine answers to what value and reward did not yet say."
)
AXES = {"da": "y", "value": "y2"}
HEIGHTS = {"da": 1.0, "value": 1.0}
HEIGHT_PX = 200
SHOWN = 5


def groups(run) -> dict[str, np.ndarray]:
    """Which trials are averaged, by name: at most five each."""
    cued = (run.cue_a + run.cue_b) > 0.0
    paid, unpaid = (np.flatnonzero(where & cued) for where in (run.rewarded > 0.0, run.rewarded == 0.0))
    return {"first": np.arange(min(SHOWN, run.trial.size)), "paid": paid[-SHOWN:], "unpaid": unpaid[-SHOWN:]}


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    before, after = run.bin_s < 0.0, (run.bin_s > 0.0) & (run.bin_s < run.reward_s)
    late = run.value_map_hz[-SHOWN:]
    return f"In the last trials the critic fires at {draw.number(late[:, before].mean())} Hz before the cue and at {draw.number(late[:, after].mean())} Hz between cue and reward."


def figure(run, theme: Theme) -> dict:
    """Rows: dopamine, value."""
    domains, step = draw.rows(HEIGHTS), run.bin_s[1] - run.bin_s[0]
    span = (run.bin_s[0] - 0.5 * step, run.bin_s[-1] + 0.5 * step)
    ticks = draw.round_ticks(*span)
    down, up = draw.around(0.0, [courses(run, run.da_map_nm)[k] for k in ("paid", "unpaid")], 10.0, draw.FINE_STEPS)
    top_hz = draw.nice(
        max(float(np.nanmax(courses(run, run.value_map_hz)["paid"], initial=0.0)), 40.0), draw.FINE_STEPS
    )
    axes = {
        "xaxis": draw.axis(theme, span, "time from the cue (s)", ticks, anchor=AXES["value"], showgrid=False),
        "yaxis": draw.axis(theme, draw.padded(-down, up), ticks=(-down, 0.0, up), domain=domains["da"]),
        "yaxis2": draw.axis(theme, draw.padded(0.0, top_hz), ticks=(0.0, top_hz), domain=domains["value"]),
    }
    data = [
        *row(run, theme, run.da_map_nm, "da", theme.modulator["da"], "nM"),
        *row(run, theme, run.value_map_hz, "value", theme.post, "Hz"),
    ]
    data += [
        post(at, theme, axis, name, dash)
        for axis in AXES.values()
        for at, name, dash in ((0.0, "cue", "solid"), (float(run.reward_s), "reward", "dot"))
    ]
    return {
        "data": data,
        "layout": draw.layout(
            theme,
            axes,
            draw.mechanism_margin(theme),
            words(run, theme, domains, (-down, up), top_hz),
            draw.grid_lines(theme, ticks),
        ),
    }


def courses(run, values: np.ndarray) -> dict[str, np.ndarray]:
    """Mean over the trials of each group; nan where a group is empty."""
    return {
        name: values[which].mean(axis=0) if which.size else np.full(run.bin_s.size, np.nan)
        for name, which in groups(run).items()
    }


def row(run, theme: Theme, values: np.ndarray, axis: str, colour: str, unit: str) -> list[dict]:
    """First, paid and unpaid trials in one row."""
    looks = {"first": (theme.muted, True, "solid"), "unpaid": (colour, True, "dash"), "paid": (colour, False, "solid")}
    found = courses(run, values)
    return [
        draw.line(
            run.bin_s, found[name], hue, theme, f"{name}: %{{y:.3g}} {unit} at %{{x:.2f}} s", at=AXES[axis], thin=thin, dash=dash,
            ghost=name == "paid", name=f"{axis}, {name}",
        )
        for name, (hue, thin, dash) in looks.items()
    ]  # fmt: skip


def post(at: float, theme: Theme, axis: str, name: str, dash: str) -> dict:
    """When the cue or the reward comes, through a row."""
    return draw.line(
        np.array([at, at]), np.array([-1e4, 1e4]), theme.ghost, theme, at=axis, thin=True, dash=dash, name=name
    )


def words(run, theme: Theme, domains: dict, da: tuple[float, float], top_hz: float) -> list[dict]:
    """Row names at the left; which line is which at the right end of dopamine."""
    left, inner = draw.mechanism_margin(theme)[0], draw.inner_px(theme, HEIGHT_PX)
    names = (("da", "DA", "nM from rest", theme.modulator["da"]), ("value", "VALUE", "Hz", theme.post))
    found = courses(run, run.value_map_hz)
    look = (("first", "first", theme.muted), ("paid", "paid", theme.post), ("unpaid", "unpaid", theme.post))
    wanted = min(int(np.searchsorted(run.bin_s, 0.7 * float(run.reward_s))), run.bin_s.size - 1)
    ends = [
        (word if np.isfinite(found[name]).all() else "", colour, float(np.nan_to_num(found[name][wanted])))
        for name, word, colour in look
    ]
    return [
        draw.row_label(theme, AXES[k], title, unit, left, colour) for k, title, unit, colour in names
    ] + draw.end_labels(
        theme, AXES["value"], draw.padded(0.0, top_hz), (domains["value"][1] - domains["value"][0]) * inner, ends
    )
