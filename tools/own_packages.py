"""Packages that one command needs and the environment must not have: installed beside it, from a lock.

What the environment has already, at the version of the lock, is not installed twice.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.bootstrap import find_uv

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "requirements.lock"
PIN = re.compile(r"^(?=[a-z0-9])", re.MULTILINE)
STAMP = "lock.sha256"


def pins(lock: Path) -> dict[str, str]:
    """Return what a lock says of each package, by ``name==version``."""
    parts = PIN.split(lock.read_text(encoding="utf-8"))
    return {part.split(maxsplit=1)[0]: part for part in parts if "==" in part}


def missing(lock: Path) -> str:
    """Return the part of a lock that the lock of the environment does not hold."""
    present = pins(CORE)
    return "".join(part for pin, part in pins(lock).items() if pin not in present)


def install(name: str) -> Path:
    """Install ``requirements-NAME.lock`` into ``build/NAME``, once per lock; return the folder.

    Raises
    ------
    SystemExit
        They could not be had; pip or uv has said why.
    """
    lock, folder = ROOT / f"requirements-{name}.lock", ROOT / "build" / name
    wanted = missing(lock)
    fingerprint = hashlib.sha256(wanted.encode()).hexdigest()
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == fingerprint:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    asked = folder / lock.name
    asked.write_text(wanted, encoding="utf-8")
    print(f"installing {lock.name} into {folder.relative_to(ROOT)}", file=sys.stderr, flush=True)
    has_pip = importlib.util.find_spec("pip") is not None  # an environment that uv made has none
    command = [sys.executable, "-m", "pip"] if has_pip else [find_uv() or "uv", "pip"]
    command += ["install", "-q", "--require-hashes", "--only-binary", ":all:", "--no-deps"]
    command += ["--target", str(folder), "-r", str(asked)]
    command += [] if has_pip else ["--python", sys.executable]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"The packages of {lock.name} could not be installed; above is why.")
    stamp.write_text(fingerprint, encoding="utf-8")
    return folder


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a process that finds the packages of a folder, with further settings."""
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **settings}
