"""Villages: any village-level unit, with its households, the post of its worker and its space."""

from typing import TYPE_CHECKING, Any

import numpy as np

from agents.child import Child
from agents.column import Flag, Month, Real, Registered, Whole, Word
from agents.desk import COUNTY, TOWNSHIP, Desk
from agents.household import FULL_TRUST, Household
from columns.layout import CHILD_PRESENT, POST_STATES, VILLAGE

if TYPE_CHECKING:
    from agents.county import County
    from agents.social_worker import SocialWorker

KINDS = ("village", "community", "other")


class Village(
    Registered,
    dtype=VILLAGE,
    hidden=(
        "key", "county", "township", "first_household", "first_slot", "trust_sum", "due_pointer",
        "round_pointer",
    ),
):  # fmt: skip
    """A village-level unit: a village, an urban community or another unit of that level."""

    table = "villages"

    kind = Word("Kind of unit", KINDS)
    remote = Flag("Counted as remote")
    pilot = Flag("One of the 120 villages of 2010")
    hours_to_township = Real("One way to the seat of the township", "hours")
    hours_to_county = Real("One way to the county seat", "hours")
    poverty = Real("Share of poor households", "0–1")
    minority = Real("Share of households of minorities", "0–1")
    left_behind = Real("Share of households whose parents work elsewhere", "0–1")
    hiv_affected = Real("Share of households affected by HIV", "0–1")
    migrant = Real("Share of households that moved here", "0–1")
    n_households = Whole("Households that have or can get children")
    n_slots = Whole("Children that the households can have at a time")
    review_offset = Whole("Month of the year in which allowances are reviewed, 0 for May")
    post = Word("State of the worker's post", POST_STATES)
    post_month = Month("When this state began", "month")
    start_month = Month("When the post was first filled", "month")
    hired_month = Month("When the present worker came", "month")
    trained_month = Month("Last course of the present worker", "month")
    local = Flag("The worker is from here and speaks the language")
    dedicated = Flag("A full post rather than a part-time one")
    skill = Real("Of the worker", "0–1")
    motivation = Real("Of the worker", "0–1")
    supervision = Real("Share of the norm of supervision that the worker receives", "0–1")
    worker_minutes = Whole("The worker's time this month, before leave and meetings", "minutes")
    space_month = Month("When the child-friendly space opened", "month")
    n_eligible = Whole("Needs that its children can have: services times children they are for")
    n_unmet = Whole("Open needs of its children")
    open_cases = Whole("Cases that the worker helps, found and not yet served")
    cases_in_hand = Whole("Cases of these whose papers are being gathered")
    served_recently = Real("Helped cases served a month, smoothed")
    listed = Whole("Households on the worker's list for monthly follow-up")
    visits = Whole("Home visits this month")
    visit_budget = Whole("Home visits that this month's hours allow")
    paper_minutes = Real("Left this month for papers and for going along", "minutes")
    paper_share = Real("Share of the cases in hand that the worker can attend to this month", "0–1")
    support_minutes = Real("Of worker and space for psychosocial support this month", "minutes")
    helped_served = Whole("Helped cases served this month")

    def __repr__(self) -> str:
        return f"<Village {self.name}, {self.kind}, post {self.post}>"

    @property
    def number(self) -> int:
        """Its number within the county."""
        return int(self.model.world.village_ordinal[self.row])

    @property
    def name(self) -> str:
        """Its name where a user gave one, otherwise the county's code and its number there."""
        names = self.model.world.village_names
        return str(names[self.row]) if names else f"{self.county.code}-{self.number}"

    @property
    def county(self) -> "County":
        """The county that it belongs to."""
        return self.model.roster.county(int(self.raw("county")))

    @property
    def township(self) -> int:
        """Number of its township within the county."""
        return int(self.raw("township")) - int(self.county.raw("first_township"))

    @property
    def worker(self) -> "SocialWorker | None":
        """The social worker, while the post is filled."""
        return self.model.roster.worker(self.row)

    @property
    def trust(self) -> float:
        """Mean trust of its households in the worker, 0–1."""
        return float(self.raw("trust_sum")) / (FULL_TRUST * max(self.n_households, 1))

    @property
    def households(self) -> list[Household]:
        """All households that have or can get children."""
        first = int(self.raw("first_household"))
        return [Household(self.model, row) for row in range(first, first + self.n_households)]

    @property
    def children(self) -> list[Child]:
        """All children who live here now."""
        first = int(self.raw("first_slot"))
        present = self.model.state.traits[first : first + self.n_slots] & CHILD_PRESENT
        return [Child(self.model, first + int(slot)) for slot in np.flatnonzero(present)]

    @property
    def desks(self) -> dict[str, Desk]:
        """Desks at which its families apply, by service; those of county and township serve others too."""
        rows = {COUNTY: int(self.raw("county")), TOWNSHIP: int(self.raw("township"))}
        services: Any = self.model.scenario.services
        return {
            name: Desk(self.model, column, rows.get(services[column].desk, self.row))
            for column, name in enumerate(services.names)
        }
