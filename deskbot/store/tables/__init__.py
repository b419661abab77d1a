"""Every table; importing this package declares them all."""

from deskbot.store.tables.catalog import Letter, LetterCheck, RequestAnswer
from deskbot.store.tables.conversations import Answered, Conversation, Message, Revision
from deskbot.store.tables.deliveries import Inbox, Outbox
from deskbot.store.tables.directory import AbsenceRow, Capability, ChannelIdentity, MembershipRow, PersonRow
from deskbot.store.tables.gaps import Gap, GapQuestion
from deskbot.store.tables.learning import CalibrationRun, LearnedQuestion
from deskbot.store.tables.recall import Correction, CorrectionReceipt, SectionVersion, Told
from deskbot.store.tables.reports import Digest, JobRun, Notice
from deskbot.store.tables.sealing import SealKey
from deskbot.store.tables.sign_in import Account, WebSession
from deskbot.store.tables.tickets import Attachment, Counter, Event, Party, Ticket

__all__ = [
    "AbsenceRow",
    "Account",
    "Answered",
    "Attachment",
    "CalibrationRun",
    "Capability",
    "ChannelIdentity",
    "Conversation",
    "Correction",
    "CorrectionReceipt",
    "Counter",
    "Digest",
    "Event",
    "Gap",
    "GapQuestion",
    "Inbox",
    "JobRun",
    "LearnedQuestion",
    "Letter",
    "LetterCheck",
    "MembershipRow",
    "Message",
    "Notice",
    "Outbox",
    "Party",
    "PersonRow",
    "RequestAnswer",
    "Revision",
    "SealKey",
    "SectionVersion",
    "Ticket",
    "Told",
    "WebSession",
]
