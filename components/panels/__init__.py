"""Panels: one file each, a picture of a run. The folder is the registry; more may stand in `panels/` of THIRD_FACTOR_EXTRA."""

from functools import cache
from types import ModuleType

from engine.registry import find, load_folder

PANEL_NEEDS = ("TITLE", "COLUMN", "HELP", "SUMMARY", "figure")
COLUMNS = ("mechanism", "effect")


@cache
def panels() -> dict[str, ModuleType]:
    """All panels by name."""
    return load_folder("components.panels", "panels", PANEL_NEEDS)


def panels_of(experiment: str) -> dict[str, ModuleType]:
    """The panels an experiment asks for, in its order; those not there yet are left out."""
    known = panels()
    return {name: known[name] for name in find("experiment", experiment).PANELS if name in known}
