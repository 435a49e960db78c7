"""What is remembered: tickets, customers, accounts, wishes, evidence, recommendations, what was really done."""

from advisor.records.customers import Found
from advisor.records.records import Records, Stored

__all__ = ["Found", "Records", "Stored"]
