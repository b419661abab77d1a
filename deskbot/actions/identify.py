"""Who a platform's user is: linked once, by the platform's immutable id, to exactly one active person."""

from sqlmodel import Session

from deskbot.actions.desk import Desk
from deskbot.desk.messages import Inbound
from deskbot.ports import Profile
from deskbot.store import people


def known(session: Session, inbound: Inbound) -> bool:
    """Whether this user of the platform is linked already."""
    return people.linked(session, inbound.channel, inbound.scope, inbound.sender) is not None


def link(session: Session, desk: Desk, inbound: Inbound, profile: Profile) -> None:
    """Link the user to the one active person with the profile's company address.

    Guests, bots and people of other companies are never linked; nor is anybody by display name. Two people with one
    address link nobody. Once linked, the platform's id decides: a changed address does not move the link.
    """
    if profile.refused is not None or not profile.email:
        return
    matches = people.active_by_email(session, profile.email)
    if len(matches) != 1 or matches[0].id is None:
        return
    people.link(session, inbound.channel, inbound.scope, inbound.sender, matches[0].id, "email", desk.now())


def remember_address(session: Session, inbound: Inbound) -> None:
    """Keep what the channel needs to write to this person first; it may change with any delivery."""
    link = people.identity(session, inbound.channel, inbound.scope, inbound.sender)
    if link is not None and not link.address.items() >= inbound.address.items():
        link.address = {**link.address, **inbound.address}
