"""Neuron models, one small function per model and step.

    LIF          tau_m v' = v_rest - v + bias + I + noise;  spike and reset at v_th, then refractory          (exact over a step)
    Izhikevich   v' = 0.04 v^2 + 5 v + 140 - u + I,  u' = a (b v - u);  at v >= 30 mV: v = c, u += d           (Izhikevich 2003)
                 two half steps of 0.5 ms for v, as in the author's network script
    escape       u = sum of EPSPs since the own last spike + chi exp(-(t - t_last)/tau_m) + input of a world;   (SRM0, Gerstner & Kistler 2002)
                 an arriving weight c (mV) gives the EPSP c (exp(-t/tau_m) - exp(-t/tau_s))                     (exact over a step)
                 spikes at the rate rho0 exp((u - theta)/du): when the integral of the rate reaches a number drawn from Exp(1)
    Poisson      independent spikes at a rate; the next one is drawn when the last one falls
    scripted     spikes at given steps

I: sum of arriving weights (mV), kept with exp(-h/tau_syn), or for a single step (tau_syn = 0).
noise: uniform numbers, fresh for every neuron and step, whose width is set by what `noise_mv` means:

    LIF          standard deviation of the free membrane potential (mV), whatever the step: with d = exp(-h/tau_m) and
                 v' = d v + (1 - d) eps, var v = var eps (1 - d)/(1 + d), so eps is uniform in +- noise sqrt(3 (1 + d)/(1 - d))
    Izhikevich   the input is uniform in +- noise/2 for a whole step, as in the author's script (his is Gaussian): it belongs to h = 1 ms
    escape       du of the rate above: a rate does not depend on the step
"""

from math import exp, sqrt
from typing import NamedTuple

import numpy as np
from numba import config

from engine.kernel import inlined

POISSON, SCRIPTED, LIF, IZHIKEVICH, ESCAPE = range(5)


class Lif(NamedTuple):
    """Leaky integrate-and-fire; potentials in mV. noise_mv: standard deviation of the potential that the noise alone causes."""

    tau_m_ms: float = 20.0
    v_rest_mv: float = -70.0
    v_reset_mv: float = -70.0
    v_th_mv: float = -54.0
    refractory_ms: float = 2.0
    bias_mv: float = 0.0
    noise_mv: float = 0.0
    tau_syn_ms: float = 5.0


class Izhikevich(NamedTuple):
    """Izhikevich 2003 neuron; the constants are those of regular spiking (RS) excitatory cells."""

    a: float = 0.02
    b: float = 0.2
    c_mv: float = -65.0
    d: float = 8.0
    spare: float = 0.0
    bias_mv: float = 0.0
    noise_mv: float = 13.0
    tau_syn_ms: float = 0.0


class Escape(NamedTuple):
    """Spike-response neuron with escape noise (SRM0); defaults: the action cells of Brzosko 2017."""

    tau_m_ms: float = 20.0
    refractory_mv: float = -5.0  # chi: potential just after a spike
    rate0_hz: float = 60.0  # rho0: rate at threshold
    theta_mv: float = 16.0
    deaf_ms: float = 1.0  # what arrives within this time after the own spike is lost
    bias_mv: float = 0.0
    noise_mv: float = 2.0  # du: how far below threshold spikes still escape
    tau_syn_ms: float = 5.0  # tau_s: rise of the EPSP


REGULAR_SPIKING = Izhikevich()
FAST_SPIKING = Izhikevich(a=0.1, d=2.0)
# Where the models' constants stand, and the columns all models share; LEAK and FADE: what is left of potential and input after a step
TAU_M, REFRACTORY, RATE0, THETA, DEAF = range(5)
BIAS, NOISE, TAU_SYN, LEAK, FADE = range(5, 10)
KINDS = {Lif: LIF, Izhikevich: IZHIKEVICH, Escape: ESCAPE}
CUT_OFF = 20.0  # a rate below rho0 exp(-20) is none: less than a spike in a week


def constants_of_step(model: Lif | Izhikevich | Escape, h_ms: float) -> tuple[float, ...]:
    """A population's constants for steps of h_ms; in the place of `noise_mv` the width of the uniform numbers of a step."""
    leak = 0.0 if isinstance(model, Izhikevich) else exp(-h_ms / model.tau_m_ms)
    if isinstance(model, Lif):
        model = model._replace(noise_mv=width_of_noise(model.noise_mv, leak))
    return (*model, leak, exp(-h_ms / model.tau_syn_ms) if model.tau_syn_ms > 0.0 else 0.0)


def width_of_noise(sd_mv: float, leak: float) -> float:
    """Width (mV) of uniform input that is drawn anew in each step, under which a potential that keeps `leak` of itself has this deviation."""
    return sd_mv * sqrt(12.0 * (1.0 + leak) / (1.0 - leak))


@inlined
def lif_step(v, v_inf, decay):
    """v after a step with constant input; v_inf: rest plus input (mV), decay: exp(-h/tau_m)."""
    return v_inf + (v - v_inf) * decay


@inlined
def izhikevich_half_step(v, u, current):
    """v after 0.5 ms."""
    return v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)


@inlined
def epsp_step(v, u, arrived, hears, leak, fade):
    """Potential v and its part u that decays with tau_s after a step; `arrived` (mV): what came before it, heard or not. For all neurons.

    v + u decays with tau_m, u with tau_s; an arriving weight is added to both, so that v itself does not jump.
    """
    for i in range(v.size):
        c = arrived[i] * hears[i]
        slow = (v[i] + u[i] + c) * leak
        fast = (u[i] + c) * fade
        v[i] = slow - fast
        u[i] = fast
        arrived[i] = 0.0


@inlined
def escape_integral(above_mv, rate0_hz, width_mv, h_ms):
    """Integral of rho0 exp(above / du) over a step: the number of spikes to be expected."""
    return rate0_hz * h_ms * 1e-3 * exp(min(above_mv / width_mv, 50.0))


def wrapping(function):
    """A function whose unsigned integers wrap round: compiled ones do so anyway, plain Python (NUMBA_DISABLE_JIT=1) warns of it."""
    plain = config.DISABLE_JIT  # type: ignore[attr-defined] # numba fills its config at run time
    return np.errstate(over="ignore")(function) if plain else function


@wrapping
@inlined
def fill_uniform(rng, out):
    """Fill `out` with uniform numbers in -0.5..0.5: 53 bits of `rng` start a SplitMix64 sequence, each member of which gives three of 21 bits."""
    n, scale = out.size, 1.0 / 2097152.0
    state = np.uint64(rng.random() * 9007199254740992.0) << np.uint64(11)
    for i in range(0, n, 3):
        state += np.uint64(0x9E3779B97F4A7C15)
        bits = split_mix(state)
        out[i] = np.int64(bits & np.uint64(2097151)) * scale - 0.5
        if i + 1 < n:
            out[i + 1] = np.int64((bits >> np.uint64(21)) & np.uint64(2097151)) * scale - 0.5
        if i + 2 < n:
            out[i + 2] = np.int64(bits >> np.uint64(43)) * scale - 0.5


@wrapping
@inlined
def split_mix(z):
    """The output function of SplitMix64 (Steele, Lea & Flood 2014): 64 well-mixed bits of a counter."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@inlined
def steps_to_next_spike(rng, rate_hz, h_ms):
    """Whole steps (>= 1) until the next spike of a Poisson source: at most one spike a step, P = 1 - exp(-rate h)."""
    if rate_hz <= 0.0:
        return 1 << 60
    return 1 + int(min(rng.standard_exponential() / (rate_hz * h_ms * 1e-3), 1e15))
