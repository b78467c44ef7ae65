"""The public interface: `run(experiment, rule, seed, **parameters)` -> `Run`, pure and reproducible.

Same experiment, rule, parameters, seed and engine version: same bits, in any process.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from engine import __version__
from engine.interventions import NONE, Measure, compare, outputs_of
from engine.loop import Job, simulate
from engine.output import Output
from engine.registry import find
from engine.settings import Settings, make

__all__ = ["Control", "Measure", "Output", "Run", "first_trials", "run", "run_in_chunks", "run_settings"]
TIERS = ("live", "settled", "job")
CHUNK_MS = 100_000  # simulated time between two moments at which a long run can be stopped


@dataclass
class Control:
    """How a long run talks to whoever waits for it.

    progress: called with a share in 0..1; cancel: set it to stop; deadline_s: wall time after which the run stops with what it has.
    """

    progress: Callable[[float], None] = lambda share: None
    cancel: threading.Event = field(default_factory=threading.Event)
    deadline_s: float = float("inf")
    started: float = field(default_factory=time.monotonic)
    partial: bool = False

    def go_on(self, share: float) -> bool:
        """Report progress; False when the run must stop now, which marks it partial."""
        self.progress(share)
        if self.cancel.is_set() or time.monotonic() - self.started > self.deadline_s:
            self.partial = True
        return not self.partial


def run_in_chunks(
    job: Job, world: NamedTuple, memory: np.ndarray, total_ms: int, rng: np.random.Generator, control: Control
) -> int:
    """Advance a fresh job by 1 ms steps to total_ms, in chunks between which `control` may stop it; returns where it ended (ms)."""
    end_ms = 0
    for begin_ms in range(0, total_ms, CHUNK_MS):
        end_ms = min(begin_ms + CHUNK_MS, total_ms)
        simulate(job, world, memory, np.arange(begin_ms, end_ms + 1.0), rng)
        if not control.go_on(end_ms / total_ms):
            break
    return end_ms


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


def first_trials(settings: Settings, run: "Run") -> str:
    """What the preview of an experiment in trials leaves out."""
    shown, asked = run.trial.size, int(settings.values["trials"])
    return f"the first {shown} of {asked} trials, one network" if shown < asked else "one network"


def run_settings(settings: Settings, tier: str = "settled", control: Control | None = None) -> Run:
    """`run` for settings that are already checked."""
    if tier not in TIERS:
        raise ValueError(f"tier = {tier!r} is not one of {', '.join(TIERS)}.")
    world, control = find("experiment", settings.experiment), control or Control()
    start = time.perf_counter()
    arrays = world.simulate(settings, tier, control)
    measure = getattr(world, "MEASURE", None)
    if measure is not None:
        whole = tier == "settled" and not control.partial
        arrays |= compare(settings, measure, run_settings) if whole else {"intact": NONE.copy(), "treated": NONE.copy()}
    for name in arrays:
        arrays[name] = frozen(arrays[name])
    seconds = time.perf_counter() - start
    return Run(settings, tier, MappingProxyType(arrays), MappingProxyType(outputs_of(world)), seconds, control.partial)


def frozen(array) -> np.ndarray:
    """The array as one that cannot be written."""
    array = np.ascontiguousarray(array) if np.ndim(array) else np.asarray(array)
    array.setflags(write=False)
    return array
