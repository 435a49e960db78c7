from __future__ import annotations

import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from web_builders import PASSWORD, QUICK, desk

from advisor.errors import AdvisorError
from web.keys import secret_key
from web.passwords import LONGEST, SHORTEST, Passwords, weakness
from web.staff import Staff
from web.users import Role


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "aaaa bbbb cccc dddd eeee",
        "correct horse staple battery",
        "kX9#mQ2$vL7!",
        "83625194072846",  # no composition is asked for
        "ÄÖÜäöüßéèàçñ",
        "пароль и что-то ещё",
        "🐎🔋📎🐴🌵🎈🎻🧭🛶🧩🪁🪗",
        " twelve signs with spaces ",
        "x1" * 2 + "qrvw" * 63,
    ],
)
def test_any_signs_make_a_password_if_they_are_enough(password: str) -> None:
    assert weakness(password, name="mary") is None
    assert QUICK.fits(password, QUICK.hashed(password))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "at least 12 characters; these are 0"),
        ("kX9#mQ2$vL7", "at least 12 characters; these are 11"),
        ("xyzt" * 64 + "x", "at most 256 characters; these are 257"),
        ("passwordpassword", "first that anybody would try"),
        ("Password1234!", "first that anybody would try"),
        ("P@ssw0rd2026", "first that anybody would try"),
        ("123456789012", "first that anybody would try"),
        ("qwertyuiop123", "first that anybody would try"),
        ("1qaz2wsx3edc", "first that anybody would try"),
        ("aaaaaaaaaaaaaaaa", "first that anybody would try"),
        ("abababababab", "first that anybody would try"),
        ("iloveyou2026!!", "first that anybody would try"),
        ("TicketAdvisor1", "first that anybody would try"),
        ("admin-admin-admin", "first that anybody would try"),
        ("letmein.welcome", "first that anybody would try"),
        ("mary.jones2026", "first that anybody would try"),
    ],
)
def test_what_everybody_would_try_is_refused_with_the_cure(password: str, said: str) -> None:
    sentence = weakness(password, name="mary.jones")
    assert sentence is not None
    assert said in sentence


@given(st.text(min_size=SHORTEST, max_size=LONGEST), st.text(max_size=20))
def test_whatever_is_typed_gives_a_sentence_or_a_password(password: str, name: str) -> None:
    assert weakness(password, name=name) is None or password not in str(weakness(password, name=name))


@given(st.text(max_size=40), st.text(max_size=40))
def test_one_password_fits_and_no_other(one: str, other: str) -> None:
    stored = QUICK.hashed(one)
    assert QUICK.fits(one, stored)
    assert QUICK.fits(other, stored) is (one == other)


@pytest.mark.parametrize("stored", [None, "", "plain", "$argon2id$v=19$m=8,t=1,p=1$broken", "$2b$12$abc"])
def test_where_no_hash_is_stored_nothing_fits(stored: str | None) -> None:
    assert not QUICK.fits(PASSWORD, stored)
    assert not QUICK.fits("", stored)


def test_hashes_are_made_as_the_standard_recommends() -> None:
    assert Passwords().hashed(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_hash_of_older_parameters_is_made_again_at_the_next_sign_in() -> None:
    settings = desk().settings
    Staff.open(settings, passwords=QUICK).users.add("mary", Role.AGENT, password=PASSWORD)
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    users = Staff.open(settings, passwords=stronger).users
    hashes = []
    for _ in range(3):
        hashes += [row["password"] for row in users._file.tables.table("users").rows]
        assert users.verified("mary", PASSWORD) is not None
    assert [stored.split("$")[3] for stored in hashes] == ["m=8,t=1,p=1", "m=16,t=2,p=1", "m=16,t=2,p=1"]
    assert hashes[1] == hashes[2]


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = secret_key(tmp_path / "home")
    assert len(key) == 32
    assert secret_key(tmp_path / "home") == key
    assert secret_key(tmp_path / "other") != key
    assert stat.S_IMODE((tmp_path / "home" / "web.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["web.key"]


def test_a_key_that_others_may_read_or_that_was_cut_is_refused_with_the_cure(tmp_path: Path) -> None:
    secret_key(tmp_path)
    (tmp_path / "web.key").chmod(0o644)
    with pytest.raises(AdvisorError, match="must be readable by its owner only: chmod 600"):
        secret_key(tmp_path)
    (tmp_path / "web.key").chmod(0o600)
    (tmp_path / "web.key").write_bytes(b"short")
    with pytest.raises(AdvisorError, match="must hold 32 bytes, held: 5: delete it"):
        secret_key(tmp_path)
