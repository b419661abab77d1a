"""Draws a reply and its form as HTML. Pure: the same reply gives the same HTML."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from deskbot.desk.links import safe_link
from deskbot.desk.messages import Citation, Form, Reply
from deskbot.desk.texts import say

_LOCALES = {"en": "en_GB", "pt": "pt_PT"}
_MANY = 4  # from here on, and when labels are long, buttons stand one below the other


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("deskbot.channels.webchat"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["safe_link"] = lambda url: safe_link(url) or "#"
    return environment


class Drawing:
    """The templates of the chat's parts; `to_html` turns Markdown into HTML that is safe to put into a page."""

    def __init__(self, to_html: Callable[[str], str]) -> None:
        self._markdown = lambda text: Markup(to_html(text))  # noqa: S704 - cleaned by `to_html`
        self._reply = _templates().get_template("reply.html")
        self._form = _templates().get_template("form.html")

    def reply(self, reply: Reply, action: str, csrf: str, live: bool) -> str:
        """Return the reply; what it cannot draw as a part of its own it draws as text, and drops nothing."""
        text, quoted = _words(reply)
        form = self.form(reply.form, f"{action}/form", csrf, reply.language, {}) if reply.form and live else ""
        return self._reply.render(
            markdown=self._markdown,
            reply=reply,
            text=text,
            quoted=quoted,
            form=Markup(form),  # noqa: S704 - our own template
            action=action,
            csrf=csrf,
            live=live,
            stacked=len(reply.choices) >= _MANY or any(len(choice.label) > 28 for choice in reply.choices),
            effective=lambda citation: _day(citation.effective, reply.language),
            t=lambda key, **values: say(key, reply.language, **values),
        )

    def form(self, form: Form, action: str, csrf: str, language: str, errors: Mapping[str, str]) -> str:
        """Return a form with its errors, each beside its field."""
        wrong = {field.key: errors.get(field.key) or field.error for field in form.fields}
        return self._form.render(
            markdown=self._markdown,
            form=form,
            action=action,
            csrf=csrf,
            errors={key: sentence for key, sentence in wrong.items() if sentence},
            t=lambda key, **values: say(key, language, **values),
        )


def _words(reply: Reply) -> tuple[str, tuple[Citation, ...]]:
    """Return the text without the passage that a citation shows anyway, and the citations that show it."""
    text = reply.text_md.strip()
    for citation in reply.citations:
        quote = citation.quote.strip()
        if quote and text.endswith(quote):
            text = text.removesuffix(quote).strip()
    return text, reply.citations


def _day(effective: str | None, language: str) -> str:
    if not effective:
        return ""
    try:
        return format_date(date.fromisoformat(effective), "d MMM y", locale=_LOCALES.get(language, "en_GB"))
    except ValueError:
        return effective
