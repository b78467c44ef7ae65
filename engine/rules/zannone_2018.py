r"""Navigation: acetylcholine depresses at once, dopamine potentiates through the trace, and the order of the spikes does not matter.

    window       a = A exp(-|t_post - t_pre| / 10 ms),  the same for both orders
    at pairing   w <- w - ACh a                      (A_ACh = -1 at ACh = 1)
    later        w' = eta DA (e+ + e-),  e' = -e / 2 s     (A_DA = +1 at DA = 1)

A = 0.002 is the paper's learning rate under acetylcholine. Its learning rate under dopamine, 0.01, is A eta integral(DA dt): with
eta = 100/s a burst of 1000 nM at EC50 1000 nM that is cleared in 50 ms. In the family the window is an LTP and an LTD trace whose gates
have opposite signs. The weights of the paper, 1 to 3, are 0 to 2 here, beside a fixed connection of weight 1.

Zannone S, Brzosko Z, Paulsen O, Clopath C (2018) Acetylcholine-modulated plasticity in reward-driven navigation. Sci Rep 8:9486.
Brzosko Z, Zannone S, Schultz W, Clopath C, Paulsen O (2017) eLife 6:e27756.
"""

TITLE = "ACh unlearns, DA learns"
SUMMARY = "Acetylcholine weakens active synapses at once; dopamine later strengthens those with a trace, whatever the order of their spikes."
PAPERS = (
    "Zannone S, Brzosko Z, Paulsen O, Clopath C (2018) Sci Rep 8:9486",
    "Brzosko Z, Zannone S, Schultz W, Clopath C, Paulsen O (2017) eLife 6:e27756",
)
EQUATIONS = (
    r"a = A\,e^{-|t_{post}-t_{pre}|/10\,\mathrm{ms}},\qquad w \leftarrow w - \mathrm{ACh}\,a",
    r"\dot w = \eta\,\mathrm{DA}\,(e_+ + e_-),\qquad \dot e_\pm = -\frac{e_\pm}{2\,\mathrm{s}}",
)
CONSTANTS = {
    "a_plus": 0.002, "a_minus": 0.002, "tau_plus_ms": 10.0, "tau_minus_ms": 10.0, "tau_e_ms": 2000.0, "eta_per_s": 100.0, "w_max": 2.0,
}  # fmt: skip
MATRIX = {"ltp_at_once_by_ach": -1.0, "ltd_at_once_by_ach": 1.0, "ltp_gate_by_da": 1.0, "ltd_gate_by_da": -1.0}
DEFAULTS = {"da_tonic_nm": 0.0, "da_tau_ms": 50.0}

PROMISE = "Signs at +10, 0, -10 ms: none without modulators; with ACh - - -; DA after + + +, also after ACh; ACh only after: none; as much for +10 as for -10 ms."
LESION = {"ltd_at_once_by_ach": 0.0, "ltd_gate_by_da": 0.0}

PROTOCOL = {"pairings": 60, "rate_hz": 1.0, "w_start": 0.5, "da_burst_nm": 0.0}
ACH = {"ach_tonic_nm": 500.0, "ach_after_nm": -500.0}
DA_AFTER = {"da_burst_nm": 1000.0, "da_delay_ms": 400}
ACH_AFTER = {"ach_burst_nm": 500.0, "ach_delay_ms": 300}


def signs(percent, **condition) -> tuple[int, ...]:
    """Sign of the change at +10, 0 and -10 ms."""
    change = [percent(**PROTOCOL | condition, dt_ms=dt) - 100.0 for dt in (10, 0, -10)]
    return tuple(0 if abs(c) < 1.0 else (1 if c > 0 else -1) for c in change)


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    table: tuple[tuple[dict[str, float], int], ...] = (
        ({}, 0),
        (ACH, -1),
        (DA_AFTER, 1),
        (ACH | DA_AFTER, 1),
        (ACH_AFTER, 0),
    )
    first, second = (percent(**PROTOCOL | DA_AFTER, dt_ms=dt) for dt in (10, -10))
    return abs(first - second) < 0.05 * abs(first - 100.0) and all(signs(percent, **c) == (s, s, s) for c, s in table)
