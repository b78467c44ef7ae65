"""Refusals: a sentence that names the value and its bound."""

import numpy as np


def bounded(low: float, high: float, /, **values) -> None:
    """Every number of every value is in [low, high]; else a `ValueError` that names the first that is not. NaN is outside."""
    for name, value in values.items():
        numbers = np.asarray(value, float).ravel()
        outside = numbers[~((numbers >= low) & (numbers <= high))]
        if outside.size:
            raise ValueError(f"{name} = {outside[0]:g} is outside [{low:g}, {high:g}].")


def finite(**values) -> None:
    """Every number of every value is finite."""
    for name, value in values.items():
        numbers = np.asarray(value, float).ravel()
        if not np.isfinite(numbers).all():
            raise ValueError(f"{name} = {numbers[~np.isfinite(numbers)][0]:g} is not a finite number.")


def same_trials(trials: int, /, **counts: int) -> None:
    """Every count of trials is `trials`."""
    for name, count in counts.items():
        if count != trials:
            raise ValueError(f"{name} has {count} trials; it must have {trials}.")
