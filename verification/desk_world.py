"""Worlds in which desks are the queues of the textbooks, built from counties, children and services alone.

Many equal counties, each with as many desks as there are services, are as many independent replications. A
need that befalls each of N children with a small chance p a month arrives as a Poisson stream of rate N·p, up
to the few children who are in need already (:func:`chance_of_need` makes up for them on average). Families
seek at once and have their papers at once; nobody is refused. Children are under five at the start and none
is born, comes or goes in 155 months, so no case leaves the queue because a child grows up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from columns.tallies import FLOWS, WAIT_OUTCOMES
from model.declarations import Bilingual
from model.invented import uniform_table
from model.parameters import default_parameters
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.services import Service, Services, default_services
from model.world import World
from model.worlds import world_of

LAST = 155
"""Before this month no child is 18 (:data:`CHILDREN_STAY`)."""
REFERENCE_CHILDREN, REFERENCE_TOWNSHIP = 40_000, 6_740
OFFICES = {
    "police": ("police_fte", REFERENCE_CHILDREN),
    "education": ("education_fte", REFERENCE_CHILDREN),
    "protection": ("protection_fte", REFERENCE_CHILDREN),
    "clinic": ("clinic_fte", REFERENCE_TOWNSHIP),
}
"""Offices whose staff is declared, for so many children of a county or of its one township; a group each."""
MINUTES_PER_MONTH = 160 * 60

CHILDREN_STAY = {
    "births_level": 0,
    "births_without_hukou_share": 0.05,
    "other_policies": False,
    "documents_chain": False,
    "drop_out_per_month": 0,
    "return_after_giving_up_per_month": 0,
    "return_after_not_eligible_per_month": 0,
    "abandonment_slope": 0,
    "desk_least_share": 0.5,
    "hours_per_fte": 160,
    "reference_children_per_county": REFERENCE_CHILDREN,
    "reference_children_per_township": REFERENCE_TOWNSHIP,
    "ageing_months": 240,
}
"""Nobody enters or leaves, desks of an office share its staff equally, no case is moved up."""
SETTLED = 8
"""First month in which all children of the world are there: a tenth are born before the census."""
ROUNDING = 1e-11
"""Keeps an outflow of all needs a month from being taken for more."""
AT_START = 0.9
"""Share of the children who are there when desks are staffed."""


@dataclass(frozen=True)
class DeskGroup:
    """Equal desks of every county: cases a month that arrive, slots a month, patience, how many of them.

    ``busy`` is the number of children of a desk expected to be in need, who cannot fall into need anew.
    ``seeking`` is the share of needs that are sought; the others end by themselves within a month, and so do
    those of families who gave up.
    """

    arrivals: float
    slots: float
    copies: int
    busy: float
    patience_months: float = 1.0
    seeking: float = 1.0
    first_class_share: float = 0.0

    def chance_of_need(self, children: int) -> float:
        """Chance a month that a child without the need falls into it."""
        return self.arrivals / self.seeking / (children - self.busy)


def desk_world(n_counties: int, children: int) -> World:
    """One village per county; every county has ``children`` children, all under five at the start."""
    table = uniform_table(n_counties, children, n_counties).assign(under5_share_2010=1.0, poverty=0.0)
    table = table.assign(rural_poverty=0.0, urban_poverty=0.0, lon=100.0)
    return world_of("desks", table, default_parameters().replace(village_size_log_sd=0.0))


def plain_service(name: str, **fields: object) -> Service:
    """A service for all children whose need arises, is sought and is met without any complication."""
    base = default_services().rows[default_services().index("protection")].model_dump()
    plain = {
        "label": Bilingual(en=name, zh=name),
        "ages": (0, 18),
        "group": "all",
        "by_status": False,
        "durable": False,
        "hard_prerequisite": None,
        "soft_prerequisite": None,
        "refusal_without": 0,
        "desk": "county",
        "hours_per_case": 1,
        "review_hours": 0,
        "review_interval_months": 0,
        "lapse_share": 0,
        "find_probability": 0,
        "consent_probability": 0,
        "refusal_share": 0,
        "not_eligible_share": 0,
        "gathering_alone_per_month": 1,
        "gathering_helped_per_month": 1,
        "seeking_share": 1,
        "priority_class": 2,
        "unit_cost_yuan": 0,
        "term_entry": False,
        "kept_matters": False,
        "preventable": False,
        "vulnerable_by_need": False,
        "strain_multiplier": 1,
        "multipliers": {},
        "source": "assumption: a queue of theory",
        "patience_months": 1,
    }
    return Service.model_validate({**base, **plain, "name": name, **fields})


def papers() -> list[Service]:
    """The two documents with which every table of services begins, out of the way in the township."""
    rows = [default_services()[position].model_dump() for position in range(2)]
    out: dict[str, object] = {
        "desk": "township",
        "office": "clinic",
        "hard_prerequisite": None,
        "multipliers": {},
    }
    return [Service.model_validate({**row, **out}) for row in rows]


def desk_services(groups: Sequence[DeskGroup], children: int) -> Services:
    """One service per desk: the need arises with the group's chance and is sought in the month after."""
    rows = papers()
    for office, group in zip(OFFICES, groups, strict=False):
        chance = group.chance_of_need(children)
        share = (1 + ROUNDING) * chance / (1 + chance)  # then a need is sought, or ends, within a month
        rows += [
            plain_service(
                f"{office}_{copy}",
                office=office,
                inflow_per_month=chance,
                need_share=share,
                need_share_pilot=share,
                seeking_share=group.seeking,
                patience_months=group.patience_months,
            )
            for copy in range(group.copies)
        ]
    return Services(rows=tuple(rows), reference_shares=default_services().reference_shares)


def staff(groups: Sequence[DeskGroup], children: int) -> dict[str, float]:
    """Staff of the offices that gives every desk its slots of one hour."""
    hours = 60 / MINUTES_PER_MONTH / (AT_START * children)
    return {
        fte: group.slots * group.copies * hours * reference
        for (fte, reference), group in zip(OFFICES.values(), groups, strict=False)
    }


@dataclass(frozen=True)
class DeskRun:
    """What the desks of each group did: int arrays of shape (months, desks)."""

    model: ScaleUpModel
    groups: Sequence[DeskGroup]
    queues: list[np.ndarray]
    served: list[np.ndarray]

    def services_of(self, g: int) -> slice:
        """Columns of the services of a group."""
        first = 2 + sum(group.copies for group in self.groups[:g])
        return slice(first, first + self.groups[g].copies)

    def flow(self, g: int, name: str, stratum: int = 0) -> np.ndarray:
        """A flow of the group's services, shape (months, services), all counties together."""
        from columns.layout import N_STATES

        column = N_STATES + FLOWS.index(name)
        rows: np.ndarray = self.model.observed.strata[:, stratum, self.services_of(g), column]
        return rows

    def waits(self, g: int, outcome: str, first: int) -> np.ndarray:
        """Histogram of waits that ended in ``outcome`` from month ``first`` on, shape (services, months)."""
        by_month = self.model.observed.waits_by_month[:, self.services_of(g), WAIT_OUTCOMES.index(outcome)]
        ended: np.ndarray = by_month[-1] - (by_month[first - 1] if first else 0)
        return ended


def run_desks(
    groups: Sequence[DeskGroup],
    n_counties: int,
    children: int,
    seed: int,
    settings: Mapping[str, object] | None = None,
    until: int = LAST,
) -> DeskRun:
    """Run the model and keep the queue and the cases served of every desk and month."""
    parameters = {**CHILDREN_STAY, **staff(groups, children), **(settings or {})}
    model = ScaleUpModel(
        make_scenario(
            world=desk_world(n_counties, children),
            strategy="no_programme",
            parameters=parameters,
            seed=seed,
            until=until,
            services=desk_services(groups, children),
        )
    )
    n = len(model.tables.services)
    queue, used = (np.zeros((until + 1, n_counties, n), dtype=np.int32) for _ in range(2))
    minutes = model.tables.services["minutes_per_case"]
    for month in range(until + 1):
        model.run(month)
        desks = model.state.desks[: n_counties * n].reshape(n_counties, n)
        queue[month], used[month] = desks["queue"], desks["used"] // minutes
    run = DeskRun(model, groups, [], [])
    for g in range(len(groups)):
        columns = run.services_of(g)
        run.queues.append(queue[:, :, columns].reshape(until + 1, -1))
        run.served.append(used[:, :, columns].reshape(until + 1, -1))
    return run
