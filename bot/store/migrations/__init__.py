"""The steps from one version of the tables to the next; `bot.store.migrate` takes them."""
