"""Counties: they decide whether to adopt the approach, pay for posts and keep desks."""

from typing import TYPE_CHECKING, Any

import numpy as np

from agents.column import Flag, Month, Real, Registered, Whole, Word
from agents.desk import COUNTY, PLACES, TOWNSHIP, VILLAGE, Desk
from columns.layout import COUNTY as COUNTY_RECORD

if TYPE_CHECKING:
    from mesa.discrete_space import Cell

    from agents.village import Village

STAGES = ("none", "pilot", "universal")
REGIONS = ("east", "central", "west")
FEN_PER_YUAN = 100
UNLIMITED_FEN = 1 << 60


class County(
    Registered,
    dtype=COUNTY_RECORD,
    hidden=(
        "key", "province", "first_village", "first_township", "first_slot", "n_slots", "poor_percentiles",
        "budget",
    ),
):  # fmt: skip
    """A county with its villages, money and desks."""

    table = "counties"

    code = Whole("Official six-digit code, or an invented one")
    region = Word("Part of the country", REGIONS)
    n_villages = Whole("Village-level units of all kinds")
    n_townships = Whole("Townships that have villages in this world")
    children_at_start = Real("Children in month 0, also where they are not simulated", field="children")
    fiscal_index = Real("Public means relative to the average county, which has 1")
    poverty = Real("Share of children in poor households", "0–1")
    poverty_third = Whole("Third of its region by poverty: 0 poorest to 2")
    propensity = Real("How readily the county takes up new things", "log hazard ratio, 0 is typical")
    pilot = Flag("One of the twelve counties of 2010")
    stage = Word("How far the county has come", STAGES)
    stage_month = Month("When the stage began", "month")
    voluntary = Flag("Adopted by itself rather than by a dated wave")
    posts_allowed = Whole("Villages that may have a post by now")
    posts_funded = Whole("Villages that there is money for, in the order in which they get posts")
    wave_posts = Whole("Posts opened with seats that a dated wave brought")
    seats = Whole("Training seats this month, those of waves included")
    wave_seats = Whole("Seats this month that waves brought")
    seats_used = Whole("Training seats used this month")
    next_election = Month("When village committees are elected next", "month")
    n_posts = Whole("Villages whose post is filled")
    n_active = Whole("Villages with a trained worker")
    n_started = Whole("Villages whose post was ever filled and is still paid for")
    n_opened = Whole("Villages that ever had a post")
    evidence = Real("Results of neighbours that the county has seen")
    effective_coverage = Real("Share of those eligible whose needs are met, at the end of last month", "0–1")
    spent_yuan = Real("Spent this month", "yuan", field="spent", scale=FEN_PER_YUAN)

    def __init__(self, model: Any, row: int) -> None:
        super().__init__(model, row)
        place = self.model.world.table.iloc[self.row]
        if np.isfinite([place.lon, place.lat]).all():
            self.pos = (float(place.lon), float(place.lat))

    def __repr__(self) -> str:
        return f"<County {self.code} {self.name}, {self.stage}, {self.n_posts} of {self.n_villages} posts>"

    @property
    def name(self) -> str:
        """Name of the county."""
        return str(self.model.world.table.county.iloc[self.row])

    @property
    def province(self) -> str:
        """English name of the province."""
        return str(self.model.world.table.province_en.iloc[self.row])

    @property
    def budget_yuan(self) -> float | None:
        """Money for this month, in yuan; None where money does not bind."""
        fen = int(self.raw("budget"))
        return None if fen >= UNLIMITED_FEN else fen / FEN_PER_YUAN

    @property
    def rows(self) -> range:
        """Rows of its villages."""
        first = int(self.raw("first_village"))
        return range(first, first + self.n_villages)

    @property
    def villages(self) -> "list[Village]":
        """Its villages; in a large world this opens them."""
        return self.model.roster.villages(self.rows)

    @property
    def cell(self) -> "Cell":
        """Its place in the spread graph."""
        return self.model.spread_graph[self.row]

    @property
    def neighbours(self) -> "list[County]":
        """Counties of this world whose results it sees."""
        return [self.model.roster.county(row) for row in self.model.spread_graph.G.successors(self.row)]

    @property
    def desks(self) -> list[Desk]:
        """All desks of the county: its own, then those of its townships and villages."""
        first = int(self.raw("first_township"))
        places = {COUNTY: [self.row], TOWNSHIP: range(first, first + self.n_townships), VILLAGE: self.rows}
        services = list(enumerate(self.model.scenario.services.rows))
        return [
            Desk(self.model, service, place)
            for kind in PLACES
            for place in places[kind]
            for service, row in services
            if row.desk == kind
        ]
