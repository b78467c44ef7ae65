r"""A dopamine window with a lower edge: the trace of a pairing has to rise before it can be read.

    e(t) ~ exp(-t/tau_e) - exp(-t/tau_rise),      w' = eta DA e

With one exponential the best moment for dopamine is at once, which is not what spines show: they grow only if dopamine follows within
0.3 to 2 s. tau_rise 0.3 s and tau_e 1 s put the peak at 0.52 s. The shape is a model choice; the band is the paper's.

Yagishita S et al. (2014) A critical time window for dopamine actions on the structural plasticity of dendritic spines. Science 345:1616.
"""

TITLE = "Rising trace (dopamine band)"
SUMMARY = (
    "The trace first rises, then fades: dopamine works best half a second after the pairing, not at once and not late."
)
PAPERS = ("Yagishita S et al. (2014) Science 345:1616-1620",)
EQUATIONS = (r"e(t) \propto e^{-t/\tau_e} - e^{-t/\tau_{rise}}", r"\dot w = \eta\,\mathrm{DA}\, e")
CONSTANTS = {
    "a_plus": 0.1, "a_minus": 0.1, "tau_plus_ms": 20.0, "tau_minus_ms": 20.0, "tau_e_ms": 1000.0, "tau_rise_ms": 300.0, "eta_per_s": 30.0,
}  # fmt: skip
MATRIX = {"ltp_gate_by_da": 1.0, "ltd_gate_by_da": 1.0}
DEFAULTS = {"da_tonic_nm": 0.0, "da_tau_ms": 50.0, "da_delay_ms": 600}

PROMISE = "At least 75 % of the peak between 0.3 and 1 s, under 35 % at 2 s, under 5 % at 5 s and 1 s before."
LESION = {"tau_rise_ms": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start. The lesion fails at 0 s: no lower edge."""
    gain = {d: percent(da_delay_ms=d) - 100.0 for d in (-1000, 0, 300, 500, 600, 1000, 2000, 5000)}
    peak = max(gain.values())
    inside = min(gain[d] for d in (300, 600, 1000)) >= 0.75 * peak
    outside = gain[2000] < 0.35 * peak and max(gain[5000], gain[-1000]) < 0.05 * peak
    return inside and outside and gain[0] < 0.5 * peak
