"""Wegwijs: a student says what is going on and knows one concrete next step."""

__version__ = "0.1.0"
