"""The cache of compiled kernels: never stale, never an error, and nothing compiled twice. Each case runs in processes
of its own, on a copy of the engine with a small kernel that calls one of another file, and a small loop that calls what
a world does.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine import kernel

ROOT = Path(__file__).parents[1]
PROBE = '''"""A kernel that calls one of another file, and a world beside it."""
from typing import NamedTuple
import numpy as np
from engine.dispatch import react, world
from engine.kernel import inlined, kernel, uncounted
from engine.neurons import lif_step

GAIN = 2.0
NODES = np.array([1.0, 2.0])


@inlined
def gain_of(v):
    """A callee."""
    return GAIN * v * NODES[0]


@kernel
def twice(v):
    """Twice the potential after a step."""
    return gain_of(lif_step(v, 0.0, 0.5))


def act(w, memory, state, slot, n, t_ms, h_ms, rng):
    """What the world does."""
    memory[0] += w.step


@world(act)
class Clock(NamedTuple):
    """A world."""
    step: float


@kernel
def play(w, memory):
    """Two steps of a world."""
    for n in range(2):
        react(w, memory, 0, 0, n, 0.0, 1.0, 0)


def both():
    """What the two kernels say."""
    memory = np.zeros(1)
    play(Clock(3.0), memory)
    return f"{twice(8.0)} {memory[0]}"
'''
CALL = "from engine import probe; print(probe.both())"
RIGHT = "8.0 6.0"
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
import errno, os
def refuse(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")
os.replace = refuse
"""


class Engine:
    """A copy of the engine, and where it keeps its cache."""

    def __init__(self, root: Path):
        self.root, self.cache = root, root / "cache"
        shutil.copytree(ROOT / "engine", root / "engine", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "engine" / "probe.py").write_text(PROBE)

    def start(self, before: str = "", call: str = CALL, **environment: str) -> subprocess.Popen:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("THIRD_FACTOR", "NUMBA_DISABLE"))}
        env |= {"THIRD_FACTOR_CACHE": str(self.cache), "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", before + call]
        return subprocess.Popen(
            command, env=env | environment, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, before: str = "", call: str = CALL, **environment: str) -> tuple[str, str]:
        """(result, complaints) of the kernels in a new process."""
        process = self.start(before, call, **environment)
        out, complaints = process.communicate(timeout=120)
        assert process.returncode == 0, complaints
        assert "Traceback" not in complaints
        return out.strip(), complaints

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / "engine" / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def files(self) -> list[Path]:
        return sorted(self.cache.rglob("*.kernel"))

    def new_after(self, before: list[Path]) -> set[str]:
        """The kernels that were compiled since."""
        return {path.name.split("-")[0].removeprefix("engine.") for path in self.files() if path not in before}


@pytest.fixture
def engine(tmp_path) -> Engine:
    return Engine(tmp_path)


def test_a_missing_folder_is_made_and_used(engine):
    assert engine.run() == (RIGHT, "")
    files = {path: path.read_bytes() for path in engine.files()}
    assert files
    assert engine.run() == (RIGHT, "")
    assert {path: path.read_bytes() for path in engine.files()} == files, "nothing should have been compiled again"


def test_a_folder_that_cannot_be_made_gives_way_to_the_next(engine):
    engine.cache.write_text("a file where a folder should be")
    assert engine.run() == (RIGHT, "")
    assert list((engine.root / ".kernel_cache").rglob("*.kernel"))


def test_a_read_only_machine_compiles_every_time(engine):
    result, complaints = engine.run(READ_ONLY)
    assert result == RIGHT and NO_FOLDER in complaints
    assert engine.files() == []


def test_a_machine_without_temporary_folder_is_served(engine):
    assert engine.run(NO_TEMPORARY_FOLDER)[0] == RIGHT


def test_a_full_disk_costs_time_only(engine):
    result, complaints = engine.run(FULL)
    assert result == RIGHT and "OSError" in complaints
    assert list(engine.cache.iterdir()) == [], "what could not be written whole should be gone"
    assert engine.run() == (RIGHT, "")


def flipped(content: bytes) -> bytes:
    """One bit in five places, spread over the file."""
    out = bytearray(content)
    for k in range(1, 6):
        out[k * len(out) // 7] ^= 1 << k
    return bytes(out)


DAMAGES = {
    "cut": lambda b: b[: len(b) // 2],
    "garbage": lambda b: b"\x80garbage" * 99,
    "empty": lambda b: b"",
    "flipped bits": flipped,
    "one bit in the head": lambda b: bytes([b[0] ^ 1]) + b[1:],
    "one bit at the end": lambda b: b[:-1] + bytes([b[-1] ^ 128]),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_damaged_file_is_compiled_again(engine, damage):
    engine.run()
    for path in engine.files():
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    result, complaints = engine.run()
    assert result == RIGHT and "compiling instead" in complaints
    assert engine.run() == (RIGHT, ""), "the damaged file should have been replaced"


def test_a_file_of_another_kernel_under_this_name_is_no_error(engine):
    engine.run()
    first, *others = engine.files()
    for path in others:
        path.write_bytes(b"\0" * 32 + first.read_bytes()[32:])
    assert engine.run()[0] == RIGHT


def test_a_cache_that_vanishes_is_made_anew(engine):
    engine.run()
    shutil.rmtree(engine.cache)
    assert engine.run()[0] == RIGHT


def test_processes_that_start_together_all_get_it_right(engine):
    together = [engine.start() for _ in range(3)]
    assert [process.communicate(timeout=120)[0].strip() for process in together] == [RIGHT] * 3


# What is edited: file, old text, new text, what the kernels then say, which kernels are compiled anew
EDITS = {
    "a callee in another file": (
        "neurons.py", "return v_inf + (v - v_inf) * decay", "return v_inf + 10.0 * (v - v_inf) * decay",
        "80.0 6.0", {"neurons.lif_step", "probe.twice"},
    ),
    "a constant": ("probe.py", "GAIN = 2.0", "GAIN = 3.0", "12.0 6.0", {"probe.gain_of", "probe.twice"}),
    "an array": ("probe.py", "[1.0, 2.0]", "[2.0, 2.0]", "16.0 6.0", {"probe.gain_of", "probe.twice"}),
    "what a world does": ("probe.py", "+= w.step", "-= w.step", "8.0 -6.0", {"probe.play"}),
    "the fields of a world": (
        "probe.py", "    step: float", "    pace: float = 0.0\n    step: float = 3.0", "8.0 6.0", {"probe.play"},
    ),
    "a loop": ("probe.py", "range(2)", "range(4)", "8.0 12.0", {"probe.play"}),
    "a docstring": ("probe.py", "Twice the potential after a step.", "Two times that.", RIGHT, set()),
    "a comment and the lines below": ("probe.py", "GAIN = 2.0", "# How much\n\n\nGAIN = 2.0", RIGHT, set()),
    "a text elsewhere": ("neurons.py", '"""v after 0.5 ms."""', '"""After 0.5 ms."""', RIGHT, set()),
    "a preset": ("experiments/credit.py", "A reward one second late", "One second", RIGHT, set()),
    "a baseline": ("baselines/q_learning.py", '"""', '"""Also: ', RIGHT, set()),
}  # fmt: skip


@pytest.mark.parametrize("edit", list(EDITS))
def test_an_edit_compiles_what_depends_on_it_and_nothing_else(engine, edit):
    name, old, new, says, compiled = EDITS[edit]
    assert engine.run()[0] == RIGHT
    before = engine.files()
    engine.edit(name, old, new)
    assert engine.run() == (says, "")
    assert engine.new_after(before) == compiled
    engine.edit(name, new, old)
    after = engine.files()
    assert engine.run() == (RIGHT, "") and engine.files() == after, "what was compiled before should still be there"


def test_the_time_loop_reaches_no_world_but_the_one_it_is_given():
    """So an edit of one experiment's world compiles nothing of the others."""
    from engine import fingerprint, loop
    from engine.registry import experiments

    assert len(experiments()) > 1
    reached = {part.__module__ for part in fingerprint._reached(loop.simulate.py_func)}
    assert "engine.plasticity" in reached
    assert not any(name.startswith("engine.experiments") for name in reached)


def test_a_kernel_that_uses_what_cannot_be_told_is_refused(engine):
    engine.edit("probe.py", "GAIN = 2.0", "class Gain:\n    pass\n\n\nGAIN = Gain()")
    process = engine.start()
    complaints = process.communicate(timeout=120)[1]
    assert process.returncode != 0 and "CannotTell" in complaints or "Unknown" in complaints


def test_modules_from_an_extra_folder_do_not_disturb_ordinary_runs(engine, tmp_path):
    """Kernels of a folder of further experiments are kept in the same cache; processes without that folder never read
    them.
    """
    shutil.copytree(ROOT / "tests" / "extra", tmp_path / "more", ignore=shutil.ignore_patterns("__pycache__"))
    call = "from engine import registry, probe; registry.experiments(); print(probe.both())"
    assert engine.run(call=call, THIRD_FACTOR_EXTRA=str(tmp_path / "more")) == (RIGHT, "")
    before = engine.files()
    assert engine.run() == (RIGHT, "") and engine.files() == before


def test_a_switch_of_the_compiler_gets_machine_code_of_its_own(engine):
    engine.run()
    before = engine.files()
    assert engine.run(NUMBA_OPT="0") == (RIGHT, "")
    assert engine.new_after(before) >= {"probe.play", "neurons.lif_step"}


def test_what_is_not_used_gives_way(tmp_path):
    for k in range(8):
        (tmp_path / f"old{k}.kernel").write_bytes(b"x" * 100)
        os.utime(tmp_path / f"old{k}.kernel", (k, k))
    (tmp_path / "note.txt").write_text("not ours")
    kernel.make_room(tmp_path, 350)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["note.txt", "old5.kernel", "old6.kernel", "old7.kernel"]
