"""Wishes in German, French, Spanish, Portuguese and Dutch: patterns of words, one grammar a language."""

from advisor.reading.foreign.grammar import LANGUAGES, Grammar, cues, fold, grammar
from advisor.reading.foreign.hearing import cues_of, hear_foreign

__all__ = ["LANGUAGES", "Grammar", "cues", "cues_of", "fold", "grammar", "hear_foreign"]
