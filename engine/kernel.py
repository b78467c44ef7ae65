"""`kernel` and `inlined`: how this project compiles, and where it keeps the machine code.

numba's own disk cache looks only at the file of the function itself, so that an edit in a file it calls goes unseen.
Here the folder is named after a hash of every source file of the engine (and of the extra folder), so compiled code is
never older than the source. A cache that is missing, read-only, full or damaged costs time, never an error.
"""

import hashlib
import logging
import os
import shutil
import tempfile
from pathlib import Path

import numba
from numba import njit
from numba.core import caching

ENGINE = Path(__file__).parent
log = logging.getLogger("third_factor")


def extra_folder() -> Path | None:
    """A folder with further `rules/`, `experiments/` and `panels/`, from the environment variable THIRD_FACTOR_EXTRA."""
    name = os.environ.get("THIRD_FACTOR_EXTRA")
    return Path(name) if name else None


def source_hash() -> str:
    """Hash of all source files a kernel can depend on, and of numba's version."""
    digest = hashlib.sha256(numba.__version__.encode())
    roots = [ENGINE] + ([extra_folder()] if extra_folder() else [])
    for root in roots:
        for path in sorted(root.rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _usable(folder: Path) -> bool:
    """True if a file can be written and read back there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder) as probe:
            probe.write(b"x" * 4096)
            probe.flush()
        return True
    except OSError:
        return False


def _temporary() -> list[Path]:
    """A folder of one's own in the system's temporary folder, if there is one."""
    try:
        return [Path(tempfile.gettempdir()) / f"third-factor-{os.getuid() if hasattr(os, 'getuid') else 'user'}"]
    except OSError:
        return []


def _choose_folder() -> Path | None:
    """The first usable cache folder: chosen, in the checkout, in the system's temporary folder; None if there is none."""
    name = source_hash()
    chosen = os.environ.get("THIRD_FACTOR_CACHE")
    for root in ([Path(chosen)] if chosen else []) + [ENGINE.parent / ".kernel_cache", *_temporary()]:
        if _usable(root / name):
            _prune(root, name)
            return root / name
    log.warning(
        "No folder for compiled kernels can be written; they are compiled anew in every process. Set THIRD_FACTOR_CACHE to a writable folder."
    )
    return None


def _prune(root: Path, keep: str, most: int = 4) -> None:
    """Remove all but the newest few folders of older sources."""
    old = sorted((p for p in root.iterdir() if p.is_dir() and p.name != keep), key=lambda p: p.stat().st_mtime)
    for path in old[: max(len(old) - most, 0)]:
        shutil.rmtree(path, ignore_errors=True)


def _forgive(cls, name: str, otherwise):
    """Let a method of numba's cache report a miss instead of an error."""
    original = getattr(cls, name)

    def forgiving(self, *args, **kwargs):
        try:
            return original(self, *args, **kwargs)
        except Exception as error:  # whatever a damaged file raises: pickle has many
            log.warning(
                "Kernel cache: %s of %s failed (%s); compiling instead.", name, self._index_path, type(error).__name__
            )
            return otherwise

    setattr(cls, name, forgiving)


_forgive(caching.IndexDataCacheFile, "_load_index", {})
_forgive(caching.IndexDataCacheFile, "_load_data", None)
_forgive(caching.IndexDataCacheFile, "save", None)

CACHE_FOLDER = _choose_folder()
if CACHE_FOLDER:
    numba.config.CACHE_DIR = str(CACHE_FOLDER)


def kernel(function):
    """Compile with numba: releases the interpreter lock, keeps the machine code, one thread."""
    return njit(function, cache=CACHE_FOLDER is not None, nogil=True)


def inlined(function):
    """A kernel that is always built into its caller: for what the time loop calls in every step.

    Handing a struct of arrays to a function, or taking a row of an array, costs reference counts, which are most of the time
    of a short step (1.8 s against 0.05 s on W2). So these kernels are built in and count nothing: they must not allocate.
    """
    return njit(function, cache=CACHE_FOLDER is not None, nogil=True, forceinline=True, _nrt=False)


def uncounted(function):
    """As `inlined`, but a function of its own: the body of the time loop. The caller holds all arrays."""
    return njit(function, cache=CACHE_FOLDER is not None, nogil=True, _nrt=False)
