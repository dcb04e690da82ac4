"""From Python values to what Slipway reads: a table as CSV, a range as text. Values go in exactly or are refused."""

from __future__ import annotations

import csv
import io
import math
import re
from decimal import Decimal
from typing import Any, Iterable, Mapping, Sequence

from ._errors import UsageError

#: A placeholder in a command; doubled braces are braces.
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def command_of(command: str | Sequence[Any], shell: bool) -> str | list[str]:
    """The words of a command, in which ``{}`` is ``{input}``; with ``shell`` it is one line."""
    words = [as_text(word, "the command") for word in ([command] if isinstance(command, str) else command)]
    if not words or words[0] == "":
        raise UsageError('the command is empty; write for instance ["python3", "score.py", "{input}"]')
    if isinstance(command, str) and not shell and any(character.isspace() for character in command.strip()):
        raise UsageError(f"the command is a list of words, such as {command.split()}; a line for the shell needs shell=True")
    named = [_TOKEN.sub(lambda token: "{input}" if token[0] == "{}" else token[0], word) for word in words]
    return named[0] if shell and len(named) == 1 else named


def placeholders(texts: Iterable[Any]) -> set[str]:
    """The names in braces; ``{}`` is ``{input}``."""
    return {
        match.group(1) or "input"
        for text in texts
        for match in _TOKEN.finditer(str(text))
        if match.group(1) is not None
    }


def list_texts(values: Iterable[Any]) -> list[str]:
    """The values as texts."""
    texts = [as_text(value, f"item {number}") for number, value in enumerate(values, 1)]
    if not texts:
        raise UsageError("over is empty: there is no input")
    return texts


def table_of_list(texts: Iterable[str]) -> str:
    """A table with the column ``input``, and ``value``, its other name."""
    return _csv(["input", "value"], ([text, text] for text in texts))


def table_of_rows(rows: Any, used: set[str]) -> str:
    """A table of a data frame or a list of mappings; only the columns that the command uses, where it uses any."""
    records: list[Mapping[Any, Any]] = rows.to_dict("records") if hasattr(rows, "to_dict") else list(rows)
    if not records:
        raise UsageError("rows is empty: there is no input")
    columns = list(dict.fromkeys(column for record in records for column in record))
    chosen = [column for column in columns if str(column) in used] or columns
    lines = (
        [as_text(record.get(column), f"{column!r} of row {number}") for column in chosen]
        for number, record in enumerate(records, 1)
    )
    header = [str(column) for column in chosen]
    if len(header) > 1:
        return _csv(header, lines)
    # A line with one empty field would read as no row at all: a second column, which nothing names, keeps it.
    return _csv([*header, ""], ([*line, ""] for line in lines))


def range_text(span: Any) -> str:
    """``'0..99'`` for ``range(100)``, ``(0, 99)`` or itself; both ends are in it."""
    if isinstance(span, str):
        return span
    if isinstance(span, range):
        if span.step != 1 or len(span) == 0:
            raise UsageError(f"{span!r} is no range of Slipway: it goes up by one and has at least one value")
        return f"{span[0]}..{span[-1]}"
    start, end = span
    return f"{int(start)}..{int(end)}"


def as_text(value: Any, where: str) -> str:
    """A value as an argument of a program, or UsageError for one that none could receive."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "NaT"):
        raise UsageError(f"{where} is missing: {value!r}")
    text = value if isinstance(value, str) else str(value)
    if isinstance(value, float) and "e" in text:
        # All digits, as people write them: no program reads 1e-07 by surprise.
        text = format(Decimal(repr(float(value))), "f")
    if "\0" in text:
        raise UsageError(f"{where} has a NUL character, which can't be passed to a program")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(f"{where} is no Unicode text: half of a surrogate pair can't be passed to a program") from None
    return text


def _csv(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    # Everything in quotes: what a field begins with, or has in it, is never read as anything else.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue()
