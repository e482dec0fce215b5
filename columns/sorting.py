"""Sorting in compiled code, which NumPy's would not do without memory and without a second of compilation."""

import numpy as np

from columns.compiling import part

ROOM = 3
"""Arrays that are sorted have room for so many times what is sorted, and one more."""


@part
def sort_by_key(keys, items, n):
    """Sort the first ``n`` items by their uint64 keys, ascending; equal keys keep their order.

    Keys spread about evenly: hashes, or places of children. So each pair is put into one of about ``n``
    buckets by its leading bits and then next to the few of its own. The buckets and their sizes stand
    behind the items; nothing is allocated.
    """
    if n < 2:
        return
    low, high = keys[0], keys[0]
    for i in range(1, n):
        low, high = min(low, keys[i]), max(high, keys[i])
    shift = np.uint64(0)
    while (high - low) >> shift >= np.uint64(n):
        shift += np.uint64(1)
    sizes = 2 * n + 1  # where the number of pairs before each bucket is kept
    items[sizes - 1 : sizes + n] = 0
    for i in range(n):
        items[sizes + np.int64((keys[i] - low) >> shift)] += 1
    for bucket in range(n):
        items[sizes + bucket] += items[sizes + bucket - 1]
    for i in range(n):
        bucket = sizes - 1 + np.int64((keys[i] - low) >> shift)
        target = n + np.int64(items[bucket])
        items[bucket] += 1
        keys[target], items[target] = keys[i], items[i]
    for i in range(n):
        key, item, place = keys[n + i], items[n + i], i
        while place > 0 and keys[place - 1] > key:
            keys[place], items[place] = keys[place - 1], items[place - 1]
            place -= 1
        keys[place], items[place] = key, item


@part
def rank_by(keys, ties, ranked):
    """Fill ``ranked`` with positions in ascending order of keys; equal ones by tie, then as they stand.

    A heap sort: keys may be of any kind and spread in any way.
    """
    n = len(ranked)
    for i in range(n):
        ranked[i] = i
    for top in range(n // 2 - 1, -1, -1):
        sink(keys, ties, ranked, top, n)
    for end in range(n - 1, 0, -1):
        ranked[0], ranked[end] = ranked[end], ranked[0]
        sink(keys, ties, ranked, 0, end)


@part
def sink(keys, ties, ranked, place, end):
    """Let a position sink in the heap before ``end`` until none below it comes later."""
    row = ranked[place]
    while 2 * place + 1 < end:
        below = 2 * place + 1
        if below + 1 < end and comes_before(keys, ties, ranked[below], ranked[below + 1]):
            below += 1
        if not comes_before(keys, ties, row, ranked[below]):
            break
        ranked[place] = ranked[below]
        place = below
    ranked[place] = row


@part
def comes_before(keys, ties, a, b):
    """True if one position comes before another."""
    if keys[a] != keys[b]:
        return keys[a] < keys[b]
    return ties[a] < ties[b] or (ties[a] == ties[b] and a < b)
