"""Lesions of whole experiments that take away one thing and leave the rest."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine.circuit import Circuit

JITTERS_MS = (5.0, 20.0, 100.0)


@contextmanager
def displaced(lag_ms: float, jitter_ms: float) -> Iterator[None]:
    """Every circuit built herein pairs presynaptic spikes at times uniform in +- jitter_ms around that at which they drive, lag_ms late.

    Compare `displaced(J, J)` with `displaced(J, 0)`: the same currents at the same time, and only when a spike pairs is blurred.
    """
    build = Circuit.build

    def built(circuit: Circuit, h_ms: float):
        circuit.displace(lag_ms, jitter_ms)
        return build(circuit, h_ms)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Circuit, "build", built)
        yield
