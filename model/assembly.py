"""Put a simulation together: places, people, desks, tables and the state of the spread, ready for month 0."""

from typing import NamedTuple

import numpy as np

from columns.layout import HOUSEHOLD
from columns.state import ARENA, DESK, SECTOR, State, Tables, records
from columns.tallies import METERS, WEALTH_BINS, WIDTH, tally_size
from model.blocks import Block, county_blocks
from model.demography import DemographicPlan
from model.ground import ground_of, lay_out_places
from model.homes import count_households
from model.lists import Ahead, make_lists, make_room, note_month
from model.money import COUNTERS
from model.orders import rank_villages, ranking_columns
from model.own.given import posts_first
from model.people import check_sizes
from model.scenario import Scenario
from model.settling import settle
from model.spread_setup import seed_keys
from model.stationary import Stationary
from model.unseeded import unseeded_keys
from model.world import World

SECTOR_KEYS = 3_000_000
"""Sectors are numbered from here among the parts of a county."""
LEAST_EVENTS = 256
CACHE_LINE = 64


def line_up(*shape: int) -> np.ndarray:
    """Zeros, int32, of a shape, from where a line of the processor's cache begins.

    A column of a tally is as long as a line: one that lies across two takes twice as long.
    """
    size = int(np.prod(shape)) * np.dtype(np.int32).itemsize
    memory = np.zeros(size + CACHE_LINE, dtype=np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(np.int32).reshape(shape)


def lay_out_people(
    world: World,
    plan: DemographicPlan,
    rules: np.recarray,
    services: np.recarray,
    seed: int,
    n_threads: int,
    log_events: bool,
) -> State:
    """Allocate the columns of a world: offsets of villages, households, sectors and lists, seeded keys."""
    counties, townships, villages = lay_out_places(world, rules)
    seed_keys(seed, counties, townships, villages, world.township_ordinal, world.village_ordinal)
    villages["n_slots"] = plan.village_slots
    villages["first_slot"] = np.cumsum(plan.village_slots) - plan.village_slots
    n_slots = int(plan.village_slots.sum())
    counties["n_slots"] = np.bincount(villages["county"], weights=plan.village_slots, minlength=len(counties))
    counties["first_slot"] = np.cumsum(counties["n_slots"]) - counties["n_slots"]
    check_sizes(counties, villages)
    counties["poor_percentiles"] = np.rint(counties["poverty"] * WEALTH_BINS)
    villages["n_households"] = count_households(records(villages), rules[0])
    villages["first_household"] = np.cumsum(villages["n_households"]) - villages["n_households"]
    townships["n_slots"] = np.bincount(
        villages["township"], weights=plan.village_slots, minlength=len(townships)
    )
    n, threads = len(services), n_threads
    return State(
        counties=records(counties), townships=records(townships), villages=records(villages),
        households=records(np.zeros(int(villages["n_households"].sum()), dtype=HOUSEHOLD)),
        sectors=records(_sectors(world, counties, plan)),
        needs=np.zeros((n_slots, n), dtype=np.uint16), birth=np.zeros(n_slots, dtype=np.uint8),
        due=np.zeros(n_slots, dtype=np.uint8), traits=np.zeros(n_slots, dtype=np.uint8),
        household=np.zeros(n_slots, dtype=np.uint16),
        open_entries=np.zeros(0, dtype=np.uint64), filed_entries=np.zeros(0, dtype=np.uint64),
        arenas=records(np.zeros(len(counties), dtype=ARENA)), halvings=np.zeros(n, dtype=np.int64),
        desks=records(np.zeros(0, dtype=DESK)),
        counters=np.zeros((len(counties), len(COUNTERS)), dtype=np.int64),
        county_tally=np.zeros((len(counties), n, WIDTH), dtype=np.int32),
        tally=line_up(threads, tally_size(n)),
        meters=np.zeros((threads, len(METERS)), dtype=np.int64),
        log=np.zeros((threads, n_slots * n + LEAST_EVENTS if log_events else 1), dtype=np.uint64),
        problems=np.zeros((threads, 1), dtype=np.int64),
    )  # fmt: skip


def _sectors(world: World, counties: np.ndarray, plan: DemographicPlan) -> np.ndarray:
    sectors = np.zeros(len(world.sectors), dtype=SECTOR)
    for name in ("county", "first_village", "n_villages"):
        sectors[name] = world.sectors[name]
    ordinal = SECTOR_KEYS + np.arange(len(sectors)) % 2
    sectors["key"] = unseeded_keys(counties["key"][sectors["county"]], ordinal)
    slots = np.bincount(world.village_sector, weights=plan.village_slots, minlength=len(sectors)).astype(
        np.int64
    )
    sectors["n_slots"], sectors["first_slot"] = slots, np.cumsum(slots) - slots
    sectors["free_head"] = sectors["free_tail"] = -1
    return sectors


def entries_in_use(state: State) -> dict[str, np.ndarray]:
    """Entries of all counties without the unused space: cases in gathering and filed cases.

    Those of idle spells say nothing that the needs do not say, and may outlive their spell until their date.
    """
    parts: dict[str, list[np.ndarray]] = {"gathering": [], "filed": []}
    for arena in state.arenas:
        end, filed = arena["start"] + arena["capacity"], arena["filed_start"]
        parts["gathering"].append(state.open_entries[end - arena["n_gathering"] : end])
        parts["filed"].append(state.filed_entries[filed : filed + arena["n_filed"]])
    return {name: np.concatenate(entries) for name, entries in parts.items()}


class Assembled(NamedTuple):
    """Everything a run needs at the start of month 0."""

    world: World
    state: State
    tables: Tables
    still: Stationary
    background: np.ndarray  # (villages, services) minutes a month without the programme
    blocks: list[Block]
    rank: np.ndarray


def assemble(
    scenario: Scenario,
    n_threads: int = 1,
    log_events: bool = False,
    settled: bool = True,
    only: Block | None = None,
) -> Assembled:
    """Build the world of a scenario, its people and its desks.

    Parameters
    ----------
    scenario : Scenario
    n_threads : int
        Threads that will work on it; results do not depend on it.
    log_events : bool
        Whether every change of state is kept with its month.
    settled : bool
        Fill the places with people, which takes most of the time; a checkpoint brings its own.
    only : Block, optional
        The counties that get people and have their months here; the memory of others is never touched.
    """
    ground = ground_of(scenario.world, scenario.schedule[0][1], scenario.services, scenario.children)
    world, plan, services = ground.world, ground.plan, ground.services
    rules = ground.rules.copy()
    length = 1.0
    while True:
        state = lay_out_people(world, plan, rules, services, scenario.seed, n_threads, log_events)
        state = make_lists(state, ground.expected_open, length)._replace(desks=records(ground.desks.copy()))
        blocks = [only] if only else county_blocks(state.counties, n_threads)
        if settled:
            settle(state, ground, blocks, n_threads)
        if not state.problems.any():
            break
        length *= 2.0  # unusual parameters: more needs are open than expected
    if settled:
        note_month(state)
        state = make_room(state, services, Ahead(changing=True))
    order = scenario.strategy.order_index
    ranking = None
    if scenario.strategy.ranking:
        _, ranking = ranking_columns(scenario.strategy.ranking, world.table, state.villages)
    rank = rank_villages(
        order, state.counties, state.townships, state.villages, plan.village_children, ranking
    )
    rank = posts_first(rank, world.given, state.counties)
    tables = ground.tables._replace(rules=rules, redated=ground.tables.redated.copy())
    return Assembled(world, state, tables, ground.still, ground.background, blocks, rank)
