"""Drive the application in a real browser: get what that takes, then run ``tests/app/browser``.

A Chromium of the system is used where there is one; on Debian and its relatives it is installed if this
process may (root). The packages that drive it are not part of the environment: they are kept in
``build/browser``, from a lock with hashes.

    python -m tools.browser [arguments of pytest]
    python -m tools.browser --get                    # nothing is run

Exit status: that of pytest, or 2 with a message if there is no browser.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.own_packages import environment, install

ROOT = Path(__file__).resolve().parent.parent
TESTS = "tests/app/browser"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
GET = "--get"
NO_BROWSER = """No Chromium was found, and it could not be installed: that takes root and an apt that answers.
Install one (Debian, Ubuntu: sudo apt-get install chromium; elsewhere Chrome or Edge), or name it in
BAREFOOT_BROWSER, then run this again."""


def find_browser() -> str | None:
    """Return the path of a Chromium, Chrome or Edge."""
    named = os.environ.get("BAREFOOT_BROWSER")
    return next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)


def install_browser() -> None:
    """Install Debian's Chromium where that is possible without asking anybody."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    silent = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("update -qq", "install -yqq --no-install-recommends chromium"):
        subprocess.run(["apt-get", *command.split()], check=False, env=silent, stdout=subprocess.DEVNULL)


def main(arguments: list[str]) -> int:
    """Get a browser and what drives it, then run the tests unless that was all; return their status."""
    if find_browser() is None:
        install_browser()
    browser = find_browser()
    if browser is None:
        print(NO_BROWSER, file=sys.stderr)
        return 2
    given = environment(install("browser"), BAREFOOT_BROWSER=browser)
    if arguments == [GET]:
        return 0
    command = [sys.executable, "-m", "pytest", TESTS, *arguments]
    return subprocess.run(command, cwd=ROOT, env=given, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
