"""What `deskbot doctor` says of a language model: nothing set, somebody there, nobody there."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deskbot.cli.doctor import _language_model
from deskbot.config import load
from tests.stand_in_model import completion


class _Model(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = completion("The office is open. [1]")
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """A model on this machine, in a thread of its own: the command runs a loop itself."""
    server = HTTPServer(("127.0.0.1", 0), _Model)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def test_without_a_model_it_is_off_and_no_fault() -> None:
    """Off is the default."""
    (finding,) = _language_model(load(env="test"))
    assert finding.good is None


def test_a_model_that_answers_is_named_with_its_time_and_never_its_key(address: str) -> None:
    """The operator sees which model, where, and how fast."""
    settings = load(env="test", language_model_url=address, language_model_name="small", language_model_key="sk-1")
    (finding,) = _language_model(settings)
    assert finding.good
    assert f"small at {address} answers in " in finding.said
    assert "sk-1" not in finding.said


def test_a_model_that_is_not_there_fails_with_what_to_do() -> None:
    """One sentence: which address, what came of it, what to check."""
    gone = "http://127.0.0.1:9/v1"
    (finding,) = _language_model(load(env="test", language_model_url=gone, language_model_name="small"))
    assert finding.good is False
    assert "gives nothing (unreachable); check its address" in finding.said
