"""Pages: one HTML file each, readable offline, printable on A4, in either language.

Everything a page needs is inside it: style, pictures as SVG with their text as text. Nothing is fetched from
anywhere. Templates escape whatever they are given; pictures are the only markup that is passed through.
"""

import base64
import gzip
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from model.text import text
from results.style import Picture

TEMPLATES = Path(__file__).resolve().parent / "templates"
HTML_LANGUAGES = {"en": "en", "zh": "zh-CN"}


@cache
def environment() -> Environment:
    """Return the environment of the templates; an unknown name in one of them is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, language: str, pictures: Mapping[str, Picture], **content: Any) -> str:
    """Return a page as HTML.

    Parameters
    ----------
    template
        Name of a file in ``results/templates``.
    pictures
        By name; templates place them with ``figure("name")``, which returns nothing where there is none.
    content
        What else the template asks for.
    """
    return (
        environment()
        .get_template(template)
        .render(
            lang=HTML_LANGUAGES[language],
            t=_words(language),
            figure=partial(_figure, pictures),
            **content,
        )
    )


def compressed(content: str) -> str:
    """Return a text compressed, as base64: what may stand in a script element and JavaScript can read."""
    return base64.b64encode(gzip.compress(content.encode(), mtime=0)).decode()


def _words(language: str) -> Callable[..., str]:
    def words(key: str, **values: object) -> str:
        return text(key, language, **values)

    return words


def _figure(pictures: Mapping[str, Picture], name: str) -> Markup:
    """Return a picture with its caption as an element of the page."""
    picture = pictures.get(name)
    if picture is None:
        return Markup("")
    svg = Markup(picture.inline_svg())  # noqa: S704 - our own drawing; its texts are escaped by matplotlib
    return Markup(
        '<figure class="picture"><div class="canvas">{}</div><figcaption>{}</figcaption></figure>'
    ).format(svg, picture.caption)
