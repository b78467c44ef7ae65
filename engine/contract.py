"""The contract: every name that a rule, an experiment or a panel must or may define.

Each is a module, and the folder is the registry (registry.py), which refuses a module that lacks a name without a default here. A name
with a default is optional. Every name has one sentence; the tables in CONTRIBUTING.md are written from them.
"""

from collections.abc import Callable, Iterator, Mapping
from inspect import getdoc
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:  # these build on the settings, which name the contract
    from engine.ensemble import Control
    from engine.interventions import Measure
    from engine.output import Output
    from engine.setup import Setup

Waking = Mapping[str, Mapping[str, object]]


class Rule(Protocol):
    """A rule, `engine/rules/<author>_<year>.py`: a point in the rule family of `engine/plasticity.py`."""

    TITLE: Annotated[str, "what it is called on the page"]
    SUMMARY: Annotated[str, "one sentence: what makes a synapse stronger or weaker"]
    PAPERS: Annotated[tuple[str, ...], "its references; the docstring names the first author and the year of one"]
    EQUATIONS: Annotated[tuple[str, ...], "its equations in LaTeX, as the paper writes them"]
    CONSTANTS: Annotated[Mapping[str, Any], "constants of the rule family that it sets, by parameter"]
    MATRIX: Annotated[Mapping[str, Any], "cells of the modulation matrix that it sets, `<row>_by_<modulator>`"]
    PROMISE: Annotated[str, "one sentence: what it does to a synapse, in words that a test can check"]
    LESION: Annotated[Mapping[str, Any], "the settings that must break the promise"]

    DEFAULTS: Annotated[
        Mapping[str, Any], "defaults of other parameters that it suggests; an experiment may overrule them"
    ] = {}
    WEIGHT_UNIT: Annotated[str, "unit of a weight where the paper gives one"] = ""
    WAKES: Annotated[Waking, "as in an experiment, for constants that the usual pairing does not show"] = {}

    def promise(self, percent: Callable[..., float]) -> bool:
        """whether the promise holds; `percent(**parameters)` is the weight after the pairing protocol in % of its start"""


class Experiment(Protocol):
    """An experiment, `engine/experiments/<name>.py`: a world, a protocol and what is measured in it."""

    TITLE: Annotated[str, "what it is called on the page"]
    QUESTION: Annotated[str, "what it asks, with a question mark"]
    DEFAULT_RULE: Annotated[str, "the rule it runs with unless another is chosen"]
    Params: Annotated[type[Any], "its parameters: a NamedTuple of `Annotated[type, Param(...)]` with defaults"]
    OUTPUTS: Annotated[dict[str, "Output"], "the arrays of a run by name, with unit, axes and meaning"]
    ROWS: Annotated[tuple[str, ...], "rows of the modulation matrix that have an effect in it"]
    PANELS: Annotated[tuple[str, ...], "the panels that show it, in their order"]
    PRESETS: Annotated[
        Mapping[str, Mapping[str, Any]], "states worth seeing: `title`, `rule`, `values`, `note` and `source`"
    ]
    LEFT_OUT: Annotated[str, "what the model leaves out"]
    EQUATIONS: Annotated[tuple[str, ...], "its equations in LaTeX"]
    PAPERS: Annotated[tuple[str, ...], "its references"]

    DEFAULTS: Annotated[Mapping[str, Any], "defaults of modulators and of the rule family that it needs"] = {}
    HUBS: Annotated[tuple[str, ...], "the modulators that neurons of its own circuit can release"] = ()
    HUBS_KNOW_VALUE: Annotated[bool, "False where no critic tells these neurons what to expect"] = True
    MEASURE: Annotated["Measure | None", "the one number it is about, compared with and without a treatment"] = None
    PREVIEW: Annotated[
        Callable[..., str] | None, "`(p, run)`: what of it is shown while a control moves, in a few words"
    ] = None
    JOB: Annotated[str, "why a long run is offered, in the background; empty for none"] = ""
    CURSOR_PREFIX: Annotated[str, "prefix of the outputs that the page's cursor runs through"] = ""
    effect: Annotated[Callable[..., str] | None, "`(p, run)`: one sentence on what the present state does"] = None
    QUICK: Annotated[Mapping[str, Any], "settings that make a run short, for tests"] = {}
    WAKES: Annotated[
        Waking, "settings under which a parameter acts, by pattern of its name (`M` is any modulator), for tests"
    ] = {}

    def cost(self, p: Any, values: Mapping[str, Any]) -> str:
        """why a run with these parameters would be too long, or nothing"""

    def simulate(self, s: "Setup", tier: str, control: "Control") -> dict[str, np.ndarray]:
        """the arrays that OUTPUTS declares: pure, and drawn from the generator of the seed alone"""


class Panel(Protocol):
    """A panel, `components/panels/<name>.py`: a picture of a run, named in the PANELS of experiments."""

    TITLE: Annotated[str, "its heading"]
    COLUMN: Annotated[str, "where it stands: `mechanism`, `effect`, or `more` below them"]
    HELP: Annotated[str, "how to read it"]

    def SUMMARY(self, run: Any) -> str:  # noqa: N802
        """what the picture shows, in one or two sentences with numbers"""

    def figure(self, run: Any, theme: Any) -> dict:
        """the plotly figure: a pure function of the run's arrays and the colours"""


CONTRACTS = (Rule, Experiment, Panel)


class Name(NamedTuple):
    """A name of the contract: whether a module must define it, and what it says."""

    name: str
    required: bool
    sentence: str


def names(contract: type) -> Iterator[Name]:
    """The names of a contract: first what must be there, then what may."""
    said = {name: kind.__metadata__[0] for name, kind in contract.__annotations__.items()}
    said |= {
        name: getdoc(f) for name, f in vars(contract).items() if callable(f) and name[0] != "_" and name not in said
    }
    every = [
        Name(name, not hasattr(contract, name) or name not in contract.__annotations__, text)
        for name, text in said.items()
    ]
    yield from sorted(every, key=lambda entry: not entry.required)


def lacking(module: object, contract: type) -> list[Name]:
    """What a module must define and does not."""
    return [entry for entry in names(contract) if entry.required and not hasattr(module, entry.name)]
