"""Hubs: what their spikes release, when, and what drives them; receptors of a kind of cell; the start of a run."""

import numpy as np
import pytest

from engine.circuit import NO_AREA, Circuit, all_to_all, one_to_one
from engine.dispatch import NoWorld
from engine.hubs import N_HUB, UNIT_MV, WARM_UP_MS, Drive, add_hubs, emergent, join, scripted_bursts, warm_up
from engine.loop import COUNT, new_job, new_record, rest, simulate
from engine.modulators import C, kinetics
from engine.neurons import Lif
from engine.parameters import struct
from engine.plasticity import Rule, matrix
from engine.settings import make

TASK = make("conditioning").values
DA, ACH, NE, HT = range(4)


def job_of(circuit: Circuit, values=TASK, at=(), start_ms: float = 0.0):
    """A run of a circuit that has at least one plastic projection."""
    net, weights, rates = circuit.build(1.0)
    record = new_record(net, 1, at=at)
    return new_job(
        net, weights, rates, struct(Rule, values), matrix(values), kinetics(values, ({},)), start_ms, 5000, record
    )


def play(circuit: Circuit, milliseconds: int, values=TASK, seed: int = 1):
    """The job after so long, concentrations recorded in every step (T + 1, 4)."""
    job = job_of(circuit, values, np.arange(milliseconds + 1))
    simulate(job, NoWorld(), np.zeros(0), np.arange(milliseconds + 1.0), np.random.default_rng(seed))
    return job, job.record.modulator[0, :, 0]


def silent_pair(c: Circuit) -> None:
    """One plastic synapse without spikes, which every run needs."""
    pre, post = c.poisson("pre", 1, 0.0), c.neurons("post", 1, Lif())
    c.project("plastic", pre, post, one_to_one(pre, post), 0.5, plastic=True)


@pytest.mark.parametrize("delay_ms", [0, 1, 70, 3000])
def test_a_spike_of_a_hub_raises_its_modulator_after_its_delay(delay_ms):
    c = Circuit()
    silent_pair(c)
    hub = c.scripted("hub", 2, np.array([10, 30, 30]), np.array([0, 0, 1]))
    c.release(hub, NE, 7.0, delay_ms)
    values = make("conditioning", ne_tau_ms=20_000.0).values
    _, nm = play(c, 3100, values)
    expected = np.zeros(3101)
    for step, amplitude in ((10, 7.0), (30, 14.0)):
        t = np.arange(3101.0) - step - delay_ms
        expected += np.where(t >= 0, amplitude * np.exp(-np.maximum(t, 0.0) / 20_000.0), 0.0)
    np.testing.assert_allclose(nm[:, NE], expected, atol=1e-9)
    assert (nm[:, [DA, ACH, HT]] == 0.0).all()


def test_a_release_blocker_silences_what_a_hub_releases():
    c = Circuit()
    silent_pair(c)
    c.release(c.scripted("hub", 1, np.array([10]), np.array([0])), DA, 10.0)
    _, nm = play(c, 50, make("conditioning", da_drug="release_blocker", da_drug_dose=99.0).values)
    assert nm[:, DA].max() == pytest.approx(0.1)


def test_a_clamp_holds_its_level_whatever_is_released():
    c = Circuit()
    silent_pair(c)
    c.release(c.scripted("hub", 1, np.array([10, 30, 60]), np.zeros(3, int)), DA, 10.0)
    values = make("conditioning", da_drug="clamp", da_clamp_nm=33.0, da_drug_from_s=0.02, da_drug_until_s=0.05).values
    _, nm = play(c, 80, values)
    assert nm[10, DA] == 10.0
    assert (nm[21:51, DA] == 33.0).all()
    assert nm[60, DA] == pytest.approx(33.0 * np.exp(-10 / 50.0) + 10.0)


def test_receptors_of_a_kind_of_cell_drive_it_and_cells_outside_of_every_area_feel_nothing():
    rates = {}
    for tonic_nm in (0.0, 1000.0):
        values = make("conditioning", ach_tonic_nm=tonic_nm, ach_ec50_nm=1000.0, exploration_noise_by_ach=3.0).values
        c = Circuit()
        silent_pair(c)
        cells = [
            c.neurons("excited", 20, Lif(bias_mv=12.0), 0, (0.0, 8.0, 0.0, 0.0)),
            c.neurons("noisier", 20, Lif(bias_mv=10.0, noise_mv=2.28)),
            c.neurons("outside", 20, Lif(bias_mv=10.0, noise_mv=2.28), NO_AREA, (0.0, 8.0, 0.0, 0.0)),
        ]
        job, _ = play(c, 4000, values)
        rates[tonic_nm] = [job.state.whole[COUNT, p.start : p.stop].mean() / 4.0 for p in cells]
    (none, quiet, outside), (excited, noisy, still_outside) = rates[0.0], rates[1000.0]
    assert none == 0.0 and excited == pytest.approx(1000.0 / (20.0 * np.log(20.0 / 4.0) + 2.0), rel=0.05)
    assert noisy > 3.0 * quiet
    assert still_outside == pytest.approx(outside, abs=1.0)


def test_a_projection_drives_by_its_mean_at_the_unit_rate():
    """A source of 1000 spikes per second that stands for 1 drives by 10 mV: a neuron without noise then fires as with a
    bias of 10 mV more.
    """
    c = Circuit()
    silent_pair(c)
    source, goal = c.poisson("source", 50, 20.0), c.neurons("goal", 10, Lif(bias_mv=10.0, tau_syn_ms=200.0))
    join(c, Drive(source, 1000.0), goal, 10.0, 200.0)
    job, _ = play(c, 20_000)
    rate = job.state.whole[COUNT, goal.start : goal.stop].mean() / 20.0
    assert rate == pytest.approx(1000.0 / (20.0 * np.log(20.0 / 4.0) + 2.0), rel=0.05)


def hub_rates(reward_hz: float, **changes) -> dict[str, float]:
    """Rates (Hz) of the hubs with a steady reward rate, as a share of its unit, and no value."""
    values = make("conditioning", **{f"{m}_source": "emergent" for m in ("da", "ach", "ne", "ht")}, **changes).values
    c = Circuit()
    silent_pair(c)
    reward, value = c.poisson("reward", 20, 40.0 * reward_hz), c.poisson("value", 20, 0.0)
    hubs = add_hubs(c, values, Drive(reward), Drive(value))
    job, _ = play(c, 20_000, values)
    return {m: job.state.whole[COUNT, p.start : p.stop].mean() / 20.0 for m, p in hubs.items()}


def test_reward_drives_dopamine_surprise_and_the_slow_hubs():
    rest, paid = hub_rates(0.0), hub_rates(1.0)
    assert 5.0 < rest["da"] < 15.0 and paid["da"] > rest["da"] + 5.0
    assert paid["up"] > rest["up"] + 5.0 and paid["down"] <= rest["down"]
    assert paid["ach"] > rest["ach"] + 2.0 and paid["ht"] > rest["ht"] + 2.0


def test_the_size_of_a_burst_is_the_rise_when_every_cell_of_the_hub_spikes_once():
    values = make("conditioning", da_burst_nm=48.0).values
    c = Circuit()
    silent_pair(c)
    add_hubs(c, values, Drive(c.poisson("reward", 20, 0.0)))
    assert c.hubs[0][2] == pytest.approx(48.0 / N_HUB["da"])


def test_value_now_and_value_before_cancel_and_a_step_shows_for_the_delay():
    """A steady value leaves the hub at its tonic rate."""
    rates = []
    for value_hz in (0.0, 40.0):
        c = Circuit()
        silent_pair(c)
        value = c.poisson("value", 200, 4.0 if value_hz else 0.0)
        hubs = add_hubs(c, TASK, Drive(c.poisson("reward", 1, 0.0)), Drive(value))
        job, _ = play(c, 20_000)
        rates.append(job.state.whole[COUNT, hubs["da"].start : hubs["da"].stop].mean() / 20.0)
    assert UNIT_MV > 0.0 and rates[1] == pytest.approx(rates[0], abs=1.5)


def test_only_scripted_modulators_have_bursts():
    values = make("conditioning", ach_source="scripted", ach_burst_nm=10.0, da_burst_nm=20.0).values
    assert emergent(values) == ["da"]
    np.testing.assert_array_equal(scripted_bursts(values).burst_nm, [0.0, 10.0, 0.0, 0.0])


def test_a_run_begins_at_the_tonic_level_of_its_hubs():
    """After the warm-up dopamine and its running mean agree: the signal with a full baseline is 0 on average."""
    signals = []
    for seed in range(12):
        c = Circuit()
        silent_pair(c)
        add_hubs(c, TASK, Drive(c.poisson("reward", 20, 0.0)))
        job = job_of(c, TASK, WARM_UP_MS + np.arange(0, 4000, 5), -WARM_UP_MS)
        rng = np.random.default_rng(seed)
        warm_up(job, rng)
        simulate(job, NoWorld(), np.zeros(0), np.arange(4001.0), rng)
        signals.append(
            job.record.modulator[1, :, 0, DA].mean() / (job.record.modulator[0, :, 0, DA].mean() / TASK["da_ec50_nm"])
        )
        assert job.levels[C, 0, DA] > 0.0
    assert abs(np.mean(signals)) < 3.0 * np.std(signals, ddof=1) / np.sqrt(len(signals)) + 0.01
    assert np.std(signals) < 0.1


def test_all_to_all_has_no_synapse_of_a_cell_onto_itself():
    c = Circuit()
    cells = c.neurons("cells", 5, Lif())
    pre, post = all_to_all(cells, cells)
    assert pre.size == 20 and (pre != post).all()


def test_hubs_stay_awake_while_the_others_rest():
    """Cells and traces of the others start anew; a hub, what it releases and what is due go on."""
    c = Circuit()
    silent_pair(c)
    cells = c.neurons("cells", 2, Lif(bias_mv=14.0, noise_mv=1.83))
    hub = c.neurons("hub", 2, Lif(bias_mv=14.0, noise_mv=1.83), NO_AREA)
    c.release(hub, DA, 10.0, 500)
    job, _ = play(c, 800)
    before, levels, agenda = job.state.cell.copy(), job.levels.copy(), job.state.agenda.copy()
    assert agenda.any() and levels[C, 0, DA] > 0.0
    rest(job, 800.0, hub.start)
    np.testing.assert_array_equal(job.state.cell[:, hub.start :], before[:, hub.start :])
    np.testing.assert_array_equal(job.levels, levels)
    np.testing.assert_array_equal(job.state.agenda, agenda)
    assert (job.state.cell[0, cells.start : cells.stop] == job.state.cell[0, cells.start]).all()
    rest(job, 800.0)
    assert not job.state.agenda.any() and (job.state.cell[0, hub.start :] == job.state.cell[0, hub.start]).all()
