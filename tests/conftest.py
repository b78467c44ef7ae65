"""Fixtures: the real app in a thread, and a real Chromium in front of it."""

import os
import shutil
import threading
from urllib.parse import urlsplit

import pytest
from claims import note
from hypothesis import settings

# The same cases every time, whatever the environment says; `make fuzz` looks for new ones, and what it finds becomes a
# fixed case
settings.register_profile("test", deadline=None, derandomize=True, database=None)
settings.register_profile("fuzz", deadline=None, derandomize=False, database=None)
settings.load_profile("fuzz" if os.environ.get("THIRD_FACTOR_FUZZ") else "test")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)


@pytest.fixture
def claim(request):
    """claim(text, measured, lesion, lesion_is): the row of docs/claims.md that this test stands for, until it is
    declared in tests/claims.
    """
    name = f"{request.path.name}::{request.node.name}"
    return lambda text, measured, lesion, lesion_is: note(text, name)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser. Without one the page tests fail: they are never skipped."""
    found = [path for path in map(shutil.which, CHROMIUM_NAMES) if path]
    if not found:
        pytest.fail(
            "The page tests need Chromium. `make test` installs it; or put `chromium` or `google-chrome` on the PATH."
        )
    return found[0]


@pytest.fixture(scope="session")
def server_url():
    """Address of the app, warmed and served by threads on a free port."""
    from werkzeug.serving import make_server

    import app

    app.warm()
    served = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def browser(chromium):
    """One Chromium for all page tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser, server_url):
    """A fresh page; `page.errors` lists what the console complained of, `page.foreign` requests to anywhere but the
    app.
    """
    context = browser.new_context(base_url=server_url, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    watch(page, urlsplit(server_url).netloc)
    yield page
    context.close()


def watch(page, own: str) -> None:
    """Collect console errors and foreign requests of a page."""
    page.errors, page.foreign = [], []

    def on_console(message):
        if message.type == "error":
            page.errors.append(message.text)

    def on_request(request):
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.netloc != own:
            page.foreign.append(request.url)

    page.on("console", on_console)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("request", on_request)
