"""Claims: what the experiments show, declared once in a file per experiment, measured on two ranges of seeds, and kept as data.

The folder is the registry: `tests/claims/<experiment>.py` holds `ROUND`, `CLAIMS` and `DROPPED`; adding a claim is adding an entry to `CLAIMS`.
`make claims` measures and writes docs/claims/<experiment>.json (the data) and docs/claims.md (the page); `make test` looks that both say what is
declared and that every claim holds; `make test-slow` measures again. See docs/decisions/0017-claims-on-two-seed-ranges.md.
"""

from claims._declare import Claim, Null, Of, combined, gain, minus, of
from claims._old import Sample, note, sample
from claims._page import PAGE

__all__ = ["PAGE", "Claim", "Null", "Of", "Sample", "combined", "gain", "minus", "note", "of", "sample"]
