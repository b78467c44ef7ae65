r"""Receptor-specific conversion: norepinephrine reads the LTP trace, serotonin the LTD trace.

    w' = eta [ NE e+ - 5HT e- ]

Pre before post writes e+, post before pre writes e-. Each transmitter finds only its own trace; the crossed pairs do nothing.
The trace times (2 s and 1 s) are model choices.

He K et al. (2015) Distinct eligibility traces for LTP and LTD in cortical synapses. Neuron 88:528.
"""

TITLE = "LTP trace by NE, LTD trace by 5-HT"
SUMMARY = "Norepinephrine turns the trace of pre-before-post into LTP, serotonin that of post-before-pre into LTD."
PAPERS = ("He K et al. (2015) Neuron 88:528-538", "Hong SZ et al. (2022) Nat Commun 13:3202")
EQUATIONS = (r"\dot w = \eta\,[\,\mathrm{NE}\; e_+ - \mathrm{5HT}\; e_-\,]",)
CONSTANTS = {
    "a_plus": 0.1, "a_minus": 0.1, "tau_plus_ms": 20.0, "tau_minus_ms": 20.0, "tau_e_ms": 2000.0, "ltd_decay_ratio": 0.5, "eta_per_s": 5.0,
}  # fmt: skip
MATRIX = {"ltp_gate_by_ne": 1.0, "ltd_gate_by_ht": 1.0}
DEFAULTS = {
    "da_burst_nm": 0.0,
    "da_tonic_nm": 0.0,
    "ne_burst_nm": 500.0,
    "ne_delay_ms": 500,
    "ht_delay_ms": 500,
    "swept": "ne",
    "w_start": 0.5,
}
WAKES = {r"a_minus|tau_minus_ms": {"dt_ms": -10, "ht_burst_nm": 500.0}}

PROMISE = "Pre-post with NE strengthens, post-pre with 5-HT weakens, the crossed pairs do nothing."
LESION = {"ltp_gate_by_ne": 0.0, "ltd_gate_by_ht": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    ne, ht = {"ne_burst_nm": 500.0, "ht_burst_nm": 0.0}, {"ne_burst_nm": 0.0, "ht_burst_nm": 500.0}
    rise, fall = percent(dt_ms=10, **ne) - 100.0, 100.0 - percent(dt_ms=-10, **ht)
    crossed = max(abs(percent(dt_ms=-10, **ne) - 100.0), abs(percent(dt_ms=10, **ht) - 100.0))
    return rise > 2.0 and fall > 2.0 and crossed < 0.05 * min(rise, fall)
