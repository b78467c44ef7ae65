"""Neuromodulators: release, clearance, receptors, drugs, and the signal that reaches a synapse.

For each of the four modulators and each brain area, with concentration C (nM), occupancy r and running mean m:

    (M1)  C' = R(t) - (C / tau)                      linear clearance, or
          C' = R(t) - Vmax C / (Km + C)              Michaelis-Menten clearance (Nicholson 1995)
          R(t) = R_tonic + sum_k amplitude delta(t - t_k);  R_tonic keeps C at the tonic level; C never falls below 0
    (M2)  r_inf = C / EC50                           linear receptor (far below saturation), or
          r_inf = C^n / (C^n + EC50^n)               Hill receptor
          r' = (r_inf - r) / tau_on  while r_inf > r,  (r_inf - r) / tau_off  otherwise;  tau = 0: r = r_inf
    (M3)  s = f (r - b m),   m' = (r - m) / tau_m;   m starts at the steady value of r
          b = 1: the signal is a difference from what was to be expected; b = 0: a gate
          f: 1, or what an area says: f = -1 where the receptors work the other way (D2 beside D1)

An amplitude below zero is a pause: it takes that much away, at most all there is (model choice).
Drugs act on (M1) and (M2) with a dose u(t) in units of their half-effective concentration: on at `drug_from_s`,
constant until `drug_until_s`, then washed out exponentially:

    antagonist (competitive)  EC50 -> EC50 (1 + u)          agonist  C -> C + u EC50 at the receptor
    reuptake inhibitor        tau -> tau (1 + u), Vmax -> Vmax / (1 + u)
    release blocker           R -> R / (1 + u)
    clamp                     C = clamp level from `drug_from_s` to `drug_until_s`, whatever is released or cleared

What is to be expected is a matter of what is released, not of the receptor (model choice). So a drug acts on both terms of (M3):

    (M4)  s = f (r - b m*),   m' = (r0 - m) / tau_m;   r0: the receptor signal as it would be without the drug
          m*: what the drug makes of m. The tonic level that m stands for is released, cleared and bound as the drug has it

    antagonist    m* = m / (1 + u) for a linear receptor: both terms shrink alike; a blocked receptor learns nothing and unlearns nothing
    agonist       m* = m + u: the agonist is expected; where it saturates a Hill receptor, bursts are no longer seen
    inhibitor     m* rises to (1 + u) m with the slowed clearance, as the level does: bursts teach more, the level itself nothing
    blocker       m* falls to m / (1 + u) with clearance: bursts teach less, the missing tone nothing
    clamp         m* = the receptor signal of the clamp level: s = f (1 - b) r for as long as it holds
    wash-out      m has gone on without the drug, so that what comes back is what was to be expected

Sources: clearance and receptor constants of the striatum after Ejdrup et al. (published code, 2024); others are model choices.
"""

from collections.abc import Callable
from functools import cache
from math import exp, inf, log
from typing import Annotated, Any, NamedTuple

import numpy as np

from engine.kernel import inlined
from engine.parameters import Field, Param, Values, fields

MODULATORS = ("da", "ach", "ne", "ht")
LABELS = {"da": "DA", "ach": "ACh", "ne": "NE", "ht": "5-HT"}
FULL_NAMES = {"da": "dopamine", "ach": "acetylcholine", "ne": "norepinephrine", "ht": "serotonin"}
N_MODULATORS = len(MODULATORS)

LINEAR, MICHAELIS_MENTEN = 0, 1
HILL = 1
NO_DRUG, ANTAGONIST, AGONIST, REUPTAKE_INHIBITOR, RELEASE_BLOCKER, CLAMP = range(6)


# fmt: off
class Modulator(NamedTuple):
    """What can be set for each of the four modulators; names on the page and in links carry its prefix (`da_tonic_nm`)."""

    tonic_nm: Annotated[float, Param("nM", 0, 10_000, "steady level between bursts", soft=(0, 1000), level="intro", label="tonic level", step=1)] = 0.0
    delay_ms: Annotated[int, Param("ms", -2000, 10_000, "from the event (a pairing, a rewarded act) to the burst", level="intro", label="burst time", step=10)] = 400
    burst_nm: Annotated[float, Param("nM", -5000, 5000, "rise per pulse of the burst; below zero is a pause", soft=(-1000, 2000), level="intro", label="burst size", step=10)] = 0.0
    pulses: Annotated[int, Param("", 1, 50, "pulses in a burst", soft=(1, 20), level="core", label="pulses", step=1)] = 1
    pulse_hz: Annotated[float, Param("Hz", 1, 200, "pulse rate inside a burst", soft=(1, 100), label="pulse rate", step=1)] = 20.0
    clearance: Annotated[str, Param(choices=("linear", "michaelis_menten"), doc="how the modulator is taken away", label="clearance")] = "linear"
    tau_ms: Annotated[float, Param("ms", 5, 20_000, "time constant of linear clearance", log=True, level="core", label="clearance time")] = 200.0
    vmax_nm_per_s: Annotated[float, Param("nM/s", 10, 20_000, "highest uptake rate of Michaelis-Menten clearance", log=True, label="uptake Vmax")] = 6000.0
    km_nm: Annotated[float, Param("nM", 1, 5000, "concentration of half-highest uptake", log=True, label="uptake Km")] = 210.0
    receptor: Annotated[str, Param(choices=("linear", "hill"), doc="how concentration becomes a receptor signal", label="receptor")] = "linear"
    ec50_nm: Annotated[float, Param("nM", 0.5, 10_000, "concentration of half occupancy (the unit of a linear receptor)", log=True, label="receptor EC50")] = 1000.0
    hill: Annotated[float, Param("", 0.5, 4, "steepness of the receptor curve", label="Hill coefficient", step=0.1)] = 1.0
    on_ms: Annotated[float, Param("ms", 0, 10_000, "time constant of binding; 0 is immediate", soft=(0, 5000), label="receptor on time", step=1, floor=0.1)] = 0.0
    off_ms: Annotated[float, Param("ms", 0, 10_000, "time constant of unbinding; 0 is immediate", soft=(0, 5000), label="receptor off time", step=1, floor=0.1)] = 0.0
    baseline: Annotated[float, Param("", 0, 1, "share of the running mean that is subtracted: 1 reads errors, 0 reads levels", level="core", label="baseline factor", step=0.05)] = 0.0
    drug: Annotated[str, Param(choices=("none", "antagonist", "agonist", "reuptake_inhibitor", "release_blocker", "clamp"), doc="a drug that acts on this modulator, or a clamp of its concentration", level="core", label="drug")] = "none"
    drug_dose: Annotated[float, Param("", 0, 1000, "dose, in units of the half-effective concentration", soft=(0, 100), level="core", label="drug dose")] = 10.0
    clamp_nm: Annotated[float, Param("nM", 0, 10_000, "concentration that the clamp holds", soft=(0, 1000), label="clamp level", step=1)] = 100.0
    drug_from_s: Annotated[float, Param("s", -60, 3600, "when the drug arrives", soft=(-10, 600), label="drug from", step=1)] = -60.0
    drug_until_s: Annotated[float, Param("s", -60, 7200, "when wash-out begins", soft=(-10, 3600), label="drug until", step=1)] = 7200.0
    drug_washout_s: Annotated[float, Param("s", 0.1, 3600, "time constant of wash-out", log=True, label="drug wash-out")] = 30.0
# fmt: on


DEFAULTS: dict[str, Values] = {
    "da": {"tonic_nm": 2.0, "burst_nm": 500.0},
    "ach": {"tau_ms": 100.0, "ec50_nm": 500.0, "delay_ms": 0},
    "ne": {"tau_ms": 500.0, "ec50_nm": 500.0},
    "ht": {"tau_ms": 500.0, "ec50_nm": 500.0},
}


def modulator_fields() -> dict[str, Field]:
    """The fields of all four modulators, prefixed: `da_tonic_nm`, `ach_delay_ms`, ..."""
    out = {}
    for prefix in MODULATORS:
        for name, field in fields(Modulator, group=prefix).items():
            default = DEFAULTS[prefix].get(name, field.default)
            out[f"{prefix}_{name}"] = Field(f"{prefix}_{name}", field.kind, default, field.param, prefix)
    return out


# Columns of `Kinetics.table`: the fields of `Modulator` the kernels need, times in ms, choices as their index
COLUMNS = (
    "tonic_nm", "clearance", "tau_ms", "vmax_nm_per_s", "km_nm", "receptor", "ec50_nm", "hill", "on_ms", "off_ms",
    "baseline", "drug", "drug_dose", "drug_from_s", "drug_until_s", "drug_washout_s",
    "clamp_nm",
)  # fmt: skip
(
    TONIC, CLEARANCE, TAU, VMAX, KM, RECEPTOR, EC50, HILL_N, ON, OFF, BASELINE, DRUG, DOSE, DRUG_FROM, DRUG_UNTIL, WASHOUT,
    CLAMP_NM, EFFECT,
) = range(18)  # fmt: skip
SCALE = {"vmax_nm_per_s": 1e-3, "drug_from_s": 1e3, "drug_until_s": 1e3, "drug_washout_s": 1e3}


class Kinetics(NamedTuple):
    """Modulator constants of A areas. Few arrays: every array that crosses into a kernel call has a cost."""

    table: np.ndarray  # (A, 4, 18) see COLUMNS, and last the factor on the signal
    tonic_nm: np.ndarray  # (E, A, 4) tonic level in epoch e
    epoch_ms: np.ndarray  # (E,) start of epoch e; the first is -inf
    baseline_tau_ms: float


# Rows of the levels array (9, A, 4): concentration (nM), occupancy, its running mean, signal, 1 if at rest; the last four where a drug
# meets a baseline factor (M4): concentration and occupancy as they would be without the drug, m* as a concentration and as an occupancy
C, R, MEAN, S, QUIET, FREE_C, FREE_R, EXPECTED_C, EXPECTED = range(9)
N_LEVELS = 9
UNTREATED_MS = -1e300  # a time before any drug
NEGLIGIBLE_NM = 1e-12  # a difference below this is none; it also keeps denormal numbers out of the loop


@cache
def readings() -> tuple[tuple[str, Callable[[Any], float]], ...]:
    """Every column with how its number is read from a value: times in ms, choices as their index."""
    spec = fields(Modulator)
    choice: dict[str, Callable[[Any], Any]] = {
        name: {c: float(i) for i, c in enumerate(spec[name].param.choices)}.get
        for name in COLUMNS
        if spec[name].kind is str
    }
    return tuple((name, choice.get(name) or SCALE.get(name, 1.0).__mul__) for name in COLUMNS)


def kinetics(
    values: Values,
    areas: tuple[Values, ...],
    epochs: tuple[tuple[float, Values], ...] = (),
) -> Kinetics:
    """Constants of every area. `areas`: overrides by parameter name; `epochs`: (start in ms, tonic overrides) after the first.

    An area may also hold `<modulator>_effect`, the factor f of (M3), 1 where it is not given.
    """
    rows = [{**values, **area} for area in areas]
    table = np.array(
        [
            [
                [*(number(row[f"{m}_{name}"]) for name, number in readings()), row.get(f"{m}_effect", 1.0)]
                for m in MODULATORS
            ]
            for row in rows
        ]
    )
    tonic = [table[:, :, TONIC]]
    for _, override in epochs:
        level = tonic[-1].copy()
        for j, m in enumerate(MODULATORS):
            level[:, j] = override.get(f"{m}_tonic_nm", level[:, j])
        tonic.append(level)
    starts = np.array([-inf] + [float(start) for start, _ in epochs])
    return Kinetics(table, np.array(tonic), starts, float(values["baseline_tau_s"]) * 1e3)


@inlined
def dose(kin, a, m, kind, t_ms):
    """Dose u(t) of drug `kind` on modulator m of area a; 0 if another drug or none is given."""
    if kin.table[a, m, DRUG] != kind or t_ms < kin.table[a, m, DRUG_FROM]:
        return 0.0
    late_ms = max(t_ms - max(kin.table[a, m, DRUG_UNTIL], kin.table[a, m, DRUG_FROM]), 0.0)
    return kin.table[a, m, DOSE] * exp(-late_ms / kin.table[a, m, WASHOUT])


@inlined
def is_clamped(kin, a, m, t_ms):
    """True while the concentration of modulator m in area a is held."""
    return kin.table[a, m, DRUG] == CLAMP and kin.table[a, m, DRUG_FROM] <= t_ms < kin.table[a, m, DRUG_UNTIL]


@inlined
def epoch_at(kin, t_ms):
    """Index of the tonic epoch at t."""
    e = 0
    while e + 1 < kin.epoch_ms.size and kin.epoch_ms[e + 1] <= t_ms:
        e += 1
    return e


@inlined
def tonic_level(kin, a, m, t_ms):
    """Tonic level (nM) at t."""
    return kin.tonic_nm[epoch_at(kin, t_ms), a, m]


@inlined
def release_per_ms(kin, a, m, c, t_ms):
    """Tonic release R (nM/ms) that holds the level c without drugs, with the release blocker taken into account (M1)."""
    if kin.table[a, m, CLEARANCE] == LINEAR:
        r = c / kin.table[a, m, TAU]
    else:
        r = kin.table[a, m, VMAX] * c / (kin.table[a, m, KM] + c)
    return r / (1.0 + dose(kin, a, m, RELEASE_BLOCKER, t_ms))


@inlined
def steady_nm(kin, a, m, t_ms):
    """Concentration at which release and clearance balance at time t."""
    return steady_from(kin, a, m, tonic_level(kin, a, m, t_ms), t_ms)


@inlined
def steady_from(kin, a, m, level, t_ms):
    """What the drug makes of a tonic level (nM) in the long run. Where release outruns the transporter, 999 Km (model choice)."""
    if is_clamped(kin, a, m, t_ms):
        return kin.table[a, m, CLAMP_NM]
    r = release_per_ms(kin, a, m, level, t_ms)
    slow = 1.0 + dose(kin, a, m, REUPTAKE_INHIBITOR, t_ms)
    if kin.table[a, m, CLEARANCE] == LINEAR:
        return r * kin.table[a, m, TAU] * slow
    vmax = kin.table[a, m, VMAX] / slow
    return kin.table[a, m, KM] * r / (vmax - r) if r < 0.999 * vmax else 999.0 * kin.table[a, m, KM]


@inlined
def lambert(log_x, positive):
    """W of x = +-exp(log_x), principal branch; x not below -1/e. Newton from below on ln|W| + W = ln|x|."""
    if log_x < -700.0:
        return 0.0
    x = exp(min(log_x, 1.0))
    w = (x / (1.0 + x) if log_x <= 1.0 else log_x - log(log_x)) if positive else -x
    for _ in range(60):
        better = w * (1.0 + log_x - log(abs(w))) / (1.0 + w) if w > -1.0 else -1.0
        if abs(better - w) <= 4e-16 * abs(w):
            return better
        w = better
    return w


@inlined
def clear_michaelis_menten(c, release, vmax, km, ceiling, h_ms):
    """C after h_ms of (M1) with constant release, exactly. With C* = Km R / (Vmax - R), a = Km Vmax / (Vmax - R), y = (C - C*) / a:

        y exp(y) decays as exp(-h (Vmax - R) / a), so y is a Lambert function     (Schnell & Mendoza 1997, with release)

    Where release reaches 99.9 % of Vmax there is no such level: C rises by what release exceeds uptake, up to the ceiling.
    """
    spare = vmax - release
    if spare <= 1e-3 * vmax:
        return min(max(c + h_ms * (release - vmax * c / (km + c)), 0.0), ceiling)
    steady, a = km * release / spare, km * vmax / spare
    y = (c - steady) / a
    if abs(c - steady) <= NEGLIGIBLE_NM:
        return c
    return min(max(steady + a * lambert(log(abs(y)) + y - h_ms * spare / a, y > 0.0), 0.0), ceiling)


@inlined
def clear(kin, a, m, c, t_ms, h_ms):
    """Concentration after h_ms of release and clearance (M1), drug and tonic level as at t. Linear clearance is exact."""
    return clear_towards(kin, a, m, c, tonic_level(kin, a, m, t_ms), t_ms, h_ms)


@inlined
def clear_towards(kin, a, m, c, level, t_ms, h_ms):
    """`clear` with the release that would hold this tonic level (nM), drug as at t."""
    if is_clamped(kin, a, m, t_ms):
        return kin.table[a, m, CLAMP_NM]
    release = release_per_ms(kin, a, m, level, t_ms)
    slow = 1.0 + dose(kin, a, m, REUPTAKE_INHIBITOR, t_ms)
    if kin.table[a, m, CLEARANCE] == LINEAR:
        tau = kin.table[a, m, TAU] * slow
        excess = c - release * tau
        return release * tau + (excess * exp(-h_ms / tau) if abs(excess) > NEGLIGIBLE_NM else 0.0)
    ceiling = max(c, 999.0 * kin.table[a, m, KM])
    return clear_michaelis_menten(c, release, kin.table[a, m, VMAX] / slow, kin.table[a, m, KM], ceiling, h_ms)


@inlined
def occupancy(kin, a, m, c, t_ms):
    """Receptor signal r_inf at concentration c, with antagonist and agonist (M2)."""
    ec50 = kin.table[a, m, EC50]
    c = c + ec50 * dose(kin, a, m, AGONIST, t_ms)
    x = c / (ec50 * (1.0 + dose(kin, a, m, ANTAGONIST, t_ms)))
    if kin.table[a, m, RECEPTOR] == LINEAR:
        return x
    n = kin.table[a, m, HILL_N]
    x = x if n == 1.0 else x**n
    return x / (1.0 + x)


@inlined
def relax(x, from_target, to_target, tau_ms, h_ms):
    """x' = (target - x)/tau over h, the target moving in a straight line; exact for that line, x = target for tau = 0."""
    if tau_ms <= 0.0:
        return to_target
    k = h_ms / tau_ms
    decay = exp(-k)
    lag = (1.0 - decay) / k if k > 1e-8 else 1.0
    return x * decay + from_target * (lag - decay) + to_target * (1.0 - lag)


@inlined
def level_of(kin, a, m, r):
    """The concentration at which a receptor without drugs has occupancy r: the inverse of (M2)."""
    ec50, r = kin.table[a, m, EC50], max(r, 0.0)
    if kin.table[a, m, RECEPTOR] == LINEAR:
        return r * ec50
    x = min(r, 1.0 - 1e-12)
    x /= 1.0 - x
    n = kin.table[a, m, HILL_N]
    return ec50 * (x if n == 1.0 else x ** (1.0 / n))


@inlined
def bind(kin, a, m, r, target, target_next, h_ms):
    """Occupancy after h_ms, r_inf moving from target to target_next (M2)."""
    return relax(r, target, target_next, kin.table[a, m, ON] if target_next > r else kin.table[a, m, OFF], h_ms)


@inlined
def advance(kin, a, m, c, r, mean, t_ms, h_ms):
    """(C, r, running mean of r) after h_ms (M1 to M3). Without a baseline factor the mean is not used and follows r."""
    target = occupancy(kin, a, m, c, t_ms)
    if kin.table[a, m, DRUG] == NO_DRUG:
        c_next = clear(kin, a, m, c, t_ms, h_ms)
        target_next = target if c_next == c else occupancy(kin, a, m, c_next, t_ms)
    else:  # the dose in the middle of the step for clearance, and just before its end for the receptor
        c_next = clear(kin, a, m, c, t_ms + 0.5 * h_ms, h_ms)
        target_next = occupancy(kin, a, m, c_next, t_ms + (1.0 - 1e-9) * h_ms)
    r_next = bind(kin, a, m, r, target, target_next, h_ms)
    if kin.table[a, m, BASELINE] == 0.0:
        return c_next, r_next, r_next
    return c_next, r_next, relax(mean, r, r_next, kin.baseline_tau_ms, h_ms)


@inlined
def has_both_terms(kin, a, m):
    """True where a drug, now or later, meets a baseline factor (M4)."""
    return kin.table[a, m, DRUG] != NO_DRUG and kin.table[a, m, BASELINE] != 0.0


@inlined
def move(kin, levels, a, m, t_ms, h_ms):
    """Advance modulator m of area a by h_ms, in place: any kinetics, any drug (M1 to M4)."""
    c, r, mean = advance(kin, a, m, levels[C, a, m], levels[R, a, m], levels[MEAN, a, m], t_ms, h_ms)
    if has_both_terms(kin, a, m):
        if t_ms + (1.0 - 1e-9) * h_ms < kin.table[a, m, DRUG_FROM]:
            expect_no_drug(kin, levels, a, m, c, r, mean)
        else:
            mean = move_expected(kin, levels, a, m, t_ms, h_ms)
    levels[C, a, m], levels[R, a, m], levels[MEAN, a, m] = c, r, mean
    levels[S, a, m] = signal(kin, a, m, r, expected(kin, levels, a, m))


@inlined
def expect_no_drug(kin, levels, a, m, c, r, mean):
    """The rows of (M4) before the drug: nothing differs."""
    levels[FREE_C, a, m], levels[FREE_R, a, m] = c, r
    levels[EXPECTED_C, a, m], levels[EXPECTED, a, m] = level_of(kin, a, m, mean), mean


@inlined
def move_expected(kin, levels, a, m, t_ms, h_ms):
    """Advance what there would be without the drug, and what the drug makes of its running mean, by h_ms (M4); returns the running mean."""
    middle_ms, end_ms = t_ms + 0.5 * h_ms, t_ms + (1.0 - 1e-9) * h_ms
    c, r, mean = levels[FREE_C, a, m], levels[FREE_R, a, m], levels[MEAN, a, m]
    c_next = clear_towards(kin, a, m, c, tonic_level(kin, a, m, middle_ms), UNTREATED_MS, h_ms)
    target, target_next = occupancy(kin, a, m, c, UNTREATED_MS), occupancy(kin, a, m, c_next, UNTREATED_MS)
    r_next = bind(kin, a, m, r, target, target_next, h_ms)
    mean_next = relax(mean, r, r_next, kin.baseline_tau_ms, h_ms)
    levels[FREE_C, a, m], levels[FREE_R, a, m] = c_next, r_next
    level, level_next = levels[EXPECTED_C, a, m], level_of(kin, a, m, mean_next)
    if kin.table[a, m, DRUG] != ANTAGONIST and kin.table[a, m, DRUG] != AGONIST:
        level_next = clear_towards(kin, a, m, level, level_next, middle_ms, h_ms)
    target, target_next = occupancy(kin, a, m, level, t_ms), occupancy(kin, a, m, level_next, end_ms)
    levels[EXPECTED, a, m] = bind(kin, a, m, levels[EXPECTED, a, m], target, target_next, h_ms)
    levels[EXPECTED_C, a, m] = level_next
    return mean_next


@inlined
def expected(kin, levels, a, m):
    """What the baseline factor subtracts: the running mean, or what a drug makes of it (M4)."""
    return levels[EXPECTED, a, m] if has_both_terms(kin, a, m) else levels[MEAN, a, m]


@inlined
def changeless(kin, a, m):
    """True when nothing but a burst can move modulator m: no drug, one tonic epoch."""
    return kin.table[a, m, DRUG] == NO_DRUG and kin.epoch_ms.size == 1


@inlined
def is_plain(kin, a, m):
    """True when the level is a sum of exponentials and the receptor follows at once: see plasticity.plain_signals."""
    return (
        changeless(kin, a, m)
        and kin.table[a, m, CLEARANCE] == LINEAR
        and kin.table[a, m, ON] <= 0.0
        and kin.table[a, m, OFF] <= 0.0
    )


@inlined
def signal(kin, a, m, r, mean):
    """The receptor signal a synapse sees (M3); mean: see `expected`."""
    return kin.table[a, m, EFFECT] * (r - kin.table[a, m, BASELINE] * mean)


@inlined
def note_rest(kin, levels, a, m, c, r, mean):
    """Note whether modulator m still stands where it stood: at c, r and mean."""
    still = levels[C, a, m] == c and levels[R, a, m] == r and levels[MEAN, a, m] == mean
    levels[QUIET, a, m] = 1.0 if still and changeless(kin, a, m) else 0.0


@inlined
def store(kin, levels, a, m, c, r, mean):
    """Write the levels of modulator m, and whether they now stand still."""
    note_rest(kin, levels, a, m, c, r, mean)
    levels[C, a, m], levels[R, a, m], levels[MEAN, a, m] = c, r, mean
    levels[S, a, m] = signal(kin, a, m, r, expected(kin, levels, a, m))


@inlined
def settle(kin, levels, t_ms):
    """Put every modulator at its steady state at time t, as after a long time without bursts."""
    for a in range(levels.shape[1]):
        for m in range(N_MODULATORS):
            c = steady_nm(kin, a, m, t_ms)
            r = mean = occupancy(kin, a, m, c, t_ms)
            if has_both_terms(kin, a, m):
                free = steady_from(kin, a, m, tonic_level(kin, a, m, t_ms), UNTREATED_MS)
                mean = occupancy(kin, a, m, free, UNTREATED_MS)
                levels[FREE_C, a, m], levels[FREE_R, a, m] = free, mean
                levels[EXPECTED_C, a, m], levels[EXPECTED, a, m] = c, r
            store(kin, levels, a, m, c, r, mean)


@inlined
def jump(kin, a, m, r, target):
    """Occupancy just after the concentration has jumped: an immediate receptor jumps with it (M2)."""
    return target if (kin.table[a, m, ON] if target > r else kin.table[a, m, OFF]) <= 0.0 else r


@inlined
def pulse(kin, levels, m, amplitude_nm, t_ms):
    """One pulse of modulator m in every area: concentration, and an immediate receptor, jump (M1, M2)."""
    for a in range(levels.shape[1]):
        rise = 0.0 if is_clamped(kin, a, m, t_ms) else amplitude_nm / (1.0 + dose(kin, a, m, RELEASE_BLOCKER, t_ms))
        c = max(levels[C, a, m] + rise, 0.0)
        r = jump(kin, a, m, levels[R, a, m], occupancy(kin, a, m, c, t_ms))
        mean = r if kin.table[a, m, BASELINE] == 0.0 else levels[MEAN, a, m]
        if has_both_terms(kin, a, m):
            free = max(levels[FREE_C, a, m] + amplitude_nm, 0.0)
            levels[FREE_C, a, m] = free
            levels[FREE_R, a, m] = jump(kin, a, m, levels[FREE_R, a, m], occupancy(kin, a, m, free, UNTREATED_MS))
        store(kin, levels, a, m, c, r, mean)
        levels[QUIET, a, m] = 0.0


def new_levels(n_areas: int) -> np.ndarray:
    """Zero levels (9, A, 4) for `n_areas` areas; call `settle` before use."""
    return np.zeros((N_LEVELS, n_areas, N_MODULATORS))
