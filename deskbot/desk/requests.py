"""Request types of the catalogue: forms, owners, approvals and checklists as HR people write them in YAML."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import get_args

from deskbot.desk.conditions import Fact, Numbering, Words, check_term
from deskbot.desk.errors import Invalid
from deskbot.desk.messages import FieldKind, Form, FormField
from deskbot.desk.people import Person
from deskbot.desk.plain_data import LANGUAGES, Plain
from deskbot.desk.questions import Option, Question, clean, deal_dates, in_language, known
from deskbot.desk.routing import Rule
from deskbot.desk.texts import say
from deskbot.desk.words import phrase

CATALOGUE_ORDER = 100
REQUEST_KEYS = (
    "title", "description", "owner", "tier", "sla_policy", "priority", "audience", "fields", "approvals", "checklist",
    "key_dates", "letter", "phrases", "changes", "repeats", "retention",
)  # fmt: skip
FIELD_KEYS = (
    "key", "kind", "label", "required", "hint", "options", "when", "prefill", "low", "high",
    "days_before", "days_after",
)  # fmt: skip
OPTION_KEYS = ("value", "label", "words")
AUDIENCE_KEYS = ("country", "contract", "employer", "managers")
APPROVAL_KEYS = ("by", "within", "deputy")
TASK_KEYS = ("title", "owner", "days", "from", "external", "gate")
KEY_DATE_KEYS = ("key", "label", "days", "months", "from", "business", "remind")
REPEATS = ("weekly", "monthly", "quarterly", "yearly")
_KINDS: tuple[FieldKind, ...] = get_args(FieldKind)
_PREFILLS = (
    "text", "given_name", "family_name", "name", "email", "title", "department", "manager_email", "employer", "office",
    "country", "contract", "hours", "start_date", "end_date", "today",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is offered the request type; empty means everybody."""

    country: tuple[str, ...] = ()
    contract: tuple[str, ...] = ()
    employer: tuple[str, ...] = ()
    managers: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """One step: `by` is "manager", "managers_manager" or a role, `within` business days, or its deputy if `deputy`."""

    by: str
    within: int
    deputy: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a checklist, due `days` business days after (negative: before) the date in the field `from_field`.

    `external` names an outside owner (IT, a carrier) who gets a mail link; a `gate` must be done before the last day.
    """

    title: Mapping[str, str]
    owner: str
    days: int = 0
    from_field: str = ""
    external: str = ""
    gate: bool = False


@dataclass(frozen=True, slots=True)
class KeyDate:
    """A date that counts: `days` and `months` after the field `from_field`; reminders so many days before."""

    key: str
    label: Mapping[str, str]
    days: int = 0
    months: int = 0
    from_field: str = ""
    business: bool = False
    remind: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestType:
    """An entry of the catalogue.

    Texts are by language. `tier` and `sla_policy` go to the ticket. `letter` names the letter to issue (or a field
    that names it, as `{field}`). `changes` maps facts of the directory to the fields that hold their
    new values. `phrases` are what people say when they want it.
    """

    key: str
    title: Mapping[str, str]
    owner: str
    description: Mapping[str, str] = field(default_factory=dict)
    tier: int = 1
    sla_policy: str | None = None
    priority: str = "normal"
    audience: Audience = Audience()
    questions: tuple[Question, ...] = ()
    approvals: tuple[Approval, ...] = ()
    checklist: tuple[Task, ...] = ()
    key_dates: tuple[KeyDate, ...] = ()
    letter: str | None = None
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    repeats: str | None = None
    retention: str = ""
    file: str = ""
    file_hash: str = ""

    def name(self, language: str) -> str:
        """Return the title in the language."""
        return in_language(self.title, language)

    def fields(self, language: str) -> tuple[FormField, ...]:
        """Return the form's fields in the language."""
        return tuple(question.drawn(language) for question in self.questions)

    def open_to(self, country: str, contract: str, employer: str, is_manager: bool) -> bool:
        """Tell whether somebody like this is offered the request type."""
        audience = self.audience
        return (
            (not audience.country or country in audience.country)
            and (not audience.contract or contract in audience.contract)
            and (not audience.employer or employer in audience.employer)
            and (is_manager or not audience.managers)
        )


def form(
    request_type: RequestType,
    language: str,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    token: str = "",
) -> Form:
    """Return the form of a request type in a language, with what is known and what was wrong put in."""
    values, errors = values or {}, errors or {}
    drawn = (q.drawn(language, values.get(q.key, ""), errors.get(q.key, "")) for q in request_type.questions)
    return Form(
        key=request_type.key,
        title=request_type.name(language),
        fields=tuple(drawn),
        submit_label=say("request.submit", language),
        intro_md=in_language(request_type.description, language),
        token=token,
    )


def validate(
    request_type: RequestType, values: Mapping[str, str], language: str, today: date
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the answers in their one form, and a sentence for each that will not do.

    Answers to questions that do not apply are dropped; unknown keys are ignored.
    """
    answers: dict[str, str] = {}
    errors: dict[str, str] = {}
    for question in request_type.questions:
        if question.when and answers.get(question.when[0]) != question.when[1]:
            continue
        value = values.get(question.key, "").strip()
        if not value:
            if question.required:
                label = in_language(question.label, language)
                errors[question.key] = say("request.error.required", language, label=label)
            continue
        try:
            answers[question.key] = clean(question, value, language, today)
        except Invalid as invalid:
            errors[question.key] = invalid.message
    return answers, errors


def prefill(request_type: RequestType, person: Person | None, text: str, language: str, today: date) -> dict[str, str]:
    """Return what the directory and the words already say, by field; the person sees and corrects it."""
    found = {question.key: known(question, person, text, today) for question in request_type.questions}
    answers = {key: value for key, value in found.items() if value}
    return answers | deal_dates(request_type.questions, text, language, today)


def parse_request_type(data: object, key: str, file: str = "", file_hash: str = "") -> RequestType:
    """Read one request type. Raises Invalid with the dotted path of the first mistake."""
    plain = Plain(data, "", "a request type")
    plain.allow(REQUEST_KEYS)
    if "owner" not in plain:
        raise plain.invalid("a request type needs 'owner', the role that does the work")
    questions = tuple(_question(inner) for inner in plain.inners("fields", "a field"))
    _check_questions(plain, questions)
    names = [question.key for question in questions]
    return RequestType(
        key=key,
        title=plain.by_language("title"),
        owner=plain.text("owner"),
        description=plain.by_language("description", required=False),
        tier=plain.whole("tier", 1, 0, 4),
        sla_policy=plain.text("sla_policy", "") or None,
        priority=plain.one_of("priority", ("low", "normal", "high", "urgent"), "normal"),
        audience=_audience(plain.inner("audience", "'audience'")),
        questions=questions,
        approvals=tuple(_approval(inner) for inner in plain.inners("approvals", "an approval")),
        checklist=tuple(_task(inner, names) for inner in plain.inners("checklist", "a task")),
        key_dates=tuple(_key_date(inner, names) for inner in plain.inners("key_dates", "a key date")),
        letter=plain.text("letter", "") or None,
        phrases=_phrases(plain),
        changes=_changes(plain, names),
        repeats=plain.one_of("repeats", REPEATS, "") or None,
        retention=plain.text("retention", ""),
        file=file,
        file_hash=file_hash,
    )


def _question(plain: Plain) -> Question:
    plain.allow(FIELD_KEYS)
    kind = plain.one_of("kind", _KINDS)
    options = tuple(_option(inner) for inner in plain.inners("options", "an option"))
    if (kind == "choice") is not bool(options):
        raise plain.invalid("a field of kind 'choice' needs 'options', and only such a field has them")
    when = plain.inner("when", "'when'")
    if len(when.data) > 1:
        raise plain.invalid("'when' names one other field and its value", "when")
    return Question(
        key=plain.text("key"),
        kind=next(known for known in _KINDS if known == kind),
        label=plain.by_language("label"),
        required=plain.flag("required", True),
        hint=plain.by_language("hint", required=False),
        options=options,
        when=next(((name, when.text(name)) for name in when.data), None),
        prefill=plain.one_of("prefill", _PREFILLS, ""),
        low=_bound(plain, "low"),
        high=_bound(plain, "high"),
        days_before=_bound(plain, "days_before"),
        days_after=_bound(plain, "days_after"),
    )


def _bound(plain: Plain, key: str) -> int | None:
    return plain.whole(key, 0, -(10**9)) if key in plain else None


def _option(plain: Plain) -> Option:
    plain.allow(OPTION_KEYS)
    words = plain.texts("words")
    for index, term in enumerate(words):
        check_term(term, f"{plain.at('words')}.{index}")
    return Option(plain.text("value"), plain.by_language("label"), words)


def _check_questions(plain: Plain, questions: Sequence[Question]) -> None:
    known: dict[str, Question] = {}
    for index, question in enumerate(questions):
        path = f"fields.{index}"
        if question.key in known:
            raise Invalid(f"two fields have the key '{question.key}'; give one of them another", f"{path}.key")
        if question.when and question.when[0] not in known:
            message = f"the field '{question.when[0]}' in 'when' does not stand before '{question.key}'"
            raise Invalid(message, f"{path}.when")
        if question.when and not _possible(known[question.when[0]], question.when[1]):
            raise Invalid(f"'{question.when[0]}' is never '{question.when[1]}'", f"{path}.when")
        known[question.key] = question


def _possible(question: Question, value: str) -> bool:
    if question.kind == "yes_no":
        return value in ("yes", "no")
    return not question.options or value in [option.value for option in question.options]


def _audience(plain: Plain) -> Audience:
    plain.allow(AUDIENCE_KEYS)
    return Audience(plain.texts("country"), plain.texts("contract"), plain.texts("employer"), plain.flag("managers"))


def _approval(plain: Plain) -> Approval:
    plain.allow(APPROVAL_KEYS)
    return Approval(plain.text("by"), plain.whole("within", 3, 1, 60), plain.flag("deputy", True))


def _task(plain: Plain, names: Sequence[str]) -> Task:
    plain.allow(TASK_KEYS)
    return Task(
        title=plain.by_language("title"),
        owner=plain.text("owner"),
        days=plain.whole("days", 0, -400, 400),
        from_field=_field_named(plain, "from", names),
        external=plain.text("external", ""),
        gate=plain.flag("gate"),
    )


def _key_date(plain: Plain, names: Sequence[str]) -> KeyDate:
    plain.allow(KEY_DATE_KEYS)
    remind = tuple(int(day) for day in plain.texts("remind") if day.isdigit())
    if len(remind) != len(plain.texts("remind")):
        raise plain.invalid("'remind' is a list of days before the date, such as [7, 1]", "remind")
    return KeyDate(
        key=plain.text("key"),
        label=plain.by_language("label"),
        days=plain.whole("days", 0, -4000, 4000),
        months=plain.whole("months", 0, -120, 120),
        from_field=_field_named(plain, "from", names),
        business=plain.flag("business"),
        remind=remind,
    )


def _field_named(plain: Plain, key: str, names: Sequence[str]) -> str:
    name = plain.text(key, "")
    if name and name not in names:
        raise plain.invalid(f"there is no field '{name}' in this form", key)
    return name


def _phrases(plain: Plain) -> dict[str, tuple[str, ...]]:
    inner = plain.inner("phrases", "'phrases'")
    inner.allow(LANGUAGES)
    for language in inner.data:
        for index, term in enumerate(inner.texts(language)):
            check_term(term, f"{inner.at(language)}.{index}")
    return {language: inner.texts(language) for language in inner.data}


def _changes(plain: Plain, names: Sequence[str]) -> dict[str, str]:
    inner = plain.inner("changes", "'changes'")
    return {fact: _field_named(inner, fact, names) for fact in inner.data}


class Catalogue(Mapping[str, RequestType]):
    """All request types by key; finds the one that somebody's words ask for."""

    def __init__(self, request_types: Mapping[str, RequestType], known_words: Iterable[str] = ()) -> None:
        self._types = dict(request_types)
        said = [(kind, phrases) for kind in self._types.values() for phrases in kind.phrases.values()]
        conditions = [Words(phrases) for _, phrases in said if phrases]
        self._numbering = Numbering(conditions, {}, known_words)
        self._found: dict[int, tuple[int, str]] = {}
        for kind, phrases in said:
            for term in phrases:
                number = min(self._numbering.group(Words((term,))))
                self._found[number] = (sum(len(part) > 2 for part in phrase(term)), kind.key)

    def __getitem__(self, key: str) -> RequestType:
        return self._types[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def recognise(self, text: str) -> RequestType | None:
        """Return the request type whose longest phrase is in the text, or None."""
        found = [self._found[number] for number in self._numbering.true_of_text(text) if number in self._found]
        return self._types[max(found)[1]] if found else None


def recognise(text: str, request_types: Mapping[str, RequestType]) -> RequestType | None:
    """Return the request type that the words ask for, in English or Portuguese, slips forgiven; None when none."""
    catalogue = request_types if isinstance(request_types, Catalogue) else Catalogue(request_types)
    return catalogue.recognise(text)


def request_rules(request_types: Mapping[str, RequestType]) -> list[Rule]:
    """Return the rules by which each form goes to its owner: after rules below order 100, before all others."""
    return [_request_rule(request_type) for request_type in request_types.values()]


def _request_rule(request_type: RequestType) -> Rule:
    rule = Rule(
        id=f"request:{request_type.key}",
        order=CATALOGUE_ORDER,
        owner=request_type.owner,
        reason=f"The catalogue gives '{request_type.name('en')}' to this role.",
        when=Fact("request_type", "", (request_type.key.casefold(),)),
        role=request_type.owner,
    )
    priority = next(known for known in ("low", "normal", "high", "urgent") if known == request_type.priority)
    return replace(
        rule,
        priority=priority,
        tier=request_type.tier,
        request_type=request_type.key,
        sla_policy=request_type.sla_policy,
        file=request_type.file,
        file_hash=request_type.file_hash,
    )
