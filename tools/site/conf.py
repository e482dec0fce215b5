"""Settings of Sphinx."""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

from tools.site.search import JS_SPLITTER, split

FOREIGN = ("scipy", "numpy", "pandas", "mesa", "pydantic")
project = "Barefoot"
author = "Barefoot contributors"
project_copyright = "Barefoot contributors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["benchmarks/performance.md"]  # a template: the page made of it is docs/performance.md
language = "en"
source_suffix = {".md": "markdown"}
nitpicky = False

myst_heading_anchors = 3
myst_links_external_new_tab = False
suppress_warnings = ["ref.python"]  # a word that several things are named by, such as services

toc_object_entries = False
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = "Barefoot"
html_static_path = [str(Path(__file__).with_name("static"))]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"


def setup(sphinx: Sphinx) -> None:
    """Leave out of the reference what a module has from elsewhere; let the search know Chinese."""
    sphinx.connect("autodoc-skip-member", _is_foreign)
    sphinx.add_search_language(_Search)


class _Search(SearchEnglish):
    js_splitter_code = JS_SPLITTER

    def split(self, input: str) -> list[str]:  # noqa: A002 - the name that Sphinx gives it
        return split(input)


def _is_foreign(*given: Any) -> bool | None:
    _, kind, _, thing, *_ = given
    home = getattr(thing, "__module__", None) or ""
    return True if kind == "module" and home.partition(".")[0] in FOREIGN else None
