"""When a claim holds: statistics over the seeds of two ranges."""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from claims._declare import Claim, Declared, Null
from engine.interventions import Effect, effect_size

CLAIMS = 100  # about as many as there are: what the levels are corrected for
LEVEL = 0.05
POWER = 0.9
DISAGREE = 3.5  # standard errors: met by chance once in 2000 comparisons, once in 20 pages of a hundred claims


class Interval(NamedTuple):
    """A value, its standard error and an interval."""

    value: float
    error: float
    low: float
    high: float

    def excludes_zero(self, direction: int) -> bool:
        """True when it lies on that side of 0 with all of its interval."""
        return direction * (self.low if direction > 0 else self.high) > 0.0


def mean(values: np.ndarray, level: float = LEVEL) -> Interval:
    """The mean with Student's interval."""
    n, middle = values.size, float(values.mean())
    error = float(values.std(ddof=1) / np.sqrt(n))
    reach = float(stats.t.ppf(1.0 - level / 2.0, n - 1)) * error
    return Interval(middle, error, middle - reach, middle + reach)


def difference(intact: np.ndarray, lesion: np.ndarray, level: float = LEVEL) -> Interval:
    """The difference of two means with Welch's interval."""
    a, b = (x.var(ddof=1) / x.size for x in (intact, lesion))
    middle, error = float(intact.mean() - lesion.mean()), float(np.sqrt(a + b))
    if error == 0.0:
        return Interval(middle, 0.0, middle, middle)
    nu = (a + b) ** 2 / (a**2 / (intact.size - 1) + b**2 / (lesion.size - 1))
    reach = float(stats.t.ppf(1.0 - level / 2.0, nu)) * error
    return Interval(middle, error, middle - reach, middle + reach)


def effect(intact: np.ndarray, lesion: np.ndarray) -> Effect:
    """Hedges' g of intact against lesion."""
    return effect_size(lesion, intact)


@cache
def needed(g: float) -> int:
    """Seeds of each group for which a t-test at the level LEVEL / CLAIMS finds an effect of this size with probability POWER."""
    for n in range(2, 2000):
        nu, bound = 2 * n - 2, stats.t.ppf(1.0 - LEVEL / CLAIMS / 2.0, 2 * n - 2)
        if stats.nct.sf(bound, nu, abs(g) * np.sqrt(n / 2.0)) >= POWER:
            return n
    return 2000


def disagreement(tuned: Interval, verified: Interval) -> float:
    """How many standard errors lie between what two ranges say."""
    error = np.hypot(tuned.error, verified.error)
    gap = abs(tuned.value - verified.value)
    return float(gap / error) if error > 0.0 else (0.0 if gap < 1e-9 * max(abs(tuned.value), 1.0) else np.inf)


def value_of(claim: Declared, group: dict[str, np.ndarray], level: float = LEVEL) -> Interval:
    """What a claim is about: a difference, or a mean that should be 0."""
    return (
        difference(group["intact"], group["lesion"], level)
        if isinstance(claim, Claim)
        else mean(group["intact"], level)
    )


def holds(claim: Declared, found: Interval) -> bool:
    """True where the interval says what is claimed."""
    if isinstance(claim, Null):
        return bool(max(abs(found.low), abs(found.high)) < claim.smallest)
    return bool(found.excludes_zero(claim.direction))


def problems(claim: Declared, tuned: dict[str, np.ndarray], verified: dict[str, np.ndarray]) -> list[str]:
    """Why a claim does not hold; empty where it does."""
    found = {"tuned": value_of(claim, tuned), "verified": value_of(claim, verified)}
    out = []
    if not holds(claim, found["verified"]):
        out.append(f"the verified interval {shown(found['verified'])} does not say it")
    if isinstance(claim, Null) and not holds(claim, found["tuned"]):
        out.append(f"the tuned interval {shown(found['tuned'])} reaches further than {claim.smallest:g}")
    apart = disagreement(found["tuned"], found["verified"])
    if apart > DISAGREE:
        out.append(
            f"tuned {shown(found['tuned'])} and verified {shown(found['verified'])} are {apart:.1f} errors apart"
        )
    return out + too_few(claim, tuned, verified)


def too_few(claim: Declared, tuned: dict[str, np.ndarray], verified: dict[str, np.ndarray]) -> list[str]:
    """Too few seeds for the effect: those of the tuned range ask for more, and the verified range is not clear at the corrected level either."""
    if isinstance(claim, Null):
        return []
    g = effect(tuned["intact"], tuned["lesion"]).g
    if not np.isfinite(g) or claim.n >= needed(round(g, 2)):
        return []
    if holds(claim, value_of(claim, verified, LEVEL / CLAIMS)):
        return []
    return [f"{claim.n} seeds are too few for g = {g:.2g}: {needed(round(g, 2))} are needed"]


def shown(found: Interval) -> str:
    """A value and its interval."""
    return f"{found.value:.3g} ({found.low:.3g} to {found.high:.3g})"
