r"""Acetylcholine, then dopamine: ACh during pairing makes every order depress, DA afterwards turns the trace into potentiation.

    at pairing   w += phi+ a,  phi+ = 1 - k ACh  (below zero: depression);  the window of such pairs widens
    later        w' = eta [ G+ DA e+ + G- DA e- ]:  dopamine converts both traces into LTP, also the LTD trace

100 pairings at 0.2 Hz in CA1. The constants are fitted to the 17 conditions of the paper: A+- and tau+- to the control, the ACh effect to
1 uM and 0.1 uM (a Hill receptor with EC50 246 nM), the gates to dopamine after pairing. The trace of 60 s is a model choice: dopamine
within a minute works, after ten minutes it does not. Dopamine and acetylcholine at the same time are not fitted.

Brzosko Z, Zannone S, Schultz W, Clopath C, Paulsen O (2017) Sequential neuromodulation of Hebbian plasticity offers mechanism for effective
reward-based navigation. eLife 6:e27756.
Brzosko Z, Schultz W, Paulsen O (2015) Retroactive modulation of spike timing-dependent plasticity by dopamine. eLife 4:e09685.
"""

TITLE = "ACh, then DA (sequence)"
SUMMARY = "Acetylcholine during pairing turns every order into depression; dopamine afterwards turns the trace into potentiation."
PAPERS = (
    "Brzosko Z, Zannone S, Schultz W, Clopath C, Paulsen O (2017) eLife 6:e27756",
    "Brzosko Z, Schultz W, Paulsen O (2015) eLife 4:e09685",
)
EQUATIONS = (
    r"w \leftarrow w + (1 - k\,\mathrm{ACh})\,a_+,\qquad w \leftarrow w - a_-",
    r"\dot w = \eta\,\mathrm{DA}\,[\,G_+\,e_+ + G_-\,e_-\,]",
)
CONSTANTS = {
    "a_plus": 0.0015, "a_minus": 0.00231, "tau_plus_ms": 16.8, "tau_minus_ms": 20.0, "tau_e_ms": 60_000.0, "phi_plus": 1.0, "phi_minus": 1.0,
}  # fmt: skip
MATRIX = {"ltp_at_once_by_ach": -2.18, "ltp_window_by_ach": 0.872, "ltp_gate_by_da": 0.37, "ltd_gate_by_da": -0.53}
DEFAULTS = {
    "pairings": 100, "rate_hz": 0.2, "after_from_s": 20.0, "observe_s": 600.0, "view": "run",
    "da_burst_nm": 0.0, "da_tonic_nm": 0.0, "da_receptor": "hill", "ach_receptor": "hill", "ach_ec50_nm": 246.0,
}  # fmt: skip

PROMISE = "Signs at +10, 0, -20 ms: control + + -; with ACh - - -; DA after + + +; ACh only after: as control; nothing at +-50 ms."
LESION = {"ltp_at_once_by_ach": 0.0, "ltp_gate_by_da": 0.0, "ltd_gate_by_da": 0.0}

ACH = {"ach_tonic_nm": 1000.0, "ach_after_nm": -1000.0}
DA_AFTER = {"da_after_nm": 10_000.0}
ACH_AFTER = {"ach_after_nm": 1000.0}


def signs(percent, **condition) -> tuple[int, ...]:
    """Sign of the change at +10, 0 and -20 ms."""
    change = [percent(dt_ms=dt, **condition) - 100.0 for dt in (10, 0, -20)]
    return tuple(0 if abs(c) < 5.0 else (1 if c > 0 else -1) for c in change)


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    table: tuple[tuple[dict[str, float], tuple[int, int, int]], ...] = (
        ({}, (1, 1, -1)),
        (ACH, (-1, -1, -1)),
        (DA_AFTER, (1, 1, 1)),
        (ACH | DA_AFTER, (1, 1, 1)),
        (ACH_AFTER, (1, 1, -1)),
    )
    far = all(abs(percent(dt_ms=dt, **ACH) - 100.0) < 10.0 for dt in (50, -50))
    return far and all(signs(percent, **condition) == expected for condition, expected in table)
