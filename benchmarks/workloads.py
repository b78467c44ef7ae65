"""W1 and W2: the same work as on other simulators, in the general engine (no kernel of their own).

W1  one synapse, 100 s at 1 ms, stored trains, pair STDP, trace 1 s, dopamine 0.2 s, dw/dt = c d per second
W2  800 + 200 Izhikevich neurons, fan-out 100, 80 000 plastic and 20 000 fixed synapses, delay 1 ms, 10 s, a reward every second
"""

from pathlib import Path

import numpy as np

from engine.circuit import Circuit, one_to_one
from engine.dispatch import NoWorld
from engine.loop import COUNT, Job, new_job, new_record, simulate
from engine.modulators import kinetics, modulator_fields
from engine.neurons import FAST_SPIKING, REGULAR_SPIKING
from engine.parameters import struct
from engine.plasticity import Rule, matrix, matrix_fields, rule_fields, weights

BY_DOPAMINE = {"ltp_gate_by_da": 1.0, "ltd_gate_by_da": 1.0}


def defaults(**overrides) -> dict:
    """All parameters of the engine with some overridden."""
    spec = {**rule_fields(), **matrix_fields(), **modulator_fields()}
    return {name: f.default for name, f in spec.items()} | BY_DOPAMINE | overrides


def build(circuit: Circuit, values: dict, horizon: int) -> Job:
    """A job on an even grid of 1 ms."""
    net, w, rates = circuit.build(1.0)
    return new_job(
        net, w, rates, struct(Rule, values), matrix(values), kinetics(values, ({},)), 0.0, horizon, new_record(net)
    )


def w1(folder: Path) -> Job:
    """W1 with the stored trains of `folder`."""
    trains = np.load(folder / "w1_trains.npz", allow_pickle=False)
    circuit = Circuit()
    pre = circuit.scripted("pre", 1, trains["pre"], np.zeros(trains["pre"].size))
    post = circuit.scripted("post", 1, trains["post"], np.zeros(trains["post"].size))
    circuit.project("plastic", pre, post, one_to_one(pre, post), 10.0, 0.0, plastic=True)
    values = defaults(a_plus=1.0, a_minus=0.5, eta_per_s=1.0, w_max=100.0, da_tonic_nm=0.0)
    job = build(circuit, values, 100_001)
    np.add.at(job.state.agenda[:, 0], trains["da"], 100.0)
    return job


def w2(folder: Path) -> Job:
    """W2 with the stored connections of `folder`."""
    post = np.load(folder / "w2_conn.npz", allow_pickle=False)["post"]
    circuit = Circuit()
    excitatory = circuit.neurons("excitatory", 800, REGULAR_SPIKING)
    inhibitory = circuit.neurons("inhibitory", 200, FAST_SPIKING)
    everyone = circuit.group("everyone", excitatory, inhibitory)
    circuit.project(
        "plastic", excitatory, everyone, (np.repeat(excitatory.ids, 100), post[:800].ravel()), 1.0, 1.0, plastic=True
    )
    circuit.project(
        "fixed", inhibitory, everyone, (np.repeat(inhibitory.ids, 100), post[800:].ravel()), 1.0, 1.0, gain_mv=-1.0
    )
    values = defaults(a_plus=0.1, a_minus=0.15, eta_per_s=100.0, w_max=4.0, da_tonic_nm=2.0)
    job = build(circuit, values, 10_001)
    job.state.agenda[1000:10_000:1000, 0] = 500.0
    return job


def run(job: Job, seed: int, milliseconds: int) -> None:
    """Run a job for so long."""
    simulate(job, NoWorld(), np.zeros(0), np.arange(milliseconds + 1.0), np.random.default_rng(seed))


def w2_summary(job: Job) -> dict[str, float]:
    """What the table of the peers gives: rates, mean weight, spread."""
    w, count = weights(job.syn), job.state.whole[COUNT]
    return {
        "rate_exc_Hz": count[:800].mean() / 10,
        "rate_inh_Hz": count[800:].mean() / 10,
        "w_mean": w.mean(),
        "w_sd": w.std(),
    }
