"""Keyed random draws: every draw is a pure function of (entity key, stream, month, index).

A key is a well mixed 64-bit number that already contains the seed (see ``root_key``), so results do not
depend on threads, processes or the order in which entities are visited, and two strategies run with the
same seed share every draw that concerns the same entity, decision and month (common random numbers).

The mixing function is the finaliser of splitmix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom
number generators"), applied twice per draw. Only uint64 arithmetic is used, with explicit casts: numba and
NumPy promote ``uint64 + int64`` differently.

Whether results hang on this generator can be tried: a process started with ``BAREFOOT_DRAWS=philox`` takes
its draws from :mod:`columns.philox` instead. The choice is made at import and is part of the key of compiled
code, so it costs nothing where it is not made.
"""

import os
from typing import Any

import numpy as np

from columns.compiling import DRAWS_VARIABLE, kernel
from columns.numbers import Truth, Whole
from columns.philox import encrypt

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_A = np.uint64(0xBF58476D1CE4E5B9)
MIX_B = np.uint64(0x94D049BB133111EB)
SHIFT_A, SHIFT_B, SHIFT_C = np.uint64(30), np.uint64(27), np.uint64(31)
HALF = np.uint64(32)
INDEX_BITS = np.uint64(20)
MONTH_ZERO = 256  # months before the start, down to -256, have ticks of their own
TWO_TO_32 = 4294967296.0
TWO_TO_MINUS_32 = 2.0**-32
SPLITMIX, PHILOX = GENERATORS = ("splitmix", "philox")
GENERATOR = os.environ.get(DRAWS_VARIABLE) or SPLITMIX
"""The generator of this process."""
if GENERATOR not in GENERATORS:
    raise ValueError(f"{DRAWS_VARIABLE} is {GENERATOR!r}; it may be one of {', '.join(GENERATORS)}")


@kernel
def mix(word: Any) -> Any:
    """Return the splitmix64 finaliser of a uint64: a bijection, each input bit moves every output bit."""
    word = (word ^ (word >> SHIFT_A)) * MIX_A
    word = (word ^ (word >> SHIFT_B)) * MIX_B
    return word ^ (word >> SHIFT_C)


@kernel
def child_key(parent: np.uint64, ordinal: Whole) -> np.uint64:
    """Key of the ``ordinal``-th part of an entity (a village of a county, a household of a village, …)."""
    return mix(parent + GOLDEN * (np.uint64(ordinal) + np.uint64(1)))


@kernel
def tick_of(month: Whole, index: Whole) -> np.uint64:
    """Number of a draw among all those of one key and stream."""
    return (np.uint64(month + MONTH_ZERO) << INDEX_BITS) + np.uint64(index) + np.uint64(1)


@kernel
def hashed_draw(key: np.uint64, stream: np.uint64, month: Whole, index: Whole) -> np.uint64:
    """Return 64 random bits for one decision.

    Parameters
    ----------
    key : uint64
        Key of the entity that decides or is decided upon.
    stream : uint64
        Stream constant from :mod:`columns.streams`.
    month, index : int
        Month of the decision and the number of the draw within it (service, attempt, …), index < 2**20.
    """
    return mix(mix(key ^ stream) + GOLDEN * tick_of(month, index))


@kernel
def philox_draw(key: np.uint64, stream: np.uint64, month: Whole, index: Whole) -> np.uint64:
    """Return 64 other random bits for the same decision."""
    return encrypt(tick_of(month, index), stream, key)


draw = philox_draw if GENERATOR == PHILOX else hashed_draw


@kernel
def happens(bits: np.uint64, probability: float) -> Truth:
    """True with the given probability: compares the top 32 bits with floor(probability * 2**32)."""
    return (bits >> HALF) < np.uint64(probability * TWO_TO_32)


@kernel
def uniform(bits: np.uint64) -> float:
    """Map 64 random bits to a float in [0, 1) with 32 bits of resolution."""
    return np.float64(bits >> HALF) * TWO_TO_MINUS_32


def root_key(seed: int) -> np.uint64:
    """Key of a whole run: hash of the user's seed, so that neighbouring seeds give unrelated runs.

    Parameters
    ----------
    seed : int
        Any non-negative integer below 2**64.
    """
    with np.errstate(over="ignore"):
        mixed = np.uint64(
            mix(np.uint64(seed) ^ GOLDEN)
        )  # compiled code hands back a Python int: cast at once
        return np.uint64(child_key(mixed, 0))
