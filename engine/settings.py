"""Settings: everything that determines a run, checked. The one validator of every door (URL, page, import, command line, notebook).

The parameters of a run are those of the experiment, of the rule family, of the modulation matrix and of the four modulators.
A default is what the last of these says: the declaration, what the rule suggests (`DEFAULTS`), what the experiment needs (`DEFAULTS`),
what the rule is (`CONSTANTS`, `MATRIX`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType, ModuleType
from typing import Any, cast

from engine import __version__
from engine.contract import Experiment, Rule
from engine.hubs import hub_fields
from engine.modulators import modulator_fields
from engine.parameters import Field, ParameterError, Value, Values, declared, fields, plain, short, unknown_name
from engine.plasticity import matrix_fields, rule_fields
from engine.registry import UnknownName, experiments, find

DEFAULT_EXPERIMENT = "pairing"
MAX_SEED = 2**31 - 1


class SettingsError(ValueError):
    """One or more values that are not allowed; `problems` has a sentence for each."""

    def __init__(self, problems: list[str]):
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """A checked state: experiment, rule, seed and a value for every parameter."""

    experiment: str
    rule: str
    seed: int
    values: Values

    def __getitem__(self, name: str) -> Value:
        return self.values[name]

    @cached_property
    def world(self) -> Experiment:
        """The experiment itself: a module that keeps the contract (contract.py)."""
        return cast(Experiment, find("experiment", self.experiment))

    @cached_property
    def law(self) -> Rule:
        """The rule itself."""
        return cast(Rule, find("rule", self.rule))

    @property
    def spec(self) -> Mapping[str, Field]:
        """The declarations of all parameters."""
        return schema(self.experiment, self.rule)

    @cached_property
    def p(self) -> Any:
        """The experiment's own parameters, as its `Params`."""
        return declared(self.world.Params, self.values)

    @property
    def changed(self) -> dict[str, Value]:
        """The parameters that differ from their defaults."""
        return {name: v for name, v in self.values.items() if v != self.spec[name].default}

    def __reduce__(self):
        """As it travels to another process: what it is made of, without the modules it names."""
        return _again, (self.experiment, self.rule, self.seed, dict(self.values))

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits that name this state and this version of the engine, for caches."""
        text = json.dumps([__version__, self.experiment, self.rule, self.seed, sorted(self.values.items())])
        return hashlib.sha256(text.encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self.digest == other.digest


def _again(experiment: str, rule: str, seed: int, values: dict[str, Value]) -> Settings:
    """Settings that have been checked elsewhere."""
    return Settings(experiment, rule, seed, MappingProxyType(values))


@lru_cache(maxsize=256)
def schema(experiment: str, rule: str) -> Mapping[str, Field]:
    """All parameters of an experiment run with a rule, by name, with the defaults of that pair."""
    world, law = find("experiment", experiment), find("rule", rule)
    spec = {
        **fields(world.Params, group="experiment"),
        **modulator_fields(),
        **hubs_of(world),
        **rule_fields(),
        **matrix_fields(),
    }
    defaults = {**getattr(law, "DEFAULTS", {}), **getattr(world, "DEFAULTS", {}), **law.CONSTANTS, **law.MATRIX}
    for name, value in defaults.items():
        if name not in spec:
            if name in all_names():
                continue
            raise TypeError(f"{experiment} or {rule}: {unknown_name(name, spec)}")
        spec[name] = spec[name].with_default(value)
    return MappingProxyType(spec)


def hubs_of(world: ModuleType) -> dict[str, Field]:
    """The parameters of the modulators that the circuit of an experiment can release by itself (`HUBS`); without a critic `HUBS_KNOW_VALUE` is False."""
    return hub_fields(getattr(world, "HUBS", ()), getattr(world, "HUBS_KNOW_VALUE", True))


@lru_cache(maxsize=1)
def all_names() -> frozenset[str]:
    """Names of the parameters of all experiments."""
    out = set(modulator_fields()) | set(rule_fields()) | set(matrix_fields())
    for world in experiments().values():
        out |= set(fields(world.Params)) | set(hubs_of(world))
    return frozenset(out)


def make(experiment: str = DEFAULT_EXPERIMENT, rule: str | None = None, seed: int = 1, **values: object) -> Settings:
    """Checked settings; raises `SettingsError` with one sentence per value that is not allowed."""
    settings, problems = repair({"experiment": experiment, "rule": rule, "seed": seed, **values})
    if problems:
        raise SettingsError(problems)
    return settings


def repair(raw: Mapping[str, object]) -> tuple[Settings, list[str]]:
    """Settings from anything, with a sentence for every value that was replaced by its default.

    raw: parameter values by name, and "experiment", "rule", "seed". Texts are read as numbers where a number is meant.
    """
    problems: list[str] = []
    experiment = _choose("experiment", raw.get("experiment"), DEFAULT_EXPERIMENT, problems)
    rule = _choose("rule", raw.get("rule"), find("experiment", experiment).DEFAULT_RULE, problems)
    seed = _seed(raw.get("seed", 1), problems)
    spec = schema(experiment, rule)
    values = {name: field.default for name, field in spec.items()}
    for name, value in raw.items():
        if name in ("experiment", "rule", "seed"):
            continue
        if name not in spec:
            problems.append(_foreign(name, experiment, spec))
            continue
        try:
            values[name] = spec[name].parse(value) if isinstance(value, str) else spec[name].check(value)
        except ParameterError as error:
            problems.append(str(error))
    values = _affordable(experiment, spec, values, problems)
    return Settings(experiment, rule, seed, MappingProxyType(values)), problems


def _choose(kind: str, name: object, default: str, problems: list[str]) -> str:
    if name is None:
        return default
    try:
        find(kind, name)
    except UnknownName as error:
        problems.append(str(error))
        return default
    return str(name)


def _foreign(name: str, experiment: str, spec: Mapping[str, Field]) -> str:
    if name in all_names():
        return f"{name} is not a parameter of the experiment '{experiment}'."
    return unknown_name(name, spec)


def seed_of(seed: int, k: int) -> int:
    """The seed of the k-th network beside the one of `seed` (k = 0): the next numbers, from the largest seed on to 0."""
    return (seed + k) % (MAX_SEED + 1)


def _seed(seed: object, problems: list[str]) -> int:
    seed = plain(seed)
    if isinstance(seed, str) and seed.isascii() and seed.isdigit() and len(seed) <= 12:
        seed = int(seed)
    if isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed <= MAX_SEED:
        return seed
    problems.append(f"seed = {short(seed)} is not a whole number in [0, {MAX_SEED}].")
    return 1


def _affordable(
    experiment: str, spec: Mapping[str, Field], values: dict[str, Value], problems: list[str]
) -> dict[str, Value]:
    """The values, or the defaults where the run they ask for would cost more than the experiment allows."""
    world = find("experiment", experiment)
    sentence = world.cost(declared(world.Params, values), values)
    if not sentence:
        return values
    problems.append(sentence)
    own = {name for name, field in spec.items() if field.group == "experiment"}
    return {name: spec[name].default if name in own else v for name, v in values.items()}
