"""Long runs in the background: started, asked after, cancelled and fetched once, each by an id nobody can guess."""

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from engine.run import Control, Run, run_settings
from engine.settings import Settings

DEADLINE_S = 600.0
KEPT = 20
WAITING = 8


class Busy(RuntimeError):
    """There are too many long runs already."""


@dataclass
class Job:
    """One long run on its way."""

    settings: Settings
    control: Control = field(default_factory=lambda: Control(deadline_s=DEADLINE_S))
    share: float = 0.0
    run: Run | None = None
    error: str = ""
    started: float = field(default_factory=time.monotonic)

    @property
    def state(self) -> str:
        if self.error:
            return "failed"
        return "running" if self.run is None else "done"


class Jobs:
    """At most `KEPT` jobs, one or two computed at a time."""

    def __init__(self, workers: int = 1):
        self._pool = ThreadPoolExecutor(workers, "job")
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def start(self, settings: Settings) -> str:
        """Begin a run and return its id."""
        with self._lock:
            if sum(job.state == "running" for job in self._jobs.values()) >= WAITING:
                raise Busy("Too many long runs are waiting here. Try again in a few minutes.")
            name, job = secrets.token_hex(16), Job(settings)
            self._jobs[name] = job
            while len(self._jobs) > KEPT:
                self._drop_oldest()
        job.control.progress = lambda share: setattr(job, "share", share)
        self._pool.submit(self._work, job)
        return name

    def _drop_oldest(self) -> None:
        oldest = next((name for name, job in self._jobs.items() if job.state != "running"), next(iter(self._jobs)))
        self._jobs.pop(oldest).control.cancel.set()

    def _work(self, job: Job) -> None:
        job.control.started = time.monotonic()
        if job.control.cancel.is_set():
            job.error = "The run was cancelled."
            return
        try:
            job.run = run_settings(job.settings, "job", job.control)
        except Exception as error:  # whatever happens, the visitor must hear of it
            job.error = f"The run failed ({type(error).__name__})."
            raise

    def find(self, name: str) -> Job | None:
        return self._jobs.get(name)

    def cancel(self, name: str) -> None:
        job = self._jobs.get(name)
        if job:
            job.control.cancel.set()

    def fetch(self, name: str) -> Run | None:
        """The finished run; it is given out once and then forgotten."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.run is None:
                return None
            del self._jobs[name]
            return job.run
