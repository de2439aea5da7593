"""TOOLS FOR THE KEEPERS: ask what would be suggested, check the catalogue."""
