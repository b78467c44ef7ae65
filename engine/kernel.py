"""`kernel` and `inlined`: how this project compiles, and where it keeps the machine code.

Machine code is kept in files named after what it is made of (engine/fingerprint.py): the code of the function and of
everything it reaches, the types of its arguments, the compiler and the processor. So it is never older than the source;
an edit of a text compiles nothing, and an edit of one world that world only. Nothing is ever overwritten or
invalidated: what is no longer used is cleared away when room is needed. A file carries a checksum. A cache that is
missing, read-only, full or damaged costs time, never an error.
"""

import contextlib
import hashlib
import logging
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
from numba import njit
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from engine import fingerprint

ENGINE = Path(__file__).parent
ENDING = ".kernel"
ROOM_BYTES = 600_000_000  # all files together; the least recently used ones give way
CHECKSUM = hashlib.sha256().digest_size
# Of numba's switches those that do not change the machine code
HARMLESS = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_DEBUG_CACHE")
log = logging.getLogger("third_factor")
Function = TypeVar("Function", bound=Callable)


def extra_folder() -> Path | None:
    """A folder with further `rules/`, `experiments/` and `panels/`, from the variable THIRD_FACTOR_EXTRA."""
    name = os.environ.get("THIRD_FACTOR_EXTRA")
    return Path(name) if name else None


def _usable(folder: Path) -> bool:
    """True if a file can be written and read back there, and nobody else could have planted one."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder) as probe:
            probe.write(b"x" * 4096)
            probe.flush()
        return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid() or os.getuid() == 0
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
    chosen = os.environ.get("THIRD_FACTOR_CACHE")
    for root in ([Path(chosen)] if chosen else []) + [ENGINE.parent / ".kernel_cache", *_temporary()]:
        if _usable(root):
            return root
    log.warning(
        "No folder for compiled kernels can be written; they are compiled anew in every process. "
        "Set THIRD_FACTOR_CACHE to a writable folder."
    )
    return None


def _toolchain() -> str:
    """What compiles: versions, and switches in the environment."""
    switches = sorted((k, v) for k, v in os.environ.items() if k.startswith("NUMBA_") and k not in HARMLESS)
    return repr((sys.version, sys.platform, numba.__version__, llvmlite.__version__, switches))


class KernelCache(_Cache):
    """The compiled forms of one kernel, one file each; takes the place of numba's own cache."""

    def __init__(self, folder: Path, function, options: dict):
        self.folder, self.function, self.options = folder, function, repr(sorted(options.items()))
        self.name = f"{function.__module__}.{function.__qualname__}".replace("<locals>.", "")

    @property
    def cache_path(self):
        return str(self.folder)

    def enable(self):
        """Always on; a part of numba's interface."""

    def disable(self):
        """Always on; a part of numba's interface."""

    def flush(self):
        """Nothing is stale; a part of numba's interface."""

    def path(self, signature, codegen) -> Path:
        """The file of this kernel for arguments of these types on this machine."""
        arguments = signature.args if hasattr(signature, "args") else tuple(signature)
        made_of = (
            _toolchain(), codegen.magic_tuple(), self.options,
            fingerprint.of_function(self.function), fingerprint.of_types(arguments),
        )  # fmt: skip
        return self.folder / f"{self.name}-{hashlib.sha256(repr(made_of).encode()).hexdigest()[:40]}{ENDING}"

    def load_overload(self, sig, target_context):
        """The compiled form from its file; None where there is none, or a damaged one."""
        target_context.refresh()
        path = self.path(sig, target_context.codegen())
        try:
            content = path.read_bytes()
        except OSError:
            return None
        try:
            if hashlib.sha256(content[CHECKSUM:]).digest() != content[:CHECKSUM]:
                raise ValueError("checksum")
            loaded = CompileResult._rebuild(target_context, *pickle.loads(content[CHECKSUM:]))
        except Exception as error:  # whatever a foreign file raises: pickle has many
            log.warning("Kernel cache: %s is damaged (%s); compiling instead.", path, type(error).__name__)
            return None
        _touch(path)
        return loaded

    def save_overload(self, sig, data):
        """Write the compiled form; where that cannot be done, say so once for each kernel."""
        if any(not part.can_cache for part in data.lifted) or data.library.has_dynamic_globals:
            return
        path = self.path(sig, data.codegen)
        try:
            content = dumps(data._reduce())
            _write(path, hashlib.sha256(content).digest() + content)
            make_room(path.parent)
        except Exception as error:  # a full disk, a folder that went away, a type that cannot be pickled
            log.warning("Kernel cache: %s cannot be written (%s).", path, type(error).__name__)


def _write(path: Path, content: bytes) -> None:
    """All of the file or none of it, whoever else writes it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".tmp", delete=False) as file:
        try:
            file.write(content)
            file.close()
            os.replace(file.name, path)
        except OSError:
            file.close()
            Path(file.name).unlink(missing_ok=True)
            raise


def _touch(path: Path) -> None:
    """Note that the file was used."""
    with contextlib.suppress(OSError):
        os.utime(path)


def make_room(folder: Path, most_bytes: int = ROOM_BYTES) -> None:
    """Remove the least recently used files until all together take at most `most_bytes`."""
    files = []
    for entry in os.scandir(folder):
        if entry.name.endswith(ENDING):
            about = entry.stat()
            files.append((about.st_mtime, about.st_size, entry.path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= most_bytes:
            return
        Path(path).unlink(missing_ok=True)
        total -= size


CACHE_FOLDER = _choose_folder()


def _compiled(function: Function, **options: bool) -> Function:
    """Compile with numba, without the interpreter lock, and keep the machine code."""
    compiler: Any = njit  # its signature does not name `_nrt`
    dispatcher = compiler(function, nogil=True, **options)
    if CACHE_FOLDER is not None and hasattr(
        dispatcher, "targetoptions"
    ):  # NUMBA_DISABLE_JIT gives back the function itself
        dispatcher._cache = KernelCache(CACHE_FOLDER, function, dispatcher.targetoptions)
    return dispatcher


def kernel(function: Function) -> Function:
    """Compile with numba: releases the interpreter lock, keeps the machine code, one thread."""
    return _compiled(function)


def inlined(function: Function) -> Function:
    """A kernel that is always built into its caller: for what the time loop calls in every step.

    Handing a struct of arrays to a function, or taking a row of an array, costs reference counts, which are most of the
    time of a short step (1.8 s against 0.05 s on W2). So these kernels are built in and count nothing: they must not
    allocate.
    """
    return _compiled(function, forceinline=True, _nrt=False)


def uncounted(function: Function) -> Function:
    """As `inlined`, but a function of its own: the body of the time loop. The caller holds all arrays."""
    return _compiled(function, _nrt=False)
