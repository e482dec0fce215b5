"""Walking through the set bits of a word: the processor finds the lowest one in one instruction.

A child belongs to few of the groups that are counted; a loop over all of them costs more than the counting.
"""

from collections.abc import Callable
from typing import Any

from columns.compiling import prepare_cache

prepare_cache()

from llvmlite import ir  # noqa: E402 - numba must be imported after the cache folder is set
from numba import config, types  # noqa: E402
from numba.extending import intrinsic  # noqa: E402


def _count(typing_context: Any, word: Any) -> Any:
    """Count the zeros below the lowest set bit of a 64-bit integer; the word must not be zero."""
    del typing_context  # numba wants the name

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word_of_64 = context.cast(builder, arguments[0], signature.args[0], types.int64)
        return builder.cttz(word_of_64, ir.Constant(ir.IntType(1), 1))

    return types.int64(word), generate


def _count_plainly(word: int) -> int:
    """Do the same where nothing is compiled."""
    return (int(word) & -int(word)).bit_length() - 1


lowest_bit: Callable[..., int] = (
    _count_plainly if config.DISABLE_JIT else intrinsic(_count)  # type: ignore[attr-defined]
)
"""``lowest_bit(word)``: position of the lowest set bit of a word that is not zero."""
