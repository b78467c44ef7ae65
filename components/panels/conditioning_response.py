"""What the animal does while it waits: rate of the response neurons between cue and reward, by trial."""

import numpy as np

from components import figures as draw
from components.figures import Curve
from components.panels.conditioning_shift import SPANS, smooth
from components.theme import Theme

TITLE = "Does it wait for the reward?"
COLUMN = "effect"
HELP = (
    "Rate of the response neurons between cue and reward, mean of five trials; the band holds eight networks that differ only in chance. Grey: before the cue. "
    "Dashed: the prediction of the Rescorla-Wagner rule on the same trials, scaled to fit."
)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one sentence."""
    return f"Between cue and reward a response neuron fires at {draw.number(run.response_hz[:5].mean())} Hz in the first five trials and at {draw.number(run.late_response_hz)} Hz in the last ones."


def figure(run, theme: Theme) -> dict:
    """The band over seeds, this seed, the rate before the cue, and the textbook."""
    span = (0.0, draw.nice(run.settings.values["trials"], SPANS))
    seeds = np.array([smooth(seed) for seed in run.response_seeds_hz])
    now, free, rw = smooth(run.response_hz), smooth(run.free_response_hz), run.rw_prediction
    scale = float(now @ rw / max(rw @ rw, 1e-9))
    top = draw.nice(max(float(seeds.max()), 5.0), draw.FINE_STEPS)
    y_range = draw.padded(0.0, top)
    axes = {
        "xaxis": draw.axis(theme, span, "trial", draw.round_ticks(*span, 5)),
        "yaxis": draw.axis(theme, y_range, draw.upright(theme, "response (Hz)", "Hz"), (0.0, top)),
    }
    x, low, high = run.trial, seeds.min(axis=0), seeds.max(axis=0)
    band = draw.line(
        np.append(x, x[::-1]), np.append(high, low[::-1]), draw.faded(theme.ghost, 0.0), theme, thin=True, fill="tozeroy", fillcolor=draw.faded(theme.ghost, 0.18),
        name="eight networks",
    )  # fmt: skip
    data = [
        band,
        draw.line(
            x, free, theme.muted, theme, "before the cue: %{y:.3g} Hz, trial %{x:.0f}", thin=True, name="before the cue"
        ),
        draw.line(
            x,
            np.clip(rw * scale, *y_range),
            theme.ink,
            theme,
            "Rescorla-Wagner: %{y:.3g} Hz, scaled; trial %{x:.0f}",
            thin=True,
            dash="dash",
            name="Rescorla-Wagner",
        ),
        draw.line(x, now, theme.post, theme, "%{y:.3g} Hz, trial %{x:.0f}", ghost=True, name="response"),
    ]
    curves = [Curve(x, now, "cue to reward", theme.post), Curve(x, free, "before", theme.muted)]
    return {
        "data": data,
        "layout": draw.layout(theme, axes, draw.EFFECT_MARGIN, draw.direct_labels(theme, curves, span, y_range)),
    }
