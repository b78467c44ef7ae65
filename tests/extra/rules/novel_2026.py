r"""Serotonin opens the LTP trace.

    w' = eta 5HT e+

Novel A (2026) A rule that stands in no folder of the project. J Examples 1:1.
"""

TITLE = "LTP by 5-HT alone"
SUMMARY = "Serotonin that follows a pairing strengthens it."
PAPERS = ("Novel A (2026) J Examples 1:1",)
EQUATIONS = (r"\dot w = \eta\,\mathrm{5HT}\; e_+",)
CONSTANTS = {"a_plus": 0.1, "a_minus": 0.1, "tau_e_ms": 1500.0, "eta_per_s": 5.0}
MATRIX = {"ltp_gate_by_ht": 1.0}
DEFAULTS = {"da_burst_nm": 0.0, "ht_burst_nm": 500.0, "swept": "ht"}
WAKES = {r"a_minus": {"pairings": 5, "rate_hz": 20.0}}

PROMISE = "Serotonin 0.4 s after a pairing strengthens it."
LESION = {"ht_burst_nm": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    return percent(ht_delay_ms=400) > 102.0
