"""What is questionable about knowledge pages that can be read: links, owners, audiences, dates, translations."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from deskbot.adapters.content.files import Folder
from deskbot.adapters.content.lint_sections import section_notes
from deskbot.adapters.content.yaml_strict import Document
from deskbot.answers.articles import Article
from deskbot.answers.knowledge import Knowledge
from deskbot.desk.errors import Fault
from deskbot.desk.folding import words
from deskbot.desk.links import safe_link
from deskbot.desk.plain_data import nearest

_MARKDOWN = MarkdownIt("js-default")
_NO_HEAD = Document({}, {})


def lint(
    knowledge: Knowledge, pages: Folder, heads: Mapping[str, Document], roles: Collection[str], today: date
) -> list[Fault]:
    """Return every finding about the articles, each at its line."""
    anchors = {section.id for section in knowledge.sections}
    first_titles: dict[tuple[str, str, str], str] = {}
    faults: list[Fault] = []
    for article in knowledge.articles:
        head = heads.get(article.path, _NO_HEAD)
        notes = [
            *_owner(article, head, roles),
            *_dates(article, head, today),
            *_audience(article, head, roles),
            *_translation(article, head, knowledge),
            *_double_title(article, head, first_titles),
            *_links(article.path, pages.texts[article.path], pages, anchors),
            *_double_headings(article.path, pages.texts[article.path]),
        ]
        shown = pages.shown(article.path)
        faults += [Fault(shown, line, severity, rule, message) for line, severity, rule, message in notes]  # type: ignore[arg-type]
    for path, line, severity, rule, message in section_notes(knowledge):
        faults.append(Fault(pages.shown(path), line, severity, rule, message))  # type: ignore[arg-type]
    return faults


_Note = tuple[int, str, str, str]


def _owner(article: Article, head: Document, roles: Collection[str]) -> Iterator[_Note]:
    if not article.owner:
        yield 1, "error", "no-owner", "has no owner; add 'owner:' with a role to the front matter"
    elif article.owner not in roles:
        message = f"there is no role '{article.owner}'; {nearest(article.owner, roles)}"
        yield head.line("owner"), "error", "unknown-owner", message


def _dates(article: Article, head: Document, today: date) -> Iterator[_Note]:
    if article.expires and article.expires < today:
        message = f"expired on {article.expires}; it is no longer stated as fact: renew it or take it out"
        yield head.line("expires"), "warning", "expired", message
    if article.review and article.review < today:
        message = f"was to be reviewed by {article.review}; read it again and set a new date"
        yield head.line("review"), "warning", "review-overdue", message
    if article.effective and article.expires and article.expires < article.effective:
        yield head.line("expires"), "error", "dates", "expires before it takes effect; put the dates right"


def _audience(article: Article, head: Document, roles: Collection[str]) -> Iterator[_Note]:
    """Yield conditions that nobody can meet: the article would be found by HR's editors alone."""
    for role in sorted(article.audience.role - {*roles}):
        message = f"is for the role '{role}', which is not there; {nearest(role, roles)}"
        yield head.line("audience"), "error", "unknown-audience", message
    for country in sorted(article.audience.country):
        if not (len(country) == 2 and country.isalpha()):
            message = f"is for the country '{country}'; write its two letters, such as PT or US"
            yield head.line("audience"), "error", "unknown-audience", message


def _translation(article: Article, head: Document, knowledge: Knowledge) -> Iterator[_Note]:
    """Yield what keeps a translation from standing in for its original."""
    paths = {other.path: other for other in knowledge.articles}
    if not article.translation_of:
        return
    line = head.line("translation_of")
    original = paths.get(article.translation_of)
    if original is None:
        message = f"translates '{article.translation_of}', which is not there; {nearest(article.translation_of, paths)}"
        yield line, "error", "translation", message
    elif original.language == article.language:
        message = f"translates {original.path} into the language it is in; put 'language:' right in one of the two"
        yield line, "error", "translation", message
    else:
        yield from _differences(article, original, head, knowledge)


def _differences(article: Article, original: Article, head: Document, knowledge: Knowledge) -> Iterator[_Note]:
    if knowledge.behind(article):
        message = f"is older than {original.path}, of {original.effective}; translate what changed and set 'effective:'"
        yield head.line("effective"), "warning", "translation-behind", message
    if article.audience != original.audience:
        message = f"is for other people than {original.path}; give both the same 'audience:'"
        yield head.line("audience"), "warning", "translation-audience", message
    here, there = ([s.level for s in knowledge.sections if s.article is one] for one in (article, original))
    if here != there:
        message = (
            f"has other headings than {original.path} ({len(here)} and {len(there)}); give both the same, in order"
        )
        yield head.line("translation_of"), "warning", "translation-headings", message


def _double_title(article: Article, head: Document, first: dict[tuple[str, str, str], str]) -> Iterator[_Note]:
    key = (" ".join(sorted(words(article.title))), article.language, str(article.audience))
    other = first.setdefault(key, article.path)
    if other != article.path:
        message = f"has the same title as {other}; people could not tell them apart, so change one"
        yield head.line("title"), "warning", "duplicate-title", message


def _double_headings(path: str, text: str) -> Iterator[_Note]:
    seen: dict[str, int] = {}
    tokens = _MARKDOWN.parse(_bodied(text))
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.map:
            title = tokens[place + 1].content.strip().casefold()
            line = token.map[0] + 1
            if title in seen and title:
                message = f"the heading stands on line {seen[title]} too; links cannot tell them apart, so change one"
                yield line, "warning", "duplicate-heading", message
            seen.setdefault(title, line)


def _links(path: str, text: str, pages: Folder, anchors: Collection[str]) -> Iterator[_Note]:
    for line, href in _hrefs(text):
        if message := _dead(path, href, pages, anchors):
            yield line, "error", "dead-link", f"the link '{unquote(href)}' {message}"


def _hrefs(text: str) -> Iterator[tuple[int, str]]:
    for token in _MARKDOWN.parse(_bodied(text)):
        for child in token.children or ():
            href = child.attrGet("href") or child.attrGet("src")
            if href and token.map:
                yield _line_of(text, str(href), token.map[0]), str(href)


def _bodied(text: str) -> str:
    """Blank the front matter out so that lines keep their numbers."""
    if not text.startswith("---\n"):
        return text
    end = text.find("\n---", 3)
    return text if end < 0 else "\n" * (text.count("\n", 0, end) + 1) + text[end + 4 :]


def _line_of(text: str, href: str, first: int) -> int:
    """Return the line on which a link of the paragraph starting at `first` stands."""
    for line, content in enumerate(text.split("\n")[first : first + 200], first + 1):
        if href in content or unquote(href) in content:
            return line
    return first + 1


def _dead(path: str, href: str, pages: Folder, anchors: Collection[str]) -> str | None:
    parts = urlsplit(href)
    if parts.scheme or href.startswith(("/", "//")):
        return None if safe_link(href) else "is not one people may follow; write https://, mailto: or tel:"
    target = _target(path, unquote(parts.path))
    if target is None:
        return "leads out of the folder; link to a page of the knowledge folder"
    if target not in pages.texts:
        return None if (pages.root / target).is_file() else f"leads nowhere: there is no '{target}'"
    if parts.fragment and f"{target}#{unquote(parts.fragment)}" not in anchors:
        return f"leads to no heading: '{target}' has no '#{parts.fragment}'"
    return None


def _target(path: str, link: str) -> str | None:
    if not link:
        return path
    steps: list[str] = list(PurePosixPath(path).parent.parts)
    for step in PurePosixPath(link).parts:
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step != ".":
            steps.append(step)
    return "/".join(steps)
