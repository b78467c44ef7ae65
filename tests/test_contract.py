"""The contract: every rule, every experiment and every pair of them is documented, bounded, reproducible and finite,
keeps its promise, and has no dead slider. A new file is checked by being there.
"""

import re

import contract
import pytest

from engine.modulators import MODULATORS
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

# What wakes a parameter: settings under which moving it must change the run. The first pattern that fits counts; `M`
# stands for a modulator. An experiment may add its own as `WAKES`, and as `QUICK` what makes a run short; settings that
# an experiment does not have are left out.
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
OWN_WAKES = {
    "pairing": {
        r"after_from_s": {"da_after_nm": 200.0},
        r"burst_after|rate_hz": REPEATED,
        r"burst_spike_hz": {"burst_spikes": 3},
        r"view": {"observe_s": 20.0},
        r"swept": {f"{m}_burst_nm": 300.0 for m in MODULATORS} | {"ltp_gate_by_ach": 1.0, "ltp_gate_by_ht": -1.0},
    },
    "credit": {r"gate_source": {"inhibition_mv": 20.0}, r"coincidence_ms": {"coincidence_ms": 5.0}},
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
    contract.check_run(experiment, rule, **quick(experiment))


def test_promise_holds_and_its_lesion_breaks_it(rule):
    contract.check_promise(rule)


def test_no_slider_is_dead(experiment):
    world, runs = find("experiment", experiment), {}
    awake = [name for name in schema(experiment, world.DEFAULT_RULE) if not asleep(world, name)]
    dead = [
        n for n in awake if not contract.check_alive(experiment, world.DEFAULT_RULE, n, waking(experiment, n), runs)
    ]
    assert dead == []


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


def asleep(world, name: str) -> bool:
    """A cell of a matrix row that the experiment declares it has no use for."""
    row, by, _ = name.rpartition("_by_")
    return bool(by) and row not in world.ROWS


def quick(experiment: str) -> dict:
    """Settings that make a run of the experiment short."""
    return getattr(find("experiment", experiment), "QUICK", {})


def waking(experiment: str, name: str) -> dict:
    """The settings under which parameter `name` acts."""
    world = find("experiment", experiment)
    spec = schema(experiment, world.DEFAULT_RULE)
    for pattern, settings in {**OWN_WAKES.get(experiment, {}), **getattr(world, "WAKES", {}), **WAKES}.items():
        for m in MODULATORS if "M" in pattern else [""]:
            if re.fullmatch(pattern.replace("M", m), name):
                named = {key.replace("M", m): value for key, value in settings.items()}
                return quick(experiment) | {key: value for key, value in named.items() if key in spec}
    return quick(experiment)


def pytest_generate_tests(metafunc):
    """Run tests that ask for a rule or an experiment over all of them."""
    if "rule" in metafunc.fixturenames and "experiment" not in metafunc.fixturenames:
        metafunc.parametrize("rule", list(rules()))
    elif "experiment" in metafunc.fixturenames and "rule" not in metafunc.fixturenames:
        metafunc.parametrize("experiment", list(experiments()))
