"""Texts say what the declarations say: rules and experiments that are named, and every number with a unit in a preset's
words.
"""

import re
from math import exp
from pathlib import Path

import pytest

import engine
from components import data_points
from engine.registry import experiments, rules
from engine.settings import make

ROOT = Path(__file__).parents[1]
WORDS = {
    "half a": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "forty": 40, "sixty": 60, "one hundred": 100, "a hundred": 100,
}  # fmt: skip
# Unit in the text: endings of the parameters it may speak of, and what one unit of the text is in theirs
UNITS = {
    "s": {"_s": 1.0, "_ms": 1e3},
    "second": {"_s": 1.0, "_ms": 1e3},
    "seconds": {"_s": 1.0, "_ms": 1e3},
    "ms": {"_ms": 1.0, "_s": 1e-3},
    "Hz": {"_hz": 1.0},
    "nM": {"_nm": 1.0},
    "trials": {"trials": 1.0, "_at": 1.0, "block": 1.0},
    "pairings": {"pairings": 1.0},
    "%": {"p_best": 0.01, "p_other": 0.01, "reward_p": 0.01},
}
NUMBER = re.compile(
    rf"(\d+(?:\.\d+)?|{'|'.join(sorted(WORDS, key=len, reverse=True))}) ({'|'.join(sorted(UNITS, key=len, reverse=True))})(?![\w])"
)
PRESETS = [(name, key) for name, world in experiments().items() for key in world.PRESETS]


def text(experiment: str, preset: str) -> str:
    declared = experiments()[experiment].PRESETS[preset]
    return f"{declared['title']}. {declared['note']}"


def numbers(words: str) -> list[tuple[float, str]]:
    """Every number with a unit."""
    return [
        (WORDS[n.lower()] if n.lower() in WORDS else float(n), unit)
        for n, unit in NUMBER.findall(words[:1].lower() + words[1:])
    ]


def spoken_of(experiment: str, preset: str) -> dict:
    """The values a preset's words may speak of: the experiment's and the rule's own, those the preset sets, and when
    dopamine comes.
    """
    world = experiments()[experiment]
    declared = world.PRESETS[preset]
    law = rules()[declared["rule"]]
    own = {
        *world.Params._fields,
        *getattr(world, "DEFAULTS", {}),
        *law.CONSTANTS,
        *getattr(law, "DEFAULTS", {}),
        *declared["values"],
        "da_delay_ms",
        "tau_e_ms",
    }
    values = make(experiment, declared["rule"], 1, **declared["values"]).values
    return {name: values[name] for name in own if name in values}


def is_set(value: float, unit: str, values) -> bool:
    """True where a parameter of that unit has the value."""
    return any(
        name.endswith(end) and isinstance(v, int | float) and float(v) == pytest.approx(value * scale, rel=1e-6)
        for end, scale in UNITS[unit].items()
        for name, v in values.items()
    )


def window_closes_within_20_ms() -> bool:
    """Brzosko 2017, acetylcholine: every measured order up to 20 ms depresses, 50 ms do not significantly."""
    measured = [p for p in data_points.POINTS if p.condition == data_points.ACH]
    return all((p.percent + p.sem < 100.0) == (abs(p.dt_ms) <= 20) or "not significant" in p.note for p in measured)


# What is not set but follows: the text's number, and whether it is right
COMPUTED = {
    ("pairing", "too_late"): {
        (5.0, "%"): lambda v: exp(-v["da_delay_ms"] / v["tau_e_ms"]) == pytest.approx(0.05, abs=0.005)
    },
    ("pairing", "ach_during"): {(20.0, "ms"): lambda v: window_closes_within_20_ms()},
    ("pairing", "rate"): {
        (1.0, "Hz"): lambda v: abs(rate_percent(1.0) - 100.0) < 1.0,
        (40.0, "Hz"): lambda v: rate_percent(40.0) > 150.0,
    },
    ("pairing", "balance"): {(1.3, "s"): lambda v: abs(balance_percent(1.3) - 100.0) < 0.5},
    ("credit", "the_hour"): {(3.0, "seconds"): lambda v: v["da_delay_ms"] + v["jitter_ms"] == 3000},
    ("choice", "learn_and_reverse"): {(10.0, "%"): lambda v: v["p_other"] == pytest.approx(0.1)},
}


def rate_percent(rate_hz: float) -> float:
    return float(engine.run("pairing", "triplet_2006", tier="live", rate_hz=rate_hz).final_percent)


def balance_percent(delay_s: float) -> float:
    return float(engine.run("pairing", "huertas_2016", tier="live", da_delay_ms=round(1e3 * delay_s)).final_percent)


@pytest.mark.parametrize(("experiment", "preset"), PRESETS)
def test_numbers_in_the_words_of_a_preset_are_its_numbers(experiment, preset):
    values = spoken_of(experiment, preset)
    computed = COMPUTED.get((experiment, preset), {})
    for value, unit in numbers(text(experiment, preset)):
        right = computed[value, unit](values) if (value, unit) in computed else is_set(value, unit, values)
        assert right, f"{experiment}, {preset}: {value:g} {unit}"


def test_a_number_that_is_not_set_is_found():
    values = spoken_of("pairing", "late_reward")
    assert numbers("A reward half a second late") == [(0.5, "second")] and not is_set(0.5, "second", values)
    assert is_set(0.4, "s", values) and numbers("A reward 0.4 s late, 30 ms wide") == [(0.4, "s"), (30.0, "ms")]


def test_the_trace_is_as_alive_as_the_first_preset_says():
    values = spoken_of("pairing", "late_reward")
    assert "two thirds alive" in text("pairing", "late_reward")
    assert exp(-values["da_delay_ms"] / values["tau_e_ms"]) == pytest.approx(2 / 3, abs=0.01)


def test_the_readme_names_every_rule_and_counts_the_experiments():
    readme = (ROOT / "README.md").read_text()
    named = set(re.findall(r"`(\w+)`", readme.split("**One rule family.**")[1].split("- **")[0]))
    assert named == set(rules())
    count = re.search(r"- \*\*(\w+) experiments\.\*\*", readme).group(1).lower()
    assert WORDS[count] == len(experiments())
    assert {world.TITLE for world in experiments().values()} == set(re.findall(r"\*(\w+)\*:", readme))


def test_the_changelog_counts_rules_and_experiments():
    changelog = (ROOT / "CHANGELOG.md").read_text().split("## [Unreleased]")[1]
    assert WORDS[re.search(r"(\w+) named rules", changelog).group(1).lower()] == len(rules())
    assert WORDS[re.search(r"- (\w+) experiments\.", changelog).group(1).lower()] == len(experiments())
