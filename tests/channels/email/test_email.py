"""Mail as it leaves: one mail a row, under its own id, with nothing private in it and no header of somebody else's."""

import asyncio
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from deskbot.answers.markdown import to_html
from deskbot.channels.email.channel import EmailChannel
from deskbot.desk.messages import Choice, FileLink, Reply
from deskbot.ports import Outgoing, TransportError
from tests.clocks import SteppedClock


class Mailbox:
    """A mail server's inside: keeps what comes, refuses `full@...` for good and `busy@...` for now."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.startswith("full@"):
            return "550 no such mailbox"
        if address.startswith("busy@"):
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def channel(port: int) -> EmailChannel:
    return EmailChannel(
        f"smtp://127.0.0.1:{port}", "hr@b.example", base_url="https://hr.example", clock=SteppedClock(), to_html=to_html
    )


def row(reply: Reply, to: str = "ana@b.example", key: str = "m7") -> Outgoing:
    return Outgoing(key, "email", "notice", "", "", reply, {"email": to})


def sent(server: tuple[Mailbox, int], reply: Reply, **more: str) -> EmailMessage:
    asyncio.run(channel(server[1]).deliver(row(reply, **more)))
    return server[0].mails[-1]


def parts(mail: EmailMessage) -> tuple[str, str]:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def test_a_reply_arrives_as_words_and_as_html(server: tuple[Mailbox, int]) -> None:
    reply = Reply("# Your week\n\nHello **Ana**, see [the page](/digests).", status="HR-7 · Payroll")
    mail = sent(server, reply)
    text, html = parts(mail)
    assert mail["Subject"] == "Your week"
    assert mail["To"] == "ana@b.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Hello Ana, see the page (https://hr.example/digests)." in text
    assert "<strong>Ana</strong>" in html
    assert "HR-7 · Payroll" in text


def test_the_id_comes_from_the_key_so_a_mail_sent_twice_is_the_same_mail(server: tuple[Mailbox, int]) -> None:
    first, second = sent(server, Reply("a"), key="n:x y"), sent(server, Reply("a"), key="n:x y")
    assert first["Message-ID"] == second["Message-ID"] != sent(server, Reply("a"))["Message-ID"]


def test_a_private_reply_becomes_a_notice_with_a_link(server: tuple[Mailbox, int]) -> None:
    secret = Reply("Your salary is 4,711 €", private=True, status="HR-9 · leave", choices=(Choice("x", "Sick leave"),))
    mail = sent(server, secret)
    everything = mail.as_string() + "".join(parts(mail))
    assert "https://hr.example/my" in everything
    for word in ("4,711", "leave", "HR-9"):
        assert word not in everything


def test_buttons_and_files_become_links(server: tuple[Mailbox, int]) -> None:
    reply = Reply(
        "Ready.",
        choices=(Choice("open", "Open", url="https://hr.example/tickets/HR-1"), Choice("helped", "That helped")),
        files=(FileLink("L-1.pdf", "application/pdf", "/files/3"),),
    )
    text, html = parts(sent(server, reply))
    for url in ("https://hr.example/tickets/HR-1", "https://hr.example/files/3", "https://hr.example/chat"):
        assert url in text
        assert url in html


@pytest.mark.parametrize("text", ["# Hi\r\nBcc: x@evil.example", "# a\u2028b", "# " + "x" * 500])
def test_a_subject_is_one_short_line(server: tuple[Mailbox, int], text: str) -> None:
    mail = sent(server, Reply(text))
    assert mail["Bcc"] is None
    assert len(mail["Subject"].splitlines()) == 1
    assert len(mail["Subject"]) <= 120


@pytest.mark.parametrize(
    "address",
    ["a@b.example\nBcc: x@evil.example", "a@b.example, c@d.example", "<a@b.example>", "nobody", "", "a b@c.d"],
)
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(TransportError) as refused:
        channel(1).message(row(Reply("x"), to=address))
    assert refused.value.permanent


def test_script_in_a_text_is_shown_and_not_run(server: tuple[Mailbox, int]) -> None:
    _, html = parts(sent(server, Reply("<script>alert(1)</script> [x](javascript:alert(1))")))
    assert "<script>" not in html
    assert 'href="javascript:' not in html


@pytest.mark.parametrize(("to", "permanent"), [("full@b.example", True), ("busy@b.example", False)])
def test_a_refused_mailbox_is_told_apart_from_a_busy_one(server: tuple[Mailbox, int], to: str, permanent: bool) -> None:
    with pytest.raises(TransportError) as refused:
        asyncio.run(channel(server[1]).deliver(row(Reply("x"), to=to)))
    assert refused.value.permanent is permanent
    assert not refused.value.ambiguous


def test_a_server_that_is_down_is_tried_again_later() -> None:
    with pytest.raises(TransportError) as refused:
        asyncio.run(channel(free_port()).deliver(row(Reply("x"))))
    assert not refused.value.permanent
    assert not refused.value.ambiguous


def test_nothing_comes_in_by_mail() -> None:
    quiet = channel(1)
    assert quiet.parse("", b"x") == []
    assert asyncio.run(quiet.find(row(Reply("x")))) is None
