"""Results, kept by the digest of what was asked. Near: the runs themselves, bounded by bytes, computed once however
many ask at the same time. Far: their arrays as plain bytes (never pickles of ours), in memory or, with REDIS_URL,
shared by all workers.
"""

import io
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import MappingProxyType
from typing import Any

import numpy as np
from cachetools import LRUCache
from flask import Flask
from flask_caching import Cache

from engine.interventions import outputs_of
from engine.registry import find
from engine.run import Run, frozen, run_settings
from engine.settings import Settings

NEAR_BYTES = 64_000_000
KEPT_SECONDS = 600
WORTH_KEEPING_SECONDS = 0.02  # a quicker run is sooner computed again than fetched

far = Cache()


def connect(server: Flask) -> None:
    """Give the far cache its store."""
    redis = os.environ.get("REDIS_URL")
    config: dict[str, Any] = {
        "CACHE_DEFAULT_TIMEOUT": KEPT_SECONDS,
        "CACHE_THRESHOLD": 200,
        "CACHE_TYPE": "RedisCache" if redis else "SimpleCache",
    }
    if redis:
        config |= {"CACHE_REDIS_URL": redis, "CACHE_OPTIONS": {"socket_timeout": 0.1, "socket_connect_timeout": 0.1}}
    far.app = server  # also outside of a request, as while warming up
    far.init_app(server, config=config)


def connected() -> bool:
    """True once the far cache has a store; until then everything is computed."""
    return getattr(far, "app", None) is not None


class SingleFlight:
    """A byte-bounded memory in which simultaneous requests for one key wait for one computation. Errors are not kept."""

    def __init__(self, max_bytes: int, size: Callable[[Any], int]):
        self._lock = threading.Lock()
        self._done: LRUCache[str, Any] = LRUCache(max_bytes, getsizeof=size)
        self._flying: dict[str, Future] = {}

    def get(self, key: str, compute: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._done:
                return self._done[key]
            flying = self._flying.get(key)
            flight = flying or self._flying.setdefault(key, Future())
        return flight.result() if flying else self._fly(key, compute, flight)

    def peek(self, key: str):
        """What is there for this key, or nothing."""
        with self._lock:
            return self._done.get(key)

    def put(self, key: str, value) -> None:
        with self._lock:
            if keepable(value) and self._done.getsizeof(value) <= self._done.maxsize:
                self._done[key] = value

    def _fly(self, key: str, compute, flight: Future):
        try:
            value = compute()
        except BaseException as error:
            flight.set_exception(error)
            with self._lock:
                del self._flying[key]
            raise
        self.put(key, value)
        with self._lock:
            del self._flying[key]
        flight.set_result(value)
        return value


def keepable(value) -> bool:
    return not getattr(value, "partial", False)


near = SingleFlight(NEAR_BYTES, lambda run: 2000 + sum(a.nbytes for a in run.arrays.values()))


def keep_job(run: Run) -> None:
    """A long run that is done also answers whoever asks for its settings at rest."""
    near.put(f"{run.settings.digest}-job", run)


def cached_run(settings: Settings, tier: str) -> Run:
    """`run_settings`, from memory where it has been asked before. At rest a finished long run is better than its
    preview.
    """
    digest = settings.digest
    done = near.peek(f"{digest}-job") if tier == "settled" else None
    if done is not None:
        return done
    key = f"{digest}-{tier}"
    return near.get(key, lambda: far_run(key, settings, tier))


def far_run(key: str, settings: Settings, tier: str) -> Run:
    """A run from the far cache, or computed and put there."""
    worth = tier != "live" and connected()
    stored = far.get(key) if worth else None
    if stored is not None:
        return unpacked(settings, tier, stored)
    run = run_settings(settings, tier)
    if worth and run.seconds > WORTH_KEEPING_SECONDS and not run.partial:
        far.set(key, packed(run))
    return run


def packed(run: Run) -> bytes:
    """The arrays of a run as the bytes of an npz file."""
    out = io.BytesIO()
    np.savez(out, **dict[str, Any](run.arrays))
    return out.getvalue()


def unpacked(settings: Settings, tier: str, data: bytes) -> Run:
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays = {name: frozen(stored[name]) for name in stored.files}
    return Run(
        settings,
        tier,
        MappingProxyType(arrays),
        MappingProxyType(outputs_of(find("experiment", settings.experiment))),
        0.0,
    )
