"""The laboratory in a real browser: first view, drag, link, back, undo, keyboard, failure of the server."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import at_rest
from playwright.sync_api import expect

import engine
from components import api
from engine.registry import experiments, rules

DRAG_STEPS = 25


def ready(page, address: str = "/"):
    """Open the page and wait for its first picture."""
    page.goto(address)
    page.locator("body.ready").wait_for(timeout=30_000)
    page.locator("#panel-timeline .js-line").first.wait_for(state="attached")
    return page


def value(page, name: str):
    return page.evaluate("name => TF.state.get(name)", name)


def drag(page, locator, dx: int, *, release: bool = True):
    """Drag an element by its upper middle, in small steps."""
    box = locator.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 6
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, DRAG_STEPS + 1):
        page.mouse.move(x + dx * k / DRAG_STEPS, y)
        page.wait_for_timeout(16)
    if release:
        page.mouse.up()


def line(page, panel: str, name: str) -> str:
    """The path of a line as it is drawn now."""
    script = """([panel, name]) => { const {gd} = TF.draw.panel(panel); const t = gd._fullData.find(t => t.name === name);
                return gd.querySelector('.trace' + t.uid + ' path.js-line').getAttribute('d'); }"""
    return page.evaluate(script, [panel, name])


def curve(page, panel: str, name: str) -> list[float]:
    """The values of a line as it stands at rest, whatever the size of the panel."""
    script = "([panel, name]) => Array.from(TF.draw.panel(panel).gd._fullData.find(t => t.name === name).y)"
    return page.evaluate(script, [panel, name])


def product_of(world) -> str:
    """The output at the page's cursor that moves the weight."""
    return getattr(world, "CURSOR_PREFIX", "") + "product_per_s"


def handle(page):
    return page.locator('.handle[data-param="da_delay_ms"]')


def test_first_view_shows_a_burst_inside_a_trace_and_a_weight_step_within_five_seconds(page):
    page.goto("/")
    expect(page.locator("body.ready")).to_be_attached(timeout=5000)
    expect(page.locator("#question")).to_have_text(experiments()["pairing"].QUESTION)
    shown = page.evaluate("TF.draw.panel('timeline').figure.data.map(t => [t.name, Array.from(t.x), Array.from(t.y)])")
    traces = {name: (x, y) for name, x, y in shown}
    burst_s = engine.make()["da_delay_ms"] * 1e-3
    left = max(e for t, e in zip(*traces["LTP trace"], strict=True) if abs(t - burst_s) < 0.02)
    assert left > 0.2 * max(traces["LTP trace"][1]), "the burst falls into the trace"
    assert traces["weight"][1][-1] > 1.05 * traces["weight"][1][0], "the weight steps up"
    assert not page.errors
    assert not page.foreign


def test_everything_causal_is_inside_a_small_laptop_screen(page):
    page.set_viewport_size({"width": 1366, "height": 620})
    ready(page)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    parts = ["#cause", "#mechanism", "#result", "#effect", "#explore .panel", ".control:not([hidden])"]
    for part in [p for name in parts for p in page.locator(name).all() if p.is_visible()]:
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 621, part


OVERLAPS = """() => {
  const found = [];
  for (const panel of document.querySelectorAll('.panel')) {
    const texts = [...panel.querySelectorAll('.annotation-text, .xtick text, .ytick text, .xtitle, .ytitle')].filter((t) => t.textContent.trim());
    const boxes = texts.map((t) => [t.textContent, t.getBoundingClientRect()]).filter(([, b]) => b.width);
    boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 2 && high > 3) found.push(`${panel.id}: ${one} | ${other}`);
    }));
  }
  return found;
}"""


@pytest.mark.parametrize("size", [(1366, 768), (1366, 620), (360, 800)])
@pytest.mark.parametrize(
    "query",
    [f"/?experiment={name}" for name in experiments()]
    + ["/?theme=projector", "/?ach_tonic_nm=100&ne_burst_nm=300&ht_burst_nm=50"],
)
def test_no_two_words_of_a_chart_overlap(page, size, query):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(query)
    page.locator("body.ready").wait_for()
    page.locator("#mechanism-panels .js-line").first.wait_for(state="attached")
    page.wait_for_timeout(500)
    assert page.evaluate(OVERLAPS) == []


def test_phone_has_no_sideways_scroll_and_keeps_the_picture_in_sight(page):
    page.set_viewport_size({"width": 360, "height": 800})
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator('[data-name="tau_e_ms"] input[type=range]').scroll_into_view_if_needed()
    page.evaluate("document.querySelector('[data-name=tau_e_ms]').scrollIntoView({block: 'end'})")
    plot = page.locator("#panel-timeline .plot").bounding_box()
    assert plot["y"] >= 0
    assert plot["y"] + plot["height"] < 200


def test_a_dragged_handle_redraws_while_it_moves_and_ends_exactly(page):
    ready(page)
    before, drawn = line(page, "timeline", "weight"), page.evaluate("__tf.drawn")
    drag(page, handle(page), 120, release=False)
    page.wait_for_timeout(150)
    assert page.evaluate("__tf.drawn") - drawn >= 3, "redrawn while the hand holds it"
    moved = value(page, "da_delay_ms")
    assert moved > 800
    assert line(page, "timeline", "weight") != before
    page.mouse.up()
    at_rest(page)
    assert page.evaluate("__tf.lastDrawn.da_delay_ms") == moved == value(page, "da_delay_ms")
    assert page.evaluate("__tf.maxInFlight") == 1
    assert f"{moved} ms" in page.locator('.control[data-name="da_delay_ms"] input[type=range]').get_attribute(
        "aria-valuetext"
    )
    expected = engine.run("pairing", da_delay_ms=moved)
    shown = page.evaluate("Array.from(TF.draw.panel('timeline').figure.data.find(t => t.name === 'weight').y)")
    assert shown == expected.weight.tolist(), "the numbers of the page are those of the engine"
    assert not page.errors


def test_the_quick_way_draws_the_picture_that_plotly_draws(page):
    ready(page)
    page.evaluate("TF.gate.hold(); TF.state.set('tau_e_ms', 700)")
    page.wait_for_timeout(700)
    assert page.evaluate("__tf.lastDrawn.tier") == "live"
    assert page.evaluate("__tf.whole") == {}, "no figure had to be drawn whole"
    quick = corners(line(page, "timeline", "weight"))
    page.evaluate("TF.gate.release()")
    at_rest(page)
    whole = corners(line(page, "timeline", "weight"))
    assert abs(quick[-1][0] - whole[-1][0]) < 0.6
    for x, y in whole:
        near = min(quick, key=lambda p: abs(p[0] - x))
        assert abs(near[1] - y) < 1.5 or abs(near[0] - x) > 0.5


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([-\d.]+),([-\d.]+)", path)]


def test_the_run_before_stays_as_a_ghost(page):
    ready(page)
    before = page.evaluate("Array.from(TF.draw.panel('timeline').rest.at(-1).y)")
    drag(page, handle(page), 100)
    at_rest(page)
    ghost = page.evaluate(
        "TF.draw.panel('timeline').gd.data.filter(t => t.name === 'before').map(t => [t.opacity, t.line.dash, Array.from(t.y)])"
    )
    assert ghost
    assert all(opacity == 1 and dash != "solid" for opacity, dash, _ in ghost)
    assert any(y == before for _, _, y in ghost), "the old weight is still there"


def test_one_sentence_says_what_changed_and_what_it_did(page):
    ready(page)
    page.locator('.control[data-name="da_delay_ms"] input[type=number]').fill("1200")
    page.locator('.control[data-name="da_delay_ms"] input[type=number]').press("Enter")
    at_rest(page)
    expect(page.locator("#effect")).to_contain_text("moved from 400 to 1200 ms", timeout=3000)
    percent = float(engine.run("pairing", da_delay_ms=1200).final_percent)
    expect(page.locator("#effect")).to_contain_text(f"{percent:.4g}")
    assert page.locator("[role=status]#effect").count() == 1


@pytest.mark.parametrize(
    "experiment", [name for name, world in experiments().items() if product_of(world) in world.OUTPUTS]
)
def test_the_product_at_the_cursor_is_the_engine_s(page, experiment):
    product = product_of(experiments()[experiment])
    page.goto(f"/?experiment={experiment}")
    page.locator("body.ready").wait_for()
    expect(page.locator("#cursor-text")).to_contain_text("dw/dt")
    run = engine.run(experiment)
    for k in (20, 31, run[product].size - 1):
        page.locator("#cursor-time").evaluate("(e, k) => { e.value = k; e.dispatchEvent(new Event('input')); }", k)
        shown = float(page.locator("#cursor-text").get_attribute("data-product"))
        assert shown == pytest.approx(float(run[product][k]), rel=1e-9, abs=1e-15)
    assert not page.errors


@pytest.mark.parametrize("experiment", list(experiments()))
def test_nothing_that_is_said_during_a_drag_changes_the_size_of_a_chart(page, experiment):
    page.goto(f"/?experiment={experiment}")
    page.locator("body.ready").wait_for()
    at_rest(page)
    page.evaluate("""() => {
        window.resized = 0;
        const watch = new ResizeObserver(() => window.resized++);
        for (const name of TF.draw.names) watch.observe(TF.draw.panel(name).gd);
    }""")
    page.wait_for_timeout(100)
    page.evaluate("window.resized = 0")
    field = page.evaluate("[...TF.state.fields.values()].find((f) => f.unit === 'ms').name")
    for v in (0.1, 0.25, 0.5, 0.9):
        page.evaluate("([name, v]) => { const r = document.getElementById(`range-${name}`); r.value = +r.min + v * (r.max - r.min); r.dispatchEvent(new Event('input', { bubbles: true })); }", [field, v])  # fmt: skip
        page.wait_for_timeout(300)
    at_rest(page)
    assert page.evaluate("window.resized") == 0


def test_link_round_trip(page):
    ready(
        page,
        "/?experiment=pairing&rule=mstdp_2007&seed=7&da_delay_ms=900&ltp_gate_by_ach=0.5&v=1&theme=dark&level=core",
    )
    at_rest(page) if page.evaluate("__tf.timing.at(-1).tier !== 'settled'") else None
    page.wait_for_timeout(500)
    query = parse_qs(urlsplit(page.url).query)
    assert {"rule", "seed", "da_delay_ms", "ltp_gate_by_ach", "theme", "level", "v"} == set(query)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    first = page.evaluate("[TF.state.now, __tf.lastDrawn.digest]")
    ready(page, page.url)
    assert page.evaluate("[TF.state.now, __tf.lastDrawn.digest]") == first
    expected = engine.make("pairing", "mstdp_2007", 7, da_delay_ms=900, ltp_gate_by_ach=0.5)
    assert first[1] == expected.digest


def test_bad_values_of_a_link_are_named_and_replaced(page):
    ready(page, "/?da_delay_ms=99999999&tau_e_mss=4&rule=nobody&v=1")
    notices = page.locator("#notices")
    expect(notices).to_contain_text("da_delay_ms = 1e+08 ms is outside [-2000, 10000] ms")
    expect(notices).to_contain_text("Did you mean 'tau_e_ms'?")
    expect(notices).to_contain_text("There is no rule 'nobody'")
    assert value(page, "da_delay_ms") == 400


def test_back_and_forward(page):
    ready(page)
    page.select_option("#rule", "mstdp_2007")
    page.wait_for_url("**/?rule=mstdp_2007*")
    at_rest(page)
    page.go_back()
    page.wait_for_timeout(200)
    at_rest(page)
    assert page.evaluate("TF.state.now.rule") == experiments()["pairing"].DEFAULT_RULE
    page.go_forward()
    page.wait_for_timeout(200)
    at_rest(page)
    assert page.evaluate("TF.state.now.rule") == "mstdp_2007"
    assert not page.errors


def test_undo_redo_and_reset(page):
    ready(page)
    drag(page, handle(page), 80)
    at_rest(page)
    moved = value(page, "da_delay_ms")
    page.click("#undo")
    assert value(page, "da_delay_ms") == 400, "one drag is one entry"
    page.click("#redo")
    assert value(page, "da_delay_ms") == moved
    at_rest(page)
    page.click("#reset")
    page.wait_for_timeout(300)
    at_rest(page)
    assert value(page, "da_delay_ms") == 400
    page.click("#undo")
    at_rest(page)
    assert value(page, "da_delay_ms") == moved, "a reset can be undone"


def test_fifty_steps_can_be_undone(page):
    ready(page)
    for k in range(55):
        page.evaluate("k => { TF.state.set('da_delay_ms', 500 + 10 * k); TF.state.rest(); }", k)
    for _ in range(55):
        page.evaluate("TF.state.undo()")
    assert value(page, "da_delay_ms") == 400
    assert page.locator("#undo").is_disabled()


def test_changed_marks_and_reset_of_one_control(page):
    ready(page)
    control = page.locator('.control[data-name="tau_e_ms"]')
    expect(control).not_to_have_class(re.compile("changed"))
    control.get_by_role("button", name="up").click()
    expect(control).to_have_class(re.compile("changed"))
    control.locator(".reset").click()
    expect(control).not_to_have_class(re.compile("changed"))
    assert value(page, "tau_e_ms") == engine.make()["tau_e_ms"]


def test_keyboard_alone(page):
    ready(page)
    handle(page).focus()
    page.keyboard.press("ArrowRight")
    assert value(page, "da_delay_ms") == 410
    page.keyboard.press("PageUp")
    assert value(page, "da_delay_ms") == 510
    page.keyboard.press("0")
    assert value(page, "da_delay_ms") == 400
    page.keyboard.press("End")
    assert value(page, "da_delay_ms") == 10_000
    page.keyboard.press("Home")
    assert value(page, "da_delay_ms") == -2000
    page.keyboard.press("Control+z")
    page.locator('.control[data-name="tau_e_ms"] input[type=range]').focus()
    page.keyboard.press("ArrowUp")
    assert value(page, "tau_e_ms") > engine.make()["tau_e_ms"]
    page.keyboard.press("?")
    expect(page.locator("#help-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help-sheet")).to_be_hidden()
    assert not page.errors


def test_tab_reaches_the_handle_and_every_shown_control(page):
    ready(page)
    reached = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(document.activeElement.dataset.param || document.activeElement.id || '')"))
    assert {"da_delay_ms", "range-dt_ms", "range-tau_e_ms", "rule", "preset", "share", "undo"} - {"undo"} <= reached


def test_every_rule_and_experiment_opens_and_the_matrix_is_that_of_the_rule(page):
    ready(page)
    assert page.locator("#rule option").count() == len(rules())
    assert page.locator("#experiment option").count() == len(experiments())
    for name, rule in rules().items():
        page.select_option("#rule", name)
        page.wait_for_timeout(150)
        at_rest(page)
        assert page.evaluate("TF.state.now.rule") == name
        for cell, amount in rule.MATRIX.items():
            assert value(page, cell) == amount
    assert not page.errors


def test_matrix_cells_are_edited_marked_and_reset(page):
    ready(page)
    page.locator(".matrix-box summary").click()
    cell = page.get_by_label("LTP gate by ACh", exact=True)
    cell.fill("0.5")
    cell.press("Enter")
    at_rest(page)
    assert value(page, "ltp_gate_by_ach") == 0.5
    page.wait_for_timeout(400)
    assert "ltp_gate_by_ach=0.5" in page.url
    assert page.locator(".matrix td.changed").count() == 1
    page.click("#matrix-back")
    assert value(page, "ltp_gate_by_ach") == 0
    assert page.locator(".matrix td.changed").count() == 0
    unused = [row for row in engine.plasticity.ROWS if row not in experiments()["pairing"].ROWS]
    assert page.locator(".matrix tr.unused").count() == len(unused)


def test_presets_open_and_share_gives_the_link(page):
    ready(page)
    presets = experiments()["pairing"].PRESETS
    assert len(presets) >= 4
    name, preset = list(presets.items())[-1]
    page.select_option("#preset", name)
    page.wait_for_timeout(200)
    at_rest(page)
    assert page.evaluate("TF.state.now.rule") == preset.get("rule", experiments()["pairing"].DEFAULT_RULE)
    for key, wanted in preset["values"].items():
        assert value(page, key) == wanted
    page.click("#share")
    expect(page.locator("#share-sheet")).to_be_visible()
    assert page.locator("#link").input_value() == page.url
    expect(page.locator("#qr")).to_have_js_property("complete", True)
    assert page.locator("#qr").evaluate("e => e.naturalWidth") > 50


def test_seed_is_shown_and_rolled_again_apart_from_reset(page):
    ready(page, "/?seed=3&v=1")
    assert page.locator("#seed").input_value() == "3"
    page.click("#reroll")
    at_rest(page)
    seed = page.evaluate("TF.state.now.seed")
    assert page.locator("#seed").input_value() == str(seed)
    page.evaluate("TF.state.set('da_delay_ms', 900); TF.gate.settle()")
    at_rest(page)
    page.click("#reset")
    page.wait_for_timeout(200)
    at_rest(page)
    assert page.evaluate("TF.state.now.seed") == seed


def test_a_lost_server_keeps_the_curves_and_is_found_again(page):
    ready(page)
    before = curve(page, "timeline", "weight")
    page.route("**/_dash-update-component*", lambda route: route.abort())
    page.evaluate("TF.state.set('da_delay_ms', 1500)")
    expect(page.locator("#notices")).to_contain_text("cannot be reached", timeout=3000)
    assert curve(page, "timeline", "weight") == before
    page.unroute("**/_dash-update-component*")
    page.wait_for_timeout(1500)
    at_rest(page)
    expect(page.locator("#notices")).to_be_hidden()
    assert page.evaluate("__tf.lastDrawn.da_delay_ms") == 1500


def test_a_slow_server_still_draws_while_the_hand_moves(page, monkeypatch):
    ready(page)
    fast = api.cached_run
    monkeypatch.setattr(api, "cached_run", lambda *args: (time.sleep(0.1), fast(*args))[1])
    drawn = page.evaluate("__tf.drawn")
    for _ in range(3):
        drag(page, handle(page), 30, release=False)
    page.wait_for_timeout(300)
    page.mouse.up()
    at_rest(page)
    assert page.evaluate("__tf.maxInFlight") == 1
    assert page.evaluate("__tf.drawn") - drawn >= 5
    assert page.evaluate("__tf.lastDrawn.da_delay_ms") == value(page, "da_delay_ms")


def test_an_error_of_the_server_is_said_and_overcome(page, monkeypatch):
    ready(page)

    def broken(*args):
        raise RuntimeError("on purpose")

    monkeypatch.setattr(api, "cached_run", broken)
    page.evaluate("TF.state.set('da_delay_ms', 800)")
    expect(page.locator("#notices")).to_contain_text("refused (500)", timeout=3000)
    monkeypatch.undo()
    page.wait_for_timeout(1500)
    at_rest(page)
    expect(page.locator("#notices")).to_be_hidden()
    assert page.evaluate("__tf.lastDrawn.da_delay_ms") == 800


def test_a_jump_within_the_page_changes_nothing(page):
    ready(page, "/?da_delay_ms=700&v=1")
    page.evaluate("location.hash = '#cause'")
    page.wait_for_timeout(400)
    assert value(page, "da_delay_ms") == 700
    assert page.evaluate("__tf.sent") == 1


def test_a_chart_can_be_read_as_a_table(page):
    ready(page)
    page.locator("#panel-window .table-button").click()
    expect(page.locator(".table-sheet table").first).to_be_attached()
    assert page.locator(".table-sheet tbody tr").count() > 20
    page.keyboard.press("Escape")
    expect(page.locator(".table-sheet")).to_have_count(0)
    summary = page.locator("#panel-window .plot").get_attribute("aria-label")
    assert "weight" in summary


def test_the_row_of_a_control_is_tinted_while_it_is_in_use(page):
    ready(page)
    tinted = "Object.fromEntries([...document.querySelectorAll('.row-tint')].map(t => [t.closest('.panel').id, t.getBoundingClientRect().top]))"
    page.locator("#range-da_delay_ms").focus()
    burst = page.evaluate(tinted)
    page.locator("#range-tau_e_ms").focus()
    trace = page.evaluate(tinted)
    assert list(burst) == list(trace) == ["panel-timeline"]
    assert trace["panel-timeline"] > burst["panel-timeline"]
    page.locator("#undo, #share").last.focus()
    assert page.evaluate(tinted) == {}
    assert not page.errors


def test_themes_change_the_figures_too(page):
    ready(page)
    page.select_option("#theme", "dark")
    at_rest(page)
    assert page.evaluate("TF.draw.panel('timeline').figure.data.find(t => t.name === 'weight').line.color") == "#ffffff"
    page.wait_for_timeout(400)
    assert "theme=dark" in page.url
    assert not page.errors


@pytest.mark.parametrize("path", ["gallery", "model"])
def test_pages_of_text(page, path):
    page.goto(f"/{path}")
    assert page.locator("h1").count() == 1
    assert page.locator("nav a[aria-current]").inner_text().lower() == path
    assert not page.errors
    assert not page.foreign


@pytest.mark.parametrize("experiment", [name for name, world in experiments().items() if hasattr(world, "PREVIEW")])
def test_a_preview_says_what_it_leaves_out_until_all_of_it_is_there(page, experiment):
    page.goto(f"/?experiment={experiment}")
    page.locator("body.ready").wait_for()
    at_rest(page)
    page.evaluate("TF.gate.hold()")
    page.evaluate("name => TF.state.set(name, 700)", "da_delay_ms")
    expect(page.locator("#effect")).to_contain_text("Preview while a control moves", timeout=15_000)
    page.evaluate("TF.gate.release()")
    at_rest(page)
    expect(page.locator("#effect")).not_to_contain_text("Preview")
