"""A reply as text for a terminal: Markdown as it stands, the source below it, choices numbered."""

import textwrap

from deskbot.desk.messages import Citation, Form, Reply

WIDTH = 96


def render(reply: Reply) -> str:
    """Return the whole reply as text; nothing is dropped."""
    parts = [f"{reply.speaker}:" if reply.speaker else "", _wrapped(reply.text_md)]
    parts += [_citation(citation) for citation in reply.citations]
    parts += [f"[{file.name}] {file.url}" for file in reply.files]
    if reply.form is not None:
        parts.append(_form(reply.form))
    numbered = [choice for choice in reply.choices if choice.url is None]
    parts.append("\n".join(f"  [{number}] {choice.label}" for number, choice in enumerate(numbered, 1)))
    parts.append("\n".join(f"  {choice.label}: {choice.url}" for choice in reply.choices if choice.url))
    parts.append(reply.status)
    return "\n\n".join(part for part in parts if part.strip())


def _wrapped(text: str) -> str:
    """Wrap long lines of prose; tables and lists keep their lines."""
    lines = []
    for line in text.splitlines():
        long_prose = len(line) > WIDTH and not line.lstrip().startswith("|")
        indent = " " * (len(line) - len(line.lstrip()) + (2 if line.lstrip()[:2] in ("- ", "* ") else 0))
        lines += textwrap.wrap(line, WIDTH, subsequent_indent=indent) if long_prose else [line]
    return "\n".join(lines)


def _citation(citation: Citation) -> str:
    since = f", in effect since {citation.effective}" if citation.effective else ""
    where = f"\n    {citation.url}" if citation.url else ""
    return f"  Source: {citation.title} (version {citation.version}{since}){where}"


def _form(form: Form) -> str:
    lines = [form.title]
    for field in form.fields:
        options = f" ({', '.join(label for _, label in field.options)})" if field.options else ""
        lines.append(f"  {field.label}{options}: {field.value}".rstrip())
    return "\n".join(lines)
