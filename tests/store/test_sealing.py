"""Sealed text: who can read it, and that an erased key leaves nothing to read."""

import pytest
from cryptography.exceptions import InvalidTag

from deskbot.store.columns import Sealed
from deskbot.store.sealing import DESK, Sealer, WrongSecret
from deskbot.store.session import Store
from deskbot.store.tables import SealKey
from tests.clocks import MONDAY
from tests.databases import SECRET

ANA = ("person", 7)


def test_what_was_sealed_opens_again_in_another_process(store: Store) -> None:
    """A second sealer knows nothing but the master key."""
    with store.write() as session:
        sealed = store.sealer.seal(session, ANA, "Olá, o meu salário")
    assert b"sal" not in sealed
    with store.read() as session:
        assert store.sealer.open(session, sealed) == "Olá, o meu salário"
        assert Sealer(SECRET).open(session, sealed) == "Olá, o meu salário"


def test_equal_texts_look_different_when_sealed(store: Store) -> None:
    with store.write() as session:
        assert store.sealer.seal(session, ANA, "yes") != store.sealer.seal(session, ANA, "yes")


def test_a_changed_byte_is_noticed(store: Store) -> None:
    with store.write() as session:
        sealed = bytearray(store.sealer.seal(session, ANA, "pay me 100"))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag), store.read() as session:
        store.sealer.open(session, Sealed(sealed))


def test_an_erased_subject_can_never_be_read_again(store: Store) -> None:
    with store.write() as session:
        sealed = store.sealer.seal(session, ANA, "words")
        kept = store.sealer.seal(session, DESK, "other words")
    with store.write() as session:
        store.sealer.erase(session, ANA, MONDAY)
        assert store.sealer.open(session, sealed) is None
    with store.read() as session:
        assert store.sealer.open(session, sealed) is None
        assert Sealer(SECRET).open(session, sealed) is None
        assert store.sealer.open(session, kept) == "other words"


def test_what_is_said_after_an_erasure_has_a_key_of_its_own(store: Store) -> None:
    with store.write() as session:
        store.sealer.seal(session, ANA, "before")
        store.sealer.erase(session, ANA, MONDAY)
        after = store.sealer.seal(session, ANA, "after")
    with store.read() as session:
        assert Sealer(SECRET).open(session, after) == "after"


def test_a_key_that_was_rolled_back_is_not_used_again(store: Store) -> None:
    """Text sealed under it could never be read."""
    with pytest.raises(KeyError), store.write() as session:  # noqa: PT012 - the transaction is the statement
        store.sealer.seal(session, ANA, "lost")
        raise KeyError
    with store.write() as session:
        point = session.begin_nested()
        store.sealer.seal(session, ANA, "lost too")
        point.rollback()
        sealed = store.sealer.seal(session, ANA, "kept")
    with store.read() as session:
        assert Sealer(SECRET).open(session, sealed) == "kept"


def test_another_master_key_is_refused_in_one_sentence(store: Store) -> None:
    with store.write() as session:
        sealed = store.sealer.seal(session, ANA, "words")
    with pytest.raises(WrongSecret, match="DESKBOT_SECRET_KEY"), store.read() as session:
        Sealer(b"quite another master key").open(session, sealed)


def test_the_master_key_can_be_changed(store: Store) -> None:
    """Only the keys are wrapped anew; no text is touched."""
    fresh = Sealer(b"the master key of next year")
    with store.write() as session:
        sealed = store.sealer.seal(session, ANA, "words")
    with store.write() as session:
        assert fresh.rewrap(session, store.sealer) == 1
    with store.read() as session:
        assert Sealer(b"the master key of next year").open(session, sealed) == "words"


def test_the_keys_themselves_are_never_stored_open(store: Store) -> None:
    with store.write() as session:
        store.sealer.seal(session, ANA, "words")
    with store.read() as session:
        row = session.get_one(SealKey, 1)
        assert row.wrapped is not None
        assert len(row.wrapped) == 12 + 32 + 16


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Sealer(b"short")
