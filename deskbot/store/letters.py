"""Queries about issued letters and about who checked them."""

from sqlmodel import Session, col, select

from deskbot.store.tables import Letter, LetterCheck


def by_code_hash(session: Session, code_hash: str) -> Letter | None:
    """Return the letter whose code has this hash."""
    return session.exec(select(Letter).where(Letter.code_hash == code_hash)).first()


def by_number(session: Session, number: str) -> Letter | None:
    """Return the letter with this number, whatever its case."""
    return session.exec(select(Letter).where(Letter.number == number.strip().upper())).first()


def of_person(session: Session, person_id: int) -> list[Letter]:
    """Return a person's letters, the newest first."""
    return list(session.exec(select(Letter).where(Letter.person_id == person_id).order_by(col(Letter.id).desc())))


def checks(session: Session, letter_id: int, limit: int = 100) -> list[LetterCheck]:
    """Return who checked a letter and when, the newest first."""
    rows = select(LetterCheck).where(LetterCheck.letter_id == letter_id).order_by(col(LetterCheck.id).desc())
    return list(session.exec(rows.limit(limit)))
