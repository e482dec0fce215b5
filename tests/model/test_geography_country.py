"""The whole country against the published figures that its attributes are derived from."""

from functools import cache

import numpy as np
import pytest

from columns.layout import KIND_COMMUNITY, KIND_VILLAGE
from model.counties import prefectures
from model.county_network import county_network
from model.demography import CENSUS_2010, CENSUS_2020, plan_population
from model.neighbours import EARTH_RADIUS_KM, KNOWN_POSITIONS, compressed, nearest_counties
from model.sectors import MOST_CHILDREN_PER_UNIT
from model.village_shares import WEST, WEST_VILLAGE_SHARE
from model.world import World
from model.worlds import build_world, worlds_table

pytestmark = pytest.mark.statistical
NEIGHBOURS, RADIUS_KM = 5, 150.0


@cache
def china() -> World:
    return build_world("china")


def regions() -> np.ndarray:
    return china().counties["region"][china().villages["county"]]


def mean(name: str, where: np.ndarray) -> float:
    return float(np.average(china().villages[name][where], weights=china().children_2010()[where]))


def in_villages() -> np.ndarray:
    return china().villages["kind"] != KIND_COMMUNITY


def test_numbers_of_places() -> None:
    world = china()
    kinds = np.bincount(world.villages["kind"])
    assert kinds.tolist() == [486_803, 127_170, 6_600]
    assert len(world.counties) == 2978
    assert len(world.townships) == 41_352
    row = worlds_table()[-1]
    assert (row["townships"], row["villages"]) == (41_352, 620_573)


def test_every_county_passes_through_both_censuses() -> None:
    world, plan = china(), plan_population(china())
    for month, year in ((CENSUS_2010, "2010"), (CENSUS_2020, "2020")):
        in_county = plan.target[:, month].reshape(-1, 2).sum(axis=1)
        assert (in_county == world.table[f"children_{year}"]).all()


def test_nobody_enters_or_leaves_the_country_as_a_whole() -> None:
    plan = plan_population(china())
    ages = plan.first_cohorts.sum(axis=0)
    # of those in month 0, still children at the second census, and all born since
    natural = ages[: 216 - CENSUS_2020].sum() + plan.births[:, 1 : CENSUS_2020 + 1].sum()
    assert natural / plan.target[:, CENSUS_2020].sum() == pytest.approx(1, abs=0.002)


def test_mean_children_per_unit() -> None:
    world = china()
    children, countryside = world.children_2010(), in_villages()
    assert children[countryside].mean() == pytest.approx(313, rel=0.03)
    assert children[~countryside].mean() == pytest.approx(990, rel=0.03)
    later = world.over_villages(world.sectors["children_2020"])
    assert later[countryside].mean() == pytest.approx(240, rel=0.03)
    assert later[~countryside].mean() == pytest.approx(1410, rel=0.03)


def test_no_unit_is_absurdly_large() -> None:
    plan = plan_population(china())
    assert plan.village_slots.max() < 10 * MOST_CHILDREN_PER_UNIT


def test_left_behind_children() -> None:
    countryside = in_villages()
    assert mean("left_behind", countryside) == pytest.approx(0.379, abs=0.001)  # D08
    assert mean("left_behind", ~countryside) == pytest.approx(0.134, abs=0.001)
    counts = china().villages["left_behind"] * china().children_2010() * countryside
    by_region = np.bincount(regions(), counts) / counts.sum()
    assert by_region == pytest.approx([0.10, 0.51, 0.39], abs=0.005)  # D09, G64
    province = china().table.province_en.to_numpy()[china().villages["county"]]
    for name in ("Henan", "Guangxi", "Guizhou", "Chongqing"):  # near or above a half, D08
        assert mean("left_behind", countryside & (province == name)) > 0.4
    assert mean("left_behind", countryside & (province == "Jiangsu")) < 0.15


def test_poverty() -> None:
    countryside = in_villages()
    poor = china().table.poor_2014.to_numpy()[china().villages["county"]] == 1
    assert mean("poverty", countryside) == pytest.approx(0.127, abs=0.001)  # D19
    assert mean("poverty", countryside & poor) > 2 * mean("poverty", countryside & ~poor)
    eight = np.isin(
        china().table.province_code.to_numpy()[china().villages["county"]], [15, 45, 52, 53, 54, 63, 64, 65]
    )
    assert mean("poverty", countryside & eight) == pytest.approx(0.265, abs=0.002)  # D19
    thirds = china().table.groupby(["region", "poverty_third"]).poverty.mean().unstack()
    assert (np.diff(thirds.to_numpy(), axis=1) < 0).all()


def test_distance_to_the_road_head() -> None:
    """D21: shares of villages by distance, in the country and for the far classes in the west."""
    villages = china().villages[china().villages["kind"] == KIND_VILLAGE]
    west = regions()[china().villages["kind"] == KIND_VILLAGE] == WEST
    km = (villages["hours_to_township"] - 0.15) * 15
    edges = [-1, 1, 3, 5, 10, 20, 60]
    shares = np.histogram(km, edges)[0] / len(km)
    assert shares == pytest.approx([0.250, 0.452, 0.115, 0.103, 0.052, 0.028], abs=0.005)
    far = np.histogram(km[west], edges)[0][-2:] / west.sum()
    assert far == pytest.approx([0.095, 0.073], abs=0.005)
    assert west.mean() == pytest.approx(WEST_VILLAGE_SHARE, abs=1e-4)


def test_townships_within_an_hour_of_the_county_seat() -> None:
    """D22: east 91.7, central 85.1, west 64.5, country 78.1 per cent."""
    world = china()
    hours = np.zeros(len(world.townships))
    hours[world.villages["township"]] = (
        world.villages["hours_to_county"] - world.villages["hours_to_township"]
    )
    region = world.counties["region"][world.townships["county"]]
    near = [np.mean(hours[region == r] <= 1) for r in range(3)]
    assert near == pytest.approx([0.917, 0.851, 0.645], abs=0.015)
    assert np.mean(hours <= 1) == pytest.approx(0.781, abs=0.025)


def test_a_quarter_of_the_children_is_remote() -> None:
    assert mean("remote", np.ones(len(china().villages), dtype=bool)) == pytest.approx(0.25, abs=0.01)  # D06


def test_migrants_and_minorities() -> None:
    countryside = in_villages()
    assert mean("migrant", ~countryside) == pytest.approx(0.22, abs=0.005)
    table = china().table
    expected = np.average(table.minority_share, weights=table.children_2010)
    assert mean("minority", np.ones(len(countryside), dtype=bool)) == pytest.approx(expected, abs=0.001)


def test_fiscal_index_has_mean_one_over_children() -> None:
    counties = china().counties
    assert np.average(counties["fiscal_index"], weights=counties["children"]) == pytest.approx(1, abs=1e-9)
    by_region = [counties["fiscal_index"][counties["region"] == r].mean() for r in range(3)]
    assert by_region[0] > by_region[1] > by_region[2]


def test_neighbours_are_near_and_few() -> None:
    table = china().table
    found = nearest_counties(table, NEIGHBOURS, RADIUS_KM)
    known = table.position.isin(KNOWN_POSITIONS).to_numpy()
    lon, lat = np.radians(table.lon.to_numpy()), np.radians(table.lat.to_numpy())
    area = prefectures(table)
    for row, others in enumerate(found):
        assert row not in others
        if not known[row]:
            assert (area[others] == area[row]).all()
            continue
        assert len(others) <= NEIGHBOURS
        assert known[others].all()
        haversine = (
            np.sin((lat[others] - lat[row]) / 2) ** 2
            + np.cos(lat[row]) * np.cos(lat[others]) * np.sin((lon[others] - lon[row]) / 2) ** 2
        )
        distance = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(haversine))
        assert (distance <= RADIUS_KM + 1e-6).all()
        assert (np.diff(distance) >= -1e-6).all()


def test_who_looks_at_a_lonely_county_is_seen_by_it() -> None:
    """A county that sees fewer than five sees everybody in reach, so also all who look at it."""
    table = china().table
    found = nearest_counties(table, NEIGHBOURS, RADIUS_KM)
    known = table.position.isin(KNOWN_POSITIONS).to_numpy()
    lonely = [row for row in np.flatnonzero(known) if len(found[row]) < NEIGHBOURS]
    assert lonely
    for row in lonely:
        lookers = [other for other in np.flatnonzero(known) if row in found[other]]
        assert set(lookers) <= set(found[row].tolist())


def test_network_of_a_part_of_the_country() -> None:
    table = china().table
    codes = table.county_code.to_numpy()
    part = table[table.province_code == 53]
    found = nearest_counties(table, NEIGHBOURS, RADIUS_KM)
    indptr, indices = compressed(found, codes, part.county_code.to_numpy())
    graph = county_network(part, indptr, indices)
    assert graph.number_of_nodes() == len(part)
    assert 0 < graph.number_of_edges() == (indices >= 0).sum() < len(indices)
    longchuan = next(node for node, data in graph.nodes(data=True) if data["code"] == 533124)
    assert {graph.nodes[n]["code"] for n in graph.successors(longchuan)} & {533102, 533122, 533103}
