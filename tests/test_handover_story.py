"""From a student to a person and back: the real bot, a stand-in for Telegram, a real mail server.

Three of the school's staff are on Telegram, the others have mail. Every test has its own student.
Most happen on one Monday morning; for those in which time goes by there is a second school, and for
those in which the program is killed a third.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path

import pytest

from tests.bot_api import USUAL_RIGHTS, Seen, User
from tests.handover_story import (
    CANNOT_SLEEP,
    TARIQ,
    Story,
    days_until,
    hears,
    links_in,
    opened,
    story,
)
from tests.process import pressed, started, told, until
from tests.smtp_server import Received
from tests.test_bounce import WHOLE, report

_NUMBERS = itertools.count(7000)


def _opened(folder: Path) -> Iterator[Story]:
    with story(folder) as one:
        for number, id in enumerate(("vb-milan-brugmans", "vb-sanne-kolk", "vb-servicepunt")):
            one.staff(one.api.user(101 + number, language_code="nl"), id)
        yield one
        assert one.process is not None
        assert "ERROR" not in one.process.said


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    yield from _opened(tmp_path_factory.mktemp("school"))


@pytest.fixture(scope="module")
def shaky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Where the program is killed after each request. With staff of its own: in the end those of
    the first school have too much to do to take over from each other."""
    for one in _opened(tmp_path_factory.mktemp("shaky")):
        one.shaky = True
        yield one


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Where time goes by, from test to test."""
    yield from _opened(tmp_path_factory.mktemp("later"))


@pytest.fixture
def student(school: Story) -> User:
    return school.api.user(next(_NUMBERS), language_code="nl")


@pytest.fixture
def milan(school: Story) -> User:
    return school.api.user(101)


@pytest.fixture
def sanne(school: Story) -> User:
    return school.api.user(102)


@pytest.fixture
def desk(school: Story) -> User:
    return school.api.user(103)


def test_a_student_is_brought_to_a_person(school: Story, student: User, milan: User) -> None:
    offer = school.asks(student)
    assert "Milan Brugmans" in offer.text
    assert "ma-do 09:00-12:30" in offer.text
    share = pressed(student, "Laat zien wat je verstuurt")
    assert "Zonder naam" in share.text
    assert "Studievoortgang" in share.text
    sent = school.sends_this(student)
    assert "Milan Brugmans" in sent.text
    assert "dinsdag 24 november, 10:30" in sent.text  # eight hours of his
    card = school.card(milan)
    shared = [line for line in share.text.splitlines() if line][1:4]
    assert all(line in card.text for line in shared)  # what was seen, and in the same words
    milan.presses("Pak ik op", message=card)
    hears(student, "Milan Brugmans pakt je vraag op")
    milan.says("Hoi, kom je dinsdag langs?", reply_to=card)
    answer = hears(student, "kom je dinsdag langs?")
    trail = school.command("staff", "trail", str(school.number))
    assert "de student: verstuurd" in trail
    assert "vb-milan-brugmans: antwoord geschreven" in trail
    assert "dinsdag" not in trail
    assert "Antwoord van Milan Brugmans" in answer.text
    assert "Verstuurd naar Milan" in told(student, "ja graag, hoe laat?").text
    wrote = hears(milan, "ja graag, hoe laat?")
    milan.says("Om elf uur, in kamer 2", reply_to=wrote)
    hears(student, "Om elf uur")
    milan.presses("Klaar", message=school.card(milan, "beantwoord"))
    hears(student, "heeft je vraag afgesloten")
    until(lambda: milan.now(card).text == f"Vraag {school.number}: klaar", "nothing is left on it")


def test_what_is_sent_can_be_changed(school: Story, student: User, milan: User) -> None:
    school.shows(student)
    told(student, "Ik durf niet naar school te komen.")
    pressed(student, "Laat weg: waar het over gaat")
    pressed(student, "Zet mijn naam erbij")
    told(student, "Robin")
    pressed(student, "Antwoord per mail")
    assert "mailadres" in told(student, "geen adres").text.lower()
    share = told(student, "robin@example.org")
    school.sends_this(student)
    card = school.card(milan)
    for part in ("Robin", "robin@example.org", "Ik durf niet naar school"):
        assert part in share.text
        assert part in card.text
    assert "Studievoortgang" not in card.text


def test_declined_and_anonymous_again(school: Story, student: User, milan: User) -> None:
    before = len(milan.inbox)
    school.shows(student)
    pressed(student, "Zet mijn naam erbij")
    told(student, "Robin")
    assert "Robin" not in pressed(student, "Zonder naam, antwoord in de chat").text
    pressed(student, "Niet versturen")
    told(student, "bedankt")
    assert len(milan.inbox) == before


def test_withdrawn(school: Story, student: User, milan: User) -> None:
    school.sends(student)
    card = school.card(milan)
    pressed(student, "Neem mijn vraag terug")
    pressed(student, "Ja, neem mijn vraag terug")
    until(lambda: "teruggenomen" in milan.now(card).text, "the card says so")
    assert milan.now(card).labels == []


def test_passed_on(school: Story, student: User, milan: User, sanne: User) -> None:
    school.sends(student)
    card = school.card(milan)
    milan.presses("Geef door", message=card)
    whom = hears(milan, f"Aan wie geef je vraag {school.number} door?")
    milan.presses("Sanne Kolk", message=whom)
    why = hears(milan, f"Waarom gaat vraag {school.number} naar Sanne Kolk?")
    milan.presses(why.labels[0], message=why)
    hears(student, "Sanne Kolk helpt je verder")
    sanne.says("Hoi, met Sanne", reply_to=school.card(sanne))
    hears(student, "Hoi, met Sanne")


def test_not_for_me(school: Story, student: User, milan: User) -> None:
    school.sends(student)
    milan.presses("Niet voor mij", message=school.card(milan))
    hears(student, "niet bij de juiste persoon")


def test_two_cannot_take_one(school: Story, student: User, milan: User, sanne: User) -> None:
    school.sends(student)
    number = school.number
    card = school.card(milan)
    sanne.says("/inbox")
    inbox = hears(sanne, f"Vraag {number}: nog niet opgepakt")
    sanne.presses(f"Vraag {number}", message=inbox)
    theirs = school.card(sanne, "gezien")
    milan.presses("Pak ik op", message=card)
    hears(student, "Milan Brugmans pakt je vraag op")
    sanne.presses("Pak ik op", message=theirs)
    hears(sanne, "Milan Brugmans heeft deze vraag al")


def test_danger_is_answered_first_and_reaches_the_person(
    school: Story, student: User, milan: User
) -> None:
    school.sends(student)
    milan.says("Hoi, hoe is het?", reply_to=school.card(milan))
    hears(student, "Hoi, hoe is het?")
    answer = told(student, "ik wil dood")
    assert answer.text.index("113") < answer.text.index("Verstuurd naar Milan")
    hears(milan, "ik wil dood")
    pressed(student, "Terug naar de bot", message=hears(student, "Hoi, hoe is het?"))
    assert "Slaap" in told(student, "ik kan al weken niet slapen").text
    assert not any("weken niet slapen" in seen.text for seen in milan.inbox)


def test_who_it_is_about_never_sees_it(school: Story, student: User, milan: User) -> None:
    started(student, "voorbeeld")
    told(student, "ik wil een klacht indienen over een docent")
    pressed(student, "Praat met een mens")
    pressed(student, "Het gaat over iemand van school")
    pressed(student, "Milan Brugmans")
    offer = pressed(student, "Verder niemand")
    assert "Milan" not in offer.text
    assert "studieadvies" not in offer.text
    pressed(student, "Laat zien wat je verstuurt")
    school.sends_this(student)
    milan.says("/inbox")
    assert f"Vraag {school.number}:" not in hears(milan, "Van je").text


def test_notes_stay_with_staff(school: Story, student: User, milan: User) -> None:
    school.sends(student)
    milan.presses("Notitie", message=school.card(milan))
    question = hears(milan, f"Wat wil je noteren bij vraag {school.number}?")
    assert question.forces_reply
    milan.says("belt liever niet, stottert", reply_to=question)
    hears(milan, f"Vraag {school.number}: notitie")
    assert not any("stottert" in seen.text for seen in student.inbox)


def test_staff_go_away(school: Story, student: User, milan: User) -> None:
    school.sends(student)
    school.card(milan)
    milan.says("/away tot 3 december")
    hears(milan, "Je bent er niet tot")
    hears(student, "nu bij Sanne Kolk")
    milan.says("/away off")
    hears(milan, "Welkom terug")


def test_staff_who_blocked_the_bot(school: Story, student: User, milan: User) -> None:
    school.sends(student)
    school.card(milan)
    milan.blocks()
    hears(student, "nu bij Sanne Kolk")
    milan.unblocks()
    until(lambda: "op Telegram" in school.command("staff", "list"), "he is back")


def test_who_took_it_from_the_team_and_blocked_the_bot(
    school: Story, student: User, milan: User
) -> None:
    school.sends(student, to="Team studieadvies")
    milan.presses("Pak ik op", message=school.card(milan))
    hears(student, "Milan Brugmans pakt je vraag op")
    milan.blocks()
    hears(student, "nu bij ")  # whoever of the team has most room
    milan.unblocks()
    until(lambda: "op Telegram" in school.command("staff", "list"), "he is back")


def test_a_student_who_blocked_the_bot(school: Story, student: User, milan: User) -> None:
    school.sends(student)
    card = school.card(milan)
    student.blocks()
    milan.says("Hoi, hoe gaat het?", reply_to=card)
    hears(milan, f"Vraag {school.number}: de student heeft je bericht niet gekregen")


def test_words_to_nobody_go_nowhere(school: Story, milan: User) -> None:
    assert "Bij welke vraag hoort dit?" in told(milan, "kom je morgen?").text
    assert "113" in told(milan, "ik wil dood").text


def test_a_colleague_by_mail(school: Story, student: User) -> None:
    before = len(school.smtp.mails)
    offer = school.asks(student, CANNOT_SLEEP)
    assert "Tariq Halewijn" in offer.text
    pressed(student, "Laat zien wat je verstuurt")
    told(student, "Vooral in de collegezaal.")
    school.sends_this(student)
    mail = school.smtp.wait_for(before + 1)[-1]
    assert mail.to == ("studentenpsycholoog@voorbeeld.example",)
    assert "collegezaal" not in mail.text  # content stays out of mail here
    read, take, done = links_in(mail)
    status, page = opened(read, press=False)
    assert status == 200
    assert "collegezaal" not in page  # a program that opens every link sees and does nothing
    status, page = opened(read)
    assert "Vooral in de collegezaal." in page
    hears(student, "Tariq Halewijn heeft je vraag gezien")
    assert opened(read)[0] == 410  # once
    assert opened(read[:-1] + "x")[0] == 410
    status, page = opened(take)
    hears(student, "Tariq Halewijn pakt je vraag op")
    answer = page.partition('action="')[2].partition('"')[0]
    opened(f"{take.rpartition('/')[0]}/{answer}", "Kom woensdag langs in B12.")
    hears(student, "Kom woensdag langs in B12.")
    told(student, "dank je, dat doe ik")
    school.smtp.wait_for(before + 2)
    assert opened(done)[0] == 200
    hears(student, "heeft je vraag afgesloten")


def test_the_mail_server_is_away_for_an_hour(school: Story, student: User) -> None:
    before = len(school.smtp.mails)
    school.smtp.stop()
    school.sends(student, CANNOT_SLEEP, TARIQ)
    school.forward(59)
    school.smtp.start()
    school.forward(11)
    mails = school.smtp.wait_for(before + 1)
    assert f"vraag {school.number}" in mails[-1].subject


def test_a_mailbox_that_refuses(school: Story, student: User) -> None:
    school.smtp.refuse("studentenpsycholoog@voorbeeld.example", 550)
    school.sends(student, CANNOT_SLEEP, TARIQ)
    hears(student, "kan niet op tijd antwoorden")
    school.smtp.refuse("studentenpsycholoog@voorbeeld.example", 0)


def test_a_mail_that_comes_back_later(school: Story, student: User) -> None:
    before = len(school.smtp.mails)
    school.sends(student, CANNOT_SLEEP, TARIQ)
    about = f"vraag {school.number}:"  # one about an earlier request may come just now

    def mails() -> list[Received]:
        return [mail for mail in school.smtp.mails[before:] if about in mail.subject]

    until(mails, "the mail of this request")
    mail = mails()[0]
    mark = mail.id.partition("@")[0].strip("<")
    school.command("mail", "bounced", given=report(WHOLE, "delayed", mark))
    school.command("mail", "bounced", given=report(WHOLE, mark="00" * 32))
    assert not any("kan niet op tijd antwoorden" in seen.text for seen in student.inbox)
    school.command("mail", "bounced", given=report(WHOLE, mark=mark))
    hears(student, "kan niet op tijd antwoorden")


def test_a_restart_in_the_middle(school: Story, student: User, milan: User) -> None:
    school.sends(student)
    school.restart()
    card = school.card(milan)
    milan.presses("Pak ik op", message=card)
    school.restart()
    hears(student, "Milan Brugmans pakt je vraag op")
    milan.says("Hoi, daar ben ik", reply_to=card)
    school.restart()
    hears(student, "Hoi, daar ben ik")
    told(student, "fijn")
    school.restart()
    hears(milan, "fijn")


def test_everything_is_shown_and_erased(school: Story, student: User, milan: User) -> None:
    school.shows(student)
    told(student, "Mijn hond heet Tobias.")
    school.sends_this(student)
    card = school.card(milan)
    told(student, "/mydata")
    until(lambda: any("Tobias" in _file(seen) for seen in student.inbox), "a file")
    told(student, "/forget")
    pressed(student, "Ja, wis alles")
    until(lambda: "teruggenomen" in milan.now(card).text, "the card is empty")
    assert "Tobias" not in milan.now(card).text


def test_an_invitation_works_once_and_only_for_who_has_it(school: Story) -> None:
    key = school.invitation("vb-jip-lindhout")
    first, second = (school.api.user(next(_NUMBERS), language_code="nl") for _ in range(2))
    assert "Welkom" in started(first, key).text
    assert "werkt niet meer" in started(second, key).text
    assert "op Telegram" in school.command("staff", "list")
    school.command("staff", "revoke", "vb-jip-lindhout")
    void = school.invitation("vb-jip-lindhout")
    school.command("staff", "revoke", "vb-jip-lindhout")
    assert "werkt niet meer" in started(second, void).text


def _file(seen: Seen) -> str:
    return seen.file.content.decode() if seen.file is not None else ""


# ---- the group of a team ------------------------------------------------------------------------


def test_a_topic_for_each_request(school: Story, student: User, milan: User) -> None:
    team = school.api.group(title="Team studieadvies", forum=True, bot_is_in=False)
    team.adds_bot(milan, school.invitation("vb-studieadvies"), rights=USUAL_RIGHTS)
    hears(team, "Welkom bij Wegwijs")
    school.sends(student, to="Team studieadvies")
    card = school.card(team)
    (topic,) = team.topics
    assert card.topic == topic.id
    team.says(milan, "zal ik deze doen?", topic=topic)  # between colleagues
    team.says(milan, "Hoi, wat is er aan de hand?", reply_to=card)
    hears(student, "wat is er aan de hand?")
    assert not any("zal ik deze doen" in seen.text for seen in student.inbox)
    told(student, "ik slaap slecht")
    assert hears(team, "ik slaap slecht").topic == topic.id
    assert not any("ik slaap slecht" in seen.text for seen in milan.inbox)  # the team reads along
    school.card(team, "opgepakt")
    team.deletes_topic(topic)
    told(student, "ik kom mijn bed niet uit")
    hears(team, "ik kom mijn bed niet uit")
    hears(team, "ik slaap slecht")  # what was in the topic is there again
    hears(team, "wat is er aan de hand?")
    (again,) = team.topics
    assert again.id != topic.id
    team.presses(milan, "Klaar", message=school.card(team, "opgepakt"))
    hears(student, "heeft je vraag afgesloten")


def test_a_group_that_goes_on_under_another_number(
    school: Story, student: User, milan: User
) -> None:
    team = school.api.group(title="Studieadvies", type="group", bot_is_in=False)
    team.adds_bot(milan, school.invitation("vb-studieadvies"))
    hears(team, "Welkom bij Wegwijs")
    school.sends(student, to="Team studieadvies")
    milan_sees = school.card(team)
    team.says(milan, "Hoi, daar ben ik", reply_to=milan_sees)
    hears(student, "Hoi, daar ben ik")
    bigger = school.api.group(title="Studieadvies")
    team.moves_to(bigger, milan)
    told(student, "ik kom mijn bed niet uit")
    hears(bigger, "ik kom mijn bed niet uit")
    school.command("staff", "revoke", "vb-studieadvies")


@pytest.mark.parametrize(
    "again",
    [
        test_what_is_sent_can_be_changed,
        test_withdrawn,
        test_passed_on,
        test_not_for_me,
        test_two_cannot_take_one,
        test_staff_go_away,
        test_staff_who_blocked_the_bot,
        test_a_student_who_blocked_the_bot,
        test_a_colleague_by_mail,
        test_the_mail_server_is_away_for_an_hour,
        test_a_mailbox_that_refuses,
        test_declined_and_anonymous_again,
        test_who_took_it_from_the_team_and_blocked_the_bot,
        test_a_topic_for_each_request,
    ],
)
def test_the_same_with_a_restart_in_the_middle(again: Callable[..., None], shaky: Story) -> None:
    there = {
        "school": shaky,
        "student": shaky.api.user(next(_NUMBERS), language_code="nl"),
        "milan": shaky.api.user(101),
        "sanne": shaky.api.user(102),
    }
    again(**{name: there[name] for name in signature(again).parameters})


def test_when_it_says_it_runs_the_links_in_mails_lead_somewhere(shaky: Story) -> None:
    """Else who opens a mail at once finds nothing there."""
    for _ in range(3):
        shaky.restart()
        assert opened(shaky.link("of-nobody"), press=False)[0] == 410


def test_an_invitation_for_a_person_makes_no_group(school: Story) -> None:
    anybody = school.api.user(next(_NUMBERS), language_code="nl")
    group = school.api.group(title="Vrienden", bot_is_in=False)
    group.adds_bot(anybody, school.invitation("vb-jip-lindhout"))
    hears(group, "niet in een groep")


# ---- where time goes by -------------------------------------------------------------------------


@pytest.fixture
def patient(later: Story) -> User:
    return later.api.user(next(_NUMBERS), language_code="nl")


def test_did_it_help(later: Story, patient: User) -> None:
    milan = later.api.user(101)
    later.sends(patient)
    milan.presses("Klaar", message=later.card(milan))
    pressed(patient, "Ja, vraag het me", message=hears(patient, "heeft je vraag afgesloten"))
    later.at("2026-11-26 11:00")
    helped = hears(patient, "Heeft het geholpen?")
    assert "Oké" in pressed(patient, "Ik zoek iets anders", message=helped).text


def test_out_of_hours(later: Story, patient: User) -> None:
    later.at("2026-12-24 18:00")
    assert "januari" in later.sends(patient).text  # the school is closed for Christmas
    pressed(patient, "Neem mijn vraag terug")
    pressed(patient, "Ja, neem mijn vraag terug")


def test_nobody_answers(later: Story, patient: User) -> None:
    """Each in turn is reminded, the student hears of every change, and in the end what to do."""
    milan, sanne, desk = (later.api.user(number) for number in (101, 102, 103))
    days = later.days_from("2027-01-11")
    next(days)
    later.sends(patient)
    number = later.number
    later.card(milan)
    days_until(days, patient, "nu bij Sanne Kolk")
    hears(milan, f"Vraag {number}: de student wacht nog op antwoord")
    hears(milan, f"Vraag {number} is nu bij Sanne Kolk")
    days_until(days, patient, "nu bij Noor Wegman")  # by mail: the next in the team
    hears(sanne, f"Vraag {number}: de student wacht nog op antwoord")
    later.restart()
    days_until(days, patient, "nu bij Team studieadvies")
    assert any("wacht nog op antwoord" in mail.subject for mail in later.smtp.mails)
    days_until(days, patient, "nu bij Servicepunt Studie")
    days_until(days, patient, "Niemand heeft op tijd geantwoord")
    hears(desk, f"Vraag {number}: de student wacht nog op antwoord")
    desk.says("Sorry, we zijn er alsnog", reply_to=later.card(desk, "niet op tijd"))
    hears(patient, "we zijn er alsnog")
