"""How agents answer an advice, in the words that every set-up text ends with."""

from __future__ import annotations

AGENTS = """\
Agents answer an advice by a tag; make a macro for each, so that it is one click:
     advisor_wrong_article   the article does not answer
     advisor_wants_person    the customer wants a person
     advisor_wrong_topic     it is about something else
"""
