"""From figures with numpy arrays to what travels: every array once, as base64 of its bytes, and a reference where it is
used.
"""

import base64
from typing import Any

import numpy as np

KINDS = {"f": "f4", "i": "i4", "u": "i4", "b": "u1"}


class Packer:
    """Collects the arrays of one reply. An array that stands in several traces is sent once."""

    def __init__(self, double: bool = False):
        self.arrays: list[dict] = []
        self._known: dict[int, int] = {}
        self._alive: list[np.ndarray] = []
        self._float = "f8" if double else "f4"

    def pack(self, value):
        """The value as JSON: dicts and lists walked, arrays replaced by {"array": number}, numpy scalars by plain ones."""
        if isinstance(value, np.ndarray):
            return self._array(value) if value.dtype.kind in KINDS and value.ndim else value.tolist()
        if isinstance(value, dict):
            return {k: self.pack(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.pack(v) for v in value]
        return value.item() if isinstance(value, np.generic) else value

    def _array(self, a: np.ndarray) -> dict:
        if id(a) not in self._known:
            self._known[id(a)] = len(self.arrays)
            self._alive.append(a)  # keeps its id from being given to another array
            self.arrays.append(encoded(a, self._float))
        return {"array": self._known[id(a)]}


def encoded(a: np.ndarray, float_kind: str = "f4") -> dict:
    """{"dtype", "bdata"} as plotly.js writes typed arrays, with "shape" if not a line."""
    kind = float_kind if a.dtype.kind == "f" else KINDS[a.dtype.kind]
    out = {"dtype": kind, "bdata": base64.b64encode(np.ascontiguousarray(a, "<" + kind).tobytes()).decode()}
    return out if a.ndim == 1 else out | {"shape": list(a.shape)}


AXIS_KEYS = ("range", "tickvals", "ticktext")
ITEM_KEYS = {"shapes": ("type", "x0", "x1", "y0", "y1", "path"), "annotations": ("x", "y", "text")}


def moving(figure: dict) -> dict:
    """What may change in a figure while a control moves: the arrays of every trace, places of shapes and labels,
    ranges.
    """
    layout = figure["layout"]
    out: dict[str, Any] = {name: picked(axis, AXIS_KEYS) for name, axis in layout.items() if name[1:5] == "axis"}
    out |= {name: [picked(item, keys) for item in layout[name]] for name, keys in ITEM_KEYS.items() if name in layout}
    if "meta" in layout:
        out["meta"] = layout["meta"]
    return {"data": [picked(trace, ("x", "y", "z")) for trace in figure["data"]], "layout": out}


def picked(item: dict, keys: tuple[str, ...]) -> dict:
    return {k: item[k] for k in keys if k in item}
