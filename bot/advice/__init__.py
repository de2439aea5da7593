"""WHAT FITS THIS STUDENT: who may use it, how well it fits, which question is worth asking next."""

from bot.advice.fit import Fit, rank
from bot.advice.questions import QUESTIONS, Question, next_question
from bot.advice.student import FACTS, Student
from bot.advice.suggest import MOST_SUGGESTIONS, person_for, reasons, suggest

__all__ = [
    "FACTS",
    "MOST_SUGGESTIONS",
    "QUESTIONS",
    "Fit",
    "Question",
    "Student",
    "next_question",
    "person_for",
    "rank",
    "reasons",
    "suggest",
]
