"""IS THIS PERSON IN DANGER: runs before everything else, on every text."""
