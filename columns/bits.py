"""Bits of a word that the processor finds or counts in one instruction."""

from collections.abc import Callable
from typing import Any

from columns.compiling import inlined, prepare_cache

prepare_cache()

import numpy as np  # noqa: E402
from llvmlite import ir  # noqa: E402 - numba must be imported after the cache folder is set
from numba import config, types  # noqa: E402
from numba.extending import intrinsic  # noqa: E402

WORD = 64
"""Bits of a word."""


def _count(typing_context: Any, word: Any) -> Any:
    """Count the zeros below the lowest set bit of a 64-bit integer."""
    del typing_context  # numba wants the name

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word_of_64 = context.cast(builder, arguments[0], signature.args[0], types.int64)
        return builder.cttz(word_of_64, ir.Constant(ir.IntType(1), 0))

    return types.int64(word), generate


def _count_plainly(word: int) -> int:
    """Do the same where nothing is compiled."""
    return (int(word) & -int(word)).bit_length() - 1 if word else WORD


lowest_bit: Callable[..., int] = (
    _count_plainly if config.DISABLE_JIT else intrinsic(_count)  # type: ignore[attr-defined]
)
"""``lowest_bit(word)``: position of the lowest set bit of a word, 64 where none is set."""


def _count_set(typing_context: Any, _word: Any) -> Any:
    """Count the bits that are set."""
    del typing_context  # numba wants the name

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


def _count_set_plainly(word: int) -> int:
    """Do the same where nothing is compiled."""
    return int(word).bit_count()


n_bits: Callable[..., int] = (
    _count_set_plainly if config.DISABLE_JIT else intrinsic(_count_set)  # type: ignore[attr-defined]
)
"""``n_bits(word)``: how many bits of a uint64 are set."""

AT_ONCE = 8
"""Positions listed without asking whether there are so many."""


@inlined
def list_bits(bits, first, listed, n):
    """List ``first`` + the position of every set bit, after the ``n`` listed before; return their number.

    Nobody can guess how many there are, so they are written by eights: ``listed`` has room for as many more.
    """
    at, n = n, n + n_bits(bits)
    while bits:
        for i in range(AT_ONCE):
            listed[at + i] = first + lowest_bit(bits)
            bits &= bits - np.uint64(bits != 0)
        at += AT_ONCE
    return n
