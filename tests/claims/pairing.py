"""Pairing: one synapse, spikes and modulators as scripted. Nothing is drawn: every seed gives the same bits, so two seeds are enough."""

from functools import partial

import numpy as np

from claims import Claim, minus, of
from engine.experiments.pairing import PRESETS

ROUND = 1
PERCENT = "weight after the protocol, % of its start"
MEAN_DA_NM = 9.0  # 2 nM and a burst of 500 nM, cleared in 0.2 s, in the 14.5 s of a run
ACH_DURING = PRESETS["ach_during"]["values"]
claim = partial(Claim, n=2, n_robust=2)


def percent(run) -> float:
    return float(run.final_percent)


def threshold_hz(run) -> float:
    """Rate at which post before pre turns from depression to potentiation, between the rates of the curve; nan where it does not."""
    rates, weight = np.asarray(run.rate_hz), np.asarray(run.rate_percent)[1]
    turn = np.flatnonzero((weight[:-1] < 100.0) & (weight[1:] >= 100.0))
    return float(np.interp(100.0, weight[turn[0] : turn[0] + 2], rates[turn[0] : turn[0] + 2])) if turn.size else np.nan


def last_of_first(run) -> float:
    """What the last five pairings gain each, as a share of what the second gains."""
    period_s = 1.0 / run.settings.values["rate_hz"]
    at_s = period_s * np.arange(run.settings.values["pairings"]) - 0.015
    gain = np.diff(np.interp(at_s, run.t_s, run.weight))
    return float(gain[-5:].mean() / gain[1])


def after(rule: str, number=percent, **told):
    return of("pairing", number, "job", rule, **told)


def preset(name: str, number=percent, **told):
    return after(PRESETS[name]["rule"], number, **PRESETS[name]["values"] | told)


IZHIKEVICH, BRZOSKO, HE, YAGISHITA = "izhikevich_2007", "brzosko_2017", "he_2015", "yagishita_2014"
PAWLAK = {"pairings": 60, "rate_hz": 0.1, "eta_per_s": 2.0}
BLOCKED = {"da_drug": "antagonist", "da_drug_dose": 200.0}

CLAIMS = [
    claim(
        key="burst_not_level",
        sentence="A burst of dopamine while the trace is alive teaches more than the same dopamine spread out",
        unit=PERCENT, source="Izhikevich 2007",
        intact=after(IZHIKEVICH), lesion=after(IZHIKEVICH, da_drug="clamp", da_clamp_nm=MEAN_DA_NM),
        removes="the course of dopamine, which is clamped at its mean over the run",
        also_changes="nothing",
        depends=("tau_e_ms", "da_burst_nm", "da_delay_ms"),
    ),
    claim(
        key="in_time",
        sentence="The same burst three seconds late hardly teaches",
        unit=PERCENT, source="Izhikevich 2007",
        intact=after(IZHIKEVICH), lesion=after(IZHIKEVICH, da_delay_ms=3000),
        removes="the time of the burst", also_changes="nothing",
        depends=("tau_e_ms", "da_burst_nm"),
    ),
    claim(
        key="pairing_first",
        sentence="Dopamine must follow the pairing: one second before it, it hardly teaches",
        unit=PERCENT, source="Izhikevich 2007",
        intact=after(IZHIKEVICH), lesion=after(IZHIKEVICH, da_delay_ms=-1000),
        removes="the order of pairing and burst", also_changes="nothing",
        depends=("tau_e_ms", "da_burst_nm"),
    ),
    claim(
        key="d1_ltp",
        sentence="Pre before post potentiates only with D1 receptors",
        unit=PERCENT, source="Pawlak & Kerr 2008",
        intact=after(IZHIKEVICH, **PAWLAK), lesion=after(IZHIKEVICH, **PAWLAK, **BLOCKED),
        removes="the receptor, its mean effect included: that is the claim", also_changes="nothing",
        depends=("eta_per_s", "dt_ms"),
    ),
    claim(
        key="d1_ltd",
        sentence="Post before pre depresses only with D1 receptors",
        unit=PERCENT, source="Pawlak & Kerr 2008", direction=-1,
        intact=after(IZHIKEVICH, dt_ms=-30, **PAWLAK), lesion=after(IZHIKEVICH, dt_ms=-30, **PAWLAK, **BLOCKED),
        removes="the receptor, its mean effect included: that is the claim", also_changes="nothing",
        depends=("eta_per_s", "dt_ms"),
    ),
    claim(
        key="acetylcholine_turns_the_sign",
        sentence="Acetylcholine during pairing turns potentiation at +10 ms into depression; after pairing it does nothing",
        unit=PERCENT, source="Brzosko et al. 2017", direction=-1,
        intact=after(BRZOSKO, **ACH_DURING), lesion=after(BRZOSKO, ach_after_nm=1000.0),
        removes="the order: the same level of acetylcholine comes after the pairings", also_changes="nothing",
        depends=("ach_tonic_nm", "dt_ms"),
    ),
    claim(
        key="dopamine_converts",
        sentence="Dopamine after the pairings turns what acetylcholine had depressed into potentiation",
        unit=PERCENT, source="Brzosko et al. 2017",
        intact=preset("ach_then_da"), lesion=after(BRZOSKO, **ACH_DURING),
        removes="dopamine after the pairings", also_changes="nothing",
        depends=("da_after_nm", "dt_ms", "after_from_s"),
    ),
    claim(
        key="norepinephrine_converts_ltp",
        sentence="Norepinephrine converts the trace of pre before post, serotonin does not",
        unit=PERCENT, source="He et al. 2015",
        intact=after(HE, ne_burst_nm=500.0, ht_burst_nm=0.0), lesion=after(HE, ne_burst_nm=0.0, ht_burst_nm=500.0),
        removes="which modulator: serotonin comes instead", also_changes="clearance and receptor are serotonin's",
        depends=("dt_ms", "ne_delay_ms"),
    ),
    claim(
        key="serotonin_converts_ltd",
        sentence="Serotonin converts the trace of post before pre, norepinephrine does not",
        unit=PERCENT, source="He et al. 2015", direction=-1,
        intact=after(HE, dt_ms=-10, ne_burst_nm=0.0, ht_burst_nm=500.0), lesion=after(HE, dt_ms=-10, ne_burst_nm=500.0, ht_burst_nm=0.0),
        removes="which modulator: norepinephrine comes instead", also_changes="clearance and receptor are norepinephrine's",
        depends=("dt_ms", "ht_delay_ms"),
    ),
    claim(
        key="lower_edge",
        sentence="With a trace that must rise, dopamine can come too early",
        unit=f"{PERCENT}, with dopamine after 0.6 s less that with dopamine at once", source="Yagishita et al. 2014",
        intact=minus(after(YAGISHITA, da_delay_ms=600), after(YAGISHITA, da_delay_ms=0)),
        lesion=minus(after(YAGISHITA, da_delay_ms=600, tau_rise_ms=0.0), after(YAGISHITA, da_delay_ms=0, tau_rise_ms=0.0)),
        removes="the rise of the trace", also_changes="the trace decays from its peak at once, and is lower after 0.6 s",
        depends=("tau_e_ms", "da_tau_ms"),
    ),
    claim(
        key="rate",
        sentence="Pre before post potentiates more at 40 Hz than at 1 Hz",
        unit=f"{PERCENT}, at 40 Hz less that at 1 Hz", source="Pfister & Gerstner 2006",
        intact=minus(after("triplet_2006", rate_hz=40.0), after("triplet_2006", rate_hz=1.0)),
        lesion=minus(*(after("triplet_2006", rate_hz=rate, a3_plus=0.0, a_plus=0.005) for rate in (40.0, 1.0))),
        removes="the triplet term; a pair term potentiates in its place", also_changes="potentiation at low rates",
        depends=("a3_plus", "tau_y_ms", "dt_ms"),
    ),
    claim(
        key="early_weakens",
        sentence="Where an LTP and an LTD trace compete, an early burst weakens and a late one does not",
        unit=PERCENT, source="Huertas et al. 2016", direction=-1,
        intact=after("huertas_2016", da_delay_ms=300), lesion=after("huertas_2016", da_delay_ms=2500),
        removes="the time of the burst", also_changes="nothing",
        depends=("tau_e_ms", "a_minus"),
    ),
    claim(
        key="late_strengthens",
        sentence="A late burst strengthens, since the LTD trace is gone by then",
        unit=PERCENT, source="Huertas et al. 2016",
        intact=after("huertas_2016", da_delay_ms=2500), lesion=after("huertas_2016", da_delay_ms=2500, ltd_decay_ratio=1.0),
        removes="the difference of the two decays", also_changes="the LTD trace is larger at every delay",
        depends=("tau_e_ms", "a_minus"),
    ),
    claim(
        key="history",
        sentence="Every burst makes the next one smaller",
        unit="gain of a late pairing as a share of an early one", source="after Frémaux et al. 2010", direction=-1,
        intact=preset("history", last_of_first), lesion=preset("history", last_of_first, da_baseline=0.0),
        removes="the running mean of dopamine", also_changes="the first pairings gain a little more",
        depends=("da_burst_nm", "rate_hz"),
    ),
    claim(
        key="norepinephrine_cancels",
        sentence="A burst of norepinephrine that shortens traces cancels the reward that comes after it",
        unit=PERCENT, source="model", direction=-1,
        intact=preset("cancelled"), lesion=preset("cancelled", ne_delay_ms=600),
        removes="the order: norepinephrine comes after dopamine", also_changes="nothing",
        depends=("ne_burst_nm", "tau_e_ms"),
    ),
    claim(
        key="norepinephrine_moves_the_threshold",
        sentence="Norepinephrine lowers the rate at which depression turns into potentiation",
        unit="Hz, post before pre", source="the model, after Pfister & Gerstner 2006", direction=-1,
        intact=preset("threshold", threshold_hz), lesion=preset("threshold", threshold_hz, ne_drug="antagonist", ne_drug_dose=1000.0),
        removes="norepinephrine's receptor, its mean effect included: that is the claim", also_changes="nothing",
        depends=("ne_tonic_nm", "a3_plus"),
    ),
]  # fmt: skip
DROPPED = []
