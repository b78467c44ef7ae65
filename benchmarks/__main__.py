"""Run every benchmark: `make bench`, or `python -m benchmarks [engine_live] [live_page] [peers] [start] [edits]`."""

import importlib
import sys

SCRIPTS = ("engine_live", "live_page", "peers", "start", "edits")

for name in sys.argv[1:] or SCRIPTS:
    importlib.import_module(f"benchmarks.{name}").main([])
