"""What is read from the machine: memory, processor, versions; and processes of their own to measure in."""

import importlib.metadata
import json
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model.reading import ROOT

PACKAGES = ("numba", "numpy", "mesa")
BYTES_PER_KILOBYTE = 1024


def peak_bytes() -> int | None:
    """Largest memory of this process so far; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * BYTES_PER_KILOBYTE


def machine() -> dict[str, str]:
    """Return what speeds depend on besides this version, and the day."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }


def processor() -> str:
    """Name of the processor, or of its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def measured_apart(module: str, *arguments: object, **environment: str) -> Any:
    """Run a module of this package in a process of its own and return what it prints last, read as JSON.

    Raises
    ------
    RuntimeError
        If it fails, with the end of what it said.
    """
    import os

    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"benchmarks.{module} {arguments} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
