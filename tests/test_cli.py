"""The command line: everything reachable, every mistake one sentence with exit code 2."""

import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import engine
from engine import __main__ as cli
from engine import reference
from engine.export import FORMULA_STARTS, citation, export, guarded, one_cell
from engine.registry import experiments, find, rules
from engine.run import run_settings
from engine.settings import make, schema

ROOT = Path(__file__).parents[1]
LIVE = ("--tier", "live")


def call(capsys, *words: str) -> tuple[int, str, str]:
    """Exit code, output and complaints of one command."""
    code = cli.main(list(words))
    return code, *capsys.readouterr()


def refused(capsys, *words: str) -> str:
    """The sentence with which a command is refused."""
    code, out, sentence = call(capsys, *words)
    assert code == 2 and out == "" and sentence.count("\n") == 1 and len(sentence) < 600, (code, sentence)
    assert sentence.strip().endswith((".", "?")) and "Traceback" not in sentence
    return sentence


# Telling what there is


def test_list_names_everything(capsys):
    code, out, _ = call(capsys, "list")
    assert code == 0
    assert all(name in out and world.QUESTION in out for name, world in experiments().items())
    assert all(name in out and law.TITLE in out for name, law in rules().items())


def test_list_is_quick():
    start = time.monotonic()
    subprocess.run([sys.executable, "-m", "engine", "list"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    assert time.monotonic() - start < 10.0, "list should compile nothing"


@pytest.mark.parametrize("name", list(experiments()))
def test_describe_an_experiment(capsys, name):
    _, out, _ = call(capsys, "describe", name)
    world = find("experiment", name)
    for field in schema(name, world.DEFAULT_RULE).values():
        parts = (field.param.doc, field.unit, field.format(field.default), cli.allowed(field))
        assert any(
            line.split()[:1] == [field.name] and all(part in line for part in parts) for line in out.splitlines()
        ), field.name
    assert all(text in out for text in (*world.PAPERS, *world.OUTPUTS))


@pytest.mark.parametrize("name", list(rules()))
def test_describe_a_rule(capsys, name):
    _, out, _ = call(capsys, "describe", name)
    law = find("rule", name)
    assert all(text in out for text in (law.SUMMARY, law.PROMISE, *law.PAPERS, *law.MATRIX, *law.LESION))


@pytest.mark.parametrize("name", list(experiments()))
def test_help_of_run_explains_every_flag(capsys, name):
    with pytest.raises(SystemExit) as end:
        cli.main(["run", name, "--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0
    for field in schema(name, find("experiment", name).DEFAULT_RULE).values():
        assert f"{cli.flag(field.name)} " in out and field.param.doc in out and cli.allowed(field) in out


# Mistakes


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ([], ["list, describe, run, docs"]),
        (["lst"], ["'lst'", "'list'"]),
        (["list", "x"], ["'x'"]),
        (["describe"], ["required", "name"]),
        (["describe", "parring"], ["'parring'", "'pairing'"]),
        (["run"], ["required", "name"]),
        (["run", "paring"], ["'paring'", "'pairing'"]),
        (["run", "pairing", "--rule", "izhikevich"], ["'izhikevich'", "'izhikevich_2007'"]),
        (["run", "pairing", "--tau-e", "500"], ["'--tau-e'", "'--tau-e-ms'"]),
        (["run", "pairing", "--duration-s", "500"], ["'--duration-s'"]),
        (["run", "pairing", "--tau-e-ms"], ["--tau-e-ms", "expected one argument"]),
        (["run", "pairing", "--tau-e-ms", "abc"], ["tau_e_ms = 'abc'", "not a number", "ms"]),
        (["run", "pairing", "--tau-e-ms", "9"], ["tau_e_ms = 9 ms", "[10, 600000] ms"]),
        (["run", "pairing", "--tau-e-ms", "nan"], ["tau_e_ms = nan", "finite", "ms"]),
        (["run", "pairing", "--da-burst-nm", "-1e9"], ["-1e+09 nM", "[-5000, 5000] nM"]),
        (["run", "pairing", "--da-burst-nm", "-inf"], ["-inf", "[-5000, 5000] nM"]),
        (["run", "pairing", "--da-receptor", "hil"], ["'hil'", "'hill'"]),
        (["run", "pairing", "--seed", "1.5"], ["seed = '1.5'", "whole number"]),
        (["run", "pairing", "--tier", "lve"], ["'lve'", "live"]),
        (["run", "pairing", "--format", "xls"], ["'xls'", "csv"]),
        (["run", "pairing", "--deadline-s", "soon"], ["'soon'", "seconds"]),
        (["run", "pairing", "--deadline-s", "-1"], ["'-1'", "above 0"]),
        (["run", "pairing", "again"], ["'again'"]),
        (
            ["run", "pairing", "--pairings", "200", "--da-pulses", "50", "--ach-pulses", "50", "--ach-burst-nm", "1"],
            ["20000", "pulses"],
        ),
        (["docs", "--chek"], ["'--chek'"]),
    ],
)
def test_mistakes_are_one_sentence(capsys, words, parts):
    sentence = refused(capsys, *words)
    assert all(part in sentence for part in parts), sentence


def test_a_number_below_zero_is_a_value(capsys):
    code, out, _ = call(capsys, "run", "pairing", *LIVE, "--da-burst-nm", "-1e1", "--dt-ms", "-10", "--format", "json")
    assert code == 0 and json.loads(out)["changed"] == {"da_burst_nm": -10.0, "dt_ms": -10}


# Runs and files


@pytest.mark.parametrize("form", ["csv", "json", "npz"])
def test_the_end_of_the_name_is_the_format(capsys, tmp_path, form):
    path = tmp_path / f"run.{form}"
    assert call(capsys, "run", "pairing", *LIVE, "--seed", "3", "--tau-e-ms", "500", "--out", str(path)) == (0, "", "")
    run = engine.run("pairing", seed=3, tau_e_ms=500, tier="live")
    assert path.read_bytes() == export(run, form) or form == "npz"
    assert list(tmp_path.iterdir()) == [path], "nothing else is left behind"


def test_csv_is_one_table_under_comments():
    run = engine.run("pairing", tier="live", tau_e_ms=500)
    lines = export(run, "csv").decode().splitlines()
    comments = [line for line in lines if line.startswith("#")]
    rows = list(csv.reader(lines[len(comments) :]))
    table = {name: [row[k] for row in rows[1:]] for k, name in enumerate(rows[0])}
    assert all(len(row) == len(rows[0]) for row in rows)
    assert (
        "tau_e_ms = 500" in comments[1]
        and engine.__version__ in comments[0]
        and all("," not in line for line in comments)
    )
    for name, values in (
        ("weight", run.weight),
        ("concentration_nm.ach", run.concentration_nm[1]),
        ("final_percent", run.final_percent),
    ):
        column = [cell for cell in table[name] if cell]
        assert np.array(column, float).tobytes() == np.atleast_1d(values).astype(float).tobytes()


def test_csv_is_read_by_numpy():
    text = export(engine.run("pairing", tier="live"), "csv").decode()
    comments = sum(line.startswith("#") for line in text.splitlines())
    table = np.genfromtxt(io.StringIO(text), delimiter=",", names=True, skip_header=comments)
    assert np.isfinite(table["weight"]).all() and np.isnan(table["final_percent"][1:]).all()


def test_json_and_npz_carry_the_same_run(tmp_path):
    run = engine.run("credit", tier="live", duration_s=5)
    told = json.loads(export(run, "json"))
    with np.load(io.BytesIO(export(run, "npz")), allow_pickle=False) as archive:
        assert set(archive.files) == {*run.arrays, "about"}
        assert all(archive[name].tobytes() == array.tobytes() for name, array in run.arrays.items())
        assert json.loads(str(archive["about"])) == {k: v for k, v in told.items() if k != "outputs"}
    assert told["outputs"]["t_s"]["unit"] == "s" and told["outputs"]["t_s"]["values"] == run.t_s.tolist()
    again = engine.run(told["experiment"], told["rule"], told["seed"], tier=told["tier"], **told["settings"])
    assert again.digest == told["digest"]


def test_json_has_null_for_what_is_no_number():
    burst = json.loads(export(engine.run("pairing", tier="live"), "json"))["outputs"]["burst_s"]["values"]
    assert burst[0] == 0.4 and burst[1:] == [None] * 3


def test_citation_names_rule_and_experiment():
    run = engine.run("pairing", "seol_2007", tier="live")
    assert citation(run)[1:] == [*find("rule", "seol_2007").PAPERS, *find("experiment", "pairing").PAPERS]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_is_a_formula(start):
    assert guarded(f"{start}1+1").startswith("'") and guarded("weight") == "weight"
    assert "\n" not in one_cell(f"a,{start}b\n{start}c") and "," not in one_cell(f"a,{start}b")


# Where it goes wrong


def test_folders_and_missing_folders_are_refused_before_the_run(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "run_settings", lambda *_: pytest.fail("it ran"))
    assert "it is a folder" in refused(capsys, "run", "pairing", "--out", str(tmp_path))
    assert "there is no folder" in refused(capsys, "run", "pairing", "--out", str(tmp_path / "none" / "run.csv"))


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "No space left"), (errno.EACCES, "Permission denied"), (errno.EROFS, "Read-only")],
)
def test_what_cannot_be_written_is_one_sentence_and_the_old_file_stays(capsys, tmp_path, monkeypatch, code, words):
    def refuse(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    path = tmp_path / "run.csv"
    path.write_text("old")
    monkeypatch.setattr(cli.os, "replace" if code == errno.ENOSPC else "fdopen", refuse)
    sentence = refused(capsys, "run", "pairing", *LIVE, "--out", str(path))
    assert f"Cannot write {path}: {words}" in sentence
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only where there is a full device")
def test_a_full_device_is_one_sentence(capsys):
    assert "No space left" in refused(capsys, "run", "pairing", *LIVE, "--out", "/dev/full")


def test_deadline_writes_what_there_is(capsys, tmp_path):
    path = tmp_path / "run.json"
    code, _, words = call(
        capsys, "run", "credit", "--tier", "job", "--duration-s", "600", "--deadline-s", "0.001", "--out", str(path)
    )
    told = json.loads(path.read_bytes())
    assert code == 0 and told["partial"] and "partial" in words and "% of the run" in words
    assert told["outputs"]["t_s"]["values"][-1] < 600


def start(*words: str, **kwargs) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "engine", *words], cwd=ROOT, stderr=subprocess.PIPE, **kwargs)


def test_ctrl_c_ends_a_job_and_keeps_what_there_is(tmp_path):
    run_settings(make("credit", duration_s=5), "live")  # compiled before
    path = tmp_path / "run.json"
    process = start("run", "credit", "--tier", "job", "--duration-s", "3600", "--input-hz", "11", "--out", str(path))
    while b"%" not in (seen := process.stderr.read(8)):
        assert seen, "it ended by itself"
    process.send_signal(signal.SIGINT)
    words = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130 and "Stopped by Ctrl-C" in words and "Traceback" not in words
    assert json.loads(path.read_bytes())["partial"]


def test_a_reader_that_goes_away_is_no_error():
    process = start("run", "pairing", *LIVE, stdout=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait(60) == 0


# The reference


def test_reference_is_up_to_date(capsys):
    assert call(capsys, "docs", "--check") == (0, "", "")


def test_reference_names_everything():
    page = reference.page()
    names = [
        *experiments(),
        *rules(),
        *(
            name
            for e in experiments()
            for name, f in schema(e, "pair_stdp").items()
            if f.group in ("experiment", "rule")
        ),
    ]
    assert [name for name in names if f"`{name}`" not in page and f"### {name}" not in page] == []
    assert all(f"`{output}`" in page for world in experiments().values() for output in world.OUTPUTS)


def test_a_stale_page_is_seen_and_written_anew(capsys, tmp_path, monkeypatch):
    page, guide = tmp_path / "docs" / "reference.md", tmp_path / "CONTRIBUTING.md"
    monkeypatch.setattr(reference, "PAGE", page)
    monkeypatch.setattr(reference, "GUIDE", guide)
    guide.write_text(f"Before.\n{reference.BEGIN}a row that nothing reads\n{reference.END}After.\n")
    code, _, words = call(capsys, "docs", "--check")
    sentence = "{} is not what the declarations say; run `make docs`.\n"
    assert code == 1 and words == sentence.format(page.name) + sentence.format(guide.name)
    assert call(capsys, "docs") == (0, "", "") and call(capsys, "docs", "--check")[0] == 0
    written = guide.read_text()
    assert written.startswith("Before.\n") and written.endswith("After.\n")
    assert "`LESION`" in written and "nothing reads" not in written
    for path in (page, guide):
        text = path.read_text()
        path.write_text(text.replace("| name |", "| nome |").replace("# Reference", "# An edit by hand"))
        assert call(capsys, "docs", "--check")[0] == 1
        path.write_text(text)


def test_a_guide_without_its_marks_is_not_written_over():
    with pytest.raises(ValueError, match="CONTRIBUTING.md has lost the lines"):
        reference.guide("All by hand.\n")
