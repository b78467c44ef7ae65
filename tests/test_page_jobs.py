"""Long runs: started, watched, cancelled and fetched once, on the page and behind it."""

import time

import pytest
from playwright.sync_api import expect

from components import api
from engine.registry import experiments

LONG = [name for name, world in experiments().items() if getattr(world, "JOB", "")]


def wait(request: dict, state: str, share: float = 0.0, seconds: float = 60.0) -> dict:
    """Poll until the job is in that state, and has done more than that share."""
    for n in range(int(seconds / 0.05)):
        reply = api.job_answer(request | {"n": n})
        if reply["state"] == state and reply.get("share", 1.0) >= share:
            return reply
        time.sleep(0.05)
    raise AssertionError(f"never {state}: {reply}")


def longest(experiment: str) -> dict:
    """The values of the preset that takes longest."""
    return experiments()[experiment].PRESETS[longest_preset(experiment)]["values"]


def longest_preset(experiment: str) -> str:
    """Name of the preset with the most simulated time."""
    presets = experiments()[experiment].PRESETS
    return max(presets, key=lambda name: presets[name]["values"].get("duration_s", 0.0))


@pytest.mark.parametrize("experiment", LONG)
def test_a_job_is_fetched_once_and_then_answers_at_rest(experiment):
    started = api.job_answer({"kind": "start", "n": 1, "experiment": experiment, "values": {}})
    assert len(started["id"]) == 32
    poll = {"kind": "poll", "id": started["id"]}
    done = wait(poll, "done")
    assert done["reply"]["tier"] == "job"
    assert api.job_answer(poll | {"n": 1})["state"] == "unknown"
    at_rest = api.answer({"kind": "state", "n": 1, "experiment": experiment, "values": {}})
    assert at_rest["tier"] == "job"
    assert at_rest["digest"] == done["reply"]["digest"]


@pytest.mark.parametrize("experiment", LONG)
def test_a_cancelled_job_gives_what_it_has_and_is_not_kept(experiment):
    ask = {"experiment": experiment, "values": longest(experiment)}
    started = api.job_answer({"kind": "start", "n": 1, **ask})
    wait({"kind": "poll", "id": started["id"]}, "running", share=1e-9)
    done = wait({"kind": "cancel", "id": started["id"]}, "done")
    assert done["reply"]["partial"]
    assert api.answer({"kind": "state", "n": 1, "tier": "settled", **ask})["tier"] == "settled"


def test_an_experiment_without_a_long_run_says_so():
    reply = api.job_answer({"kind": "start", "n": 1, "experiment": "pairing"})
    assert reply["state"] == "failed"
    assert "no long run" in reply["error"]


def test_unknown_ids_are_unknown():
    assert api.job_answer({"kind": "poll", "n": 1, "id": "0" * 32})["state"] == "unknown"


@pytest.mark.parametrize("experiment", LONG)
def test_progress_and_cancel_on_the_page(page, experiment):
    page.goto(f"/?experiment={experiment}")
    page.locator("body.ready").wait_for(timeout=30_000)
    page.select_option("#preset", longest_preset(experiment))
    page.wait_for_timeout(1500)
    page.click("#job-start")
    expect(page.locator(".job-text")).to_contain_text("%", timeout=20_000)
    page.click("#job-cancel")
    expect(page.locator(".job-text")).to_contain_text("Stopped early", timeout=20_000)
    assert not page.errors
