"""Draws for whole columns that belong to geography: the same in every run, whatever the seed.

Sizes, poverty or remoteness of a village are data that nobody has published, so they are invented once,
keyed by county code and village ordinal under ``root_key(0)``, and never change. The functions here are the
column versions of :mod:`columns.draws`, in NumPy, since one expression over a column needs no compilation of
its own.
"""

import numpy as np
from scipy.special import ndtri

from columns.draws import GOLDEN, HALF, INDEX_BITS, MONTH_ZERO, TWO_TO_MINUS_32, mix, root_key
from columns.streams import stream

CLIP_SCORE = 4.0
"""Standard scores beyond this are cut: one village in 30,000 would be absurd otherwise."""


def unseeded_keys(parents: np.ndarray, ordinals: np.ndarray) -> np.ndarray:
    """Keys of parts of places: :func:`columns.draws.child_key` for arrays.

    Parameters
    ----------
    parents : array of uint64
        Keys of the wholes; see :func:`unseeded_root`.
    ordinals : array of int
        Number of the part within its whole, or the county code within the country.
    """
    steps = np.asarray(ordinals).astype(np.uint64) + np.uint64(1)
    return _mix(np.asarray(parents, dtype=np.uint64) + GOLDEN * steps)


def unseeded_root() -> np.ndarray:
    """Key of the country for draws that no seed may change, as an array of one element."""
    return np.atleast_1d(root_key(0))


def uniforms(keys: np.ndarray, name: str) -> np.ndarray:
    """One number in [0, 1) per key: what :func:`columns.draws.draw` gives for month 0 and index 0."""
    tick = np.atleast_1d((np.uint64(MONTH_ZERO) << INDEX_BITS) + np.uint64(1))  # arrays wrap around silently
    bits = _mix(_mix(np.asarray(keys, dtype=np.uint64) ^ stream(name)) + GOLDEN * tick)
    return (bits >> HALF).astype(np.float64) * TWO_TO_MINUS_32


def scores(keys: np.ndarray, name: str) -> np.ndarray:
    """One standard normal score per key for the stream ``name``, cut at ±4."""
    half_step = TWO_TO_MINUS_32 / 2  # keeps 0 out
    return np.clip(ndtri(uniforms(keys, name) + half_step), -CLIP_SCORE, CLIP_SCORE)


def _mix(words: np.ndarray) -> np.ndarray:
    """:func:`columns.draws.mix` for arrays, without compiling it for them."""
    return getattr(mix, "py_func", mix)(words)
