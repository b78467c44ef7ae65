"""The claims that are not declared yet: a test measures them by itself and asks for the fixture `claim`; docs/claims/old.json has their rows."""

from typing import NamedTuple

import numpy as np

from claims._page import PAGE


class Sample(NamedTuple):
    """One number of every seed."""

    values: np.ndarray

    @property
    def mean(self) -> float:
        return float(self.values.mean())

    @property
    def error(self) -> float:
        """Standard error of the mean."""
        return float(self.values.std(ddof=1) / np.sqrt(self.values.size))

    @property
    def low(self) -> float:
        return self.mean - 2.0 * self.error

    @property
    def high(self) -> float:
        return self.mean + 2.0 * self.error

    def __str__(self) -> str:
        return f"{self.mean:.3g} ± {self.error:.2g} (n {self.values.size})"


def sample(values) -> Sample:
    """A sample of finite numbers; at least two."""
    values = np.asarray(values, float)
    assert values.size > 1 and np.isfinite(values).all(), values
    return Sample(values)


def note(text: str, test: str) -> None:
    """See that the page has the row."""
    known = PAGE.read_text()
    assert f"| {text} |" in known and f"`{test}`" in known, (
        f"docs/claims.md has no row for {test}: declare it in tests/claims/"
    )
