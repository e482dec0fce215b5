"""How much the application takes on: sizes, times and numbers, each of them an option of ``run.py app``."""

from dataclasses import dataclass

from results.recording import FOLLOWED_VILLAGES


@dataclass(frozen=True)
class Limits:
    """What one server allows.

    Attributes
    ----------
    children : int
        Most children that a world with children may have; larger worlds run without them.
    followed_villages : int
        Up to so many villages every change of state is kept, so that needs are shown village by village and
        children can be followed.
    running, waiting : int
        Runs computed at a time, and those that may wait for their turn.
    kept : int
        Finished runs that can be looked at again without computing.
    seconds : float
        A run that takes longer is stopped.
    abandoned_seconds : float
        A run that nobody watches for so long is stopped.
    body_bytes : int
        Largest request.
    replications : int
        Most pairs of runs in a comparison.
    """

    children: int = 3_000_000
    followed_villages: int = FOLLOWED_VILLAGES
    running: int = 2
    waiting: int = 40
    kept: int = 6
    seconds: float = 600.0
    abandoned_seconds: float = 20.0
    body_bytes: int = 65_536
    replications: int = 40
