"""The public interface: `run(experiment, rule, seed, **parameters)` -> `Run`, pure and reproducible.

Same experiment, rule, parameters, seed and engine version: same bits, in any process.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine import __version__
from engine.ensemble import Control
from engine.interventions import NONE, Measure, compare, outputs_of, without_treatment
from engine.output import Output
from engine.settings import Settings, make
from engine.setup import setup

__all__ = ["Control", "Measure", "Output", "Run", "run", "run_settings"]
TIERS = ("live", "settled", "job")


@dataclass(frozen=True)
class Run:
    """The result: named, frozen arrays with units, and everything needed to get it again."""

    settings: Settings
    tier: str
    arrays: Mapping[str, np.ndarray]
    outputs: Mapping[str, Output]
    seconds: float
    partial: bool = False
    version: str = __version__

    def __getattr__(self, name: str) -> np.ndarray:
        try:
            return self.arrays[name]
        except KeyError:
            raise AttributeError(f"This run has no {name!r}; it has {', '.join(self.arrays)}.") from None

    __getitem__ = __getattr__

    def __contains__(self, name: str) -> bool:
        return name in self.arrays

    @property
    def units(self) -> dict[str, str]:
        return {name: out.unit for name, out in self.outputs.items()}

    @property
    def digest(self) -> str:
        """Names this result in caches."""
        return f"{self.settings.digest}{self.tier}"


def run(
    experiment: str,
    rule: str | None = None,
    seed: int = 1,
    *,
    tier: str = "settled",
    control: Control | None = None,
    **parameters,
) -> Run:
    """Run an experiment and return its arrays.

    experiment, rule: names as `python -m engine list` prints them; rule: the experiment's own by default.
    seed: whole number, makes every random draw. parameters: any of `python -m engine describe EXPERIMENT`, by name with its unit.
    tier: "live" (fewer points, one seed), "settled" (all curves) or "job" (the full, long protocol).
    Raises `SettingsError` naming every value that is not allowed, with bound and unit, before anything is computed.
    """
    return run_settings(make(experiment, rule, seed, **parameters), tier, control)


def run_settings(settings: Settings, tier: str = "settled", control: Control | None = None) -> Run:
    """`run` for settings that are already checked."""
    if tier not in TIERS:
        raise ValueError(f"tier = {tier!r} is not one of {', '.join(TIERS)}.")
    control = control or Control()
    measure, start = getattr(settings.world, "MEASURE", None), time.perf_counter()
    compared = tier == "settled" and measure is not None and bool(without_treatment(settings))
    own, rest = control.parts(1.0, 1.0 if compared else 1e-9)
    arrays = settings.world.simulate(setup(settings), tier, own)
    if not own.partial:
        own.go_on(1.0)
    if measure is not None:
        arrays |= compare(settings, measure, run_settings, rest) if compared else {"intact": NONE, "treated": NONE}
    if not control.partial:
        rest.go_on(1.0)
    arrays = {name: frozen(array) for name, array in arrays.items()}
    seconds = time.perf_counter() - start
    outputs = MappingProxyType(outputs_of(settings.world))
    return Run(settings, tier, MappingProxyType(arrays), outputs, seconds, control.partial)


def frozen(array) -> np.ndarray:
    """The array as one that cannot be written."""
    array = np.ascontiguousarray(array) if np.ndim(array) else np.asarray(array)
    array.setflags(write=False)
    return array
