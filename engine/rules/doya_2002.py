r"""Metalearning: dopamine carries the error, the other modulators set how it is used.

    e' = -e / (tau_e g_D),   e += A+ x y at a coincidence                    g_D = 1 + M_5HT [5-HT]         (P2, P5)
    w' = eta g_eta (DA - <DA>) e                                             g_eta = 1 + M_NE [NE] + M_ACh [ACh]   (P6)
    noise of the neurons times 1 + N_NE [NE]

Doya (2002) reads dopamine as the prediction error, acetylcholine as the speed of memory update, norepinephrine as the randomness of action and
serotonin as the time scale of evaluation. Yu and Dayan (2005) read norepinephrine as unexpected uncertainty, which calls for faster learning: here
it has both effects. The coincidence trace and the error are those of Frémaux et al. (2013). Constants: model choices.

Doya K (2002) Metalearning and neuromodulation. Neural Netw 15:495. Yu AJ, Dayan P (2005) Uncertainty, neuromodulation, and attention. Neuron 46:681.
Frémaux N, Sprekeler H, Gerstner W (2013) PLoS Comput Biol 9:e1003024.
"""

TITLE = "Metalearning (four modulators, four jobs)"
SUMMARY = "Dopamine above or below its usual level teaches; norepinephrine and acetylcholine set how fast, serotonin how long a trace lasts."
PAPERS = (
    "Doya K (2002) Neural Netw 15:495-506",
    "Yu AJ, Dayan P (2005) Neuron 46:681-692",
    "Frémaux N, Sprekeler H, Gerstner W (2013) PLoS Comput Biol 9:e1003024",
)
EQUATIONS = (
    r"\dot e = -\frac{e}{\tau_e\,(1 + M_{HT}[\mathrm{5HT}])} + A_+\, x\, y",
    r"\dot w = \eta\,(1 + M_{NE}[\mathrm{NE}] + M_{ACh}[\mathrm{ACh}])\,(\mathrm{DA} - \langle \mathrm{DA}\rangle)\, e",
)
CONSTANTS = {
    "a_plus": 0.1,
    "a_minus": 0.0,
    "tau_plus_ms": 20.0,
    "tau_e_ms": 400.0,
    "eta_per_s": 3.5,
    "baseline_tau_s": 200.0,
}
MATRIX = {
    "ltp_gate_by_da": 1.0, "ltd_gate_by_da": 1.0, "learning_rate_by_ne": 12.0, "learning_rate_by_ach": 2.5, "trace_decay_by_ht": 1.0,
    "exploration_noise_by_ne": 0.5,
}  # fmt: skip
DEFAULTS = {"da_baseline": 1.0, "da_tonic_nm": 20.0}

PROMISE = "A dopamine burst after a pairing strengthens, a pause weakens, and norepinephrine on top makes the same burst teach more."
LESION = {"a_plus": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    burst, pause = percent(da_burst_nm=300.0), percent(da_burst_nm=-20.0)
    return burst > 101.0 and pause < 99.99 and percent(da_burst_nm=300.0, ne_tonic_nm=500.0) > burst
