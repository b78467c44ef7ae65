r"""Navigation: explore with acetylcholine, exploit with dopamine.

An animal in an open field of 4 x 4 starts in the middle and looks for a hidden goal. 121 place cells on a grid fire where it is; 40 action
cells with escape noise compete, and where the winners point is where it goes:

    place cell j   rate 400 Hz exp(-|x - x_j|^2 / 0.4^2), independent Poisson
    action cell k  spike-response neuron with escape noise; EPSP of unit weight 20/15 mV (exp(-t/20 ms) - exp(-t/5 ms))
    lateral        w_kl = -300/40 + 100 f_kl / sum f,  f = exp(20 cos(theta_k - theta_l)), f_kk = 0       (the authors' code; the printed
                   formula divides by the number of cells and explodes)
    movement       x' = a0/40 sum_k n_k (kappa * Y_k),  kappa = (exp(-t/50 ms) - exp(-t/20 ms)) / 30 ms,  a0 = 0.08 per ms
    walls          it bounces back by 0.01; place cells on a wall do not drive the actions that lead out

A trial lasts at most 15 s. At the goal the place cells fall silent and the modulators' bursts are released; 300 ms after the last of them
the trial ends. From trial `move_at` on the goal is in the opposite corner. The plastic synapses run from place cells to action
cells, in parallel with a fixed connection of half their middle strength. With `at_reward` = replace, what a rewarded trial has changed
at once is taken back at the reward and only what dopamine makes of the traces stays, as in the authors' code. Between trials
neurons, traces and modulators come to rest.

Brzosko Z et al. (2017) eLife 6:e27756. Zannone S et al. (2018) Sci Rep 8:9486. Place cell rates follow the animal every 5 ms (ours).
"""

from math import exp, log
from typing import Annotated, NamedTuple

import numpy as np

from engine.bursts import Bursts, bursts, release_all
from engine.circuit import Circuit
from engine.dispatch import world
from engine.kernel import inlined
from engine.loop import Job, halt, new_job, new_record, rest, set_rate
from engine.loop import simulate as run_loop
from engine.modulators import MODULATORS, kinetics
from engine.neurons import Escape
from engine.parameters import Param, Value, struct
from engine.plasticity import ANCHOR, ROWS, Rule, matrix
from engine.run import Control, Output
from engine.settings import Settings

TITLE = "Navigation"
QUESTION = "How does one find a new goal when the old one no longer pays?"
DEFAULT_RULE = "zannone_2018"
ROWS = tuple(row for row in ROWS if row != "consolidation")
PANELS = ()
PAPERS = (
    "Brzosko Z, Zannone S, Schultz W, Clopath C, Paulsen O (2017) eLife 6:e27756",
    "Zannone S, Brzosko Z, Paulsen O, Clopath C (2018) Sci Rep 8:9486",
)
EQUATIONS = (
    r"r_j = 400\,\mathrm{Hz}\; e^{-|x-x_j|^2/0.4^2},\qquad \rho_k = 60\,\mathrm{Hz}\; e^{(u_k-16)/2}",
    r"\dot x = \frac{a_0}{40}\sum_k n_k\,(\kappa * Y_k)",
    r"w \leftarrow w - \mathrm{ACh}\,a,\qquad \dot w = \eta\,\mathrm{DA}\,(e_+ + e_-)",
)
LEFT_OUT = "x"


# fmt: off
class Params(NamedTuple):
    """The task and the network."""

    trials: Annotated[int, Param("", 2, 200, "how often the animal is put in the middle of the field", soft=(4, 60), level="intro", label="trials", step=1)] = 40
    move_at: Annotated[int, Param("", 0, 200, "trials after which the goal is in the opposite corner", soft=(0, 60), level="intro", label="goal moves after", step=1)] = 20
    trial_s: Annotated[float, Param("s", 1, 60, "longest time of a trial", soft=(1, 30), level="core", label="time per trial", step=0.5)] = 15.0
    goal_radius: Annotated[float, Param("", 0.05, 1.0, "radius of the goal, in a field of 4 by 4", level="core", label="goal radius", step=0.05)] = 0.3
    obstacle: Annotated[str, Param(choices=("none", "walls"), doc="walls in front of both goals, from which the animal bounces back", level="core", label="obstacles")] = "none"
    at_reward: Annotated[str, Param(choices=("replace", "add"), doc="whether a reward takes back what the trial has changed at once, or adds to it", level="core", label="at the reward")] = "replace"
    speed: Annotated[float, Param("", 0.01, 0.3, "length of an action per ms, when all action cells fire once a ms", label="speed", step=0.01)] = 0.08
    place_hz: Annotated[float, Param("Hz", 10, 800, "rate of a place cell in the middle of its field", label="place cell rate", step=10)] = 400.0
    lateral_excitation: Annotated[float, Param("", 0, 300, "summed weight onto an action cell from those with near directions", label="lateral excitation", step=5)] = 100.0
    lateral_inhibition: Annotated[float, Param("", 0, 900, "summed weight of the inhibition of an action cell by all", label="lateral inhibition", step=10)] = 300.0
    w_start: Annotated[float, Param("", 0, 1, "weight at the start, as a share of its upper bound", label="start weight", step=0.01)] = 0.5
# fmt: on


DEFAULTS = {"da_delay_ms": 0, "da_tonic_nm": 0.0, "da_burst_nm": 1000.0, "da_tau_ms": 50.0, "ach_tonic_nm": 500.0}

OUTPUTS = {}

SIDE, SPACING, SIGMA = 11, 0.4, 0.4
N_PLACE, N_ACTION = SIDE * SIDE, 40
HALF = 2.0  # the field reaches from -2 to 2
GOALS = np.array([[1.5, 1.5], [-1.5, -1.5]])
WALLS = np.array([[0.6, 0.8, 0.2, 1.6], [-0.8, -0.6, -1.6, -0.2]])  # x0, x1, y0, y1
BOUNCE = 0.01
SLOW_MS, FAST_MS = 50.0, 20.0  # of the action kernel
CELL = Escape()
EPSP_MV = 20.0 / (CELL.tau_m_ms - CELL.tau_syn_ms)  # of unit weight
FIXED, STRONGEST = 1.0, 2.0  # weight of the fixed connection, and of a plastic synapse at its upper bound
CONCENTRATION = 20.0  # psi: the lateral excitation is the narrower the larger it is
SILENT_HZ = 1e-3  # a place cell below this rate is silent
REFRESH_MS, PATH_MS = 5, 25
REST_MS = 300  # from the last pulse after a reward to the end of the trial
MAX_SECONDS = 3000.0
LIVE_S = 30.0  # simulated time of the preview while a control moves
MOST_WAIT_MS = 20_000

# Memory of the world: position, what is left of the spikes' directions in both parts of the action kernel, time in the trial (ms), time of
# the reward (ms, -1: none), the goal that pays, entries into both goals, 1 while inside them, points of the path; then the path itself
(X, Y, SLOW_X, SLOW_Y, FAST_X, FAST_Y, CLOCK, REWARD, PAYS, ENTRIES, INSIDE, POINTS, PATH) = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14


@inlined
def follow(w, memory, state, n, h_ms, rng):
    """Set the rates of the place cells for where the animal is; rate: such that the spikes fall at it though there is at most one a step."""
    x, y, scale = memory[X], memory[Y], 1.0 / (SIGMA * SIGMA)
    for row in range(SIDE):
        dy = row * SPACING - HALF - y
        top = w.place_hz * exp(-dy * dy * scale)
        for column in range(SIDE):
            i = row * SIDE + column
            dx = column * SPACING - HALF - x
            rate = top * exp(-dx * dx * scale) if top > SILENT_HZ else 0.0
            if rate > SILENT_HZ:
                p = min(rate * h_ms * 1e-3, 0.999)
                set_rate(state, i, -log(1.0 - p) / (h_ms * 1e-3), n, h_ms, rng)
            elif state.cell[5, i] != 0.0:
                set_rate(state, i, 0.0, n, h_ms, rng)


@inlined
def be_silent(state, n, h_ms, rng):
    """Switch the place cells off."""
    for i in range(N_PLACE):
        set_rate(state, i, 0.0, n, h_ms, rng)


@inlined
def move(w, memory, state, slot, h_ms):
    """One step of the animal: x += a h, the sum of the directions of the action cells that spike, filtered; walls throw it back."""
    memory[SLOW_X] *= w.keep_slow
    memory[SLOW_Y] *= w.keep_slow
    memory[FAST_X] *= w.keep_fast
    memory[FAST_Y] *= w.keep_fast
    last = state.ring.shape[1] - 1
    for k in range(state.ring[slot, last]):
        i = state.ring[slot, k] - N_PLACE
        if i >= 0:
            memory[SLOW_X] += w.directions[i, 0]
            memory[SLOW_Y] += w.directions[i, 1]
            memory[FAST_X] += w.directions[i, 0]
            memory[FAST_Y] += w.directions[i, 1]
    scale = w.speed * h_ms / (N_ACTION * (SLOW_MS - FAST_MS))
    x, y = memory[X], memory[Y]
    memory[X] += scale * (memory[SLOW_X] - memory[FAST_X])
    memory[Y] += scale * (memory[SLOW_Y] - memory[FAST_Y])
    for wall in w.walls:
        if wall[0] < memory[X] < wall[1] and wall[2] < memory[Y] < wall[3]:
            memory[X] = x + BOUNCE * ((x >= wall[1]) - (x <= wall[0]))
            memory[Y] = y + BOUNCE * ((y >= wall[3]) - (y <= wall[2]))
    if memory[X] <= -HALF or memory[X] >= HALF:
        memory[X] += BOUNCE if memory[X] < 0.0 else -BOUNCE
    elif memory[Y] <= -HALF or memory[Y] >= HALF:
        memory[Y] += BOUNCE if memory[Y] < 0.0 else -BOUNCE


@inlined
def look(w, memory, goal):
    """True inside a goal; counts the entries."""
    dx, dy = memory[X] - w.goals[goal, 0], memory[Y] - w.goals[goal, 1]
    inside = dx * dx + dy * dy <= w.radius * w.radius
    if inside and memory[INSIDE + goal] == 0.0:
        memory[ENTRIES + goal] += 1.0
    memory[INSIDE + goal] = 1.0 if inside else 0.0
    return inside


def explore(w, memory, state, slot, n, t_ms, h_ms, rng):
    """Move the animal by the spikes of the action cells; at the goal that pays, silence, bursts, and the end of this part of the trial."""
    if memory[REWARD] >= 0.0:
        return
    if memory[CLOCK] % w.path_ms == 0.0 and PATH + 2 * memory[POINTS] + 1 < memory.size:
        k = PATH + 2 * int(memory[POINTS])
        memory[k], memory[k + 1] = memory[X], memory[Y]
        memory[POINTS] += 1.0
    found_first, found_second = look(w, memory, 0), look(w, memory, 1)
    if found_first if memory[PAYS] == 0.0 else found_second:
        memory[REWARD] = memory[CLOCK]
        be_silent(state, n, h_ms, rng)
        release_all(state, n + 1, w.bursts, 0.0, h_ms)
        halt(state)
        return
    move(w, memory, state, slot, h_ms)
    if memory[CLOCK] % w.refresh_ms == 0.0:
        follow(w, memory, state, n, h_ms, rng)
    memory[CLOCK] += h_ms


@world(explore)
class Arena(NamedTuple):
    """The field and the animal in it; place cells are neurons 0..120, action cells follow."""

    goals: np.ndarray  # (2, 2)
    walls: np.ndarray  # (W, 4) x0, x1, y0, y1
    directions: np.ndarray  # (40, 2)
    radius: float
    speed: float
    place_hz: float
    keep_slow: float
    keep_fast: float
    refresh_ms: float
    path_ms: float
    bursts: Bursts


def directions() -> np.ndarray:
    """Where the action cells point (40, 2)."""
    theta = 2.0 * np.pi * np.arange(N_ACTION) / N_ACTION
    return np.column_stack((np.cos(theta), np.sin(theta)))


def places() -> np.ndarray:
    """Middles of the place fields (121, 2)."""
    at = np.arange(SIDE) * SPACING - HALF
    return np.column_stack((np.tile(at, SIDE), np.repeat(at, SIDE)))


def leads_out() -> np.ndarray:
    """True for a place cell on a wall and an action that would leave the field (121, 40)."""
    wall = np.where(np.abs(places()) > HALF - 1e-9, np.sign(places()), 0.0)
    return (wall[:, None, :] * directions()[None] > 1e-9).any(axis=2)


def lateral_weights(values: dict[str, Value]) -> np.ndarray:
    """w_kl = -w_inhibition / N + w_excitation f_kl / sum f (40, 40); none onto itself."""
    theta = 2.0 * np.pi * np.arange(N_ACTION) / N_ACTION
    f = np.exp(CONCENTRATION * (np.cos(theta[:, None] - theta[None]) - 1.0))
    np.fill_diagonal(f, 0.0)
    w = values["lateral_excitation"] * f / f[0].sum() - values["lateral_inhibition"] / N_ACTION
    np.fill_diagonal(w, 0.0)
    return w


def network(values: dict[str, Value]) -> Circuit:
    """Place cells, action cells, and the competition among these."""
    c = Circuit()
    place = c.poisson("place", N_PLACE, 0.0)
    action = c.neurons("action", N_ACTION, CELL)
    pre, post = np.nonzero(~leads_out())
    pairs = pre + place.start, post + action.start
    unit_mv = EPSP_MV * STRONGEST / values["w_max"]
    c.project("plastic", place, action, pairs, values["w_start"] * values["w_max"], 0.0, plastic=True, gain_mv=unit_mv)
    c.project("fixed", place, action, pairs, FIXED, 0.0, gain_mv=EPSP_MV)
    w = lateral_weights(values)
    for name, part, sign in (("excitation", np.maximum(w, 0.0), 1.0), ("inhibition", np.maximum(-w, 0.0), -1.0)):
        k, j = np.nonzero(part)
        if k.size:
            c.project(name, action, action, (k + action.start, j + action.start), part[k, j], 1.0, gain_mv=sign * EPSP_MV)
    return c


def cost(values: dict[str, Value]) -> str:
    """Empty, or why this run would be too large."""
    seconds = values["trials"] * values["trial_s"]
    if seconds <= MAX_SECONDS:
        return ""
    return f"trials = {values['trials']} of trial_s = {values['trial_s']:g} s are {seconds:g} s of simulated time; at most {MAX_SECONDS:g} s are allowed."


def arena(values: dict[str, Value]) -> Arena:
    """The field of these settings."""
    walls = WALLS if values["obstacle"] == "walls" else np.zeros((0, 4))
    return Arena(
        GOALS, walls, directions(), values["goal_radius"], values["speed"], values["place_hz"],
        exp(-1.0 / SLOW_MS), exp(-1.0 / FAST_MS), float(REFRESH_MS), float(PATH_MS), bursts(values),
    )  # fmt: skip


def wait_ms(b: Bursts) -> int:
    """From the reward to the end of the trial: until the last pulse, and a little longer."""
    last = [max(b.delay_ms[m], 0.0) + (b.pulses[m] - 1) * 1e3 / b.pulse_hz[m] for m in range(len(MODULATORS)) if b.burst_nm[m] != 0.0]
    return REST_MS + min(int(max(last, default=0.0)), MOST_WAIT_MS)


class Trial(NamedTuple):
    """What one trial leaves."""

    latency_s: float  # to the reward, or the whole trial
    found: bool
    entries: np.ndarray  # (2,) into the first and the second goal
    path: np.ndarray  # (P, 2)
    weights: np.ndarray  # (S,) afterwards


def one_trial(job: Job, w: Arena, values: dict[str, Value], pays: int, rng: np.random.Generator) -> Trial:
    """Put the animal in the middle and let it go; at the reward the loop stops, so that the trial's changes can be taken back."""
    begin_ms, long_ms = int(job.state.clock[0]), round(values["trial_s"] * 1e3)
    memory = np.zeros(PATH + 2 * (long_ms // PATH_MS + 2))
    memory[REWARD], memory[PAYS] = -1.0, pays
    before = job.syn[:, ANCHOR].copy()
    rest(job, begin_ms)
    run_loop(job, w, memory, np.arange(begin_ms, begin_ms + long_ms + 1.0), rng)
    found = memory[REWARD] >= 0.0
    if found:
        if values["at_reward"] == "replace":
            job.syn[:, ANCHOR] = before
        now_ms = int(job.state.clock[0])
        run_loop(job, w, memory, np.arange(now_ms, now_ms + wait_ms(w.bursts) + 1.0), rng)
    path = memory[PATH : PATH + 2 * int(memory[POINTS])].reshape(-1, 2)
    latency_s = 1e-3 * (memory[REWARD] if found else long_ms)
    return Trial(latency_s, bool(found), memory[ENTRIES : ENTRIES + 2].copy(), path, job.syn[:, ANCHOR].copy())


def prepare(values: dict[str, Value]) -> Job:
    """The job, ready for the first trial."""
    net, weights, rates = network(values).build(1.0)
    kin = kinetics(values, ({},))
    return new_job(net, weights, rates, struct(Rule, values), matrix(values), kin, 0.0, wait_ms(bursts(values)) + 2, new_record(net))


def one_seed(values: dict[str, Value], seed: int, control: Control, most_s: float = np.inf) -> list[Trial]:
    """All trials, or those that begin within most_s of simulated time."""
    job, w, rng, done = prepare(values), arena(values), np.random.default_rng(seed), []
    for k in range(int(values["trials"])):
        done.append(one_trial(job, w, values, int(k >= values["move_at"]), rng))
        if not control.go_on((k + 1) / values["trials"]) or job.state.clock[0] >= 1e3 * most_s:
            break
    return done


def simulate(settings: Settings, tier: str, control: Control) -> dict[str, np.ndarray]:
    """The trials with this seed; in the settled tier with more seeds too, for a band."""
    return {}


PRESETS = {}
