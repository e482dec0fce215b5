"""The plain objects written into the engine's columns, byte for byte, so that states can be compared.

Only layout stands here: which field holds what, how words are packed, in which order lists are kept. Some of
it is the engine's housekeeping (vacant places linked through unused words, dates modulo 256).
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.plain_mesa.child import Child, Need
from benchmarks.plain_mesa.county import Request, Spell
from benchmarks.plain_mesa.household import Place
from columns import layout, words
from columns.layout import NO_MONTH, POST_ACTIVE
from columns.state_hash import hash_arrays
from columns.tallies import WIDTH
from model.evidence import MONTHS_KEPT, NOT_SHOWN
from model.visits import NEVER

if TYPE_CHECKING:
    from benchmarks.plain_mesa.plain_model import PlainModel

MONTHS = words.MONTH_BITS
NEVER_DUE = MONTHS - 1
HALF_WORD_BITS, HALF_WORD = 16, 0xFFFF


def columns_of(plain: "PlainModel") -> dict[str, np.ndarray]:
    """Everything that :meth:`model.scale_up.ScaleUpModel.state_hash` hashes, by name."""
    columns = {
        "counties": counties(plain),
        "townships": townships(plain),
        "villages": villages(plain),
        "households": households(plain),
        "sectors": sectors(plain),
        "desks": desks(plain),
        "county_tally": stocks(plain),
    }
    return columns | children(plain) | lists(plain) | spread(plain)


def state_hash(plain: "PlainModel") -> str:
    """Hash of the state at the end of the last month, as the engine's."""
    return hash_arrays(columns_of(plain))


def month_or_none(month: int | None) -> int:
    """Month number, or the engine's mark for none."""
    return NO_MONTH if month is None else month


def fill(records: np.ndarray, rows: list[dict[str, Any]]) -> np.ndarray:
    """Return a copy of records with some fields set."""
    filled = np.array(records)
    for name in rows[0] if rows else ():
        filled[name] = [row[name] for row in rows]
    return filled


def counties(plain: "PlainModel") -> np.ndarray:
    """COUNTY records."""
    names = (
        "stage", "stage_month", "voluntary", "posts_allowed", "posts_funded", "wave_posts", "seats",
        "wave_seats", "seats_used", "next_election", "n_opened", "evidence", "effective_coverage",
        "budget", "spent",
    )  # fmt: skip
    rows = []
    for county in plain.counties:
        workers = [village.worker for village in county.by_rank[: county.n_opened]]
        row = {name: getattr(county, name) for name in names}
        row["n_posts"] = sum(worker.is_filled() for worker in workers)
        row["n_active"] = sum(worker.post == POST_ACTIVE for worker in workers)
        row["n_started"] = sum(worker.is_paid_for() for worker in workers)
        rows.append(row)
    return fill(plain.inputs.counties, rows)


def townships(plain: "PlainModel") -> np.ndarray:
    """TOWNSHIP records."""
    names = ("supervisor_minutes", "n_posts")
    return fill(plain.inputs.townships, [{n: getattr(t, n) for n in names} for t in plain.townships])


def villages(plain: "PlainModel") -> np.ndarray:
    """VILLAGE records, with the post of each."""
    of_village = (
        "trust_sum", "served_recently", "visits", "visit_budget", "paper_minutes", "paper_share",
        "support_minutes", "helped_served",
    )  # fmt: skip
    of_worker = ("post", "local", "dedicated", "skill", "motivation", "supervision")
    of_months = ("post_month", "start_month", "hired_month", "trained_month")
    rows, first = [], 0
    for village in plain.villages:
        row: dict[str, Any] = {name: getattr(village, name) for name in of_village}
        row |= {name: getattr(village.worker, name) for name in of_worker}
        row |= {name: month_or_none(getattr(village.worker, name)) for name in of_months}
        helping = village.stock[layout.GATHERING_HELPED]
        row |= {
            "worker_minutes": village.worker.minutes,
            "first_household": first,
            "n_households": len(village.households),
            "review_offset": village.review_month,
            "space_month": month_or_none(village.space_month),
            "n_eligible": village.n_eligible(),
            "n_unmet": village.n_unmet(),
            "open_cases": helping + village.stock[layout.FILED_HELPED],
            "cases_in_hand": helping,
            "listed": sum(home.listed for home in village.households),
            "due_pointer": village.next_due,
            "round_pointer": village.next_round,
        }
        first += len(village.households)
        rows.append(row)
    return fill(plain.inputs.villages, rows)


def households(plain: "PlainModel") -> np.ndarray:
    """HOUSEHOLD records."""
    homes = [home for village in plain.villages for home in village.households]
    made = np.zeros(len(homes), dtype=layout.HOUSEHOLD)
    made["first_slot"] = [home.places[0].number for home in homes]
    made["trust"] = [home.trust_steps for home in homes]
    made["trust_month"] = [home.trust_month % MONTHS for home in homes]
    made["visit_month"] = [NEVER if h.last_visit is None else h.last_visit % NEVER for h in homes]
    made["wealth"] = [home.wealth for home in homes]
    made["family"] = [
        home.caregiver
        + layout.HOUSEHOLD_STRAINED * home.strained
        + layout.HOUSEHOLD_MINORITY * home.minority
        + layout.HOUSEHOLD_MIGRANT * home.migrant
        + layout.HOUSEHOLD_HIV * home.hiv
        + layout.HOUSEHOLD_LISTED * home.listed
        + layout.HOUSEHOLD_ASKED * home.asked
        for home in homes
    ]
    return made


def sectors(plain: "PlainModel") -> np.ndarray:
    """SECTOR records with the ends of their queues of vacant places."""
    rows = []
    for sector, record in zip(plain.sectors, plain.inputs.sectors, strict=True):
        start = int(plain.inputs.counties["first_slot"][record["county"]])
        tail = -1 if sector.last_vacated is None else sector.last_vacated.slot - start
        head = sector.vacant[0].slot - start if sector.vacant else min(tail, 0)
        n_free = len(sector.vacant)
        children = sector.n_slots - n_free
        rows.append({"free_head": head, "free_tail": tail, "n_free": n_free, "n_children": children})
    return fill(plain.inputs.sectors, rows)


def desks(plain: "PlainModel") -> np.ndarray:
    """DESK records."""
    ordered = [desk for county in plain.counties for desk in county.desks]
    ordered += [desk for township in plain.townships for desk in township.desks]
    ordered += [village.desk for village in plain.villages]
    names = ("extra_minutes", "offered", "used", "queue", "queue_minutes")
    return fill(plain.inputs.desks, [{name: getattr(desk, name) for name in names} for desk in ordered])


SINCE, FOUND, FILED = int(words.SINCE_SHIFT), int(words.FOUND_ONCE), int(words.FILED_ONCE)
HELPED, COHORT = int(words.HELPED_BIT), int(words.COHORT_BIT)


def word_of(need: Need) -> int:
    """Need word of a child and a service."""
    word = need.state | (need.since % MONTHS) << SINCE
    if need.found or need.under_review:
        word |= FOUND
    if need.filed:
        word |= FILED
    if need.helped:
        word |= HELPED
    return word | COHORT if need.cohort else word


def traits_of(child: Child) -> int:
    """Traits byte of a child who is there."""
    return (
        layout.CHILD_PRESENT
        + layout.CHILD_FEMALE * child.female
        + layout.CHILD_DISABLED * child.disabled
        + layout.CHILD_UNATTENDED * child.unattended
        + layout.CHILD_VISITED * child.visited
        + layout.CHILD_HIV * child.hiv
    )


def due_of(child: Child, limits: list[int]) -> int:
    """Month of the next date of a child: when its clock runs out, or its next age limit."""
    age = child.clock_month - child.birth_month
    limit = limits[bisect_right(limits, age)] - age
    survival = child.model.inputs.survival  # falls from month to month
    gap = bisect_left(range(limit), True, key=lambda g: child.clock_bits >= survival[g + 1])
    return child.clock_month + min(gap + child.clock_skips, limit)


def children(plain: "PlainModel") -> dict[str, np.ndarray]:
    """Columns of child slots; a vacant one keeps what its last child left behind."""
    places = [place for village in plain.villages for place in village.places]
    n_services = len(plain.services)
    needs = np.zeros((len(places), n_services), dtype=np.uint16)
    birth, traits = (np.zeros(len(places), dtype=np.uint8) for _ in range(2))
    due = np.full(len(places), NEVER_DUE, dtype=np.uint8)
    limits = sorted(plain.age_limits)
    for place in places:
        child = place.last
        if child is not None:
            needs[place.slot] = [word_of(need) for need in child.needs]
            birth[place.slot] = child.birth_month % MONTHS
            if child.present:
                due[place.slot] = min(due_of(child, limits), NEVER_DUE)
                traits[place.slot] = traits_of(child)
    for sector, record in zip(plain.sectors, plain.inputs.sectors, strict=True):
        link_vacant(needs, list(sector.vacant), int(plain.inputs.counties["first_slot"][record["county"]]))
    household = np.array([place.household.number for place in places], dtype=np.uint16)
    return {"needs": needs, "birth": birth, "due": due, "traits": traits, "household": household}


def link_vacant(needs: np.ndarray, vacant: list[Place], start: int) -> None:
    """Write the queue of vacant places into their first two words: each names the next, the last nobody."""
    links = [place.slot - start for place in vacant[1:]] + [0]
    for place, link in zip(vacant, links, strict=False):
        needs[place.slot, 0], needs[place.slot, 1] = link & HALF_WORD, link >> HALF_WORD_BITS


def stocks(plain: "PlainModel") -> np.ndarray:
    """Children of each county by service and state; flows are 0 at the end of a month."""
    tally = np.zeros((len(plain.counties), len(plain.services), WIDTH), dtype=np.int32)
    for county in plain.counties:
        at_home = [child.needs for village in county.villages for child in village.children()]
        for number, needs in enumerate(zip(*at_home, strict=True)):
            for state, n in Counter(need.state for need in needs).items():
                tally[county.number, number, state] = n
    return tally


def entry_of(spell: Spell) -> int:
    """Entry of an open spell."""
    child, number = spell
    county = child.village.county
    start = int(child.model.inputs.counties["first_slot"][county.number])
    village = child.village.number - county.villages[0].number
    return (
        (child.place.slot - start)
        | village << int(words.VILLAGE_SHIFT)
        | number << int(words.SERVICE_SHIFT)
        | (child.birth_month % MONTHS) << int(words.BIRTH_SHIFT)
    )


def request_of(request: Request) -> int:
    """Entry of a filed case."""
    return (
        entry_of((request.child, request.service))
        | (request.filed_month % MONTHS) << int(words.FILED_SHIFT)
        | request.priority << int(words.CLASS_SHIFT)
        | request.review << int(words.REVIEW_SHIFT)
        | request.accompanied << int(words.ACCOMPANIED_SHIFT)
    )


def entries_by_county(plain: "PlainModel") -> dict[str, list[list[int]]]:
    """Entries of the lists of every county that count; those in gathering stand backwards."""
    return {
        "gathering": [[entry_of(spell) for spell in reversed(county.gathering)] for county in plain.counties],
        "filed": [[request_of(request) for request in county.queue] for county in plain.counties],
    }


def lists(plain: "PlainModel") -> dict[str, np.ndarray]:
    """Entries of all counties, one after the other."""
    named = entries_by_county(plain).items()
    return {name: np.array(list(chain(*entries)), dtype=np.uint64) for name, entries in named}


def spread(plain: "PlainModel") -> dict[str, np.ndarray]:
    """Arrays of the spread."""
    country, given = plain.country, plain.inputs.spread
    of_province = ("n_adopting", "adopting_share", "trainers", "open_demand", "seats", "seats_used")
    of_nation = ("outside_share", "open_demand", "seats", "seats_allotted", "seats_used")
    posts = [{"posts_given": n} for wave in country.waves for n in wave.given.values()]
    rows = [{name: getattr(province, name) for name in of_province} for province in country.provinces]
    changed = {
        "provinces": fill(given.provinces, rows),
        "nation": fill(given.nation, [{name: getattr(country, name) for name in of_nation}]),
        "waves": fill(given.waves, [{"seats_left": wave.seats_left} for wave in country.waves]),
        "places": fill(given.places, posts),
        "shown": ring_of_results(plain),
    }
    return {f"spread.{name}": np.asarray(changed.get(name, value)) for name, value in given._asdict().items()}


def ring_of_results(plain: "PlainModel") -> np.ndarray:
    """Visible results of the last months in the engine's ring."""
    ring = np.full((MONTHS_KEPT, len(plain.counties)), NOT_SHOWN)
    for month, shown in enumerate(plain.country.results):
        ring[month % MONTHS_KEPT] = [shown.get(county, NOT_SHOWN) for county in plain.counties]
    return ring
