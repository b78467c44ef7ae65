"""What stands before every request and behind every reply: size and form of what comes in, headers of what goes out,
plain errors.
"""

import json
import logging
from collections.abc import Sequence

from dash import Dash
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

MAX_BODY = 64 * 1024
MAX_DEPTH = 20
CALLBACK_PATH = "_dash-update-component"
CALLBACKS = {"reply.data": "req", "job_reply.data": "job_req"}  # output: the store whose data is its one input
BODY_KEYS = {"output", "outputs", "inputs", "changedPropIds", "parsedChangedPropsIds", "state"}
KNOWN_ARGUMENTS = {"endId"}  # Dash's page token; it matters to background callbacks only, which this page has not

log = logging.getLogger(__name__)


class BadBody(ValueError):
    """A callback body that this page does not send."""


def guard(app: Dash) -> None:
    """Put limits, headers and error pages around the server of a Dash app. Call it when all callbacks are declared."""
    server = app.server
    server.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    server.before_request(refuse_forged)
    server.register_error_handler(HTTPException, http_error)
    server.register_error_handler(Exception, unexpected)
    add_headers(server, policy(app.csp_hashes()))


def policy(script_hashes: Sequence[str]) -> str:
    """The content security policy: our own origin and nothing else."""
    return "; ".join(
        (
            "default-src 'none'", f"script-src 'self' {' '.join(script_hashes)}", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:",
            "font-src 'self' data:", "connect-src 'self'", "worker-src 'self' blob:", "base-uri 'none'", "form-action 'none'", "object-src 'none'",
            "frame-ancestors *",
        )
    )  # fmt: skip


def add_headers(server: Flask, csp: str) -> None:
    headers = {
        "Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()", "Cross-Origin-Opener-Policy": "same-origin",
    }  # fmt: skip

    @server.after_request
    def headed(response: Response) -> Response:
        response.headers.update(headers)
        if (
            request.path.startswith("/assets/") and "m" in request.args
        ):  # Dash's mark of the file's age: a new file has a new address
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def refuse_forged() -> Response | None:
    """A reply to a callback request that is not of this page, before Dash reads it."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site" and request.method == "POST":
        return sentence(403, "Only this page itself may send requests here.")
    if not request.path.endswith(CALLBACK_PATH) or request.method != "POST":
        return None
    try:
        check_body(request.get_data(), request.args)
    except BadBody as error:
        return sentence(400, str(error))
    return None


def check_body(data: bytes, arguments) -> None:
    """Nothing but the one shape that Dash's renderer sends for our callbacks."""
    if not set(arguments) <= KNOWN_ARGUMENTS:
        raise BadBody("This page has no background callbacks.")
    body = parsed(data)
    if not isinstance(body, dict) or not set(body) <= BODY_KEYS:
        raise BadBody("The body is not that of a callback.")
    store = CALLBACKS.get(body["output"]) if isinstance(body.get("output"), str) else None
    if store is None:
        raise BadBody("There is no such output. If the page has been updated, reload it.")
    check_parts(body, store)


def check_parts(body: dict, store: str) -> None:
    inputs = body.get("inputs")
    one = inputs[0] if isinstance(inputs, list) and len(inputs) == 1 else None
    if not isinstance(one, dict) or set(one) != {"id", "property", "value"}:
        raise BadBody("The input is not that of this callback.")
    if one["id"] != store or one["property"] != "data":
        raise BadBody("The input is not that of this callback.")
    if body.get("outputs") != dict(zip(("id", "property"), body["output"].split("."), strict=True)):
        raise BadBody("The outputs are not those of this callback.")
    if body.get("changedPropIds") not in ([], [f"{store}.data"]) or body.get("state") not in (None, []):
        raise BadBody("The changed properties are not those of this callback.")
    if body.get("parsedChangedPropsIds") not in (None, [], [store], [f"{store}.data"]):
        raise BadBody("The changed properties are not those of this callback.")


def parsed(data: bytes):
    """The body as JSON proper: no NaN, no Infinity, no key twice, no deep nesting."""
    if depth(data) > MAX_DEPTH:
        raise BadBody("The body is nested too deeply.")
    try:
        return json.loads(data, parse_constant=no_constant, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise BadBody(str(error) if isinstance(error, BadBody) else "The body is not JSON.") from None


def depth(data: bytes) -> int:
    """An upper bound of the nesting of JSON text (brackets within texts count too)."""
    deepest = now = 0
    for byte in data:
        if byte in b"[{":
            now += 1
            deepest = max(deepest, now)
        elif byte in b"]}":
            now -= 1
    return deepest


def no_constant(name: str):
    raise BadBody(f"{name} is not a number of JSON.")


def once(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadBody("A key stands twice in the body.")
    return found


def sentence(status: int, text: str) -> Response:
    response = jsonify(error=text)
    response.status_code = status
    return response


def http_error(error: HTTPException) -> BaseResponse:
    """A refusal in one sentence; a redirect stays what it is."""
    if error.code and error.code >= 400:
        return sentence(error.code, error.description or error.name)
    return error.get_response()


def unexpected(error: Exception) -> Response:
    """Our own fault: the log gets everything, the visitor a sentence."""
    log.exception("A request failed", exc_info=error)
    return sentence(500, "Something went wrong here. It has been noted; the page goes on with its last curves.")
