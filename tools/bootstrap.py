"""Set up everything that the project needs in ``.venv``, so that nobody has to think about it.

Any Python from 3.6 on can run this file; it needs nothing but the standard library. It looks for an
interpreter of a suitable version by really running what it finds (a name on the path may belong to a
version manager that answers "not installed"), makes a virtual environment and installs the exact packages of
the lock, each checked against its hash. A stamp written at the very end makes the next call instant; without
it the folder counts as unfinished and is made anew.

    python3 tools/bootstrap.py            what the demo, the application and the tests need
    python3 tools/bootstrap.py --extras   also distributed runs and optimisation

``BAREFOOT_PYTHON=/path/to/python`` chooses the interpreter. The settings of pip and uv (mirrors, proxies) are
respected. Exit status: 0 ready, 1 the installation failed, 2 no suitable Python, 130 interrupted.
"""

import contextlib
import fcntl
import glob
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import Iterator, List, Optional, Tuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "ready.json")
LOG = os.path.join(ROOT, ".venv.log")
CORE_LOCK, EXTRAS_LOCK = "requirements.lock", "requirements-extras.lock"

OLDEST, NEWEST = (3, 12), (3, 14)
NAMES = ("python3.12", "python3.13", "python3.14", "python3", "python")
FOLDERS = (
    "{PYENV_ROOT}/versions/*/bin",
    "~/.pyenv/versions/*/bin",
    "{UV_PYTHON_INSTALL_DIR}/*/bin",
    "{XDG_DATA_HOME}/uv/python/*/bin",
    "~/.local/share/uv/python/*/bin",
    "~/.local/share/mise/installs/python/*/bin",
    "~/.asdf/installs/python/*/bin",
    "~/.local/bin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/Library/Frameworks/Python.framework/Versions/*/bin",
    "/opt/*/bin",
    "/opt/python/*/bin",
    "{CONDA_PREFIX}/bin",
    "~/*conda3/bin",
    "~/*forge3/bin",
    "~/*conda3/envs/*/bin",
    "~/*forge3/envs/*/bin",
)
"""Where interpreters lie beside those on the path; a folder whose variable is not set is left out."""

PROBE = (
    "import importlib.util as u, json, platform, sys, sysconfig; print(json.dumps(["
    "list(sys.version_info[:3]), platform.python_implementation(), sys.maxsize > 2**32,"
    "bool(sysconfig.get_config_var('Py_GIL_DISABLED')), u.find_spec('ensurepip') is not None,"
    "getattr(sys, '_base_executable', sys.executable)]))"
)
PROBE_SECONDS = 20
CHECK = "import numba, mesa, pyarrow, matplotlib"
LOG_TAIL_LINES = 15
BEAT_SECONDS = 10


class SetupError(Exception):
    """Setting up cannot go on; the message tells the user why and what to do."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def main(arguments: List[str]) -> int:
    """Bring ``.venv`` up to date and return the exit status."""
    locks = [CORE_LOCK] + ([EXTRAS_LOCK] if "--extras" in arguments else [])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if is_ready(locks):
        return 0
    try:
        with only_one():
            if not is_ready(locks):
                set_up(locks)
    except SetupError as error:
        say(str(error))
        return error.status
    except OSError as error:
        say("Set-up failed: %s" % error)
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted. The same command starts the set-up again.")
        return 130
    return 0


def set_up(locks: List[str]) -> None:
    """Make the environment from nothing: what an earlier attempt left is never trusted."""
    start = time.time()
    uv = find_uv()
    python, version = find_python(uv)
    say("Setting up in .venv with Python %s (%s)." % (version, python))
    say("This is done once: %s and 1 GB." % ("half a minute" if uv else "a minute or two"))
    with contextlib.suppress(FileNotFoundError):
        os.remove(STAMP)  # first, so that a half-removed folder is not taken for a finished one
    try:
        install(locks, python, uv)
    except SetupError:
        if not uv:
            raise
        say("uv could not do it; trying pip, since some mirrors are known to pip alone.")
        install(locks, python, None)
    run([in_venv(), "-c", CHECK], "trying it out")
    stamp = {
        "locks": {lock: fingerprint(lock) for lock in locks},
        "python": python,
        "version": version,
        "chosen": os.environ.get("BAREFOOT_PYTHON"),
    }
    with open(STAMP + ".new", "w") as file:
        json.dump(stamp, file, indent=1)
    os.replace(STAMP + ".new", STAMP)
    os.remove(LOG)
    say("Ready after %d seconds." % (time.time() - start))


def install(locks: List[str], python: str, uv: Optional[str]) -> None:
    """Make an empty environment and install the locks in it, by uv if it is given, otherwise by pip.

    A lock is complete, so nothing is resolved again: pip would take a newer version of a package that
    another asks for with an extra (``coverage[toml]``) and then refuse it for want of a hash.
    """
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(VENV)
    if uv:
        make = [uv, "venv", "--quiet", "--python", python, VENV]
        add = [uv, "pip", "install", "--python", in_venv()]
    else:
        make = [python, "-m", "venv", VENV]
        add = [in_venv(), "-m", "pip", "install", "--disable-pip-version-check"]
    run(make, "environment")
    for lock in locks:
        options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", os.path.join(ROOT, lock)]
        run(add + options, "packages")


def is_ready(locks: List[str]) -> bool:
    """Tell whether the last set-up was finished, from these locks and an interpreter that is still there."""
    try:
        with open(STAMP) as file:
            stamp = json.load(file)
        return (
            os.path.exists(in_venv())
            and all(stamp["locks"].get(lock) == fingerprint(lock) for lock in locks)
            and os.environ.get("BAREFOOT_PYTHON") in (None, "", stamp["chosen"])
        )
    except (OSError, ValueError, KeyError):
        return False


def fingerprint(lock: str) -> str:
    """Hash what decides how the environment looks: the lock, this script and where the folder stands."""
    digest = hashlib.sha256(ROOT.encode())
    for path in (os.path.join(ROOT, lock), os.path.abspath(__file__)):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def find_python(uv: Optional[str]) -> Tuple[str, str]:
    """Return path and version of the first suitable interpreter.

    One that the user chose is taken or refused, never passed over. Where none is found, uv may fetch one.
    """
    chosen = os.environ.get("BAREFOOT_PYTHON")
    seen = []
    for path in [chosen] if chosen else candidates():
        python, version, fault = probe(path, uv)
        if not fault:
            return python, version
        seen.append("  %-12s %s: %s" % (version, path, fault))
    if uv and not chosen:
        say("No suitable Python was found here; asking uv for one.")
        with contextlib.suppress(SetupError, OSError, subprocess.SubprocessError):
            wanted = "%d.%d" % OLDEST
            run([uv, "python", "install", wanted], "Python " + wanted)
            answer = subprocess.check_output([uv, "python", "find", wanted], universal_newlines=True)
            python, version, fault = probe(answer.strip(), uv)
            if not fault:
                return python, version
    raise SetupError(no_python_message(chosen, seen), status=2)


def candidates() -> Iterator[str]:
    """Yield the interpreters worth a try, each once, best known first."""
    tried = set()
    folders = os.environ.get("PATH", "").split(os.pathsep)
    on_path = [os.path.join(folder, name) for name in NAMES for folder in folders if folder]
    elsewhere = [
        os.path.join(folder, name)
        for pattern in FOLDERS
        for folder in sorted(glob.glob(expand(pattern)), key=natural)
        for name in NAMES[:-1]
    ]
    for path in [*on_path, sys.executable, *elsewhere]:
        target = os.path.realpath(path)
        twins = os.path.basename(target).startswith("python")  # links to a version manager are not
        identity = target if twins else path
        known = identity in tried or path.startswith(VENV + os.sep)
        if not known and os.path.isfile(path) and os.access(path, os.X_OK):
            tried.add(identity)
            yield path


def probe(path: str, uv: Optional[str]) -> Tuple[str, str, str]:
    """Run an interpreter; return its own path, its version and what is wrong with it, empty if nothing is."""
    try:
        answer = subprocess.run(
            [path, "-I", "-c", PROBE],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            timeout=PROBE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return path, "?", "does not run (%s)" % type(error).__name__
    try:
        version, kind, wide, free_threaded, has_pip, python = json.loads(answer.stdout.decode())
    except ValueError:
        return path, "?", "does not run (exit status %d)" % answer.returncode
    text = ".".join(map(str, version))
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        return python, text, "too old" if tuple(version[:2]) < OLDEST else "too new"
    if kind != "CPython" or not wide or free_threaded:
        return python, text, "not a standard 64-bit CPython"
    if not has_pip and not uv:
        remedy = "apt install python%d.%d-venv on Debian and Ubuntu" % tuple(version[:2])
        return python, text, "cannot make environments (%s)" % remedy
    return python, text, ""


def find_uv() -> Optional[str]:
    """Return the path of a uv that runs, or None."""
    for path in (shutil.which("uv"), expand("~/.local/bin/uv"), expand("~/.cargo/bin/uv")):
        if path and os.path.isfile(path):
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.check_output([path, "--version"], stderr=subprocess.DEVNULL)
                return path
    return None


def no_python_message(chosen: Optional[str], seen: List[str]) -> str:
    """Say what is needed, what was found, and how to mend it."""
    need = "Barefoot needs Python %d.%d to %d.%d" % (OLDEST + NEWEST)
    if chosen:
        lines = [need + "; the one that BAREFOOT_PYTHON names cannot be used:"]
    else:
        lines = [need + " and found none. It tried:"]
    lines += seen or ["  nothing: there is no Python on the path or in the usual folders"]
    lines += [
        "Any one of these mends it:",
        "  Debian, Ubuntu   apt install python3.12 python3.12-venv",
        "  Fedora           dnf install python3.12",
        "  macOS            brew install python@3.12",
        "  conda            conda create -n barefoot python=3.12",
        "  pyenv            pyenv install 3.12",
        "  uv               uv python install 3.12",
        "Then repeat the command. If it lies in an unusual place: BAREFOOT_PYTHON=/path/to/python make demo",
    ]
    return "\n".join(lines)


def run(command: List[str], what: str) -> None:
    """Run a command with its output in a log, showing that time passes; on failure show the log's end."""
    start = beat = time.time()
    with open(LOG, "wb") as file:
        # Children keep the lock of only_one, so what a killed set-up left running is waited for.
        process = subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, close_fds=False
        )
        try:
            while process.poll() is None:
                time.sleep(0.05)
                if time.time() - beat > BEAT_SECONDS:
                    beat = time.time()
                    say("  %s ... %d s" % (what, beat - start))
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode != 0:
        with open(LOG, encoding="utf-8", errors="replace") as file:
            tail = file.read().splitlines()[-LOG_TAIL_LINES:]
        where = "Set-up failed at: %s. The last lines (all of them are in %s):" % (what, LOG)
        raise SetupError("\n  ".join([where, *tail]))
    say("  %s: %.0f s" % (what, time.time() - start))


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Let two commands started at the same time wait for each other; the lock goes with its processes."""
    with open(os.path.join(ROOT, ".venv.lock"), "w") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another set-up is at work; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def in_venv() -> str:
    """Return the interpreter of the environment."""
    return os.path.join(VENV, "bin", "python")


def expand(pattern: str) -> str:
    """Fill in the home folder and variables; a pattern whose variable is not set matches nothing."""
    try:
        return os.path.expanduser(pattern.format(**os.environ))
    except KeyError:
        return ""


def natural(path: str) -> Tuple[List[object], str]:
    """Sort 3.9 before 3.12."""
    return [
        int(part) if part.isdigit() else 0 for part in path.replace("-", ".").replace("/", ".").split(".")
    ], path


def say(text: str) -> None:
    """Print at once, also into a pipe, and in a terminal that lacks some letters of a path."""
    encoding = sys.stdout.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
