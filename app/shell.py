"""The bare page: where its parts go and which modules it loads; everything else is done by these.

Modules import each other by names like "barefoot/text". Served by the application an import map points to
files; in a hand-out, which has no server, it points to the same sources inside the page.
"""

import base64
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from results import style
from results.figures.places import LEVEL_COLOURS
from results.figures.unmet import STATES as NEED_COLOURS
from results.page import HTML_LANGUAGES

PAGE = Path(__file__).resolve().parent / "page"
MODULES = tuple(sorted(path.stem for path in PAGE.glob("*.js")))
SCRIPT_END = "</script"


@cache
def _template() -> Template:
    loader = FileSystemLoader(PAGE)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("index.html")


def palette() -> str:
    """Return the colours of all pictures as properties of the page: one source for figures and screen."""
    colours = {
        "ink": style.INK,
        "muted": style.ink(style.MUTED),
        "grid": style.GRID,
        "paper": style.PAPER,
        "accent": style.BLUE,
        "helped": style.HELPED,
        "alone": style.ALONE,
        "village-none": LEVEL_COLOURS[0],
        "village-wanted": style.YELLOW,
        "village-filled": style.SKY,
        "village-active": style.BLUE,
        "served": style.GREEN,
        **{f"need-{name.replace('_', '-')}": colour for name, colour in NEED_COLOURS.items()},
        **{f"level-{number}": colour for number, colour in enumerate(LEVEL_COLOURS)},
    }
    return ":root{" + "".join(f"--{name}:{colour};" for name, colour in colours.items()) + "}"


def served_page(nonce: str) -> str:
    """Return the page as the server sends it; ``nonce`` is what its inline scripts are allowed by."""
    imports = {f"barefoot/{name}": f"/page/{name}.js" for name in MODULES}
    return _template().render(
        nonce=nonce,
        import_map=in_script(json.dumps({"imports": imports})),
        modules=imports.values(),
        palette=Markup(palette()),  # noqa: S704 - our own colours
        style=None,
        inlined=None,
        html_language=HTML_LANGUAGES["en"],
        language=None,
    )


def whole_page(inlined: Mapping[str, str], language: str | None = None) -> str:
    """Return the page with all its parts inside, for a file.

    Parameters
    ----------
    inlined
        By name, compressed: what the page finds in itself instead of asking a server.
    language
        In which it opens; by default that of the reader's system.
    """
    imports = {
        f"barefoot/{name}": _address((PAGE / f"{name}.js").read_text(encoding="utf-8")) for name in MODULES
    }
    return _template().render(
        nonce="",
        import_map=in_script(json.dumps({"imports": imports})),
        modules=(),
        palette=Markup(palette()),  # noqa: S704 - our own colours
        style=Markup(_style()),  # noqa: S704 - our own style
        inlined=inlined,
        html_language=HTML_LANGUAGES[language or "en"],
        language=language,
    )


def _style() -> str:
    """Return the style without the font, which only a server can give."""
    return re.sub(r"@font-face \{.*?\}\n", "", (PAGE / "style.css").read_text(encoding="utf-8"))


def _address(source: str) -> str:
    return "data:text/javascript;base64," + base64.b64encode(source.encode()).decode()


def in_script(content: str) -> Markup:
    """Return a text that may stand in a script element: nothing in it can end the element."""
    return Markup(content.replace(SCRIPT_END, "<\\/script"))  # noqa: S704 - made harmless
