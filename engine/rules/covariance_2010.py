r"""Covariance rule: only dopamine above or below what was to be expected teaches.

    w' = eta (M - <M>) e,      <M>: running mean of the dopamine signal

With reward R and trace e independent, <dw> = Cov(R, e) = 0; without the mean there remains <R><e>, a drift that has nothing to
do with reward. The family's baseline factor b = 1 with a running mean of 20 s (model choice: several rewards long, and short enough
to settle in a run of minutes; while it lags, <R> - <M> is not 0 and part of the drift stays).

Frémaux N, Sprekeler H, Gerstner W (2010) Functional requirements for reward-modulated spike-timing-dependent plasticity. J Neurosci 30:13326.
"""

TITLE = "Covariance (reward minus expectation)"
SUMMARY = (
    "The running mean of dopamine is subtracted: a steady level teaches nothing, a burst strengthens, a pause weakens."
)
PAPERS = ("Frémaux N, Sprekeler H, Gerstner W (2010) J Neurosci 30:13326-13337",)
EQUATIONS = (
    r"\dot w = \eta\,(M - \langle M\rangle)\, e",
    r"\langle \Delta w\rangle = \mathrm{Cov}(R, e) + (\langle R\rangle - \langle M \rangle)\langle e\rangle",
)
CONSTANTS = {
    "a_plus": 0.1, "a_minus": 0.15, "tau_plus_ms": 20.0, "tau_minus_ms": 20.0, "tau_e_ms": 1000.0, "eta_per_s": 30.0, "baseline_tau_s": 20.0,
}  # fmt: skip
MATRIX = {"ltp_gate_by_da": 1.0, "ltd_gate_by_da": 1.0}
DEFAULTS = {"da_baseline": 1.0, "da_tonic_nm": 200.0, "da_burst_nm": 300.0}

PROMISE = "A steady dopamine level teaches nothing, a burst above it strengthens, a pause below it weakens."
LESION = {"da_baseline": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    steady = abs(percent(da_burst_nm=0.0) - 100.0) < 1e-6
    return steady and percent(da_burst_nm=300.0) > 102.0 and percent(da_burst_nm=-200.0) < 98.0
