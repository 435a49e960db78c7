"""The installation's settings: the home folder, and settings.toml in it; the environment goes before the file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from advisor.errors import SettingsError
from index.settings import KnowledgeSettings, Precision

NUMBERS = ("threads", "cache_gb")
TEMPLATE = """\
# Settings of this installation. What is commented out shows the default.

# mask = true              # personal data is replaced by placeholders before anything is stored
# model = "all-MiniLM-L6-v2"   # or the name or folder of another sentence-transformers model
# precision = "int8"       # int8 (fast), fp32, or reference (sentence-transformers itself; slow)
# threads = 0              # 0 = one a core
# cache_gb = 10            # how much may be kept of what was read in archives
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What settings.toml and the environment say."""

    home: Path
    mask: bool = True
    model: str = "all-MiniLM-L6-v2"
    precision: Precision = Precision.INT8
    threads: int = 0  # 0 = one a core
    cache_gb: int = 10  # of cache.db, and of the evidence of archives

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
            fit[key] = Precision(str(value)) if kinds[key] is Precision and value in set(Precision) else value
            if type(fit[key]) is not kinds[key]:
                allowed = f"one of {', '.join(Precision)}" if kinds[key] is Precision else f"a {kinds[key].__name__}"
                raise SettingsError(f"{key} must be {allowed}, was: {value!r} (in {where})")
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
    """ADVISOR_MASK, ADVISOR_MODEL, ADVISOR_PRECISION, ADVISOR_THREADS, ADVISOR_CACHE_GB."""
    found: dict[str, object] = {}
    for name in ("mask", "model", "precision", "threads", "cache_gb"):
        value = os.environ.get(f"ADVISOR_{name.upper()}")
        if value is not None:
            found[name] = (
                {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
                if name == "mask"
                else value
            )
    return {
        name: int(str(value)) if str(value).isdigit() and name in NUMBERS else value for name, value in found.items()
    }
