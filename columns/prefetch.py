"""Ask the processor for memory that will be needed soon: the monthly passes jump through rows of children.

A pass over a county's open spells knows its next entries but waits some 30 nanoseconds for each row. Asking a
few entries ahead hides most of that. It changes no result; uncompiled it does nothing.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from columns.compiling import inlined, prepare_cache

prepare_cache()

from llvmlite import ir  # noqa: E402 - numba must be imported after the cache folder is set
from numba import config, types  # noqa: E402
from numba.core import cgutils  # noqa: E402
from numba.extending import intrinsic  # noqa: E402

AHEAD = 12
"""Entries ahead of the one at work."""
NEXT = 6
"""Entries ahead of it whose own rows have come, so that what they point to can be asked for."""

LINE = 64
"""Bytes that the processor brings together."""

READ, KEEP, DATA = 0, 3, 1


def _ask(typing_context: Any, array: Any, index: Any, passed: Any) -> Any:
    """Prefetch what stands some bytes after the beginning of an element of an array, or of a row."""
    del typing_context, passed  # numba wants the names
    within = isinstance(index, types.BaseTuple)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type = signature.args[0]
        view = context.make_array(array_type)(context, builder, arguments[0])
        zero = context.get_constant(types.intp, 0)
        given = cgutils.unpack_tuple(builder, arguments[1]) if within else [arguments[1]]
        place = given + [zero] * (array_type.ndim - len(given))
        pointer = cgutils.get_item_pointer(context, builder, array_type, view, place, wraparound=False)
        byte_pointer = builder.gep(builder.bitcast(pointer, ir.IntType(8).as_pointer()), [arguments[2]])
        int32 = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte_pointer.type, int32, int32, int32])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [byte_pointer, int32(READ), int32(KEEP), int32(DATA)])
        return context.get_dummy_value()

    place = types.UniTuple(types.intp, len(index)) if within else types.intp
    return types.void(array, place, types.intp), generate


def _do_nothing(array: np.ndarray, index: int | tuple[int, ...], passed: int) -> None:
    """Uncompiled, memory is not asked for."""


ask: Callable[..., None] = _do_nothing if config.DISABLE_JIT else intrinsic(_ask)  # type: ignore[attr-defined]


@inlined
def prefetch(array, index):
    """Bring an element of an array or the beginning of a row closer; it must lie within the array."""
    ask(array, index, 0)


@inlined
def prefetch_range(array, first, last):
    """Bring elements or rows of an array closer, from the first up to the last (exclusive)."""
    for passed in range(0, (last - first) * array.strides[0], LINE):
        ask(array, first, passed)
