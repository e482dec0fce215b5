"""One run on a cluster: the same state, and refusals that name the option."""

import pytest

from experiments.sharding import ShardActor, _answers, check_for_shards, run_in_shards
from model.blocks import Block
from model.problems import InputError
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from results.memory import world_megabytes
from results.simulate import check_memory


@pytest.mark.determinism
def test_a_cluster_gives_the_same_state():
    """Only where Dask is installed: it is an extra, and continuous integration does without it."""
    pytest.importorskip("distributed", reason="dask comes with `make extras`")
    scenario = make_scenario("pilot_counties", until=14)
    joined = run_in_shards(scenario, "local", 2)
    assert joined.state_hash() == ScaleUpModel(scenario).run().state_hash()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("dask", "children", "threads", "resume", "profile", "code"),
    [
        ("", "all", 1, False, False, "shards.without_dask"),
        ("local", "none", 1, False, False, "shards.without_children"),
        ("local", "all", 2, False, False, "shards.not_with"),
        ("local", "all", 1, True, False, "shards.not_with"),
        ("local", "all", 1, False, True, "shards.not_with"),
    ],
)
def test_what_cannot_be_divided_is_refused(dask, children, threads, resume, profile, code):
    with pytest.raises(InputError) as refused:
        check_for_shards(dask, children, threads, resume=resume, profile=profile)
    assert [problem.code for problem in refused.value.problems] == [code]


class Answering:
    """An actor's place on the cluster: hands out something with a result, or loses it."""

    def __init__(self, actor=None):
        self.actor = actor

    def go_on(self, counties):
        self.counties = counties
        return self

    def result(self):
        if self.actor is None:
            raise ValueError("Worker holding Actor was lost.")
        return self.actor.go_on(self.counties)


@pytest.mark.unit
def test_a_lost_worker_is_told_with_the_month_and_what_to_do():
    with pytest.raises(InputError) as refused:
        _answers([Answering()], None, 3)
    (problem,) = refused.value.problems
    assert problem.code == "shards.lost"
    assert "2010-08" in problem.text("en")
    assert "2010-08" in problem.text("zh")


@pytest.mark.unit
def test_what_goes_wrong_in_a_shard_is_raised_as_it_is(monkeypatch):
    def fail(*_):
        raise MemoryError("too large")

    monkeypatch.setattr("experiments.sharding.Shard", fail)
    actor = ShardActor(make_scenario("four_villages", until=0), Block(0, 1))
    with pytest.raises(MemoryError, match="too large"):
        _answers([Answering(actor)], None, 0)


@pytest.mark.unit
def test_a_shard_that_nobody_asks_any_more_ends():
    scenario = make_scenario("four_villages", until=6)
    actor = ShardActor(scenario, Block(0, 1))
    assert len(_answers([Answering(actor)], None, 0)[0]) == 1
    actor.stop()
    actor._thread.join(60)
    assert not actor._thread.is_alive()


@pytest.mark.unit
def test_shards_here_need_room_for_the_whole_as_well(monkeypatch):
    scenario = make_scenario("five_provinces", until=0)
    room = 1.5 * world_megabytes("five_provinces")
    monkeypatch.setattr("results.simulate.free_megabytes", lambda: room)
    check_memory(scenario)
    with pytest.raises(InputError) as refused:
        run_in_shards(scenario, "local", 2)
    assert [problem.code for problem in refused.value.problems] == ["cli.too_little_memory"]
