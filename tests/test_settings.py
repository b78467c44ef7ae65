"""The one validator, and the engine behind it under random and extreme states."""

import json
import math
import random
import string
import warnings

import contract
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.experiments import pairing
from engine.parameters import Field
from engine.registry import experiments, rules
from engine.run import Run, run_settings
from engine.settings import MAX_SEED, Settings, SettingsError, make, repair, schema, seed_of

STATES = 10_000
CREDIT_STATES = 200
AFFORDABLE_STEPS = 1000  # of one run of `pairing`, for what must run ten thousand times
LONG_STATES = 100
SHARES = (0.01, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # of the parameters that a random state moves
WEIGHTS = (
    "weight",
    "start_weight",
    "final_weight",
    "target_weight",
    "crowd_mean",
    "crowd_band",
    "target_seeds",
    "histogram_target",
)


def problem(name: str, value) -> str:
    """The one sentence about a value of `pairing`."""
    _, problems = repair({name: value})
    assert len(problems) == 1, problems
    return problems[0]


# Values and messages


@pytest.mark.parametrize(
    "value", [True, False, None, [], {}, (1,), b"1", 1j, "", " ", "ten", "1e", "0x10", "1_0_", "١" * 41, "9" * 5000]
)
def test_what_is_no_number_is_refused(value):
    text = problem("tau_e_ms", value)
    assert "tau_e_ms" in text and len(text) < 250


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, "nan", "inf", "-inf", "1e400", 10**400, -(10**400), 2**53 + 1]
)
def test_what_is_not_finite_or_too_long_is_refused(value):
    text = problem("tau_e_ms", value)
    assert "tau_e_ms" in text and "ms" in text and len(text) < 250


@pytest.mark.parametrize("value", [9, 9.999, 600_001, -1, 0, "9", "1e9"])
def test_message_names_value_bound_and_unit(value):
    assert problem("tau_e_ms", value).startswith(f"tau_e_ms = {float(value):g} ms is outside [10, 600000] ms (")


@pytest.mark.parametrize(
    ("value", "kept"), [(10, 10.0), (600_000, 600_000.0), ("500", 500.0), (np.float64(500), 500.0), ("1e2", 100.0)]
)
def test_bounds_themselves_and_texts_are_allowed(value, kept):
    state, problems = repair({"tau_e_ms": value})
    assert problems == [] and state["tau_e_ms"] == kept and type(state["tau_e_ms"]) is float


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint32, np.float32, np.float64, np.array])
def test_numpy_scalars_are_taken_as_values(kind):
    found = make("pairing", tau_e_ms=kind(50), pairings=kind(7))
    assert found == make("pairing", tau_e_ms=50.0, pairings=7)
    assert (type(found["tau_e_ms"]), type(found["pairings"])) == (float, int)


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint32, np.array])
def test_numpy_scalars_are_taken_as_seed(kind):
    found = make("pairing", seed=kind(3))
    assert found == make("pairing", seed=3)
    assert type(found.seed) is int


def test_numpy_words_are_taken_and_numpy_truths_are_no_numbers():
    assert type(make("pairing", da_drug=np.str_("clamp"))["da_drug"]) is str
    with pytest.raises(SettingsError, match="not a number"):
        make("pairing", tau_e_ms=np.bool_(True))
    with pytest.raises(SettingsError, match="seed"):
        make("pairing", seed=np.bool_(True))
    with pytest.raises(SettingsError, match="not a number"):
        make("pairing", tau_e_ms=np.array([500.0]))


@pytest.mark.parametrize("name", ["da_on_ms", "ht_off_ms", "tau_rise_ms"])
def test_a_time_is_0_or_long_enough_to_be_stepped_through(name):
    for tiny in (1e-300, 5e-324, 1e-6, 0.09):
        with pytest.raises(SettingsError, match="neither 0 nor at least 0.1 ms"):
            make("pairing", **{name: tiny})
    assert make("pairing", **{name: 0.0})[name] == 0.0


def test_the_seeds_beside_the_largest_one_are_seeds_too():
    assert [seed_of(MAX_SEED, k) for k in (0, 1, 2)] == [MAX_SEED, 0, 1]
    assert [seed_of(5, k) for k in range(3)] == [5, 6, 7]
    assert all(make("pairing", seed=seed_of(MAX_SEED - 3, k)) for k in range(8))


def test_whole_numbers_stay_whole():
    assert type(make(pairings=3.0)["pairings"]) is int
    assert "2.5" in problem("pairings", 2.5) and "whole" in problem("pairings", 2.5)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("tau_ems", 1, ["'tau_ems'", "'tau_e_ms'"]),
        ("da_receptor", "hil", ["linear, hill", "'hill'"]),
        ("da_receptor", 1, ["da_receptor = 1", "linear, hill"]),
        ("rule", "izhikevich", ["'izhikevich'", "'izhikevich_2007'"]),
        ("experiment", "paring", ["'paring'", "'pairing'"]),
        ("duration_s", 10, ["duration_s", "'pairing'"]),
        ("seed", -1, ["-1", str(MAX_SEED)]),
        ("seed", 1.0, ["1.0", "whole"]),
        ("seed", True, ["True", "whole"]),
        ("x" * 10_000, 1, ["There is no parameter"]),
    ],
)
def test_unknown_names_and_words_get_the_nearest_right_one(name, value, words):
    text = problem(name, value)
    assert all(word in text for word in words) and len(text) < 400, text


def test_make_names_every_problem_at_once():
    with pytest.raises(SettingsError) as error:
        make("pairing", tau_e_ms=1, w_max=-1, nonsense=0)
    assert len(error.value.problems) == 3


def field_cases() -> list[tuple[str, Field]]:
    """Every number parameter of every experiment once."""
    return sorted(
        {
            name: f for e in experiments() for name, f in schema(e, "izhikevich_2007").items() if f.kind is not str
        }.items()
    )


@pytest.mark.parametrize(("name", "field"), field_cases(), ids=[name for name, _ in field_cases()])
def test_every_bound_is_held_from_both_sides(name, field):
    p = field.param
    beyond = (
        [p.lo - 1, p.hi + 1] if field.kind is int else [math.nextafter(p.lo, -math.inf), math.nextafter(p.hi, math.inf)]
    )
    for value in (p.lo, p.hi):
        assert field.check(int(value) if field.kind is int else value) == value
    for value in beyond:
        with pytest.raises(ValueError, match="outside"):
            field.check(value)


# Anything at all


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [*schema("pairing", "pair_stdp"), *schema("credit", "pair_stdp"), "experiment", "rule", "seed"]
) | st.text(max_size=30)


@settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, JUNK | st.sampled_from([*rules(), *experiments()]), max_size=12))
@example({"experiment": "credit", "duration_s": 3600.0, "input_hz": 40.0})
def test_repair_takes_anything(raw):
    state, problems = repair(raw)
    assert all(isinstance(text, str) and 0 < len(text) < 1000 for text in problems)
    assert set(state.values) == set(schema(state.experiment, state.rule))
    assert repair({"experiment": state.experiment, "rule": state.rule, "seed": state.seed, **state.values}) == (
        state,
        [],
    )


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(list(schema("pairing", "pair_stdp"))), st.floats(-10, 300).map(str), max_size=8))
def test_a_value_reads_back_from_its_text(raw):
    state, _ = repair(raw)
    spec = schema(state.experiment, state.rule)
    assert repair({name: spec[name].format(value) for name, value in state.values.items()})[0] == state


# Digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"tau_e_ms": 500}, {"tau_e_ms": 500.0}),
        ({"tau_e_ms": 500}, {"tau_e_ms": "5e2"}),
        ({"phi_plus": -0.0}, {"phi_plus": 0.0}),
        ({"tau_e_ms": 500, "w_max": 2}, {"w_max": 2, "tau_e_ms": 500}),
        ({"da_tonic_nm": 2}, {}),
        ({"pairings": 1.0}, {"pairings": 1}),
    ],
)
def test_equal_states_have_one_digest(one, other):
    assert make(**one).digest == make(**other).digest
    assert make(**one) == make(**other) and hash(make(**one)) == hash(make(**other))


def test_unequal_states_have_different_digests():
    states = [make(), make(seed=2), make(rule="pair_stdp"), make("credit")]
    for name, field in schema("pairing", "izhikevich_2007").items():
        states += [make(**{name: value}) for value in contract.elsewhere(field, field.default)]
    states += [make(da_tonic_nm=math.nextafter(2.0, 3.0)), make(phi_plus=5e-324)]
    digests = [state.digest for state in states]
    assert len(set(digests)) == len(digests) and all(len(d) == 64 and set(d) <= set(string.hexdigits) for d in digests)


def test_digest_of_a_run_names_its_tier():
    assert run_settings(make(), "live").digest != run_settings(make(), "settled").digest


# Cost


@pytest.mark.parametrize(
    ("experiment", "values", "words"),
    [
        ("pairing", {"pairings": 200, "da_pulses": 50, "ach_pulses": 50, "ach_burst_nm": 1.0}, ["20000", "pulses"]),
        (
            "pairing",
            {"pairings": 200, "burst_spikes": 5, "da_pulses": 50, "da_on_ms": 1.0, "rate_hz": 0.2},
            ["300000", "steps", "receptor"],
        ),
        ("credit", {"duration_s": 3600, "input_hz": 40}, ["40000", "duration_s = 3600 s"]),
    ],
)
def test_a_run_that_would_be_too_large_is_refused_before_it_starts(experiment, values, words):
    with pytest.raises(SettingsError) as error:
        make(experiment, **values)
    assert all(word in str(error.value) for word in words)
    state, problems = repair({"experiment": experiment, **values})
    assert problems and experiments()[experiment].cost(state.p, state.values) == ""


# Random states


def draw(rng: random.Random, field: Field):
    """A value of a parameter: every fourth time each bound, otherwise anything in between."""
    p = field.param
    if field.kind is str:
        return rng.choice(p.choices)
    u = rng.random()
    between = p.lo * (p.hi / p.lo) ** rng.random() if p.log and p.lo > 0 else rng.uniform(p.lo, p.hi)
    value = p.lo if u < 0.25 else p.hi if u < 0.5 else between
    return round(value) if field.kind is int else value


def random_state(rng: random.Random, experiment: str, **fixed) -> Settings:
    """A state with few, many or all parameters moved."""
    rule = rng.choice(list(rules()))
    spec, share = schema(experiment, rule), rng.choice(SHARES)
    raw = {name: draw(rng, field) for name, field in spec.items() if rng.random() < share}
    state, _ = repair({"experiment": experiment, "rule": rule, "seed": rng.randrange(MAX_SEED), **raw, **fixed})
    return state


def check_state(state: Settings) -> None:
    """The run of a state is finite and its weights are within bounds; any warning is an error."""
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        run = run_settings(state, "live")
    contract.check_arrays(run)
    assert outside(run) == []


def outside(run: Run) -> list[str]:
    """Names of the weights that left their bounds by more than the last digit."""
    top = run.settings["w_max"] * (1 + 1e-12)
    return [name for name in WEIGHTS if name in run and not (np.min(run[name]) >= 0.0 and np.max(run[name]) <= top)]


def failures(states: list[Settings]) -> list[str]:
    """What goes wrong, as arguments for `engine.make` that show it again."""
    out = []
    for state in states:
        try:
            check_state(state)
        except Exception as error:  # noqa: BLE001
            out.append(
                f"{type(error).__name__} {error}: {json.dumps([state.experiment, state.rule, state.seed, state.changed])}"
            )
    return out


def is_affordable(state: Settings) -> bool:
    """True where one curve of `pairing` is short: its whole protocol on its uneven grid, in steps."""
    return pairing.grid_steps(pairing.protocol(state.values), pairing.physics_of(state.values)) < AFFORDABLE_STEPS


def test_ten_thousand_random_states_of_pairing():
    rng, affordable, drawn = random.Random(20071007), [], 0
    while len(affordable) < STATES:
        state, drawn = random_state(rng, "pairing"), drawn + 1
        affordable += [state] if is_affordable(state) else []
    assert drawn < 4 * STATES, "most states should be affordable"
    assert failures(affordable) == []


@pytest.mark.slow
def test_random_states_of_pairing_however_long():
    rng = random.Random(19981215)
    assert failures([random_state(rng, "pairing") for _ in range(LONG_STATES)]) == []


def test_random_states_of_credit():
    rng = random.Random(20100310)
    states = [
        random_state(rng, "credit", network="small", duration_s=rng.choice([5.0, 10.0])) for _ in range(CREDIT_STATES)
    ]
    assert failures(states) == []


@pytest.mark.parametrize(
    "values",
    [
        {"ne_drug": "agonist", "ne_drug_from_s": 400.0, "observe_s": 7200.0, "trace_decay_by_ne": -100.0},
        {"da_tonic_nm": 10_000.0, "da_baseline": 0.4, "da_drug": "antagonist", "da_drug_from_s": 2000.0, "observe_s": 7200.0, "trace_decay_by_da": -100.0},
        {"rule": "mstdp_2007", "pairings": 50, "rate_hz": 50.0, "w_max": 4.26, "ltd_gate_by_da": -100.0, "learning_rate_by_da": 60.0},
    ],
    ids=["drug late, decay faster", "antagonist late, decay faster", "speed of a million per second"],
)  # fmt: skip
def test_states_that_once_went_wrong(values):
    check_state(make(**values))
