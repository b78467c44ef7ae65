"""Claims: a measured value over seeds beside that of its lesion, checked, and written to docs/claims.md by the tests that check them.

A test asks for the fixture `claim` and calls it with what was measured. `make claims` runs those tests and writes the page anew; an ordinary
run only looks whether the page has the row.
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

PAGE = Path(__file__).parents[1] / "docs" / "claims.md"
NOTES = "THIRD_FACTOR_CLAIMS"  # environment variable: a file that collects the rows
HEAD = """# Claims

<!-- Written by `make claims` from the tests. Do not edit. -->

What the experiments show, as means over seeds with their standard errors, and what is left of it when the mechanism is switched off. Every row is a
test that fails if the claim does not hold or if the lesion keeps it.

| claim | measured | lesion | what the lesion is | test |
| --- | --- | --- | --- | --- |
"""


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


def row(text: str, measured: object, lesion: object, lesion_is: str, test: str) -> str:
    """A line of the table."""
    return f"| {text} | {measured} | {lesion} | {lesion_is} | `{test}` |"


def note(text: str, measured: object, lesion: object, lesion_is: str, test: str) -> None:
    """Write the row down where rows are collected; otherwise see that the page has it."""
    collect = os.environ.get(NOTES)
    if collect:
        with open(collect, "a") as file:
            file.write(json.dumps([test, row(text, measured, lesion, lesion_is, test)]) + "\n")
        return
    known = PAGE.read_text() if PAGE.exists() else ""
    assert f"| {text} |" in known and f"`{test}`" in known, f"docs/claims.md has no row for {test}: run `make claims`"


def write(collected: Path) -> None:
    """The page from the collected rows, in the order of their tests; a test may have several."""
    rows = {(test, line.split("|")[1]): line for test, line in map(json.loads, collected.read_text().splitlines())}
    PAGE.write_text(HEAD + "\n".join(rows[place] for place in sorted(rows)) + "\n")


if __name__ == "__main__":
    write(Path(os.environ[NOTES]))
