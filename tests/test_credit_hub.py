"""Credit with a dopamine hub: its dopamine comes when a scripted burst would, and its neurons are not among those one
sees.
"""

import numpy as np
import pytest

import engine
from engine.experiments import credit


def test_the_hub_s_dopamine_comes_after_the_reward_s_delay():
    run = engine.run("credit", seed=3, da_source="emergent", duration_s=60, da_delay_ms=1000)
    t_s, nm = run.late_t_s, run.late_concentration_nm[0]
    alone = [r for r in run.late_reward_s if r + 0.5 < t_s[-1] and np.sum(np.abs(run.late_reward_s - r) < 1.0) == 1]
    assert alone
    for reward_s in alone:
        before, after = nm[(t_s > reward_s - 0.3) & (t_s <= reward_s)], nm[(t_s > reward_s) & (t_s < reward_s + 0.4)]
        assert after.max() > before.max() + 100.0


@pytest.mark.parametrize("network", ["small", "izhikevich_1000"])
def test_neurons_of_the_hub_are_not_in_the_raster(network):
    run = engine.run("credit", network=network, tier="live", da_source="emergent", duration_s=5)
    neurons = credit.N_INPUTS + credit.N_OUTPUTS if network == "small" else 1000
    assert run.raster_neuron.size and run.raster_neuron.max() < neurons
    assert all(np.isfinite(run[name]).all() for name in ("target_weight", "output_hz", "late_concentration_nm"))
