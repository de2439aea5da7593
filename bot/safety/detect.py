"""Is somebody in danger? A text in; the most urgent danger that a rule sees in it, or None, out.

How it works: a message is a row of words, and a set of places in that row is one whole number with
a bit per place. Taking one step of an expression for all places at once is then a shift and an
`and`, so the time grows with the number of rules and hardly with the text, and no text can make it
explode. Nothing is read, remembered or logged while matching.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.catalogue import DangerKind
from bot.safety.core import CORE
from bot.safety.notation import CLAUSE_END, THE_MATCH, NotationError, Steps, steps_of
from bot.safety.people import ME, OTHERS, About
from bot.safety.rules import KINDS, Rule, Strength, groups_of
from bot.safety.spelling import FILLERS, Words, split
from bot.safety.vocabulary import Vocabulary

_MOST_FILLERS = 3  # in a row
_LOOK_BACK = 7  # words before a match in which it can be said whom it is about


@dataclass(frozen=True, slots=True)
class Danger:
    """What was seen. `words` are the student's own: for tests and staff tools, never for a log."""

    kind: DangerKind
    strength: Strength
    about: About
    rule: str
    words: tuple[str, ...]
    also: tuple[DangerKind, ...] = ()
    firm: bool = False  # no vote calls it doubtful
    doubtful: bool = False  # not said first; the answer gets a quiet line that help now exists


@dataclass(frozen=True, slots=True)
class _Expression:
    """One way of saying: its steps, each with the bits of its words in the vocabulary."""

    steps: tuple[tuple[int, int, bool], ...]  # bits (or one of the marks below), gap, optional


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule with its expressions and everything that can take its matches away."""

    rule: Rule
    says: tuple[_Expression, ...]
    unless: tuple[_Expression, ...]


_MATCH_MARK, _CLAUSE_MARK = -1, -2


class Detector:
    """The rules, ready to look at texts. The built-in core is always among them."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        own = tuple(rules)
        every = (*own, *CORE)
        groups = groups_of(every)
        written = {
            rule.id: (_written(rule.says, groups), _written(rule.unless, groups))
            for rule in every
            if rule.kind not in ("words", "ordinary-words")
        }
        self._vocabulary = Vocabulary(
            (
                word
                for says, unless in written.values()
                for steps in (*says, *unless)
                for step in steps
                for word in step.words - {THE_MATCH, CLAUSE_END}
            ),
            (word for rule in every if rule.kind == "ordinary-words" for word in rule.says),
            FILLERS,
        )
        compiled = {
            identity: (self._compile(says), self._compile(unless))
            for identity, (says, unless) in written.items()
        }
        general = [rule for rule in every if rule.kind == "exception"]
        self._rules = tuple(
            _Compiled(
                rule,
                compiled[rule.id][0],
                compiled[rule.id][1]
                + tuple(
                    expression
                    for exception in general
                    if not rule.firm and (not exception.kinds or rule.kind in exception.kinds)
                    for expression in compiled[exception.id][0]
                ),
            )
            for rule in sorted(every, key=_order)
            if rule.kind in KINDS
        )
        self._index()

    def detect(self, text: str) -> Danger | None:
        """The most urgent danger in the text, however long it is; None where there is none."""
        found = tuple(self._fired(_Message(split(text), self._vocabulary)))
        if not found:
            return None
        first = min(
            found, key=lambda danger: (danger.strength != "clear", KINDS.index(danger.kind))
        )
        also = dict.fromkeys(d.kind for d in found if d.strength == "clear")
        also.pop(first.kind, None)
        return replace(first, also=tuple(also), firm=any(danger.firm for danger in found))

    def _fired(self, message: _Message) -> Iterator[Danger]:
        """What each rule sees; of rules for the same kind and strength only the first."""
        possible = self._possible(message)
        done: set[tuple[str, Strength]] = set()
        for number, says in sorted(possible.items()):
            rule = self._rules[number].rule
            if (rule.kind, rule.strength) in done or rule.kind not in KINDS:
                continue
            matched = 0
            for expression in says:
                matched |= message.words_of(expression)
            if not matched:
                continue
            taken = message.taken(matched, self._rules[number].unless)
            for expression in says:
                if places := message.match(expression, without=taken):
                    done.add((rule.kind, rule.strength))
                    yield Danger(
                        rule.kind,
                        rule.strength,
                        rule.about or message.about(places),
                        rule.id,
                        tuple(message.words[at] for at in places),
                        firm=rule.firm or rule in CORE,
                    )
                    break

    def _possible(self, message: _Message) -> dict[int, list[_Expression]]:
        found: dict[int, dict[int, _Expression]] = defaultdict(dict)
        bits = message.present
        while bits:
            lowest = bits & -bits
            bits ^= lowest
            for number, expression, needed in self._by_word.get(lowest, ()):
                if all(message.present & need for need in needed):
                    found[number][id(expression)] = expression
        return {number: list(says.values()) for number, says in found.items()}

    def _index(self) -> None:
        """Every expression under the words of its rarest step, so that few have to be tried."""
        uses: dict[int, int] = defaultdict(int)
        entries: list[tuple[int, _Expression, tuple[int, ...]]] = []
        for number, compiled in enumerate(self._rules):
            for expression in compiled.says:
                needed = tuple(
                    bits for bits, _, optional in expression.steps if bits > 0 and not optional
                )
                entries.append((number, expression, needed))
                for bits in needed:
                    for bit in _single_bits(bits):
                        uses[bit] += 1
        self._by_word: dict[int, list[tuple[int, _Expression, tuple[int, ...]]]] = defaultdict(list)
        for entry in entries:
            rarest = min(entry[2], key=lambda bits: sum(uses[bit] for bit in _single_bits(bits)))
            for bit in _single_bits(rarest):
                self._by_word[bit].append(entry)

    def _compile(self, written: tuple[Steps, ...]) -> tuple[_Expression, ...]:
        marks = {frozenset((THE_MATCH,)): _MATCH_MARK, frozenset((CLAUSE_END,)): _CLAUSE_MARK}
        return tuple(
            _Expression(
                tuple(
                    (
                        marks.get(step.words) or self._vocabulary.bits_of(step.words),
                        step.gap,
                        step.optional,
                    )
                    for step in steps
                )
            )
            for steps in written
        )


def _order(rule: Rule) -> tuple[bool, int]:
    return rule.strength != "clear", KINDS.index(rule.kind) if rule.kind in KINDS else len(KINDS)


def _written(
    expressions: tuple[str, ...], groups: Mapping[str, tuple[str, ...]]
) -> tuple[Steps, ...]:
    """The expressions as steps. One that cannot be read is left out: the rest goes on."""
    found: list[Steps] = []
    for expression in expressions:
        try:
            found += steps_of(expression, groups)
        except NotationError:
            continue
    return tuple(dict.fromkeys(found))


def _single_bits(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest
        bits ^= lowest


class _Message:
    """One text as places: bit i of a set stands for word i, or for the place just before it."""

    def __init__(self, text: Words, vocabulary: Vocabulary) -> None:
        words: list[str] = []
        bits: list[int] = []
        sentences = clauses = 0
        disguised = vocabulary.disguised(text.words)
        seen: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {}
        for at, word in enumerate(text.words):
            if word not in seen:
                seen[word] = _resolve(word, vocabulary, disguised)
            sentences |= (text.sentences >> at & 1) << len(words)
            clauses |= (text.clauses >> at & 1) << len(words)
            words += seen[word][0]
            bits += seen[word][1]
        self.words = tuple(words)
        self._length = len(words)
        self._within = ~sentences  # where no sentence begins
        self._clauses = clauses | 1 << self._length
        self._fillers = 0
        self._where: dict[int, int] = defaultdict(int)
        self.present = 0
        for at, word in enumerate(words):
            found = bits[at]
            if at + 1 < self._length and word.isalpha():
                joined = word + words[at + 1]
                if len(joined) >= 6 and (both := vocabulary.known(joined) & ~found):
                    bits[at + 1] |= both
                    self._fillers |= 1 << at
            if word in FILLERS:
                self._fillers |= 1 << at
            self.present |= found
            for bit in _single_bits(found):
                self._where[bit] |= 1 << at
        self._slots: dict[int, int] = {}

    def match(self, expression: _Expression, without: int = 0) -> tuple[int, ...]:
        """The places of the words of one match that leaves the words in `without` alone."""
        reached = self._forward(expression, 0, without)
        if reached is None:
            return ()
        places: list[int] = []
        end = reached[-1].bit_length() - 1
        for number in range(len(expression.steps) - 1, -1, -1):
            bits, gap, optional = expression.steps[number]
            here = self._slot(bits, 0) & ~without
            before = reached[number]
            if bits == _CLAUSE_MARK:
                start = end
            elif end and here >> (end - 1) & 1 and self._spread(before, gap) >> (end - 1) & 1:
                places.append(end - 1)
                start = end - 1
            elif optional:
                start = end
            else:  # cannot be: `reached` says that there is a way
                break
            end = self._nearest(before, start, gap)
        return tuple(reversed(places))

    def words_of(self, expression: _Expression, match: int = 0) -> int:
        """Every word that takes part in some match of the expression, as one set."""
        reached = self._forward(expression, match, 0)
        if reached is None:
            return 0
        found = 0
        ends = reached[-1]
        for number in range(len(expression.steps) - 1, -1, -1):
            bits, gap, optional = expression.steps[number]
            if bits == _CLAUSE_MARK:
                starts = ends
            else:
                taken = (ends >> 1) & self._slot(bits, match) & self._spread(reached[number], gap)
                found |= taken
                starts = taken | (ends if optional else 0)
            ends = reached[number] & self._spread_back(starts, gap)
        return found

    def taken(self, matched: int, unless: tuple[_Expression, ...]) -> int:
        """The words that exceptions take away from these matches."""
        found = 0
        for expression in unless:
            if all(
                bits < 0 or optional or self.present & bits
                for bits, _, optional in expression.steps
            ):
                found |= self.words_of(expression, matched)
        return found

    def about(self, places: tuple[int, ...]) -> About:
        """Whom a match is about: the nearest person in it or shortly before it."""
        inside = [self.words[at] for at in places]
        if any(word in ME for word in inside):
            return "self"
        if any(word in OTHERS for word in inside):
            return "other"
        first = places[0] if places else 0
        for at in range(first - 1, max(-1, first - 1 - _LOOK_BACK), -1):
            if self.words[at] in ME:
                return "self"
            if self.words[at] in OTHERS:
                return "other"
        return "self"

    def _forward(self, expression: _Expression, match: int, without: int) -> list[int] | None:
        """The places reached after each step, or None where the last step reaches none."""
        reached = [(1 << self._length + 1) - 1]
        for bits, gap, optional in expression.steps:
            here = self._spread(reached[-1], gap)
            if bits == _CLAUSE_MARK:
                after = here & self._clauses
            else:
                after = (here & self._slot(bits, match) & ~without) << 1
            if optional:
                after |= here
            if not after:
                return None
            reached.append(after)
        return reached

    def _slot(self, bits: int, match: int) -> int:
        """Where one of these words stands."""
        if bits == _MATCH_MARK:
            return match
        found = self._slots.get(bits)
        if found is None:
            found = 0
            for bit in _single_bits(bits & self.present):
                found |= self._where[bit]
            self._slots[bits] = found
        return found

    def _spread(self, places: int, gap: int) -> int:
        """These places, and those after at most `gap` words and some words without weight."""
        for _ in range(gap):
            places |= ((places & self._within) << 1) & self._within
        for _ in range(_MOST_FILLERS):
            places |= (places & self._fillers) << 1
        return places

    def _spread_back(self, places: int, gap: int) -> int:
        for _ in range(_MOST_FILLERS):
            places |= (places >> 1) & self._fillers
        for _ in range(gap):
            places |= ((places & self._within) >> 1) & self._within
        return places

    def _nearest(self, before: int, start: int, gap: int) -> int:
        for at in range(start, max(-1, start - gap - _MOST_FILLERS - 1), -1):
            if before >> at & 1 and self._spread(1 << at, gap) >> start & 1:
                return at
        return start


def _resolve(
    word: str, vocabulary: Vocabulary, disguised: Mapping[str, int]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """A typed word as one or more words, each with what it can be."""
    if word in disguised:
        return (word,), (disguised[word],)
    if word in FILLERS or (found := vocabulary.bits(word)):
        return (word,), (vocabulary.bits(word),)
    pieces = vocabulary.pieces(word)
    if len(pieces) == 1:
        return (word,), (found,)
    return pieces, tuple(vocabulary.known(piece) for piece in pieces)
