"""Which run is which: the same id for the same inputs, whoever computes it, wherever and when.

An id is a hash of everything that decides what is kept of a run: the engine's source, the code that turns a
finished run into outcomes, the data of places, the world, the strategy, all numbers and the seed. The commit
is not part of it: editing a page of documentation must not invalidate days of computing.
"""

import functools
import hashlib
from collections.abc import Mapping
from typing import Any

from columns.state_hash import hash_arrays
from model.declarations import Value
from model.parameters import HASH_BYTES, default_parameters
from model.scenario import given_hash
from model.services import default_services
from model.source_hash import data_hash, engine_hash, source_hash
from model.strategy import Strategy
from model.strategy_file import background_events

KEEPER, KEEPER_PACKAGES = ("results.kept",), ("results",)
"""The module that says what is kept of a run, and the package whose modules behind it count."""
SEED_BYTES = 8
SEED_BITS = 63
"""Of seeds that are hashed: they fit into a signed integer of a table."""


def run_id(
    study_hash: str, strategy: Strategy, settings: Mapping[str, Value], drawn: Mapping[str, Value], seed: int
) -> str:
    """Return the id of a run, 32 hexadecimal digits.

    Parameters
    ----------
    study_hash
        Of all that the runs of a study have in common; see :func:`study_hash`.
    strategy, settings
        What is decided: a strategy and the levers set besides.
    drawn
        The uncertain numbers of the run's draw.
    """
    parts = (study_hash, strategy.content_hash, sorted({**drawn, **settings}.items()), seed)
    return hashlib.blake2b(repr(parts).encode(), digest_size=HASH_BYTES).hexdigest()


def study_hash(world: Any, until: int, parameters: Mapping[str, Value]) -> str:
    """Return a hash of what all runs of a study share: engine, data, world, last month, numbers held."""
    parts = (
        source_hashes(),
        world_hash(world),
        until,
        sorted(parameters.items()),
        default_parameters().content_hash,
        default_services().content_hash,
        repr(background_events()),
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=HASH_BYTES).hexdigest()


@functools.cache
def source_hashes() -> tuple[str, str, str]:
    """Return the hashes of the engine, of what is kept of a run, and of the data of places."""
    return engine_hash(), source_hash(KEEPER, KEEPER_PACKAGES), data_hash()


def same_of(kind: str, study: Any, **decided: Any) -> dict[str, Any]:
    """Return what must be the same for runs to be gone on with, for ``experiment.json``.

    Parameters
    ----------
    kind
        Of experiment.
    study
        Its study; world and numbers held are taken from it.
    decided
        What else decides the runs; ``outcomes``, a hash of what makes outcomes of a run, where that is not
        the usual code.
    """
    engine, kept, data = source_hashes()
    held = {"kind": kind, "world": study.world_name, "parameters": dict(study.parameters)}
    return {**held, "engine": engine, "outcomes": kept, "data": data, **decided}


def world_hash(world: Any) -> str:
    """Return the name of a world of the house, or the hash of one that was built from other places."""
    known = given_hash(world)
    if known or isinstance(world, str):
        return known or str(world)
    names = ("counties", "townships", "villages", "sectors", "village_ordinal", "village_size")
    return hash_arrays({name: getattr(world, name) for name in names})


def seed_of(draw: int, replication: int) -> int:
    """Return the seed of a replication of a draw: no two of them share their chance."""
    digest = hashlib.blake2b(f"{draw}/{replication}".encode(), digest_size=SEED_BYTES).digest()
    return int.from_bytes(digest) >> (SEED_BYTES * 8 - SEED_BITS)
