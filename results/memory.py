"""Memory: what is free on this machine, and what a world needs."""

import os
from pathlib import Path

from model.scenario import world_names
from model.worlds import memory_megabytes

BYTES_PER_MEGABYTE = 1_000_000
BYTES_PER_KIBIBYTE = 1024
MEMINFO, AVAILABLE = Path("/proc/meminfo"), "MemAvailable:"


def free_megabytes() -> float:
    """Return the memory that a program can have without pushing others out, in megabytes."""
    try:
        lines = MEMINFO.read_text(encoding="ascii").splitlines()
    except OSError:  # not Linux
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / BYTES_PER_MEGABYTE
    kibibytes = next(int(line.split()[1]) for line in lines if line.startswith(AVAILABLE))
    return kibibytes * BYTES_PER_KIBIBYTE / BYTES_PER_MEGABYTE


def world_megabytes(world: object) -> float:
    """Return the memory that a run in a world needs by its name, in megabytes; 0 for one built by hand."""
    return float(memory_megabytes(world)) if isinstance(world, str) and world in world_names() else 0.0
