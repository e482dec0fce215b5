"""Two small worlds give the numbers under version control."""

import copy

import pytest

from tools.baseline import STRATEGIES, changes, load, record, record_spread, spread_changes


@pytest.fixture(scope="module")
def kept():
    return load()


@pytest.mark.baseline
@pytest.mark.parametrize("world", STRATEGIES)
def test_numbers_are_those_under_version_control(kept, world):
    moved = changes(kept.get(world, {}), record(world))
    assert not moved, (
        f"results of {world} moved ({'; '.join(moved)}). Where that is meant, `make baseline` keeps the new "
        "ones; then say in CHANGELOG.md, under Numbers, why and by how much"
    )


@pytest.mark.baseline
def test_the_spread_is_the_one_under_version_control(kept):
    assert not spread_changes(kept["spread"], record_spread()), "see above"


@pytest.mark.unit
def test_a_moved_number_is_named(kept):
    found = copy.deepcopy(kept["four_villages"])
    found["months"]["2012-03"] = "0"
    found["totals"]["spells_served"] += 5
    before = kept["four_villages"]["totals"]["spells_served"]
    assert changes(kept["four_villages"], found) == [
        "the state differs from 2012-03 on, in 1 months",
        f"spells_served: {before} → {before + 5}",
    ]
    assert changes({}, found) == ["nothing is kept of this world yet"]
    assert changes(kept["four_villages"], kept["four_villages"]) == []
    assert spread_changes(kept["spread"], {**kept["spread"], "as it happened": "0"}) == [
        "as it happened differs"
    ]
