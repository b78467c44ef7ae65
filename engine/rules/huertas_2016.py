r"""Two competing traces: a pairing writes an LTP and an LTD trace; dopamine reads their difference.

    w' = eta DA (T_p - T_d),      T_p' = -T_p / tau_p,   T_d' = -T_d / tau_d

The LTD trace is larger and shorter-lived, so early dopamine weakens and late dopamine strengthens; learning stops at the
delay D* where both are equal. For a dopamine pulse that decays with tau:

    D* = ln( T_d s_d / (T_p s_p) ) / (1/tau_d - 1/tau_p),      s = tau_x tau / (tau_x + tau)

tau_p 2000 ms, tau_d 800 ms, T_p : T_d = 0.0015 : 0.004, as in the authors' code. One presynaptic spike between two postsynaptic ones
writes both traces alike (model choice; in the paper activity drives both directly).

Huertas MA, Schwettmann SE, Shouval HZ (2016) The role of multiple neuromodulators in reinforcement learning that is based on
competition between eligibility traces. Front Synaptic Neurosci 8:37.
"""

TITLE = "Two competing traces"
SUMMARY = "A large, short LTD trace against a small, long LTP trace: early dopamine weakens, late dopamine strengthens."
PAPERS = (
    "Huertas MA, Schwettmann SE, Shouval HZ (2016) Front Synaptic Neurosci 8:37",
    "He K et al. (2015) Neuron 88:528-538",
)
EQUATIONS = (r"\dot w = \eta\,\mathrm{DA}\,(T_p - T_d)", r"\dot T_{p} = -T_p/\tau_p,\qquad \dot T_d = -T_d/\tau_d")
CONSTANTS = {
    "a_plus": 0.15, "a_minus": 0.4, "tau_plus_ms": 20.0, "tau_minus_ms": 20.0, "tau_e_ms": 2000.0, "ltd_decay_ratio": 0.4, "eta_per_s": 40.0,
}  # fmt: skip
MATRIX = {"ltp_gate_by_da": 1.0, "ltd_gate_by_da": 1.0}
DEFAULTS = {
    "dt_ms": -10,
    "burst_spikes": 2,
    "burst_spike_hz": 50.0,
    "da_tonic_nm": 0.0,
    "da_tau_ms": 50.0,
    "da_delay_ms": 2500,
    "w_start": 0.5,
}

PROMISE = "Dopamine before the balance point weakens, after it strengthens."
LESION = {"a_minus": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    return percent(da_delay_ms=300) < 99.0 and percent(da_delay_ms=2500) > 100.5
