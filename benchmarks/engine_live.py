"""What does the engine need for one live redraw, and for the settled one?

    python -m benchmarks.engine_live [--runs 60]

p50 and p95 in ms, over random positions of the sliders one sees first; beside them what the default run simulates: seconds (of all networks
together), plastic synapses of a network and fixed ones. Pairing runs scripts of spikes without neurons.
"""

import argparse
import time

import numpy as np

import engine
from engine import loop
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


def size(experiment: str, tier: str) -> str:
    """Simulated seconds, plastic and fixed synapses of the default run."""
    seen, new_state = [], loop.new_state

    def watched(net, *rest):
        seen.append((new_state(net, *rest), net))
        return seen[-1][0]

    loop.new_state = watched
    try:
        engine.run(experiment, tier=tier)
    finally:
        loop.new_state = new_state
    if not seen:
        return f"{'–':>8} {'–':>9} {'–':>9}"
    seconds = 1e-3 * sum(int(state.clock[loop.DONE]) for state, _ in seen)
    plastic, fixed = (max(getattr(net, of).size for _, net in seen) for of in ("target", "fixed_target"))
    return f"{seconds:8.0f} {plastic:9} {fixed:9}"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=60)
    options = parser.parse_args(arguments)
    print("\nEngine, ms per run (one slider moved each time)          p50      p95 seconds   plastic     fixed")
    for name, world in experiments().items():
        for tier in ("live", "settled"):
            ms = timings(name, tier, options.runs)
            print(
                f"  {name:14} {world.DEFAULT_RULE:20} {tier:10} {np.percentile(ms, 50):10.2f} {np.percentile(ms, 95):8.2f}{size(name, tier)}"
            )


if __name__ == "__main__":
    main()
