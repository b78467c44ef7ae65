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

Modulators may come from hubs (engine/hubs.py) that know no value: reward neurons fire for 150 ms at the goal (r), the place cells are the stimulus (S).
By default the noise of the DA hub is so low that it hardly fires by itself, and each of its neurons spikes about once at a reward. Hubs and modulators do not rest between trials.

Brzosko Z et al. (2017) eLife 6:e27756. Zannone S et al. (2018) Sci Rep 8:9486. Place cell rates follow the animal every 5 ms (ours).
"""

from math import exp, log
from typing import Annotated, NamedTuple

import numpy as np

from engine.bursts import Bursts, release_all
from engine.circuit import Circuit
from engine.dispatch import world
from engine.ensemble import Band, Control, run_seeds
from engine.hubs import (
    N_REWARD,
    REWARD_MS,
    UNIT_HZ,
    Drive,
    Pace,
    add_hubs,
    ahead_ms,
    emergent,
    scripted_bursts,
    warm_up,
)
from engine.interventions import Measure
from engine.kernel import inlined
from engine.loop import DONE, Job, halt, new_job, new_log, new_record, rest, set_rate, set_rates
from engine.loop import simulate as run_loop
from engine.modulators import MODULATORS, kinetics
from engine.neurons import Escape
from engine.output import Output
from engine.parameters import Param, Value, struct
from engine.plasticity import ANCHOR, ROWS, Rule, matrix
from engine.readouts import first_trials, says_what_cannot_act
from engine.settings import Settings, seed_of

TITLE = "Navigation"
QUESTION = "How does one find a new goal when the old one no longer pays?"
DEFAULT_RULE = "zannone_2018"
HUBS, HUBS_KNOW_VALUE = MODULATORS, False
ROWS = tuple(row for row in ROWS if row != "consolidation")
PANELS = (
    "navigation_paths",
    "navigation_trial",
    "navigation_found",
    "navigation_old_goal",
    "navigation_latency",
    "navigation_weights",
    "navigation_occupancy",
)
PAPERS = (
    "Brzosko Z, Zannone S, Schultz W, Clopath C, Paulsen O (2017) eLife 6:e27756",
    "Zannone S, Brzosko Z, Paulsen O, Clopath C (2018) Sci Rep 8:9486",
)
EQUATIONS = (
    r"r_j = 400\,\mathrm{Hz}\; e^{-|x-x_j|^2/0.4^2},\qquad \rho_k = 60\,\mathrm{Hz}\; e^{(u_k-16)/2}",
    r"\dot x = \frac{a_0}{40}\sum_k n_k\,(\kappa * Y_k)",
    r"w \leftarrow w - \mathrm{ACh}\,a,\qquad \dot w = \eta\,\mathrm{DA}\,(e_+ + e_-)",
)
LEFT_OUT = (
    "The place cells are given and do not learn; the goal is felt only when it is reached. Acetylcholine and dopamine are scripted, a steady level while "
    "the animal explores and a burst at the reward, unless a hub is chosen; the hubs expect nothing, since there is no critic. Between trials everything but the weights comes to rest at once. Taking back what a rewarded trial "
    "changed at once is the authors' rule, not a mechanism. The animal bounces from walls and has no body."
)
CURSOR_PREFIX = "late_"  # the page's cursor runs through the trial shown in detail


# fmt: off
class Params(NamedTuple):
    """The task and the network."""

    trials: Annotated[int, Param("", 2, 200, "how often the animal is put in the middle of the field (while a control moves: a preview of those that begin in the first 65 s)", soft=(4, 60), level="intro", label="trials", step=1)] = 40
    move_at: Annotated[int, Param("", 0, 200, "trials after which the goal is in the opposite corner", soft=(0, 60), level="intro", label="goal moves after", step=1)] = 20
    trial_s: Annotated[float, Param("s", 1, 60, "longest time of a trial", soft=(1, 30), level="core", label="time per trial", step=0.5)] = 15.0
    goal_radius: Annotated[float, Param("", 0.05, 2.0, "radius of the goal, in a field of 4 by 4", soft=(0.05, 1.0), level="core", label="goal radius", step=0.05)] = 0.3
    obstacle: Annotated[str, Param(choices=("none", "walls"), doc="walls in front of both goals, from which the animal bounces back", level="core", label="obstacles")] = "none"
    at_reward: Annotated[str, Param(choices=("replace", "add"), doc="whether a reward takes back what the trial has changed at once, or adds to it", level="core", label="at the reward")] = "replace"
    speed: Annotated[float, Param("", 0.01, 0.3, "length of an action per ms, when all action cells fire once a ms", label="speed", step=0.01)] = 0.08
    place_hz: Annotated[float, Param("Hz", 10, 800, "rate of a place cell in the middle of its field", label="place cell rate", step=10)] = 400.0
    lateral_excitation: Annotated[float, Param("", 0, 300, "summed weight onto an action cell from those with near directions", label="lateral excitation", step=5)] = 100.0
    lateral_inhibition: Annotated[float, Param("", 0, 900, "summed weight of the inhibition of an action cell by all", label="lateral inhibition", step=10)] = 300.0
    w_start: Annotated[float, Param("", 0, 1, "weight at the start, as a share of its upper bound", label="start weight", step=0.01)] = 0.5
# fmt: on


DEFAULTS = {
    "da_delay_ms": 0,
    "da_tonic_nm": 0.0,
    "da_burst_nm": 1000.0,
    "da_tau_ms": 50.0,
    "ach_tonic_nm": 500.0,
    "da_hub_noise_mv": 1.14,
}

OUTPUTS = {
    "found_after_percent": Output(
        "%", (), "trials after the move of the goal in which it was found, nan before it moves", "found, after move"
    ),
    "old_goal_percent": Output(
        "%", (), "trials after the move in which the old goal was visited, nan before it moves", "old goal visited"
    ),
    "found_before_percent": Output("%", (), "trials before the move in which the goal was found", "found, before move"),
    "trial": Output("", ("trial",), "trial number, from 1"),
    "found": Output("", ("trial",), "1 where the goal that pays was found"),
    "latency_s": Output("s", ("trial",), "time to the goal that pays, or the whole trial"),
    "entries_first": Output("", ("trial",), "how often the animal came to the first goal"),
    "entries_second": Output("", ("trial",), "how often it came to the second goal"),
    "pull_first": Output(
        "",
        ("trial",),
        "mean plastic weight after the trial of synapses whose action leads to the first goal, less that of those that lead away",
    ),
    "pull_second": Output("", ("trial",), "the same for the second goal"),
    "weight_mean": Output("", ("trial",), "mean plastic weight after the trial"),
    "found_seeds": Output(
        "", ("seed", "trial"), "found with this seed and the next ones (one seed while a control moves)"
    ),
    "old_goal_seeds": Output("", ("seed", "trial"), "1 where the first goal was visited, with these seeds"),
    "seeds_latency_s": Output("s", ("seed", "trial"), "time to the goal that pays with these seeds"),
    "move_at": Output("", (), "trials before the move of the goal", "goal moves after"),
    "shown_trial": Output(
        "", ("shown",), "numbers of the trials whose paths are shown: first, last before the move, first after it, last"
    ),
    "path_x": Output(
        "", ("shown", "point"), "their paths, every 25 ms; the last place is kept to the end of the longest"
    ),
    "path_y": Output("", ("shown", "point"), "the same, other coordinate"),
    "policy_x": Output(
        "",
        ("shown", "place"),
        "sum of the directions of the actions, weighted by the plastic weights of a place cell at the start of these trials",
    ),
    "policy_y": Output("", ("shown", "place"), "the same, other coordinate"),
    "place_x": Output("", ("place",), "middles of the place fields"),
    "place_y": Output("", ("place",), "the same, other coordinate"),
    "occupancy_percent": Output(
        "%",
        ("phase", "square"),
        "share of the time spent in each square of a 16 by 16 grid before the move, and after it (0 before it moves)",
    ),
    "goal_x": Output("", ("goal",), "middle of the first and the second goal"),
    "goal_y": Output("", ("goal",), "the same, other coordinate"),
    "goal_radius": Output("", (), "radius of a goal"),
    "wall": Output("", ("wall", "side"), "obstacles: left, right, lower, upper end"),
    "late_trial": Output("", (), "number of the trial shown in detail: the last one with a reward", "trial in detail"),
    "late_t_s": Output("s", ("late",), "time in this trial"),
    "late_distance": Output("", ("late",), "distance to the goal that pays"),
    "late_place_hz": Output("Hz", ("late",), "spikes of all place cells"),
    "late_action_hz": Output("Hz", ("late",), "spikes of all action cells"),
    "late_concentration_nm": Output("nM", ("modulator", "late"), "concentration of DA, ACh, NE, 5-HT"),
    "late_signal": Output("", ("modulator", "late"), "receptor signal less its baseline"),
    "late_trace_ltp": Output("", ("late",), "LTP trace e+ of a synapse near the goal whose action leads into it"),
    "late_trace_ltd": Output("", ("late",), "its LTD trace e-"),
    "late_rate_per_s": Output("1/s", ("late",), "learning rate eta g_eta"),
    "late_gate_ltp": Output("", ("late",), "gate of the LTP trace G+"),
    "late_gate_ltd": Output("", ("late",), "gate of the LTD trace G-"),
    "late_product_per_s": Output("1/s", ("late",), "eta (G+ e+ - G- e-) of this synapse, the speed of its weight"),
    "late_weight": Output("", ("late",), "its weight"),
    "late_reward_s": Output("s", ("late reward",), "time of the reward in this trial"),
    "w_max": Output("", (), "upper bound of a weight"),
}

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
PLACE_SUM = np.pi  # of exp(-|x - x_j|^2 / sigma^2) over all place cells, far from the walls
SILENT_HZ = 1e-3  # a place cell below this rate is silent
REFRESH_MS, PATH_MS = 5, 25
REST_MS = 300  # from the last pulse after a reward to the end of the trial
MAX_SECONDS = 3000.0
LIVE_S = 65.0  # simulated time of the preview while a control moves
BAND = Band(4, 600.0)
SQUARES = 16  # along a side of the occupancy
MOST_SPIKES = 60_000  # of a trial
MOST_WAIT_MS = 20_000

# Memory of the world: position, what is left of the spikes' directions in both parts of the action kernel, time in the trial (ms), time of
# the reward (ms, -1: none), the goal that pays, entries into both goals, 1 while inside them, points of the path, time since the reward (ms);
# then the path itself
(X, Y, SLOW_X, SLOW_Y, FAST_X, FAST_Y, CLOCK, REWARD, PAYS, ENTRIES, INSIDE, POINTS, SINCE, PATH) = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14, 15  # fmt: skip


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
def move(w, memory, state, slot, h_ms):
    """One step of the animal: x += a h, the sum of the directions of the action cells that spike, filtered; walls throw it back."""
    memory[SLOW_X] *= w.keep_slow
    memory[SLOW_Y] *= w.keep_slow
    memory[FAST_X] *= w.keep_fast
    memory[FAST_Y] *= w.keep_fast
    last = state.ring.shape[1] - 1
    for k in range(state.ring[slot, last]):
        i = state.ring[slot, k] - N_PLACE
        if 0 <= i < N_ACTION:
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
        memory[SINCE] += h_ms
        if memory[SINCE] == REWARD_MS:
            set_rates(state, w.reward, w.reward_stop, 0.0, n, h_ms, rng)
        return
    if memory[CLOCK] % w.path_ms == 0.0 and PATH + 2 * memory[POINTS] + 1 < memory.size:
        k = PATH + 2 * int(memory[POINTS])
        memory[k], memory[k + 1] = memory[X], memory[Y]
        memory[POINTS] += 1.0
    found_first, found_second = look(w, memory, 0), look(w, memory, 1)
    if found_first if memory[PAYS] == 0.0 else found_second:
        memory[REWARD] = memory[CLOCK]
        set_rates(state, 0, N_PLACE, 0.0, n, h_ms, rng)
        set_rates(state, w.reward, w.reward_stop, w.reward_hz, n, h_ms, rng)
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
    reward: int  # reward neurons reward..reward_stop-1, none where no hub hears them
    reward_stop: int
    reward_hz: float


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
    """Place cells, action cells, the competition among these; reward neurons and hubs where modulators are emergent."""
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
            c.project(
                name, action, action, (k + action.start, j + action.start), part[k, j], 1.0, gain_mv=sign * EPSP_MV
            )
    if emergent(values):
        trial_ms = 1e3 * float(values["trial_s"])
        pace = Pace(trial_ms, trial_ms)  # the place cells fire all the time, an outcome comes once a trial
        reward = c.poisson("reward", N_REWARD, 0.0)
        add_hubs(c, values, Drive(reward), stimulus=Drive(place, PLACE_SUM * values["place_hz"]), pace=pace)
    return c


def cost(p, values) -> str:
    """Empty, or why this run would be too large."""
    seconds = values["trials"] * values["trial_s"]
    if seconds <= MAX_SECONDS:
        return ""
    return f"trials = {values['trials']} of trial_s = {values['trial_s']:g} s are {seconds:g} s of simulated time; at most {MAX_SECONDS:g} s are allowed."


def arena(values: dict[str, Value]) -> Arena:
    """The field of these settings."""
    walls = WALLS if values["obstacle"] == "walls" else np.zeros((0, 4))
    first = N_PLACE + N_ACTION
    reward = first, first + (N_REWARD if emergent(values) else 0), UNIT_HZ / N_REWARD
    return Arena(
        GOALS, walls, directions(), values["goal_radius"], values["speed"], values["place_hz"],
        exp(-1.0 / SLOW_MS), exp(-1.0 / FAST_MS), float(REFRESH_MS), float(PATH_MS), scripted_bursts(values), *reward,
    )  # fmt: skip


def wait_ms(values: dict[str, Value]) -> int:
    """From the reward to the end of the trial: until the last pulse, or the end of what the hubs release, and a little longer."""
    b = scripted_bursts(values)
    last = [
        max(b.delay_ms[m], 0.0) + (b.pulses[m] - 1) * 1e3 / b.pulse_hz[m]
        for m in range(len(MODULATORS))
        if b.burst_nm[m] != 0.0
    ]
    last += [REWARD_MS + max(float(values[f"{m}_delay_ms"]), 0.0) for m in emergent(values)]
    return REST_MS + min(int(max(last, default=0.0)), MOST_WAIT_MS)


class Trial(NamedTuple):
    """What one trial leaves."""

    begin_ms: int  # steps before it
    latency_s: float  # to the reward, or the whole trial
    found: bool
    entries: np.ndarray  # (2,) into the first and the second goal
    path: np.ndarray  # (P, 2)
    policy: np.ndarray  # (121, 2) before it
    weights: np.ndarray  # (S,) after it


class Session(NamedTuple):
    """All trials of one seed, the job at its end, and the spikes of the trial shown in detail."""

    trials: list[Trial]
    job: Job
    late: int  # the trial shown in detail
    spike_ms: np.ndarray
    spike_neuron: np.ndarray

    @property
    def simulated_s(self) -> float:
        """Simulated time of all trials."""
        return 1e-3 * float(self.job.state.clock[DONE])

    @property
    def found(self) -> np.ndarray:
        """1 where a trial was rewarded."""
        return np.array([t.found for t in self.trials], float)

    @property
    def latency_s(self) -> np.ndarray:
        """Time to the goal, by trial."""
        return np.array([t.latency_s for t in self.trials])

    @property
    def entries(self) -> np.ndarray:
        """Entries into both goals (T, 2)."""
        return np.array([t.entries for t in self.trials])


def policy(job: Job) -> np.ndarray:
    """sum_k w_jk n_k for every place cell j (121, 2)."""
    w = np.zeros((N_PLACE, N_ACTION))
    w[job.net.source, job.net.target - N_PLACE] = job.syn[:, ANCHOR]
    return (w[:, :, None] * directions()).sum(axis=1)  # no matrix product: its last digit depends on the machine


def one_trial(job: Job, w: Arena, values: dict[str, Value], pays: int, rng: np.random.Generator) -> Trial:
    """Put the animal in the middle and let it go; at the reward the loop stops, so that the trial's changes can be taken back."""
    begin_ms, long_ms, ahead = int(job.state.clock[DONE]), round(values["trial_s"] * 1e3), ahead_ms(values)
    awake = N_PLACE + N_ACTION if emergent(values) else None
    memory = np.zeros(PATH + 2 * (long_ms // PATH_MS + 2))
    memory[REWARD], memory[PAYS] = -1.0, pays
    before, plan = job.syn[:, ANCHOR].copy(), policy(job)
    rest(job, begin_ms - ahead, awake)
    run_loop(job, w, memory, begin_ms - ahead + np.arange(long_ms + 1.0), rng)
    found = bool(memory[REWARD] >= 0.0)
    if found:
        if values["at_reward"] == "replace":
            job.syn[:, ANCHOR] = before
        run_loop(job, w, memory, int(job.state.clock[DONE]) - ahead + np.arange(wait_ms(values) + 1.0), rng)
    path = memory[PATH : PATH + 2 * int(memory[POINTS])].reshape(-1, 2)
    latency_s = 1e-3 * float(memory[REWARD] if found else long_ms)
    return Trial(
        begin_ms, latency_s, found, memory[ENTRIES : ENTRIES + 2].copy(), path, plan, job.syn[:, ANCHOR].copy()
    )


def prepare(values: dict[str, Value], most_s: float = np.inf) -> Job:
    """The job, ready for the first trial; it writes down one synapse near each goal, and the modulators, as long as most_s and a trial."""
    net, weights, rates = network(values).build(1.0)
    wait, ahead = wait_ms(values), ahead_ms(values)
    longest_ms = round(values["trial_s"] * 1e3) + wait + 1
    total_ms = min(int(values["trials"]) * longest_ms, int(min(most_s, 1e6) * 1e3) + longest_ms)
    record = new_record(net, 1, ahead + np.arange(0, total_ms, PATH_MS), watched(net))
    log = new_log(0.0, np.inf, MOST_SPIKES)
    laws = struct(Rule, values), matrix(values), kinetics(values, ({},))
    return new_job(net, weights, rates, *laws, -float(ahead), wait + 2, record, log)


def watched(net) -> np.ndarray:
    """For either goal: the synapse from the place cell before it to the action that leads from the middle of the field into it."""
    found = []
    for goal in GOALS:
        cell = np.argmin(((places() - 0.8 * goal) ** 2).sum(axis=1))
        action = np.argmax(directions() @ goal)
        found.append(np.flatnonzero((net.source == cell) & (net.target == action + N_PLACE))[0])
    return np.array(found)


def one_seed(values: dict[str, Value], seed: int, control: Control, most_s: float = np.inf) -> Session:
    """All trials, or those that begin within most_s of simulated time."""
    job, w, rng = prepare(values, most_s), arena(values), np.random.default_rng(seed)
    if emergent(values):
        warm_up(job, rng)
    trials, late, spikes = [], 0, (np.zeros(0), np.zeros(0, np.int64))
    for k in range(int(values["trials"])):
        job.log.size[0] = 0
        trials.append(one_trial(job, w, values, int(k >= values["move_at"]), rng))
        if trials[-1].found or k == 0:
            n, late = job.log.size[0], k
            spikes = job.log.ms[:n].copy(), job.log.neuron[:n].copy()
        if not control.go_on((k + 1) / values["trials"]) or job.state.clock[DONE] >= 1e3 * most_s:
            break
    return Session(trials, job, late, *spikes)


def simulate(settings: Settings, tier: str, control: Control) -> dict[str, np.ndarray]:
    """The trials with this seed, as a preview those that fit into LIVE_S; in the settled tier with more seeds too, for a band."""
    values = settings.values
    most_s = LIVE_S if tier == "live" else np.inf
    first, rest = control.parts(1.0, BAND.seeds - 1.0 if tier == "settled" else 1e-9)
    session = one_seed(values, settings.seed, first, most_s)
    others = BAND.size(tier, session.simulated_s) - 1  # an animal that needs long has fewer beside it
    if others > 0 and not first.partial:
        next_seed = seed_of(settings.seed, 1)
        seeds = [session, *run_seeds(lambda seed, part: one_seed(values, seed, part), next_seed, others, rest)]
    else:
        seeds = [session]
    return {
        **summary(session, values), **by_trial(session), **maps(session, values), **in_detail(session, values),
        "found_seeds": np.array([s.found for s in seeds]), "seeds_latency_s": np.array([s.latency_s for s in seeds]),
        "old_goal_seeds": np.array([s.entries[:, 0] > 0.0 for s in seeds]).astype(float),
    }  # fmt: skip


def percent(hit: np.ndarray) -> float:
    """Mean in %, nan without any."""
    return 100.0 * float(hit.mean()) if hit.size else np.nan


def summary(session: Session, values: dict[str, Value]) -> dict[str, np.ndarray]:
    """One number each."""
    move = int(values["move_at"])
    return {
        "found_before_percent": percent(session.found[: max(move, 1)]), "found_after_percent": percent(session.found[move:]),
        "old_goal_percent": percent(session.entries[move:, 0] > 0.0), "move_at": float(move), "w_max": values["w_max"],
        "goal_radius": values["goal_radius"], "goal_x": GOALS[:, 0], "goal_y": GOALS[:, 1], "late_trial": session.late + 1.0,
        "wall": WALLS if values["obstacle"] == "walls" else np.zeros((0, 4)), "place_x": places()[:, 0], "place_y": places()[:, 1],
    }  # fmt: skip


def by_trial(session: Session) -> dict[str, np.ndarray]:
    """What happened in each trial, and where the weights point after it."""
    weights = np.array([t.weights for t in session.trials])
    entries = session.entries
    return {
        "trial": np.arange(1.0, len(session.trials) + 1), "found": session.found, "latency_s": session.latency_s,
        "entries_first": entries[:, 0], "entries_second": entries[:, 1], "weight_mean": weights.mean(axis=1),
        "pull_first": (weights * leads_to(session.job, 0)).sum(axis=1), "pull_second": (weights * leads_to(session.job, 1)).sum(axis=1),
    }  # fmt: skip


def leads_to(job: Job, goal: int) -> np.ndarray:
    """Weights (S,) with which a sum over synapses is: mean over those whose action points to a goal (45 degrees) less those that point away."""
    way = GOALS[goal] - places()[job.net.source]
    along = (way * directions()[job.net.target - N_PLACE]).sum(axis=1) / np.maximum(np.linalg.norm(way, axis=1), 1e-9)
    to, away = along > np.sqrt(0.5), along < -np.sqrt(0.5)
    return to / to.sum() - away / away.sum()


def maps(session: Session, values: dict[str, Value]) -> dict[str, np.ndarray]:
    """Paths and policies of the shown trials, and where the animal was before and after the move."""
    move, n = int(values["move_at"]), len(session.trials)
    shown = np.clip([0, move - 1, move, n - 1], 0, n - 1)
    paths = [session.trials[k].path for k in shown]
    longest = max(len(p) for p in paths)
    padded = np.array([np.pad(p, ((0, longest - len(p)), (0, 0)), "edge") for p in paths])
    plans = np.array([session.trials[k].policy for k in shown])
    phases = [[t.path for t in session.trials[:move]], [t.path for t in session.trials[move:]]]
    return {
        "shown_trial": shown + 1.0, "path_x": padded[:, :, 0], "path_y": padded[:, :, 1],
        "policy_x": plans[:, :, 0], "policy_y": plans[:, :, 1], "occupancy_percent": np.array([occupancy(p) for p in phases]),
    }  # fmt: skip


def occupancy(paths: list[np.ndarray]) -> np.ndarray:
    """Share of the points in each square, row by row from below (%)."""
    if not paths:
        return np.zeros(SQUARES * SQUARES)
    points = np.concatenate(paths)
    edges = np.linspace(-HALF, HALF, SQUARES + 1)
    count = np.histogram2d(points[:, 1].clip(-HALF, HALF), points[:, 0].clip(-HALF, HALF), (edges, edges))[0]
    return 100.0 * count.ravel() / count.sum()


def in_detail(session: Session, values: dict[str, Value]) -> dict[str, np.ndarray]:
    """The last trial with a reward (or the first trial) over time."""
    trial, record = session.trials[session.late], session.job.record
    end_ms = trial.begin_ms + round(1e3 * trial.latency_s) + (wait_ms(values) if trial.found else 0)
    at = record.at[: int(record.size[0])]
    k = np.flatnonzero((at >= trial.begin_ms) & (at <= end_ms))
    goal = int(session.late >= values["move_at"])
    t_s = 1e-3 * (at[k] - trial.begin_ms)
    weight, ltp, ltd = record.synapse[:, k, goal]
    eta, g_plus, g_minus = record.gates[k, 0].T
    away = np.linalg.norm(trial.path - GOALS[goal], axis=1)
    bins = np.append(at[k], at[k][-1] + PATH_MS) - 0.5 * PATH_MS
    place, action = (
        np.histogram(session.spike_ms[hit], bins)[0] * 1e3 / PATH_MS
        for hit in (
            session.spike_neuron < N_PLACE,
            (session.spike_neuron >= N_PLACE) & (session.spike_neuron < N_PLACE + N_ACTION),
        )
    )
    return {
        "late_t_s": t_s, "late_distance": np.interp(t_s, 1e-3 * PATH_MS * np.arange(away.size), away), "late_place_hz": place, "late_action_hz": action,
        "late_concentration_nm": record.modulator[0, k, 0].T, "late_signal": record.modulator[1, k, 0].T,
        "late_trace_ltp": ltp, "late_trace_ltd": ltd, "late_rate_per_s": eta, "late_gate_ltp": g_plus, "late_gate_ltd": g_minus,
        "late_product_per_s": eta * (g_plus * ltp - g_minus * ltd), "late_weight": weight,
        "late_reward_s": np.array([trial.latency_s] if trial.found else []),
    }  # fmt: skip


@says_what_cannot_act
def effect(p, run) -> str:
    """One plain sentence: how it went before and after the move."""
    n, move = run.trial.size, int(run.move_at)
    asked = p.trials
    parts = [f"in {counted(run.found[:move])} before the goal moved"] if move > 0 else []
    if n > move:
        visited = counted(run.entries_first[move:] > 0.0)
        parts.append(f"in {counted(run.found[move:])} after; the old goal was visited in {visited}")
    preview = f" This is a preview of the first {n} of {asked} trials." if n < asked else ""
    return f"The goal was found {' and '.join(parts)}.{preview}"


def counted(hit: np.ndarray) -> str:
    """ "12 of 20 trials"."""
    return f"{int(hit.sum())} of {hit.size} trials"


QUICK = {"trials": 6, "move_at": 2, "trial_s": 4.0, "goal_radius": 2.0, "speed": 0.15}
WAKES = {r"trial_s": {"goal_radius": 0.05}}


def found_before_the_move(run, trials: slice) -> float:
    """Share of these trials before the move in which the goal was found (%)."""
    known = run.found[: max(int(run.settings.values["move_at"]), 1)][trials]
    return 100.0 * float(known.mean())


PREVIEW = first_trials
MEASURE = Measure(
    "goal found in the last ten trials before it moves", "%", lambda run: found_before_the_move(run, slice(-10, None)),
    lambda run: found_before_the_move(run, slice(0, 5)), tier="job",
)  # fmt: skip


PRESETS = {
    "explore_exploit": {
        "title": "Find it, then find it elsewhere", "rule": "zannone_2018", "values": {},
        "note": "Acetylcholine weakens what did not lead to the goal. After twenty trials the goal moves, and the old path is unlearned.",
        "source": "Brzosko et al. 2017",
    },
    "dopamine_alone": {
        "title": "Dopamine alone", "rule": "zannone_2018", "values": {"ach_tonic_nm": 0.0},
        "note": "Nothing unlearns: the animal keeps going to where the reward was.", "source": "Brzosko et al. 2017",
    },
    "acetylcholine_alone": {
        "title": "Acetylcholine alone", "rule": "zannone_2018", "values": {"da_burst_nm": 0.0},
        "note": "The animal wanders. Nothing strengthens the right path; a find only takes back what that trial had weakened.", "source": "Brzosko et al. 2017",
    },
    "wrong_order": {
        "title": "Dopamine first, acetylcholine after", "rule": "zannone_2018",
        "values": {"da_tonic_nm": 10.0, "da_burst_nm": 0.0, "ach_tonic_nm": 0.0, "ach_burst_nm": 500.0},
        "note": "Dopamine while the animal explores strengthens any path; acetylcholine at the reward finds no spikes to act on.",
        "source": "after Brzosko et al. 2017",
    },
    "walls": {
        "title": "Walls in the way", "rule": "zannone_2018", "values": {"obstacle": "walls"},
        "note": "Both goals are behind a wall. The path that is learned goes around it.", "source": "Model choice",
    },
    "acetylcholine_hub": {
        "title": "Acetylcholine out of neurons", "rule": "zannone_2018", "values": {"ach_source": "emergent", "ach_tonic_nm": 0.0, "ach_burst_nm": 180.0},
        "note": "A hub that the place cells drive releases acetylcholine while the animal is awake and looking.", "source": "Model choice, after Yu & Dayan 2005",
    },
    "dopamine_hub": {
        "title": "Dopamine out of neurons", "rule": "zannone_2018", "values": {"da_source": "emergent"},
        "note": "Reward neurons drive a hub of dopamine neurons. Give the hub more noise: spikes of its own teach any path.", "source": "Model choice",
    },
    "causal_window": {
        "title": "Only causes are learned", "rule": "zannone_2018",
        "values": {"ach_tonic_nm": 0.0, "a_plus": 0.004, "ltd_gate_by_da": 1.0},
        "note": "An asymmetric window, 2 to -1: post before pre is weakened by dopamine. Its sum is positive and the goal is still learned.",
        "source": "Brzosko et al. 2017",
    },
}  # fmt: skip
