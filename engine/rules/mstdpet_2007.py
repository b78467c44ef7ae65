r"""MSTDPET: gated Hebbian learning with a short eligibility trace.

    z' = -z / tau_z + zeta,      w' = gamma r(t) z

tau_z = 25 ms: the reward may be late by tens of milliseconds, not by half a second. The learning rate is 1 / tau_z times gamma.

Florian RV (2007) Reinforcement learning through modulation of spike-timing-dependent synaptic plasticity. Neural Comput 19:1468.
"""

TITLE = "Gated Hebbian with trace (MSTDPET)"
SUMMARY = "As MSTDP, with a trace of 25 ms: reward may be a little late, not half a second."
PAPERS = ("Florian RV (2007) Neural Comput 19:1468-1502",)
EQUATIONS = (r"\dot z = -\frac{z}{\tau_z} + \zeta", r"\dot w = \gamma\, r(t)\, z")
CONSTANTS = {
    "a_plus": 0.1,
    "a_minus": 0.1,
    "tau_plus_ms": 20.0,
    "tau_minus_ms": 20.0,
    "tau_e_ms": 25.0,
    "eta_per_s": 40.0,
}
MATRIX = {"ltp_gate_by_da": 1.0, "ltd_gate_by_da": 1.0}
DEFAULTS = {"da_delay_ms": 20, "da_tonic_nm": 0.0, "da_tau_ms": 50.0}

PROMISE = "Dopamine 20 ms after the pairing strengthens it; 400 ms after it is too late."
LESION = {"ltp_gate_by_da": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    return percent(da_delay_ms=20) > 102.0 and abs(percent(da_delay_ms=400) - 100.0) < 0.01 * (
        percent(da_delay_ms=20) - 100.0
    )
