"""The web application: Dash with its two callbacks, a few plain routes, and the warm-up of the kernels."""

import io
import os
import threading
import time
from collections.abc import Callable
from functools import lru_cache

import brotli
import segno
from dash import ClientsideFunction, Dash, Input, Output
from flask import Flask, Response, abort, jsonify, redirect, request
from flask_compress import Compress

from components import api, cache, security, shell, url
from components.pages import gallery, model
from components.theme import LIGHT
from engine.registry import experiments
from engine.settings import DEFAULT_EXPERIMENT, make

TEXT_PAGES = {"gallery": gallery, "model": model}
READY = threading.Event()


def create(assets: str) -> Dash:
    """The app, complete but cold."""
    app = Dash("third_factor", assets_folder=assets, title="Third Factor", update_title="", meta_tags=shell.META)
    app.index_string = shell.index()
    app.layout = shell.layout()
    add_callbacks(app)
    add_routes(app.server)
    cache.connect(app.server)
    compress(app.server)
    security.guard(app)
    return app


def compress(server: Flask) -> None:
    """Small replies over slow lines; the level is chosen so that it costs less than it saves, and a script is
    compressed once.
    """
    server.config.update(
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"], COMPRESS_ZSTD_LEVEL=1, COMPRESS_BR_LEVEL=4, COMPRESS_LEVEL=4
    )
    Compress(server)
    server.after_request(compress_script)


def compress_script(response: Response) -> Response:
    """Scripts and styles, which change only with the code: brotli at a level for which one waits once."""
    text = response.mimetype in ("text/javascript", "application/javascript", "text/css")
    if not text or response.status_code != 200 or "br" not in request.accept_encodings or response.content_encoding:
        return response
    response.direct_passthrough = False
    response.set_data(squeezed(response.get_data()))
    response.content_encoding = "br"
    response.vary.add("Accept-Encoding")
    return response


@lru_cache(maxsize=128)
def squeezed(data: bytes) -> bytes:
    return brotli.compress(data, quality=9)


def add_callbacks(app: Dash) -> None:
    """A request store becomes a reply store; the browser draws what arrives."""
    app.clientside_callback(
        ClientsideFunction("page", "receive"),
        Output("drawn", "data"),
        Input("reply", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("page", "job"),
        Output("job_drawn", "data"),
        Input("job_reply", "data"),
        prevent_initial_call=True,
    )
    app.callback(Output("reply", "data"), Input("req", "data"), prevent_initial_call=True)(guarded(api.answer))
    app.callback(Output("job_reply", "data"), Input("job_req", "data"), prevent_initial_call=True)(
        guarded(api.job_answer)
    )


def guarded(answer: Callable[[object], dict]) -> Callable[[object], dict]:
    """The same, with a refusal as HTTP status 400."""

    def callback(body):
        try:
            return answer(body)
        except api.Refused as error:
            abort(400, str(error))

    return callback


def add_routes(server: Flask) -> None:
    """Health, QR codes, pages of text."""
    server.add_url_rule("/healthz", "healthz", lambda: ("ok\n", {"Content-Type": "text/plain"}))
    server.add_url_rule("/readyz", "readyz", readiness)
    server.add_url_rule("/qr.svg", "qr", qr)
    server.add_url_rule(
        "/explore",
        "explore",
        lambda: redirect("./" + ("?" + request.query_string.decode() if request.query_string else "")),
    )
    for path, page in TEXT_PAGES.items():
        server.add_url_rule(
            f"/{path}", path, lambda path=path, page=page: shell.document(path, page.TITLE, page.body())
        )


def readiness() -> tuple[Response, int]:
    ready = READY.is_set()
    return jsonify(ready=ready), 200 if ready else 503


def qr() -> Response:
    """A QR code of this page in the state of the query string, and of nothing else."""
    settings, _, _ = url.decode(request.query_string.decode("ascii", "replace"))
    query = url.encode(settings)
    home = os.environ.get("PUBLIC_URL") or request.url_root
    code = segno.make(home + (f"?{query}" if query else ""), error="m", micro=False)
    picture = io.BytesIO()
    code.save(picture, kind="svg", scale=4, border=2, light="#fff", xmldecl=False)
    return Response(picture.getvalue(), mimetype="image/svg+xml")


def warm(first_only: bool = False, rest_only: bool = False) -> None:
    """Compile or load every kernel by running every experiment; the default page first. Sets readiness when all is
    done.
    """
    names = [DEFAULT_EXPERIMENT, *(name for name in experiments() if name != DEFAULT_EXPERIMENT)]
    chosen = names[:1] if first_only else names[1:] if rest_only else names
    for name in chosen:
        warm_one(name)
    if not first_only or len(names) == 1:
        READY.set()


def warm_one(experiment: str) -> None:
    """Prepare one experiment and say so, in whole lines: others may print at the same time."""
    print(f"Preparing {experiment}; about a minute when its kernels are compiled for the first time.", flush=True)
    start = time.perf_counter()
    for tier in ("live", "settled"):
        api.shown(make(experiment), tier, LIGHT)
    print(f"{experiment.capitalize()} is ready after {time.perf_counter() - start:.1f} s.", flush=True)
