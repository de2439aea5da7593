"""WHAT THE STUDENT MEANS: text → language, ranked needs with evidence, or "I don't know"."""

from bot.understanding.meaning import Found, Meaning, Outcome, likely_needs

__all__ = ["Found", "Meaning", "Outcome", "likely_needs"]
