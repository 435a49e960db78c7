"""Knowledge bases to test with: a hashing one that needs no model, and the fast encoder, made once."""

from pathlib import Path

import pytest
from knowledge_samples import CAMERA, INVOICE, PASSWORD

from index.encoder import Encoder, HashEncoder, load_encoder
from index.knowledge import KnowledgeBase
from index.settings import KnowledgeSettings, Precision


@pytest.fixture
def settings(tmp_path: Path) -> KnowledgeSettings:
    return KnowledgeSettings(tmp_path / "home", precision=Precision.HASH, threads=2)


@pytest.fixture
def knowledge(settings: KnowledgeSettings) -> KnowledgeBase:
    """Three articles: password, invoice, camera."""
    knowledge = KnowledgeBase.open(settings, HashEncoder())
    knowledge.import_articles("help", [PASSWORD, INVOICE, CAMERA])
    return knowledge


@pytest.fixture(scope="session")
def model_settings(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeSettings:
    """A home folder in which the fast encoder has been made."""
    settings = KnowledgeSettings(tmp_path_factory.mktemp("home"), threads=2)
    load_encoder(settings)
    return settings


@pytest.fixture(scope="session")
def fast(model_settings: KnowledgeSettings) -> Encoder:
    return load_encoder(model_settings)
