"""Several neighbours in one instruction: what counts, dates and needs of a child have side by side.

A loop over the groups of a child, the needs of a child or the dates of its neighbours asks the processor to
guess, again and again, whether there is one more or whether this is one; a guess that fails costs as much as
twenty additions. Here there is nothing to guess. What is found comes back as the bits of a word.

Uncompiled, the same is done one by one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from columns.bits import WORD
from columns.compiling import prepare_cache

prepare_cache()

from llvmlite import ir  # noqa: E402 - numba must be imported after the cache folder is set
from numba import config, types  # noqa: E402
from numba.core import cgutils  # noqa: E402
from numba.extending import intrinsic  # noqa: E402

LANES = 16
"""Numbers that are added to at once."""
RECORDS = 8
"""Records of eight bytes that are looked at at once."""
MOST_STATES = 16
MOST_IN_ROW = 32
"""Needs of a child, at most (``columns.words.MAX_SERVICES``)."""

INT1, INT8, INT16, INT32, INT64 = (ir.IntType(bits) for bits in (1, 8, 16, 32, 64))
ALIGNED_BY_BYTE, ALIGNED_BY_WORD, ALIGNED_BY_COUNT = 1, 2, 4


def _operands(
    context: Any, builder: Any, signature: Any, arguments: Any, vector: Any, number: Any
) -> tuple[Any, Any]:
    """Return where neighbours begin, as the address of a vector, and the last argument in all its lanes.

    The first argument is their array and the second their place in it, in a row its beginning; as ``number``
    the last one is cast.
    """
    (kind, of_place, *_, of_value), (array, place, *_, value) = signature.args, arguments
    beginning = [context.cast(builder, place, of_place, types.intp)]
    beginning += [context.get_constant(types.intp, 0)] * (kind.ndim - 1)
    neighbours = context.make_array(kind)(context, builder, array)
    element = cgutils.get_item_pointer(context, builder, kind, neighbours, beginning, wraparound=False)
    lane = builder.insert_element(
        ir.Constant(vector, ir.Undefined), context.cast(builder, value, of_value, number), INT32(0)
    )
    lanes = builder.shuffle_vector(lane, lane, ir.VectorType(INT32, vector.count)([0] * vector.count))
    return builder.bitcast(element, vector.as_pointer()), lanes


def _add(typing_context: Any, numbers: Any, first: Any, bits: Any, amount: Any) -> Any:
    """Add to `LANES` neighbours under a mask."""
    del typing_context  # numba wants the name

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(INT32, LANES)
        pointer, by = _operands(context, builder, signature, arguments, vector, types.int32)
        word = context.cast(builder, arguments[2], signature.args[2], types.uint16)
        mask = builder.bitcast(word, ir.VectorType(INT1, LANES))
        added = builder.select(mask, by, vector([0] * LANES))
        before = builder.load(pointer, align=ALIGNED_BY_COUNT)
        builder.store(builder.add(before, added), pointer, align=ALIGNED_BY_COUNT)
        return context.get_dummy_value()

    return types.void(numbers, first, bits, amount), generate


def _add_plainly(numbers: np.ndarray, first: int, bits: int, amount: int) -> None:
    for lane in range(LANES):
        if (int(bits) >> lane) & 1:
            numbers[first + lane] += amount


def _compare(typing_context: Any, numbers: Any, first: Any, value: Any) -> Any:
    """Compare `WORD` bytes with one."""
    del typing_context  # numba wants the name

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(INT8, WORD)
        pointer, wanted = _operands(context, builder, signature, arguments, vector, types.uint8)
        found = builder.load(pointer, align=ALIGNED_BY_BYTE)
        return builder.bitcast(builder.icmp_unsigned("==", found, wanted), INT64)

    return types.uint64(numbers, first, value), generate


def _compare_plainly(numbers: np.ndarray, first: int, value: int) -> np.uint64:
    return np.uint64(sum(1 << lane for lane in range(WORD) if numbers[first + lane] == value))


def _test(typing_context: Any, records: Any, first: Any, bits: Any) -> Any:
    """Test bits of `RECORDS` neighbours, each as long as a word."""
    del typing_context  # numba wants the name

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(INT64, RECORDS)
        pointer, wanted = _operands(context, builder, signature, arguments, vector, types.uint64)
        found = builder.load(pointer, align=ALIGNED_BY_BYTE)
        set_ = builder.icmp_unsigned("!=", builder.and_(found, wanted), vector([0] * RECORDS))
        return builder.zext(builder.bitcast(set_, INT8), INT64)

    if records.dtype.size * 8 != INT64.width:
        raise TypeError("records of eight bytes are looked at")
    return types.int64(records, first, bits), generate


def _test_plainly(records: np.ndarray, first: int, bits: int) -> int:
    words = np.asarray(records[first : first + RECORDS]).view(np.uint64)
    return sum(1 << lane for lane, word in enumerate(words) if int(word) & int(bits))


def _look_up(typing_context: Any, words: Any, row: Any, states: Any) -> Any:
    """Look up the state in the lowest bits of every word of a row; lanes beyond the row are not read."""
    del typing_context  # numba wants the name

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(INT16, MOST_IN_ROW)
        pointer, wanted = _operands(context, builder, signature, arguments, vector, types.uint16)
        rows = context.make_array(signature.args[0])(context, builder, arguments[0])
        _, n_words = cgutils.unpack_tuple(builder, rows.shape)
        in_row = builder.trunc(builder.sub(builder.shl(INT64(1), n_words), INT64(1)), INT32)
        mask = builder.bitcast(in_row, ir.VectorType(INT1, MOST_IN_ROW))
        kind = ir.FunctionType(vector, [pointer.type, INT32, mask.type, vector])
        load = cgutils.get_or_insert_function(builder.module, kind, f"llvm.masked.load.v{MOST_IN_ROW}i16.p0")
        nothing = vector([0] * MOST_IN_ROW)
        found = builder.call(load, [pointer, INT32(ALIGNED_BY_WORD), mask, nothing])
        state = builder.and_(found, vector([MOST_STATES - 1] * MOST_IN_ROW))
        among = builder.and_(builder.lshr(wanted, state), vector([1] * MOST_IN_ROW))
        bits = builder.bitcast(builder.icmp_unsigned("!=", among, nothing), INT32)
        return builder.zext(builder.and_(bits, in_row), INT64)

    return types.int64(words, row, states), generate


def _look_up_plainly(words: np.ndarray, row: int, states: int) -> int:
    return sum(
        1 << lane for lane, word in enumerate(words[row]) if (int(states) >> (int(word) % MOST_STATES)) & 1
    )


def _either(plainly: Callable[..., Any], compiled: Callable[..., Any]) -> Callable[..., Any]:
    return plainly if config.DISABLE_JIT else intrinsic(compiled)  # type: ignore[attr-defined]


add_at_bits = _either(_add_plainly, _add)
"""``add_at_bits(numbers, first, bits, amount)``: add to those of the `LANES` int32 from ``first`` on whose
bit is set; all of them must lie within the array."""
where_equal = _either(_compare_plainly, _compare)
"""``where_equal(numbers, first, value)``: which of the 64 bytes from ``first`` on have a value."""
where_state = _either(_look_up_plainly, _look_up)
"""``where_state(needs, slot, states)``: which needs of a child are in one of some states, given as bits."""
where_flag = _either(_test_plainly, _test)
"""``where_flag(records, first, bits)``: which of the `RECORDS` records from ``first`` on have one of the
bits set; a record counts as one number of 64 bits."""
