"""Worlds: which places they hold, how these are laid out, and that they are always the same."""

import hashlib
import time

import numpy as np
import pytest

from columns.draws import HALF, child_key, draw, root_key
from columns.layout import COUNTY, KIND_COMMUNITY, KIND_OTHER, KIND_VILLAGE, VILLAGE
from columns.streams import stream
from columns.words import MAX_COUNTY_SLOTS, MAX_COUNTY_VILLAGES, MAX_VILLAGE_SLOTS
from model.county_shares import national_counties
from model.demography import plan_population
from model.parameters import default_parameters
from model.people import check_sizes
from model.unseeded import uniforms, unseeded_keys, unseeded_root
from model.village_shares import LEAST_SHARE
from model.world import World
from model.worlds import WORLDS, build_world, uniform_world, worlds_table

SMALL = ["four_villages", "teaching", "pilot_counties"]
SHARES = ("poverty", "minority", "left_behind", "hiv_affected", "migrant")


def digest(world: World) -> str:
    hashed = hashlib.blake2b(digest_size=8)
    for array in (world.counties, world.townships, world.villages, world.sectors, world.village_size):
        hashed.update(array.tobytes())
    return hashed.hexdigest()


@pytest.mark.unit
@pytest.mark.parametrize("name", SMALL)
def test_layout(name: str) -> None:
    world = build_world(name)
    counties, townships, villages = world.counties, world.townships, world.villages
    assert (np.diff(counties["code"]) > 0).all()
    assert counties["n_villages"].sum() == len(villages)
    assert counties["n_townships"].sum() == len(townships)
    order = {KIND_VILLAGE: 0, KIND_OTHER: 1, KIND_COMMUNITY: 2}
    for c, county in enumerate(counties):
        here = slice(county["first_village"], county["first_village"] + county["n_villages"])
        assert (villages["county"][here] == c).all()
        assert (np.diff([order[kind] for kind in villages["kind"][here]]) >= 0).all()
        assert (world.village_ordinal[here] == np.arange(county["n_villages"])).all()
        of_county = villages["township"][here]
        first = county["first_township"]
        assert (of_county >= first).all()
        assert (of_county < first + county["n_townships"]).all()
        assert (townships["county"][first : first + county["n_townships"]] == c).all()
    assert (np.bincount(villages["township"]) == townships["n_villages"]).all()
    assert (townships["n_villages"] > 0).all()


@pytest.mark.unit
@pytest.mark.parametrize("name", SMALL)
def test_sectors_cover_the_villages(name: str) -> None:
    world = build_world(name)
    for s, sector in enumerate(world.sectors):
        here = slice(sector["first_village"], sector["first_village"] + sector["n_villages"])
        assert (world.village_sector[here] == s).all()
    for count in ("children_2010", "children_2020"):
        per_county = world.sectors[count].reshape(-1, 2).sum(axis=1)
        assert (per_county == world.table[count]).all()
    assert (world.counties["children"] == world.table.children_2010).all()


@pytest.mark.unit
@pytest.mark.parametrize("name", SMALL)
def test_townships_share_villages_and_communities(name: str) -> None:
    world = build_world(name)
    for kind in (KIND_VILLAGE, KIND_COMMUNITY):
        of_kind = world.villages[world.villages["kind"] == kind]
        counts = np.bincount(of_kind["township"], minlength=len(world.townships))
        for c in range(len(world.counties)):
            here = counts[world.townships["county"] == c]
            assert here.max() - here.min() <= 1


@pytest.mark.unit
@pytest.mark.parametrize("name", SMALL)
def test_attributes_are_in_range(name: str) -> None:
    villages = build_world(name).villages
    for share in SHARES:
        assert ((villages[share] >= 0) & (villages[share] <= 1)).all()
    assert (villages["hours_to_township"] > 0).all()
    assert (villages["hours_to_county"] > villages["hours_to_township"]).all()
    assert (villages["migrant"][villages["kind"] != KIND_COMMUNITY] == 0).all()
    assert set(np.unique(villages["remote"])) <= {0, 1}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "column"), [("poverty", "rural_poverty"), ("left_behind", "rural_left_behind")]
)
def test_villages_average_to_their_county(name: str, column: str) -> None:
    world = build_world()
    children = world.children_2010()
    for c in np.flatnonzero(world.counties["n_villages"]):
        everywhere = world.village_sector == 2 * c
        mean = np.average(world.villages[name][everywhere], weights=children[everywhere])
        wanted = world.table[column].iloc[c]
        if name == "poverty":  # pilot villages have the reported poverty instead
            assert abs(mean - wanted) < 0.06
        else:
            assert mean == pytest.approx(wanted, abs=10 * LEAST_SHARE)


@pytest.mark.unit
def test_pilot_villages() -> None:
    world = build_world()
    villages, children = world.villages, world.children_2010()
    pilot = villages["pilot"] == 1
    assert (np.bincount(villages["county"][pilot], minlength=12) == 10).all()
    assert (villages["kind"][pilot] == KIND_VILLAGE).all()
    assert 617 <= children[pilot].mean() <= 667
    poor = np.average(villages["poverty"][pilot], weights=children[pilot])
    assert poor == pytest.approx(default_parameters().poverty_pilot_share, abs=1e-4)
    assert (villages["hiv_affected"] > 0).tolist() == pilot.tolist()
    assert villages["remote"][pilot].mean() > 0.5


@pytest.mark.unit
def test_some_villages_of_a_small_pilot_county_are_left_to_spread_to() -> None:
    assert build_world("four_villages").villages["pilot"].sum() == 1
    assert 0 < build_world("teaching").villages["pilot"].sum() < 9


@pytest.mark.unit
def test_four_villages() -> None:
    world = build_world("four_villages")
    assert world.counties["pilot"].tolist() == [1, 0]
    assert world.counties["n_villages"].tolist() == [3, 1]
    assert world.children_2010().sum() == 240


@pytest.mark.unit
def test_uniform_world_is_uniform() -> None:
    world = uniform_world(100, 50, counties=3)
    assert (world.children_2010() == 50).all()
    assert len(world.villages) == 100
    assert len(world.counties) == 3
    plan = plan_population(world)
    assert plan.village_children.sum() == pytest.approx(5000, rel=0.01)
    with pytest.raises(ValueError, match="cannot be divided"):
        uniform_world(2, 50, counties=3)


@pytest.mark.unit
def test_unknown_world_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="pilot_counties"):
        build_world("atlantis")


@pytest.mark.unit
def test_keys_are_those_of_the_kernels() -> None:
    keys = unseeded_keys(unseeded_root(), np.array([0, 110101, 659012]))
    assert keys.tolist() == [int(child_key(root_key(0), n)) for n in (0, 110101, 659012)]
    expected = [int(draw(np.uint64(key), stream("village.size"), 0, 0) >> HALF) / 2**32 for key in keys]
    assert uniforms(keys, "village.size").tolist() == expected


@pytest.mark.determinism
@pytest.mark.parametrize("name", SMALL)
def test_a_world_is_always_the_same(name: str) -> None:
    assert digest(build_world(name)) == digest(build_world(name))


@pytest.mark.determinism
def test_a_county_is_the_same_in_every_world() -> None:
    small, large = build_world("pilot_counties"), build_world("five_provinces")
    c = int(np.flatnonzero(large.counties["code"] == 533124)[0])
    d = int(np.flatnonzero(small.counties["code"] == 533124)[0])
    parts = []
    for world, county in ((small, d), (large, c)):
        first = world.counties["first_village"][county]
        here = world.villages[first : first + world.counties["n_villages"][county]].copy()
        for name in ("county", "township"):
            here[name] -= here[name][0]
        parts.append(here)
    assert (parts[0] == parts[1]).all()


@pytest.mark.common_numbers
def test_a_parameter_changes_only_what_it_is_about() -> None:
    plain = build_world()
    poorer = build_world(parameters=default_parameters().replace(rural_poverty_share=0.2))
    assert plain.village_size.tolist() == poorer.village_size.tolist()
    assert (plain.villages["hours_to_county"] == poorer.villages["hours_to_county"]).all()
    assert (plain.villages["left_behind"] == poorer.villages["left_behind"]).all()
    others = plain.villages["pilot"] == 0
    assert poorer.villages["poverty"][others].mean() > 1.2 * plain.villages["poverty"][others].mean()


@pytest.mark.unit
def test_other_parameters_do_not_make_the_table_again() -> None:
    assert national_counties() is national_counties(default_parameters().replace(visit_hours=1.5))


@pytest.mark.unit
@pytest.mark.parametrize("language", ["en", "zh"])
def test_table_of_worlds_agrees_with_the_worlds(language: str) -> None:
    rows = {str(row["name"]): row for row in worlds_table(language)}
    assert list(rows) == list(WORLDS)
    assert rows["china"]["villages"] == 620_573
    assert rows["rural_china"]["villages"] == 486_803
    for name in SMALL:
        world = build_world(name)
        assert rows[name]["counties"] == len(world.counties)
        assert rows[name]["townships"] == len(world.townships)
        assert rows[name]["villages"] == len(world.villages)
        assert rows[name]["children_2010"] == world.sectors["children_2010"].sum()
        assert rows[name]["what"]


@pytest.mark.unit
def test_the_default_world_is_quick() -> None:
    build_world()
    start = time.process_time()
    plan_population(build_world())
    assert time.process_time() - start < 1.0  # .08 s on a quiet machine


@pytest.mark.unit
@pytest.mark.parametrize(
    ("where", "field", "most"),
    [
        ("village", "n_slots", MAX_VILLAGE_SLOTS),
        ("county", "n_slots", MAX_COUNTY_SLOTS),
        ("county", "n_villages", MAX_COUNTY_VILLAGES),
    ],
)
def test_what_cannot_be_numbered_is_refused(where, field, most):
    places = {"county": np.zeros(2, dtype=COUNTY), "village": np.zeros(2, dtype=VILLAGE)}
    places[where][field] = [1, most]
    check_sizes(places["county"], places["village"])
    places[where][field] = [1, most + 1]
    with pytest.raises(ValueError, match=f"a {where} has {most + 1:,} .*at most {most:,}"):
        check_sizes(places["county"], places["village"])
