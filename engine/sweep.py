"""Where a curve is computed: evenly over its range, finely where it bends, on both sides of a jump, and at the present state itself."""

import numpy as np

SAME = 1e-9  # points nearer than this are one
# First distance from a bend, as a share of the shortest time constant, and how distances grow
FINEST, GROWTH = 0.125, 1.4


def around(centre: float, shortest: float, widest: float) -> np.ndarray:
    """Points on both sides of a bend, so close that every exponential is drawn whose time constant is `shortest` or longer.

    Distances grow up to `widest`, where the even points are close enough.
    """
    n = int(np.ceil(np.log(max(widest / (FINEST * shortest), 1.0)) / np.log(GROWTH)))
    distance = FINEST * shortest * GROWTH ** np.arange(n)
    return np.concatenate((centre - distance, centre + distance))


def both_sides(jumps: np.ndarray, gap: float) -> np.ndarray:
    """Every jump and the points just before and after it."""
    return np.concatenate((jumps, jumps - gap, jumps + gap))


def nearest(jumps: np.ndarray, present: float, most: int) -> np.ndarray:
    """At most `most` jumps, those nearest to zero or to the present state first."""
    jumps = merged(jumps)
    return jumps[np.argsort(np.minimum(np.abs(jumps), np.abs(jumps - present)), kind="stable")[:most]]


def merged(*groups: np.ndarray) -> np.ndarray:
    """All points in order, each once; where two are the same up to rounding, that of the earlier group stays as it is."""
    points = np.concatenate(groups)
    order = np.argsort(points, kind="stable")
    rank, points = order, points[order]
    cluster = np.cumsum(np.diff(points, prepend=-np.inf) > SAME)
    first = np.lexsort((rank, cluster))
    return points[first[np.unique(cluster[first], return_index=True)[1]]]


def inside(points: np.ndarray, lo: float, hi: float) -> np.ndarray:
    """The points of a range."""
    return points[(points >= lo) & (points <= hi)]
