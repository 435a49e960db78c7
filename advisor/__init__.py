"""One ticket, from its text to a recorded recommendation."""
