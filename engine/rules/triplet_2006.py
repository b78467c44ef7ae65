r"""Triplet STDP: a second, slower memory of earlier spikes makes plasticity depend on rate.

    at post   w += x [ A2+ + A3+ o2 ]          at pre   w -= y [ A2- + A3- r2 ]

o2 (tau_y) and r2 (tau_x) are read before their own spike. The full visual-cortex set, all spikes pair with all.

Pfister JP, Gerstner W (2006) Triplets of spikes in a model of spike timing-dependent plasticity. J Neurosci 26:9673.
"""

TITLE = "Triplet STDP"
SUMMARY = (
    "Earlier spikes of the same neuron boost a pairing, so that potentiation needs a high rate, as in visual cortex."
)
PAPERS = (
    "Pfister JP, Gerstner W (2006) J Neurosci 26:9673-9682",
    "Sjöström PJ, Turrigiano GG, Nelson SB (2001) Neuron 32:1149-1164",
)
EQUATIONS = (
    r"\text{at post:}\quad w \leftarrow w + x\,[A_2^+ + A_3^+\, o_2]",
    r"\text{at pre:}\quad w \leftarrow w - y\,[A_2^- + A_3^-\, r_2]",
)
CONSTANTS = {
    "a_plus": 5e-10, "a3_plus": 6.2e-3, "a_minus": 7e-3, "a3_minus": 2.3e-4, "tau_plus_ms": 16.8, "tau_minus_ms": 33.7,
    "tau_x_ms": 101.0, "tau_y_ms": 125.0, "phi_plus": 1.0, "phi_minus": 1.0,
}  # fmt: skip
MATRIX: dict[str, float] = {}
# A start weight of 0.5 as a fifth of the bound: at 40 and 50 Hz the curve is the rule's, not the bound's
DEFAULTS = {"pairings": 60, "rate_hz": 20.0, "w_start": 0.2, "w_max": 2.5}

PROMISE = "At +10 ms nothing at a low rate and strong potentiation at a high one; at -10 ms the sign changes as the rate grows."
LESION = {"a3_plus": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    first = abs(percent(dt_ms=10, rate_hz=0.1) - 100.0) < 1.0 and percent(dt_ms=10, rate_hz=40.0) > 120.0
    return first and percent(dt_ms=-10, rate_hz=0.1) < 90.0 and percent(dt_ms=-10, rate_hz=50.0) > 100.0
