"""A stand-in for the server of the Telegram Bot API, for tests that start the real bot.

    with BotApi(token="123456:test") as api:
        ...start the bot with base_url=api.base_url, base_file_url=api.base_file_url...
        student = api.user(7, language_code="nl")
        student.starts()
        student.presses("Nederlands").wait_for_answer()
        student.wait_for("Waar studeer je?")
        team = api.group(title="Team", forum=True, members=[student], bot_is_admin=True)
        team.says(student, "ik bel", topic=team.adds_topic(student, "Noor"))

It keeps the rules of the real one (`limits.py`, `html.py`, `flood.py`) and, on demand, its bad days
(`faults.py`). Everything runs inside the test; nothing leaves this machine.
"""

from .acts import Press
from .api import BotApi
from .calls import Call
from .chats import RIGHTS, USUAL_RIGHTS, Button, Seen, Topic
from .faults import Fault
from .flood import Flood
from .groups import Group
from .params import File
from .users import User

__all__ = [
    "RIGHTS",
    "USUAL_RIGHTS",
    "BotApi",
    "Button",
    "Call",
    "Fault",
    "File",
    "Flood",
    "Group",
    "Press",
    "Seen",
    "Topic",
    "User",
]
