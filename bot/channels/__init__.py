"""WHERE PEOPLE TALK TO US: translate what arrives into events, lay out what is said."""
