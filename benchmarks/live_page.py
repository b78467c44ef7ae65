"""From a slider event to the drawn charts, in a real browser: how long, and where does the time go?

    python -m benchmarks.live_page [--rounds 3]

Headless Chromium, software rendering, the app served by the threaded development server in another process.
steps   60 slider events, one at a time: input -> request -> answer -> drawn (ms, p50 and p95), split into engine, server, network, browser
drag    5 s of 60 events a second: redraws per second, most requests in flight, and whether the value at release is the one shown
No value comes twice with one seed, so that no answer comes from the cache.
"""

import argparse
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import numpy as np

from engine.registry import experiments

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SLIDER = "da_delay_ms"
STEP_VALUES, DRAG_VALUES = (300, 1500), (1510, 4510)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve() -> tuple[subprocess.Popen, str]:
    """The app in its own process, ready and warm."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "app.py", "--port", str(port)], stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            if urllib.request.urlopen(f"{address}/readyz", timeout=2).status == 200:
                return process, address
        except OSError:
            pass
        time.sleep(0.5)
    process.kill()
    raise SystemExit("live_page: the server does not become ready within five minutes.")


def opened(browser, address: str, experiment: str):
    """A page with the experiment, at rest."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(f"{address}/?experiment={experiment}")
    page.locator("body.ready").wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    return page


def come_to_rest(page) -> None:
    """Wait until the settled answer is there: while it is computed, it shares the core with what is measured."""
    page.wait_for_timeout(1000)
    for _ in range(600):
        if page.evaluate("TF.gate.idle && __tf.timing.at(-1).tier === 'settled'"):
            return
        page.wait_for_timeout(50)


STEPS = """async ([name, values]) => {
  const slider = document.getElementById(`range-${name}`), out = [], last = () => __tf.timing.at(-1);
  const until = async (done) => { while (!done()) await new Promise((next) => setTimeout(next, 10)); };
  TF.gate.hold();
  for (const value of values) {
    await until(() => TF.gate.idle);
    const { n } = last();
    slider.value = value;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await until(() => last().n > n && last().tier === 'live' && last().painted);
    out.push(last());
  }
  TF.gate.release();
  return out;
}"""


def steps(page, count: int = 60) -> list[dict]:
    """One slider event at a time, as a hand that holds the slider makes them; the timing of each redraw. The page itself keeps
    the clock, so that nothing else asks it for anything."""
    out = page.evaluate(STEPS, [SLIDER, [int(v) // 10 * 10 for v in np.linspace(*STEP_VALUES, count)]])
    page.wait_for_timeout(1000)
    return out[5:]


DRAG = """async ([name, lo, hi, seconds]) => {
  const slider = document.getElementById(`range-${name}`);
  __tf.maxInFlight = 0;
  TF.gate.hold();
  const first = __tf.drawn, start = performance.now(), frames = seconds * 60;
  for (let k = 0; k < frames; k++) {
    slider.value = Math.round((lo + ((hi - lo) * k) / frames) / 10) * 10;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((done) => setTimeout(done, Math.max(0, start + ((k + 1) * 1000) / 60 - performance.now())));
  }
  const drawn = __tf.drawn - first, took = (performance.now() - start) / 1000;
  TF.gate.release();
  return { perSecond: drawn / took, maxInFlight: __tf.maxInFlight, last: TF.state.get(name) };
}"""


def drag(page) -> dict:
    """Five seconds of dragging; then what is shown."""
    result = page.evaluate(DRAG, [SLIDER, *DRAG_VALUES, 5])
    come_to_rest(page)
    shown = page.evaluate("name => __tf.lastDrawn[name]", SLIDER)
    return result | {"shown": shown}


def split(entries: list[dict]) -> dict[str, np.ndarray]:
    """Milliseconds by part: drawn = input to pixels handed to the browser, painted = next frame after it."""
    get = lambda name: np.array([e[name] for e in entries], float)  # noqa: E731
    flight = get("response") - get("requested")
    return {
        "input to request": get("requested") - get("input"), "engine": get("engine"), "server": get("server") - get("engine"),
        "network": flight - get("server"), "browser": get("drawn") - get("response"), "input to drawn": get("drawn") - get("input"),
        "input to next frame": get("painted") - get("input"),
    }  # fmt: skip


def report(experiment: str, parts: dict[str, np.ndarray], drags: list[dict]) -> None:
    print(f"\n{experiment}: ms per redraw of all visible charts (slider {SLIDER})      p50      p95")
    for name, values in parts.items():
        print(f"  {name:42} {np.percentile(values, 50):16.1f} {np.percentile(values, 95):8.1f}")
    for d in drags:
        same = "yes" if d["shown"] == d["last"] else f"NO ({d['shown']} for {d['last']})"
        print(
            f"  drag: {d['perSecond']:.1f} redraws/s, at most {d['maxInFlight']} in flight, value at release shown: {same}"
        )


def main(arguments: list[str] | None = None) -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    process, address = serve()
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=shutil.which("chromium") or "/usr/bin/chromium", headless=True, args=FLAGS
            )
            for experiment in experiments():
                page = opened(browser, address, experiment)
                if page.evaluate("name => TF.state.get(name)", SLIDER) is not None:
                    entries, drags = [], []
                    for k in range(options.rounds):
                        page.evaluate("seed => TF.state.setSeed(seed)", 100 + k)
                        come_to_rest(page)
                        entries += steps(page)
                        drags.append(drag(page))
                    report(experiment, split(entries), drags)
                page.close()
            browser.close()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
