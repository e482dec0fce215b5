"""The counties of a world and their neighbours as a networkx graph, for Mesa and for looking."""

from typing import TYPE_CHECKING

import numpy as np

from model.spread import OUTSIDE

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd


def county_network(table: "pd.DataFrame", indptr: np.ndarray, indices: np.ndarray) -> "nx.DiGraph":
    """Make a directed graph: an edge from a county to every neighbour that it looks at.

    Parameters
    ----------
    table : DataFrame
        A row per county, with ``county_code``, ``county``, ``lon`` and ``lat``; nodes are row numbers.
    indptr, indices : int arrays
        Compressed rows as made by :func:`model.neighbours.compressed`; neighbours outside the world are left
        out.
    """
    import networkx as nx

    graph = nx.DiGraph()
    for row, county in enumerate(table.itertuples()):
        graph.add_node(
            row, code=int(county.county_code), name=county.county, position=(county.lon, county.lat)
        )
    looks = np.repeat(np.arange(len(table)), np.diff(indptr))
    inside = indices != OUTSIDE
    graph.add_edges_from(zip(looks[inside].tolist(), indices[inside].tolist()))
    return graph
