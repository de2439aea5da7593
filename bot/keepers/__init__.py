"""The commands for who keeps a catalogue.

commands.py     what can be typed, from check and coverage to freshness and schema
check.py        is it right
shown.py        what an institution offers, and what students see of it
files.py        a new offering, the schemas for editors
in_and_out.py   as a spreadsheet, open data or a calendar; and back
beside.py       what is asked of the database while the bot may run
options.py      what several of them do with their options
"""

from bot.keepers.commands import add_commands

__all__ = ["add_commands"]
