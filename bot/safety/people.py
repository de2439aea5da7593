"""Words that say whom a sentence is about: the writer, or somebody else."""

from __future__ import annotations

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
