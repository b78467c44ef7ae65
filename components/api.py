"""What a request of the page becomes: checked -> settings -> run (cached) -> reply. Pure but for the cache; the server keeps no state.

{"kind": "open", "query": "?..."}                            the page opens a link: reply has the declarations, state, figures
{"kind": "state", "experiment", "rule", "seed", "values"}    a control was moved; tier "live": arrays only, "settled": figures
"""

import re
import time
from typing import Annotated, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from components import url
from components.cache import cached_run, keep_job
from components.declarations import declarations
from components.encode import Packer, moving
from components.jobs import Busy, Jobs
from components.panels import panels_of
from components.theme import Theme, theme
from engine.registry import find
from engine.run import Run
from engine.settings import Settings, repair

CURSOR = ("t_s", "rate_per_s", "gate_ltp", "gate_ltd", "trace_ltp", "trace_ltd", "product_per_s")
Name = Annotated[str, Field(max_length=80)]
Number = Annotated[int, Field(ge=0, le=2**53)]
Form = TypeVar("Form", bound=BaseModel)


jobs = Jobs()


class Refused(ValueError):
    """A request that no page of ours would send."""


class Request(BaseModel):
    """The whole form of a request; everything else is refused. The values themselves are checked by the engine."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    kind: Literal["open", "state"]
    n: Number
    theme: Name = "light"
    compact: bool = False
    tier: Literal["live", "settled"] = "settled"
    query: Annotated[str, Field(max_length=url.MAX_LENGTH)] = ""
    experiment: Name | None = None
    rule: Name | None = None
    seed: Number = 1
    values: Annotated[dict[Name, int | float | Name], Field(max_length=url.MAX_KEYS)] = {}


class JobRequest(BaseModel):
    """Start, ask after or cancel a long run."""

    model_config = Request.model_config

    kind: Literal["start", "poll", "cancel"]
    n: Number
    id: Annotated[str, Field(max_length=32, pattern="^[0-9a-f]*$")] = ""
    theme: Name = "light"
    compact: bool = False
    experiment: Name | None = None
    rule: Name | None = None
    seed: Number = 1
    values: Annotated[dict[Name, int | float | Name], Field(max_length=url.MAX_KEYS)] = {}


def answer(body: object) -> dict:
    """The reply to the body of a request; `Refused` if it has not the form of one."""
    start = time.perf_counter()
    request = read(Request, body)
    reply = opened(request) if request.kind == "open" else moved(request)
    reply["ms"]["server"] = 1e3 * (time.perf_counter() - start)
    return reply | {"n": request.n, "kind": request.kind}


def read(form: type[Form], body: object) -> Form:
    try:
        return form.model_validate(body)
    except (ValidationError, RecursionError) as error:
        count = error.error_count() if isinstance(error, ValidationError) else 1
        raise Refused(f"This is not a request of this page ({count} of its parts cannot be read).") from None


def opened(request: Request) -> dict:
    """Everything the page needs for the state of a link."""
    settings, view, notices = url.decode(request.query)
    reply = shown(settings, "settled", theme(view.theme or request.theme, request.compact))
    state = {
        "experiment": settings.experiment,
        "rule": settings.rule,
        "seed": settings.seed,
        "values": settings.changed,
    }
    return reply | {
        "state": state,
        "view": view._asdict(),
        "notices": notices,
        "declarations": declarations(settings.experiment, settings.rule),
    }


def moved(request: Request) -> dict:
    """The run of the present state."""
    settings, problems = asked_for(request)
    return shown(settings, request.tier, theme(request.theme, request.compact)) | {"notices": problems}


def asked_for(request: Request | JobRequest) -> tuple[Settings, list[str]]:
    """The settings of a request, with a sentence for every value that was replaced."""
    return repair({**request.values, "experiment": request.experiment, "rule": request.rule, "seed": request.seed})


def job_answer(body: object) -> dict:
    """The reply to a request about a long run: where it stands, or its pictures."""
    request = read(JobRequest, body)
    if request.kind == "start":
        return {"n": request.n} | job_started(request)
    if request.kind == "cancel":
        jobs.cancel(request.id)
    return {"n": request.n, "id": request.id} | job_state(request)


def job_started(request: JobRequest) -> dict:
    settings, problems = asked_for(request)
    if not getattr(find("experiment", settings.experiment), "JOB", ""):
        return {"state": "failed", "error": "This experiment has no long run."}
    try:
        return {"id": jobs.start(settings), "state": "running", "share": 0.0, "notices": problems}
    except Busy as busy:
        return {"state": "failed", "error": str(busy)}


def job_state(request: JobRequest) -> dict:
    job = jobs.find(request.id)
    if job is None:
        return {"state": "unknown", "error": "This run is not known here any more. Start it again."}
    if job.state != "done":
        return {"state": job.state, "share": job.share, "error": job.error}
    run = jobs.fetch(request.id)
    if run is None:
        return {"state": "unknown", "error": "This run has been fetched already."}
    keep_job(run)
    return {"state": "done", "reply": pictured(run, theme(request.theme, request.compact))}


def shown(settings: Settings, tier: str, look: Theme) -> dict:
    """The pictures of a run, its numbers at the cursor, and what to say about it."""
    start = time.perf_counter()
    run = cached_run(settings, tier)
    return pictured(run, look, time.perf_counter() - start)


def pictured(run: Run, look: Theme, engine_s: float = 0.0) -> dict:
    """What the page draws of a run; engine_s: how long one waited for it (next to nothing if it was in the cache)."""
    settings, packer = run.settings, Packer(double=run.tier != "live")
    reply = {
        "tier": run.tier, "digest": settings.digest, "partial": run.partial, "panels": pictures(run, look, packer), "cursor": at_cursor(run, packer),
        "numbers": numbers(run), "effect": effect(settings, run), "preview": preview(run), "ms": {"engine": 1e3 * engine_s},
    }  # fmt: skip
    return reply | {"arrays": packer.arrays}


def pictures(run: Run, look: Theme, packer: Packer) -> dict[str, dict]:
    """The figure of every panel; only what moves, above the fold, when the run is a live one."""
    out = {}
    for name, panel in panels_of(run.settings.experiment).items():
        if run.tier == "live" and panel.COLUMN == "more":
            continue
        figure = panel.figure(run, look)
        out[name] = packer.pack(moving(figure) if run.tier == "live" else figure | {"summary": panel.SUMMARY(run)})
    return out


def at_cursor(run: Run, packer: Packer) -> dict:
    """The arrays of the sentence at the cursor, where the experiment has them; it may have a word of its own before their names."""
    prefix = getattr(find("experiment", run.settings.experiment), "CURSOR_PREFIX", "")
    names = {name: prefix + name for name in CURSOR}
    return (
        packer.pack({name: run[own] for name, own in names.items()})
        if all(own in run for own in names.values())
        else {}
    )


def numbers(run: Run) -> list[dict]:
    """The results that are one number each, in the order of the experiment's outputs."""
    single = [(name, out, spoken(out.doc)) for name, out in run.outputs.items() if not out.axes and name in run]
    return [
        {"name": name, "value": number(run[name]), "unit": out.unit, "doc": doc, "label": out.label or doc}
        for name, out, doc in single
    ]


def spoken(doc: str) -> str:
    """What an output is, without the clause that says when it is nan: the page shows a dash there."""
    return re.sub(r"[,;] nan [^;)]*", "", re.sub(r" \(nan [^)]*\)", "", doc))


def number(value: np.ndarray) -> float | None:
    """The number, if it is finite."""
    return float(value) if np.isfinite(value) else None


def preview(run: Run) -> str:
    """What is shown while a control moves, if that is less than what follows at rest."""
    what = getattr(run.settings.world, "PREVIEW", None)
    return (
        f"Preview while a control moves: {what(run.settings.p, run)}. At rest all of it follows."
        if what and run.tier == "live"
        else ""
    )


def effect(settings: Settings, run: Run) -> str:
    """The experiment's own sentence on a run, if it has one."""
    sentence = getattr(settings.world, "effect", None)
    return re.sub(r"(?<!\w)-(?=\d)", "−", sentence(settings.p, run)) if sentence else ""
