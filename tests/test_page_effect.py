"""The sentence under the page's question says the truth: in every experiment, after each of ten changes made with its
controls.

It has two parts. "Burst onset moved from 400 to 1200 ms: weight at the end, 0.44 → 0.41." names the change and what the
first number did; what follows is the experiment's own sentence on the run. Both are compared with runs of the engine,
and the numbers in the experiment's sentence with the arrays of the run.
"""

import re

import numpy as np
import pytest
from browsing import at_rest
from playwright.sync_api import expect

import engine
from components import api
from engine.registry import experiments

# Every change is made on top of those before it. The first entry is the link the page starts from.
SCRIPTS = {
    "pairing": (
        {},
        [
            ("da_delay_ms", 1200), ("da_burst_nm", 0), ("dt_ms", -10), ("ach_tonic_nm", 500), ("pairings", 50), ("da_burst_nm", 600),
            ("tau_e_ms", 200), ("da_delay_ms", 100), ("a_minus", 0), ("eta_per_s", 0.02),
        ],
    ),
    "credit": (
        {"duration_s": 60},
        [
            ("da_delay_ms", 3000), ("da_delay_ms", 100), ("contingency", 0), ("contingency", 1), ("da_burst_nm", 0), ("da_burst_nm", 800),
            ("inhibition_mv", 20), ("input_hz", 5), ("tau_e_ms", 100), ("eta_per_s", 0.0001),
        ],
    ),
    "instrumental": (
        {"trials": 60, "swap_at": 30},
        [
            ("da_delay_ms", 2000), ("da_delay_ms", 100), ("swap_at", 60), ("da_burst_nm", 0), ("da_burst_nm", 500), ("trials", 100),
            ("background_hz", 3), ("tau_e_ms", 100), ("tau_e_ms", 1000), ("eta_per_s", 0.0001),
        ],
    ),
    "conditioning": (
        {"trials": 30},
        [
            ("reward_p", 0.5), ("reward_p", 1), ("da_value_gain", 0), ("da_value_gain", 1), ("da_delay_ms", 1200), ("da_delay_ms", 50),
            ("schedule", "extinction"), ("schedule", "omission"), ("da_source", "scripted"), ("eta_per_s", 0.0001),
        ],
    ),
    "choice": (
        {"trials": 40, "block": 20},
        [
            ("p_other", 0.7), ("p_other", 0.1), ("options", 3), ("options", 2), ("outcome_delay_ms", 1500), ("outcome_delay_ms", 250),
            ("schedule", "drift"), ("schedule", "patience"), ("schedule", "reversals"), ("block", 400),
        ],
    ),
    "navigation": (
        {"trials": 8, "move_at": 4},
        [
            ("ach_tonic_nm", 0), ("ach_tonic_nm", 500), ("da_burst_nm", 0), ("da_burst_nm", 1000), ("goal_radius", 1), ("move_at", 8),
            ("move_at", 0), ("trial_s", 5), ("obstacle", "walls"), ("trials", 4),
        ],
    ),
    "perception": (
        {"exposures": 30, "trials": 40},
        [
            ("ach_burst_nm", 0), ("ach_burst_nm", 500), ("paired", 3), ("boundary", 4.5), ("disinhibition_mv", 0), ("disinhibition_mv", 30),
            ("da_delay_ms", 600), ("ne_tonic_nm", 0), ("trials", 0), ("trials", 100),
        ],
    ),
}  # fmt: skip


def numbers_in(text: str) -> list[tuple[float, float]]:
    """All numbers of a sentence, each with half a unit of the last digit it is written with."""
    found = re.findall(r"(?<![\w.])([-+−]?\d+(?:\.(\d+))?(?:e([-+]?\d+))?)", text)
    return [
        (float(x.replace("−", "-")), 0.5 * 10.0 ** (int(power or 0) - len(decimals))) for x, decimals, power in found
    ]


def percent(x) -> int:
    return round(100.0 * float(np.mean(x)))


def of_pairing(text, run):
    ratio = float(run.final_weight) / float(run.start_weight)
    word = "strengthened" if ratio > 1.005 else "weakened" if ratio < 0.995 else "hardly changes"
    return word in text, [100.0 * ratio, float(run.start_weight), float(run.final_weight)]


def of_credit(text, run):
    above, ends = float(run.stronger), run.target_seeds[:, -1]
    spread = [ends.size, ends.min(), ends.max()] if ends.size > 1 else []
    return True, [
        run.reward_s.size,
        run.t_s[-1],
        run.target_weight[0],
        run.target_weight[-1],
        run.crowd_mean[-1],
        above,
        *spread,
    ]


def of_instrumental(text, run):
    swap = int(run.swap)
    parts = [part[-20:] for part in (run.rewarded[:swap], run.rewarded[swap:]) if part.size]
    return ("after" in text) == (run.rewarded.size > swap), [percent(part) for part in parts]


def of_conditioning(text, run):
    nm = [float(run[f"late_{name}_nm"]) for name in ("cue", "reward", "omission")]
    said = [round(x) for x in nm if np.isfinite(x)]
    return ("omitted" in text) == bool(np.isfinite(nm[2])), [*said, run.response_hz[:5].mean(), run.late_response_hz]


def of_choice(text, run):
    kind = run.settings["schedule"]
    late = float(run.best_at_end_percent)
    if kind in ("patience", "risk"):
        return "option B" in text, [round(late)]
    reversed_ = np.isfinite(run.criterion_trials)
    return ("no reversal" in text) != bool(reversed_), [round(late)] + (
        [round(float(run.criterion_trials)), 8, 10] if reversed_ else []
    )


def of_navigation(text, run):
    move, n = int(run.move_at), run.trial.size
    hits = [run.found[:move]] if move else []
    hits += [run.found[move:], run.entries_first[move:] > 0.0] if n > move else []
    return ("before" in text) == (move > 0) and ("after" in text) == (n > move), [
        x for h in hits for x in (h.sum(), h.size)
    ]


def of_perception(text, run):
    area = [float(run.paired_after), float(run.paired_before)]
    return ("answers" in text) == bool(run.trial.size), area + (
        [float(run.right_percent), float(run.boundary_after)] if run.trial.size else []
    )


FACTS = {name.removeprefix("of_"): check for name, check in list(globals().items()) if name.startswith("of_")}


def set_control(page, name: str, value) -> None:
    """Change a parameter as a visitor does: in its number field or its list."""
    control = page.locator(f'.control[data-name="{name}"]')
    control.evaluate("e => { const d = e.closest('details'); if (d) d.open = true; }")
    if isinstance(value, str):
        control.locator("select").select_option(value)
        return
    control.locator("input[type=number]").fill(f"{value:g}")
    control.locator("input[type=number]").press("Enter")


def said_after(page, before: str) -> str:
    """The sentence of the newest state, once it has come."""
    at_rest(page)
    expect(page.locator("#effect")).not_to_have_text(re.compile(f"^(Preview .*|{re.escape(before)})$"))
    page.wait_for_timeout(100)
    return page.locator("#effect").text_content()


def agree(found: list[tuple[float, float]], expected: list[float]) -> bool:
    """The same numbers in the same order, each to the digits in which it is written."""
    return len(found) == len(expected) and all(
        abs(said - there) <= half * (1.0 + 1e-9) for (said, half), there in zip(found, expected, strict=True)
    )


def test_every_experiment_has_ten_changes():
    assert set(SCRIPTS) == set(FACTS) == set(experiments())
    assert all(len(changes) >= 10 for _, changes in SCRIPTS.values())


@pytest.mark.parametrize("experiment", list(experiments()))
def test_the_sentence_is_right_after_each_of_ten_changes(page, experiment):
    start, changes = SCRIPTS[experiment]
    values = dict(start)
    page.goto("/?" + "&".join(f"{k}={v}" for k, v in {"experiment": experiment, "level": "full", **values}.items()))
    page.locator("body.ready").wait_for()
    at_rest(page)
    old = engine.run(experiment, **values)
    for name, value in changes:
        text = page.locator("#effect").text_content()
        set_control(page, name, value)
        text, was = said_after(page, text), values.get(name, engine.make(experiment)[name])
        values[name] = value
        run = engine.run(experiment, **values)
        own = api.effect(run.settings, run)
        assert text.endswith(own) and "nan" not in own, (name, value, text)
        true, facts = FACTS[experiment](own, run)
        assert true and agree(numbers_in(own), [float(x) for x in facts]), (name, value, own, facts)
        check_change(text.removesuffix(own).rstrip(), was, value, old, run)
        old = run


def check_change(text: str, was, value, old, run) -> None:
    """The first part of the sentence: from what to what, and what the first number did."""
    name, out = next((name, out) for name, out in run.outputs.items() if not out.axes and name in run)
    found = re.fullmatch(
        r"(.+?) moved from (\S+) to (\S+)(?: .+?)?: (.*), (?:still (\S+)|(\S+) → (\S+))(?: .+)?\.", text
    )
    assert found, text
    _, before, after, doc, still, first, second = found.groups()
    assert [spoken(before), spoken(after)] == [spoken(was), spoken(value)], text
    assert doc == api.spoken(out.doc) and "nan" not in doc, text
    numbers = (still, still) if still else (first, second)
    for said, there in zip(numbers, (float(old[name]), float(run[name])), strict=True):
        assert spoken(said) == (pytest.approx(there, rel=1e-3, abs=1e-9) if np.isfinite(there) else "–"), text


def spoken(value):
    """A number, or the word as the page writes it."""
    try:
        return pytest.approx(float(str(value).replace("−", "-")), rel=1e-3)
    except ValueError:
        return str(value).replace("_", " ")
