"""Sorting two arrays together in place: what the compiled month may not do with NumPy, which allocates."""

from columns.compiling import part


@part
def sort_by_key(keys, items, n):
    """Sort the first ``n`` items by their uint64 keys, ascending, in place (heapsort: allocates nothing).

    Keys are hashes, so equal ones do not happen in practice; their order would still be the same on every
    machine, as nothing here depends on addresses.
    """
    for start in range(n // 2 - 1, -1, -1):
        sift_down(keys, items, start, n)
    for end in range(n - 1, 0, -1):
        keys[0], keys[end] = keys[end], keys[0]
        items[0], items[end] = items[end], items[0]
        sift_down(keys, items, 0, end)


@part
def sift_down(keys, items, start, end):
    """Let the pair at ``start`` sink to its place in the heap that ends before ``end``."""
    root = start
    child = 2 * root + 1
    while child < end:
        if child + 1 < end and keys[child] < keys[child + 1]:
            child += 1
        if keys[root] >= keys[child]:
            break
        keys[root], keys[child] = keys[child], keys[root]
        items[root], items[child] = items[child], items[root]
        root = child
        child = 2 * root + 1
