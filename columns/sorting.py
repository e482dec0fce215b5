"""Sorting two arrays together: what the compiled month may not do with NumPy, which allocates."""

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
