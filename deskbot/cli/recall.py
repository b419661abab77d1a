"""`deskbot kb changes` and `kb correct`: texts that changed after people were told them, and what is done about it."""

import json
from typing import Annotated, Any

import typer

from deskbot.config import load
from deskbot.desk.errors import Invalid, NotFound


def changes(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of text.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Those that were decided, too.")] = False,
) -> None:
    """List the changed texts that people were told, with the reasons and how many would get the correction."""
    from deskbot.jobs import recall as jobs
    from deskbot.store import recall

    store, desk = _opened()
    jobs.look(store, desk, desk.now())
    states = ("sent", "dismissed", "editorial", "withdrawn") if history else ()
    with store.read() as session:
        found = [
            _facts(session, desk, one)
            for one in recall.in_state(session, "sending", "pending", told=True)
            + recall.in_state(session, *states, limit=recall.HISTORY)
        ]
    shown = [one for one in found if one["people"] or one["state"] != "pending"]
    for one in shown:
        print(json.dumps(one, ensure_ascii=False) if as_json else _line(one))
    if not shown and not as_json:
        print("No text that people were told has changed.")


def correct(
    number: Annotated[int, typer.Argument(help="The number of the change, from `deskbot kb changes`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only said what would happen.")] = False,
    not_needed: Annotated[str, typer.Option(help="Nobody needs to be told: say why.")] = "",
    editorial: Annotated[bool, typer.Option("--editorial", help="It is spelling and form alone.")] = False,
) -> None:
    """Send the correction of a changed text to the people who were told the old one; it cannot be undone."""
    from deskbot.actions import recall as actions
    from deskbot.jobs import recall as jobs
    from deskbot.store.tables import Correction

    if not_needed and editorial:
        raise Invalid("Say either --not-needed or --editorial, not both.")
    store, desk = _opened()
    jobs.look(store, desk, desk.now())
    with store.read() as session:
        row = session.get(Correction, number)
        if row is None:
            raise NotFound(f"There is no change {number}; `deskbot kb changes` lists them.")
        facts, text = _facts(session, desk, row), row.after_id
    decision: actions.Decision = "editorial" if editorial else "dismiss" if not_needed else "send"
    if not yes:
        print(_line(facts))
        print(f"Nothing was done. Add --yes to {_DEEDS[decision]}.")
        raise typer.Exit(1)
    with store.write() as session:
        row = session.get(Correction, number)
        assert row is not None
        actions.decide(session, desk, row, decision, desk.now(), by=None, text=text, note=not_needed)
    if decision == "send":
        jobs.send(store, desk, number)
    with store.read() as session:
        row = session.get(Correction, number)
        assert row is not None
        print(_line(_facts(session, desk, row)))


_DEEDS = {"send": "send it", "dismiss": "settle it without telling anybody", "editorial": "treat it as editorial"}


def _opened() -> tuple[Any, Any]:
    from deskbot.wiring import make_desk, open_store, read_content

    settings = load()
    store = open_store(settings)
    return store, make_desk(settings, store, read_content(settings))


def _facts(session: Any, desk: Any, one: Any) -> dict[str, Any]:
    """Return a change as plain data; no names, because who asked what is for the page and its rights."""
    from deskbot.actions import recall as actions
    from deskbot.actions import stock
    from deskbot.store import recall

    before, after = recall.text(session, one.before_id), recall.text(session, one.after_id)
    told = actions.recipients(session, desk, one) if one.state in ("pending", "sending") else []
    reasons = (
        [] if one.ended or not one.material else [str(why) for why in stock.difference(desk, before, after).reasons]
    )
    return {
        "id": one.id,
        "section": after.section,
        "title": after.title,
        "owner": one.owner,
        "state": one.state,
        "class": "material" if one.material else "editorial",
        "ended": one.ended or None,
        "reasons": [str(reason) for reason in reasons],
        "before": before.version,
        "after": after.version,
        "found_at": one.found_at.isoformat(),
        "people": sum(each.standing == "tell" for each in told),
        "not_told": sum(each.standing != "tell" for each in told),
        "sent": len(recall.receipts(session, one.id)),
    }


def _line(one: dict[str, Any]) -> str:
    why = f"the text is {one['ended']}" if one["ended"] else "; ".join(one["reasons"][:3])
    people = f"sent to {one['sent']}" if one["sent"] else f"{one['people']} to tell"
    return f"{one['id']:>5}  {one['state']:<9}  {people:<12}  {one['title']}{'  ' + why if why else ''}"
