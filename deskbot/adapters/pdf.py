"""Prints a letter as PDF/A-2a and PDF/UA-1 with typst: a fixed layout into which the text goes as data."""

import io
import json
import re
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from deskbot.desk.errors import DeskError
from deskbot.desk.letters import Sheet

_LAYOUT = Path(__file__).with_name("letter.typ").read_bytes()
_STANDARDS = ["a-2a", "ua-1"]
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)


class LetterPress:
    """Prints letters one at a time; equal sheets give equal bytes. The compiler and its fonts are made at first use."""

    def __init__(self) -> None:
        self._lock = Lock()

    def __call__(self, sheet: Sheet) -> bytes:
        """Return the letter as a PDF file; raise DeskError naming a character for which there is no glyph."""
        import typst

        inputs = {"letter": json.dumps(_data(sheet), ensure_ascii=False), "qr": _qr(sheet.verify_url)}
        stamp = datetime.combine(sheet.issued_on, datetime.min.time(), UTC)
        try:
            with self._lock:
                printed = _compiler().compile(
                    _LAYOUT, format="pdf", sys_inputs=inputs, pdf_standards=_STANDARDS, timestamp=stamp
                )
        except typst.TypstError as error:
            raise DeskError(_refusal(error.message)) from error
        return bytes(printed)


def _refusal(message: str) -> str:
    if found := _NO_GLYPH.search(message):
        shown = found.group(1)
        named = f"“{shown}” (U+{ord(shown[0]):04X})"
        return f"The letter cannot be printed: no font here has {named}; HR must write this one by hand."
    return f"The letter cannot be printed: {message}."


@lru_cache(maxsize=1)
def _compiler() -> Any:
    """Return a compiler that sees only the fonts that come with deskbot and an empty folder."""
    import fontpkg_noto_sans
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(fontpkg_noto_sans.ROOT / "files")],
    )
    nothing = tempfile.mkdtemp(prefix="deskbot-letters-")
    return typst.Compiler(
        _LAYOUT,
        root=nothing,
        font_paths=fonts,
        ignore_system_fonts=True,
        package_path=nothing,
        package_cache_path=nothing,
    )


def _qr(url: str) -> str:
    import segno

    drawing = io.BytesIO()
    segno.make(url, error="m").save(drawing, kind="svg", xmldecl=False, border=0)
    return drawing.getvalue().decode()


def _data(sheet: Sheet) -> dict[str, Any]:
    data = asdict(sheet)
    employer = sheet.employer
    data["employer"] = {
        "name": employer.name,
        "address": employer.address,
        "contact": [line for line in (employer.phone, employer.website) if line],
        "signer_name": employer.signer_name,
        "signer_title": employer.signed_as(sheet.language),
    }
    data["issued_on"] = [sheet.issued_on.year, sheet.issued_on.month, sheet.issued_on.day]
    return data
