"""The cache of compiled kernels: never stale, and never an error, whatever happens to its folder. Each case runs in processes of its own,
on a copy of the engine with one small kernel that calls another file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine import kernel

ROOT = Path(__file__).parents[1]
PROBE = '''"""A kernel that calls one of another file."""
from engine.kernel import kernel
from engine.neurons import lif_step

@kernel
def twice(v):
    return 2.0 * lif_step(v, 0.0, 0.5)
'''
CALL = "from engine import probe; print(probe.twice(8.0))"
RIGHT = "8.0"
NO_FOLDER = "No folder for compiled kernels can be written"

# Faults that happen before the engine is imported
READ_ONLY = """
import errno, tempfile
def refuse(*args, **kwargs):
    raise OSError(errno.EROFS, "Read-only file system")
tempfile.NamedTemporaryFile = refuse
"""
NO_TEMPORARY_FOLDER = """
import tempfile
def refuse():
    raise FileNotFoundError(2, "No usable temporary directory found")
tempfile.gettempdir = refuse
"""
FULL = """
import errno
from numba.core import caching
def refuse(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")
caching.IndexDataCacheFile._save_index = refuse
"""


class Engine:
    """A copy of the engine, and where it keeps its cache."""

    def __init__(self, root: Path):
        self.root, self.cache = root, root / "cache"
        shutil.copytree(ROOT / "engine", root / "engine", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "engine" / "probe.py").write_text(PROBE)

    def start(self, before: str = "") -> subprocess.Popen:
        env = {k: v for k, v in os.environ.items() if not k.startswith("THIRD_FACTOR")}
        env |= {"THIRD_FACTOR_CACHE": str(self.cache), "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", before + CALL]
        return subprocess.Popen(
            command, env=env, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, before: str = "") -> tuple[str, str]:
        """(result, complaints) of the kernel in a new process."""
        process = self.start(before)
        out, complaints = process.communicate(timeout=120)
        assert process.returncode == 0, complaints
        assert "Traceback" not in complaints
        return out.strip(), complaints

    def files(self, pattern: str = "*.nb?") -> list[Path]:
        return sorted(self.cache.rglob(pattern))


@pytest.fixture
def engine(tmp_path) -> Engine:
    return Engine(tmp_path)


def test_a_missing_folder_is_made_and_used(engine):
    assert engine.run() == (RIGHT, "")
    files = {path: path.stat().st_mtime_ns for path in engine.files()}
    assert any(path.suffix == ".nbi" for path in files) and any(path.suffix == ".nbc" for path in files)
    assert engine.run() == (RIGHT, "")
    assert {path: path.stat().st_mtime_ns for path in engine.files()} == files, (
        "the second process should have compiled nothing"
    )


def test_a_folder_that_cannot_be_made_gives_way_to_the_next(engine):
    engine.cache.write_text("a file where a folder should be")
    assert engine.run() == (RIGHT, "")
    assert list((engine.root / ".kernel_cache").rglob("*.nbi"))


def test_a_read_only_machine_compiles_every_time(engine):
    result, complaints = engine.run(READ_ONLY)
    assert result == RIGHT and NO_FOLDER in complaints
    assert engine.files() == []


def test_a_machine_without_temporary_folder_is_served(engine):
    assert engine.run(NO_TEMPORARY_FOLDER)[0] == RIGHT


def test_a_full_disk_costs_time_only(engine):
    result, complaints = engine.run(FULL)
    assert result == RIGHT and "OSError" in complaints
    assert engine.run() == (RIGHT, "")


@pytest.mark.parametrize("pattern", ["*.nbi", "*.nbc"])
@pytest.mark.parametrize(
    "damage",
    [lambda b: b[: len(b) // 2], lambda b: b"\x80garbage" * 99, lambda b: b""],
    ids=["cut", "garbage", "empty"],
)
def test_a_damaged_file_is_compiled_again(engine, pattern, damage):
    engine.run()
    for path in engine.files(pattern):
        path.write_bytes(damage(path.read_bytes()))
    result, complaints = engine.run()
    assert result == RIGHT and "compiling instead" in complaints
    assert engine.run() == (RIGHT, ""), "the damaged file should have been replaced"


def test_a_cache_that_vanishes_is_made_anew(engine):
    engine.run()
    for path in engine.files("*.nbc"):
        path.unlink()
    assert engine.run()[0] == RIGHT


def test_processes_that_start_together_all_get_it_right(engine):
    together = [engine.start() for _ in range(3)]
    assert [process.communicate(timeout=120)[0].strip() for process in together] == [RIGHT] * 3


def test_an_edit_in_another_file_is_never_missed(engine):
    assert engine.run()[0] == RIGHT
    neurons = engine.root / "engine" / "neurons.py"
    neurons.write_text(
        neurons.read_text().replace("return v_inf + (v - v_inf) * decay", "return v_inf + 10.0 * (v - v_inf) * decay")
    )
    assert engine.run()[0] == "80.0"


def test_caches_of_old_sources_are_cleared_away(tmp_path):
    for k in range(8):
        (tmp_path / f"old{k}").mkdir()
        os.utime(tmp_path / f"old{k}", (k, k))
    (tmp_path / "now").mkdir()
    kernel._prune(tmp_path, "now")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["now", "old4", "old5", "old6", "old7"]
