"""Encoded phrases, kept by a hash of their text: encoding all of them takes longer than a start.

The vectors of the shipped phrases travel with the program (`vectors.npz`). What staff add is
encoded at the next start and kept in the user's cache folder. A cache can always be thrown away:
what is not found is encoded again.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoder import Encoder, Vectors

SHIPPED = Path(__file__).with_name("vectors.npz")
_SCALE = 400  # one byte a dimension: the largest value in use is about 0.3
_FEW = 200  # so many phrases are encoded at every start rather than written to disk

_Hashes = NDArray[np.uint64]


def vectors_of(texts: Sequence[str], encoder: Encoder, cache: Path | None) -> Vectors:
    """A vector for each text: from what is shipped, from the cache, or encoded now."""
    keys = _hashes(texts, encoder.name)
    found = np.zeros((len(texts), encoder.encode([""]).shape[1]), dtype=np.float32)
    missing = np.ones(len(texts), dtype=bool)
    for path in (SHIPPED, _file(cache)):
        if path is not None and missing.any():
            _fill(found, missing, keys, *_read(path, found.shape[1]))
    if missing.any():
        places = np.flatnonzero(missing).tolist()
        # Through the same rounding as stored ones: the same phrases give the same answers always.
        found[places] = _unpack(_pack(encoder.encode([texts[i] for i in places])))
        if len(places) > _FEW and cache is not None:
            _keep(_file(cache), keys, found)
    return found


def write(path: Path, texts: Sequence[str], encoder: Encoder) -> None:
    """Encode all texts and store them at this path."""
    _save(path, _hashes(texts, encoder.name), _pack(encoder.encode(texts)))


def covers(path: Path, texts: Sequence[str], encoder: Encoder) -> int:
    """How many of the texts are not stored at this path."""
    keys, _ = _read(path, encoder.encode([""]).shape[1])
    return int((~np.isin(_hashes(texts, encoder.name), keys)).sum())


def default_cache(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's cache folder (XDG), made when it is first needed."""
    base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "wegwijs"


def _file(cache: Path | None) -> Path | None:
    return cache / "phrases.npz" if cache is not None else None


def _hashes(texts: Sequence[str], name: str) -> _Hashes:
    salt = name.encode()
    digests = b"".join(
        blake2b(salt + b"\0" + text.encode("utf-8", "replace"), digest_size=8).digest()
        for text in texts
    )
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _pack(vectors: Vectors) -> NDArray[np.int8]:
    return np.clip(np.round(vectors * _SCALE), -127, 127).astype(np.int8)


def _unpack(packed: NDArray[np.int8]) -> Vectors:
    return packed.astype(np.float32) / np.float32(_SCALE)


def _read(path: Path, width: int) -> tuple[_Hashes, NDArray[np.int8]]:
    """What is stored, or nothing where the file is absent, damaged or of another shape."""
    nothing = np.zeros(0, dtype=np.uint64), np.zeros((0, width), dtype=np.int8)
    try:
        with np.load(path, allow_pickle=False) as stored:
            keys, packed = stored["keys"], stored["vectors"]
        if packed.dtype == np.int8 and packed.shape == (len(keys), width):
            return keys.astype(np.uint64), packed
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return nothing
    return nothing


def _fill(
    found: Vectors,
    missing: NDArray[np.bool_],
    keys: _Hashes,
    stored_keys: _Hashes,
    packed: NDArray[np.int8],
) -> None:
    if not len(stored_keys):
        return
    order = np.argsort(stored_keys)
    places = np.minimum(np.searchsorted(stored_keys[order], keys), len(order) - 1)
    here = missing & (stored_keys[order][places] == keys)
    found[here] = _unpack(packed[order[places[here]]])
    missing[here] = False


def _keep(path: Path | None, keys: _Hashes, found: Vectors) -> None:
    """Write aside and move into place: of two processes at once the last one wins, whole."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _save(path, keys, _pack(found))
    except OSError:
        return  # no room or no right to write: the next start encodes again


def _save(path: Path, keys: _Hashes, packed: NDArray[np.int8]) -> None:
    handle, aside = tempfile.mkstemp(dir=path.parent, suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, keys=keys, vectors=packed)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
