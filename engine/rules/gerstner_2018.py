r"""NeoHebbian: one trace of pairings, and more than one third factor that can turn it into weight.

    a = x_i (A+ + A3+ o2_j) at post,   a = -A- y_j at pre          LTP needs a postsynaptic neuron that has just been active (P2, P3)
    e' = -e / tau_e + a                                            one trace (P5)
    w' = eta (1 + k NE) [ ACh + DA - <DA> ] e                      acetylcholine as a gate, dopamine as an error, arousal as speed (P6)

Gerstner and others (2018) collect the evidence for w' = e M, where M may stand for reward, surprise, novelty or attention, and e for any Hebbian
term. Here acetylcholine (attention) converts the trace as it is, dopamine only by what exceeds its running mean of 20 s, and norepinephrine (arousal)
speeds both up. The Hebbian term is the triplet rule of Pfister and Gerstner (2006) in its minimal form: below a postsynaptic rate of about
(A- - A+) / (A3+ tau_y) = 6 Hz pairings depress on average, above it they potentiate. Constants: model choices.

Gerstner W, Lehmann M, Liakoni V, Corneil D, Brea J (2018) Eligibility traces and plasticity on behavioral time scales: experimental support of
neoHebbian three-factor learning rules. Front Neural Circuits 12:53. Pfister J-P, Gerstner W (2006) J Neurosci 26:9673.
"""

TITLE = "NeoHebbian: attention or reward converts the trace"
SUMMARY = "One trace of pairings; acetylcholine, or dopamine above its usual level, turns it into weight, and norepinephrine sets the speed."
PAPERS = (
    "Gerstner W, Lehmann M, Liakoni V, Corneil D, Brea J (2018) Front Neural Circuits 12:53",
    "Pfister J-P, Gerstner W (2006) J Neurosci 26:9673-9682",
)
EQUATIONS = (
    r"\dot e = -\frac{e}{\tau_e} + x\,(A_+ + A_{3+}\, o_2)\,S_{post} - A_-\, y\, S_{pre}",
    r"\dot w = \eta\,(1 + k\,\mathrm{NE})\,[\,\mathrm{ACh} + \mathrm{DA} - \langle \mathrm{DA}\rangle\,]\, e",
)
CONSTANTS = {
    "a_plus": 0.02, "a3_plus": 0.1, "a_minus": 0.1, "tau_plus_ms": 20.0, "tau_minus_ms": 20.0, "tau_y_ms": 125.0, "tau_e_ms": 500.0, "eta_per_s": 0.1,
    "baseline_tau_s": 20.0,
}  # fmt: skip
MATRIX = {
    "ltp_gate_by_ach": 1.0, "ltd_gate_by_ach": 1.0, "ltp_gate_by_da": 1.0, "ltd_gate_by_da": 1.0, "learning_rate_by_ne": 3.0,
}  # fmt: skip
DEFAULTS = {
    "pairings": 5,
    "rate_hz": 20.0,
    "da_baseline": 1.0,
    "da_tonic_nm": 0.0,
    "da_burst_nm": 1000.0,
    "ach_delay_ms": 400,
}

PROMISE = "A burst of ACh or of DA strengthens five fast pre-before-post pairings, a pause of DA weakens them, NE is faster; without any nothing happens."
LESION = {"ltp_gate_by_ach": 0.0, "ltd_gate_by_ach": 0.0, "ltp_gate_by_da": 0.0, "ltd_gate_by_da": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    none, da = percent(da_burst_nm=0.0) - 100.0, percent() - 100.0
    ach = percent(da_burst_nm=0.0, ach_burst_nm=500.0) - 100.0
    pause = percent(da_tonic_nm=500.0, da_burst_nm=-500.0) - 100.0
    aroused = percent(ne_tonic_nm=500.0) - 100.0
    return abs(none) < 1e-9 and min(ach, da) > 0.02 and pause < -0.01 and 3.5 * da < aroused < 4.5 * da
