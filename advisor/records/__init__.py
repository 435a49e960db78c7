"""What is remembered: tickets, who wrote them, wishes, evidence, advices, what was done, what became of it."""

from advisor.records.customers import Found
from advisor.records.filed import FiledWish, SaidBy, Standing, State
from advisor.records.past import Past
from advisor.records.promises import Audit, Look
from advisor.records.records import Records, Stored, Use

__all__ = ["Audit", "FiledWish", "Found", "Look", "Past", "Records", "SaidBy", "Standing", "State", "Stored", "Use"]
