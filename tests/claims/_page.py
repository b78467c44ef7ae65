"""docs/claims.md, from what is declared and what was measured."""

import json
import re
from pathlib import Path

import numpy as np

from claims import _measure
from claims._declare import Chapter, Claim, Declared
from claims._verdict import (
    CLAIMS,
    DISAGREE,
    LEVEL,
    POWER,
    effect,
    holds,
    mean,
    needed,
    problems,
    shown,
    value_of,
)
from engine import __version__

PAGE = _measure.ROOT / "docs" / "claims.md"
OLD = _measure.DATA / "old.json"
TESTS = Path(__file__).parents[1]
HEAD = f"""# Claims

<!-- Written by `make claims` from tests/claims and docs/claims. Do not edit. -->

What the experiments show, and what is left of it when the mechanism is taken away. Version {__version__}.

- **Two ranges of seeds.** Circuits are tuned on seeds below {_measure.BELOW}; a claim stands on its *verified* range, which nobody looked at before: it follows from the version and
  from a round that is raised whenever a verification failed and something was changed. Both are printed.
- **It holds** when the {100 * (1 - LEVEL):g} % interval of the verified difference lies on the side that is claimed, and tuned and verified difference are not more than {DISAGREE:g}
  standard errors apart (met by chance once in 2000 comparisons). A claim of *no* effect holds when the interval of the mean lies within a stated smallest effect, on both ranges.
- **How many seeds.** As many as find the tuned effect with probability {POWER:g} at the level {LEVEL:g} / {CLAIMS}, since there are about {CLAIMS} claims; with fewer, the verified
  difference must be clear at that level by itself.
- Means are given with their standard errors, differences with Welch's interval; *g* is Hedges' effect size with the interval of the noncentral t.
- **How far it lives**: the same on a few seeds with one parameter at a quarter less and more; a lesion keeps what it sets itself. The numbers behind everything are in docs/claims, seed by seed.
- **The lesion** removes what the claim names; what else it changes is said.
"""
FACTOR_WORDS = {0.75: "a quarter less", 1.25: "a quarter more"}


def write() -> list[str]:
    """Write the page; says which claims fail."""
    found = _measure.chapters()
    PAGE.write_text(page(found))
    return [line for name, chapter in found.items() for line in failures(chapter, _measure.read(name))]


def page(chapters: dict[str, Chapter]) -> str:
    """The whole page."""
    parts = [HEAD, dropped(chapters)]
    parts += [chapter_text(chapter, _measure.read(name)["claims"]) for name, chapter in chapters.items()]
    parts += [typical_text(_measure.read(_measure.TYPICAL)["claims"]), old_text()]
    return "\n".join(part for part in parts if part)


def dropped(chapters: dict[str, Chapter]) -> str:
    """What no longer stands as it did."""
    lines = [f"- {name}: {line}" for name, chapter in chapters.items() for line in chapter.dropped]
    return "\n".join(["## Dropped or weakened since the last version", "", *lines, ""]) if lines else ""


def failures(chapter: Chapter, data: dict) -> list[str]:
    """A line for each claim that has no data of this version and round, or does not hold, and for data without a claim."""
    name, rows, out = chapter.experiment, data["claims"], []
    if rows and (data["version"], data["round"]) != (__version__, chapter.round):
        out.append(f"{name}: the data is of version {data['version']}, round {data['round']}")
    for claim in chapter.claims:
        if not fits(claim, chapter, rows.get(claim.key)):
            out.append(f"{name}: {claim.key} is not measured as declared: make claims ONLY={name}")
        else:
            out += [f"{name}: {claim.key}: {problem}" for problem in verdict(claim, rows[claim.key])]
    return out + [
        f"{name}: {key} has data and is not declared" for key in rows.keys() - {c.key for c in chapter.claims}
    ]


def fits(claim: Declared, chapter: Chapter, row: dict | None) -> bool:
    """True where the data is of the trials that are declared."""
    only = Chapter(chapter.experiment, (claim,), chapter.round)
    plan = {name: (seeds.start, len(seeds), told) for _, name, seeds, told in _measure.trials(only)}
    if row is None or row.keys() != plan.keys():
        return False
    found = {
        name: (trial["from"], len(trial["intact"]), {key: trial.get(key) for key in plan[name][2]})
        for name, trial in row.items()
    }
    groups = {tuple(sorted(_measure.numbers(trial))) for trial in row.values()}
    return found == plan and groups == {tuple(sorted(claim.groups))}


def verdict(claim: Declared, row: dict) -> list[str]:
    """Why a claim does not hold, from its numbers."""
    return problems(claim, *(_measure.numbers(row[name]) for name in ("tuned", "verified")))


def chapter_text(chapter: Chapter, rows: dict) -> str:
    """A section for an experiment."""
    parts = [f"## {chapter.experiment.capitalize()}", ""]
    for claim in chapter.claims:
        if fits(claim, chapter, rows.get(claim.key)):
            parts += claim_text(claim, rows[claim.key])
    return "\n".join(parts)


def claim_text(claim: Declared, row: dict) -> list[str]:
    """What was found about a claim."""
    effects = isinstance(claim, Claim)
    unit = f" ({claim.unit})" if claim.unit else ""
    columns = ("seeds", "intact", "lesion", "difference", "g") if effects else ("seeds", "mean")
    lines = [f"### {claim.sentence}", "", f"`{claim.key}`{unit}. {claim.source}.", ""]
    lines += [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    lines += [range_row(claim, row[name], name) for name in ("tuned", "verified")]
    if effects:
        lines += ["", f"- Lesion: {claim.removes}. What else it changes: {claim.also_changes}."]
    else:
        lines += ["", f"- No effect means less than {claim.smallest:g}{unit and ' ' + claim.unit}: {claim.why}."]
    if claim.depends:
        lines.append(f"- How far it lives (n {claim.n_robust}): {'; '.join(robustness(claim, row))}.")
    failed = verdict(claim, row)
    return lines + [f"- **Fails**: {'; '.join(failed)}." for _ in failed[:1]] + [""]


def range_row(claim: Declared, trial: dict, name: str) -> str:
    """A line of a claim's table."""
    groups = _measure.numbers(trial)
    n = groups["intact"].size
    cells = [f"{name}: {trial['from']} to {trial['from'] + n - 1} (n {n})"]
    if not isinstance(claim, Claim):
        return f"| {' | '.join([*cells, shown(value_of(claim, groups))])} |"
    cells += [plus_minus(values) for values in groups.values()]
    size = effect(groups["intact"], groups["lesion"])
    g = f"{size.g:.2g} ({size.low:.2g} to {size.high:.2g})" if np.isfinite(size.g) else "no spread"
    wanted = f", {needed(round(size.g, 2))} seeds needed" if name == "tuned" and np.isfinite(size.g) else ""
    return f"| {' | '.join([*cells, shown(value_of(claim, groups)), g + wanted])} |"


def plus_minus(values: np.ndarray) -> str:
    """Mean and standard error."""
    found = mean(values)
    return f"{found.value:.3g} ± {found.error:.2g}"


def robustness(claim: Declared, row: dict) -> list[str]:
    """What becomes of a claim at a quarter less and more of a parameter."""
    out = []
    for name in claim.depends:
        words = []
        for factor in _measure.FACTORS:
            trial = row[f"{name} {factor}"]
            found = value_of(claim, _measure.numbers(trial))
            word = "holds" if holds(claim, found) else "falls"
            words.append(f"{word} at {trial[name]:.4g} [{found.value:.3g}]")
        out.append(f"`{name}` {', '.join(words)}")
    return out


def is_typical(row: dict) -> bool:
    """True where the default run lies in the middle half of its seeds."""
    low, high = np.percentile(row["seeds"], [25.0, 75.0])
    return bool(low <= row["default"] <= high)


def typical_text(rows: dict) -> str:
    """Where the default run lies among its seeds."""
    if not rows:
        return ""
    lines = [
        "## The default run is a typical one", "",
        f"The measure of every experiment at its defaults, of the seed that the page starts with and of {_measure.TYPICAL_N} others.", "",
        "| experiment | default seed | middle half of the others | median |", "| --- | --- | --- | --- |",
    ]  # fmt: skip
    for name, row in rows.items():
        low, middle, high = np.percentile(row["seeds"], [25.0, 50.0, 75.0])
        outside = "" if is_typical(row) else " (outside)"
        lines.append(f"| {name} | {row['default']:.3g}{outside} | {low:.3g} to {high:.3g} | {middle:.3g} |")
    return "\n".join([*lines, ""])


def old_text() -> str:
    """The rows that are measured by their own test, on one range of seeds; those whose test is gone are left out."""
    rows = [line for line in json.loads(OLD.read_text()) if its_test_exists(line)] if OLD.exists() else []
    head = [
        "## Not verified yet", "", "On one range of seeds, by the test that is named.", "",
        "| claim | measured | lesion | what the lesion is | test |", "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    return "\n".join([*head, *rows, ""]) if rows else ""


def its_test_exists(line: str) -> bool:
    """True where the test of an old row is there, and still asks for the row."""
    file, test = re.search(r"`(test_\w+\.py)::(\w+)", line).groups()
    path = TESTS / file
    source = path.read_text() if path.exists() else ""
    return re.search(rf"^def {test}\([^)]*\bclaim\b", source, re.MULTILINE) is not None
