"""What a compiled kernel is made of, as a number: its own code, and that of everything it calls, names or is given.

Two functions with the same fingerprint compile to the same machine code. Comments, docstrings, annotations, line
numbers and everything that a kernel does not reach count for nothing; a constant, a callee (in whatever file) or the
fields of a struct count. A kernel that depends on something whose value cannot be told is refused: a cache must never
be stale.
"""

import dis
import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from weakref import WeakKeyDictionary

import numpy as np
from numba.core import types
from numba.core.dispatcher import Dispatcher

from engine.dispatch import OWNER

_known: "WeakKeyDictionary[FunctionType, str]" = WeakKeyDictionary()


class CannotTell(TypeError):
    """A kernel depends on a value that has no fingerprint."""


def of_function(function: FunctionType) -> str:
    """Fingerprint of a function and of everything it reaches, as 64 hexadecimal digits."""
    if function not in _known:
        _known[function] = _digest(_own_digest(part) for part in _reached(function))
    return _known[function]


@cache
def _own_digest(function: FunctionType) -> str:
    return _digest(_own(function))


def of_types(signature: tuple[types.Type, ...]) -> str:
    """Fingerprint of the types of arguments: their structs with their fields, and what the worlds among them do."""
    return _digest(_of_type(kind) for kind in signature)


def _digest(lines) -> str:
    whole = hashlib.sha256()
    for line in lines:
        whole.update(line.encode() + b"\0")
    return whole.hexdigest()


def _of_type(kind: types.Type) -> str:
    if isinstance(kind, (types.NamedTuple, types.NamedUniTuple)):
        inside = " ".join(_of_type(field) for field in kind.types)
        behaviour = of_function(OWNER[kind.instance_class]) if kind.instance_class in OWNER else ""
        return f"{_of_class(kind.instance_class)}({inside}){behaviour}"
    return str(kind)


def _reached(function: FunctionType) -> list[FunctionType]:
    """The function and all it can call, each once, in the order in which they are met."""
    met, left = {}, [function]
    while left:
        part = left.pop()
        if part not in met:
            met[part] = True
            left += _callees(part)
    return list(met)


@cache
def _callees(function: FunctionType) -> list[FunctionType]:
    return [callee for value in _values(function) if (callee := _as_function(value)) is not None]


def _as_function(value: object) -> FunctionType | None:
    value = value.py_func if isinstance(value, Dispatcher) else value
    return value if isinstance(value, FunctionType) else None


def _own(function: FunctionType) -> Iterator[str]:
    """What a function itself says: its code, the names it uses with what they stand for, its defaults."""
    yield f"{function.__module__}.{function.__qualname__}"
    yield from _of_code(function.__code__, function.__doc__)
    for name, value in (*_globals(function), *_closed_over(function)):
        yield f"{name} {_of_value(value)}"
    yield repr([_of_value(value) for value in function.__defaults__ or ()])


def _of_code(code: CodeType, doc: str | None = None) -> Iterator[str]:
    yield code.co_code.hex()
    yield repr(
        (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_argcount, code.co_kwonlyargcount)
    )
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _of_code(value)
        elif value is None or value != doc or not isinstance(value, str):
            yield _of_value(value)


def _values(function: FunctionType) -> list[object]:
    return [value for _, value in (*_globals(function), *_closed_over(function))]


def _globals(function: FunctionType) -> list[tuple[str, object]]:
    """The globals a function reads, nested code included; builtins are Python's own."""
    names = sorted({name for code in _all_code(function.__code__) for name in _global_names(code)})
    return [(name, function.__globals__[name]) for name in names if name in function.__globals__]


def _all_code(code: CodeType) -> Iterator[CodeType]:
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _all_code(value)


def _global_names(code: CodeType) -> Iterator[str]:
    return (step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"))


def _closed_over(function: FunctionType) -> list[tuple[str, object]]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return [(name, cell.cell_contents) for name, cell in cells]


def _of_value(value: object) -> str:
    """One value as text: a callee by its name (its code counts by itself), data by their content."""
    if isinstance(value, Dispatcher):
        return f"{_of_value(value.py_func)} {sorted(value.targetoptions.items())}"
    if isinstance(value, (FunctionType, BuiltinFunctionType, np.ufunc)):
        return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', value.__name__)}"
    if isinstance(value, type):
        return _of_class(value)
    if isinstance(value, ModuleType):
        return _of_module(value)
    if value is None or value is Ellipsis or isinstance(value, (bool, int, float, complex, str, bytes)):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, np.generic):
        return f"{value.dtype.str} {value!r}"
    if isinstance(value, tuple):
        return f"{_of_class(type(value))} {[_of_value(part) for part in value]}"
    if isinstance(value, frozenset):
        return f"frozenset {sorted(_of_value(part) for part in value)}"
    if isinstance(value, np.ndarray) and value.dtype != object:
        return f"{value.dtype.str} {value.shape} {value.tobytes().hex()}"
    if value is OWNER:  # which world acts is told by the types of the arguments
        return "the worlds"
    raise CannotTell(
        f"A kernel uses {value!r}, a {type(value).__name__}: "
        "pass it as an argument, or make it a number, tuple or array."
    )


def _of_class(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__} {getattr(cls, '_fields', ())}"


def _of_module(module: ModuleType) -> str:
    """A module by its name; one of this project would hide what is used of it."""
    if module.__name__.split(".")[0] == __name__.split(".")[0] and module is not sys.modules[__name__]:
        raise CannotTell(f"A kernel uses the module {module.__name__}; import the names it needs instead.")
    return module.__name__
