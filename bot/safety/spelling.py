"""From what was typed to plain words: chat spelling, contractions, disguises, letters apart.

All of this is ordinary language and not a judgement about danger, so it stands in the program:
the built-in core needs it too when the catalogue cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from bot.understanding.normalise import MAX_CHARACTERS, fold

# One character can become eighteen when it is folded (U+FDFA), and `fold` keeps 1,200.
_PIECE_OF_ANY_SCRIPT = MAX_CHARACTERS // 20
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
# Arabic written as ready-made shapes: one of them folds into up to eighteen characters.
_READY_MADE = re.compile("[\ufb50-\ufdff\ufe70-\ufefe]+")
_OTHER_SCRIPT = "_"  # stands for any number of words that are in no language of the rules
_TOKEN = re.compile(r"[^\W_](?:[^\W_]|['*@$](?=[\w'*@$]))*")
_RUN = re.compile(r"(.)\1{2,}")
_DOUBLE = re.compile(r"(.)\1+")
_LETTERS_FOR_DIGITS = str.maketrans("01345$@7", "oieassat")
_DOTS = re.compile(r"\.{2,}")
_SENTENCE_ENDS = frozenset(".!?;")
_LONGEST_WORD = 48  # more is not a word in any of the two languages

# A clause ends before these words, as it does at a comma.
CLAUSE_STARTS = frozenset(
    "maar en want omdat dus but and because or cause cos cuz bc haha hahaha lol".split()
)

# Words that may stand anywhere between the words of an expression.
FILLERS = frozenset(
    """echt gewoon eigenlijk nu ook maar even zo heel erg best wel toch al steeds soms altijd weer
    letterlijk serieus misschien vaak elke iedere dag telkens constant eerlijk gezegd stiekem
    alweer opnieuw vandaag vanavond vannacht gister gisteren gisteravond net zojuist daarnet
    just really so kinda literally actually honestly like even fucking totally always sometimes
    often again still now please currently basically simply truly seriously only ever right also
    lowkey deadass fr rn tbh ngl uh uhm eh ehm ja nou yeah well damn kut fuck kanker super
    recently lately tonight today yesterday constantly already
    """.split()
)

_CHAT = """
im=i am|i'm=i am|ive=i have|i've=i have|i'd=i would|i'll=i will|imma=i will|ima=i will
dont=do not|don't=do not|doesnt=does not|doesn't=does not|didnt=did not|didn't=did not
wont=will not|won't=will not|cant=can not|can't=can not|cannot=can not|couldnt=could not
couldn't=could not|wouldnt=would not|wouldn't=would not|shouldnt=should not|shouldn't=should not
isnt=is not|isn't=is not|arent=are not|aren't=are not|wasnt=was not|wasn't=was not
werent=were not|weren't=were not|havent=have not|haven't=have not|hasnt=has not|hasn't=has not
aint=is not|ain't=is not|hes=he is|he's=he is|shes=she is|she's=she is|theyre=they are
they're=they are|hadnt=had not|hadn't=had not|hed=he would|he'd=he would|she'd=she would
he'll=he will|she'll=she will|they'll=they will|theyll=they will|they'd=they would|it'd=it would
it'll=it will|itll=it will|there'd=there would
theres=there is|there's=there is|thats=that is|that's=that is|whats=what is|what's=what is
its=it is|it's=it is|wanna=want to|gonna=going to|gotta=have to|tryna=trying to|lemme=let me
youre=you are|you're=you are|you've=you have|we're=we are|we've=we have|they've=they have
dunno=do not know|idk=do not know|u=you|ur=your|ppl=people|sth=something|smth=something
smb=someone|somebody=someone|everybody=everyone|every1=everyone|some1=someone|nobody=no one
noone=no one|no1=no one|anybody=anyone|bf=boyfriend|gf=girlfriend|bfs=boyfriend|bfriend=boyfriend
2=to|4=for|thru=through|w=with|cuz=because|coz=because|bcs=because|abt=about|wan=want
mum's=mum|friend's=friend|roommate's=roommate|sister's=sister|dyin=dying|livin=living|tho=though
mn=mijn|m'n=mijn|mij=me|mijzelf=mezelf|mezelluf=mezelf|zn=zijn|z'n=zijn|dr=haar|d'r=haar
t=het|'t=het|k=ik|ikk=ik|kheb=ik heb|kwil=ik wil|kben=ik ben|kga=ik ga|kkan=ik kan|khoop=ik hoop
nie=niet|ni=niet|nt=niet|neit=niet|niks=niets|nix=niets|da=dat|ze=zij|jij=je|wij=we|enigste=enige
gwn=gewoon|egt=echt|ech=echt|mss=misschien|eig=eigenlijk|isdat=is dat|iser=is er|ies=iets
vdaag=vandaag|vnv=vanavond|hb=heb|hep=heb|heeb=heb|levn=leven|lvn=leven|leve=leven|dooien=doden
wilt=wil|moete=moeten|wille=willen|willn=willen|wrm=waarom|wnr=wanneer|iem=iemand|iemant=iemand
vrd=vriend|ouwers=ouders|moedr=moeder|vadr=vader|huisgen=huisgenoot|zelluf=zelf|d8=dacht
zelfmrd=zelfmoord|zlfmoord=zelfmoord|zlfmrd=zelfmoord|selfmoord=zelfmoord|zelfmoort=zelfmoord
suicde=suicide|suisidal=suicidal|suïcidal=suicidal|kl=klaar|tis=het is|'tis=het is|kdenk=ik denk
beeindigen=beeindigen|kmoet=ik moet|kvoel=ik voel|kweet=ik weet|zelfde=zelfde
"""


def _pairs() -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in _CHAT.replace("\n", "|").split("|"):
        short, _, long = entry.strip().partition("=")
        if long:
            yield fold(short), tuple(fold(long).split())


CHAT = MappingProxyType(dict(_pairs()))


@dataclass(frozen=True, slots=True)
class Words:
    """A message as words; bit i of `sentences` and `clauses` says: one ends before word i."""

    words: tuple[str, ...]
    sentences: int
    clauses: int


def fold_all(message: str) -> str:
    """`fold` for the whole text, however long: nothing at the end is out of sight."""
    plain = _READY_MADE.sub(" ", message.translate(_INVISIBLE))
    size = MAX_CHARACTERS if plain.isascii() else _PIECE_OF_ANY_SCRIPT
    return "".join(
        f"{' ' * piece[:1].isspace()}{fold(piece)}{' ' * piece[-1:].isspace()}"
        for piece in (plain[start : start + size] for start in range(0, len(plain), size))
    )


def split(message: str) -> Words:
    """The message as plain words, with where its sentences and clauses end."""
    folded = fold_all(message)
    found: list[str] = []
    sentences = clauses = 1
    before = 0
    for start, end, raw in _tokens(folded):
        between = folded[before:start]
        if any(c not in " '\"-_" for c in between):
            clauses |= 1 << len(found)
            if _SENTENCE_ENDS & set(_DOTS.sub(" ", between)):
                sentences |= 1 << len(found)
        before = end
        if not raw.isascii():
            if found[-1:] != [_OTHER_SCRIPT]:
                found.append(_OTHER_SCRIPT)
            continue
        for word in plain_words(raw):
            if word in CLAUSE_STARTS:
                clauses |= 1 << len(found)
            found.append(word)
    last = 1 << len(found)
    return Words(tuple(found), sentences | last, clauses | last)


def _tokens(folded: str) -> Iterator[tuple[int, int, str]]:
    """The words with their places; "k.m.s" and "d o o d" come back in one piece."""
    single: list[tuple[int, int, str]] = []
    for match in _TOKEN.finditer(folded):
        token = (match.start(), match.end(), match[0])
        if len(match[0]) == 1:
            single.append(token)
            continue
        yield from _joined(single)
        single = []
        yield token
    yield from _joined(single)


def _joined(single: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    if 3 <= len(single) <= _LONGEST_WORD:
        yield single[0][0], single[-1][1], "".join(letter for _, _, letter in single)
    else:
        yield from single


def plain_words(token: str) -> tuple[str, ...]:
    """One folded token as plain words: "don't" → do not, "su1cide" → suicide, "mn" → mijn.

    An asterisk inside a word stays: the detector reads it as any letter.
    """
    token = _RUN.sub(r"\1\1", token[:_LONGEST_WORD])
    bare = token.replace("'", "")
    known = CHAT.get(token) or CHAT.get(bare)
    if known:
        return known
    if not bare.isalpha() and not bare.isdigit() and len(bare) > 2:
        bare = bare.translate(_LETTERS_FOR_DIGITS)
        return CHAT.get(bare, (bare,))
    return (bare,)


def without_doubles(word: str) -> str:
    """ "niett" → "niet": every doubled letter once."""
    return _DOUBLE.sub(r"\1", word)
