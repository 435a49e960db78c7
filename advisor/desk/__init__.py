"""The command line's desk: the commands, and the texts and pages that they show."""
