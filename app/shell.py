"""The bare page: where its parts go and which modules it loads; everything else is done by these.

Modules import each other by names like "barefoot/text". Served by the application an import map points to
files; in a hand-out, which has no server, it points to the same sources inside the page.
"""

import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

PAGE = Path(__file__).resolve().parent / "page"
MODULES = tuple(sorted(path.stem for path in PAGE.glob("*.js")))


@cache
def _template() -> Template:
    loader = FileSystemLoader(PAGE)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("index.html")


def import_map() -> str:
    """Return the import map of the served page."""
    return json.dumps({"imports": {f"barefoot/{name}": f"/page/{name}.js" for name in MODULES}})


def shell(nonce: str) -> str:
    """Return the page as the server sends it; ``nonce`` is what its inline scripts are allowed by."""
    return _template().render(nonce=nonce, import_map=import_map(), style="", recordings="")
