"""`wegwijs preview`: the whole catalogue as students would see it, beside the YAML in an editor."""

from bot.staff.preview.serve import PORT, Preview, serve
from bot.staff.preview.watch import Bot, Watched

__all__ = ["PORT", "Bot", "Preview", "Watched", "serve"]
