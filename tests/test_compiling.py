"""Compiled code follows every edit, wherever it is cached."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from columns import compiling

pytestmark = pytest.mark.unit

HELPER = """
from columns.compiling import kernel

@kernel
def weight(x):
    return x * {factor}
"""
CALLER = """
from columns.compiling import kernel, prepare_cache
from columns.helper import weight

@kernel
def total(n):
    result = 0
    for i in range(n):
        result += weight(i)
    return result

if __name__ == "__main__":
    print(total(4), prepare_cache(), len(total.stats.cache_hits) if hasattr(total, "stats") else 0)
"""
FROM_THE_END = """
from columns.compiling import kernel

@kernel
def last(values, position):
    return values[position]
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A project of two files beside copies of the modules under test."""
    folder = tmp_path / "project" / "columns"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    for name in ("compiling", "linking"):
        shutil.copy(Path(compiling.__file__).with_stem(name), folder)
    (folder / "helper.py").write_text(HELPER.format(factor=1))
    (folder / "caller.py").write_text(CALLER)
    return folder.parent


def run(package: Path, **variables: str) -> tuple[int, Path, int]:
    """Run the package in a process of its own; return result, cache folder and number of cache hits."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "COV"))}
    variables = kept | {compiling.CACHE_VARIABLE: str(package.parent / "cache")} | variables
    command = [sys.executable, "-m", "columns.caller"]
    answer = subprocess.run(command, cwd=package, env=variables, capture_output=True, text=True, check=True)
    result, folder, hits = answer.stdout.split()
    return int(result), Path(folder), int(hits)


def test_editing_a_helper_changes_the_result(package: Path) -> None:
    first = run(package)
    again = run(package)
    (package / "columns" / "helper.py").write_text(HELPER.format(factor=10))
    edited = run(package)
    assert (first[0], again[0], edited[0]) == (6, 6, 60)
    assert first[1] == again[1] != edited[1]
    assert (first[2], again[2], edited[2]) == (0, 1, 0)


def test_uncompiled_gives_the_same(package: Path) -> None:
    assert run(package, NUMBA_DISABLE_JIT="1")[0] == 6


def test_cache_that_cannot_be_written_gives_way_to_a_private_one(package: Path) -> None:
    (package.parent / "file").touch()
    result, folder, _ = run(package, **{compiling.CACHE_VARIABLE: str(package.parent / "file" / "cache")})
    assert result == 6
    assert not folder.exists(), "a private cache is removed when its process ends"


def test_importing_does_not_import_numba() -> None:
    code = "import sys, columns.compiling; sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=compiling.ROOT, check=True)


def test_settings_that_change_code_change_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = compiling.cache_key()
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    assert compiling.cache_key() == before
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    assert compiling.cache_key() != before


def test_key_is_made_in_an_instant() -> None:
    compiling.cache_key()
    times = []
    for _ in range(5):
        start = time.process_time()
        compiling.cache_key()
        times.append(time.process_time() - start)
    assert min(times) < 0.02


def test_old_caches_are_removed(tmp_path: Path) -> None:
    days = {"newest": 2, "older": 3, "oldest": 4, "in_use": 0.5, "mine": 9}
    for name, age in days.items():
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, times=(then := time.time() - age * 86_400, then))
    compiling._prune(tmp_path, keep=tmp_path / "mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in_use", "mine", "newest"]


def test_callers_with_other_constants_share_one_version():
    @compiling.kernel
    def add(a: Any, b: int) -> Any:
        return a + b

    @compiling.kernel
    def caller(n: int, small: np.int32) -> Any:
        return add(n, 1) + add(n, 2) + add(small, 3) + add(0, n)

    assert caller(4, np.int32(5)) == 5 + 6 + 8 + 4
    assert len(vars(add)["inside"].signatures) == 1


def test_machine_code_is_made_of_what_python_calls():
    @compiling.kernel
    def inner(a: float) -> float:
        return 2.0 * a

    @compiling.kernel
    def outer(a: float) -> float:
        return inner(a) + 1.0

    assert outer(3.0) == 7.0
    assert not getattr(inner, "signatures", None)
    assert inner(4.0) == 8.0
    assert len(getattr(inner, "signatures", [])) == 1


def test_a_kernel_never_counts_from_the_end(package: Path) -> None:
    """No index is compared with 0; where bounds are checked a negative one is an error."""
    (package / "columns" / "helper.py").write_text(FROM_THE_END)
    code = "import columns.helper, numpy; columns.helper.last(numpy.ones(3), -1)"
    failed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=package,
        env=os.environ | {compiling.CACHE_VARIABLE: str(package.parent / "cache"), "NUMBA_BOUNDSCHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert failed.returncode
    assert "IndexError" in failed.stderr


def test_settings_of_numba_are_read_at_once_as_numba_reads_them() -> None:
    compiling._numba()
    from numba.core.compiler import Flags

    plain: Any = Flags()
    other: Any = Flags()
    assert plain == other
    assert hash(plain) == hash(other)
    other.forceinline = not plain.forceinline
    assert other != plain
    assert other.values() == {name: getattr(other, name) for name in other.options}
    other.forceinline = plain.forceinline  # set, to what it is anyway
    assert other == plain
    assert "_read_settings_at_once" in Flags.values.__qualname__
