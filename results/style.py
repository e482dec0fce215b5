"""How all pictures look: one font, one palette, one frame; how a picture becomes a file or a part of a page.

The font is shipped (``data/fonts``), so a picture is the same on every machine and Chinese has its Chinese
forms. Text stays text in SVG: it can be searched, read aloud and translated. Figures are made without pyplot,
so nothing is kept between them and threads do not meet.
"""

import functools
import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from model.text import LANGUAGES

FONT_FILE = Path(__file__).resolve().parent.parent / "data" / "fonts" / "NotoSansCJKsc-subset.otf"
FONT_NAME = "Noto Sans CJK SC"

INK, MUTED, GRID, PAPER = "#1f2933", "#6b7580", "#e3e7eb", "#ffffff"
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW = (
    "#0072b2", "#e69f00", "#009e73", "#d55e00", "#aa5c8f", "#56b4e9", "#d8c62f",
)  # fmt: skip
"""After Okabe & Ito: told apart by colour-blind readers; yellow and purple a little darker."""
STRATEGY_COLOURS = {
    "no_programme": MUTED,
    "history": BLUE,
    "workers_without_desks": VERMILION,
    "desks_follow_backlog": GREEN,
    "no_mandate": ORANGE,
}
SPARE_COLOURS = (PURPLE, SKY, ORANGE, YELLOW, BLUE, VERMILION, GREEN)
HELPED, ALONE = BLUE, ORANGE
"""Filed with the help of a worker, and by the family alone."""

WIDE, HALF = 7.2, 3.5
"""Widths in inches: the text of a page, and half of it."""
PNG_DPI = 160
IMAGE_DPI = 220
"""Of the parts of an SVG that are images."""
CAPTION_EM = {"en": 112, "zh": 56}
"""Characters that fit in a caption line of a wide picture."""
NEVER_FIRST = "，。；：、）”？！"
"""Marks that may not begin a line of Chinese."""
BAND_ALPHA = 0.18
READABLE_CONTRAST = 4.5
"""Contrast of text to paper that WCAG 2.2 asks for (AA)."""
DARKER = 0.93

SETTINGS: Any = {
    "font.family": [FONT_NAME],
    "font.size": 8.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.titlepad": 7,
    "axes.labelsize": 8.5,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "patch.linewidth": 0,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "barefoot",
    "figure.constrained_layout.w_pad": 0.06,
    "figure.constrained_layout.h_pad": 0.06,
}


@functools.cache
def _register_font() -> None:
    font_manager.fontManager.addfont(FONT_FILE)


@contextmanager
def house_style() -> Iterator[None]:
    """Give figures made or saved in this block the style of the house."""
    _register_font()
    with mpl.rc_context(SETTINGS):
        yield


def new_figure(width: float = WIDE, height: float = 3.2) -> Figure:
    """Return an empty figure of so many inches; call it within `house_style`."""
    return Figure(figsize=(width, height), layout="constrained")


def colour_of(strategy: str, position: int = 0) -> str:
    """Return the colour of a strategy; others than the shipped ones are told apart by their position."""
    return STRATEGY_COLOURS.get(strategy, SPARE_COLOURS[position % len(SPARE_COLOURS)])


@functools.cache
def ink(colour: str) -> str:
    """Return a colour for text: the same hue, darkened until it can be read on white."""
    rgb = np.array(to_rgb(colour))
    while contrast(rgb) < READABLE_CONTRAST:
        rgb = rgb * DARKER
    return to_hex((rgb[0], rgb[1], rgb[2]))


def contrast(rgb: ArrayLike) -> float:
    """Return the contrast of a colour (three numbers from 0 to 1) to white, 1 to 21, after WCAG 2.2."""
    values = np.asarray(rgb, dtype=np.float64)
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(1.05 / (linear @ np.array([0.2126, 0.7152, 0.0722]) + 0.05))


@dataclass(frozen=True)
class Picture:
    """A figure with the sentence that says what it shows.

    Attributes
    ----------
    name
        Of its files, without ending.
    figure
        Without the sentence: a page sets it as text below the picture.
    caption
        Computed from the data: what the picture shows, not what it is.
    """

    name: str
    figure: Figure
    caption: str
    language: str = LANGUAGES[0]

    @functools.cached_property
    def document(self) -> str:
        """The picture as an SVG document, drawn once; the caption is its title, not part of the drawing."""
        buffer = io.StringIO()
        about = {"Date": None, "Creator": "Barefoot", "Title": self.caption}
        with house_style():
            self.figure.savefig(buffer, format="svg", dpi=IMAGE_DPI, metadata=about)
        return buffer.getvalue()

    def save(self, folder: Path) -> tuple[Path, Path]:
        """Write name.png, with the caption above the picture, and name.svg without it; return their paths."""
        png, svg = folder / f"{self.name}.png", folder / f"{self.name}.svg"
        svg.write_text(self.document, encoding="utf-8")
        self._draw(png)
        return png, svg

    def _draw(self, where: Path | io.BytesIO) -> None:
        """Write the picture with its caption above it as PNG."""
        with house_style():
            lines = wrapped(self.caption, self.language, self.figure.get_figwidth())
            title = self.figure.suptitle(lines, x=0.01, ha="left", size=SETTINGS["axes.titlesize"], color=INK)
            self.figure.savefig(where, format="png", dpi=PNG_DPI)
            title.remove()

    def _repr_png_(self) -> bytes:
        """Return the picture as notebooks show it."""
        buffer = io.BytesIO()
        self._draw(buffer)
        return buffer.getvalue()

    def inline_svg(self) -> str:
        """Return the picture as an SVG element for a page, without caption and without outside addresses."""
        return page_svg(self.document, self.caption)


def page_svg(document: str, caption: str) -> str:
    """Turn an SVG document into an element of a page: no prologue, no metadata, no names that could clash."""
    from markupsafe import escape

    svg = document[document.index("<svg") :]
    svg = re.sub(r"<(metadata|title)>.*?</\1>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s+xmlns(:xlink)?="[^"]*"', "", svg)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = svg.replace("xlink:href", "href")
    svg = re.sub(r'(<svg[^>]*?)\s+width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?)\s+height="[^"]*"', r"\1", svg, count=1)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(caption)}"', 1).rstrip()


def wrapped(sentence: str, language: str, width: float = WIDE) -> str:
    """Break a caption into lines that fit a figure of ``width`` inches."""
    return broken(sentence, language, int(CAPTION_EM[language] * width / WIDE))


def broken(words: str, language: str, letters: int) -> str:
    """Break words into lines of about so many letters; no line of Chinese begins with a stop."""
    if language != "zh":
        return textwrap.fill(words, letters)
    lines = [""]
    for letter in words:
        if len(lines[-1]) >= letters and letter not in NEVER_FIRST:
            lines.append("")
        lines[-1] += letter
    return "\n".join(lines)


def label_ends(
    axes: Axes,
    x: float,
    ends: Sequence[tuple[float, str, str]],
    gap: float = 0.06,
    size: float = 8,
) -> None:
    """Write names of lines at their right ends, moved apart where they would meet.

    Parameters
    ----------
    x
        Where the lines end, in data coordinates.
    ends
        (y in data coordinates, name, colour).
    gap
        Least distance of two names as a share of the height of the axes.
    """
    to_axes = axes.transData + axes.transAxes.inverted()
    heights = [to_axes.transform((x, y))[1] for y, _, _ in ends]
    for position, (_, name, colour) in zip(spread_out(heights, gap), ends, strict=True):
        axes.annotate(
            name,
            (x, position),
            xycoords=("data", "axes fraction"),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=ink(colour),
            size=size,
            annotation_clip=False,
        )


def spread_out(heights: Sequence[float], gap: float) -> list[float]:
    """Return heights from 0 to 1 in the same order, moved as little as needed to be ``gap`` apart."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    groups: list[list[int]] = [[i] for i in order]

    def middle(group: Sequence[int]) -> float:
        half = gap * (len(group) - 1) / 2
        wanted = sum(heights[i] for i in group) / len(group)
        return max(half, min(wanted, 1.0 - half)) if 2 * half <= 1.0 else half

    merged = True
    while merged:
        merged = False
        for k in range(len(groups) - 1):
            below, above = groups[k], groups[k + 1]
            reach = gap * (len(below) + len(above)) / 2
            if middle(above) - middle(below) < reach - 1e-9:
                groups[k : k + 2] = [below + above]
                merged = True
                break
    placed = [0.0] * len(heights)
    for group in groups:
        start = middle(group) - gap * (len(group) - 1) / 2
        for rank, i in enumerate(group):
            placed[i] = start + gap * rank
    return placed
