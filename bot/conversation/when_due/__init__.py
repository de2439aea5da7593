"""WHAT WE SAY WHEN ITS MOMENT HAS COME: messages that the student asked for beforehand. Pure."""
