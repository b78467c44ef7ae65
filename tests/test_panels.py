"""Panels: every figure of every rule can be drawn fast, is legible and says what it shows; published data appear where
they belong.
"""

from dataclasses import replace
from types import MappingProxyType

import contract
import numpy as np
import pytest

import engine
from components import data_points
from components import figures as draw
from components.data_points import ACH, ACH_AFTER, ACH_BLOCKED, ACH_CUT, ACH_LOW, ACH_THEN_DA, CONTROL, DA_AFTER
from components.panels import panels_of
from components.theme import THEMES
from engine.registry import experiments, rules
from engine.settings import make

LIGHT = THEMES["light"]
MOST_POINTS = 2400  # of one line; 600 but for spikes, which cost three points each
PAIRING_STATES = {
    "rest": {},
    "late": {"da_delay_ms": 9000},
    "early": {"da_delay_ms": -1500},
    "post first": {"dt_ms": -30},
    "no burst": {"da_burst_nm": 0.0},
    "pause": {"da_burst_nm": -500.0, "da_tonic_nm": 100.0},
    "all modulators": {"ach_tonic_nm": 100.0, "ne_burst_nm": 300.0, "ht_after_nm": 20.0, "swept": "ne"},
    "many": {"pairings": 100, "rate_hz": 30.0, "burst_spikes": 3, "view": "run"},
    "last": {"pairings": 5, "burst_after": "last", "da_pulses": 10},
    "dead": {"a_plus": 0.0, "a_minus": 0.0},
}
CREDIT_STATES = {
    "rest": {"duration_s": 20.0},
    "no reward": {"duration_s": 5.0, "da_delay_ms": 9000},
    "all modulators": {"duration_s": 20.0, "ach_tonic_nm": 100.0, "ne_burst_nm": 300.0, "contingency": 0.0},
}
NAVIGATION_STATES = {
    "rest": {},
    "not moved yet": {"trials": 60, "move_at": 60},
    "no reward": {"trials": 3, "trial_s": 1.0, "goal_radius": 0.05},
    "all modulators": {
        "trials": 6,
        "move_at": 0,
        "obstacle": "walls",
        "ne_burst_nm": 300.0,
        "ht_tonic_nm": 20.0,
        "da_delay_ms": 900,
    },
}
STATES = [("pairing", name, values) for name, values in PAIRING_STATES.items()] + [
    ("credit", name, values) for name, values in CREDIT_STATES.items()
]
STATES += [("navigation", name, values) for name, values in NAVIGATION_STATES.items()]
WRITTEN_OUT = {experiment for experiment, _, _ in STATES}
STATES += [  # all others: their presets, shortened
    (
        experiment,
        name,
        preset["values"] | {k: v for k, v in getattr(world, "QUICK", {}).items() if k in ("trials", "exposures")},
    )
    for experiment, world in experiments().items()
    if experiment not in WRITTEN_OUT
    for name, preset in world.PRESETS.items()
]
WITHOUT_GHOST = {"credit_trace", "navigation_paths", "navigation_occupancy", "treated", "conditioning_map"}
PURE_NUMBERS = {"trial"}
STATES = [state for state in STATES if state[0] in experiments()]


@pytest.fixture(scope="module")
def figures():
    """figures(experiment, rule, values) -> {panel name: (panel, figure, run)} in the light theme, each computed once."""
    known = {}

    def get(experiment: str, rule: str | None = None, values: dict | None = None, theme: str = "light") -> dict:
        key = (experiment, rule, tuple(sorted((values or {}).items())), theme)
        if key not in known:
            run = engine.run(experiment, rule, tier="live", **(values or {}))
            known[key] = {
                name: (panel, panel.figure(run, THEMES[theme]), run) for name, panel in panels_of(experiment).items()
            }
        return known[key]

    return get


def all_numbers(figure: dict):
    """Every array of numbers in a figure."""
    return [trace[k] for trace in figure["data"] for k in ("x", "y")]


def shape(figure: dict) -> list[tuple]:
    """What must not depend on a value: the traces, and how many labels and shapes there are."""
    return [(t["type"], t["mode"], t["name"], t.get("fill", "")) for t in figure["data"]]


def axes_of(figure: dict) -> dict[str, dict]:
    return {k: v for k, v in figure["layout"].items() if k[1:5] == "axis"}


@pytest.mark.parametrize("experiment", sorted({s[0] for s in STATES}))
def test_every_panel_an_experiment_names_is_there_and_explained(experiment):
    found = panels_of(experiment)
    assert list(found) == [*experiments()[experiment].PANELS, "treated"]
    for panel in found.values():
        contract.check_panel(panel)
        assert panel.HELP.endswith(".") and len(panel.HELP) < 400


@pytest.mark.parametrize(("experiment", "name", "values"), STATES, ids=[f"{e}-{n}" for e, n, _ in STATES])
def test_figures_can_be_drawn_fast(figures, experiment, name, values):
    for panel_name, (panel, figure, _) in figures(experiment, None, values).items():
        assert set(figure) == {"data", "layout"}
        for a in all_numbers(figure):
            assert (
                isinstance(a, np.ndarray) and a.ndim == 1 and 0 < a.size <= MOST_POINTS or panel_name == "credit_trace"
            ), panel_name
            assert a.dtype.kind in "fi" and not np.isinf(a.astype(float)).any(), panel_name
        for trace in figure["data"]:
            cells = (trace["y"].size, trace["x"].size)
            assert trace["z"].shape == cells if trace["type"] == "heatmap" else trace["x"].shape == trace["y"].shape
            assert isinstance(trace["meta"]["ghost"], bool)
            assert trace.get("hoverinfo") in ("skip", "text") or "<extra></extra>" in trace["hovertemplate"]
            if trace["mode"] == "lines":
                assert unbroken(trace), f"{panel_name}: {trace['name']} would be several paths"
        layout = figure["layout"]
        assert (
            layout["showlegend"] is False and layout["dragmode"] is False and layout["paper_bgcolor"] == "rgba(0,0,0,0)"
        )
        for key, axis in axes_of(figure).items():
            lo, hi = axis["range"]
            assert axis["type"] in ("linear", "log") and np.isfinite([lo, hi]).all() and lo < hi, f"{panel_name} {key}"
            assert axis["fixedrange"] is True and axis["ticklabeloverflow"] == "allow" and axis["automargin"] is False
        assert any(t["meta"]["ghost"] for t in figure["data"]) or panel_name in WITHOUT_GHOST, panel.TITLE


def unbroken(trace: dict) -> bool:
    """True when a line is one path: all its points are numbers, or none is."""
    good = np.isfinite(trace["x"]) & np.isfinite(trace["y"])
    return bool(good.all()) or not good.any()


@pytest.mark.parametrize("experiment", sorted({s[0] for s in STATES}))
def test_traces_and_labels_never_depend_on_a_value(figures, experiment):
    states = [values for e, _, values in STATES if e == experiment]
    first = figures(experiment, None, states[0])
    for values in states[1:]:
        for name, (_, figure, _) in figures(experiment, None, values).items():
            assert shape(figure) == shape(first[name][1]), f"{name} with {values}"
    delays = [{"da_delay_ms": d} for d in (0, 200, 1300, 3100)] if experiment == "pairing" else []
    for values in delays:
        for name, (_, figure, _) in figures(experiment, None, values).items():
            for part in ("annotations", "shapes"):
                assert len(figure["layout"][part]) == len(first[name][1]["layout"][part]), name


def test_ranges_stay_while_a_burst_is_dragged(figures):
    """From 0 to 4.4 s no axis of timeline and delay curve moves (beyond, the view widens); the other two in coarse
    steps.
    """
    seen = {}
    for delay in range(0, 4500, 400):
        for name, (_, figure, _) in figures("pairing", None, {"da_delay_ms": delay}).items():
            for key, axis in axes_of(figure).items():
                seen.setdefault((name, key), set()).add(tuple(axis["range"]))
    moved = {k: len(v) for k, v in seen.items() if len(v) > 1}
    assert set(moved) <= {("window", "yaxis"), ("rate_curve", "yaxis")} and all(n <= 6 for n in moved.values()), moved


@pytest.mark.parametrize(("experiment", "name", "values"), STATES, ids=[f"{e}-{n}" for e, n, _ in STATES])
def test_every_axis_is_named_with_its_unit(figures, experiment, name, values):
    for panel_name, (_, figure, _) in figures(experiment, None, values).items():
        rows = {
            a["name"].removeprefix("row "): a["text"]
            for a in figure["layout"]["annotations"]
            if a.get("name", "").startswith("row ")
        }
        for key, axis in axes_of(figure).items():
            if axis.get("visible") is False:
                continue
            text = axis["title"]["text"] or rows.get(key[0] + key[5:], "")
            assert text, f"{panel_name} {key} has no name"
            assert key[0] == "y" or text.endswith(")") or text in PURE_NUMBERS, (
                f"{panel_name} {key}: {text!r} has no unit"
            )
    if experiment == "pairing":
        labels = " ".join(a["text"] for a in figures(experiment, None, values)["timeline"][1]["layout"]["annotations"])
        assert all(unit in labels for unit in ("nM", "1/s", "mV"))


@pytest.mark.parametrize("rule", sorted(rules()))
@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_rule_is_drawn_in_every_theme(figures, rule, theme):
    for name, (panel, figure, run) in figures("pairing", rule, {}, theme).items():
        assert all(not np.isinf(a.astype(float)).any() for a in all_numbers(figure)), name
        summary = panel.SUMMARY(run)
        assert 30 < len(summary) < 500 and summary[-1] == "." and any(c.isdigit() for c in summary)
        assert "nan" not in summary and "None" not in summary and "%{" not in summary


@pytest.mark.parametrize(("experiment", "name", "values"), STATES, ids=[f"{e}-{n}" for e, n, _ in STATES])
def test_summaries_say_it_with_numbers(figures, experiment, name, values):
    for panel_name, (panel, _, run) in figures(experiment, None, values).items():
        summary = panel.SUMMARY(run)
        assert summary.endswith(".") and "nan" not in summary and "inf " not in summary, panel_name
        assert any(c.isdigit() for c in summary) or run.reward_s.size == 0


def test_lines_of_the_timeline_are_the_run(figures):
    _, figure, run = figures("pairing")["timeline"]
    lines = {t["name"]: t for t in figure["data"]}
    assert (
        lines["weight"]["y"] is run.weight
        and lines["product"]["y"] is run.product_per_s
        and lines["weight"]["x"] is run.t_s
    )
    np.testing.assert_array_equal(lines["gain"]["y"] + lines["loss"]["y"], run.product_per_s)
    np.testing.assert_array_equal(lines["DA"]["y"], run.concentration_nm[0])


def test_handles_stand_at_the_bursts(figures):
    meta = figures("pairing", None, {"da_delay_ms": 1300})["timeline"][1]["layout"]["meta"]
    (handle,) = meta["handles"]
    assert handle["param"] == "da_delay_ms" and handle["x"] == pytest.approx(1.3) and handle["scale"] == 1000
    assert (handle["min"], handle["max"]) == (-2.0, 10.0) and handle["colour"] == LIGHT.modulator["da"]
    assert meta["cursor"] == {"t": "t_s"}
    assert handle["axis"] == next(t["yaxis"] for t in figures("pairing")["timeline"][1]["data"] if t["name"] == "DA")
    assert figures("pairing", None, PAIRING_STATES["no burst"])["timeline"][1]["layout"]["meta"]["handles"] == []


def test_ranges_hold_what_they_show(figures):
    """No line leaves its picture, but for those put out of sight."""
    for values in PAIRING_STATES.values():
        for name, (_, figure, _) in figures("pairing", None, values).items():
            for trace in figure["data"]:
                if not trace["meta"]["ghost"]:
                    continue
                axis = figure["layout"][draw.key(trace["yaxis"])]
                assert trace["y"].min() >= axis["range"][0] - 1e-9 and trace["y"].max() <= axis["range"][1] + 1e-9, (
                    name,
                    trace["name"],
                )


# Published data

BATH = {"ach_tonic_nm": 1000.0, "ach_after_nm": -1000.0}
ATROPINE = {"ach_tonic_nm": 1000.0, "ach_drug": "antagonist"}
CONDITIONS = [
    ({}, CONTROL),
    (BATH, ACH),
    ({"ach_tonic_nm": 100.0}, ACH_LOW),
    (ATROPINE, ACH_BLOCKED),
    (ATROPINE | {"ach_drug_from_s": 500.0}, ACH_CUT),
    (BATH | {"da_after_nm": 10_000.0}, ACH_THEN_DA),
    ({"da_after_nm": 10_000.0}, DA_AFTER),
    ({"ach_after_nm": 1000.0}, ACH_AFTER),
    ({"ach_tonic_nm": 1000.0, "da_after_nm": 10_000.0}, None),
    ({"da_after_nm": 10.0}, None),  # measured at 20 to 100 uM
    ({"da_after_nm": 1000.0}, None),
    ({"da_after_nm": 10_000.0, "after_from_s": 600.0}, None),
    ({"ach_after_nm": 10.0}, None),
    ({"ach_tonic_nm": 10.0}, None),
    ({"ach_tonic_nm": 300.0}, None),
    (ATROPINE | {"ach_drug_dose": 0.1}, None),
    ({"rate_hz": 0.5}, None),
    ({"ne_tonic_nm": 100.0}, None),
    ({"da_burst_nm": 500.0}, None),
    ({"pairings": 5}, None),
]


@pytest.mark.parametrize(("values", "condition"), CONDITIONS, ids=[str(c) for _, c in CONDITIONS])
def test_points_are_those_of_the_present_condition(values, condition):
    shown = data_points.points(make("pairing", "brzosko_2017", **values))
    assert {p.condition for p in shown} == ({condition} if condition else set())


def test_brzosko_2017_values():
    """The rows of the papers, mean ± SEM (n)."""
    rows = {(p.condition, p.dt_ms, p.percent, p.sem, p.n) for p in data_points.POINTS}
    assert len(rows) == 16
    assert {
        (CONTROL, 10, 135, 7, 8),
        (CONTROL, -20, 66, 10, 7),
        (ACH, 0, 64, 13, 8),
        (ACH_THEN_DA, 10, 145, 15, 7),
        (DA_AFTER, -20, 154, 10, 11),
    } <= rows
    assert all("eLife" in p.text and f"± {p.sem} %, n = {p.n}" in p.text for p in data_points.POINTS)


PAWLAK_KERR = {"pairings": 60, "rate_hz": 0.1}
QUIET = {f"{m}_{what}_nm": 0.0 for m in ("ach", "ne", "ht") for what in ("tonic", "burst", "after")}


def test_signs_belong_to_the_striatum_with_dopamine_and_to_their_protocol():
    def signs(rule=None, **values):
        return [(s.dt_ms, s.sign) for s in data_points.signs(make("pairing", rule, **PAWLAK_KERR | values))]

    assert signs() == [(-30, -1), (10, 1)]
    assert signs(da_drug="antagonist") == [(-30, 0), (10, 0)]
    assert signs(da_drug="antagonist", da_drug_dose=0.1) == []
    assert signs(da_burst_nm=0.0, da_tonic_nm=0.0) == signs("brzosko_2017") == signs(ne_burst_nm=10.0) == []
    assert signs(pairings=1) == signs(rate_hz=10.0) == signs("he_2015", da_burst_nm=500.0) == []
    assert signs(**experiments()["pairing"].PRESETS["d1_blocked"]["values"]) == [(-30, 0), (10, 0)]


def test_windows_of_the_striatum_lie_over_rules_of_the_striatum_only():
    """Not over the hippocampus, visual cortex or plain pairings; and only where what was measured is drawn: a rise of
    dopamine, free receptors.
    """
    both, dopamine = ["Yagishita 2014", "Fisher 2017"], {"swept": "da", "da_burst_nm": 500.0}
    drawn = {rule: [b.label for b in data_points.bands(make("pairing", rule, **dopamine | QUIET))] for rule in rules()}
    assert {rule for rule, labels in drawn.items() if labels == both} == set(data_points.STRIATAL_RULES)
    assert {rule for rule, labels in drawn.items() if labels == []} == set(rules()) - set(data_points.STRIATAL_RULES)
    for other in (
        {"swept": "ne"},
        {"da_burst_nm": -500.0},
        {"da_drug": "antagonist"},
        {"dt_ms": -10},
        {"ach_tonic_nm": 100.0},
    ):
        assert data_points.bands(make("pairing", **other)) == ()


def test_points_are_drawn_where_they_were_measured(figures):
    _, figure, _ = figures("pairing", "brzosko_2017")["window"]
    points = next(t for t in figure["data"] if t["name"] == "published")
    assert sorted(zip(points["x"], points["y"], points["error_y"]["array"], strict=True)) == [
        (-20, 66, 10),
        (0, 160, 17),
        (10, 135, 7),
        (10, 162, 16),
    ]
    assert len(points["text"]) == 4 and next(
        t for t in figures("pairing")["window"][1]["data"] if t["name"] == "published"
    )["text"] == [""]


# Shared pieces


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, 0.0), (1e-9, 1e-9), (0.11, 0.2), (1.0, 1.0), (1.01, 2.0), (5.5, 10.0), (99.0, 100.0), (-3.0, 0.0)],
)
def test_nice_is_the_next_round_number(value, expected):
    assert draw.nice(value) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.0, "0"), (1 / 3, "0.333"), (-20, "−20"), (1234.5, "1234"), (0.00012, "1.2e−04"), (502.0, "502")],
)
def test_numbers_are_short(value, text):
    assert draw.number(value) == text


def test_spikes_are_one_path_whatever_their_number():
    x, y = draw.spike_ticks(np.random.default_rng(1).uniform(0, 10, 20_000), (0.0, 10.0))
    assert x.size <= 3 * draw.MOST_SPIKES + 5 and (np.diff(x) >= 0).all() and np.isfinite(y).all()
    x, y = draw.spike_ticks(np.array([1.0, 2.0, 30.0]), (0.0, 10.0))
    np.testing.assert_array_equal(x[y == 1.0], [1.0, 2.0])
    x, y = draw.spike_ticks(np.array([]), (0.0, 10.0))
    assert x.size == y.size == 2


@pytest.mark.parametrize("places", [[0.5, 0.5, 0.5], [0.0, 0.01], [1.0, 0.99, 0.2]])
def test_labels_are_moved_apart(places):
    out = draw.spread(np.array(places), 0.2)
    assert (np.diff(np.sort(out)) >= 0.2 - 1e-12).all() and out.min() >= 0.0 and out.max() <= 1.0


@pytest.mark.parametrize("name", sorted(THEMES))
def test_text_in_the_colour_of_a_line_is_readable(name):
    theme = THEMES[name]
    for colour in (*theme.modulator.values(), theme.trace_ltp, theme.trace_ltd, theme.post, theme.muted):
        assert draw.contrast(draw.readable(colour, theme), theme.paper) >= 4.5


def test_a_label_finds_the_free_place():
    x = np.linspace(0.0, 1.0, 50)
    up, flat = draw.Curve(x, 0.9 * np.ones(50), "up", "#000000"), draw.Curve(x, 0.1 * np.ones(50), "flat", "#000000")
    first, second = draw.direct_labels(LIGHT, [up, flat], (0.0, 1.0), (0.0, 1.0))
    assert abs(first["y"] - 0.9) < 0.3 and abs(second["y"] - 0.1) < 0.3 and abs(first["y"] - second["y"]) > 0.3


def test_a_rule_without_a_unit_of_weight_has_a_readable_one():
    plain = make("pairing", "pair_stdp")
    assert draw.weight_unit(plain) == "of max" and draw.weight_unit(make("pairing")) == "mV"
    scaled = replace(plain, values=MappingProxyType({**plain.values, "w_max": 3.0}))
    assert draw.weight_unit(scaled) == "a.u."
