"""Seeds: the one place that runs more than one. Threads, progress over all of them, cancel and deadline, the preview and the band.

The kernels release the interpreter's lock, so seeds run side by side in threads. Every seed has a generator of its own and results keep
their order: the same bits whatever the number of threads. One thread, the caller's, watches the others: it stops the time loops
themselves, within a step, when a run is cancelled or its deadline has passed. What is there by then is marked partial: the first seed as
far as it came, and of the others those that came to their end.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial as given
from typing import Any, NamedTuple, TypeVar

import numpy as np

from engine.loop import DONE, HALTED, Job, simulate
from engine.settings import seed_of

T = TypeVar("T")
CHUNK_MS = 100_000  # simulated time between two reports of progress
TICK_S = 0.02  # from one look at cancel and deadline to the next


def _tell_nobody(share: float) -> None:
    """Progress that nobody asked for."""


@dataclass
class Control:
    """How a long run talks to whoever waits for it.

    progress: called with a share in 0..1 that never falls; cancel: set it to stop; deadline_s: wall time after which the run stops with
    what it has; threads: how many seeds run side by side. partial: something was left out.
    A run of several parts gives each a control of its own (`parts`); what these report adds up in the whole.
    """

    progress: Callable[[float], None] = _tell_nobody
    cancel: threading.Event = field(default_factory=threading.Event)
    deadline_s: float = float("inf")
    started: float = field(default_factory=time.monotonic)
    partial: bool = False
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    share: float = 0.0
    weight: float = 1.0
    whole: "Control | None" = None
    below: list["Control"] = field(default_factory=list)
    running: list[np.ndarray] = field(default_factory=list)
    watched: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def root(self) -> "Control":
        """The control of the whole run."""
        return self if self.whole is None else self.whole.root

    @property
    def must_stop(self) -> bool:
        """True once the run is cancelled or its deadline has passed."""
        root = self.root
        return root.cancel.is_set() or time.monotonic() - root.started > root.deadline_s

    def parts(self, *weights: float) -> list["Control"]:
        """Controls of the parts that make this one up, with the shares of the whole that their weights say."""
        self.below = [Control(weight=weight / sum(weights), whole=self) for weight in weights]
        return self.below

    def go_on(self, share: float) -> bool:
        """Report progress; False when the run must stop now, which marks it partial. What has come to its end is whole."""
        root = self.root
        with root.lock:
            self.share = max(self.share, min(share, 1.0))
            above = self.whole
            while above is not None:
                above.share = max(above.share, min(sum(part.weight * part.share for part in above.below), 1.0))
                above = above.whole
            root.progress(root.share)
        if share < 1.0 and self.must_stop:
            self.cut()
        return not self.partial

    def cut(self) -> None:
        """Mark this part, and whatever it is a part of, as partial."""
        self.partial = True
        if self.whole is not None:
            self.whole.cut()

    @contextmanager
    def stoppable(self, clock: np.ndarray) -> Iterator[None]:
        """While a time loop runs that this clock belongs to, it can be stopped from outside."""
        running = self.root.running
        running.append(clock)
        try:
            yield
        finally:
            running[:] = [other for other in running if other is not clock]

    def halt_all(self) -> None:
        """End the time loops that run now, after the step they are in."""
        for clock in list(self.root.running):
            clock[HALTED] = 1


def run_in_chunks(
    job: Job,
    world: NamedTuple,
    memory: Any,
    total_ms: int,
    rng: np.random.Generator,
    control: Control,
    least_ms: int = 0,
) -> int:
    """Advance a job at time 0 by 1 ms steps to total_ms, unless `control` stops it; returns where it ended (ms), least_ms or later."""
    first, end_ms = int(job.state.clock[DONE]), 0
    with control.stoppable(job.state.clock):
        for begin_ms in range(0, total_ms, CHUNK_MS):
            simulate(job, world, memory, np.arange(begin_ms, min(begin_ms + CHUNK_MS, total_ms) + 1.0), rng)
            end_ms = int(job.state.clock[DONE]) - first
            if not control.go_on(end_ms / total_ms):
                break
    if end_ms < least_ms:
        simulate(job, world, memory, np.arange(end_ms, least_ms + 1.0), rng)
    return max(end_ms, least_ms)


def run_all(tasks: Sequence[Callable[[Control], T]], control: Control, weights: Sequence[float] = ()) -> list[T]:
    """Run tasks side by side, each with its own part of `control`, and return what they give, in their order.

    A run that is stopped gives less: the first task as far as it came, and of the others those that came to their end, none if the first
    did not. weights: how much of the progress each one is, alike unless given.
    """
    parts = control.parts(*(weights or [1.0] * len(tasks)))

    def one(k: int) -> Any:
        if k > 0 and not parts[k].go_on(0.0):
            return None
        result = tasks[k](parts[k])
        if not parts[k].partial:
            parts[k].go_on(1.0)
        return result

    results = [one(k) for k in range(len(tasks))] if control.root.watched else _watch(control.root, one, len(tasks))
    there = [r for part, r in zip(parts, results, strict=True) if not part.partial]
    return results[:1] if parts and parts[0].partial else there


def _watch(root: Control, one: Callable[[int], Any], n: int) -> list:
    """Run one(0) to one(n - 1) in threads, and stop them when it is time."""
    root.watched = True
    with ThreadPoolExecutor(max(min(root.threads, n), 1)) as pool:
        try:
            futures = [pool.submit(one, k) for k in range(n)]
            while _still(futures):
                if root.must_stop:
                    root.halt_all()
            return [future.result() for future in futures]
        except BaseException:
            root.cancel.set()
            root.halt_all()
            raise
        finally:
            root.watched = False


def _still(futures: list[Future]) -> bool:
    """Wait a tick; True while some have not come to their end. Raises what one of them has raised."""
    done, waiting = wait(futures, TICK_S, FIRST_EXCEPTION)
    for future in done:
        if future.exception() is not None:
            future.result()
    return bool(waiting)


class Band(NamedTuple):
    """How many seeds stand behind the bands of the settled tier: at most so many, fewer where all of them would take more simulated time."""

    seeds: int
    seconds: float = float("inf")

    def size(self, tier: str, seconds: float) -> int:
        """Seeds in this tier, when one takes so many seconds of simulated time."""
        if tier != "settled":
            return 1
        return int(np.clip(self.seconds / max(seconds, 1e-9), 1, self.seeds))


def run_seeds(one_seed: Callable[[int, Control], T], seed: int, n: int, control: Control) -> list[T]:
    """one_seed(seed, control) with this seed and the next ones, n in all, or as many as `control` allows; at least the first."""
    return run_all([given(one_seed, seed_of(seed, k)) for k in range(n)], control)


def previewed(trials: int, each_s: float, seconds: float, tier: str, least: int = 10) -> int:
    """Trials of this tier: while a control moves those that fit into so many seconds of simulated time, at least `least`."""
    return min(trials, max(int(seconds / each_s), least)) if tier == "live" else trials


def too_long(trials: int, each_s: float, most_s: float) -> str:
    """Empty, or why so many trials of so many seconds are too many."""
    seconds = trials * each_s
    if seconds <= most_s:
        return ""
    return f"trials = {trials} of {each_s:g} s are {seconds:g} s of simulated time; at most {most_s:g} s are allowed."
