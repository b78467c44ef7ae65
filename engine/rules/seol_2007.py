r"""Pull-push: norepinephrine permits LTP and holds LTD back; acetylcholine permits LTD and holds LTP back.

    phi+ = NE,  phi- = ACh                     (pull: each receptor class opens its own side, nothing happens without)
    g_A+ = 1 - ACh / 2,  g_A- = 1 - NE / 2     (push: and closes half of the other; the half is a model choice)

Receptors of the adenylyl-cyclase class (beta) tag synapses for LTP, those of the phospholipase C class (M1) for LTD; the outcome
depends on their relative activation.

Seol GH et al. (2007) Neuromodulators control the polarity of spike-timing-dependent synaptic plasticity. Neuron 55:919.
"""

TITLE = "Pull-push by NE and ACh"
SUMMARY = (
    "Norepinephrine opens LTP and closes LTD, acetylcholine the other way round; without either nothing is learned."
)
PAPERS = ("Seol GH et al. (2007) Neuron 55:919-929",)
EQUATIONS = (
    r"\phi_+ = \mathrm{NE},\qquad \phi_- = \mathrm{ACh}",
    r"g_{A+} = 1 - \tfrac12\mathrm{ACh},\qquad g_{A-} = 1 - \tfrac12\mathrm{NE}",
)
CONSTANTS = {"a_plus": 0.005, "a_minus": 0.005, "tau_plus_ms": 20.0, "tau_minus_ms": 20.0}
MATRIX = {
    "ltp_at_once_by_ne": 1.0,
    "ltd_at_once_by_ach": 1.0,
    "ltp_amplitude_by_ach": -0.5,
    "ltd_amplitude_by_ne": -0.5,
}
DEFAULTS = {
    "pairings": 60, "rate_hz": 1.0, "w_start": 0.5, "da_burst_nm": 0.0, "da_tonic_nm": 0.0, "ne_tonic_nm": 500.0, "swept": "ne",
    "ne_receptor": "hill", "ach_receptor": "hill",
}  # fmt: skip

PROMISE = "NE alone gives LTP only, ACh alone LTD only, both together both; each weakens the other's side; without either nothing."
LESION = {"ltp_at_once_by_ne": 0.0, "ltd_at_once_by_ach": 0.0}


def promise(percent) -> bool:
    """percent(**parameters): weight after the protocol in % of its start."""
    none, ne, ach, both = [
        {"ne_tonic_nm": n, "ach_tonic_nm": a} for n, a in ((0.0, 0.0), (500.0, 0.0), (0.0, 500.0), (500.0, 500.0))
    ]
    rise, fall = percent(dt_ms=10, **ne), percent(dt_ms=-10, **ach)
    idle = all(abs(percent(dt_ms=dt, **s) - 100.0) < 1e-9 for dt, s in ((10, none), (-10, none), (-10, ne), (10, ach)))
    return idle and 100.0 < percent(dt_ms=10, **both) < rise and 100.0 > percent(dt_ms=-10, **both) > fall
