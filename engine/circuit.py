"""A circuit: populations of neurons, projections between them, and the motifs they are built from.

    c = Circuit(areas=1)
    inputs = c.poisson("inputs", 100, rate_hz=5.0)
    output = c.neurons("output", 1, Lif(noise_mv=2.0))
    c.project("plastic", inputs, output, all_to_all(inputs, output), weight=0.4, delay_ms=1, plastic=True)
    net, weights, rates = c.build(h_ms=1.0)

`Net` is the frozen form the kernels take: structs of arrays, neurons and synapses numbered through.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from engine.neurons import KINDS, POISSON, SCRIPTED, Escape, Izhikevich, Lif, constants_of_step

N_CONSTANTS = 10
Wires = tuple[
    np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray
]  # fmt: skip


# Columns of `Net.pop`: neuron model, first neuron, one past the last, brain area (for excitability and noise)
KIND, START, STOP, AREA = range(4)
NO_AREA = -1  # of neurons that no modulator acts on
# Entries of `Net.displaced`
LAG, JITTER = range(2)
# Columns of `Net.release`
HUB_FIRST, HUB_STOP, HUB_MODULATOR, HUB_DELAY = range(4)

# Columns of `Net.proj`: source and goal ranges, delay in steps, 1 if learning, area whose modulators act, first synapse and one
# past the last (among the plastic or the fixed ones), where its rows begin in out_ptr and in_ptr, where its traces begin
(
    PRE_START, PRE_STOP, POST_START, POST_STOP, DELAY, PLASTIC, PROJ_AREA, FIRST, LAST_ONE, OUT_ROW, IN_ROW, PRE_TRACE, POST_TRACE,
) = range(13)  # fmt: skip


class Net(NamedTuple):
    """P populations, N neurons, Q projections, S plastic and F fixed synapses. Whole numbers unless said."""

    pop: np.ndarray  # (P, 4)
    constants: np.ndarray  # (P, 10) float, see neurons.constants_of_step
    drive_by: np.ndarray  # (P, 4) float, input per unit of each modulator's signal (mV): receptors of this kind of cell
    proj: np.ndarray  # (Q, 13)
    gain: np.ndarray  # (Q,) float, input per unit of weight (mV), negative for inhibition
    script: np.ndarray  # (2, M) steps of scripted spikes, sorted, and their neurons
    out_ptr: np.ndarray  # synapses of one presynaptic neuron lie between two entries
    target: np.ndarray  # (S,) postsynaptic neuron of each plastic synapse
    in_ptr: np.ndarray  # entries of one postsynaptic neuron in in_synapse
    in_synapse: np.ndarray  # (S,) plastic synapses, by postsynaptic neuron
    source: np.ndarray  # (S,) presynaptic neuron of each plastic synapse
    fixed_target: np.ndarray  # (F,)
    fixed_weight: np.ndarray  # (F,) float
    release: np.ndarray  # (H, 4) neurons that release a modulator: first, one past the last, modulator, delay in steps
    release_nm: np.ndarray  # (H,) float, what one spike releases
    displaced: (
        np.ndarray
    )  # (2,) steps by which plastic synapses drive later and by which their pairings stray; 0: not at all


@dataclass(frozen=True)
class Population:
    """A contiguous range of neurons."""

    name: str
    kind: int
    start: int
    size: int
    area: int
    model: Lif | Izhikevich | Escape | None = None
    drive_by: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    @property
    def stop(self) -> int:
        return self.start + self.size

    @property
    def ids(self) -> np.ndarray:
        return np.arange(self.start, self.stop)


@dataclass(frozen=True)
class Projection:
    """Synapses pre[k] -> post[k] (neuron numbers) between two populations."""

    name: str
    source: Population
    goal: Population
    pre: np.ndarray
    post: np.ndarray
    weight: np.ndarray
    delay_ms: float
    plastic: bool
    gain_mv: float
    area: int


@dataclass
class Circuit:
    """Collects populations and projections; `build` freezes them."""

    areas: int = 1
    populations: list[Population] = field(default_factory=list)
    projections: list[Projection] = field(default_factory=list)
    rates: dict[str, np.ndarray] = field(default_factory=dict)
    spikes: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    hubs: list[tuple[Population, int, float, float]] = field(default_factory=list)
    displaced_ms: tuple[float, float] = (0.0, 0.0)

    def _add(self, name, kind, size, area, *model) -> Population:
        start = self.populations[-1].stop if self.populations else 0
        self.populations.append(Population(name, kind, start, size, area, *model))
        return self.populations[-1]

    def neurons(
        self, name: str, size: int, model: Lif | Izhikevich | Escape, area: int = 0, drive_by=(0.0, 0.0, 0.0, 0.0)
    ) -> Population:
        """A population of neurons of this model; drive_by: input (mV) per unit of the DA, ACh, NE, 5-HT signal of its area."""
        return self._add(name, KINDS[type(model)], size, area, model, drive_by)

    def poisson(self, name: str, size: int, rate_hz: float | np.ndarray, area: int = 0) -> Population:
        """Independent Poisson sources; `rate_hz` one number or one per source."""
        self.rates[name] = np.broadcast_to(np.asarray(rate_hz, float), (size,))
        return self._add(name, POISSON, size, area)

    def scripted(self, name: str, size: int, steps: np.ndarray, who: np.ndarray, area: int = 0) -> Population:
        """Spikes at given steps; `who`: index within the population."""
        population = self._add(name, SCRIPTED, size, area)
        self.spikes.append((np.asarray(steps, np.int64), np.asarray(who, np.int64) + population.start))
        return population

    def group(self, name: str, first: Population, last: Population) -> Population:
        """Neighbouring populations, first to last, as one target; adds no neurons."""
        return Population(name, first.kind, first.start, last.stop - first.start, first.area)

    def project(
        self, name, source, goal, pairs, weight, delay_ms=1.0, plastic=False, gain_mv=1.0, area=None
    ) -> Projection:
        """Connect `pairs` = (pre, post) neuron numbers with `weight` (a number or one per pair, >= 0); gain_mv: input per unit of weight."""
        pre, post = (np.asarray(x, np.int64) for x in pairs)
        order = np.lexsort((post, pre))
        weight = np.broadcast_to(np.asarray(weight, float), pre.shape)[order]
        area = goal.area if area is None else area
        self.projections.append(
            Projection(name, source, goal, pre[order], post[order], weight, delay_ms, plastic, gain_mv, area)
        )
        return self.projections[-1]

    def release(self, hub: Population, modulator: int, nm_per_spike: float, delay_ms: float = 0.0) -> None:
        """Every spike of `hub` raises a modulator in all areas by nm_per_spike, delay_ms later."""
        self.hubs.append((hub, modulator, nm_per_spike, delay_ms))

    def displace(self, lag_ms: float, jitter_ms: float) -> None:
        """Lesion: spikes drive plastic synapses lag_ms late, and write and read pairings at times uniform in +- jitter_ms around that.

        What the targets hear hangs on lag_ms alone. So the control of a jitter is the same lag without it.
        """
        if not 0.0 <= jitter_ms <= lag_ms:
            raise ValueError(f"a jitter of {jitter_ms:g} ms needs a lag of at least that, got {lag_ms:g} ms")
        self.displaced_ms = (lag_ms, jitter_ms)

    def slice(self, name: str) -> slice:
        """Where the synapses of a plastic projection lie among the plastic synapses."""
        start = 0
        for p in self.projections:
            if p.name == name:
                return slice(start, start + p.pre.size)
            start += p.pre.size if p.plastic else 0
        raise KeyError(name)

    def build(self, h_ms: float) -> tuple[Net, np.ndarray, np.ndarray]:
        """For steps of h_ms: the frozen circuit, start weights of its plastic synapses (S,), rates of its sources (N,) in Hz."""
        rate = np.zeros(self.populations[-1].stop)
        for p in self.populations:
            if p.kind == POISSON:
                rate[p.start : p.stop] = self.rates[p.name]
        pop = np.array([(p.kind, p.start, p.stop, p.area) for p in self.populations], np.int64)
        script = np.concatenate([np.zeros((2, 0), np.int64)] + [np.array(s, np.int64) for s in self.spikes], axis=1)
        script = np.unique(script, axis=1)  # sorted by step; a neuron spikes at most once in a step
        constants = [constants_of_step(p.model, h_ms) if p.model else (0.0,) * N_CONSTANTS for p in self.populations]
        hubs = np.array(
            [(p.start, p.stop, m, round(delay_ms / h_ms)) for p, m, _, delay_ms in self.hubs], np.int64
        ).reshape(-1, 4)
        drive_by = np.array([p.drive_by for p in self.populations])
        net = Net(
            pop,
            np.array(constants, float),
            drive_by,
            *_wire(self.projections, h_ms, script),
            hubs,
            np.array([nm for _, _, nm, _ in self.hubs], float),
            np.array([round(ms / h_ms) for ms in self.displaced_ms], np.int64),
        )
        plastic = [p.weight for p in self.projections if p.plastic]
        return net, np.concatenate(plastic) if plastic else np.zeros(0), rate


def _wire(projections: list[Projection], h_ms: float, script: np.ndarray) -> Wires:
    """The projection table and the synapse arrays of `Net`, from `proj` on."""
    table = np.zeros((len(projections), 13), np.int64)
    lists = {
        k: [np.zeros(0, np.int64)] for k in ("out_ptr", "target", "in_ptr", "in_synapse", "source", "fixed_target")
    }
    fixed_weight = [np.zeros(0)]
    n_synapses = {True: 0, False: 0}
    n_out = n_in = n_pre = n_post = 0
    for row, p in zip(table, projections, strict=True):
        first = n_synapses[p.plastic]
        n_synapses[p.plastic] += p.pre.size
        row[:] = (
            p.source.start, p.source.stop, p.goal.start, p.goal.stop, round(p.delay_ms / h_ms), p.plastic, p.area,
            first, first + p.pre.size, n_out, n_in, n_pre, n_post,
        )  # fmt: skip
        lists["out_ptr"].append(_rows(p.pre, p.source, first))
        n_out += p.source.size + 1
        if p.plastic:
            by_post = np.argsort(p.post, kind="stable")
            lists["in_ptr"].append(_rows(p.post[by_post], p.goal, first))
            lists["in_synapse"].append(by_post + first)
            lists["target"].append(p.post)
            lists["source"].append(p.pre)
            n_in, n_pre, n_post = n_in + p.goal.size + 1, n_pre + p.source.size, n_post + p.goal.size
        else:
            lists["fixed_target"].append(p.post)
            fixed_weight.append(p.weight)
    joined = {k: np.concatenate(v) for k, v in lists.items()}
    gain = np.array([p.gain_mv for p in projections])
    return (
        table, gain, script, joined["out_ptr"], joined["target"], joined["in_ptr"], joined["in_synapse"], joined["source"],
        joined["fixed_target"], np.concatenate(fixed_weight),
    )  # fmt: skip


def _rows(owner: np.ndarray, population: Population, offset: int) -> np.ndarray:
    """Row pointers of entries sorted by `owner`, one row per neuron of the population, counted from `offset`."""
    return offset + np.searchsorted(owner, np.arange(population.start, population.stop + 1))


def all_to_all(source: Population, goal: Population) -> tuple[np.ndarray, np.ndarray]:
    """Every neuron of `source` onto every neuron of `goal`, none onto itself."""
    pre, post = np.repeat(source.ids, goal.size), np.tile(goal.ids, source.size)
    return pre[pre != post], post[pre != post]


def one_to_one(source: Population, goal: Population) -> tuple[np.ndarray, np.ndarray]:
    """Neuron k of `source` onto neuron k of `goal`."""
    return source.ids, goal.ids


def fan_out(source: Population, goals: np.ndarray, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Every neuron of `source` onto n different neurons drawn from `goals`, none onto itself."""
    rows = [rng.choice(goals[goals != i], n, replace=False) for i in source.ids]
    return np.repeat(source.ids, n), np.concatenate(rows)


def recurrent_excitation(c: Circuit, cells: Population, strength: float, delay_ms: float = 1.0) -> None:
    """Motif: cells excite each other; `strength` is the summed weight (mV) onto one cell."""
    if strength > 0.0 and cells.size > 1:
        c.project(
            f"{cells.name} recurrent", cells, cells, all_to_all(cells, cells), strength / (cells.size - 1), delay_ms
        )


def inhibition(
    c: Circuit, source: Population, gate: Population, goal: Population, strength: float, drive_mv: float
) -> None:
    """Motif: `source` excites the interneurons `gate` (drive_mv per spike), which inhibit `goal` (summed weight `strength`, mV).

    With the inputs as source it is feed-forward, with the goal itself as source it is disynaptic feedback inhibition.
    """
    if strength > 0.0:
        c.project(f"{source.name} to {gate.name}", source, gate, all_to_all(source, gate), drive_mv, 1.0)
        c.project(
            f"{gate.name} to {goal.name}", gate, goal, all_to_all(gate, goal), strength / gate.size, 1.0, gain_mv=-1.0
        )
