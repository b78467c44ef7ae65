"""How fast is the general engine beside Brian2 and NEST on the same work?

    python -m benchmarks.peers FOLDER [--rounds 7]

FOLDER holds the peers' scripts (w_brian.py, w_nest.py, params.py, common_gen.py) and gets their virtual environments; without it
the folder in THIRD_FACTOR_PEERS is taken. Rounds are interleaved: engine, Brian2 cpp lazy, NEST 2 threads, in turn; medians.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks import workloads

INSTALL = {
    "brian2": ["brian2==2.9.0", "numpy<2.4", "cython"],
    "nest": ["nest-simulator==3.10.0", "numpy"],
}


def python_of(folder: Path, peer: str) -> Path:
    """The peer's own Python, installed on first use."""
    home = folder / f"venv-{peer}"
    if not (home / "ready").exists():
        print(f"installing {peer} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", *INSTALL[peer]], check=True)
        (home / "ready").touch()
    return home / "bin" / "python"


def peer_run(folder: Path, peer: str, arguments: list[str], **environment: str) -> dict:
    """One run of a peer's script; its last line is JSON."""
    out = subprocess.run(
        [python_of(folder, peer), *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )
    return json.loads(out.stdout.strip().splitlines()[-1])


def engine_round(folder: Path, work: str, seed: int) -> tuple[float, object]:
    """Seconds for one run of the engine, and its job."""
    job, milliseconds = (workloads.w1(folder), 100_000) if work == "w1" else (workloads.w2(folder), 10_000)
    begin = time.perf_counter()
    workloads.run(job, seed, milliseconds)
    return time.perf_counter() - begin, job


def rounds_of(folder: Path, work: str, rounds: int) -> dict[str, list[dict]]:
    """Interleaved rounds of all three."""
    engine_round(folder, work, 0)
    out = {"engine": [], "Brian2 cpp lazy": [], "NEST 2 threads": []}
    for k in range(rounds):
        seconds, job = engine_round(folder, work, k)
        summary = {"w": float(job.syn[0, 0])} if work == "w1" else workloads.w2_summary(job)
        out["engine"].append({"s": seconds} | summary)
        brian = peer_run(folder, "brian2", ["w_brian.py", work, "cpp", "lazy", "3"])
        out["Brian2 cpp lazy"].append(
            {
                "s": brian["run"]["median"],
                **{k: brian[k] for k in ("rate_exc_Hz", "rate_inh_Hz", "w_mean", "w_sd") if k in brian},
            }
        )
        nest = peer_run(folder, "nest", ["w_nest.py", work, "3", "1000", "2"], NOISE_F="0.942")
        out["NEST 2 threads"].append(
            {
                "s": nest["run"]["median"],
                **{k: nest[k] for k in ("rate_exc_Hz", "rate_inh_Hz", "w_mean", "w_sd") if k in nest},
            }
        )
    return out


def table(work: str, results: dict[str, list[dict]]) -> None:
    """Medians, spread and the ratio to the engine."""
    base = median(r["s"] for r in results["engine"])
    print(
        f"\n{work.upper()}: seconds, median of {len(results['engine'])} interleaved rounds (least, most); ratio to the engine"
    )
    for name, rows in results.items():
        seconds = [r["s"] for r in rows]
        rest = "  ".join(f"{k} {median(r[k] for r in rows):.4g}" for k in rows[0] if k != "s")
        print(
            f"  {name:16} {median(seconds):8.4f} ({min(seconds):.4f}, {max(seconds):.4f})   x {median(seconds) / base:5.2f}   {rest}"
        )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=os.environ.get("THIRD_FACTOR_PEERS"))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    if not options.folder or not (Path(options.folder) / "w_brian.py").exists():
        print("peers: not run. Give the folder that holds the peers' scripts, or set THIRD_FACTOR_PEERS.")
        return
    folder = Path(options.folder).resolve()
    if not (folder / "w2_conn.npz").exists():
        subprocess.run([python_of(folder, "brian2"), "common_gen.py"], cwd=folder, check=True)
    for work in ("w1", "w2"):
        table(work, rounds_of(folder, work, options.rounds))


if __name__ == "__main__":
    main()
