"""How long from `make run` to the first drawn page, in a fresh clone and the second time?

    python -m benchmarks.start

Clones this checkout (committed state) into a temporary folder; the cold start installs the packages and compiles the kernels there.
The clock runs from the command until the page in Chromium is drawn; a browser is opened beforehand and asks for the page until it comes.
"""

import argparse
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.live_page import FLAGS, free_port

HERE = Path(__file__).parent.parent
PATIENCE_S = 900.0


def seconds_to_page(folder: Path, browser) -> float:
    """`make run` in this folder, until its page is drawn; then it is stopped."""
    port, start = free_port(), time.perf_counter()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("THIRD_FACTOR")}
    process = subprocess.Popen(
        ["make", "run", f"PORT={port}"], cwd=folder, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        while time.perf_counter() - start < PATIENCE_S:
            if drawn(page, f"http://127.0.0.1:{port}/"):
                return time.perf_counter() - start
            time.sleep(0.2)
        raise SystemExit(f"start: no page within {PATIENCE_S:g} s.")
    finally:
        page.close()
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def drawn(page, address: str) -> bool:
    """True when the page is there and its first run is drawn."""
    from playwright.sync_api import Error

    try:
        page.goto(address)
        page.locator("body.ready").wait_for(state="attached", timeout=120_000)
        return True
    except Error:
        return False


def main(arguments: list[str] | None = None) -> None:
    from playwright.sync_api import sync_playwright

    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(
        arguments
    )
    with tempfile.TemporaryDirectory() as home, sync_playwright() as play:
        folder = Path(home) / "third-factor"
        subprocess.run(["git", "clone", "--quiet", HERE, folder], check=True)
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", headless=True, args=FLAGS
        )
        print("\nStart: seconds from `make run` to the first drawn page")
        for name in ("fresh clone", "second start"):
            print(f"  {name:14} {seconds_to_page(folder, browser):8.1f}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
