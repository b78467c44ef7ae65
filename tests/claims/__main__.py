"""python -m claims [EXPERIMENT ...]: measure what is declared (all by default) and write data and page. `page`: write the page only."""

import sys
import time

from claims import _measure, _page

if __name__ == "__main__":
    asked, known = sys.argv[1:], _measure.chapters()
    strange = [name for name in asked if name not in (*known, _measure.TYPICAL, "page")]
    if strange:
        sys.exit(f"There are no claims of {', '.join(strange)}; there are {', '.join((*known, _measure.TYPICAL))}.")
    for name in asked or (*known, _measure.TYPICAL):
        if name == "page":
            continue
        print(name, flush=True)
        begin, bench = time.perf_counter(), _measure.Bench(name, say=lambda text: print(text, flush=True))
        found = _measure.typical(bench) if name == _measure.TYPICAL else _measure.measure(known[name], bench)
        _measure.write(name, found)
        print(f"  {time.perf_counter() - begin:.0f} s", flush=True)
    failed = _page.write()
    print("\n".join(failed) or "Every claim holds.")
    sys.exit(bool(failed))
