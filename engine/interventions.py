"""Intact against treated: what a drug, a clamp or a motif does to the one number an experiment is about, over seeds.

A treatment is any modulator whose `drug` is not "none" (modulators, M1 and M2), and any motif whose strength is not that of the
experiment (its recurrent loop, its inhibitory gate, disinhibition). The intact runs are the same settings without any.
Effect size: Hedges' g with its interval.
"""

import math
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import NamedTuple

import numpy as np

from engine.contract import Experiment
from engine.ensemble import Control, run_all
from engine.modulators import MODULATORS
from engine.output import Output
from engine.parameters import Value
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


def outputs_of(world: ModuleType | Experiment) -> Mapping[str, Output]:
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


def changed_motifs(settings: Settings) -> dict[str, Value]:
    """The motifs whose strength is not that of the experiment, with the strength it has there."""
    spec = schema(settings.experiment, settings.rule)
    return {name: spec[name].default for name in MOTIFS if name in spec and settings.values[name] != spec[name].default}


def without_treatment(settings: Settings) -> dict:
    """What an intact run has in place of drugs, clamps and motifs; empty where there is no treatment."""
    return {f"{m}_drug": "none" for m in treated_modulators(settings.values)} | changed_motifs(settings)


def compare(settings: Settings, measure: Measure, run_one: Callable, control: Control) -> dict[str, np.ndarray]:
    """The measure intact and treated, over seeds; nan where `control` does not allow all of them. run_one(settings, tier, control) -> Run."""
    both = (dict(settings.values) | without_treatment(settings), settings.values)
    runs = [
        make(settings.experiment, settings.rule, seed_of(settings.seed, k), **values)
        for values in both
        for k in range(measure.seeds)
    ]
    tasks = [lambda part, one=one: float(measure.late(run_one(one, measure.tier, part))) for one in runs]
    found = run_all(tasks, control) if control.go_on(0.0) else []
    if len(found) < len(runs) or control.partial:
        return {"intact": NONE, "treated": NONE}
    intact, treated = np.array(found).reshape(2, -1)
    return {"intact": intact, "treated": treated}


class Effect(NamedTuple):
    """Hedges' g and the 95 % interval of what it estimates."""

    g: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"g = {self.g:.2g} (95 % interval {self.low:.2g} to {self.high:.2g})"


NO_EFFECT = Effect(np.nan, np.nan, np.nan)  # it is not defined
SURE = 0.95


def effect_size(intact: np.ndarray, treated: np.ndarray) -> Effect:
    """Hedges' g of treated against intact; nan where it is not defined (fewer than two seeds, no spread, or a nan).

        d = (m2 - m1) / s,   s^2 = [(n1 - 1) s1^2 + (n2 - 1) s2^2] / nu,   nu = n1 + n2 - 2
        g = J(nu) d,         J = Gamma(nu/2) / (sqrt(nu/2) Gamma((nu - 1)/2))

    Its interval holds every delta under which t = d / sqrt(1/n1 + 1/n2), a noncentral t of nu degrees of freedom with the parameter
    delta / sqrt(1/n1 + 1/n2), is not in the outer 2.5 % of either side.
    Hedges LV (1981) J Educ Stat 6:107; Steiger JH (2004) Psychol Methods 9:164 (the interval).
    """
    n1, n2 = intact.size, treated.size
    if min(n1, n2) < 2 or not (np.isfinite(intact).all() and np.isfinite(treated).all()):
        return NO_EFFECT
    nu, unit = n1 + n2 - 2, math.sqrt(1.0 / n1 + 1.0 / n2)
    pooled = math.sqrt(((n1 - 1) * intact.var(ddof=1) + (n2 - 1) * treated.var(ddof=1)) / nu)
    if pooled <= 0.0:
        return NO_EFFECT
    d = float(treated.mean() - intact.mean()) / pooled
    outside = 0.5 * (1.0 - SURE)
    low, high = (unit * noncentrality(d / unit, nu, p) for p in (1.0 - outside, outside))
    return Effect(small_sample_factor(nu) * d, low, high)


def small_sample_factor(nu: int) -> float:
    """J(nu), by which Cohen's d is too large (Hedges 1981, equation 6e)."""
    return math.exp(math.lgamma(0.5 * nu) - math.lgamma(0.5 * (nu - 1))) / math.sqrt(0.5 * nu) if nu > 1 else math.nan


def noncentral_t_below(t: float, nu: int, delta: float) -> float:
    """P(T <= t) = E Phi(t s - delta), where nu s^2 is chi-squared of nu degrees of freedom; by the midpoint rule over s."""
    spread = 9.0 / math.sqrt(2.0 * nu)
    edges = np.linspace(max(0.0, 1.0 - spread), 1.0 + spread, 201)
    s = 0.5 * (edges[1:] + edges[:-1])
    log_density = (nu - 1) * np.log(s) - 0.5 * nu * s**2
    density = np.exp(log_density - log_density.max())
    below = np.array([0.5 * math.erfc((delta - t * x) / math.sqrt(2.0)) for x in s])
    return float((density * below).sum() / density.sum())


def noncentrality(t: float, nu: int, p: float) -> float:
    """The delta under which a noncentral t lies below t with probability p: by bisection, since P falls with delta."""
    reach = 10.0 + abs(t) * (1.0 + 10.0 / math.sqrt(nu))
    low, high = t - reach, t + reach
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if noncentral_t_below(t, nu, middle) > p else (low, middle)
    return 0.5 * (low + high)
