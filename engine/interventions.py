"""Intact against treated: what a drug, a clamp or a motif does to the one number an experiment is about, over seeds.

A treatment is any modulator whose `drug` is not "none" (modulators, M1 and M2), and any motif whose strength is not that of the
experiment (its recurrent loop, its inhibitory gate, disinhibition). The intact runs are the same settings without any.
Effect size: difference of the means in units of the pooled standard deviation (Cohen's d).
"""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import NamedTuple

import numpy as np

from engine.modulators import MODULATORS
from engine.output import Output
from engine.settings import Settings, make, schema, seed_of

MOTIFS = (
    "recurrent_mv",
    "inhibition_mv",
    "disinhibition_mv",
)  # what experiments with a network call the strengths of their motifs


class Measure(NamedTuple):
    """The number an experiment is about. late, early: from a run, at its end and before anything was learned."""

    label: str
    unit: str
    late: Callable
    early: Callable
    tier: str = "live"  # the tier in which one seed shows it
    seeds: int = 8


NONE = np.array([np.nan])


def outputs_of(world: ModuleType) -> Mapping[str, Output]:
    """All outputs of an experiment: its own, and those of the comparison where it has a measure."""
    measure = getattr(world, "MEASURE", None)
    if measure is None:
        return world.OUTPUTS
    what = f"{measure.label}{f' ({measure.unit})' if measure.unit else ''}"
    return world.OUTPUTS | {
        "intact": Output(
            "",
            ("treated seed",),
            f"{what} without drugs and clamps and with the motifs as they are by default, this seed and the next ones; nan where there is no treatment",
        ),
        "treated": Output(
            "", ("treated seed",), f"{what} with the drugs, clamps and motifs that are set; nan where there is none"
        ),
    }


def treated_modulators(values: Mapping) -> list[str]:
    """The modulators that a drug or a clamp acts on."""
    return [m for m in MODULATORS if values[f"{m}_drug"] != "none"]


def changed_motifs(settings: Settings) -> dict[str, float]:
    """The motifs whose strength is not that of the experiment, with the strength it has there."""
    spec = schema(settings.experiment, settings.rule)
    return {name: spec[name].default for name in MOTIFS if name in spec and settings.values[name] != spec[name].default}


def without_treatment(settings: Settings) -> dict:
    """What an intact run has in place of drugs, clamps and motifs; empty where there is no treatment."""
    return {f"{m}_drug": "none" for m in treated_modulators(settings.values)} | changed_motifs(settings)


def compare(settings: Settings, measure: Measure, run_one: Callable) -> dict[str, np.ndarray]:
    """The measure intact and treated, over seeds. run_one(settings, tier) -> Run."""
    without = without_treatment(settings)
    if not without:
        return {"intact": NONE.copy(), "treated": NONE.copy()}
    out = {}
    for name, values in (("intact", settings.values | without), ("treated", settings.values)):
        seeds = (
            make(settings.experiment, settings.rule, seed_of(settings.seed, k), **values) for k in range(measure.seeds)
        )
        out[name] = np.array([float(measure.late(run_one(seed, measure.tier))) for seed in seeds])
    return out


def effect_size(intact: np.ndarray, treated: np.ndarray) -> float:
    """Cohen's d of treated against intact; nan where it is not defined."""
    if intact.size < 2 or not np.isfinite([*intact, *treated]).all():
        return float("nan")
    pooled = np.sqrt(0.5 * (intact.var(ddof=1) + treated.var(ddof=1)))
    return float((treated.mean() - intact.mean()) / pooled) if pooled > 0.0 else float("nan")
