"""One file that holds an installation, made while it runs, checked, and put in its place again."""

from advisor.backup.archive import Manifest, Member
from advisor.backup.make import back_up
from advisor.backup.restore import Restored, look_into, restore

__all__ = ["Manifest", "Member", "Restored", "back_up", "look_into", "restore"]
