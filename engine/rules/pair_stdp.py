r"""Plain pair STDP: what a pairing does at once; no modulator has a say.

    dw = A+ exp(-dt/tau+)  for dt = t_post - t_pre >= 0,      dw = -A- exp(dt/tau-)  for dt < 0

The point phi = 1, G = 0 of the family, additive, hard bounds, every pair counts. A+ = 0.005 w_max, A-/A+ = 1.05, tau 20 ms.

Song S, Miller KD, Abbott LF (2000) Competitive Hebbian learning through spike-timing-dependent synaptic plasticity. Nat Neurosci 3:919.
"""

TITLE = "Pair STDP"
SUMMARY = "Each pairing changes the weight at once: pre before post strengthens, post before pre weakens. No modulator has a say."
PAPERS = (
    "Song S, Miller KD, Abbott LF (2000) Nat Neurosci 3:919-926",
    "Bi GQ, Poo MM (1998) J Neurosci 18:10464-10472",
)
EQUATIONS = (
    r"\Delta w = A_+\, e^{-\Delta t/\tau_+}\quad(\Delta t \ge 0)",
    r"\Delta w = -A_-\, e^{\Delta t/\tau_-}\quad(\Delta t < 0)",
)
CONSTANTS = {
    "a_plus": 0.005,
    "a_minus": 0.00525,
    "tau_plus_ms": 20.0,
    "tau_minus_ms": 20.0,
    "phi_plus": 1.0,
    "phi_minus": 1.0,
}
MATRIX: dict[str, float] = {}
DEFAULTS = {"pairings": 60, "rate_hz": 1.0}

PROMISE = "Pre before post strengthens, post before pre weakens, and the time of dopamine does not matter."
LESION = {"phi_plus": 0.0, "phi_minus": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    same = abs(percent(dt_ms=10, da_delay_ms=0) - percent(dt_ms=10, da_delay_ms=5000)) < 1e-9
    return percent(dt_ms=10) > 110.0 and percent(dt_ms=-10) < 90.0 and same
