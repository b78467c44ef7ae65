"""Every way in: forged callback bodies, forged links, sizes, headers. Nothing of it may be a 500 or reach the engine
unchecked.
"""

import copy
import json
import os
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app
from components import api, url
from components.security import CALLBACK_PATH, MAX_BODY
from engine.registry import experiments, rules
from engine.settings import all_names, make

CASES = int(os.environ.get("DOOR_CASES", 2000))
ALLOWED = {200, 204, 400, 403, 409, 413, 415, 422}
CHECK = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(CHECK, max_examples=max(CASES // 10, 100))


def good(value=None, store="req", output="reply") -> dict:
    """The body that Dash's renderer sends."""
    value = (
        {"kind": "state", "n": 1, "tier": "live", "theme": "light", "experiment": "pairing", "seed": 1, "values": {}}
        if value is None
        else value
    )
    return {
        "output": f"{output}.data", "outputs": {"id": output, "property": "data"},
        "inputs": [{"id": store, "property": "data", "value": value}], "changedPropIds": [f"{store}.data"], "parsedChangedPropsIds": [f"{store}.data"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def post():
    """Send a body to the callback door: (status, text)."""
    client = app.server.test_client()

    def send(body, content_type="application/json", **kwargs):
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        reply = client.post(f"/{CALLBACK_PATH}", data=data, content_type=content_type, **kwargs)
        text = reply.get_data(as_text=True)
        assert "Traceback" not in text
        assert "/" + "site-packages" not in text
        return reply.status_code, text

    return send


def test_a_good_body_gets_the_numbers_of_the_engine(post):
    status, text = post(good())
    assert status == 200
    assert json.loads(text)["response"]["reply"]["data"]["digest"] == make("pairing").digest


FORGED_BODIES = [
    b"", b"null", b"[]", b"{}", b"1", b'"x"', b"{", b"\xff\xfe", b"NaN", b"[" * 50_000, b'{"a":' * 10_000, b"9" * 5000,
    '{"output": "reply.data", "output": "reply.data"}',
    {"output": "nobody.data"}, {"output": ["reply.data"]}, {"output": None}, {"output": {}}, {"output": 1}, {"output": "reply.children"},
    {"output": "..reply.data...drawn.data.."}, {"output": "drawn.data"}, {"output": "reply.data"}, {"output": "__proto__.data"},
]  # fmt: skip


@pytest.mark.parametrize("body", FORGED_BODIES, ids=range(len(FORGED_BODIES)))
def test_bodies_that_are_no_callback_are_refused(post, body):
    assert post(body)[0] == 400


WRONG_PARTS = {
    "inputs": [
        None,
        [],
        {},
        [None],
        [{}],
        [{"id": "req"}],
        [{"id": "reply", "property": "data", "value": {}}],
        [1, 2],
        "x",
        [[]],
    ],
    "outputs": [
        None,
        [],
        {},
        {"id": "req", "property": "data"},
        [{"id": "reply", "property": "data"}] * 2,
        "reply.data",
    ],
    "changedPropIds": ["req.data", ["x.data"], [1], {}, None],
    "parsedChangedPropsIds": [1, {}, ["nobody"]],
    "state": [[1], {}, "x"],
    "extra": [1],
}


@pytest.mark.parametrize("part", WRONG_PARTS)
def test_wrong_parts_are_refused(post, part):
    for wrong in WRONG_PARTS[part]:
        assert post(good() | {part: wrong})[0] == 400, wrong
    body = good()
    body.pop(part, None)
    assert post(body)[0] in ALLOWED


HUGE = 10**400
ODD = [
    None,
    True,
    False,
    [],
    {},
    [1],
    {"a": 1},
    "",
    "x",
    "9" * 500,
    -1,
    0,
    1,
    1.5,
    -0.0,
    5e-324,
    1e308,
    HUGE,
    2**53,
    2**63,
    "nan",
    "inf",
    "1e999",
    "\u0000",
    "<b>",
]


@pytest.mark.parametrize(
    "key", ["kind", "n", "tier", "theme", "query", "experiment", "rule", "seed", "values", "foreign", "id"]
)
@pytest.mark.parametrize(("store", "output"), [("req", "reply"), ("job_req", "job_reply")])
def test_odd_values_in_every_place_of_a_request(post, key, store, output):
    start = {"kind": "poll", "n": 1, "id": "0"} if store == "job_req" else good()["inputs"][0]["value"]
    for odd in ODD:
        status, text = post(good({**copy.deepcopy(start), key: odd}, store, output))
        assert status in ALLOWED, (odd, text)
        assert "<b>" not in text


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused(post, name):
    text = json.dumps(good()).replace('"seed": 1', f'"seed": {name}')
    assert post(text)[0] == 400
    assert (
        post(json.dumps(good({"kind": "state", "n": 1, "values": {"tau_e_ms": "HERE"}})).replace('"HERE"', name))[0]
        == 400
    )


def test_a_number_beyond_all_bounds_is_named_and_replaced(post):
    status, text = post(good({"kind": "state", "n": 1, "values": {"tau_e_ms": 1e300}}))
    assert status == 200
    reply = json.loads(text)["response"]["reply"]["data"]
    assert "tau_e_ms = 1e+300 ms is outside [10, 600000] ms" in reply["notices"][0]
    assert reply["digest"] == make().digest


def test_large_bodies_are_refused(post):
    assert post(b"x" * (MAX_BODY + 1))[0] == 413
    assert post(b"[" + b"1," * 10_000_000 + b"1]")[0] == 413


@pytest.mark.parametrize("argument", ["oldJob=1", "cancelJob=1", "cacheKey=x", "job=1", "endId=x&job=2"])
def test_handles_of_background_callbacks_are_refused(post, argument):
    assert post(good(), query_string=argument)[0] == 400


@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_other_kinds_of_content(post, kind):
    assert post(good(), content_type=kind)[0] in ALLOWED


def test_other_sites_may_not_post(post):
    assert post(good(), headers={"Sec-Fetch-Site": "cross-site"})[0] == 403


values = st.one_of(
    st.floats(), st.integers(), st.text(max_size=12), st.booleans(), st.none(), st.lists(st.integers(), max_size=2)
)
names = st.one_of(st.sampled_from(sorted(all_names())), st.text(max_size=12))


@FEW
@given(st.dictionaries(names, values, max_size=5), values, values, values)
def test_random_requests_are_answered_or_refused(found, experiment, rule, seed):
    body = {
        "kind": "state",
        "n": 1,
        "tier": "live",
        "experiment": experiment,
        "rule": rule,
        "seed": seed,
        "values": found,
    }
    try:
        reply = api.answer(body)
    except api.Refused:
        return
    json.dumps(reply, allow_nan=False)
    assert all(isinstance(sentence, str) and len(sentence) < 400 for sentence in reply["notices"])


queries = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.tuples(names, st.one_of(st.floats().map(str), st.integers().map(str), st.text(max_size=10))), max_size=6
    ).map(lambda pairs: "&".join(f"{k}={v}" for k, v in pairs)),
)


@CHECK
@given(queries)
def test_random_links_decode_to_a_state_that_encodes_to_itself(query):
    found, view, notices = url.decode(query)
    again, _, more = url.decode(url.encode(found))
    assert again == found
    assert more == []
    assert all(len(sentence) < 400 for sentence in notices)


@FEW
@given(st.data())
def test_random_states_survive_the_link(data):
    experiment, rule = data.draw(st.sampled_from(sorted(experiments()))), data.draw(st.sampled_from(sorted(rules())))
    spec = url.schema(experiment, rule)
    chosen = data.draw(st.lists(st.sampled_from(sorted(spec)), max_size=8, unique=True))
    drawn = {name: data.draw(allowed(spec[name])) for name in chosen}
    state, problems = url.repair(
        {"experiment": experiment, "rule": rule, "seed": data.draw(st.integers(0, 2**31 - 1)), **drawn}
    )
    assert url.decode("?" + url.encode(state))[0] == state, problems


def allowed(field):
    """Values of a field within its hard bounds."""
    if field.kind is str:
        return st.sampled_from(field.param.choices)
    bounds = {"min_value": field.param.lo, "max_value": field.param.hi}
    return st.integers(**{k: int(v) for k, v in bounds.items()}) if field.kind is int else st.floats(**bounds)


def test_links_that_are_too_long():
    assert url.decode("a" * 9000)[2] == ["The link is longer than 8000 characters; the default state is shown."]
    assert "more than 400 parts" in url.decode("&".join(f"a{k}=1" for k in range(500)))[2][0]


ROUTES = [
    "/",
    "/gallery",
    "/model",
    "/healthz",
    "/readyz",
    "/qr.svg",
    "/assets/style.css",
    "/nowhere",
    "/assets/nowhere.js",
    "/_dash-layout",
]


@pytest.mark.parametrize("route", ROUTES)
def test_headers_on_every_route(route):
    reply = app.server.test_client().get(route)
    assert reply.status_code < 500 or route == "/readyz"
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "/%2f%2fevil.example",
        "/explore?//evil",
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
    ],
)
def test_no_way_out_and_no_way_up(path):
    reply = app.server.test_client().get("/", environ_overrides={"PATH_INFO": path})
    assert reply.status_code < 500
    assert urlsplit(reply.headers.get("Location", "")).netloc in ("", "localhost")
    assert b"WSGIRequestHandler" not in reply.data


def test_the_qr_code_is_of_this_page_only():
    client = app.server.test_client()
    one, other = (client.get("/qr.svg", query_string=q).data for q in ("seed=2&v=1", "seed=2&evil=http://evil.example"))
    assert one == other
    assert one.startswith(b"<svg")


def test_nothing_dangerous_is_on():
    assert not app.server.debug
    assert app.app.config.get("enable_mcp") in (None, False)
