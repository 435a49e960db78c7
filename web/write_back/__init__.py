"""Advice where agents work: a short internal note and tags of our own in the helpdesk, never anything else.

Only in `mode = "advise"`, only where it helps, only to hooks that have an address and credentials. `WriteBack.jobs`
makes the job of an advice, `WriteBack.work` writes it.
"""

from __future__ import annotations

from web.write_back.jobs import QUEUE, WriteBack

__all__ = ["QUEUE", "WriteBack"]
