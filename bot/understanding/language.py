"""Dutch or English? By function words: a short message without them says nothing about language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bot.text import Language

# Words that only one of the two languages has, the commonest ones of chats included. Words of both
# (is, in, we, me, of, over, want, die, over, was, had) are left out on purpose.
_DUTCH = frozenset(
    """ik je jij het een de dat niet geen ook maar mijn mn m'n jou jouw hij zij ze wij ons onze hun
    hen bij naar voor van met aan uit op om te er dan nu al nog wel heb hebt heeft hebben ben bent
    zijn waren wordt word worden kan kun kunnen moet moeten wil willen mag zou zal ga gaat gaan doe
    doet doen weet wat wie waar hoe waarom wanneer welke dit deze alles niks niets iets iemand
    niemand altijd nooit weer veel meer heel erg echt gewoon eigenlijk omdat als want toch zo zich
    mezelf mij hier daar tussen tegen sinds door zonder naast geef voel vind snap zit zitten sta
    ff kmoet kheb ofzo gwn idd wss vandaag morgen gisteren jullie""".split()
)
_ENGLISH = frozenset(
    """i i'm im i've ive i'd the a an and or but my you your he she it it's its they them their our
    us to from with at by for on are be been am do does did don't dont not no have has having this
    that these those there here what who where when why how which would could should can can't cant
    will won't just really very about because if so since without every everyone anyone someone
    nobody nothing something always never more much too get got getting feel like know think need
    any some all than then while after before again still also into out up idk tbh u ur""".split()
)
_CLEAR = 2  # that many more function words of one language than of the other


def language_of(words: Iterable[str]) -> Language | Literal["unsure"]:
    """The language of these (folded) words, or "unsure" where too little tells."""
    dutch = english = 0
    for word in words:
        dutch += word in _DUTCH
        english += word in _ENGLISH
    if dutch >= english + _CLEAR or (dutch and not english):
        return "nl"
    if english >= dutch + _CLEAR or (english and not dutch):
        return "en"
    return "unsure"
