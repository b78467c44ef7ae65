"""What the code of an experiment is given: its parameters by name and type, the constants of the rule, modulators and hubs.

`s.p` is the experiment's own `Params` with the values of this run (`s.p.reward_delay_ms`: words are words, whole numbers whole); `s.rule`
and `s.matrix` are what the kernels take. `s.values` are all settings by name, for engine/modulators.py and engine/hubs.py, which
read one parameter of four modulators by its prefix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np

from engine.circuit import Circuit
from engine.hubs import Expectation, ahead_ms, expectation
from engine.loop import Job, Log, new_job, new_record
from engine.modulators import kinetics
from engine.parameters import Value, Values, declared, struct
from engine.plasticity import Rule, matrix
from engine.settings import Settings

P = TypeVar("P")
AGENDA_MS = 65_000  # how far ahead a burst can be scheduled, unless an experiment says otherwise


@dataclass(frozen=True)
class Setup(Generic[P]):
    """One run's settings as the code of an experiment reads them."""

    p: P
    seed: int
    values: Values

    @cached_property
    def rule(self) -> Rule:
        """The constants of the rule family."""
        return struct(Rule, self.values)

    @cached_property
    def matrix(self) -> np.ndarray:
        """The modulation matrix."""
        return matrix(self.values)

    @cached_property
    def expectation(self) -> Expectation:
        """What the hubs know of value."""
        return expectation(self.values)

    @property
    def ahead_ms(self) -> int:
        """Steps before time 0."""
        return ahead_ms(self.values)

    def but(self, **changed: Value) -> "Setup[P]":
        """The same with other values."""
        values = {**self.values, **changed}
        return Setup(declared(type(self.p), values), self.seed, values)


def setup(settings: Settings) -> Setup[Any]:
    """These settings as the code of their experiment reads them."""
    return Setup(settings.p, settings.seed, settings.values)


def prepare(
    s: Setup, circuit: Circuit, *, at_ms=(), watch=(), all_at_ms=(), areas: Sequence[Mapping[str, Value]] = ({},),
    ahead_ms: int | None = None, agenda_ms: int = AGENDA_MS, log: Log | None = None,
) -> Job:  # fmt: skip
    """A job in steps of 1 ms, ready to start ahead_ms before time 0 (`s.ahead_ms` unless given).

    It samples the plastic synapses `watch` and the modulators at at_ms, and all weights at all_at_ms. areas: what differs in each area.
    """
    net, weights, rates_hz = circuit.build(1.0)
    ahead = s.ahead_ms if ahead_ms is None else ahead_ms
    at, all_at = (ahead + np.asarray(times) for times in (at_ms, all_at_ms))
    record = new_record(net, len(areas), at, watch, all_at)
    kin = kinetics(s.values, tuple(areas))
    return new_job(net, weights, rates_hz, s.rule, s.matrix, kin, -float(ahead), agenda_ms, record, log)
