"""What does the engine need for one live redraw, and for the settled one?

    python -m benchmarks.engine_live [--runs 60]

p50 and p95 in ms, over presets and random positions of the sliders one sees first.
"""

import argparse
import time

import numpy as np

import engine
from engine.registry import experiments
from engine.settings import make, schema


def moved(experiment: str, rule: str, rng: np.random.Generator) -> dict:
    """One intro-level slider at a random place, as a hand would leave it."""
    sliders = [f for f in schema(experiment, rule).values() if f.param.level == "intro" and f.kind is not str]
    field = sliders[rng.integers(len(sliders))]
    lo, hi = field.slider
    value = np.exp(rng.uniform(np.log(max(lo, 1e-3)), np.log(hi))) if field.param.log else rng.uniform(lo, hi)
    return {field.name: int(value) if field.kind is int else float(value)}


def timings(experiment: str, tier: str, runs: int) -> list[float]:
    """Milliseconds of `runs` runs of the default rule, each with one slider moved."""
    rule, rng, out = experiments()[experiment].DEFAULT_RULE, np.random.default_rng(1), []
    engine.run(experiment, rule, tier=tier)
    for seed in range(runs):
        settings = make(experiment, rule, seed, **moved(experiment, rule, rng))
        begin = time.perf_counter()
        engine.run_settings(settings, tier)
        out.append((time.perf_counter() - begin) * 1e3)
    return out


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=60)
    options = parser.parse_args(arguments)
    print("\nEngine, ms per run (one slider moved each time)          p50      p95")
    for name, world in experiments().items():
        for tier in ("live", "settled"):
            ms = timings(name, tier, options.runs)
            print(f"  {name:14} {world.DEFAULT_RULE:20} {tier:10} {np.percentile(ms, 50):10.2f} {np.percentile(ms, 95):8.2f}")


if __name__ == "__main__":
    main()
