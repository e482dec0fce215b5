"""Drive the application in a real browser: get what that takes, then run ``tests/app/browser``.

A Chromium of the system is used where there is one, and for a few tests a Firefox; on Debian and its
relatives they are installed if this process may (root). Without a Firefox its tests are not run, and that is
said. The packages that drive it are not part of the environment: they are kept in
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
FIREFOXES = ("firefox-esr", "firefox")
GET = "--get"
NO_BROWSER = """No Chromium was found, and it could not be installed: that takes root and an apt that answers.
Install one (Debian, Ubuntu: sudo apt-get install chromium; elsewhere Chrome or Edge), or name it in
BAREFOOT_BROWSER, then run this again."""
NO_FIREFOX = (
    "NOT RUN: the tests in Firefox, for want of one (apt-get install firefox-esr, or BAREFOOT_FIREFOX)."
)


def find_browser() -> str | None:
    """Return the path of a Chromium, Chrome or Edge."""
    named = os.environ.get("BAREFOOT_BROWSER")
    return next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)


def find_firefox() -> str | None:
    """Return the path of a Firefox."""
    named = os.environ.get("BAREFOOT_FIREFOX")
    return next(filter(None, map(shutil.which, [named] if named else FIREFOXES)), None)


def install_browsers(*packages: str) -> None:
    """Install browsers of Debian where that is possible without asking anybody."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    silent = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-yqq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], check=False, env=silent, stdout=subprocess.DEVNULL)


def main(arguments: list[str]) -> int:
    """Get a browser and what drives it, then run the tests unless that was all; return their status."""
    wanted = {"chromium": find_browser, "firefox-esr": find_firefox}
    missing = [package for package, find in wanted.items() if find() is None]
    if missing:
        install_browsers(*missing)
    browser, firefox = find_browser(), find_firefox()
    if browser is None:
        print(NO_BROWSER, file=sys.stderr)
        return 2
    if firefox is None:
        print(NO_FIREFOX, file=sys.stderr)
    given = environment(install("browser"), BAREFOOT_BROWSER=browser, BAREFOOT_FIREFOX=firefox or "")
    if arguments == [GET]:
        return 0
    command = [sys.executable, "-m", "pytest", TESTS, *arguments]
    return subprocess.run(command, cwd=ROOT, env=given, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
