"""The most explicit expressions, built in: they work also when the catalogue cannot be read.

Small on purpose; `catalogue/safety.yaml` holds the rest. Changes need a second pair of eyes.
"""

from __future__ import annotations

from typing import Literal

from bot.catalogue import DangerKind
from bot.safety.rules import Rule


def _rule(
    kind: DangerKind, language: Literal["nl", "en"], *says: str, unless: tuple[str, ...] = ()
) -> Rule:
    return Rule(
        id=f"core-{kind}-{language}",
        kind=kind,
        reason="Built in: said in so many words.",
        says=says,
        unless=unless,
    )


_WANT = "(wil|wou|wilde|willen)"

CORE: tuple[Rule, ...] = (
    _rule(
        "suicidal",
        "nl",
        f"{_WANT} (liever|het liefst)? (dood|sterven)",
        f"{_WANT} niet (meer|langer)? leven",
        f"{_WANT} er niet (meer|langer)? zijn",
        "niet (meer|langer) leven wil",
        "een (eind|einde) (aan|maken aan) (mijn|zijn|haar)? (leven|maken)",
        "zelfmoord (plegen|doen)",
        "denk* (aan|over) (zelfmoord|zelfdoding|suicide)",
        "(zelfmoordgedachten|suicidale gedachten)",
        "ik ben (suicidaal|suicidal)",
        "(mezelf|zichzelf) (van kant maken|doden|vermoorden|iets aandoen)",
        unless=(
            "dood van (de|het)? (schaamte|honger|lachen|kou|verveling|zenuwen|stress)",
            "niet meer leven (van|in)",
        ),
    ),
    _rule(
        "suicidal",
        "en",
        "want* to (die|be dead|kill myself|end my life|stop living|end it all)",
        "(kill|killing) (myself|himself|herself|themselves)",
        "(end|ending|take|taking) (my|his|her) own? life",
        "not want to (live|be alive|exist) anymore",
        "no longer want to (live|be alive|exist|be here)",
        "i am suicidal",
        "suicidal thoughts",
        "kms",
        unless=("(die|kill myself) (of|laughing|from) (embarrassment|laughing|boredom)?",),
    ),
    _rule(
        "self-harm",
        "nl",
        "(snij|snijd|snijdt|krab|sla|brand|verwond|beschadig) (ik|hij|zij)? (mezelf|zichzelf)",
        "(mezelf|zichzelf) (snijden|te snijden|verwonden|beschadigen|pijn doen)",
        "zelfbeschadiging",
        unless=("per ongeluk & ~",),
    ),
    _rule(
        "self-harm",
        "en",
        "(cut|cutting|hurt|hurting|burn|burning|harm|harming) (myself|himself|herself)",
        unless=("accident* & ~", "burn* (myself|himself|herself) out"),
    ),
    _rule(
        "violence-now",
        "nl",
        "(hij|zij|vriend|ex|man|vrouw|vader|moeder|broer|partner) (slaat|mishandelt|bedreigt) me",
        "(word|ben) thuis (geslagen|mishandeld|bedreigd|opgesloten)",
        "thuis niet veilig",
        "(uitgehuwelijkt|huiselijk geweld)",
        unless=(
            "huiselijk geweld ... (scriptie|college|essay|vak)",
            "(scriptie|college|essay|vak|bron|bronnen) & huiselijk geweld",
        ),
    ),
    _rule(
        "violence-now",
        "en",
        "(he|she|boyfriend|girlfriend|ex|husband|partner|father|dad) (hits|beats|threatens) me",
        "not safe at home",
        "forced to marry",
    ),
    _rule(
        "sexual-violence",
        "nl",
        "(ben|is|werd|word) (verkracht|aangerand)",
        "(heeft|had) (me|haar|hem) (verkracht|aangerand)",
    ),
    _rule(
        "sexual-violence",
        "en",
        "(was|been|got) (raped|sexually assaulted)",
        "raped (me|her|him)",
    ),
    _rule(
        "medical-now",
        "nl",
        "te veel pillen (geslikt|genomen|ingenomen)",
        "(ligt|is) bewusteloos",
        "(ademt|ademen) niet (meer)?",
        "een overdosis (genomen|geslikt)",
    ),
    _rule(
        "medical-now",
        "en",
        "(took|taken|swallowed) too many pills",
        "is unconscious",
        "(is not|not|stopped) breathing",
        "(took|taken) an overdose",
    ),
    _rule(
        "harm-to-others",
        "nl",
        "stemmen (zeggen|die zeggen) dat ik iemand",
        "ik (wil|ga) (hem|haar|iemand) (vermoorden|doodmaken|neersteken)",
    ),
    _rule(
        "harm-to-others",
        "en",
        "voices (tell|telling) me to (hurt|kill)",
        "i (want|am going) to (kill|stab|shoot) (him|her|someone|people)",
    ),
)
