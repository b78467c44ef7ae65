"""What the engine declares, as the browser needs it to build controls, menus and the page's text. Nothing here knows a
name.
"""

from functools import lru_cache
from math import isfinite
from types import ModuleType
from typing import Any

from components.equations import mathml
from components.panels import panels_of
from engine.modulators import FULL_NAMES, LABELS, MODULATORS
from engine.parameters import Field
from engine.plasticity import ROW_DOCS, ROWS
from engine.registry import experiments, find, rules
from engine.settings import DEFAULT_EXPERIMENT, schema


@lru_cache(maxsize=64)
def declarations(experiment: str, rule: str) -> dict:
    """Everything declared about one experiment run with one rule."""
    world = find("experiment", experiment)
    return {
        "experiment": experiment, "rule": rule, "first": DEFAULT_EXPERIMENT, "defaultRule": world.DEFAULT_RULE, "question": world.QUESTION,
        "experiments": [{"name": name, "title": module.TITLE} for name, module in experiments().items()],
        "rules": [rule_card(name, module) for name, module in rules().items()],
        "groups": groups(world), "fields": [control(field) for field in schema(experiment, rule).values()],
        "matrix": matrix_of(world), "presets": presets_of(world), "panels": panel_list(experiment), "about": about(world, find("rule", rule)),
        "job": getattr(world, "JOB", ""),
    }  # fmt: skip


def rule_card(name: str, rule: ModuleType) -> dict:
    return {"name": name, "title": rule.TITLE, "summary": rule.SUMMARY, "papers": list(rule.PAPERS)}


def groups(world: ModuleType) -> list[dict]:
    """The groups of controls, in the order of the page."""
    modulators = [
        {"name": m, "label": f"{FULL_NAMES[m].capitalize()} ({LABELS[m]})", "short": LABELS[m]} for m in MODULATORS
    ]
    return [
        {"name": "experiment", "label": world.TITLE, "short": ""},
        *modulators,
        {"name": "rule", "label": "Learning rule", "short": ""},
    ]


def control(field: Field) -> dict:
    """A parameter as the browser needs it."""
    p = field.param
    lo, hi = field.slider
    out: dict[str, Any] = {
        "name": field.name,
        "group": field.group,
        "label": field.label,
        "unit": p.unit,
        "kind": field.kind.__name__,
        "default": field.default,
    }
    out |= {"level": p.level, "doc": p.doc, "choices": list(p.choices)}
    return out | (
        {} if field.kind is str else {"lo": p.lo, "hi": p.hi, "from": lo, "to": hi, "log": p.log, "step": step(field)}
    )


def step(field: Field) -> float:
    """The declared step, or a round one of about a hundredth of the slider; whole numbers move by at least 1."""
    lo, hi = field.slider
    if field.param.step or not isfinite(hi - lo):
        return field.param.step or 1.0
    fine = float(f"{(hi - lo) / 100:.0e}")
    return max(fine, 1.0) if field.kind is int else fine


def matrix_of(world: ModuleType) -> dict:
    """Rows and columns of the modulation matrix; a row the experiment has no use for is marked so."""
    rows = [{"name": row, "doc": ROW_DOCS[row], "used": row in world.ROWS} for row in ROWS]
    return {"rows": rows, "columns": [{"name": m, "label": LABELS[m], "full": FULL_NAMES[m]} for m in MODULATORS]}


def presets_of(world: ModuleType) -> list[dict]:
    return [
        {"name": name, "rule": world.DEFAULT_RULE, "values": {}, "note": "", "source": "", **preset}
        for name, preset in world.PRESETS.items()
    ]


def panel_list(experiment: str) -> list[dict]:
    return [
        {"name": name, "title": p.TITLE, "column": p.COLUMN, "help": p.HELP}
        for name, p in panels_of(experiment).items()
    ]


def about(world: ModuleType, rule: ModuleType) -> dict:
    """Equations, references and limits of what is running."""
    return {
        "rule": {"title": rule.TITLE, "summary": rule.SUMMARY, "promise": rule.PROMISE, "equations": drawn(rule.EQUATIONS), "papers": list(rule.PAPERS)},
        "experiment": {"title": world.TITLE, "equations": drawn(world.EQUATIONS), "papers": list(world.PAPERS), "leftOut": world.LEFT_OUT},
    }  # fmt: skip


def drawn(equations: tuple[str, ...]) -> list[str]:
    return [mathml(equation) for equation in equations]
