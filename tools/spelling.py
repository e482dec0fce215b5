"""``make spell``: spelling of documents, data and code, with typos, which knows common errors.

    python -m tools.spelling
    python -m tools.spelling --write-changes     # mend what is certain

Words that only look wrong stand in ``pyproject.toml``. Exit status: that of typos.
"""

import os
import subprocess
import sys

from tools.own_packages import ROOT, install

PROGRAM = "typos.exe" if os.name == "nt" else "typos"


def main() -> int:
    """Run typos on the checkout, with the arguments given."""
    command = [str(install("spelling") / "bin" / PROGRAM), *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
