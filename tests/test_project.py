"""The project around the code: requirements, container, and habits that a machine can hold."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from statistics import median
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import app
from engine.contract import CONTRACTS, Experiment, Panel, Rule, names
from engine.reference import own
from engine.registry import experiments, rules
from engine.settings import DEFAULT_EXPERIMENT

ROOT = Path(__file__).parents[1]
CODE = sorted([*ROOT.glob("engine/**/*.py"), *ROOT.glob("components/**/*.py"), *ROOT.glob("app.py")])
LONGEST_FUNCTION = 60
LONGEST_MEDIAN = 12

# The lowest versions without a known hole or fault that matters here.
FLOORS = {
    "dash": "4.4.1",  # job handles were believed verbatim (dash#3902)
    "plotly": "7.1.0",  # plotly.js 4: far above CVE-2023-46308
    "flask": "3.1.3",  # GHSA-68rp-wp8r-4726
    "werkzeug": "3.1.6",  # CVE-2026-27199, CVE-2026-21860
    "gunicorn": "26.1.0",  # header hardening, duplicate Host
    "flask-caching": "2.5.1",  # two sets of values, one key (#656)
    "orjson": "3.11.6",  # CVE-2025-67221
}
UNWANTED = {"diskcache", "nbconvert"}  # CVE-2025-69872 without a fix; PYSEC-2022-249


def requirements(file: str) -> dict[str, Requirement]:
    """The requirements of a file by name."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text().splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("-r")]
    return {canonicalize_name(r.name): r for r in found}


def lowest(requirement: Requirement) -> Version:
    """The lowest version that a requirement lets in."""
    return min(Version(s.version) for s in requirement.specifier if s.operator in ("==", ">="))


def needs(name: str) -> set[str]:
    """What an installed package requires here, without its extras."""
    found = (Requirement(text) for text in metadata.requires(name) or [])
    return {canonicalize_name(r.name) for r in found if r.marker is None or r.marker.evaluate({"extra": ""})}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned(file):
    loose = [name for name, r in requirements(file).items() if [s.operator for s in r.specifier] != ["=="]]
    assert loose == (["numpy"] if file == "requirements.txt" else [])


def direct(file: str) -> dict[str, str]:
    """The direct requirements of a file by name, with the word why that stands behind."""
    text = (ROOT / file).read_text().partition("# needed by the above")[0]
    lines = (line.partition("#") for line in text.splitlines() if line and line[0] not in "#-")
    return {canonicalize_name(Requirement(line.strip()).name): why.strip() for line, _, why in lines}


def imported() -> set[str]:
    """The packages that the application imports, by the names under which they are installed."""
    modules = {name.split(".")[0] for path in CODE for name in imports(path)} - sys.stdlib_module_names
    owner = metadata.packages_distributions()
    return {canonicalize_name(owner[name][0]) for name in modules - {"app", "components", "engine"}}


def imports(path: Path) -> list[str]:
    """The modules that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    froms = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return froms + [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]


def test_every_direct_requirement_is_imported_or_says_why():
    idle = {name for name, why in direct("requirements.txt").items() if not why} - imported()
    assert idle == set()


def test_every_import_is_a_direct_requirement():
    assert imported() - set(direct("requirements.txt")) == set()


def test_every_floor_is_of_a_package_that_is_listed():
    assert set(FLOORS) - set(requirements("requirements.txt")) == set()


def test_requirements_are_complete():
    listed = requirements("requirements.txt")
    assert {name: missing for name in listed if (missing := needs(name) - set(listed))} == {}
    listed |= requirements("requirements-dev.txt")
    assert {name: missing for name in listed if (missing := needs(name) - set(listed))} == {}


def test_requirements_are_what_is_installed():
    listed = requirements("requirements.txt") | requirements("requirements-dev.txt")
    other = {
        name: metadata.version(name) for name, r in listed.items() if not r.specifier.contains(metadata.version(name))
    }
    assert other == {}


def test_requirements_keep_the_version_floors():
    listed = requirements("requirements.txt")
    below = {name: floor for name, floor in FLOORS.items() if name in listed and lowest(listed[name]) < Version(floor)}
    assert below == {}
    assert not UNWANTED & set(listed)
    assert not [name for name, r in listed.items() if r.extras], (
        "dash[celery] and dash[testing] pull in versions below the floors"
    )


def test_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    engine = re.search(r'__version__ = "(.+)"', (ROOT / "engine/__init__.py").read_text())[1]
    assert project["version"] == citation["version"] == engine


def dockerfile() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, argument)."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line and not line.startswith("#")]


def test_container_is_small_and_unprivileged():
    steps = dockerfile()
    of = lambda word: [argument for step, argument in steps if step == word]  # noqa: E731
    assert all(re.match(r"python:3\.\d+-slim\b", base) for base in of("FROM"))
    assert len(of("FROM")) == 2, "packages are built in a stage of their own"
    assert of("USER") == ["10001"]
    assert steps.index(("USER", "10001")) < next(i for i, (_, argument) in enumerate(steps) if "app.warm()" in argument)
    assert "/healthz" in of("HEALTHCHECK")[0]
    assert of("EXPOSE") == ["8050"]
    assert of("CMD")[0].startswith('["gunicorn"')
    assert "NUMBA_CPU_NAME=generic" in of("ENV")[0], "kernels built on one machine must run on another"
    assert "THIRD_FACTOR_CACHE=" in of("ENV")[0]
    assert not of("ADD")


def test_container_gets_only_what_it_runs():
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    assert {
        "!app.py",
        "!engine",
        "!components",
        "!assets",
        "!lessons",
        "!requirements.txt",
        "!gunicorn.conf.py",
    } <= set(lines)


def test_compose_takes_every_right_away():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["mem_limit"], name
        assert 0 < service["pids_limit"] <= 512, name
        assert any(mount.startswith("/tmp") for mount in service["tmpfs"]), name
        assert not {"privileged", "network_mode", "pid", "cap_add", "devices"} & set(service), name
        assert "docker.sock" not in str(service), name


def test_gunicorn_keeps_no_back_door():
    values = {}
    exec(compile((ROOT / "gunicorn.conf.py").read_text(), "gunicorn.conf.py", "exec"), values)
    assert values["control_socket_disable"] is True
    assert values["worker_class"] == "gthread"
    assert values["max_requests"] == 0
    assert values["bind"].startswith("127.0.0.1:")


def functions() -> list[tuple[str, str, int]]:
    """Every function: where, its name, its lines without signature and docstring."""
    found = []
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[ast.get_docstring(node) is not None :]
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                found.append((str(path.relative_to(ROOT)), node.name, lines))
    return found


def test_functions_are_short():
    long = [
        f for f in functions() if f[2] > LONGEST_FUNCTION and not ("components/panels" in f[0] and "figure" in f[1])
    ]
    assert long == []
    assert median(lines for _, _, lines in functions()) <= LONGEST_MEDIAN


def called(node: ast.Call) -> str:
    """Name of what is called: `eval`, `np.load`."""
    return ast.unparse(node.func)


def forbidden(tree: ast.AST) -> list[str]:
    """Things that turn data into code, or crash a threaded server."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            found += sorted(names & {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"})
        if isinstance(node, ast.Call):
            given = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
            found += [called(node)] if called(node) in {"eval", "exec", "pd.read_pickle"} else []
            found += ["np.load"] if called(node) == "np.load" and given.get("allow_pickle") is not False else []
            found += ["parallel=True"] if given.get("parallel") else []
            found += ["dangerously_allow_html"] if "dangerously_allow_html" in given else []
    return found


# Machine code is code: the cache of kernels reads what this program wrote into a folder of its own, behind a checksum (decision 18)
OWN_CODE = {"engine/kernel.py": ["pickle"]}


def test_code_never_turns_data_into_code():
    found = {str(path.relative_to(ROOT)): forbidden(ast.parse(path.read_text())) for path in CODE}
    assert {name: what for name, what in found.items() if what} == OWN_CODE


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from pickle import loads",
        "eval(text)",
        "np.load(file)",
        "njit(parallel=True)",
        "Markdown(dangerously_allow_html=True)",
    ],
)
def test_forbidden_things_are_seen(line):
    assert forbidden(ast.parse(line))


HOLDERS = {
    "world": Experiment,
    "law": Rule,
    "rule": Rule,
    "panel": Panel,
    "find('experiment'": Experiment,
    "find('rule'": Rule,
}


def asked(tree: ast.AST) -> set[tuple[type, str]]:
    """What a file asks a rule, an experiment or a panel for: `world.ROWS`, `getattr(law, "DEFAULTS", {})`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            holder, name = node.value, node.attr
        elif (
            isinstance(node, ast.Call)
            and called(node) in ("getattr", "hasattr")
            and isinstance(node.args[1], ast.Constant)
        ):
            holder, name = node.args[0], node.args[1].value
        else:
            continue
        words = ast.unparse(holder).partition(",")[0].removeprefix("settings.").removeprefix("run.settings.")
        if words in HOLDERS:
            found.add((HOLDERS[words], name))
    return found


def test_the_code_asks_modules_only_for_names_of_the_contract():
    known = {(contract, entry.name) for contract in CONTRACTS for entry in names(contract)}
    asks = set().union(*(asked(ast.parse(path.read_text())) for path in [*CODE, *ROOT.glob("tests/**/*.py")]))
    assert {(kind.__name__, name) for kind, name in asks - known if name.isupper()} == set()
    assert {(kind.__name__, name) for kind, name in known - asks} == set(), "names that nothing reads"


@pytest.mark.parametrize(
    "line",
    ["world.ROWS", "settings.world.ROWS", "getattr(world, 'ROWS', ())", "hasattr(find('experiment', name), 'ROWS')"],
)
def test_what_is_asked_of_a_module_is_seen(line):
    assert asked(ast.parse(line)) >= {(Experiment, "ROWS")}


def project_files() -> list[Path]:
    """All text files of the project, without what a tool has made."""
    hidden_but_ours = {".ci", ".gitignore", ".dockerignore", ".github"}
    made = {"__pycache__", "test-results"}
    top = [p for p in ROOT.iterdir() if p.name in hidden_but_ours or not p.name.startswith(".")]
    paths = [p for entry in top for p in ([entry] if entry.is_file() else entry.rglob("*"))]
    text = {"", ".py", ".md", ".txt", ".toml", ".yaml", ".yml", ".cff", ".js", ".css", ".json", ".svg", ".html"}
    return [p for p in paths if p.is_file() and p.suffix in text and not made & set(p.parts)]


def test_no_path_of_one_machine():
    machine = re.compile(r"(?<![\w.:])/(home/\w|root/|Users/\w|work/|opt/pypi)")
    assert [str(p.relative_to(ROOT)) for p in project_files() if machine.search(p.read_text())] == []


def test_nothing_is_left_to_do():
    mark = re.compile(r"(#|//|/\*)\s*(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert [str(p.relative_to(ROOT)) for p in project_files() if mark.search(p.read_text())] == []


def test_every_decision_is_in_the_index():
    index = (ROOT / "docs/decisions/README.md").read_text()
    files = sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))
    linked = [(int(number), file) for number, file in re.findall(r"\[(\d+)\]\((.+?\.md)\)", index)]
    assert linked == [(int(name[:4]), name) for name in files], "each once, in order"
    assert len({name[:4] for name in files}) == len(files), "a number is given once"


def test_readme_names_every_rule_and_every_experiment():
    text = (ROOT / "README.md").read_text()
    assert [name for name in own(rules()) if f"`{name}`" not in text] == []
    assert [name for name in own(experiments()) if f"*{name.capitalize()}*" not in text] == []


def test_the_address_stands_on_its_own_line_before_what_is_still_being_prepared(monkeypatch, capsys):
    served = SimpleNamespace(server_port=8050, serve_forever=lambda: None)
    monkeypatch.setattr("app.make_server", lambda *_, **__: served)
    monkeypatch.setattr("app.arguments", lambda: SimpleNamespace(host="127.0.0.1", port=0))
    monkeypatch.setattr(
        "app.threading.Thread", lambda target, kwargs, **_: SimpleNamespace(start=lambda: target(**kwargs))
    )
    monkeypatch.setattr("components.site.api.shown", lambda *_: None)
    monkeypatch.setattr("components.site.READY", SimpleNamespace(set=lambda: None))
    app.main()
    lines = capsys.readouterr().out.splitlines()
    address = next(k for k, line in enumerate(lines) if "http" in line)
    assert re.fullmatch(r"Third Factor is at http://127\.0\.0\.1:8050 .*", lines[address])
    assert [line.split()[0] for line in lines[:address]] == ["Preparing", DEFAULT_EXPERIMENT.capitalize()]
    assert [line.split()[1].strip(";") for line in lines[address + 1 :: 2]] == [
        n for n in experiments() if n != DEFAULT_EXPERIMENT
    ]


PLANTED = {
    "an experiment that imports another": ("engine/experiments/credit.py", "from engine.experiments import pairing"),
    "a rule that imports another": ("engine/rules/he_2015.py", "from engine.rules import pair_stdp"),
    "an engine that knows the page": ("engine/run.py", "from components import theme"),
}


@pytest.mark.parametrize("case", list(PLANTED))
def test_the_contracts_of_imports_can_fail(tmp_path, case):
    """A planted import breaks its contract, in a copy of the sources."""
    for folder in ("engine", "components"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    name, line = PLANTED[case]
    path = tmp_path / name
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert found.returncode == 1 and "BROKEN" in found.stdout, found.stdout + found.stderr


def test_what_the_benchmark_of_edits_edits_is_there():
    from benchmarks.edits import EDITS

    assert [title for title, (name, old, _, _) in EDITS.items() if old not in (ROOT / name).read_text("utf-8")] == []
