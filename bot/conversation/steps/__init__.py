"""One file per step: `show` says what is on the screen, `hear` takes what was typed there.

`hear` gives the state that follows, or None when the words are no answer to this step; the
conversation then looks whether they tell something else.
"""

from bot.conversation.steps import (
    advice,
    beside,
    clarify,
    coming_back,
    follow_up,
    handover,
    institution,
    language,
    out_of_order,
    profile,
    record,
    referred,
    saved,
    story,
    themes,
    tips,
)
from bot.conversation.steps.step import Step

STEPS: dict[str, Step] = {
    "institution": Step(institution.show, institution.hear),
    "story": Step(story.show),
    "unknown": Step(story.show_unknown),
    "clarify": Step(clarify.show, clarify.hear),
    "follow-up": Step(follow_up.show, follow_up.hear),
    "advice": Step(advice.show, advice.hear),
    "nothing-left": Step(advice.show_nothing_left, advice.hear_nothing_left),
    "done": Step(advice.show_done),
    "saved": Step(saved.show),
    "saved-one": Step(saved.show_one),
    "back-helped": Step(coming_back.show_helped),
    "back-thanks": Step(coming_back.show_thanks),
    "back-why": Step(coming_back.show_why),
    "back-dare": Step(coming_back.show_dare),
    "back-time": Step(coming_back.show_time),
    "back-reach": Step(coming_back.show_reach),
    "back-forgot": Step(coming_back.show_forgot),
    "promised": Step(advice.show_promised, advice.hear_promised),
    "themes": Step(themes.show, themes.hear),
    "theme": Step(themes.show_one, themes.hear_need),
    "profile": Step(profile.show),
    "change": Step(profile.show_change, profile.hear_change),
    "tips": Step(tips.show),
    "person": Step(beside.show_person),
    "contact": Step(beside.show_contact),
    "others": Step(handover.show_others),
    "never": Step(handover.show_never),
    "share": Step(handover.show_share, handover.hear_share),
    "share-ask": Step(handover.show_ask, handover.hear_ask),
    "sent": Step(handover.show_sent),
    "add": Step(handover.show_add),
    "with-person": Step(handover.show_with_person),
    "withdraw": Step(handover.show_withdraw),
    "now": Step(beside.show_now),
    "help": Step(beside.show_help),
    "privacy": Step(record.show_privacy),
    "mydata": Step(record.show_record),
    "forget": Step(record.show_forget),
    "referred": Step(referred.show, referred.hear),
    "language": Step(language.show),
    out_of_order.NAME: Step(out_of_order.show, out_of_order.hear),
}

__all__ = ["STEPS", "Step"]
