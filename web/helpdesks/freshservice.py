"""Freshservice: its workflow automator sends the ticket as Freshdesk's rules do, see `freshworks.py`."""

from __future__ import annotations

from web.helpdesks.agents_text import AGENTS
from web.helpdesks.freshworks import SIGNING, delivery_id, parse, sample
from web.helpdesks.freshworks_text import steps

__all__ = ["SET_UP", "SIGNING", "delivery_id", "parse", "sample"]

SET_UP = steps("Admin > Automation & Productivity > Workflow Automator, one workflow a rule") + AGENTS
