r"""Gated Hebbian learning (MSTDP): reward multiplies the pairing of the same moment; nothing is remembered.

    dw/dt = gamma r(t) zeta(t),      zeta = P+ f_post - P- f_pre

The share of a pairing that becomes weight at once, phi, is the dopamine signal r. A+ = A- = 1 (the paper has A- = -1 and a plus), tau 20 ms, gamma 0.1.

Florian RV (2007) Reinforcement learning through modulation of spike-timing-dependent synaptic plasticity. Neural Comput 19:1468.
"""

TITLE = "Gated Hebbian (MSTDP)"
SUMMARY = "Reward multiplies the pairing of the same moment. A reward that comes later finds nothing."
PAPERS = ("Florian RV (2007) Neural Comput 19:1468-1502", "Frémaux N, Gerstner W (2016) Front Neural Circuits 9:85")
EQUATIONS = (r"\dot w = \gamma\, r(t)\, \zeta(t)", r"\zeta = P^+ f_{post} - P^- f_{pre}")
CONSTANTS = {"a_plus": 0.1, "a_minus": 0.1, "tau_plus_ms": 20.0, "tau_minus_ms": 20.0}
MATRIX = {"ltp_at_once_by_da": 1.0, "ltd_at_once_by_da": 1.0}
DEFAULTS = {"da_delay_ms": -50, "da_tonic_nm": 0.0}

PROMISE = "Dopamine that is there during the pairing strengthens it; the same dopamine afterwards does nothing."
LESION = {"ltp_at_once_by_da": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    return percent(da_delay_ms=-50) > 102.0 and abs(percent(da_delay_ms=200) - 100.0) < 1e-9
