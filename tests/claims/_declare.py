"""What a claim is made of, and the words to declare one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType

import engine
from engine.parameters import Value
from engine.registry import find
from engine.settings import Settings, make, schema

Number = Callable[[engine.Run], float]


@dataclass(frozen=True)
class Of:
    """One number of a run, by seed. `overrides` take the place of the settings."""

    experiment: str
    number: Number
    tier: str
    rule: str
    settings: Mapping[str, Value]

    def at(self, seed: int, **overrides: Value) -> Settings:
        """The checked settings of a run."""
        return make(self.experiment, self.rule, seed, **{**self.settings, **overrides})

    def __call__(self, seed: int, **overrides: Value) -> float:
        return float(self.number(engine.run_settings(self.at(seed, **overrides), self.tier)))

    def base(self, name: str) -> float:
        """The value of a parameter in the claim's own runs."""
        return self.settings.get(name, schema(self.experiment, self.rule)[name].default)

    @property
    def leaves(self) -> "list[Of]":
        return [self]


@dataclass(frozen=True)
class Combined:
    """A number made of numbers of several runs of one seed."""

    function: Callable[..., float]
    parts: "tuple[Of | Combined, ...]"

    def __call__(self, seed: int, **overrides: Value) -> float:
        return float(self.function(*(part(seed, **overrides) for part in self.parts)))

    @property
    def leaves(self) -> list[Of]:
        return [leaf for part in self.parts for leaf in part.leaves]


Measured = Of | Combined


def of(
    experiment: str, number: Number | None = None, tier: str | None = None, rule: str | None = None, **settings
) -> Of:
    """A number of a run of an experiment; by default its measure, in the measure's tier, with the rule the experiment starts with."""
    world = find("experiment", experiment)
    measure = getattr(world, "MEASURE", None)
    return Of(
        experiment,
        number or measure.late,
        tier or (measure.tier if measure else "job"),
        rule or world.DEFAULT_RULE,
        settings,
    )


def combined(function: Callable[..., float], *parts: Measured) -> Combined:
    """function(the numbers of the parts), seed by seed."""
    return Combined(function, parts)


def minus(one: Measured, other: Measured) -> Combined:
    """The difference of two numbers, seed by seed."""
    return Combined(lambda a, b: a - b, (one, other))


def gain(experiment: str, tier: str | None = None, rule: str | None = None, **settings) -> Of:
    """How far the experiment's measure rises: at the end less before learning."""
    measure = find("experiment", experiment).MEASURE
    return of(experiment, lambda run: float(measure.late(run)) - float(measure.early(run)), tier, rule, **settings)


@dataclass(frozen=True)
class Claim:
    """An effect: a number with the mechanism differs from the number under a lesion that removes what the claim names, and only that.

    key: short name, unique in its file. sentence: what holds, without a full stop. unit: of the number. source: paper, or "model" for a
    statement about this circuit alone. intact, lesion: `of(...)` or what is made of several. removes: what the lesion takes away.
    also_changes: what else the lesion changes, "nothing" or a figure. depends: the two or three parameters the claim depends on most; each
    is also tried at a quarter less and more of its value in the intact runs (a lesion keeps what it sets itself). direction: 1 where intact
    is above the lesion, -1 where below. n: seeds of each range. n_robust: seeds of each of the trials with a parameter a quarter off.
    """

    key: str
    sentence: str
    unit: str
    source: str
    intact: Measured
    lesion: Measured
    removes: str
    also_changes: str
    depends: tuple[str, ...]
    direction: int = 1
    n: int = 24
    n_robust: int = 12

    @property
    def groups(self) -> dict[str, Measured]:
        """What is measured, by name."""
        return {"intact": self.intact, "lesion": self.lesion}


@dataclass(frozen=True)
class Null:
    """No effect: a number is 0 within `smallest`, the smallest effect that would matter. why: of all sizes, this one.

    For a control that differs from another group, `intact` is their difference (`minus`).
    """

    key: str
    sentence: str
    unit: str
    source: str
    intact: Measured
    smallest: float
    why: str
    depends: tuple[str, ...] = ()
    n: int = 24
    n_robust: int = 12

    @property
    def groups(self) -> dict[str, Measured]:
        """What is measured, by name."""
        return {"intact": self.intact}


Declared = Claim | Null


@dataclass(frozen=True)
class Chapter:
    """The claims of an experiment. round: raised by whoever saw a verification fail and turned a knob. dropped: a sentence for each claim
    that was dropped or weakened since the last version."""

    experiment: str
    claims: tuple[Declared, ...]
    round: int
    dropped: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, module: ModuleType) -> "Chapter":
        """What a file of this folder declares."""
        name = module.__name__.rpartition(".")[2]
        chapter = cls(name, tuple(module.CLAIMS), module.ROUND, tuple(getattr(module, "DROPPED", ())))
        keys = [claim.key for claim in chapter.claims]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ValueError(f"tests/claims/{name}.py declares {', '.join(sorted(twice))} twice.")
        return chapter


def shifted(claim: Declared, name: str, factor: float) -> Value:
    """A parameter at so many times its value in the intact runs, within its bounds and whole where it is whole."""
    leaf = claim.intact.leaves[0]
    spec = schema(leaf.experiment, leaf.rule)[name]
    value = min(max(factor * leaf.base(name), spec.param.lo), spec.param.hi)
    return round(value) if spec.kind is int else value


def taken(claim: Declared, leaf: Of, overrides: Mapping[str, Value]) -> dict[str, Value]:
    """The overrides that a run takes: not those of parameters which it sets otherwise than the intact runs."""
    base = claim.intact.leaves[0].base
    return {name: value for name, value in overrides.items() if leaf.base(name) == base(name)}
