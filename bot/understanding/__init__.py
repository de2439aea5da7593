"""WHAT THE STUDENT MEANS: text → language, ranked needs with evidence, or "I don't know"."""

from bot.understanding.meaning import Found, Meaning, Outcome

__all__ = ["Found", "Meaning", "Outcome"]
