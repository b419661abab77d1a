"""The knowledge base to read and to search: only what the reader's audience admits, with owner, version and dates."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from deskbot.actions import learning
from deskbot.actions import recall as actions
from deskbot.answers.articles import Article, Section
from deskbot.answers.audience import Audience
from deskbot.answers.knowledge import in_force
from deskbot.answers.markdown import to_html, to_plain
from deskbot.answers.tidy import tidy
from deskbot.desk.access import Viewer, scopes
from deskbot.desk.errors import NotFound
from deskbot.desk.texts import say
from deskbot.store import recall
from deskbot.web.asker import Asker
from deskbot.web.guard import AskerDep, ViewerDep
from deskbot.web.site import Site, SiteDep
from deskbot.web.times import zone_of

router = APIRouter(include_in_schema=False)

_SNIPPET = 240


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that was found."""

    title: str
    heading: str
    url: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section of an article as HTML, with its anchor."""

    anchor: str
    title: str
    level: int
    html: str


def audience_of(viewer: Viewer, language: str) -> Audience:
    """Return what audience rules ask of the reader; those who edit everything read everything."""
    someone = viewer.person
    return Audience(
        country=someone.country,
        contract=someone.contract,
        is_manager=someone.is_manager,
        roles=frozenset(viewer.roles),
        language=language,
        sees_all="all" in scopes(viewer, "kb.edit"),
    )


@router.get("/knowledge")
def page(site: SiteDep, asker: AskerDep, viewer: ViewerDep, q: str = "") -> Response:
    """List the articles by topic, or what was found for a question."""
    audience, question = audience_of(viewer, asker.language), q.strip()[:300]
    knowledge = site.desk.book.knowledge
    hits: list[Hit] = []
    if question:
        found = knowledge.find(question, audience, asker.language, top=12)
        hits = [_hit(section) for section, _ in found.ranked]
    articles = sorted(knowledge.visible(audience), key=lambda article: article.title.casefold())
    return site.pages.draw(
        "knowledge.html",
        asker,
        here="knowledge",
        question=question,
        hits=hits,
        topics=_topics(articles, asker.language),
        faults=_faults(site, viewer),
        edits=bool(scopes(viewer, "kb.edit")),
        changes=_changes(site, viewer),
        to_learn=_to_learn(site, viewer),
    )


def _hit(section: Section) -> Hit:
    heading = section.path[-1] if section.path else section.article.title
    snippet = " ".join(to_plain(section.text_md).split())[:_SNIPPET]
    return Hit(section.article.title, heading, address(section.id), snippet)


def address(section_or_path: str) -> str:
    """Return the page of a section or an article."""
    return f"/knowledge/{section_or_path.replace('.md', '', 1)}"


def _topics(articles: Sequence[Article], language: str) -> dict[str, list[tuple[Article, str]]]:
    """Return articles by folder; one that has a translation in the reader's language gives way to it."""
    translated = {article.translation_of for article in articles if article.language == language}
    topics: dict[str, list[tuple[Article, str]]] = {}
    for article in articles:
        if article.path in translated and article.language != language:
            continue
        if article.translation_of and article.language != language:
            continue
        folder = next((part for part in article.path.split("/")[:-1] if len(part) > 2), "")
        name = folder.replace("-", " ").replace("_", " ").capitalize() or say("web.knowledge.general", language)
        topics.setdefault(name, []).append((article, address(article.path)))
    return dict(sorted(topics.items()))


def _changes(site: Site, viewer: Viewer) -> int:
    """Return how many changed texts wait for the viewer's decision."""
    if not scopes(viewer, "kb.edit"):
        return 0
    with site.store.read() as session:
        waiting = recall.in_state(session, "pending", told=True, owners=actions.decided_by(viewer))
        return sum(bool(actions.recipients(session, site.desk, one)) for one in waiting)


def _faults(site: Site, viewer: Viewer) -> tuple[object, ...]:
    """Return what is wrong with the files on disk, for those who can do something about it."""
    if not scopes(viewer, "kb.edit"):
        return ()
    return tuple(fault for fault in site.desk.content.faults if fault.file.endswith(".md"))[:50]


def _to_learn(site: Site, viewer: Viewer) -> int | None:
    """Return how many questions wait for this person's nod; None for somebody who has none to give."""
    if not scopes(viewer, "kb.edit"):
        return None
    with site.store.read() as session:
        return len(learning.offers(session, site.desk, viewer))


@router.get("/knowledge/{path:path}")
def article(site: SiteDep, asker: AskerDep, viewer: ViewerDep, path: str) -> Response:
    """Show one article; one that the reader may not know of looks like none."""
    knowledge = site.desk.book.knowledge
    try:
        found = knowledge.article(f"{path}.md")
    except NotFound as error:
        raise NotFound(say("web.not_found", asker.language)) from error
    if not found.audience.admits(audience_of(viewer, asker.language)):
        raise NotFound(say("web.not_found", asker.language))
    role = site.desk.book.roles.get(found.owner)
    today = site.desk.now().astimezone(zone_of(asker.zone)).date()
    return site.pages.draw(
        "article.html",
        asker,
        here="knowledge",
        article=found,
        parts=[_part(section, found) for section in knowledge.sections if section.article.path == found.path],
        owner=role.name(asker.language) if role else found.owner,
        stale=not in_force(found, today),
        behind=knowledge.behind(found),
        others=_others(site, asker, viewer, found),
    )


def _part(section: Section, found: Article) -> Part:
    heading = section.path[-1] if section.path else ""
    shown = "" if heading == found.title else heading
    return Part(section.id.partition("#")[2], shown, section.level, to_html(tidy(section.text_md, found.path)))


def _others(site: Site, asker: Asker, viewer: Viewer, found: Article) -> list[tuple[str, str]]:
    """Return the article's versions in other languages that the reader may see."""
    original = found.translation_of or found.path
    audience = audience_of(viewer, asker.language)
    return [
        (one.language, address(one.path))
        for one in site.desk.book.knowledge.visible(audience)
        if one.path != found.path and original in (one.path, one.translation_of)
    ]
