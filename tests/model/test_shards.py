"""A world in shards is, in every number, the world on one machine."""

import threading

import numpy as np
import pytest

from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.shards import Shard, join_parts, part_of, shard_blocks

MONTHS = 34
SHOCKS = {
    "shock_county_share": 0.3,
    "mandate_month": 8,
    "mandate_delay_months": 0,
    "county_rollout_months": 6,
}


def in_shards(scenario, number):
    """Run the shards of a scenario side by side in threads, which meet once a month."""
    model = ScaleUpModel(scenario, settled=False)
    blocks = shard_blocks(model.state.counties, number)
    meeting, records, parts = threading.Barrier(len(blocks), timeout=300), {}, []

    def run(block):
        def exchange(own):
            records[block] = own
            meeting.wait()
            whole = np.concatenate([records[each] for each in blocks]).view(np.recarray)
            meeting.wait()
            return whole

        parts.append(part_of(Shard(scenario, block, exchange).run()))

    threads = [threading.Thread(target=run, args=(block,)) for block in blocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(parts) == len(blocks)
    return join_parts(model, parts), blocks


@pytest.mark.determinism
@pytest.mark.parametrize("parameters", [{}, SHOCKS], ids=["history", "shocks and an early mandate"])
def test_shards_give_the_same_run(parameters):
    scenario = make_scenario("pilot_counties", parameters=parameters, until=MONTHS)
    whole = ScaleUpModel(scenario).run()
    joined, blocks = in_shards(scenario, 3)
    assert len(blocks) == 3
    assert whole.state_hash() == joined.state_hash()
    for name, counted in whole.observed._asdict().items():
        np.testing.assert_array_equal(getattr(joined.observed, name), counted, err_msg=name)
    assert np.count_nonzero(whole.observed.strata) > 0


@pytest.mark.determinism
def test_a_joined_world_goes_on_as_the_whole_does():
    scenario = make_scenario("pilot_counties", until=MONTHS)
    whole = ScaleUpModel(make_scenario("pilot_counties", until=MONTHS + 12)).run()
    joined, _ = in_shards(scenario, 2)
    assert joined.months_done == MONTHS + 1
    longer = ScaleUpModel(whole.scenario, settled=False)
    for name, column in joined.observed._asdict().items():
        kept = getattr(longer.observed, name)
        kept[tuple(slice(length) for length in column.shape)] = column
    for name, column in joined.spread._asdict().items():
        if isinstance(column, np.ndarray):
            getattr(longer.spread, name)[...] = column
    longer.go_on(joined.months_done, joined.state, [])
    longer.run()
    assert longer.state_hash() == whole.state_hash()
    np.testing.assert_array_equal(longer.observed.counties, whole.observed.counties)


@pytest.mark.unit
def test_there_are_no_more_shards_than_counties():
    counties = ScaleUpModel(make_scenario("four_villages", until=0), settled=False).state.counties
    assert shard_blocks(counties, 10) == [(c, c + 1) for c in range(len(counties))]
