"""The contract: every rule, every experiment and every pair of them is documented, bounded, reproducible and finite,
keeps its promise, and has no dead slider. A new file is checked by being there.
"""

import contract
import pytest

from engine.parameters import fields
from engine.registry import experiments, find, rules
from engine.settings import schema

PAIRS = [(experiment, rule) for experiment in experiments() for rule in rules()]
OWN_FLAGS = {
    "experiment",
    "rule",
    "name",
    "seed",
    "tier",
    "format",
    "out",
    "deadline_s",
    "help",
    "command",
    "spec",
    "theme",
    "level",
    "v",
}


def test_rule_is_documented(rule):
    contract.check_rule(find("rule", rule))


def test_experiment_is_documented(experiment):
    contract.check_experiment(find("experiment", experiment))
    contract.check_presets(experiment)


@pytest.mark.parametrize(("experiment", "rule"), PAIRS)
def test_parameters_are_declared_well(experiment, rule):
    contract.check_fields(schema(experiment, rule).values())


def test_no_parameter_is_called_like_an_option_of_the_command_line_or_the_link():
    assert {name for experiment, rule in PAIRS for name in schema(experiment, rule)} & OWN_FLAGS == set()


def test_no_two_groups_share_a_name(experiment):
    others = [
        name
        for name, field in schema(experiment, find("experiment", experiment).DEFAULT_RULE).items()
        if field.group != "experiment"
    ]
    assert set(fields(find("experiment", experiment).Params)) & set(others) == set()


@pytest.mark.parametrize(("experiment", "rule"), PAIRS)
def test_run_is_reproducible_finite_and_as_declared(experiment, rule):
    contract.check_run(experiment, rule, **contract.quick(experiment))


def test_promise_holds_and_its_lesion_breaks_it(rule):
    contract.check_promise(rule)


def test_no_slider_is_dead(experiment):
    rule = find("experiment", experiment).DEFAULT_RULE
    assert contract.dead(experiment, rule, contract.in_use(experiment, rule)) == []


def test_nothing_that_a_rule_sets_is_dead(rule):
    assert contract.dead_in_rule(rule) == []


def test_rows_without_use_are_the_ones_that_wait_for_the_late_phase():
    unused = [row for row in _rows() if all(row not in world.ROWS for world in experiments().values())]
    assert unused == ["consolidation"]


def _rows() -> list[str]:
    """Rows of the modulation matrix."""
    cells = [
        n.removesuffix("_by_da") for n, f in schema(*PAIRS[0]).items() if f.group == "matrix" and n.endswith("_by_da")
    ]
    assert len(cells) == 13
    return cells


def pytest_generate_tests(metafunc):
    """Run tests that ask for a rule or an experiment over all of them."""
    if "rule" in metafunc.fixturenames and "experiment" not in metafunc.fixturenames:
        metafunc.parametrize("rule", list(rules()))
    elif "experiment" in metafunc.fixturenames and "rule" not in metafunc.fixturenames:
        metafunc.parametrize("experiment", list(experiments()))
