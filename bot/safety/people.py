"""Words that say whom a sentence is about: the writer, or somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

About = Literal["self", "other"]
ME = frozenset("ik mezelf i myself ikzelf".split())

OTHERS = frozenset(
    """vriend vriendin vriendje vriendinnetje bestie bff maat maatje zus zusje zusjes broer broertje
    moeder mam mama vader pa papa ouders huisgenoot huisgenote huisgenootje kamergenoot
    kamergenote klasgenoot klasgenote klasgenootje medestudent medestudente studiegenoot
    studiegenote collega ex nicht nichtje neef neefje buurman buurvrouw buurmeisje buurjongen
    teamgenoot jaargenoot jaargenote dispuutsgenoot clubgenoot verenigingsgenoot partner
    verloofde man vrouw jongen meisje meid kind iemand stiefvader stiefmoeder stiefbroer oom
    tante opa oma kennis hij haar hem hen hun zichzelf haarzelf hemzelf student leerling zoon
    dochter friend friends mate sister brother mum mom mother dad father parents roommate
    flatmate housemate roomie classmate coursemate teammate colleague coworker cousin neighbour
    neighbor boyfriend girlfriend husband wife fiance someone guy girl boy kid he she they him
    her them his their himself herself themself themselves uncle aunt stepdad stepmum
    stepfather grandma grandpa son daughter buddy""".split()
)
# Said of what is done to the writer: "hij slaat me", "he hits me".
_TO_ME = frozenset("me mij my self".split())


def whom(words: Iterable[str]) -> About:
    """Whom a whole text is about: others only where the writer does not come into it."""
    said = frozenset(words)
    return "other" if said & OTHERS and not said & (ME | _TO_ME) else "self"
