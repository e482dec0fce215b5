"""How the derived geography compares with published figures, and the tables of ``docs/geography.md``.

``python -m model.geography_checks`` writes the tables into the page; a test compares them with the code.
"""

from typing import NamedTuple

import numpy as np

from columns.layout import KIND_COMMUNITY
from model.counties import (
    FILLED_CHILDREN_2010,
    FILLED_CHILDREN_2020,
    GAVE_CHILDREN,
    NO_CENSUS,
    load_counties,
    load_published,
)
from model.demography import CENSUS_2010, CENSUS_2020, plan_population
from model.reading import ROOT
from model.reference import markdown_table
from model.sectors import URBAN
from model.world import World
from model.worlds import build_world, worlds_table

PAGE = ROOT / "docs" / "geography.md"
OPENING, CLOSING = "<!-- printed: {name} -->", "<!-- end of {name} -->"
PER_MILLION, PERCENT = 1e6, 100.0
REGION_NAMES = ("east", "centre", "west")
PILOT_WORLD = "pilot_counties"


class Check(NamedTuple):
    """One figure of the model beside the published one."""

    figure: str
    model: str
    published: str
    source: str


def geography_checks() -> list[Check]:
    """Compare the whole country, and the pilot villages, with what was published; builds the country once."""
    world = build_world("china")
    return [*_counts(world), *_shares(world), *_distances(world), *_pilot()]


def _counts(world: World) -> list[Check]:
    children, town = world.children_2010(), world.villages["kind"] == KIND_COMMUNITY
    later = world.over_villages(world.sectors["children_2020"])
    plan = plan_population(world)
    urban = world.sectors["kind"] == URBAN
    path = {month: plan.target[:, month].astype(np.int64) for month in (CENSUS_2010, CENSUS_2020)}
    missed = sum(
        int((counts.reshape(-1, 2).sum(axis=1) != world.table[f"children_{year}"]).sum())
        for counts, year in zip(path.values(), ("2010", "2020"), strict=True)
    )
    published = load_published()
    census = "national censuses by county"
    return [
        _number("children at the census of 2010, million", children.sum() / PER_MILLION, "278.7", census),
        _number("children at the census of 2020, million", later.sum() / PER_MILLION, "295.8", census),
        Check(
            "counties whose plan misses a census", f"{missed} of {len(published):,}", "0", "by construction"
        ),
        _number("children per village or other unit, 2010", children[~town].mean(), "313", census, digits=0),
        _number("children per community, 2010", children[town].mean(), "990", census, digits=0),
        _number("children per village or other unit, 2020", later[~town].mean(), "240", census, digits=0),
        _number("children per community, 2020", later[town].mean(), "1,410", census, digits=0),
        _number(
            "children in towns in 2010, million", path[CENSUS_2010][urban].sum() / PER_MILLION, "–", census
        ),
        _number(
            "children in towns in 2020, million", path[CENSUS_2020][urban].sum() / PER_MILLION, "–", census
        ),
    ]


def _shares(world: World) -> list[Check]:
    villages, table = world.villages, world.table
    children = world.children_2010().astype(float)
    town = villages["kind"] == KIND_COMMUNITY
    region = world.counties["region"][villages["county"]]

    def mean(name: str, where: np.ndarray) -> float:
        return PERCENT * float(np.average(villages[name][where], weights=children[where]))

    left = villages["left_behind"] * children * ~town
    province = table.province_en.to_numpy()[villages["county"]]
    rows = [
        _number("left-behind among rural children, %", mean("left_behind", ~town), "37.9", "D08"),
        *(
            _number(
                f"left-behind rural children living in the {name}, %",
                PERCENT * left[region == r].sum() / left.sum(),
                published,
                "D09, G64",
            )
            for r, (name, published) in enumerate(zip(REGION_NAMES, ("10", "51", "39"), strict=True))
        ),
    ]
    for name in ("Henan", "Guangxi", "Guizhou", "Chongqing"):
        share = mean("left_behind", ~town & (province == name))
        rows.append(
            _number(f"left-behind among rural children in {name}, %", share, "near or above 50", "D08")
        )
    return [
        *rows,
        _number("left-behind among urban children, %", mean("left_behind", town), "13.4", "D04, D08"),
        _number("poor among rural children, %", mean("poverty", ~town), "12.7", "D19"),
        _number("poor among urban children, %", mean("poverty", town), "–", "assumption"),
        _number("migrants among children of communities, %", mean("migrant", town), "22", "assumption"),
        _number("children in remote villages, %", mean("remote", children >= 0), "25", "D06"),
    ]


def _distances(world: World) -> list[Check]:
    hours = np.zeros(len(world.townships))
    villages = world.villages
    hours[villages["township"]] = villages["hours_to_county"] - villages["hours_to_township"]
    region = world.counties["region"][world.townships["county"]]
    within = [
        _number(
            f"townships within an hour of the county seat, {name}, %",
            PERCENT * float(np.mean(hours[region == r] <= 1)),
            published,
            "D22",
        )
        for r, (name, published) in enumerate(zip(REGION_NAMES, ("91.7", "85.1", "64.5"), strict=True))
    ]
    country = PERCENT * float(np.mean(hours <= 1))
    return [
        *within,
        _number("townships within an hour of the county seat, country, %", country, "78.1", "D22"),
    ]


def _pilot() -> list[Check]:
    world = build_world(PILOT_WORLD)
    pilot = world.villages["pilot"] == 1
    children = world.children_2010()
    poor = PERCENT * float(np.average(world.villages["poverty"][pilot], weights=children[pilot]))
    return [
        _number("pilot villages", pilot.sum(), "120", "R01", digits=0),
        _number("children per pilot village", children[pilot].mean(), "617–667", "D01", digits=0),
        _number("poor among children of pilot villages, %", poor, "20.5", "O03"),
    ]


def _number(figure: str, value: float, published: str, source: str, digits: int = 1) -> Check:
    return Check(figure, f"{value:,.{digits}f}", published, source)


def filling_counts() -> list[dict[str, str]]:
    """How many counties have figures that are not their own published ones, by reason."""
    filled = load_counties().filled
    reasons = {
        "children of 2010 estimated (founded later, or boundaries changed)": FILLED_CHILDREN_2010,
        "children of 2020 estimated": FILLED_CHILDREN_2020,
        "gave children to counties founded out of them": GAVE_CHILDREN,
        "not in the census, without children here": NO_CENSUS,
    }
    rows = [{"what": what, "n": f"{int((filled & bit > 0).sum()):,}"} for what, bit in reasons.items()]
    return [*rows, {"what": "nothing filled or changed", "n": f"{int((filled == 0).sum()):,}"}]


def printed_tables() -> dict[str, str]:
    """The tables of the page by name, in Markdown."""
    worlds = [
        {key: f"{value:,}" if isinstance(value, int) else str(value) for key, value in row.items()}
        for row in worlds_table()
    ]
    headings = {
        "name": "world",
        "what": "what it is",
        "counties": "counties",
        "townships": "townships",
        "villages": "villages and communities",
        "children_2010": "children 2010",
        "children_2020": "children 2020",
        "memory_megabytes": "memory, MB",
    }
    checks = [check._asdict() for check in geography_checks()]
    return {
        "worlds": markdown_table(worlds, headings),
        "filling": markdown_table(filling_counts(), {"what": "figures", "n": "counties"}),
        "checks": markdown_table(checks, {name: name for name in Check._fields}),
    }


def with_tables(page: str) -> str:
    """Return the page with its printed tables replaced by those of the code."""
    for name, table in printed_tables().items():
        opening, closing = OPENING.format(name=name), CLOSING.format(name=name)
        before, rest = page.split(opening)
        after = rest.split(closing)[1]
        page = f"{before}{opening}\n\n{table}\n\n{closing}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
