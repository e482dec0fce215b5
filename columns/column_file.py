"""Named arrays in one file: each as ``numpy.save`` writes it, one after another, with its place and its hash.

A file holds no Python objects, so reading one never runs code. Arrays are read straight into the memory where
they belong, because a second copy of a country would not fit. Compare the hashes before reading.
"""

import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy

DIGEST_BYTES = 16
CHUNK_BYTES = 1 << 22


class Place(NamedTuple):
    """Where a column lies in its file."""

    name: str
    start: int
    n_bytes: int  # header included
    hash: str  # hexadecimal, of these bytes


def write_columns(path: Path, named: Mapping[str, np.ndarray]) -> list[Place]:
    """Write arrays to a new file, make sure that it is on the disk, and return where they lie."""
    places = []
    with path.open("wb") as file:
        for name, array in named.items():
            start, digest = file.tell(), hashlib.blake2b(digest_size=DIGEST_BYTES)
            plain = np.ascontiguousarray(array)
            for part in (_header(plain), _bytes_of(plain)):
                file.write(part)
                digest.update(part)
            places.append(Place(name, start, file.tell() - start, digest.hexdigest()))
        file.flush()
        os.fsync(file.fileno())
    return places


def damaged_column(path: Path, places: Sequence[Place]) -> str:
    """Return the name of the first column that is not as it was written, or an empty text.

    Raises
    ------
    OSError
        If the file is not there or cannot be read.
    """
    with path.open("rb") as file:
        for place in places:
            if _digest(file, place) != place.hash:
                return place.name
    return ""


def read_columns(
    path: Path, places: Sequence[Place], into: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Read all arrays of a file that was found undamaged.

    Parameters
    ----------
    path : Path
    places : sequence of Place
    into : mapping of str to ndarray
        Contiguous arrays to fill. A column without one gets an array of its own.

    Raises
    ------
    ValueError
        If a column has another shape or type than the array it is for, or holds Python objects.
    """
    found = {}
    with path.open("rb") as file:
        for place in places:
            file.seek(place.start)
            shape, dtype = _read_header(file)
            if dtype.hasobject:
                raise ValueError(f"{place.name} in {path} holds Python objects, which are never read")
            target = into[place.name] if place.name in into else np.empty(shape, dtype=dtype)
            if target.shape != shape or target.dtype != dtype:
                raise ValueError(
                    f"{place.name} is {dtype} of shape {shape} in {path}, and {target.dtype} of shape "
                    f"{target.shape} in memory"
                )
            memory = _bytes_of(target)
            if file.readinto(memory) != len(memory):
                raise ValueError(f"{path} ends within {place.name}")
            found[place.name] = target
    return found


def _header(array: np.ndarray) -> bytes:
    header = io.BytesIO()
    npy.write_array_header_1_0(header, npy.header_data_from_array_1_0(array.view(np.ndarray)))
    return header.getvalue()


def _read_header(file: BinaryIO) -> tuple[tuple[int, ...], np.dtype]:
    npy.read_magic(file)
    shape, _, dtype = npy.read_array_header_1_0(file)
    return shape, dtype


def _bytes_of(array: np.ndarray) -> memoryview:
    """Return the memory of a contiguous array, padding of records included."""
    return array.reshape(-1).view(np.uint8).data if array.size else memoryview(bytearray())


def _digest(file: BinaryIO, place: Place) -> str:
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    file.seek(place.start)
    left = place.n_bytes
    while left and (chunk := file.read(min(left, CHUNK_BYTES))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()
