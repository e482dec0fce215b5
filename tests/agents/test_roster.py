"""Which agents are open: in small worlds all, kept up with the posts; in large ones those asked for."""

import mesa
import numpy as np
import pytest

from agents import Child, County, GoneError, Household, SocialWorker, Village
from columns.layout import POST_ACTIVE, POST_DESIGNATED, POST_TRAINING
from model.windows import NotOpenError
from model.worlds import uniform_world

pytestmark = [pytest.mark.unit, pytest.mark.filterwarnings("error")]

FILLED = [POST_DESIGNATED, POST_TRAINING, POST_ACTIVE]


@pytest.fixture
def large(monkeypatch):
    """Let a world of more than three villages count as large."""
    monkeypatch.setattr("agents.roster.MOST_OPEN", 3)


def rows(agents):
    """Rows of some agents, in order."""
    return sorted(agents.get("row"))


def filled(model):
    """Rows of villages whose post is filled."""
    return np.flatnonzero(np.isin(model.state.villages["post"], FILLED)).tolist()


def test_small_worlds_have_all_agents(start):
    model = start("teaching", 20)
    assert model.agent_types == [County, Village, SocialWorker]
    assert rows(model.agents_by_type[Village]) == list(range(12))
    assert len(model.agents) == 1 + 12 + len(model.agents_by_type[SocialWorker])
    assert all(agent.model is model for agent in model.agents)
    ids = model.agents.get("unique_id")
    assert len(set(ids)) == len(ids)


def test_sets_select_group_and_aggregate(start):
    model = start("teaching", 40)
    villages = model.agents_by_type[Village]
    posts = np.array(villages.get("post"))
    assert len(villages.select(lambda village: village.post == "active")) == (posts == "active").sum() > 0
    assert {word: len(group) for word, group in villages.groupby("post")} == {
        word: (posts == word).sum() for word in set(posts)
    }
    assert villages.agg("visits", sum) == model.state.villages["visits"].sum()
    assert villages.agg("hours_to_county", [min, max]) == [
        model.state.villages["hours_to_county"].min(),
        model.state.villages["hours_to_county"].max(),
    ]
    assert villages.select(at_most=3).map(lambda village: village.county.code) == [539911] * 3


def test_data_collector_collects(start):
    model = start("teaching")
    collector = mesa.DataCollector(
        model_reporters={"workers": lambda m: len(m.agents_by_type[SocialWorker]), "done": "months_done"},
        agenttype_reporters={Village: {"post": "post", "trust": "trust"}},
    )
    for _ in range(12):
        model.step()
        collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert list(frame.done) == list(range(1, 13))
    assert frame.workers.iloc[-1] == len(filled(model)) > 0
    assert len(collector.get_agenttype_vars_dataframe(Village)) == 12 * 12


def test_workers_follow_their_posts_month_by_month(start):
    model = start("teaching")
    workers = model.agents_by_type[SocialWorker]
    assert len(workers) == 0
    before: dict[int, SocialWorker] = {}
    left = replaced = 0
    for _ in range(121):
        model.step()
        villages = model.state.villages
        now = {worker.row: worker for worker in workers}
        assert sorted(now) == filled(model)
        for row, worker in now.items():
            assert worker.hired_month == villages["hired_month"][row]
            assert worker.post == worker.village.post
            assert worker.skill == villages["skill"][row]
            assert worker.hired_month <= model.month
            assert worker.village.worker is worker
        for row, worker in before.items():
            stays = row in now and now[row] is worker
            if not stays:
                left += 1
                replaced += row in now
                assert worker not in model.agents
                assert "SocialWorker" in repr(worker)
                with pytest.raises(GoneError, match=f"hired in month {worker.since} has left"):
                    worker.skill  # noqa: B018 - reading is what is tested
            else:
                assert worker.hired_month == worker.since
        before = now
    assert left > replaced > 0, "the test needs somebody who leaves and somebody who is replaced at once"


def test_opening_late_gives_the_same_agents_as_opening_early(start):
    early, late = start("teaching"), start("teaching")
    assert len(early.agents) > 0
    early.run_for(70)
    late.run_for(70)
    for kind in (County, Village, SocialWorker):
        shown = [sorted(m.agents_by_type[kind].map(lambda a: (a.row, repr(a)))) for m in (early, late)]
        assert shown[0] == shown[1]


@pytest.mark.determinism
def test_looking_changes_nothing(start):
    looked, alone = start("teaching"), start("teaching")
    for _ in range(40):
        looked.step()
        looked.agents.get("unique_id")
        assert looked.spread_graph.G.number_of_nodes() == 1
        [child.needs for child in looked.agents_by_type[Village].to_list()[0].children]
    alone.run_for(40)
    assert looked.state_hash() == alone.state_hash()
    assert alone._roster is None, "nothing is opened before somebody looks"


def test_large_worlds_open_on_demand(start, large):
    model = start("teaching", 30)
    assert model.agent_types == [County]
    for kind in (Village, SocialWorker):
        with pytest.raises(NotOpenError, match=f"no {kind.__name__} is open: in a world of 12 villages"):
            model.agents_by_type[kind]
        with pytest.raises(KeyError):
            model.agents_by_type[kind]
    mask = np.arange(12) < 5
    opened = model.open(Village, mask)
    assert isinstance(opened, mesa.agent.AgentSet)
    assert rows(opened) == rows(model.agents_by_type[Village]) == [0, 1, 2, 3, 4]
    again = model.open(Village, lambda records: records.poverty > 0.2, post="active")
    villages = model.state.villages
    expected = np.flatnonzero((villages["poverty"] > 0.2) & (villages["post"] == POST_ACTIVE))
    assert rows(again) == expected.tolist()
    assert len(model.agents_by_type[Village]) == len(set(range(5)) | set(expected.tolist()))
    assert set(model.open(Village, mask)) == set(opened), "those that are open are not opened twice"
    assert rows(model.open(Village)) == list(range(12))


def test_links_open_what_they_lead_to(start, large):
    model = start("teaching", 30)
    (county,) = model.agents_by_type[County]
    villages = county.villages
    assert [village.row for village in villages] == list(range(12))
    assert all(village.county is county for village in villages)
    worker = next(village.worker for village in villages if village.worker)
    assert worker in model.agents_by_type[SocialWorker]
    assert [village.worker is None for village in villages] == [
        post not in FILLED for post in model.state.villages["post"]
    ]


def test_workers_of_large_worlds_are_closed_when_they_leave(start, large):
    model = start("teaching", 20)
    opened = model.open(SocialWorker)
    assert rows(opened) == filled(model)
    before = {worker.row: worker for worker in opened}
    model.run_for(60)
    hired = model.state.villages["hired_month"]
    stayed = {row for row, worker in before.items() if hired[row] == worker.since}
    assert 0 < len(stayed) < len(before)
    assert set(rows(model.agents_by_type[SocialWorker])) == stayed, "nobody new is opened"
    assert rows(model.open(SocialWorker)) == filled(model)


def test_the_hint_works_as_written(start, large):
    model = start("teaching", 30)
    for kind in (Village, SocialWorker):
        with pytest.raises(NotOpenError) as caught:
            model.agents_by_type[kind]
        call = str(caught.value).split("for example by ")[1]
        assert rows(eval(call, {"model": model, kind.__name__: kind}))
    with pytest.raises(NotOpenError, match="keeps no set of Child: households and children are read"):
        model.agents_by_type[Child]


def test_an_attribute_may_be_called_kind(start):
    model = start("teaching")
    assert {village.kind for village in model.open(Village, kind="community")} == {"community"}
    assert len(model.open(Village, kind="community", post="active")) == 0


@pytest.mark.parametrize(
    ("arguments", "fields", "error", "message"),
    [
        ((Village, [True]), {}, ValueError, "for each of the 4 villages: a boolean array"),
        ((Village, np.arange(4)), {}, ValueError, "this is int64 of shape"),
        ((Village, lambda records: True), {}, ValueError, "a function of the records that returns one"),
        ((Village,), {"post": "busy"}, ValueError, "post is never 'busy'"),
        ((Village,), {"povery": 0.1}, TypeError, "Village has no column povery; did you mean poverty?"),
        ((County,), {"x": 0.1}, TypeError, "County has no column x; it has code, region"),
        ((Child,), {}, TypeError, "one opens County, Village, SocialWorker; households"),
        ((Household,), {}, TypeError, "one opens County"),
    ],
)
def test_what_cannot_be_opened_is_explained(start, arguments, fields, error, message):
    model = start()
    with pytest.raises(error, match=message.replace("?", "\\?")):
        model.open(*arguments, **fields)


def test_removing_closes_a_window_only(start):
    model = start("teaching", 10)
    village = model.agents_by_type[Village].to_list()[4]
    row, post = village.row, village.post
    village.remove()
    assert row not in rows(model.agents_by_type[Village])
    village.remove()  # twice is once
    model.step()
    (again,) = model.open(Village, np.arange(12) == row)
    assert again is not village
    assert (again.row, again.kind) == (row, village.kind)
    assert post in ("none", "wanted", "recruiting", "training", "active")


def test_all_windows_can_be_closed(start):
    model = start("teaching", 40)
    expected = start("teaching", 41).state_hash()
    assert len(model.agents) > 12
    model.remove_all_agents()
    assert len(model.agents) == 0
    model.step()
    assert model.state_hash() == expected
    assert len(model.open(Village)) == 12


def test_subscribers_hear_of_workers(start):
    model = start("teaching")
    assert len(model.agents_by_type[SocialWorker]) == 0
    heard = []

    def listener(message):
        heard.append(message)

    model.observe("agents", "agent_added", listener)
    model.run_for(12)
    assert len(heard) >= len(model.agents_by_type[SocialWorker]) > 0


@pytest.mark.slow
def test_ten_thousand_villages_are_open_and_one_more_are_not(start):
    most = start(uniform_world(10_000, 3, counties=20), children="none")
    assert len(most.agents_by_type[Village]) == 10_000
    more = start(uniform_world(10_001, 3, counties=20), children="none")
    assert more.agent_types == [County]
    assert len(more.agents) == 20
