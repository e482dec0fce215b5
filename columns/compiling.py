"""How kernels are compiled: one decorator, and a cache that is never stale.

Numba stores compiled code on disk and looks only at the file in which a function stands. A kernel that calls
a helper of another file would therefore go on with the old helper after an edit, silently. So the cache
folder is named after everything that a kernel can depend on: the sources of the modules that hold kernels
and of all they import, numba, NumPy, Python and the processor. An edit anywhere means a new folder and one
fresh compilation.

What a kernel captures from outside must be a constant written in those sources; values read from data files
are passed in as arguments, since an edit of a data file does not change the folder.
"""

import atexit
import functools
import gc
import hashlib
import importlib.metadata
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
KERNEL_PACKAGES = ("columns", "model")
"""The packages whose sources decide what compiled code does."""

THIS_MODULE = b"columns.compiling"
IMPORTS = re.compile(rb"^\s*(?:from|import)\s+(columns|model)\.(\w+)", re.MULTILINE)
"""Every import of a module of these packages, whose constants compiled code may have taken in."""

CACHE_VARIABLE = "BAREFOOT_CACHE"
"""Environment variable that moves the cache elsewhere."""

DRAWS_VARIABLE = "BAREFOOT_DRAWS"
"""Environment variable that chooses another generator of draws (:mod:`columns.draws`), hence other code."""

KEPT_CACHES = 3
KEPT_SECONDS = 86_400
"""A cache used within this time may belong to a run that still compiles into it, so it is never removed."""

KERNEL_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
NO_WRAPPERS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
PART_OPTIONS: dict[str, Any] = {**KERNEL_OPTIONS, **NO_WRAPPERS, "_nrt": False}
"""How parts are compiled; numba knows the last three and declares them nowhere."""

FEW_COLLECTIONS = 50_000
"""New objects after which Python looks for garbage: it walks through all that numba holds each time."""

NOT_IN_CODE = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_DISABLE_JIT")
"""Settings of numba that change nothing in the code it produces; all others are part of the key."""


def kernel[F: Callable[..., Any]](function: F) -> F:
    """Compile a function on first call, releasing the interpreter lock while it runs.

    The numpy error model is chosen so that a division is one instruction without a branch: a float division
    by zero gives inf or nan and an integer one gives 0, where Python would raise. Kernels that divide by what
    may be zero must test it themselves. Reordering of floating-point sums, automatic parallel loops and
    forced inlining are left out on purpose: results must be equal to the last bit on any number of threads.

    Other compiled code takes a kernel in as it does a part; machine code of its own, kept in the cache, is
    made when Python calls it.

    With ``NUMBA_DISABLE_JIT=1`` the function comes back as it is.
    """
    numba = _numba()
    from columns.linking import PartCompiler

    compiled = numba.njit(cache=True, **KERNEL_OPTIONS)(function)
    if hasattr(compiled, "get_call_template"):  # not where compilation is switched off
        inside = _shared(numba.njit(pipeline_class=PartCompiler, **KERNEL_OPTIONS, **NO_WRAPPERS)(function))
        vars(compiled).update(
            inside=inside, get_call_template=inside.get_call_template, get_overload=inside.get_overload
        )
    return cast("F", compiled)


def part[F: Callable[..., Any]](function: F) -> F:
    """Compile a part of the month: a function that only other compiled code calls.

    It takes columns, allocates nothing and returns no array, so numba's reference counts are switched off:
    with a world of some forty arrays they cost more than the work itself (measured: seven times). Nor does it
    get a wrapper for calls from Python, which would cost most of the time of compilation.

    With ``NUMBA_DISABLE_JIT=1`` the function comes back as it is.
    """
    return _compile_part(function, forceinline=False)


def inlined[F: Callable[..., Any]](function: F) -> F:
    """Compile a part that LLVM puts into its caller: a tiny one, or one with a single caller.

    Handing some forty arrays to a function by value costs as much as a draw or two.
    """
    return _compile_part(function, forceinline=True)


def _compile_part[F: Callable[..., Any]](function: F, forceinline: bool) -> F:
    numba = _numba()
    from columns.linking import PartCompiler

    compiled = numba.njit(pipeline_class=PartCompiler, forceinline=forceinline, **PART_OPTIONS)
    return cast("F", _shared(compiled(function)))


@functools.cache
def _numba() -> Any:
    """Import numba, where something is compiled only, since that takes seconds."""
    prepare_cache()
    import numba
    from numba.core import targetconfig
    from numba.np import arrayobj

    gc.set_threshold(max(gc.get_threshold()[0], FEW_COLLECTIONS), *gc.get_threshold()[1:])

    if hasattr(arrayobj, "fix_integer_index"):
        arrayobj.fix_integer_index = functools.partial(_position, arrayobj.fix_integer_index)
    _read_settings_at_once(targetconfig.TargetConfig)
    return numba


def _read_settings_at_once(settings: Any) -> None:
    """Let numba compare settings of compilation by what was set, not by reading some fifty attributes.

    It does so whenever it looks up a type that it has seen: a tenth of the time of compilation.
    """
    if not hasattr(settings, "values") or not hasattr(settings(), "_values"):
        return

    @functools.cache
    def usual(kind: Any) -> dict[str, Any]:
        return {name: option.default for name, option in kind.options.items()}

    settings.values = lambda self: {**usual(self.__class__), **self._values}
    settings.__hash__ = lambda self: len(self.options)  # numba's is the same for all of a kind, too


def _position(usual: Callable[..., Any], context: Any, builder: Any, kind: Any, index: Any, size: Any) -> Any:
    """Position of an element: in kernels the index as it is, since none of them counts from the end.

    Numba would compare every index with 0 and add the size of the array to a negative one: a tenth of the
    time of a month. With ``NUMBA_BOUNDSCHECK=1`` a negative index is an error.
    """
    from numba import types

    if kind.signed and context.fndesc.modname.partition(".")[0] in KERNEL_PACKAGES:
        return context.cast(builder, index, kind, types.intp)
    return usual(context, builder, kind, index, size)


def _shared(function: Any) -> Any:
    """Let all compiled callers share one version of a function, whatever whole numbers they pass.

    Numba would compile it anew for every constant that stands in a call, and for every width of integer: that
    took half of the time of compilation.
    """
    if hasattr(function, "get_call_template"):
        function.get_call_template = functools.partial(_call_for_any_value, function.get_call_template)
    return function


def _call_for_any_value(call_template: Callable[..., Any], args: Any, kws: Any) -> Any:
    """Give numba the types of a call without the values that it knows."""
    return call_template([_any_value(kind) for kind in args], {k: _any_value(v) for k, v in kws.items()})


def _any_value(kind: Any) -> Any:
    """Return the type without the value it is known to have, and int64 for a shorter signed integer."""
    from numba import types

    plain = types.unliteral(kind)
    return types.int64 if plain in types.signed_domain else plain


@functools.cache
def prepare_cache() -> Path:
    """Point numba to the cache folder of the present sources, once per process; return the folder."""
    key = cache_key()
    folder = _writable(_cache_home() / key) or _private_home() / key
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    _prune(folder.parent, keep=folder)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:  # it read its environment already
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    return folder


def cache_key(root: Path = ROOT) -> str:
    """Return a hash of all that compiled kernels depend on, for the checkout at ``root``."""
    digest = hashlib.blake2b(digest_size=12)
    settings = sorted(name for name in os.environ if name.startswith("NUMBA_") and name not in NOT_IN_CODE)
    settings += [DRAWS_VARIABLE] if os.environ.get(DRAWS_VARIABLE) else []
    for part in (
        *(importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")),
        sys.implementation.cache_tag,
        _processor(),
        *(f"{name}={os.environ[name]}" for name in settings),
    ):
        digest.update(f"{part}\n".encode())
    for name, source in _kernel_sources(root):
        digest.update(f"{name} {len(source)}\n".encode())
        digest.update(source)
    return digest.hexdigest()


def _kernel_sources(root: Path) -> list[tuple[str, bytes]]:
    """Names and sources of the modules that hold kernels and of all they import from us, directly or not."""
    sources = {
        f"{package}.{path.stem}": path.read_bytes()
        for package in KERNEL_PACKAGES
        for path in (root / package).glob("*.py")
    }
    waiting = [name for name, source in sources.items() if THIS_MODULE in source]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found or name not in sources:
            continue
        found.add(name)
        waiting += [
            f"{package.decode()}.{module.decode()}" for package, module in IMPORTS.findall(sources[name])
        ]
    return sorted((name, sources[name]) for name in found)


def _processor() -> str:
    """Name the processor without starting another program, which ``platform.processor`` may do."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as file:
            model = next((line for line in file if line.startswith("model name")), "")
    except OSError:
        model = os.environ.get("PROCESSOR_IDENTIFIER", "")
    return f"{platform.machine()} {model.strip()}"


def _cache_home() -> Path:
    """Return the folder of all our caches, in the place where this system keeps a user's caches."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen).absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.path.expanduser(base)) / "barefoot" / "kernels"  # noqa: PTH111 - never raises


def _writable(folder: Path) -> Path | None:
    """Return the folder if files can be made in it, otherwise None."""
    if not folder.is_absolute():
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return None
    return folder


def _private_home() -> Path:
    """Make a cache for this process and those it starts, removed at the end.

    The name cannot be guessed: compiled code is loaded from here, so nobody else may put a file in it first.
    """
    home = Path(tempfile.mkdtemp(prefix="barefoot-"))
    os.environ[CACHE_VARIABLE] = str(home)
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(home, ignore_errors=True) if os.getpid() == owner else None)
    return home


def _prune(home: Path, keep: Path) -> None:
    """Remove the caches of sources long gone, leaving the newest few and all in recent use."""
    try:
        ages = sorted((time.time() - path.stat().st_mtime, path) for path in home.iterdir() if path != keep)
    except OSError:  # another process prunes at the same time
        return
    for age, path in ages[KEPT_CACHES - 1 :]:
        if age > KEPT_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
