"""Counties as dots at their seats: no boundary is drawn, and the shape of the country appears by itself.

Positions are those of GeoNames, which every map names.
"""

from collections.abc import Sequence
from math import cos, radians

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import FigureBase

from model.counties import load_published
from model.text import text
from results.measures.ratios import Floats
from results.place_names import english_names
from results.style import INK, MUTED, WIDE, Picture, house_style, new_figure
from results.view import PostsView
from results.wording import bracketed, listing, month_name, percent

BETWEEN_LATITUDES = (17.8, 54.0)
"""Islets further south have no county seat of their own size to show."""
MIDDLE_LATITUDE = 36.0
LEVELS = (0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Classes of shares: none, then ever darker."""
LEVEL_COLOURS = ("#d9dee3", "#c6dbef", "#8fc1de", "#4a97c9", "#1f6fb2", "#08386b")
LEAST_DOT, DOT_PER_ROOT_CHILD = 2.0, 0.012
NAMED_AT_MOST = 16
MOST_DRAWN = 500
"""More dots than this become one image within the SVG, which would otherwise take megabytes."""
WIDTH_PER_HEIGHT, ROOM_AROUND, LEAST_HEIGHT, MOST_OF_COUNTRY = 1.45, 1.7, 2.5, 0.4
"""Of a part of the country that is shown by itself: its shape, the room around its dots, its least height in
degrees and its greatest as a share of the country."""
DOT_ROOM, LINE, NARROW_LETTER, WIDE_LETTER = 1.0, 1.55, 0.72, 1.3
"""Room that a dot, a line and a letter of a name take on the map, in degrees."""
NAME_GAP = 0.2
LAST_NARROW = 0x2000
SHIFTS = (0.0, -1.2, 1.2, -2.2, 2.2, -3.4, 3.4, -4.6)
"""How far above or below its dot a name may stand, in degrees, the best first."""


def levels() -> tuple[ListedColormap, BoundaryNorm]:
    """Return the colours of shares, light to dark."""
    return ListedColormap(LEVEL_COLOURS), BoundaryNorm(LEVELS, len(LEVEL_COLOURS))


def bare_map(axes: Axes) -> pd.DataFrame:
    """Take away the frame and keep the proportions of the country; return the table of counties."""
    axes.set_aspect(1 / cos(radians(MIDDLE_LATITUDE)))
    axes.set_axis_off()
    table = load_published()
    return table[table["lat"].between(*BETWEEN_LATITUDES)]


def dots(axes: Axes, codes: Sequence[int], shares: Floats, children: Floats, *, scale: float = 1.0) -> None:
    """Draw counties as dots, coloured by a share from 0 to 1, sized by their children."""
    table = load_published().set_index("county_code").loc[list(codes)]
    colours, norm = levels()
    order = np.argsort(shares)
    size = scale * (LEAST_DOT + DOT_PER_ROOT_CHILD * np.sqrt(children))
    axes.scatter(
        table["lon"].to_numpy()[order], table["lat"].to_numpy()[order], c=np.clip(shares[order], 0, 1),
        s=size[order] ** 2, cmap=colours, norm=norm, linewidths=0.25, edgecolors="white",
        rasterized=len(codes) > MOST_DRAWN,
    )  # fmt: skip


def credit(axes: Axes, language: str) -> None:
    """Name the source of positions below the map, where no dot is."""
    axes.text(
        0.0,
        -0.01,
        text("figure.credit", language),
        transform=axes.transAxes,
        size=6.8,
        color=MUTED,
        va="top",
    )


def share_key(
    figure: FigureBase, axes: Axes | Sequence[Axes], language: str, title: str, *, narrow: bool = False
) -> None:
    """Add the key to the colours of shares below the map; a narrow one has fewer numbers."""
    colours, norm = levels()
    ticks = LEVELS[::2] if narrow else LEVELS
    bar = figure.colorbar(
        ScalarMappable(norm=norm, cmap=colours), ax=axes, ticks=ticks, spacing="uniform",
        orientation="horizontal", shrink=0.8 if narrow else 0.5, aspect=32, pad=0.02,
    )  # fmt: skip
    bar.ax.set_xticklabels([percent(level, language, 0) for level in ticks])
    bar.ax.tick_params(length=0, labelsize=7.5)
    bar.outline.set_visible(False)
    bar.set_label(title, size=8)


def places(view: PostsView, language: str = "en") -> Picture | None:
    """Show the counties of a run by the share of villages with a trained worker; None for invented places."""
    last = view.counties[view.counties["month"] == view.n_months - 1].reset_index(drop=True)
    known = load_published().set_index("county_code")
    if not set(last["county_code"]) <= set(known.index):
        return None
    shares = (last["villages_active"] / last["villages"]).to_numpy()
    here = known.loc[last["county_code"]]
    with house_style():
        figure = new_figure(WIDE, 4.7)
        axes = figure.subplots()
        around = bare_map(axes)
        few = len(last) <= NAMED_AT_MOST
        if len(last) < len(around):
            axes.scatter(around["lon"], around["lat"], s=2.2, color="#dfe3e7", linewidths=0, rasterized=True)
        dots(
            axes, last["county_code"].tolist(), shares, last["children"].to_numpy(), scale=1.6 if few else 1.0
        )
        zoom = _look_closer(axes, here)
        if few:
            _names(axes, here, last, language, zoom)
        share_key(figure, axes, language, text("figure.places.key", language))
        credit(axes, language)
        return Picture("places", figure, _caption(view, last, shares, language), language)


def _look_closer(axes: Axes, here: pd.DataFrame) -> float:
    """Show only the country around the counties, if they lie together; return how much of its height."""
    low, high = here["lat"].min(), here["lat"].max()
    west, east = here["lon"].min(), here["lon"].max()
    width_per_height = WIDTH_PER_HEIGHT / cos(radians((low + high) / 2))
    height = max((high - low) * ROOM_AROUND, (east - west) * ROOM_AROUND / width_per_height, LEAST_HEIGHT)
    whole = BETWEEN_LATITUDES[1] - BETWEEN_LATITUDES[0]
    if height > MOST_OF_COUNTRY * whole:
        return 1.0
    middle, centre = (low + high) / 2, (west + east) / 2
    axes.set_aspect(1 / cos(radians(middle)))
    axes.set_ylim(middle - height / 2, middle + height / 2)
    axes.set_xlim(centre - height * width_per_height / 2, centre + height * width_per_height / 2)
    return float(height / whole)


def county_names(table: pd.DataFrame, language: str) -> list[str]:
    """Return the names of the counties of a table with ``county_code`` and ``county``.

    In English those that have an English name, else as in the table; a code where there is no name.
    """
    codes = table["county_code"].tolist()
    names = dict(zip(codes, table["county"], strict=True))
    if language == "en":
        names |= {code: name for code, name in zip(codes, english_names(codes), strict=True) if name}
    return [names[code] or str(code) for code in codes]


def _names(axes: Axes, here: pd.DataFrame, last: pd.DataFrame, language: str, zoom: float) -> None:
    """Write names beside the dots, each at the first place where it meets no dot and no other name."""
    names = county_names(last, language)
    spots = here[["lon", "lat"]].to_numpy()
    room, line, gap = DOT_ROOM * zoom, LINE * zoom, NAME_GAP * zoom
    taken = [(x - room, y - room, x + room, y + room) for x, y in spots]
    for name, (x, y) in zip(names, spots, strict=True):
        letters = (WIDE_LETTER if ord(letter) > LAST_NARROW else NARROW_LETTER for letter in name)
        width = zoom * sum(letters)
        places_to_try = [
            (x + room + gap if right else x - room - gap - width, y + shift * zoom)
            for shift in SHIFTS
            for right in (True, False)
        ]
        boxes = [(left, low - line / 2, left + width, low + line / 2) for left, low in places_to_try]
        chosen = next((box for box in boxes if not any(_meet(box, other) for other in taken)), boxes[0])
        taken.append(chosen)
        beside = chosen[0] if chosen[0] > x else chosen[2]
        axes.plot([x, beside], [y, (chosen[1] + chosen[3]) / 2], color=MUTED, linewidth=0.5, zorder=0)
        axes.text(chosen[0], (chosen[1] + chosen[3]) / 2, name, va="center", size=8, color=INK)


def _meet(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _caption(view: PostsView, last: pd.DataFrame, shares: Floats, language: str) -> str:
    lowest = np.argsort(shares)[:2]
    names = county_names(last, language)
    return text(
        "caption.places",
        language,
        month=month_name(view.n_months - 1, language),
        n=len(last),
        most=int((shares >= 0.5).sum()),
        lowest=listing(
            [bracketed(names[i], percent(shares[i], language, 0), language) for i in lowest], language
        ),
    )
