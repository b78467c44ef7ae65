"""Instrumental: which of two answers brings the reward, and what if that changes. After Izhikevich (2007), Fremaux et al. (2010), Doya (2002)."""

from claims import Claim, Null, of
from engine.experiments.instrumental import PRESETS

ROUND = 1
SOURCE = "the model, after Izhikevich 2007"
MEAN_NM = 90.0  # of dopamine: 1000 nM, cleared in 0.2 s, nearly every 2 s
RIGHT_BEFORE, RIGHT_AFTER = "% right in the 20 trials before the swap", "% right in the last 20 of 200 trials"


def before(run) -> float:
    return float(run.right_before_percent)


def after(run) -> float:
    return float(run.right_after_percent)


def apart(run) -> float:
    return float(run.weight_a[-1] - run.weight_b[-1])


def preset(name: str, number, **changes):
    return of("instrumental", number, "job", "doya_2002", **PRESETS[name]["values"] | changes)


CLAIMS = [
    Claim(
        key="learned",
        sentence="The answer that is paid is learned within sixty trials",
        unit=RIGHT_BEFORE, source=SOURCE,
        intact=of("instrumental", before), lesion=of("instrumental", before, da_drug="clamp", da_clamp_nm=MEAN_NM),
        removes="the course of dopamine, which is clamped at about its mean",
        also_changes="nothing",
        depends=("tau_e_ms", "eta_per_s", "rivalry_mv"),
    ),
    Claim(
        key="swap",
        sentence="After the swap the other answer is learned",
        unit=RIGHT_AFTER, source=SOURCE,
        intact=of("instrumental", after), lesion=of("instrumental", after, da_baseline=0.0),
        removes="the running mean of dopamine, which makes the lack of a reward a loss",
        also_changes="larger steps upward",
        depends=("tau_e_ms", "eta_per_s", "rivalry_mv"),
    ),
    Claim(
        key="in_time",
        sentence="A reward just before the next stimulus teaches less",
        unit=RIGHT_AFTER, source=SOURCE,
        intact=of("instrumental", after), lesion=of("instrumental", after, da_delay_ms=1900),
        removes="the reward within the trace",
        also_changes="nothing",
        depends=("tau_e_ms", "eta_per_s"),
    ),
    Null(
        key="never_paid",
        sentence="Never paid, never learned",
        unit="of max, weight to A less weight to B", source="control",
        intact=of("instrumental", apart, da_burst_nm=0.0), smallest=0.02, why="a fiftieth of the bound",
    ),
    Claim(
        key="acetylcholine",
        sentence="Acetylcholine on the learning rate (doya_2002) lets sixty trials be enough",
        unit=RIGHT_BEFORE, source="the model, after Doya 2002",
        intact=preset("acetylcholine", before), lesion=preset("acetylcholine", before, ach_drug="antagonist", ach_drug_dose=1000.0),
        removes="acetylcholine's receptor, its mean effect on the learning rate included: that is the claim",
        also_changes="nothing",
        depends=("ach_tonic_nm", "eta_per_s"),
    ),
    Claim(
        key="norepinephrine",
        sentence="Norepinephrine on learning rate and noise (doya_2002) quickens learning",
        unit=RIGHT_BEFORE, source="the model, after Doya 2002",
        intact=preset("norepinephrine", before), lesion=preset("norepinephrine", before, ne_drug="antagonist", ne_drug_dose=1000.0),
        removes="norepinephrine's receptor, its mean effect on learning rate and noise included: that is the claim",
        also_changes="nothing",
        depends=("ne_tonic_nm", "eta_per_s"),
    ),
    Claim(
        key="serotonin",
        sentence="Serotonin on the life of the trace (doya_2002) lets a reward one second late teach",
        unit=RIGHT_BEFORE, source="the model, after Doya 2002",
        intact=preset("serotonin", before), lesion=preset("serotonin", before, ht_drug="antagonist", ht_drug_dose=1000.0),
        removes="serotonin's receptor, its mean effect on the trace included: that is the claim",
        also_changes="nothing",
        depends=("ht_tonic_nm", "da_delay_ms"),
    ),
]  # fmt: skip
