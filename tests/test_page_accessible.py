"""Names, values, sizes and contrast of the page, by axe and by script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from components.theme import THEMES, Theme
from engine.registry import experiments
from tests.test_page_explore import ready

GRAVE = ("serious", "critical")
LINES = ("pre", "post", "weight", "trace_ltp", "trace_ltd", "ghost")


def grave(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in GRAVE]


@pytest.mark.parametrize(
    "address", ["/?theme=dark&level=full", "/?theme=projector", *(f"/?experiment={name}" for name in experiments())]
)
def test_axe_finds_nothing_grave_in_the_laboratory(page, address):
    page.goto(address)
    page.locator("body.ready").wait_for(timeout=30_000)
    page.wait_for_timeout(500)
    assert grave(page) == []


@pytest.mark.parametrize("address", ["/gallery", "/model"])
def test_axe_finds_nothing_grave_in_the_text(page, address):
    page.goto(address)
    assert grave(page) == []


def test_every_slider_has_a_name_and_its_value_with_unit(page):
    ready(page, "/?level=full")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    sliders = page.evaluate(
        """Array.from(document.querySelectorAll('input[type=range], [role=slider]')).filter(e => !e.closest('[hidden]'))
           .map(e => [e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].textContent), e.getAttribute('aria-valuetext')])"""
    )
    assert len(sliders) > 30
    for name, text in sliders:
        assert name
        assert re.search(r"\d", text or ""), f"{name} has no value in words"


def test_targets_are_large_enough(page):
    ready(page, "/?level=full")
    small = page.evaluate(
        """Array.from(document.querySelectorAll('button, select, input')).filter(e => e.offsetParent && e.id !== 'link')
           .map(e => [e.id || e.getAttribute('aria-label') || e.className, e.getBoundingClientRect()])
           .filter(([, r]) => r.width && (r.width < 24 || r.height < 24)).map(([n, r]) => [n, r.width, r.height])"""
    )
    assert small == []


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_contrast_of_text_and_lines(theme: Theme):
    for text in (theme.ink, theme.muted, theme.accent, theme.warning):
        assert contrast(text, theme.paper) >= 4.5
        assert contrast(text, theme.surface) >= 4.5
    assert contrast(theme.accent_ink, theme.accent) >= 4.5
    for colour in (*(getattr(theme, name) for name in LINES), *theme.modulator.values()):
        assert contrast(colour, theme.paper) >= 3.0


def contrast(a: str, b: str) -> float:
    """Contrast ratio of WCAG."""
    bright, dim = sorted((luminance(a), luminance(b)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
