"""The careful network of the second vote: how it reads, and that it can be asked anything."""

from __future__ import annotations

import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.network import stored
from bot.safety.transformer import SPACE, WEIGHTS, Pieces, Transformer
from bot.understanding.normalise import fold


@pytest.fixture(scope="module")
def network() -> Transformer:
    return Transformer()


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces.stored(stored(WEIGHTS)[0])


@pytest.mark.parametrize(
    "text",
    [
        "ik wil er niet meer zijn",
        "my flatmate does not wake up and his lips are blue",
        "ze durft niet naar huis, haar vader heeft haar paspoort",
        "qwzxjk",
        string.ascii_lowercase + string.digits + string.punctuation.replace("\\", ""),
    ],
)
def test_the_pieces_of_a_text_are_the_text(text: str, pieces: Pieces) -> None:
    folded = fold(text)
    assert "".join(pieces.pieces[at] for at in pieces.of(folded)) == SPACE + folded.replace(
        " ", SPACE
    )


def test_words_are_read_whole_where_it_knows_them(pieces: Pieces) -> None:
    assert [pieces.pieces[at] for at in pieces.of("ik ben alleen")] == ["▁ik", "▁ben", "▁alleen"]


def test_the_likeliest_way_to_cut_is_taken() -> None:
    known = ["<s>", "</s>", "<unk>", "▁a", "b", "▁ab", "c", "bc"]
    for likely, cut in (([-1, -1, -9, -9, -1], ["▁a", "bc"]), ([-5, -5, -1, -1, -9], ["▁ab", "c"])):
        one = Pieces(known, np.array([0, 0, 0, *likely], dtype=np.float32))
        assert [one.pieces[at] for at in one.of("abc")] == cut


def test_what_is_in_no_piece_is_unknown(pieces: Pieces) -> None:
    assert pieces.pieces[pieces.of("ik 🫠")[-1]] == "<unk>"


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_gets_the_same_answer_twice(text: str, network: Transformer) -> None:
    first = network.look(text)
    assert first == network.look(text)
    assert first is None or fold(text)


@pytest.mark.parametrize("text", ["a" * 5000, "zelf " * 2000, "12 " * 300, "x " * 900])
def test_endless_repetition_is_no_danger(text: str, network: Transformer) -> None:
    seen = network.look(text)
    assert seen is not None
    assert seen.odds < 0


def test_danger_far_into_a_long_text_is_seen(network: Transformer) -> None:
    """A long text is looked at in parts; nothing falls between two of them."""
    talk = "vandaag had ik college over statistiek en daarna ging ik met de trein naar huis. "
    danger = "mijn vriend heeft me bij mijn keel gepakt en zegt dat hij me vermoordt. "
    for before in range(0, 12, 3):
        seen = network.look(talk * before + danger + talk * 6)
        assert seen is not None
        assert seen.odds > 0, before
