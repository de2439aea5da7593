"""The bare echo bot of python-telegram-bot's own examples: what a bot can do that does nothing."""

from __future__ import annotations

import logging
import os
import sys

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None and update.message.text is not None:
        await update.message.reply_text(update.message.text)


def main() -> None:
    logging.basicConfig(level=logging.ERROR)
    root = os.environ["WEGWIJS_TELEGRAM_API"]
    application = (
        ApplicationBuilder()
        .token(os.environ["WEGWIJS_TELEGRAM_TOKEN"])
        .base_url(f"{root}/bot")
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT, echo))
    sys.stderr.write("@wegwijs_test_bot\n")
    application.run_polling(allowed_updates=["message"])


if __name__ == "__main__":
    main()
