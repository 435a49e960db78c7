"""The installation's settings: the home folder, and settings.toml in it; the environment goes before the file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from advisor.errors import SettingsError
from index.settings import KnowledgeSettings, Precision

RANGES: Mapping[str, tuple[int, int]] = {
    "session_idle_minutes": (1, 24 * 60),
    "session_hours": (1, 7 * 24),
    "proxy": (0, 5),
    "requests_per_minute": (0, 1_000_000),
}
"""The least and the most of a setting, where not any number fits."""

NAMED = {"tuple": "a list of texts"}
"""How a kind of value is called where its own name says nothing to people."""

SWITCHES = {"true": True, "1": True, "false": False, "0": False}
TEMPLATE = """\
# Settings of this installation. What is commented out shows the default.

# In shadow the program advises and records, and changes nothing anywhere: after a week, advisor report --shadow tells
# what it would have done against what your agents did. "advise" writes its advice back to the helpdesk.
# mode = "shadow"

# mask = true              # personal data is replaced by placeholders before anything is stored
# model = "all-MiniLM-L6-v2"   # or the name or folder of another sentence-transformers model
# precision = "int8"       # int8 (fast), fp32, or reference (sentence-transformers itself; slow)
# threads = 0              # 0 = one a core
# cache_gb = 10            # how much may be kept of what was read in archives

# The pages; see docs/serving.md.
# https = false            # true where a reverse proxy serves them by TLS: cookies are then never sent without
# proxy = 0                # how many reverse proxies stand before it, whose X-Forwarded-For and -Proto are believed
# session_idle_minutes = 60    # who did nothing for so long signs in again
# session_hours = 12       # and so does everybody after so long
# address = ""             # where customers reach them, such as "https://support.example.com": drafts then carry links
# requests_per_minute = 1200   # of one user, or of one address that is not signed in; 0 = as many as they like

# Helpdesks; see docs/webhooks.md.
# allowed_hosts = []       # hosts inside your own network that may be written to, such as ["zammad.internal"]
"""


class Mode(StrEnum):
    """Whether the program may change anything outside its own records."""

    SHADOW = "shadow"  # it advises and records, nothing else
    ADVISE = "advise"  # its advice is written back to the helpdesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What settings.toml and the environment say."""

    home: Path
    mode: Mode = Mode.SHADOW
    mask: bool = True
    model: str = "all-MiniLM-L6-v2"
    precision: Precision = Precision.INT8
    threads: int = 0  # 0 = one a core
    cache_gb: int = 10  # of cache.db, and of the evidence of archives
    https: bool = False  # whether browsers reach the pages by TLS
    proxy: int = 0  # reverse proxies before the pages whose headers are believed
    session_idle_minutes: int = 60
    session_hours: int = 12
    address: str = ""  # under which customers reach the pages, without a query; empty: no link is put into a draft
    requests_per_minute: int = 1200  # of one user, or of one address that is not signed in; 0 = no limit
    allowed_hosts: tuple[str, ...] = ()  # that may be asked though they are private, and without TLS

    @classmethod
    def load(cls, home: Path | None = None) -> Settings:
        """Read the settings of a home folder, which need not exist yet."""
        home = home or default_home()
        settings = cls(home=home)
        path = home / "settings.toml"
        if path.is_file():
            settings = settings.changed(read_toml(path), str(path))
        return settings.changed(from_environment(), "the environment")

    def changed(self, values: Mapping[str, object], where: str) -> Settings:
        """These settings with some values replaced; raises SettingsError for an unknown or unfit one."""
        kinds = {field.name: type(getattr(self, field.name)) for field in fields(self) if field.name != "home"}
        fit: dict[str, object] = {}
        for key, value in values.items():
            if key not in kinds:
                raise SettingsError(f"unknown setting {key!r} in {where}: use one of {', '.join(kinds)}")
            kind = kinds[key]
            fit[key] = _taken(value, kind)
            if type(fit[key]) is not kind:
                allowed = f"one of {', '.join(kind)}" if issubclass(kind, StrEnum) else NAMED.get(kind.__name__)
                allowed = allowed or f"a {kind.__name__}"
                raise SettingsError(f"{key} must be {allowed}, was: {value!r} (in {where})")
            least, most = RANGES.get(key, (None, None))
            if least is not None and most is not None and not least <= int(str(value)) <= most:
                raise SettingsError(f"{key} must be between {least} and {most}, was: {value} (in {where})")
            if key == "address" and value != "" and not is_public_address(str(value)):
                raise SettingsError(f"address must be like https://support.example.com, was: {value!r} (in {where})")
        return replace(self, **fit)  # type: ignore[arg-type]

    @property
    def knowledge(self) -> KnowledgeSettings:
        """What the room index is given."""
        return KnowledgeSettings(self.home, model=self.model, precision=self.precision, threads=self.threads)

    @property
    def experience(self) -> Path:
        """The experience file."""
        return self.home / "experience.toml"

    @property
    def records(self) -> Path:
        """The database of records."""
        return self.home / "advisor.db"

    @property
    def models(self) -> Path:
        """Heads trained in this installation; where there are none, the shipped ones serve."""
        return self.home / "models" / "heads"


def is_public_address(address: str) -> bool:
    """Whether an address may stand in a letter: http or https, a host, and no more than a path."""
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        return False


def default_home() -> Path:
    """ADVISOR_HOME, else the folder for a user's data."""
    return Path(os.environ.get("ADVISOR_HOME") or Path.home() / ".local" / "share" / "ticket-advisor")


def read_toml(path: Path) -> Mapping[str, object]:
    """Read settings.toml."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} is not readable TOML ({error}): mend it, or delete it to have the defaults"
        ) from error


def from_environment() -> dict[str, object]:
    """ADVISOR_MASK, ADVISOR_MODEL and so on: every setting under its name in capitals, `home` apart."""
    kinds = {field.name: str(field.type) for field in fields(Settings) if field.name != "home"}
    given = {name: os.environ.get(f"ADVISOR_{name.upper()}") for name in kinds}
    return {name: _meant(value, kinds[name]) for name, value in given.items() if value is not None}


def _taken(value: object, kind: type) -> object:
    """A value as its setting holds it; as it came where it is none."""
    if issubclass(kind, StrEnum) and isinstance(value, str) and value in set(kind):
        return kind(value)
    if kind is tuple and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    return value


def _meant(value: str, kind: str) -> object:
    """What stands in the environment as a value of this kind; as it stands where it is none."""
    if kind.startswith("tuple"):
        return [one.strip() for one in value.split(",") if one.strip()]
    if kind == "bool":
        return SWITCHES.get(value.lower(), value)
    return int(value) if kind == "int" and value.isdecimal() else value
