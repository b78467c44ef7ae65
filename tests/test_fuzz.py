"""States at the edges of what is allowed, and beyond: every one is refused with a sentence or gives finite numbers and a whole sentence.

The same states every time in `make test`; `make fuzz` draws others. What was found before stands in `FOUND`.
"""

import os
import re

import contract
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.api import effect
from engine.experiments import pairing
from engine.grid import TURN, fill_grid
from engine.registry import experiments, find, rules
from engine.run import run_settings
from engine.settings import make, repair, schema

TINY = (5e-324, 1e-300, -1e-300, 1e-12)
BAD_WORDS = re.compile(r"\b(nan|inf|None)\b")
FUZZING = bool(os.environ.get("THIRD_FACTOR_FUZZ"))
FEW = settings(
    max_examples=150 if FUZZING else 12,
    suppress_health_check=list(HealthCheck),
)


def edges(field) -> list:
    """The values of a parameter that are most likely to break something."""
    p = field.param
    if field.kind is str:
        return list(p.choices)
    lo, hi = p.lo, p.hi
    inside = [lo, hi, field.default, *field.slider]
    if field.kind is int:
        return sorted({int(v) for v in (*inside, lo + 1, hi - 1)})
    return [*inside, lo + (hi - lo) * 1e-9, hi - (hi - lo) * 1e-9, *TINY, *(lo + t for t in TINY)]


@st.composite
def edge_states(draw, experiment: str):
    """A rule and one to three parameters at their edges, on top of a short run."""
    rule = draw(st.sampled_from(sorted(rules())))
    spec, quick = schema(experiment, rule), getattr(find("experiment", experiment), "QUICK", {})
    names = draw(st.lists(st.sampled_from(sorted(set(spec) - set(quick))), min_size=1, max_size=3, unique=True))
    chosen = {name: draw(st.sampled_from(edges(spec[name]))) for name in names}
    return {"experiment": experiment, "rule": rule, "seed": draw(st.sampled_from((0, 1, 2**31 - 1)))} | quick | chosen


def check(state: dict) -> None:
    """Refused with sentences, or run: finite numbers, a sentence without holes."""
    known, problems = repair(state)
    assert all(len(problem) < 400 for problem in problems), problems
    run = run_settings(known, "live")
    contract.check_arrays(run)
    sentence = effect(known, run)
    assert not BAD_WORDS.search(sentence), sentence


@pytest.mark.parametrize("experiment", sorted(experiments()))
def test_extreme_states_are_refused_or_give_finite_numbers_and_a_whole_sentence(experiment):
    @FEW
    @given(edge_states(experiment))
    def looked_at(state):
        check(state)

    looked_at()


FOUND = {
    "a schedule without its last cue": {"experiment": "conditioning", "schedule": "compound", "trials": 22},
    "a receptor that binds in no time": {"experiment": "pairing", "da_on_ms": 1e-300},
    "a receptor that unbinds in no time": {"experiment": "pairing", "da_off_ms": 5e-324},
    "a trace that rises in no time": {"experiment": "pairing", "tau_rise_ms": 1e-300},
}


@pytest.mark.parametrize("case", sorted(FOUND))
def test_a_state_that_once_broke_something(case):
    check(FOUND[case])


def test_a_grid_that_would_be_too_long_is_counted_only_to_its_bound():
    """What a run would cost is found without allocating it."""
    taus = pairing.physics_of(make("pairing").values).taus
    marks = np.arange(0.0, 3000.0, 0.5)
    kinds = np.full(marks.size, TURN)
    assert fill_grid(marks, kinds, taus).size >= marks.size and fill_grid(marks, kinds, taus, 1000).size == 1001
