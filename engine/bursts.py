"""Bursts of the four modulators that one event releases: what the parameters `da_delay_ms`, `da_burst_nm`, `da_pulses`, ... say."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from engine.kernel import inlined
from engine.modulators import MODULATORS, N_MODULATORS
from engine.parameters import Value


class Bursts(NamedTuple):
    """One burst of each modulator, all (4,)."""

    delay_ms: np.ndarray  # from the event
    burst_nm: np.ndarray  # per pulse; 0: none
    pulses: np.ndarray
    pulse_hz: np.ndarray


def bursts(values: Mapping[str, Value]) -> Bursts:
    """The bursts of these settings."""
    each = {name: np.array([float(values[f"{m}_{name}"]) for m in MODULATORS]) for name in Bursts._fields}
    return Bursts(**each | {"pulses": each["pulses"].astype(np.int64)})


@inlined
def release(state, n, delay_ms, amplitude_nm, pulses, pulse_hz, m, h_ms):
    """Schedule a burst of modulator m, `delay_ms` after step n: pulses at pulse_hz, each of amplitude_nm."""
    for k in range(pulses):
        ahead = int(round((delay_ms + k * 1000.0 / pulse_hz) / h_ms))
        if 0 <= ahead < state.agenda.shape[0]:
            state.agenda[(n + ahead) % state.agenda.shape[0], m] += amplitude_nm


@inlined
def release_all(state, n, b, extra_ms, h_ms):
    """Schedule the burst of every modulator after an event in step n. A delay below zero counts as none: nobody knew of the event."""
    for m in range(N_MODULATORS):
        if b.burst_nm[m] != 0.0:
            release(state, n, max(b.delay_ms[m], 0.0) + extra_ms, b.burst_nm[m], b.pulses[m], b.pulse_hz[m], m, h_ms)
