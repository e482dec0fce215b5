"""``make site``: build the documents as a site in ``build/html``; a broken link or reference stops it.

    python -m tools.site
    python -m tools.site --check-addresses     # ask every address on the internet too

Exit status: that of Sphinx.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.own_packages import ROOT, environment, install
from tools.site.contents import lay_out

SITE = ROOT / "build" / "html"
CACHE = ROOT / "build" / "html-cache"


def main(given: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__.split("\n\n")[0])
    parser.add_argument("--check-addresses", action="store_true", help="also ask every outside address")
    arguments = parser.parse_args(given)
    # Kernels are plain functions without the compiler, which is what the reference describes.
    settings = environment(install("site"), NUMBA_DISABLE_JIT="1", PYTHONWARNINGS="ignore")
    settings["PYTHONPATH"] = f"{ROOT}:{settings['PYTHONPATH']}"
    builder = "linkcheck" if arguments.check_addresses else "html"
    shutil.rmtree(SITE, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder))
        options = ["-b", builder, "-c", str(ROOT / "tools" / "site"), "-d", str(CACHE), "-j", "auto"]
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", *options, folder, str(SITE)]
        status = subprocess.run(command, cwd=ROOT, env=settings, check=False).returncode
    if status == 0:
        print(f"Written: {(SITE / 'index.html').relative_to(ROOT)}")
    return status


if __name__ == "__main__":
    sys.exit(main())
