"""Panels: one file each, a picture of a run. The folder is the registry; more may stand in `panels/` of
THIRD_FACTOR_EXTRA.
"""

from functools import cache
from types import ModuleType

from engine.contract import Panel
from engine.registry import find, load_folder

COLUMNS = ("mechanism", "effect", "more")  # "more" lies below the first screen and is drawn at rest only


@cache
def panels() -> dict[str, ModuleType]:
    """All panels by name."""
    return load_folder("components.panels", "panels", Panel)


def panels_of(experiment: str) -> dict[str, ModuleType]:
    """The panels an experiment asks for, in its order, and the one every experiment with a measure has; those not there
    yet are left out.
    """
    known, world = panels(), find("experiment", experiment)
    wanted = (*world.PANELS, "treated") if hasattr(world, "MEASURE") else world.PANELS
    return {name: known[name] for name in wanted if name in known}
