r"""Reward-modulated STDP: dopamine turns the trace of a spike pairing into weight, seconds later.

    c' = -c / tau_c + STDP(dt) delta(t - t_pre/post)        trace (P2, P3, P5)
    s' = c d                                                weight (P6), d in uM
    d' = -d / tau_d + DA(t)                                 dopamine (M1)

tau_c 1 s, tau_d 0.2 s, tonic 0.002 uM, 0.5 uM per reward; LTP trace 0.1, LTD trace 0.15, window 19.5 ms, each spike paired with
its nearest; weights 0..4 mV. All constants are those of the author's network script; there the weight changes every 10 ms by
(0.002 + d) c, which is s' = 100 c d per second.

Izhikevich EM (2007) Solving the distal reward problem through linkage of STDP and dopamine signaling. Cereb Cortex 17:2443.
"""

TITLE = "Reward-modulated STDP"
SUMMARY = "A pairing leaves a trace that fades in a second; dopamine that arrives in time turns it into weight."
PAPERS = ("Izhikevich EM (2007) Cereb Cortex 17:2443-2452",)
EQUATIONS = (
    r"\dot c = -\frac{c}{\tau_c} + \mathrm{STDP}(\Delta t)\,\delta(t - t_{pre/post})",
    r"\dot w = \eta\, c\, d",
    r"\dot d = -\frac{d}{\tau_d} + \mathrm{DA}(t)",
)
WEIGHT_UNIT = "mV"
CONSTANTS = {
    "a_plus": 0.1, "a_minus": 0.15, "tau_plus_ms": 19.5, "tau_minus_ms": 19.5, "pairing": "nearest",
    "tau_e_ms": 1000.0, "eta_per_s": 100.0, "w_max": 4.0,
}  # fmt: skip
MATRIX = {"ltp_gate_by_da": 1.0, "ltd_gate_by_da": 1.0}

PROMISE = "Dopamine 0.4 s after a pairing strengthens it, 5 s after it does almost nothing."
LESION = {"da_burst_nm": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    return percent(da_delay_ms=400) > 105.0 and percent(da_delay_ms=5000) - 100.0 < 0.1 * (
        percent(da_delay_ms=400) - 100.0
    )
