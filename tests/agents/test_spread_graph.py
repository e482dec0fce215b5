"""The graph along which the approach spreads, as a space of Mesa."""

import dataclasses

import networkx as nx
import numpy as np
import pytest
from mesa.discrete_space import Network

from agents import County
from model.neighbours import nearest_counties
from model.worlds import uniform_world

pytestmark = [pytest.mark.unit, pytest.mark.filterwarnings("error")]


def test_two_neighbours_see_each_other(start):
    model = start("four_villages", 3)
    graph = model.spread_graph
    assert isinstance(graph, Network)
    assert graph is model.spread_graph
    assert set(graph.G.edges) == {(0, 1), (1, 0)}
    one, other = model.agents_by_type[County]
    assert one.neighbours == [other]
    assert one.cell is graph[0]
    assert graph[0].agents == [one]
    assert set(one.cell.neighborhood.agents) == {other}
    assert graph.G.nodes[1]["county"] is other
    assert graph.G.nodes[1]["code"] == other.code == 539902
    assert graph.G.nodes[1]["name"] == other.name
    assert set(graph.agents) == {one, other}


def test_edges_are_the_nearest_counties(start):
    parameters = {"neighbour_count": 3, "neighbour_radius_km": 50}
    model = start(uniform_world(12, 20, counties=12), parameters=parameters)
    nearest = nearest_counties(model.world.table, 3, 50)
    expected = {(row, int(near)) for row, others in enumerate(nearest) for near in others}
    assert set(model.spread_graph.G.edges) == expected
    assert expected
    assert all(abs(one - other) <= 3 for one, other in expected), "they stand in a row"
    for county in model.agents_by_type[County]:
        assert [near.row for near in county.neighbours] == nearest[county.row].tolist()


def test_counties_stand_where_their_seats_are(start):
    model = start(uniform_world(6, 20, counties=6))
    for county in model.agents_by_type[County]:
        expected = model.world.table[["lon", "lat"]].to_numpy()[county.row]
        assert county.pos == tuple(expected)
        assert county.cell.position == pytest.approx(expected)
    assert model.spread_graph.find_nearest_cell(np.array([98.31, 24.4])).coordinate == 3


def test_unknown_positions_are_left_out(start):
    model = start("four_villages")
    table = model.world.table.copy()
    table.loc[0, "lon"] = np.nan
    model.world = dataclasses.replace(model.world, table=table)
    lost, known = model.agents_by_type[County]
    assert lost.pos is None
    assert known.pos == (98.4, 24.5)
    assert model.spread_graph.find_nearest_cell(np.array([0.0, 0.0])) is known.cell
    assert lost.neighbours == [known]


def test_no_layout_is_computed(start, monkeypatch):
    def refuse(*_args, **_options):
        raise AssertionError("the default layout is unseeded and quadratic")

    monkeypatch.setattr(nx, "spring_layout", refuse)
    assert len(start(uniform_world(40, 5, counties=40)).spread_graph.G) == 40
