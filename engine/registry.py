"""The folder is the registry: a file in engine/rules or engine/experiments is a rule or an experiment.

Further files may stand in `rules/`, `experiments/` of the folder THIRD_FACTOR_EXTRA. What a module must define is the contract
(contract.py); a module that lacks something is refused with a sentence that says what.
"""

import importlib
import importlib.util
import pkgutil
import sys
from difflib import get_close_matches
from functools import cache
from types import ModuleType

from engine.contract import Experiment, Rule, lacking
from engine.kernel import extra_folder


class UnknownName(ValueError):
    """There is no rule or experiment of that name."""


def load_folder(package: str, kind: str, contract: type) -> dict[str, ModuleType]:
    """All modules of a package and of the extra folder `kind`, by name, in alphabetical order."""
    home = importlib.import_module(package)
    names = [m.name for m in pkgutil.iter_modules(home.__path__) if not m.name.startswith("_")]
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names}
    extra = extra_folder()
    for path in sorted((extra / kind).glob("*.py")) if extra else []:
        modules[path.stem] = _load_file(f"{package}.{path.stem}", path)
    for name, module in modules.items():
        missing = [f"{entry.name} ({entry.sentence})" for entry in lacking(module, contract)]
        if missing:
            raise TypeError(f"{kind}/{name}.py does not define {', '.join(missing)}.")
    return dict(sorted(modules.items()))


def _load_file(full_name: str, path) -> ModuleType:
    if full_name in sys.modules:
        return sys.modules[full_name]
    spec = importlib.util.spec_from_file_location(full_name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[full_name] = module
    spec.loader.exec_module(module)
    return module


@cache
def rules() -> dict[str, ModuleType]:
    """All named rules."""
    return load_folder("engine.rules", "rules", Rule)


@cache
def experiments() -> dict[str, ModuleType]:
    """All experiments."""
    return load_folder("engine.experiments", "experiments", Experiment)


def find(kind: str, name: object) -> ModuleType:
    """The rule or experiment `name`; `UnknownName` says which there are."""
    known = rules() if kind == "rule" else experiments()
    if isinstance(name, str) and name in known:
        return known[name]
    near = get_close_matches(str(name)[:60], list(known), 1, 0.4)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise UnknownName(f"There is no {kind} {str(name)[:40]!r}; there are {', '.join(known)}.{hint}")
