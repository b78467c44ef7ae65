"""What does an edit cost: processor seconds until an experiment runs again, after an edit of each kind of file?

    python -m benchmarks.edits [--checkout FOLDER]

Works on a copy of the sources with a cache of its own. The first row compiles everything; every further row makes one edit, runs the
experiment in a new process, and takes the edit back. Processor time of the process, so a busy neighbour counts less than on the clock.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent.parent
RUN = """
import sys, time
import engine
for name in sys.argv[1:]:
    engine.run(name, tier="live")
print(time.process_time())
"""
EVERY = "every experiment"
# What is edited: file, text, its replacement, the experiment that is run afterwards
EDITS = {
    "nothing": ("engine/run.py", '"""', '"""', "choice"),
    "a preset": ("engine/experiments/choice.py", '"Learn, and learn again"', '"Learn again"', "choice"),
    "a docstring of a kernel": ("engine/plasticity.py", '"""base + sum_m', '"""The sum base + sum_m', "choice"),
    "a baseline": ("engine/baselines/q_learning.py", '"""', '"""Also: ', "choice"),
    "the world of choice, choice": (
        "engine/experiments/choice.py", "seen.phase[0] = CHOOSING", "seen.phase[0] = CHOOSING + 0", "choice",
    ),
    "the world of choice, credit": (
        "engine/experiments/choice.py", "seen.phase[0] = CHOOSING", "seen.phase[0] = CHOOSING + 0", "credit",
    ),
    "plasticity, choice": (
        "engine/plasticity.py", "return max(linear(m, row, 1.0, s, q), floor)",
        "return max(floor, linear(m, row, 1.0, s, q))", "choice",
    ),
    "plasticity, every experiment": (
        "engine/plasticity.py", "return max(linear(m, row, 1.0, s, q), floor)",
        "return max(floor, linear(m, row, 1.0, s, q) + 0.0)", EVERY,
    ),
}  # fmt: skip


def names(folder: Path, experiment: str) -> list[str]:
    """The experiment, or all there are."""
    every = sorted(p.stem for p in (folder / "engine" / "experiments").glob("*.py") if not p.stem.startswith("_"))
    return every if experiment == EVERY else [experiment]


def processor_s(folder: Path, experiment: str) -> float:
    """Processor seconds of one run of the experiment in a new process."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("THIRD_FACTOR")}
    env |= {"THIRD_FACTOR_CACHE": str(folder / "cache"), "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", RUN, *names(folder, experiment)]
    return float(subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout)


def after_edit(folder: Path, name: str, old: str, new: str, experiment: str) -> float:
    """Processor seconds after an edit, which is then taken back."""
    path = folder / name
    source = path.read_text(encoding="utf-8")
    if old not in source:
        raise SystemExit(f"edits: {name} does not hold {old!r} any more; give EDITS a text that is there.")
    path.write_text(source.replace(old, new, 1), encoding="utf-8")
    try:
        return processor_s(folder, experiment)
    finally:
        path.write_text(source, encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkout", type=Path, default=HERE, help="the sources to measure")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        shutil.copytree(chosen.checkout / "engine", folder / "engine", ignore=shutil.ignore_patterns("__pycache__"))
        print("\nEdits: processor seconds until the experiment has run again")
        print(f"  {'all kernels anew':32} {processor_s(folder, EVERY):8.1f}", flush=True)
        for title, edit in EDITS.items():
            print(f"  {title:32} {after_edit(folder, *edit):8.1f}", flush=True)


if __name__ == "__main__":
    main()
