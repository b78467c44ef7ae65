r"""TD-LTP: a pre-before-post coincidence leaves a trace, and a prediction error carried by dopamine turns it into weight.

    e' = -e / tau_e + A+ x y            coincidences only, no LTD trace (P2, P5)
    w' = eta (DA - <DA>) e              above its running mean dopamine strengthens, below it weakens (P6)

The rule of the spiking actor-critic of Frémaux, Sprekeler and Gerstner (2013). There the error is written as V' - V / tau_r + r and the
trace is the coincidence filtered by the kernel of the value; here dopamine carries the error (engine/hubs.py) and the trace is an
exponential of 0.5 s. The running mean of 200 s stands for the tonic level that neither strengthens nor weakens. Constants: model choices.

Frémaux N, Sprekeler H, Gerstner W (2013) Reinforcement learning using a continuous time actor-critic framework with spiking neurons.
PLoS Comput Biol 9:e1003024.
"""

TITLE = "TD-LTP (coincidence times prediction error)"
SUMMARY = (
    "Only pre-before-post pairs leave a trace; dopamine above its usual level strengthens it, below it weakens it."
)
PAPERS = ("Frémaux N, Sprekeler H, Gerstner W (2013) PLoS Comput Biol 9:e1003024",)
EQUATIONS = (
    r"\dot e = -\frac{e}{\tau_e} + A_+\, x\, y",
    r"\dot w = \eta\,(\mathrm{DA} - \langle \mathrm{DA}\rangle)\, e",
)
CONSTANTS = {
    "a_plus": 0.1,
    "a_minus": 0.0,
    "tau_plus_ms": 20.0,
    "tau_e_ms": 500.0,
    "tau_rise_ms": 150.0,
    "eta_per_s": 30.0,
    "baseline_tau_s": 200.0,
}
MATRIX = {"ltp_gate_by_da": 1.0, "ltd_gate_by_da": 1.0}
DEFAULTS = {"da_baseline": 1.0, "da_tonic_nm": 20.0}

PROMISE = "Pre before post is strengthened by a burst and weakened by a pause; post before pre leaves nothing."
LESION = {"a_plus": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    burst, pause = percent(da_burst_nm=300.0), percent(da_burst_nm=-20.0)
    return burst > 101.0 and pause < 99.99 and abs(percent(dt_ms=-10, da_burst_nm=300.0) - 100.0) < 1e-6
