"""All operations of the API: this one list makes its routes, what is checked, who may do it, and its description."""

from __future__ import annotations

from web.api import advise, done, experience, knowledge, outcomes, people, reports, tickets, wishes

OPERATIONS = (
    *advise.OPERATIONS,
    *tickets.OPERATIONS,
    *done.OPERATIONS,
    *outcomes.OPERATIONS,
    *people.OPERATIONS,
    *wishes.OPERATIONS,
    *knowledge.OPERATIONS,
    *reports.OPERATIONS,
    *experience.OPERATIONS,
)
