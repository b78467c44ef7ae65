"""The number the experiment is about, intact and treated, seed by seed; hidden while there is no treatment."""

import numpy as np

from components import figures as draw
from components.theme import Theme
from engine.interventions import Effect, changed_motifs, effect_size, treated_modulators
from engine.modulators import LABELS
from engine.registry import find
from engine.settings import schema

TITLE = "Intact against treated"
COLUMN = "more"
HELP = (
    "Every dot is one seed: the same settings without and with the drugs and clamps that are set, and with the motifs (recurrent loop, inhibitory gate, disinhibition) "
    "as the experiment has them and as they are set. Bars: mean and standard error. g (Hedges) is the difference of the means in "
    "units of the pooled standard deviation, corrected for the number of seeds, with its 95 % interval."
)
MARGIN = (5.0, 6.0, 2.4, 2.9)


def measure(run):
    """What is compared."""
    return find("experiment", run.settings.experiment).MEASURE


def treatment(run) -> str:
    """The treatment in words."""
    values, spec = run.settings.values, schema(run.settings.experiment, run.settings.rule)
    drugs = [f"{LABELS[m]} {values[f'{m}_drug'].replace('_', ' ')}" for m in treated_modulators(values)]
    motifs = [
        f"{spec[name].param.label} {values[name]:g} instead of {was:g} mV"
        for name, was in changed_motifs(run.settings).items()
    ]
    return " and ".join(drugs + motifs)


def SUMMARY(run) -> str:  # noqa: N802
    """What the picture shows, in one or two sentences."""
    if not np.isfinite(run.intact).all():
        return "There is no treatment: 0 of 4 modulators has a drug or a clamp, and every motif is as by default."
    what, effect = measure(run), effect_size(run.intact, run.treated)
    size = f" Effect size g = {interval(effect)}." if np.isfinite(effect.g) else ""
    return f"{what.label.capitalize()}: {draw.number(run.intact.mean())} {what.unit} intact, {draw.number(run.treated.mean())} {what.unit} with {treatment(run)}.{size}"


def interval(effect: Effect) -> str:
    """g with its interval, in words."""
    return f"{draw.number(effect.g)} (95 % interval {draw.number(effect.low)} to {draw.number(effect.high)})"


def figure(run, theme: Theme) -> dict:
    """Two columns of dots with mean and standard error."""
    what, both = measure(run), np.concatenate((run.intact, run.treated))
    held = both if np.isfinite(both).all() else np.zeros(1)
    down, up = draw.around(0.0, (held,), 1e-3, draw.FINE_STEPS)
    y_range = draw.padded(-down if held.min() < 0.0 else 0.0, up)
    axes = {
        "xaxis": draw.axis(theme, (0.4, 2.6), "intact and treated (seeds)", (1.0, 2.0))
        | {"ticktext": ["intact", "treated"]},
        "yaxis": draw.axis(
            theme, y_range, f"({what.unit or 'a.u.'})", draw.tick_values(-down if held.min() < 0.0 else 0.0, up, (0.0,))
        ),
    }
    data = []
    for x, name, values, colour in (
        (1.0, "intact", run.intact, theme.muted),
        (2.0, "treated", run.treated, theme.modulator["da"]),
    ):
        places = x + 0.12 * np.linspace(-1.0, 1.0, values.size) if values.size > 1 else np.array([x])
        error = values.std(ddof=1) / np.sqrt(values.size) if values.size > 1 else 0.0
        mean = values.mean()
        data.append(draw.dots(places, values, colour, theme, f"{name}: %{{y:.3g}} {what.unit}", name=name, size=7))
        bar_x, bar_y = np.array([x - 0.2, x + 0.2, x, x, x]), np.array([mean, mean, mean, mean + error, mean - error])
        data.append(draw.line(bar_x, bar_y, theme.ink, theme, name=f"mean of {name}"))
    layout = draw.layout(theme, axes, MARGIN, words(run, theme), meta={"hidden": not np.isfinite(both).all()})
    return {"data": data, "layout": layout}


def words(run, theme: Theme) -> list[dict]:
    """What is measured, above; the effect size, at the right."""
    effect = effect_size(run.intact, run.treated)
    top: draw.Place = {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "yshift": 4,
    }
    right: draw.Place = {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 4,
        "yref": "paper",
        "y": 0.5,
        "yanchor": "middle",
    }
    return [
        draw.label(measure(run).label.capitalize(), theme, **top),
        draw.label(f"g = {draw.number(effect.g)}" if np.isfinite(effect.g) else "", theme, **right),
    ]
