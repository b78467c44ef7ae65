"""Measuring: which seeds, which runs (each once, however many claims ask for it), and the data that is kept."""

import ast
import hashlib
import json
import platform
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import llvmlite.binding
import numba
import numpy as np

import engine
from claims._declare import Chapter, Combined, Declared, Measured, Of, shifted, taken
from engine import __version__
from engine.parameters import Value
from engine.registry import experiments

ROOT = Path(__file__).parents[2]
DATA = ROOT / "docs" / "claims"
KEPT = ROOT / ".claims_cache"  # numbers that need not be measured again
FACTORS = (0.75, 1.25)
BELOW = 1000  # circuits are tuned on the seeds below
TYPICAL = "typical"
TYPICAL_N, TYPICAL_ROUND, DEFAULT_SEED = 40, 1, 1


def verified_from(name: str, round_: int) -> int:
    """First seed of the verified range: nobody can choose it, and it is new with every version and every round."""
    drawn = hashlib.sha256(f"{__version__} {name} {round_}".encode()).digest()
    return BELOW + int.from_bytes(drawn[:8], "big") % 2_000_000_000


def chapters() -> dict[str, Chapter]:
    """The declared claims, by experiment."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    return {name: Chapter.of(import_module(f"claims.{name}")) for name in names}


def machine() -> str:
    """What decides about the last bits."""
    host = llvmlite.binding.get_host_cpu_name()
    return " ".join(
        (platform.machine(), *platform.libc_ver(), host, f"numpy {np.__version__} numba {numba.__version__}")
    )


# What a number is made of: it is measured again when any of this changes


@cache
def engine_print(experiment: str) -> str:
    """Names the code of the engine that an experiment runs on, without its docstrings."""
    files = [p for folder in ("", "rules", "baselines") for p in sorted((ROOT / "engine" / folder).glob("*.py"))]
    sources = [*files, *(ROOT / "engine" / "experiments").glob(f"{experiment}*.py")]
    return hashlib.sha256("".join(code_text(path.read_text()) for path in sources).encode()).hexdigest()


def code_text(source: str) -> str:
    """A file as its syntax tree, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if (
            ast.get_docstring(node) is not None
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            else False
        ):
            node.body = node.body[1:]
    return ast.dump(tree)


def print_of(thing: object, seen: frozenset[int] = frozenset()) -> str:
    """Names what a function computes: its code, what it is closed over, and what it uses of its own module."""
    if id(thing) in seen:
        return ""
    seen |= {id(thing)}
    if isinstance(thing, partial):
        return repr([print_of(x, seen) for x in (thing.func, thing.args, thing.keywords)])
    if isinstance(thing, tuple | list):
        return repr([print_of(x, seen) for x in thing])
    if isinstance(thing, dict):
        return repr([(repr(name), print_of(x, seen)) for name, x in thing.items()])
    if not isinstance(thing, FunctionType):
        return repr(thing) if isinstance(thing, str | int | float | slice) else type(thing).__name__
    own = thing.__globals__
    used = [own[name] for name in sorted(names_of(thing.__code__)) if name in own]
    closed = [cell.cell_contents for cell in thing.__closure__ or ()]
    inside = [x for x in (*used, *closed, *(thing.__defaults__ or ())) if not isinstance(x, ModuleType | type)]
    return repr((code_print(thing.__code__), [print_of(x, seen) for x in inside]))


def names_of(code: CodeType) -> set[str]:
    """Global names that a code uses, those of the functions in it too."""
    return set(code.co_names).union(*(names_of(c) for c in code.co_consts if isinstance(c, CodeType)))


def code_print(code: CodeType) -> str:
    """A code without its place in the file."""
    parts = [sorted(map(repr, c)) if isinstance(c, frozenset) else c for c in code.co_consts]  # sets have no order
    consts = [code_print(c) if isinstance(c, CodeType) else repr(c) for c in parts]
    return repr((code.co_code.hex(), consts, code.co_names, code.co_varnames))


# Runs, each once


class Bench:
    """Measures numbers of runs: a run once however many numbers are asked of it, two at a time, and keeps what it found.

    keep: False to measure everything anew.
    """

    def __init__(self, name: str, keep: bool = True, say: Callable[[str], None] = lambda text: None):
        self.file, self.say, self.lock = KEPT / f"{name}.jsonl", say, threading.Lock()
        self.known: dict[str, float] = {}
        self.keep = keep
        if keep and self.file.exists():
            self.known = dict(json.loads(line) for line in self.file.read_text().splitlines() if line.endswith("]"))

    def key(self, leaf: Of, seed: int, overrides: dict[str, Value]) -> str:
        """Names a number."""
        parts = (engine_print(leaf.experiment), leaf.at(seed, **overrides).digest, leaf.tier, print_of(leaf.number))
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def measure(self, wanted: Iterable[tuple[Of, int, dict[str, Value]]]) -> None:
        """See that these numbers are known."""
        runs: dict[tuple, dict[str, Of]] = {}
        for leaf, seed, overrides in wanted:
            key = self.key(leaf, seed, overrides)
            if key not in self.known:
                settings = leaf.at(seed, **overrides)
                runs.setdefault((settings.digest, leaf.tier, settings), {})[key] = leaf
        done = 0
        with ThreadPoolExecutor(2) as pool:
            for found in pool.map(lambda item: self.run(*item), runs.items()):
                self.known |= found
                done += 1
                if done % 50 == 0 or done == len(runs):
                    self.say(f"  {done} of {len(runs)} runs")

    def run(self, place: tuple, leaves: dict[str, Of]) -> dict[str, float]:
        """All numbers that are asked of one run."""
        _, tier, settings = place
        run = engine.run_settings(settings, tier)
        found = {key: float(leaf.number(run)) for key, leaf in leaves.items()}
        if self.keep:
            with self.lock:
                self.file.parent.mkdir(exist_ok=True)
                with self.file.open("a") as file:
                    file.writelines(json.dumps(list(item)) + "\n" for item in found.items())
        return found

    def value(self, claim: Declared, what: Measured, seed: int, overrides: dict[str, Value]) -> float:
        """A number that is known."""
        if isinstance(what, Combined):
            return float(what.function(*(self.value(claim, part, seed, overrides) for part in what.parts)))
        return self.known[self.key(what, seed, taken(claim, what, overrides))]


def trials(chapter: Chapter, robust: bool = True) -> list[tuple[Declared, str, range, dict[str, Value]]]:
    """(claim, name of the trial, its seeds, overrides) of everything that is measured."""
    start, out = verified_from(chapter.experiment, chapter.round), []
    for claim in chapter.claims:
        out.append((claim, "tuned", range(claim.n), {}))
        out.append((claim, "verified", range(start, start + claim.n), {}))
        for name in claim.depends if robust else ():
            for factor in FACTORS:
                told = {name: shifted(claim, name, factor)}
                out.append((claim, f"{name} {factor}", range(start, start + claim.n_robust), told))
    return out


def measure(chapter: Chapter, bench: Bench, robust: bool = True) -> dict:
    """The data of an experiment's claims."""
    plan = trials(chapter, robust)
    bench.measure(
        (leaf, seed, taken(claim, leaf, told))
        for claim, _, seeds, told in plan
        for what in claim.groups.values()
        for leaf in what.leaves
        for seed in seeds
    )
    rows: dict[str, dict] = {claim.key: {} for claim in chapter.claims}
    for claim, name, seeds, told in plan:
        found = {
            group: [bench.value(claim, what, seed, told) for seed in seeds] for group, what in claim.groups.items()
        }
        rows[claim.key][name] = {"from": seeds.start, **told, **found}
    return {"version": __version__, "round": chapter.round, "machine": machine(), "claims": rows}


def typical(bench: Bench) -> dict:
    """The measure of every experiment at its defaults: of the default seed, and over the seeds of a range that nobody looked at."""
    start = verified_from(TYPICAL, TYPICAL_ROUND)
    seeds, rows = [DEFAULT_SEED, *range(start, start + TYPICAL_N)], {}
    for name, world in experiments().items():
        measure = getattr(world, "MEASURE", None)
        if measure is not None and measure.seeds > 1:  # with one seed nothing is drawn
            leaf = Of(name, measure.late, measure.tier, world.DEFAULT_RULE, {})
            bench.measure((leaf, seed, {}) for seed in seeds)
            values = [bench.known[bench.key(leaf, seed, {})] for seed in seeds]
            rows[name] = {"from": start, "default": values[0], "seeds": values[1:]}
    return {"version": __version__, "round": TYPICAL_ROUND, "machine": machine(), "claims": rows}


def write(name: str, data: dict) -> None:
    """The data as a file: a line for each list of numbers."""
    DATA.mkdir(exist_ok=True)
    (DATA / f"{name}.json").write_text(layout(data) + "\n")


def layout(value: object, depth: int = 0) -> str:
    """JSON with lists on one line."""
    if not isinstance(value, dict):
        return json.dumps(value)
    pad = " " * (depth + 1)
    lines = [f"{pad}{json.dumps(key)}: {layout(inner, depth + 1)}" for key, inner in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}" if lines else "{}"


def read(name: str) -> dict:
    """The kept data of an experiment; without claims where there is none."""
    path = DATA / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {"claims": {}}


def numbers(row: dict) -> dict[str, np.ndarray]:
    """The numbers of a trial, by group."""
    return {group: np.array(row[group], float) for group in ("intact", "lesion") if group in row}
