"""One file is enough: a rule, an experiment and a panel from a folder outside of the project are found everywhere, and
keep the contract.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import contract
import pytest

from components import api, declarations, panels, url
from components.theme import theme
from engine import registry, settings
from engine.export import FORMATS, export
from engine.parameters import fields
from engine.run import run_settings
from engine.settings import make, repair, schema

ROOT = Path(__file__).parents[1]
SEEN = (
    registry.rules,
    registry.experiments,
    settings.schema,
    settings.all_names,
    panels.panels,
    declarations.declarations,
)
OWN = ("engine.rules.novel_2026", "engine.experiments.fading", "components.panels.fading_curve")


def forget() -> None:
    """Let the registries look again."""
    for remembered in SEEN:
        remembered.cache_clear()
    for name in OWN:
        sys.modules.pop(name, None)


@pytest.fixture
def extra(tmp_path, monkeypatch):
    """A folder with one file of each kind, named in the environment."""
    shutil.copytree(
        ROOT / "tests" / "extra", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setenv("THIRD_FACTOR_EXTRA", str(tmp_path))
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def command(folder: Path, *words: str) -> subprocess.CompletedProcess:
    """`python -m engine ...` as a visitor of the extra folder would call it."""
    env = os.environ | {"THIRD_FACTOR_EXTRA": str(folder), "THIRD_FACTOR_CACHE": str(folder / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "engine", *words], env=env, cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_a_new_rule_keeps_the_contract(extra):
    contract.check_rule(registry.find("rule", "novel_2026"))
    contract.check_promise("novel_2026")
    for experiment in registry.experiments():
        contract.check_fields(schema(experiment, "novel_2026").values())
    contract.check_run("pairing", "novel_2026")
    assert contract.dead_in_rule("novel_2026") == []


def test_a_new_experiment_keeps_the_contract(extra):
    world = registry.find("experiment", "fading")
    contract.check_experiment(world)
    contract.check_presets("fading")
    for rule in registry.rules():
        contract.check_fields(schema("fading", rule).values())
        contract.check_run("fading", rule, **contract.quick("fading"))
    acts = [*fields(world.Params), "tau_e_ms", "ltd_decay_ratio"]  # all others belong to synapses, and there are none
    assert contract.dead("fading", world.DEFAULT_RULE, acts) == []


def test_a_new_panel_keeps_the_contract(extra):
    contract.check_panel(panels.panels()["fading_curve"])


def test_a_parameter_that_does_nothing_is_seen(extra):
    assert contract.dead("fading", "pair_stdp", ["watched_s", "w_max"]) == ["w_max"]


@pytest.mark.parametrize(("kind", "name"), [("rule", "novel_2026"), ("experiment", "fading")])
def test_a_misspelt_optional_name_is_seen(extra, kind, name):
    path = extra / f"{kind}s" / f"{name}.py"
    path.write_text(path.read_text().replace("WAKES = ", "WAKE = "))
    with pytest.raises(AssertionError, match="WAKES"):
        {"rule": contract.check_rule, "experiment": contract.check_experiment}[kind](registry.find(kind, name))


def test_a_new_file_is_a_state_a_link_and_a_file(extra):
    state, problems = repair({"experiment": "fading", "rule": "novel_2026", "watched_s": "5"})
    assert problems == [] and state["watched_s"] == 5.0
    assert "watched_s" in repair({"experiment": "fading", "watched_s": 99})[1][0]
    assert url.decode(url.encode(state))[0] == state
    assert "watched_s is not a parameter of the experiment 'pairing'" in repair({"watched_s": 1})[1][0]
    assert all(export(run_settings(state), form) for form in FORMATS)


def test_a_new_file_is_on_the_page(extra):
    assert list(panels.panels_of("fading")) == ["fading_curve"]
    assert panels.panels()["fading_curve"].figure(run_settings(make("fading")), theme("light"))["data"]
    reply = api.answer({"kind": "open", "n": 1, "query": "experiment=fading&rule=novel_2026&watched_s=5&v=1"})
    declared = reply["declarations"]
    assert (
        reply["notices"] == []
        and reply["state"]["values"] == {"watched_s": 5.0}
        and list(reply["panels"]) == ["fading_curve"]
    )
    assert "fading" in [e["name"] for e in declared["experiments"]] and "novel_2026" in [
        r["name"] for r in declared["rules"]
    ]
    assert {"watched_s", "trace"} <= {field["name"] for field in declared["fields"]}


def test_a_new_file_is_on_the_command_line(extra):
    listed = command(extra, "list").stdout
    assert "How long does a trace last?" in listed and "LTP by 5-HT alone" in listed
    assert "watched_s" in command(extra, "describe", "fading").stdout
    assert "ltp_gate_by_ht = 1" in command(extra, "describe", "novel_2026").stdout
    result = command(
        extra, "run", "fading", "--rule", "novel_2026", "--watched-s", "1.5", "--tau-e-ms", "500", "--format", "json"
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["outputs"]["half_s"]["values"] == pytest.approx(0.34657359)


def test_the_reference_of_the_project_does_not_mention_it(extra):
    assert command(extra, "docs", "--check").returncode == 0


@pytest.mark.parametrize(
    ("kind", "name"), [("rules", "novel_2026"), ("experiments", "fading"), ("panels", "fading_curve")]
)
def test_a_file_that_lacks_something_is_refused_with_its_name(extra, kind, name):
    (extra / kind / f"{name}.py").write_text('"""Nothing in it."""\nTITLE = "Nothing"\n')
    with pytest.raises(TypeError, match=rf"{kind}/{name}.py does not define \w+ \(.+\)"):
        {"rules": registry.rules, "experiments": registry.experiments, "panels": panels.panels}[kind]()


def test_a_name_that_no_parameter_has_is_refused_with_the_nearest(extra):
    path = extra / "rules" / "novel_2026.py"
    path.write_text(path.read_text().replace('"eta_per_s"', '"eta_pers"'))
    with pytest.raises(TypeError, match="novel_2026.*'eta_pers'.*'eta_per_s'"):
        schema("pairing", "novel_2026")
