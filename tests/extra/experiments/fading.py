r"""Fading: how long does a trace last?

The smallest experiment there can be: e(t) = exp(-t / tau_e), without neurons.

Novel A (2026) J Examples 1:1.
"""

from typing import Annotated, NamedTuple

import numpy as np

from engine.parameters import Param
from engine.run import Output

TITLE = "Fading"
QUESTION = "How long does a trace last?"
DEFAULT_RULE = "pair_stdp"
ROWS = ()
PANELS = ("fading_curve",)
PAPERS = ("Novel A (2026) J Examples 1:1",)
EQUATIONS = (r"e(t) = e^{-t/\tau_e}",)
LEFT_OUT = "Everything but the trace."


class Params(NamedTuple):
    """What is watched."""

    watched_s: Annotated[
        float, Param("s", 0.1, 10, "how long the trace is watched", level="intro", label="watched for")
    ] = 3.0
    trace: Annotated[str, Param(choices=("ltp", "ltd"), doc="which trace", level="core", label="trace")] = "ltp"


WAKES = {r"trace": {"ltd_decay_ratio": 0.5}, r"ltd_decay_ratio": {"trace": "ltd"}}
OUTPUTS = {
    "t_s": Output("s", ("time",), "time since the pairing"),
    "trace_left": Output("", ("time",), "what is left of the trace"),
    "half_s": Output("s", (), "time at which half is left"),
}
PRESETS = {
    "short": {
        "title": "A short trace",
        "rule": "mstdpet_2007",
        "values": {"watched_s": 0.5},
        "note": "Gone at once.",
        "source": "Florian 2007",
    }
}


def cost(p, values) -> str:
    """Never too large."""
    return ""


def simulate(s, tier, control) -> dict[str, np.ndarray]:
    """The curve."""
    tau_s = s.rule.tau_e_ms * 1e-3 * (s.rule.ltd_decay_ratio if s.p.trace == "ltd" else 1.0)
    t_s = np.linspace(0.0, s.p.watched_s, 101)
    return {"t_s": t_s, "trace_left": np.exp(-t_s / tau_s), "half_s": tau_s * np.log(2.0)}
