"""What all tests share, made once a run: the fast encoder, an advisor over the demo help centre, a browser."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.advise import Advisor
from advisor.reading.evidence import Heads
from advisor.reading.heads import SHIPPED, fingerprint
from advisor.settings import Settings
from advisor.wiring import ready
from index.encoder import Encoder, HashEncoder, load_encoder
from index.knowledge import KnowledgeBase
from index.settings import KnowledgeSettings, Precision
from index.sources import read

if TYPE_CHECKING:
    from selenium import webdriver


FILES = Path("/proc/self/fd")
MOST_FILES = 500  # open at once in this process, of 1,024 that many machines allow


@pytest.fixture(autouse=True)
def _few_files_open() -> Iterator[None]:
    """Databases of earlier tests are closed by the collector of garbage, which knows nothing of a limit of files."""
    yield
    if FILES.is_dir() and len(os.listdir(FILES)) > MOST_FILES:
        gc.collect()


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_machine() -> Iterator[None]:
    """The tests choose home, model and precision themselves, whatever this machine's environment says."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ADVISOR_") and name != "ADVISOR_DATA"]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def model_settings(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeSettings:
    """A home folder in which the fast encoder has been made."""
    settings = KnowledgeSettings(tmp_path_factory.mktemp("home"), threads=2)
    load_encoder(settings)
    return settings


@pytest.fixture(scope="session")
def fast(model_settings: KnowledgeSettings) -> Encoder:
    return load_encoder(model_settings)


@pytest.fixture
def fresh_home(model_settings: KnowledgeSettings, tmp_path: Path) -> Path:
    """A home folder that holds nothing but the fast encoder."""
    return with_the_encoder(tmp_path / "fresh", model_settings)


@pytest.fixture(scope="session")
def demo_home(model_settings: KnowledgeSettings, fast: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the demo help centre."""
    home = with_the_encoder(tmp_path_factory.mktemp("demo") / "home", model_settings)
    with as_file(files("advisor") / "demo" / "help_centre") as folder:
        articles = read(folder, "demo").articles
    KnowledgeBase.open(Settings(home=home).knowledge, fast).import_articles("demo", articles)
    return home


@pytest.fixture(scope="session")
def demo_advisor(demo_home: Path) -> Advisor:
    """The advisor as `advisor advise` would put it together, over the demo help centre."""
    return ready(Settings(home=demo_home, threads=2))


@pytest.fixture(scope="session")
def heads(fast: Encoder) -> Heads:
    """The shipped heads."""
    return Heads.load(SHIPPED, encoder=fast.fingerprint, fingerprint=fingerprint(SHIPPED))


@pytest.fixture
def settings(tmp_path: Path) -> KnowledgeSettings:
    """Of a home folder whose encoder hashes words and needs no model."""
    return KnowledgeSettings(tmp_path / "home", precision=Precision.HASH, threads=2)


@pytest.fixture
def knowledge(settings: KnowledgeSettings) -> KnowledgeBase:
    """Three articles: password, invoice, camera."""
    from knowledge_samples import CAMERA, INVOICE, PASSWORD  # beside the tests that ask for this

    knowledge = KnowledgeBase.open(settings, HashEncoder())
    knowledge.import_articles("help", [PASSWORD, INVOICE, CAMERA])
    return knowledge


@pytest.fixture(scope="session")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Headless Chromium, for all tests of pages."""
    from browsing import chromium  # beside the tests that ask for this

    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def chrome(one_browser: webdriver.Chrome) -> webdriver.Chrome:
    """The browser as new: nobody signed in, light, 1280 wide."""
    from browsing import renewed

    return renewed(one_browser)


def with_the_encoder(home: Path, model_settings: KnowledgeSettings) -> Path:
    """Make a home folder that shares the fast encoder."""
    home.mkdir(parents=True)
    (home / "models").symlink_to(model_settings.models, target_is_directory=True)
    return home
