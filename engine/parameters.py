"""The one way to declare a parameter.

A parameter is a field of a `NamedTuple` whose annotation carries a `Param`:

    tau_e_ms: Annotated[float, Param("ms", 10, 600_000, "how long a pairing is remembered", log=True)] = 1000.0

Slider, URL key, command-line flag, validator, documentation and sweep axis are derived from it by `fields`.
The unit is also the end of the name (`_ms`, `_hz`, `_nm`, `_per_s`), so that a formula reads with its units.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

Value = float | int | str
Values = Mapping[str, Any]  # by name; which kind a name has is in its declaration
T = TypeVar("T")


@dataclass(frozen=True)
class Param:
    """What anyone may ask about a parameter.

    unit: as printed ("ms", "Hz", "nM", "" for a pure number). lo, hi: hard bounds, both allowed.
    doc: one plain sentence without a full stop. log: the slider is logarithmic (needs lo > 0, or lo == 0 for "off").
    soft: slider bounds when narrower than the hard ones. choices: allowed words of a `str` parameter.
    level: "intro", "core" or "full", the least detailed page level that shows it. label: short name on the page.
    """

    unit: str = ""
    lo: float = -math.inf
    hi: float = math.inf
    doc: str = ""
    log: bool = False
    soft: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    level: str = "full"
    label: str = ""
    step: float | None = None
    floor: float = (
        0.0  # the smallest number other than 0: 0 is "at once", and what lies between would ask for endless steps
    )


@dataclass(frozen=True)
class Field:
    """A declared parameter with its name, kind (`float`, `int` or `str`), default and group."""

    name: str
    kind: type
    default: Value
    param: Param
    group: str = ""

    @property
    def label(self) -> str:
        return self.param.label or self.name.replace("_", " ")

    @property
    def unit(self) -> str:
        return self.param.unit

    @property
    def slider(self) -> tuple[float, float]:
        """Bounds of the slider."""
        return self.param.soft or (self.param.lo, self.param.hi)

    def with_default(self, default: Value) -> "Field":
        return replace(self, default=self.check(default))

    def check(self, value: object) -> Value:
        """The value as this field's kind; raises `ParameterError` that names value, bound and unit."""
        value = plain(value)
        if self.kind is str:
            return self._check_choice(value)
        number = self._as_number(value)
        lo, hi = self.param.lo, self.param.hi
        if not lo <= number <= hi:
            raise ParameterError(
                f"{self.name} = {number:g}{self._unit_suffix} is outside [{lo:g}, {hi:g}]{self._unit_suffix} ({self.param.doc})."
            )
        if 0.0 < abs(number) < self.param.floor:
            raise ParameterError(
                f"{self.name} = {number:g}{self._unit_suffix} is neither 0 nor at least {self.param.floor:g}{self._unit_suffix} "
                f"({self.param.doc})."
            )
        return number

    @property
    def _unit_suffix(self) -> str:
        return f" {self.param.unit}" if self.param.unit else ""

    def _as_number(self, value: object) -> float | int:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ParameterError(f"{self.name} = {short(value)} is not a number ({self.param.doc}{self._in_unit}).")
        if isinstance(value, int) and abs(value) > 2**53 or isinstance(value, float) and not math.isfinite(value):
            raise ParameterError(
                f"{self.name} = {short(value)} is not a finite number; allowed is [{self.param.lo:g}, {self.param.hi:g}]{self._unit_suffix}."
            )
        if self.kind is int:
            if value != int(value):
                raise ParameterError(
                    f"{self.name} = {value:g}{self._unit_suffix} is not a whole number ({self.param.doc})."
                )
            return int(value)
        return float(value) + 0.0  # -0.0 and 0.0 are the same state

    @property
    def _in_unit(self) -> str:
        return f", in {self.param.unit}" if self.param.unit else ""

    def _check_choice(self, value: object) -> str:
        if isinstance(value, str) and value in self.param.choices:
            return value
        near = get_close_matches(value, self.param.choices, 1, 0.5) if isinstance(value, str) else []
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ParameterError(
            f"{self.name} = {short(value)} is not one of {', '.join(self.param.choices)} ({self.param.doc}).{hint}"
        )

    def parse(self, text: str) -> Value:
        """A value from text, as in a URL or on the command line."""
        if self.kind is str:
            return self.check(text)
        try:
            number = float(text) if len(text) <= 40 else math.nan
        except ValueError:
            raise ParameterError(
                f"{self.name} = {short(text)} is not a number ({self.param.doc}{self._in_unit})."
            ) from None
        return self.check(number)

    def format(self, value: Value) -> str:
        """The shortest text that `parse` reads back to the same value."""
        if isinstance(value, str):
            return value
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


class ParameterError(ValueError):
    """A value that is not allowed. The message says what was given, what is allowed, in which unit."""


def plain(value: object) -> object:
    """A numpy scalar or an array of no dimension as the Python value it stands for; anything else as it is."""
    if not isinstance(value, (np.generic, np.ndarray)) or value.ndim > 0:
        return value
    return float(value) if value.dtype.kind == "f" else value.item()


def short(value: object, limit: int = 40) -> str:
    """A value as it may be printed in a message: never longer than `limit`, never huge integers in full."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return "a number with too many digits"
    text = repr(value) if isinstance(value, (str, int, float, bool, type(None))) else f"a {type(value).__name__}"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def fields(cls: Any, group: str = "") -> Mapping[str, Field]:
    """The declared fields of a NamedTuple class, by name."""
    return _fields(cls, group)


@cache
def _fields(cls: Any, group: str) -> Mapping[str, Field]:
    hints = get_type_hints(cls, include_extras=True)
    return MappingProxyType({name: _field(name, hints[name], cls._field_defaults[name], group) for name in cls._fields})


def _field(name: str, hint: object, default: Value, group: str) -> Field:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{name} has no Param: declare it as Annotated[kind, Param(...)]")
    kind, param = get_args(hint)[:2]
    field = Field(name, kind, default, param, group)
    field.check(default)
    return field


def unknown_name(name: str, known: Iterable[str]) -> str:
    """'x has no parameter y', with the nearest right name."""
    near = get_close_matches(str(name)[:60], list(known), 1, 0.5)
    return f"There is no parameter {short(str(name))}." + (f" Did you mean '{near[0]}'?" if near else "")


def declared(cls: type[T], values: Mapping[str, Value]) -> T:
    """The values of a declaration's parameters, with their types: words stay words, whole numbers whole."""
    return cls(**{name: values[name] for name in fields(cls)})


def struct(cls: type[T], values: Mapping[str, Value]) -> T:
    """The kernel struct of a declaration: every number a float, every choice its index as a float.

    One type per field keeps one compiled version of every kernel.
    """
    spec = fields(cls)
    return cls(**{name: _as_float(spec[name], values[name]) for name in spec})


def _as_float(field: Field, value: Value) -> float:
    return float(field.param.choices.index(value)) if field.kind is str else float(value)
