"""The model as Mesa's users know it: agents to select, open and read, and the graph along which it spreads.

Nothing of this takes part in a month. Agents are made when somebody first asks for them; from then on the
social workers follow the posts at the end of every month.
"""

import functools
import re
from collections.abc import Mapping
from typing import NoReturn

import mesa
import numpy as np
from mesa.agent import AgentSet
from mesa.discrete_space import Network

from agents.child import Child
from agents.column import Registered
from agents.roster import Roster, Where
from columns.layout import CHILD_PRESENT
from columns.words import MONTH_BITS
from model.county_network import county_network
from model.needs import BIRTH_BITS, BIRTH_SHIFT
from model.unseeded import unseeded_keys

SLOTS_AT_ONCE = 1 << 20
HEXADECIMAL = 16
CHILD_ID = re.compile("[0-9a-f]{16}")


class WithAgents(mesa.Model):
    """A model over columns whose counties, villages and workers are agents of Mesa.

    Subclasses have ``state``, ``tables``, ``world``, ``spread`` and ``months_done``, and call
    :meth:`follow_posts` at the end of a month.
    """

    @property
    def month(self) -> int:
        """The month at whose end the world stands: the last simulated, 0 before the first."""
        return max(self.months_done - 1, 0)

    _roster: Roster | None = None

    @property
    def roster(self) -> Roster:
        """The open agents, by row."""
        if self._roster is None:
            self._roster = Roster(self)
            self._roster.fill()
        return self._roster

    @property
    def has_open_agents(self) -> bool:
        """Whether anybody has looked at the agents."""
        return self._roster is not None

    def follow_posts(self) -> None:
        """Let the social workers come and go with their posts, if anybody has looked at the agents."""
        if self._roster is not None:
            self._roster.follow_posts()

    @property
    def agents(self) -> AgentSet:
        """All open agents; see :attr:`agents_by_type`."""
        self.roster  # noqa: B018 - opens them
        return super().agents

    @property
    def agents_by_type(self) -> "AgentsByType":
        """Sets of open agents by type; worlds of up to 10,000 villages have all villages and workers open."""
        self.roster  # noqa: B018 - opens them
        return AgentsByType(super().agents_by_type, len(self.state.villages))

    @property
    def agent_types(self) -> list[type]:
        """Types of which there are open agents."""
        return list(self.agents_by_type)

    def open(self, kind: type[Registered], /, where: Where = None, **fields: object) -> AgentSet:
        """Open agents, which large worlds do not keep open, and return them as a set.

        They stay in :attr:`agents_by_type` until they are removed (``agent.remove()`` closes only the
        window). Those that are open already are not opened twice.

        Parameters
        ----------
        kind : type
            County, Village or SocialWorker.
        where : boolean array or function of the records, optional
            Which ones, by row; workers go by the records of their villages.
        **fields
            Which ones, by equality with attributes: ``post="active", pilot=True``.

        Returns
        -------
        mesa.agent.AgentSet

        Raises
        ------
        TypeError
            Unknown kind or attribute; the message names the nearest.
        ValueError
            A word that the attribute never has, or a ``where`` of the wrong shape.
        """
        chosen = self.roster.at(kind, self.roster.rows(kind, where, fields))
        return self.agents.select(set(chosen).__contains__)

    def child(self, id: str) -> Child:  # noqa: A002 - that is what it is
        """Return the child with an id, if it lives in the world now.

        Raises
        ------
        LookupError
            If no child of today has it.
        """
        if not CHILD_ID.fullmatch(id):
            raise LookupError(f"{id!r} is no id of a child: those have sixteen hexadecimal digits")
        wanted = np.uint64(int(id, HEXADECIMAL))
        for first in range(0, len(self.state.birth), SLOTS_AT_ONCE):
            part = slice(first, first + SLOTS_AT_ONCE)
            slots = first + np.flatnonzero(self.state.traits[part] & CHILD_PRESENT)
            births = self.month - (self.month - self.state.birth[slots].astype(np.int64)) % MONTH_BITS
            found = np.flatnonzero(self.child_keys(slots, births) == wanted)
            if len(found):
                return Child(self, slots[found[0]], births[found[0]])
        raise LookupError(f"no child {id} lives here in month {self.month} with seed {self.scenario.seed}")

    def child_keys(self, slots: np.ndarray, births: np.ndarray) -> np.ndarray:
        """Return the keys of children, one per place and birth: ``model.needs.key_of_child`` for arrays."""
        villages = self.state.villages
        v = np.searchsorted(villages["first_slot"], slots, side="right") - 1
        ordinals = ((slots - villages["first_slot"][v]) << BIRTH_BITS) + births + BIRTH_SHIFT
        return unseeded_keys(villages["key"][v], ordinals)

    @functools.cached_property
    def spread_graph(self) -> Network:
        """Counties in a :class:`mesa.discrete_space.Network`: an edge leads to a county that one looks at.

        Cells stand at the longitude and latitude of the county seats and hold the County. The networkx graph
        is ``spread_graph.G``; its nodes are rows of counties and carry ``code``, ``name``, ``position`` and
        ``county``.
        """
        graph = county_network(self.world.table, self.spread.indptr, self.spread.indices)
        at = {row: place for row, place in graph.nodes(data="position") if np.isfinite(place).all()}
        network = Network(graph, layout=at, random=self.random)
        for row in graph:
            graph.nodes[row]["county"] = county = self.roster.county(row)
            network[row].add_agent(county)
        return network


class AgentsByType(dict):
    """Mesa's dictionary of sets of agents, with a hint where a set is missing."""

    def __init__(self, sets: Mapping[type, AgentSet], n_villages: int) -> None:
        super().__init__(sets)
        self.n_villages = n_villages

    def __missing__(self, kind: object) -> NoReturn:
        name = getattr(kind, "__name__", kind)
        if not (isinstance(kind, type) and issubclass(kind, Registered)):
            raise NotOpenError(
                f"the model keeps no set of {name}: households and children are read from villages"
            )
        raise NotOpenError(
            f"no {name} is open: in a world of {self.n_villages:,} villages they are opened on demand, for "
            f'example by model.open({name}, post="active")'
        )


class NotOpenError(KeyError):
    """No agents of this type are open."""

    def __str__(self) -> str:
        return str(self.args[0])
