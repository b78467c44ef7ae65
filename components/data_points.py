"""Published data that may be drawn over a curve, each with its source and the condition in which it was measured.

Only values read in the paper's full text or abstract are here. Where a paper's text gives no number, its sign or its
window is drawn as such. What the present settings are compared with is decided here and nowhere else; without a match
nothing is drawn.

A number belongs to the preparation and to the conditions it was measured in: it is drawn for rules of that preparation,
and where every concentration, rate and number of pairings is that of the experiment within a factor of `NEAR`.
"""

from typing import NamedTuple

from engine.modulators import MODULATORS
from engine.parameters import Values
from engine.settings import Settings

NEAR = 2.0
CA1_RULES = ("brzosko_2017",)
STRIATAL_RULES = ("izhikevich_2007", "yagishita_2014")

BRZOSKO_2017 = "Brzosko et al. 2017, eLife 6:e27756"
BRZOSKO_2015 = "Brzosko et al. 2015, eLife 4:e09685"
PAWLAK_KERR_2008 = "Pawlak & Kerr 2008, J Neurosci 28:2435"
YAGISHITA_2014 = "Yagishita et al. 2014, Science 345:1616"
FISHER_2017 = "Fisher et al. 2017, Nat Commun 8:334"
CA1_PROTOCOL = "mouse CA1, 100 pairings at 0.2 Hz"


class Point(NamedTuple):
    """Weight 40 min after a protocol, in % of its start: mean and standard error over n cells."""

    condition: str
    dt_ms: float
    percent: float
    sem: float
    n: int
    source: str = BRZOSKO_2017
    note: str = ""

    @property
    def text(self) -> str:
        """What hovering over the point says."""
        note = f", {self.note}" if self.note else ""
        return f"{self.source}<br>{self.percent:g} ± {self.sem:g} %, n = {self.n}{note}<br>{self.condition}; {CA1_PROTOCOL}"


class Sign(NamedTuple):
    """Direction of a change whose size is not given: 1 up, -1 down, 0 none."""

    dt_ms: float
    sign: int
    source: str
    note: str

    @property
    def text(self) -> str:
        return f"{self.source}<br>sign only: {self.note}"


class Band(NamedTuple):
    """A published window of the delay from pairing to dopamine."""

    from_s: float
    to_s: float
    label: str
    source: str
    note: str

    @property
    def text(self) -> str:
        return f"{self.source}<br>{self.note}"


CONTROL, ACH, ACH_LOW = "no modulator", "ACh 1 µM during pairing", "ACh 0.1 µM during pairing"
ACH_BLOCKED, ACH_CUT, ACH_AFTER = (
    "ACh 1 µM and atropine during pairing",
    "ACh during pairing, then atropine",
    "ACh only after pairing",
)
ACH_THEN_DA, DA_AFTER = "ACh during pairing, then atropine and DA 20 to 100 µM", "DA 20 to 100 µM after pairing"
# Concentrations in the bath (nM), lowest and highest; of DA the paper names 20 uM in its methods and 100 uM in its
# figure
ACH_NM, ACH_LOW_NM, DA_NM = (1000.0, 1000.0), (100.0, 100.0), (20_000.0, 100_000.0)
BLOCKED_DOSE = 10.0  # from here on a receptor counts as blocked
SOON_S = 60.0  # dopamine came within a minute of the last pairing

POINTS = (
    Point(CONTROL, 10, 135, 7, 8),
    Point(CONTROL, 10, 162, 16, 6, note="second set"),
    Point(CONTROL, 0, 160, 17, 5),
    Point(CONTROL, -20, 66, 10, 7),
    Point(ACH, 10, 63, 8, 6),
    Point(ACH, 10, 63, 9, 5, note="repeat"),
    Point(ACH, 0, 64, 13, 8),
    Point(ACH, -20, 63, 12, 6),
    Point(ACH, 50, 84, 11, 7, note="not significant"),
    Point(ACH, -50, 113, 15, 6, note="not significant"),
    Point(ACH_LOW, 10, 113, 9, 10, note="not significant"),
    Point(ACH_BLOCKED, 10, 141, 8, 6),
    Point(ACH_CUT, 10, 79, 9, 10),
    Point(ACH_THEN_DA, 10, 145, 15, 7),
    Point(ACH_AFTER, 10, 153, 15, 5, note="as without ACh"),
    Point(DA_AFTER, -20, 154, 10, 11, BRZOSKO_2015),
)
SIGNS = (
    Sign(-30, -1, PAWLAK_KERR_2008, "corticostriatal, post 30 ms before pre: depression"),
    Sign(10, 1, PAWLAK_KERR_2008, "corticostriatal, post 10 ms after pre: potentiation"),
)
SIGNS_BLOCKED = (
    Sign(-30, 0, PAWLAK_KERR_2008, "D1/D5 receptors blocked: no change"),
    Sign(10, 0, PAWLAK_KERR_2008, "D1/D5 receptors blocked: no change"),
)
BANDS = (
    Band(0.3, 2.0, "Yagishita 2014", YAGISHITA_2014, "dopamine 0.3 to 2 s after glutamate makes striatal spines grow"),
    Band(0.0, 2.0, "Fisher 2017", FISHER_2017, "signal needed within 2 s (corticostriatal, in vivo)"),
)


def points(settings: Settings) -> tuple[Point, ...]:
    """Measurements of the present condition, for the rules of that preparation and about its protocol."""
    if settings.rule not in CA1_RULES or not like_ca1_protocol(settings.values):
        return ()
    return tuple(p for p in POINTS if p.condition == ca1_condition(settings.values))


def signs(settings: Settings) -> tuple[Sign, ...]:
    """Directions known for the striatum after about 60 pairings at about 0.1 Hz, while dopamine is the only modulator
    there and present.
    """
    values = settings.values
    if not (is_striatal(settings) and present(values, "da") and like_pawlak_kerr(values)):
        return ()
    if values["da_drug"] == "antagonist":
        return SIGNS_BLOCKED if values["da_drug_dose"] >= BLOCKED_DOSE else ()
    return SIGNS if values["da_drug"] == "none" else ()


def bands(settings: Settings) -> tuple[Band, ...]:
    """Windows of dopamine in the striatum: a rise of dopamine is moved, its receptors are free, and the presynaptic
    spike comes first.
    """
    values = settings.values
    measured = (
        values["swept"] == "da" and values["da_burst_nm"] > 0.0 and values["da_drug"] == "none" and values["dt_ms"] >= 0
    )
    return BANDS if is_striatal(settings) and measured else ()


def is_striatal(settings: Settings) -> bool:
    """True for a rule of dopamine that is compared with striatal data, where no other modulator is there."""
    return settings.rule in STRIATAL_RULES and not any(present(settings.values, m) for m in MODULATORS[1:])


def near(value: float, low: float, high: float) -> bool:
    """True where a value is what was used, within a factor of NEAR."""
    return low / NEAR <= value <= high * NEAR


def like_pawlak_kerr(values: Values) -> bool:
    """60 pairings at 0.1 Hz with one or three postsynaptic spikes."""
    return near(values["pairings"], 60, 60) and near(values["rate_hz"], 0.1, 0.1) and values["burst_spikes"] in (1, 3)


def present(values: Values, m: str) -> bool:
    """True when modulator m is there at any time of the pairing experiment."""
    return values[f"{m}_tonic_nm"] > 0.0 or values[f"{m}_burst_nm"] != 0.0 or values[f"{m}_after_nm"] > 0.0


def like_ca1_protocol(values: Values) -> bool:
    """About a hundred single pairings, about every five seconds."""
    return near(values["pairings"], 100, 100) and near(values["rate_hz"], 0.2, 0.2) and values["burst_spikes"] == 1


def ca1_condition(values: Values) -> str:
    """Which of the measured conditions the settings are, or nothing."""
    if any(values[f"{m}_burst_nm"] != 0.0 for m in MODULATORS) or any(
        values[f"{m}_tonic_nm"] > 0.0 for m in ("da", "ne", "ht")
    ):
        return ""
    if values["ne_after_nm"] > 0.0 or values["ht_after_nm"] > 0.0:
        return ""
    if values["da_drug"] != "none" or values["ach_drug"] not in ("none", "antagonist"):
        return ""
    return condition_with_da(values) if values["da_after_nm"] > 0.0 else condition_without_da(values)


def condition_with_da(values: Values) -> str:
    """Dopamine after pairing. Together with acetylcholine that is still there it was not measured in numbers."""
    if not near(values["da_after_nm"], *DA_NM) or values["after_from_s"] > SOON_S:
        return ""
    if values["ach_tonic_nm"] == 0.0:
        return DA_AFTER if values["ach_after_nm"] <= 0.0 else ""
    return ACH_THEN_DA if ach_taken_away(values) and near(values["ach_tonic_nm"], *ACH_NM) else ""


def condition_without_da(values: Values) -> str:
    """Acetylcholine before, after or not at all; atropine is an antagonist of it."""
    if values["ach_tonic_nm"] == 0.0:
        if values["ach_after_nm"] <= 0.0:
            return CONTROL
        return ACH_AFTER if near(values["ach_after_nm"], *ACH_NM) and values["ach_drug"] == "none" else ""
    if near(values["ach_tonic_nm"], *ACH_LOW_NM):
        return ACH_LOW if values["ach_drug"] == "none" else ""
    if not near(values["ach_tonic_nm"], *ACH_NM):
        return ""
    if values["ach_drug"] == "none":
        return ACH
    if values["ach_drug_dose"] < BLOCKED_DOSE:
        return ""
    if values["ach_drug_from_s"] <= 0.0:
        return ACH_BLOCKED
    return ACH_CUT if blocked_after(values) else ""


def ach_taken_away(values: Values) -> bool:
    """True when acetylcholine is washed out or blocked once pairing is over."""
    return values["ach_after_nm"] <= -0.9 * values["ach_tonic_nm"] or blocked_after(values)


def blocked_after(values: Values) -> bool:
    """True when atropine comes after the last pairing."""
    return (
        values["ach_drug"] == "antagonist" and values["ach_drug_from_s"] >= (values["pairings"] - 1) / values["rate_hz"]
    )
