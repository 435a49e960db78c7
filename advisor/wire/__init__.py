"""The wire format: tickets in, recommendations out, evidence to and from its stored form."""

from advisor.wire.evidence import evidence_from_json, evidence_to_json
from advisor.wire.plain import plain_json
from advisor.wire.recommendation import to_json
from advisor.wire.rows import read_tickets
from advisor.wire.ticket import ticket_from

__all__ = ["evidence_from_json", "evidence_to_json", "plain_json", "read_tickets", "ticket_from", "to_json"]
