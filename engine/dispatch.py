"""Choose a function by the type of the struct it is given, in Python and under numba alike.

An experiment's world is a NamedTuple class with a plain function `react` beside it. The time loop calls
`react(world, ...)`; the type of `world` decides whose. Unlike a function passed as an argument, this keeps the disk cache.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from numba.extending import overload

World = TypeVar("World", bound=type)
OWNER: dict[type, Any] = {}  # the function `react` of each class of worlds


class NoWorld(NamedTuple):
    """A world that does nothing: everything is scripted."""

    nothing: float = 0.0


def world(react: Callable) -> Callable[[World], World]:
    """Class decorator: `react` is what this world does in every step."""

    def register(cls: World) -> World:
        OWNER[cls] = react
        return cls

    return register


def react(w, memory, state, slot, n, t_ms, h_ms, rng):
    """Let world `w` see the spikes of step n and act (release, input). Dispatches on the type of `w`."""
    return OWNER[type(w)](w, memory, state, slot, n, t_ms, h_ms, rng)


# numba knows `_nrt`, its list of options does not
@overload(react, strict=False, jit_options={"nogil": True, "_nrt": False, "forceinline": True})  # type: ignore[typeddict-unknown-key]
def _react(w, memory, state, slot, n, t_ms, h_ms, rng):
    return OWNER[w.instance_class]


def _nothing(w, memory, state, slot, n, t_ms, h_ms, rng):
    """Nothing happens."""


OWNER[NoWorld] = _nothing
