"""What was asked for by form, and the letters that were issued."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from deskbot.store.columns import Sealed, instant, sealed


class RequestAnswer(SQLModel, table=True):
    """The answers a person gave in a request's form, sealed JSON, bound to the ticket it opened."""

    __tablename__ = "request_answer"

    ticket_id: int = Field(primary_key=True, foreign_key="ticket.id")
    request_type: str
    fields: Sealed = sealed()
    at: datetime = instant()


class Letter(SQLModel, table=True):
    """An issued letter; `facts` are frozen at issue, `code_hash` is the SHA-256 of the 128-bit code it carries."""

    __tablename__ = "letter"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    code_hash: str = Field(unique=True)
    kind: str
    person_id: int = Field(foreign_key="person.id", index=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id")
    attachment_id: int | None = Field(default=None, foreign_key="attachment.id")
    language: str
    template_version: str
    facts: Sealed = sealed()
    sha256: str
    issued_at: datetime = instant()
    valid_until: datetime | None = instant(nullable=True)
    revoked_at: datetime | None = instant(nullable=True)
    issued_by_id: int | None = Field(default=None, foreign_key="person.id")


class LetterCheck(SQLModel, table=True):
    """Somebody outside checked a letter by its `code` or its `file` (`way`); without a letter the code was unknown."""

    __tablename__ = "letter_check"

    id: int | None = Field(default=None, primary_key=True)
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)
    way: str
    verdict: str
    at: datetime = instant()
