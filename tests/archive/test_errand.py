"""What a worker of a cluster is sent with: the bundle of a home, the folder all reach, and what it is refused for."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from advisor.archive import errand as errands
from advisor.archive.bundle_file import Packed, files_of, pack, unpack
from advisor.archive.cluster import check_past, cluster_team
from advisor.archive.errand import Errand, Refused, do, leave, unfit, unlike
from advisor.archive.fingerprint import machine
from advisor.archive.folder import GAP, AddressFolder, Folder, LocalFolder, folder_at, joined, placed
from advisor.archive.formats import Row
from advisor.archive.selection import EVERYTHING
from advisor.archive.survey import Survey, survey
from advisor.archive.worker import Job, Past
from advisor.decision.experience import default_text
from advisor.errors import ArchiveError
from advisor.registry import About, Kind, trained_models
from advisor.settings import Settings
from advisor.types import Promise
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.settings import Precision

ARTICLE = Article(id="reset", source="help", title="Reset", body="Open the sign-in page.")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a home with an article, two topic heads and an earlier version of the answer head."""
    settings = Settings(home=tmp_path / "home", precision=Precision.HASH)
    KnowledgeBase.open(settings.knowledge, HashEncoder()).import_articles("help", [ARTICLE])
    models = trained_models(settings)
    for kind in (Kind.TOPICS, Kind.TOPICS, Kind.ANSWERS, Kind.ANSWERS):
        made = models.add(kind, fill, About(source="a.csv", rows=1, encoder="e"), now=datetime(2026, 3, 1, tzinfo=UTC))
        models.use(kind, made.name)
    for name in ("advisor.db", "experience.toml", "settings.toml"):
        (settings.home / name).write_text("stays here")
    return settings


def fill(folder: Path) -> None:
    (folder / "head.json").write_text("{}")


def test_a_bundle_holds_what_reading_needs_and_no_record(settings: Settings, tmp_path: Path) -> None:
    packed = pack(settings, tmp_path / "work")
    with tarfile.open(tmp_path / "work" / packed.name) as tar:
        names = tar.getnames()
    versions = [f"models/{name}-2026-03-01" for name in ("answers/0002", "topics/0001", "topics/0002")]
    heads = [f"{version}/{file}" for version in versions for file in ("about.json", "head.json", "manifest.json")]
    assert names == sorted(["index/passages.faiss", "knowledge.db", "models/in_use.json", *heads])
    assert [path.name for path in (tmp_path / "work").iterdir()] == [packed.name]


def test_equal_homes_make_equal_bundles_and_another_article_another_one(settings: Settings, tmp_path: Path) -> None:
    first = pack(settings, tmp_path / "a")
    assert pack(settings, tmp_path / "b") == first
    assert first.name == f"bundle-{sha256((tmp_path / 'a' / first.name).read_bytes()).hexdigest()[:20]}.tar"
    other = replace(ARTICLE, id="other")
    KnowledgeBase.open(settings.knowledge, HashEncoder()).import_articles("more", [other])
    assert pack(settings, tmp_path / "b") != first


def test_an_unpacked_home_reads_as_the_one_that_was_packed(settings: Settings, tmp_path: Path) -> None:
    packed = pack(settings, tmp_path)
    unpack(tmp_path / packed.name, tmp_path / "other", sha256=packed.sha256)
    other = replace(settings, home=tmp_path / "other")
    there = KnowledgeBase.open(other.knowledge, HashEncoder())
    assert there.fingerprint == KnowledgeBase.open(settings.knowledge, HashEncoder()).fingerprint
    assert there.articles() == [ARTICLE]
    for kind in (Kind.TOPICS, Kind.ANSWERS):
        (here, copied) = (trained_models(one).in_use(kind) for one in (settings, other))
        assert here is not None
        assert copied is not None
        assert (copied.name, copied.fingerprint) == (here.name, here.fingerprint)


def test_a_knowledge_base_is_copied_at_one_moment_while_it_is_written_to(settings: Settings, tmp_path: Path) -> None:
    writer = sqlite3.connect(settings.knowledge.knowledge_db, isolation_level=None)
    writer.execute("begin immediate")
    writer.execute("delete from articles")
    packed = pack(settings, tmp_path)
    writer.execute("rollback")
    writer.close()
    unpack(tmp_path / packed.name, tmp_path / "other", sha256=packed.sha256)
    assert [*sqlite3.connect(tmp_path / "other" / "knowledge.db").execute("select id from articles")] == [("reset",)]


def test_a_home_without_anything_makes_a_bundle(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "empty", precision=Precision.HASH)
    assert files_of(settings) == {}
    packed = pack(settings, tmp_path)
    unpack(tmp_path / packed.name, tmp_path / "other", sha256=packed.sha256)
    assert list((tmp_path / "other").iterdir()) == []


def test_a_changed_bundle_is_refused_before_anything_is_unpacked(settings: Settings, tmp_path: Path) -> None:
    packed = pack(settings, tmp_path)
    file = tmp_path / packed.name
    content = bytearray(file.read_bytes())
    content[600] ^= 1
    file.write_bytes(content)
    with pytest.raises(ArchiveError, match=rf"{packed.name} is not the bundle that was packed .*: delete it"):
        unpack(file, tmp_path / "other", sha256=packed.sha256)
    assert not (tmp_path / "other").exists()


def entry(name: str, type: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = type, link
    made.size = 4 if type == tarfile.REGTYPE else 0
    return made


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([entry("../outside")], r"plain files below the home folder only, was: '\.\./outside'"),
        ([entry("models/../../outside")], r"was: 'models/\.\./\.\./outside'"),
        ([entry("/outside")], r"was: '/outside'"),
        ([entry(".")], r"was: '\.'"),
        ([entry("models", tarfile.SYMTYPE, "/"), entry("models/outside")], "was: 'models'"),
        ([entry("a"), entry("b", tarfile.LNKTYPE, "a")], "was: 'b'"),
        ([entry("folder", tarfile.DIRTYPE)], "was: 'folder'"),
        ([entry("device", tarfile.CHRTYPE)], "was: 'device'"),
        ([entry("a"), entry("a")], "no bundle of this program"),
    ],
)
def test_a_bundle_reaches_nothing_outside_the_folder(entries: list[tarfile.TarInfo], says: str, tmp_path: Path) -> None:
    file, home = tmp_path / "bundle.tar", tmp_path / "deep" / "home"
    with tarfile.open(file, "w") as tar:
        for one in entries:
            tar.addfile(one, io.BytesIO(b"text"))
    with pytest.raises(ArchiveError, match=says):
        unpack(file, home, sha256=sha256(file.read_bytes()).hexdigest())
    found = {path for path in tmp_path.rglob("*") if path.is_file() and home not in path.parents}
    assert found == {file}


def test_what_is_no_tar_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar"
    file.write_bytes(b"no tar at all" * 100)
    with pytest.raises(ArchiveError, match="no bundle of this program"):
        unpack(file, tmp_path / "home", sha256=sha256(file.read_bytes()).hexdigest())


def an_errand(folder: Path, *, needs: dict[str, str] | None = None, bundle: Packed | None = None) -> Errand:
    job = Job(
        settings=Settings(home=folder / "home", precision=Precision.HASH),
        survey=str(folder / "survey"),
        evidence=str(folder / "evidence"),
        run="r",
        experience=default_text(),
        promise=Promise(),
        past=Past.ARCHIVE,
        assumed=datetime(2026, 3, 1, tzinfo=UTC),
        needs=needs or {},
    )
    return Errand(job=job, work=str(folder), bundle=bundle)


def test_a_worker_of_another_machine_refuses_the_part_and_says_what_differs(tmp_path: Path) -> None:
    here = machine()
    errand = an_errand(tmp_path, needs={**here, "ONNX Runtime": "1.0", "processor": "x86_64 0123"})
    says = (
        f"ONNX Runtime {here['ONNX Runtime']} where 1.0 is needed",
        f"processor {here['processor']} where x86_64 0123 is needed",
    )
    assert unfit(errand) == list(says)
    assert do(errand, 0) == Refused(f"a worker has {says[0]}, {says[1]}")


def test_only_what_differs_is_named() -> None:
    assert unlike({"NumPy": "2.0", "archive": "a"}, {"NumPy": "2.0", "spaCy": "3.8"}) == []
    assert unlike({"NumPy": "2.0", "archive": "a"}, {"NumPy": "2.1"}) == ["NumPy 2.1 where 2.0 is needed"]


def test_a_worker_that_does_not_see_the_work_folder_is_refused_and_makes_none(tmp_path: Path) -> None:
    packed = Packed("0" * 64)
    there = an_errand(tmp_path, bundle=packed)
    assert unfit(there) == [f"another folder {tmp_path}, in which {packed.name} is missing"]
    assert unfit(replace(there, work=f"file://{tmp_path}")) == [
        f"another folder file://{tmp_path}, in which {packed.name} is missing"
    ]
    gone = replace(there, work=str(tmp_path / "gone"))
    assert unfit(gone) == [f"no folder {tmp_path / 'gone'}"]
    assert not (tmp_path / "gone").exists()
    (tmp_path / packed.name).touch()
    assert unfit(there) == []
    assert unfit(replace(there, work="ghost://place"))[0].startswith("no way to ghost://place")


def rows(many: int) -> list[Row]:
    return [Row(number, f"row {number}", {"id": str(number), "body": f"text {number}"}) for number in range(many)]


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_survey_reads_the_same_parts_at_a_path_and_at_an_address(scheme: str, tmp_path: Path) -> None:
    summary = survey(rows(600), tmp_path, selection=EVERYTHING, apart=True)
    read = Survey(folder_at(f"{scheme}{tmp_path}"))
    found = [row for part in range(summary.parts) for row in read.part(part).rows]
    assert (summary.parts, found) == (3, rows(600))


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_tickets_that_are_gone_are_said_with_the_cure(scheme: str, tmp_path: Path) -> None:
    survey(rows(3), tmp_path, selection=EVERYTHING, apart=True)
    read = Survey(folder_at(f"{scheme}{tmp_path}"))
    folder_at(f"{scheme}{tmp_path}").remove("tickets")
    with pytest.raises(ArchiveError, match=rf"part 0 must be read again, but {scheme}{tmp_path} holds its tickets no"):
        read.part(0)


def folders(tmp_path: Path) -> list[Folder]:
    return [LocalFolder(tmp_path / "local"), AddressFolder(f"file://{tmp_path}/address", copies=tmp_path)]


def test_a_folder_is_the_same_at_a_path_and_at_an_address(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"0123456789" * 10**6)
    for folder in folders(tmp_path):
        told: list[int] = []
        folder.put("big", tmp_path / "source", told=told.append)
        assert (folder.size("big"), sum(told), folder.size("none")) == (10**7, 10**7, None)
        assert folder.spans("big", [(9_000_001, 9_000_004), (3, 6), (0, 3)]) == [b"123", b"345", b"012"]
        assert folder.here("big").read_bytes() == (tmp_path / "source").read_bytes()
        folder.write("small", b"one")
        folder.write("small", b"two")
        assert (folder.read("small"), folder.read("none"), folder.names()) == (b"two", None, {"big", "small"})
        folder.remove("big")
        folder.remove("big")
        assert folder.names() == {"small"}


def test_copies_of_what_lies_at_an_address_go_with_the_folder(tmp_path: Path) -> None:
    folder = AddressFolder(f"file://{tmp_path}/address", copies=tmp_path)
    folder.write("a", b"text")
    copy = folder.here("a")
    assert copy.read_bytes() == b"text"
    assert copy.parent.parent == tmp_path
    del folder
    assert not copy.parent.exists()


def test_spans_that_lie_close_together_are_read_at_once() -> None:
    far = 10 * GAP
    assert joined([(5, 9), (0, 5), (far, far + 1), (20, 30)]) == [(0, 30), (far, far + 1)]
    assert joined([]) == []
    large = 9 * 2**20
    assert joined([(0, large), (large, large + 5)]) == [(0, large), (large, large + 5)]


def test_a_place_is_named_so_that_other_machines_find_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert placed("s3://bucket/work/") == "s3://bucket/work"
    assert placed("work") == str(tmp_path / "work")


def test_an_unknown_kind_of_address_is_said() -> None:
    with pytest.raises(ArchiveError, match=r"ghost://place cannot be reached \(Protocol not known: ghost\)"):
        folder_at("ghost://place")


@pytest.mark.parametrize("dask", ["local", "local:0", "local:two", "host:8786", "http://host:8786", "", "tcp://"])
def test_what_is_no_cluster_is_refused(dask: str) -> None:
    with pytest.raises(ArchiveError, match=r"--dask must be local:N, or the address of a scheduler"):
        cluster_team(dask, None)


def test_records_are_read_on_one_machine_only() -> None:
    for dask, work in (("tcp://host:8786", None), ("local:2", "/shared")):
        with pytest.raises(
            ArchiveError, match=r"--history records reads advisor\.db, which is read on one machine only"
        ):
            check_past(dask, work, Past.RECORDS)
    check_past("local:2", None, Past.RECORDS)
    check_past("tcp://host:8786", "/shared", Past.ARCHIVE)


def test_leaving_a_run_that_was_never_begun_leaves_the_others_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, never = an_errand(tmp_path / "begun"), an_errand(tmp_path / "never")
    monkeypatch.setattr(errands, "_guests", [(begun, None)])
    leave(never)
    assert [one for one, _ in errands._guests] == [begun]
    leave(begun)
    assert len(errands._guests) == 0
