"""Perception: acetylcholine with a stimulus redraws a sensory map, dopamine for right answers draws the boundary of a category."""

import numpy as np

from claims import Claim, Null, minus, of

ROUND = 1
ACH_MEAN_NM = 31.0  # 500 nM, cleared in 0.1 s, at 20 of 40 stimuli of 0.8 s
DA_MEAN_NM = 500.0  # 2000 nM, cleared in 0.2 s, at three of four stimuli of 0.6 s
NEURONS, RIGHT = "map neurons gained by the paired stimulus", "% right in the test with frozen synapses"
MAP_ONLY, TASK_ONLY = {"trials": 0}, {"exposures": 0}
CLAMPED = {"da_drug": "clamp", "da_clamp_nm": DA_MEAN_NM}
STEADY = "with its running mean subtracted a steady level is no signal, so that the answers' weights stay"
HUB = {"ne_source": "emergent", "ne_tonic_nm": 0.0}


def growth(run) -> float:
    return float(run.paired_after - run.paired_before)


def right(run, share: str = "p_a_after") -> float:
    """Right answers (%) in a test, no answer counting half."""
    is_a = run.level <= run.settings.values["boundary"]
    return 100.0 * float(np.where(is_a, run[share], 1.0 - run[share]).mean())


def learned(run) -> float:
    return right(run) - right(run, "p_a_before")


def sharpness(run) -> float:
    return float(run.d_prime_after)


def boundary(run) -> float:
    return float(run.boundary_after)


def map_of(**told):
    return of("perception", growth, **MAP_ONLY, **told)


def task_of(**told):
    return of("perception", right, **TASK_ONLY, **told)


def moved(**told):
    """How far the boundary of the answers moves with the one that is paid, from 4.5 to 8.5."""
    late, early = (of("perception", boundary, boundary=at, **TASK_ONLY, **told) for at in (8.5, 4.5))
    return minus(late, early)


CLAIMS = [
    Claim(
        key="map_needs_acetylcholine",
        sentence="The map grows for the stimulus that comes with a burst of acetylcholine",
        unit=NEURONS, source="after Kilgard & Merzenich 1998, Froemke et al. 2007",
        intact=map_of(), lesion=map_of(ach_drug="clamp", ach_clamp_nm=ACH_MEAN_NM),
        removes="the course of acetylcholine, which is clamped at its mean; the stimulus comes as often",
        also_changes="nothing",
        depends=("eta_per_s", "peak_hz"), n=8, n_robust=4,
    ),
    Claim(
        key="map_needs_the_gate",
        sentence="Acetylcholine acts through the gate: it must silence the inhibitory neurons",
        unit=NEURONS, source="after Letzkus et al. 2011",
        intact=map_of(), lesion=map_of(disinhibition_mv=0.0),
        removes="what acetylcholine does to the gate; what it does to plasticity stays",
        also_changes="the rate of the map at the paired stimulus, by which the gate acts",
        depends=("eta_per_s", "peak_hz"), n=8, n_robust=4,
    ),
    Claim(
        key="map_burst_too_late",
        sentence="A burst of acetylcholine that begins when the stimulus is over does not redraw the map",
        unit=NEURONS, source="model",
        intact=map_of(), lesion=map_of(ach_delay_ms=200),
        removes="the time of the burst: 0.2 s later",
        also_changes="nothing",
        depends=("eta_per_s", "peak_hz"), n=8, n_robust=4,
    ),
    Claim(
        key="map_burst_too_early",
        sentence="A burst of acetylcholine 0.2 s before the stimulus does not redraw the map",
        unit=NEURONS, source="model",
        intact=map_of(), lesion=map_of(ach_delay_ms=-200),
        removes="the time of the burst: 0.2 s earlier",
        also_changes="nothing",
        depends=("eta_per_s", "peak_hz"), n=8, n_robust=4,
    ),
    Claim(
        key="categories_need_dopamine",
        sentence="Dopamine for right answers teaches two categories",
        unit=RIGHT, source="model",
        intact=task_of(), lesion=task_of(**CLAMPED),
        removes="the course of dopamine, which is clamped at about its mean",
        also_changes=STEADY,
        depends=("eta_per_s", "tau_e_ms"), n=8, n_robust=4,
    ),
    Claim(
        key="boundary_follows_reward",
        sentence="The boundary of the answers follows the one that is paid",
        unit="stimuli, for a paid boundary that moves by 4", source="model",
        intact=moved(), lesion=moved(**CLAMPED),
        removes="the course of dopamine, which is clamped at about its mean",
        also_changes=STEADY,
        depends=("eta_per_s", "tau_e_ms"), n=6, n_robust=3,
    ),
    Claim(
        key="feedback_at_once",
        sentence="Feedback at once teaches more than feedback 0.6 s late",
        unit=RIGHT, source="model",
        intact=task_of(), lesion=task_of(da_delay_ms=600),
        removes="the time of dopamine: it comes with the next stimulus",
        also_changes="nothing",
        depends=("eta_per_s", "tau_e_ms"), n=8, n_robust=4,
    ),
    Claim(
        key="aroused",
        sentence="An aroused learner, with tonic norepinephrine, learns more",
        unit=RIGHT, source="model",
        intact=task_of(), lesion=task_of(ne_tonic_nm=0.0),
        removes="norepinephrine, its mean effect on the learning rate included: that is the claim",
        also_changes="nothing",
        depends=("eta_per_s", "tau_e_ms"), n=8, n_robust=4,
    ),
    Claim(
        key="later_task",
        sentence="A burst of acetylcholine in time with its stimulus sharpens the categories that are learned afterwards",
        unit="d' in the test at the end", source="model",
        intact=of("perception", sharpness), lesion=of("perception", sharpness, ach_delay_ms=200),
        removes="the time of the burst: 0.2 s later", also_changes="nothing",
        depends=("ach_burst_nm", "eta_per_s"), n=40, n_robust=4,
    ),
    Claim(
        key="low_tone",
        sentence="A low steady level of acetylcholine sharpens the categories",
        unit="d' in the test at the end", source="model",
        intact=of("perception", sharpness, ach_burst_nm=0.0, ach_tonic_nm=31.0), lesion=of("perception", sharpness, ach_burst_nm=0.0),
        removes="acetylcholine, its mean effect included: that is the claim", also_changes="nothing",
        depends=("ach_tonic_nm", "eta_per_s"), n=24, n_robust=4,
    ),
    Claim(
        key="loop",
        sentence="A recurrent loop makes the map of the paired stimulus grow further",
        unit=NEURONS, source="model",
        intact=map_of(recurrent_mv=30.0), lesion=map_of(),
        removes="the loop", also_changes="the rate of the map, by which the loop acts",
        depends=("eta_per_s", "peak_hz"), n=8, n_robust=4,
    ),
    Claim(
        key="gate",
        sentence="The inhibitory gate keeps the map from growing more",
        unit=NEURONS, source="model", direction=-1,
        intact=map_of(), lesion=map_of(inhibition_mv=0.0),
        removes="the gate's inhibition of the map", also_changes="the rate of the map at all stimuli, by which the gate acts",
        depends=("eta_per_s", "peak_hz"), n=16, n_robust=4,
    ),
    Claim(
        key="plastic",
        sentence="The categories are learned by plastic synapses",
        unit=f"{RIGHT}, less before", source="control",
        intact=of("perception", learned, **TASK_ONLY), lesion=of("perception", learned, **TASK_ONLY, eta_per_s=1e-4),
        removes="plasticity", also_changes="nothing",
        depends=("tau_e_ms", "da_burst_nm"), n=8, n_robust=4,
    ),
    Claim(
        key="dopamine_hub",
        sentence="Dopamine released by a hub of the circuit teaches the categories",
        unit=RIGHT, source="after Schultz, Dayan & Montague 1997",
        intact=task_of(da_source="emergent"), lesion=task_of(da_source="emergent", **CLAMPED),
        removes="the course of dopamine, which is clamped; the hub fires on", also_changes=STEADY,
        depends=("eta_per_s", "da_burst_nm"), n=8, n_robust=3,
    ),
    Claim(
        key="norepinephrine_hub",
        sentence="Norepinephrine released by a hub arouses as the scripted level does",
        unit=RIGHT, source="model",
        intact=task_of(**HUB, ne_burst_nm=100.0), lesion=task_of(**HUB, ne_burst_nm=0.0),
        removes="norepinephrine, its mean effect included: that is the claim; the hub fires on", also_changes="nothing",
        depends=("eta_per_s", "tau_e_ms"), n=8, n_robust=3,
    ),
    Null(
        key="never_paid",
        sentence="Never paid, never learned",
        unit=f"{RIGHT}, less before", source="control",
        intact=of("perception", learned, **TASK_ONLY, da_burst_nm=0.0), smallest=8.0, why="a fifth of what is learned when it is paid", n=12,
    ),
]  # fmt: skip
DROPPED = [
    "that bursts of acetylcholine raise the map's signal to noise did not hold: clamped at their mean it is as high (5.5 and 5.8, seeds 0 to 15; verified 5.9 and 5.8)",
    "that the map's window is shut at +-0.4 s is left to +-0.2 s, which says more",
    "acetylcholine from its hub, at all times, as a lesion of the burst: its mean was higher too; the clamp at the burst's mean takes its place",
    "that bursts sharpen the later task is claimed against bursts at another time only: a steady level of their mean sharpens it as much (d' 3.2 against 3.1, seeds 0 to 23)",
    "right answers with a projection cut, and without dopamine: a clamp at the mean and frozen synapses take their place",
]
