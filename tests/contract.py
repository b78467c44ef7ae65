"""What every rule, experiment and panel must keep: functions that can be called on any of them, also on one from an
extra folder.
"""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from types import ModuleType

import numpy as np
from latex2mathml.converter import convert

from components.panels import COLUMNS
from engine.contract import Experiment, Panel, Rule, lacking, names
from engine.interventions import outputs_of
from engine.modulators import MODULATORS
from engine.parameters import Field
from engine.registry import find
from engine.run import Output, Run, run_settings
from engine.settings import Settings, make, schema

SUFFIX = {
    "ms": "_ms", "s": "_s", "Hz": "_hz", "nM": "_nm", "mV": "_mv", "1/s": "_per_s", "nM/s": "_nm_per_s", "%": "_percent",
}  # fmt: skip
LEVELS = ("intro", "core", "full")
YEAR = re.compile(r"\b(19|20)\d\d\b")

# What wakes a parameter: settings under which moving it must change the run. The first pattern that fits counts; `M`
# stands for a modulator. An experiment and a rule may have `WAKES` of their own, which come first; settings that an
# experiment does not have are left out.
BURST = {"M_source": "scripted", "M_burst_nm": 300.0, "M_delay_ms": 200, "ltp_gate_by_M": 1.0, "ltd_gate_by_M": 1.0}
DRUG = BURST | {"M_tonic_nm": 100.0, "M_drug": "antagonist", "M_drug_from_s": 0.5, "M_drug_until_s": 1.0}
REPEATED = {"pairings": 5, "rate_hz": 20.0}
TRIPLET = REPEATED | {"a3_plus": 0.1, "a3_minus": 0.1}
WAKES = {
    r"M_(source|hub_noise_mv)": BURST | {"M_source": "emergent"},
    r"M_clamp_nm": BURST | {"M_drug": "clamp", "M_drug_from_s": 0.5},
    r"da_value_.*": {"da_source": "emergent", "da_burst_nm": 80.0},
    r"M_drug(_.*)?": DRUG | REPEATED,
    r"M_(vmax_nm_per_s|km_nm|clearance)": BURST | {"M_clearance": "michaelis_menten"},
    r"M_hill": BURST | {"M_receptor": "hill"},
    r"M_pulse_hz": BURST | {"M_pulses": 5},
    r"M_(?!after).*": BURST,
    r"baseline_tau_s": {"da_baseline": 1.0, "da_tonic_nm": 200.0},
    r"pairing|a3_.*|tau_[xy]_ms": TRIPLET,
    r".*_by_M": {"M_tonic_nm": 300.0},
}


def check_rule(rule: ModuleType) -> None:
    """Complete, documented, with its source, and with constants the family knows."""
    check_names(rule, Rule)
    check_words(rule, "TITLE", "SUMMARY", "PROMISE")
    check_equations(rule.EQUATIONS)
    check_papers(rule.PAPERS)
    first_authors = {paper.split()[0] for paper in rule.PAPERS}
    assert YEAR.search(rule.__doc__), f"{rule.__name__}: the docstring has no year of a reference"
    assert any(author in rule.__doc__ for author in first_authors), (
        f"{rule.__name__}: the docstring names none of {first_authors}"
    )
    assert rule.LESION, f"{rule.__name__}: a lesion must change something"


def check_experiment(world: ModuleType) -> None:
    """Complete and documented."""
    check_names(world, Experiment)
    check_words(world, "TITLE", "QUESTION", "LEFT_OUT")
    check_equations(world.EQUATIONS)
    check_papers(world.PAPERS)
    assert world.QUESTION.endswith("?")
    assert world.OUTPUTS and all(isinstance(out, Output) and out.doc for out in world.OUTPUTS.values())
    check_unit_names((name, out.unit) for name, out in world.OUTPUTS.items())


def check_panel(panel: ModuleType) -> None:
    """Complete and documented, in a column that the page has."""
    check_names(panel, Panel)
    check_words(panel, "TITLE", "HELP")
    assert panel.COLUMN in COLUMNS


def check_names(module: ModuleType, kept: type) -> None:
    """Nothing is missing, and nothing is nearly called like an optional name that is missing."""
    assert lacking(module, kept) == []
    absent = [entry.name for entry in names(kept) if not hasattr(module, entry.name)]
    own = [name for name in vars(module) if name.isupper() and name not in {entry.name for entry in names(kept)}]
    misspelt = {name: near for name in own if (near := get_close_matches(name, absent, 1, 0.85))}
    assert misspelt == {}, (
        f"{module.__name__}: names that the contract does not know, and what may be meant: {misspelt}"
    )


def check_words(module: ModuleType, *names: str) -> None:
    assert module.__doc__, f"{module.__name__} has no docstring"
    assert [
        name for name in names if not (isinstance(getattr(module, name), str) and getattr(module, name).strip())
    ] == []


def check_equations(equations: tuple[str, ...]) -> None:
    """The page can draw them."""
    assert isinstance(equations, tuple) and equations
    for equation in equations:
        assert "<math" in convert(equation) and "<merror" not in convert(equation), equation


def check_papers(papers: tuple[str, ...]) -> None:
    assert isinstance(papers, tuple) and papers
    assert [paper for paper in papers if not YEAR.search(paper)] == []


def check_fields(declared: Iterable[Field]) -> None:
    """Default and slider within bounds, a sentence of documentation, a name that ends in its unit."""
    declared = list(declared)
    check_unit_names((field.name, field.unit) for field in declared)
    for field in declared:
        p = field.param
        assert field.check(field.default) == field.default
        assert field.parse(field.format(field.default)) == field.default
        assert p.doc and not p.doc.endswith("."), f"{field.name}: one sentence without a full stop"
        assert p.level in LEVELS, field.name
        if field.kind is str:
            assert len(p.choices) == len(set(p.choices)) > 1, field.name
        else:
            assert np.isfinite([p.lo, p.hi]).all() and p.lo < p.hi, field.name
            assert p.lo <= field.slider[0] < field.slider[1] <= p.hi, field.name
            assert not p.log or field.slider[0] >= 0.0, field.name


def check_unit_names(names: Iterable[tuple[str, str]]) -> None:
    """A name ends in its unit, and a pure number does not look as if it had one. A row by a modulator is a pure number."""
    for name, unit in names:
        if unit:
            assert name.endswith(SUFFIX[unit]), f"{name} has the unit {unit} and should end in {SUFFIX[unit]}"
            assert unit in ("1/s", "nM/s") or not name.endswith("_per_s"), f"{name} has the unit {unit}"
        else:
            assert not name.endswith(tuple(SUFFIX.values())), f"{name} has no unit"


def check_run(experiment: str, rule: str, **values) -> None:
    """Same bits twice; exactly the declared outputs; finite; read-only."""
    first, again = (run_settings(make(experiment, rule, 3, **values), "live") for _ in range(2))
    assert first.digest == again.digest
    assert different(first, again) == []
    check_arrays(first)
    assert set(first.arrays) == set(outputs_of(find("experiment", experiment)))


def check_arrays(run: Run) -> None:
    """As declared: axes, finite (nan only where the declaration says so), closed to writing."""
    for name, array in run.arrays.items():
        out = run.outputs[name]
        assert array.ndim == len(out.axes), f"{name} has {array.ndim} axes, declared are {out.axes}"
        assert np.isfinite(array).all() or "nan" in out.doc and not np.isinf(array).any(), f"{name} is not finite"
        assert not array.flags.writeable, f"{name} can be written"


def different(one: Run, other: Run) -> list[str]:
    """Names of the arrays that differ in any bit."""
    same = lambda a, b: a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()  # noqa: E731
    return [name for name in one.arrays if not same(one.arrays[name], other.arrays[name])]


def check_promise(name: str) -> None:
    """The promise of a rule holds, and its lesion breaks it."""
    rule = find("rule", name)
    assert rule.promise(pairing_percent(name)), f"{name}: {rule.PROMISE}"
    assert not rule.promise(pairing_percent(name, rule.LESION)), (
        f"{name} keeps its promise with the lesion {rule.LESION}"
    )


def pairing_percent(rule: str, lesion: dict | None = None) -> Callable[..., float]:
    """What a promise is about: weight after the pairing protocol in % of its start."""
    return lambda **values: float(
        run_settings(make("pairing", rule, **{**values, **(lesion or {})}), "live").final_percent
    )


def check_presets(world_name: str) -> None:
    """Every preset is a state that the validator takes as it is, and says what it shows."""
    world = find("experiment", world_name)
    for preset in world.PRESETS.values():
        assert preset["title"] and preset["note"] and preset["source"]
        make(world_name, preset["rule"], **preset["values"])


def elsewhere(field: Field, value) -> list:
    """Other values to move a parameter to: all other words, or one number well apart."""
    p = field.param
    if field.kind is str:
        return [word for word in p.choices if word != value]
    lo, hi = field.slider
    target = (lo + hi) / 2 if not p.log else max(lo, hi * 1e-3) ** 0.5 * hi**0.5
    moved = (
        value + 0.3 * (target - value) if abs(target - value) > 0.05 * (hi - lo) or p.log else value - 0.3 * (hi - lo)
    )
    moved = round(moved) if field.kind is int else moved
    return [moved if moved != value else value + 1]


def check_alive(experiment: str, rule: str, name: str, wake: dict, runs: dict) -> bool:
    """Moving parameter `name` changes the run that the settings `wake` make. runs: earlier runs by settings."""
    field = schema(experiment, rule)[name]
    settings = make(experiment, rule, **wake)
    before = remembered(runs, settings)
    return all(
        different(before, run_settings(moved(settings, name, value), "live"))
        for value in elsewhere(field, settings[name])
    )


def moved(settings: Settings, name: str, value) -> Settings:
    return make(settings.experiment, settings.rule, settings.seed, **{**settings.values, name: value})


def remembered(runs: dict, settings: Settings) -> Run:
    if settings not in runs:
        runs[settings] = run_settings(settings, "live")
    return runs[settings]


def dead(experiment: str, rule: str, parameters: Iterable[str]) -> list[str]:
    """The parameters among these that change nothing, each moved under settings that wake it."""
    runs: dict = {}
    return [n for n in parameters if not check_alive(experiment, rule, n, waking(experiment, rule, n), runs)]


def in_use(experiment: str, rule: str) -> list[str]:
    """All parameters but the cells of matrix rows that the experiment declares it has no use for."""
    rows = find("experiment", experiment).ROWS
    return [name for name in schema(experiment, rule) if "_by_" not in name or name.rpartition("_by_")[0] in rows]


def dead_in_rule(rule: str) -> list[str]:
    """What a rule sets for one synapse, and nothing would be different if it did not."""
    law, used = find("rule", rule), in_use("pairing", rule)
    own = {**law.CONSTANTS, **law.MATRIX, **getattr(law, "DEFAULTS", {})}
    return dead("pairing", rule, [name for name in own if name in used])


def quick(experiment: str) -> dict:
    """Settings that make a run of the experiment short."""
    return getattr(find("experiment", experiment), "QUICK", {})


def waking(experiment: str, rule: str, name: str) -> dict:
    """The settings under which parameter `name` acts."""
    spec = schema(experiment, rule)
    own = {**getattr(find("experiment", experiment), "WAKES", {}), **getattr(find("rule", rule), "WAKES", {})}
    for pattern, settings in {**own, **WAKES}.items():
        for m in MODULATORS if "M" in pattern else [""]:
            if re.fullmatch(pattern.replace("M", m), name):
                named = {key.replace("M", m): value for key, value in settings.items()}
                return quick(experiment) | {key: value for key, value in named.items() if key in spec}
    return quick(experiment)
