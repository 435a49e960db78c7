"""The installation's settings: the home folder, and settings.toml in it; the environment goes before the file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
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
    "deliveries_days": (1, 3650),
    "workers": (0, 32),
    "pull_minutes": (0, 24 * 60),
}
"""The least and the most of a setting, where not any number fits."""

MAPPED = (
    "customer_id", "persona", "phone", "account_id", "account_name", "licences", "monthly_revenue", "renews_on", "plan",
    "manager", "usage", "csat", "nps",
)  # fmt: skip
"""What [map.NAME] may fill from the fields of a helpdesk."""

BREAKS = frozenset(' \\"<>')  # signs that no address of ours may hold
NAMED = {"tuple": "a list of texts", "dict": "tables such as [map.zendesk]"}
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

# The question before the ticket; see docs/question.md.
# question_origins = []    # sites whose pages may hold it, such as ["https://www.example.com"]; exactly these
# question_hand_on = ""    # where a customer goes on to a person: an https or mailto address, such as your contact form

# Helpdesks; see docs/webhooks.md.
# deliveries_days = 30     # how long what they sent is kept once it is done
# workers = 2              # deliveries that advisor serve works on at once; 0 = none, advisor work does it
# allowed_hosts = []       # hosts inside your own network that may be written to, such as ["zammad.internal"]
# pull_minutes = 0         # how often advisor serve asks for what webhooks have missed; 0 = never
# [map.zendesk]            # of the hook zendesk: our fields, and where they stand in what it sends
# licences = "ticket.organization.seats"
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
    question_origins: tuple[str, ...] = ()  # whose pages may hold the question before the ticket
    question_hand_on: str = ""  # https or mailto; where it sends those who want a person; empty: nowhere else
    allowed_hosts: tuple[str, ...] = ()  # that may be asked though they are private, and without TLS
    deliveries_days: int = 30  # that what helpdesks sent is kept once it is done
    workers: int = 2  # deliveries that a server works on at once; 0 = none
    pull_minutes: int = 0  # between two pulls by the server of what webhooks have missed; 0 = it does not pull
    map: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # hook -> our field -> a path in its payload

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
            if key == "map":
                fit[key] = _checked_map(value, where)
            if key == "question_origins":
                _check_origins(fit[key], where)
            if key == "question_hand_on" and value != "" and not is_way_to_a_person(str(value)):
                like = "https://www.example.com/contact or mailto:support@example.com"
                raise SettingsError(f"question_hand_on must be like {like}, was: {value!r} (in {where})")
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


def is_origin(origin: str) -> bool:
    """Whether this is an origin as browsers write it: small letters, no path, no port that is the usual one."""
    try:
        parts = urlsplit(origin)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return False
    host = parts.hostname or ""
    if any(not (sign.isascii() and sign.isalnum()) and sign not in "-.:_" for sign in host):
        return False
    named = f"[{host}]" if ":" in host else host
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme)
    return bool(usual and host) and port != usual and origin == f"{parts.scheme}://{named}{port}"


def is_way_to_a_person(address: str) -> bool:
    """Whether a customer may be sent there: a page by https, or a letter to one address."""
    if any(not sign.isprintable() or sign in BREAKS for sign in address):
        return False
    try:
        parts = urlsplit(address)
        page = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
    name, at, host = parts.path.partition("@")
    letter = parts.scheme == "mailto" and bool(name and at and "." in host) and not set("@,;") & set(host)
    return page or (letter and not (parts.query or parts.fragment))


def _check_origins(origins: object, where: str) -> None:
    wrong = next((one for one in origins if not is_origin(one)), None) if isinstance(origins, tuple) else None
    if wrong is not None:
        rule = "question_origins must hold origins such as https://www.example.com, with no path or slash behind"
        raise SettingsError(f"{rule}, was: {wrong!r} (in {where})")


def _checked_map(tables: object, where: str) -> Mapping[str, Mapping[str, str]]:
    """[map.NAME] tables: only fields that we know, each with a path."""
    found: dict[str, Mapping[str, str]] = {}
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        if not isinstance(table, Mapping):
            raise SettingsError(f"map.{name} must be a table, [map.{name}], was: {table!r} (in {where})")
        for ours, path in table.items():
            if ours not in MAPPED:
                raise SettingsError(f"map.{name} may hold {', '.join(MAPPED)}, was: {ours!r} (in {where})")
            if not isinstance(path, str) or not path.strip():
                rule = f'map.{name}.{ours} must be a path such as "ticket.organization.seats"'
                raise SettingsError(f"{rule}, was: {path!r} (in {where})")
        found[name] = dict(table)
    return found


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
