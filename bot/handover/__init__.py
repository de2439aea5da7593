"""FROM BOT TO PERSON: case rules, whose turn it is, opening hours, what may be shared."""
