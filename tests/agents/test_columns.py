"""Attributes of agents: what they show is what stands in the columns."""

from math import isnan

import numpy as np
import pytest

from agents import Child, County, Desk, Household, SocialWorker, Village
from agents.column import UNDESCRIBED, Column, Real, Registered, Whole, Word, columns_of
from columns.layout import NO_MONTH, POST_STATES, VILLAGE

pytestmark = [pytest.mark.unit, pytest.mark.filterwarnings("error")]

KINDS = (County, Village, SocialWorker, Household, Child, Desk)


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_says_what_it_means(kind):
    silent = [name for name, column in columns_of(kind).items() if UNDESCRIBED in (column.__doc__ or "")]
    assert not silent, (
        f"describe these in agents/{kind.__module__.split('.')[-1]}.py, or hide them there: {silent}"
    )


def test_a_described_column_must_exist():
    with pytest.raises(TypeError, match="Hamlet describes columns that villages lacks: \\['headcount'\\]"):

        class Hamlet(Registered, dtype=VILLAGE):
            table = "villages"
            headcount = Whole("Not in the records")


def test_fields_without_description_are_attributes_all_the_same(start):
    class Bare(Registered, dtype=VILLAGE):
        table = "villages"

    model = start(months=3)
    bare = Bare.__new__(Bare)
    bare.model, bare.row = model, 2
    assert bare.as_dict() == {name: model.state.villages[name][2].item() for name in VILLAGE.names or ()}


@pytest.mark.parametrize("world", ["four_villages", "teaching"])
@pytest.mark.parametrize("months", [0, 30, 100])
def test_agents_show_the_columns_after_any_number_of_months(start, world, months):
    model = start(world, months)
    for kind in (County, Village, SocialWorker):
        records = getattr(model.state, kind.table)
        for agent in model.agents_by_type[kind]:
            for name, column in columns_of(kind).items():
                raw, shown = records[column.field][agent.row].item(), getattr(agent, name)
                if isinstance(column, Word):
                    assert column.words[raw] == shown
                elif name.endswith("_yuan"):
                    assert raw == round(shown * 100)
                elif shown is None:
                    assert raw == NO_MONTH
                else:
                    assert raw == shown or (isnan(raw) and isnan(shown)), name
    assert model.agents_by_type[Village].get("post") == [
        POST_STATES[code] for code in model.state.villages["post"]
    ]


def test_agents_follow_without_being_opened_again(start):
    model = start("teaching")
    village = model.agents_by_type[Village].to_list()[0]
    before = village.as_dict()
    model.run_for(48)
    assert village.as_dict() != before
    assert village.skill == model.state.villages["skill"][0] > 0


@pytest.mark.property
@pytest.mark.parametrize("kind", [County, Village, SocialWorker])
def test_opening_by_equality_finds_exactly_those_who_show_the_value(start, kind):
    model = start("teaching", 60)
    agents = model.agents_by_type[kind].to_list()
    for name in columns_of(kind):
        for shown in {getattr(agent, name) for agent in agents}:
            found = model.open(kind, **{name: shown})
            assert set(found) == {agent for agent in agents if getattr(agent, name) == shown}, (name, shown)


def test_agents_cannot_be_set(start):
    village = start().agents_by_type[Village].to_list()[0]
    with pytest.raises(AttributeError, match="skill is what the model computed; to make it another, change"):
        village.skill = 1.0


def test_a_wrong_word_is_told_the_right_ones():
    column = Word("A state", ("none", "active"))
    column.__set_name__(object, "post")
    with pytest.raises(ValueError, match="post is never 'busy'; it is one of none, active"):
        column.equals(np.zeros(3), "busy")


def test_money_is_found_to_the_fen():
    column = Real("Money", "yuan", field="spent", scale=100)
    for fen in range(1000):
        assert column.equals(np.array([fen]), column.read(fen)).all()


def test_places_are_numbered_within_their_county(start):
    villages = start().agents_by_type[Village]
    assert villages.get("name") == ["539901-0", "539901-1", "539901-2", "539902-0"]
    assert villages.get("township") == [0, 0, 0, 0]
    assert [village.county.row for village in villages] == [0, 0, 0, 1]


def test_help_shows_meaning_and_unit():
    assert isinstance(Village.hours_to_county, Column)
    assert Village.hours_to_county.__doc__ == "One way to the county seat (hours)."
    assert "none, pilot, universal" in str(County.stage.__doc__)


def test_desks_show_their_records(start):
    model = start("teaching", 30)
    names, n = model.scenario.services.names, len(model.scenario.services)
    (county,) = model.agents_by_type[County]
    desks = county.desks
    assert len({desk.row for desk in desks}) == len(desks)
    offering = np.flatnonzero(model.state.desks["offered"])
    assert set(offering) <= {desk.row for desk in desks}, "a desk that works is one of the county's"
    for village in model.agents_by_type[Village]:
        assert tuple(village.desks) == names
        assert set(village.desks.values()) <= set(desks)
        assert village.desks["hukou"].row == names.index("hukou")
        assert village.desks["vaccination"].row == (1 + village.township) * n + names.index("vaccination")
        assert village.desks["psychosocial"].row == (1 + 3) * n + village.row
        for desk in village.desks.values():
            record = model.state.desks[desk.row]
            assert (desk.offered_minutes, desk.used_minutes, desk.queue) == (
                record.offered,
                record.used,
                record.queue,
            )
    assert sum(desk.queue for desk in desks) == model.state.arenas["n_filed"].sum() - admitted(model)


def admitted(model):
    """Children whose papers are done and who wait for the term: on the list of cases, but in no queue."""
    from columns.layout import ADMITTED

    return int(model.state.county_tally[:, :, ADMITTED].sum())


def test_money_that_does_not_bind_is_none(start):
    assert start(months=1).agents_by_type[County].get("budget_yuan") == [None, None]
    bound = start(months=1, parameters={"budget_binds": True})
    for county in bound.agents_by_type[County]:
        assert county.budget_yuan * 100 == bound.state.counties["budget"][county.row] > 0
