"""Telegram: updates in, messages out. The same conversation as in the terminal, and a record."""
