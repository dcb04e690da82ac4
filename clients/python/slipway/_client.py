"""Submitting batches, with the dialog before one is created that exists already."""

from __future__ import annotations

import os
from typing import Any, Iterable, Sequence

from ._batch import Batch, with_existing
from ._dialog import choose, is_interactive
from ._errors import BatchExists, InvalidConfiguration, UsageError
from ._inputs import command_of, list_texts, placeholders, range_text, table_of_list, table_of_rows
from ._server import Server
from ._transport import CommandLine, Document, Request, Transport

#: A longer list goes in as a table: a configuration has at most 1 MiB.
LIST_CHARACTERS = 200_000
#: What ``if_exists`` may be; None asks.
IF_EXISTS = ("fail", "return", "replace", "allow", "remaining")


class Client:
    """Slipway by way of a transport; without one by the command line that is found when it is called."""

    def __init__(self, transport: Transport | None = None) -> None:
        self._given = transport

    def __repr__(self) -> str:
        return f"<Client {self.transport!r}>"

    @property
    def transport(self) -> Transport:
        """The way to Slipway; raises Unreachable where there is none."""
        return self._given or CommandLine()

    def submit(
        self,
        command: str | Sequence[Any],
        *,
        over: Iterable[Any] | None = None,
        files: str | Sequence[str] | None = None,
        rows: Any = None,
        range: Any = None,
        size: int | None = None,
        name: str,
        folder: str | os.PathLike[str] | None = None,
        if_exists: str | None = None,
        skip_done: bool | str = False,
        parallel: int | None = None,
        **keys: Any,
    ) -> Batch | list[Batch]:
        """
        Adds a batch that runs ``command`` once for each input, and returns it. It runs when it is its turn: see ``wait``.

        The command is a list of words, in which ``{input}`` stands for the input (a column's name in braces for a row's
        value); the words reach the program exactly, without a shell. ``{{`` is a brace.

        over: a list of values
        files: a pattern such as ``"in/*.png"``, or several; ``{stem}``, ``{name}``, ``{ext}`` and ``{dir}`` are its parts
        rows: a data frame, or a list of dicts
        range, size: ``range(100)``, or ``(0, 99)`` with both ends; with ``size=10`` it is ten batches, returned as a list
        name, folder: what the batch is known by again; the current folder by default. Jobs run there.
        if_exists: what to do about a batch of this name. None asks in a notebook, and else raises BatchExists, which lists
            them, finished ones too. "fail" refuses only beside an active one; "return" takes the existing one; "remaining"
            adds what is not done, and closes an active one; "replace" cancels an active one; "allow" adds a duplicate.
        skip_done: leave out inputs that were done and have not changed; "command": whatever its command did
        parallel: how many jobs run at once
        keys: other keys of a batch, as in a configuration: ``timeout="10m"``, ``retries={"times": 2}``, ``env={…}``,
            ``expect={"file": "{stem}.json"}``, ``stop_on_failure="first"``, ``priority=5``, …

        Raises InvalidConfiguration for a command that can't run, BatchExists, and the errors of the transport.
        """
        if if_exists is not None and if_exists not in IF_EXISTS:
            raise UsageError(f"if_exists is {if_exists!r}; it may be {', '.join(map(repr, IF_EXISTS))}, or None to be asked")
        run = command_of(command, keys.get("shell", False))
        batch = {"type": name, "run": run, "parallel": parallel, **keys}
        batch = {key.replace("_", "-"): value for key, value in batch.items() if value is not None}
        source, table = _source(over, files, rows, range, size, [run, *keys.values()])
        request = Request(os.path.abspath(folder or os.getcwd()), {**batch, **source}, table)
        return self._add(request, if_exists, skip_done)

    def batches(self, *, all: bool = False, search: str | None = None) -> list[Batch]:
        """The active batches in the order in which they run; with ``all`` ended ones too."""
        return self._batches(self.transport.batches(all, search))

    def batch(self, ref: int | str) -> Batch:
        """One batch, by its number or id; NotFound where there is none."""
        return Batch(self.transport, self.transport.batch(ref))

    def _add(self, request: Request, if_exists: str | None, skip_done: bool | str) -> Any:
        transport = self.transport
        if if_exists in (None, "return", "remaining"):
            existing = _existing(transport, request)
            if existing and if_exists is None:
                if_exists = choose(existing) if is_interactive() else None
                if if_exists is None:
                    raise BatchExists("nothing was created: there are batches of this name", existing)
            if existing and if_exists == "return":
                return existing[0]
            if existing and if_exists == "remaining" and all(one.is_final for one in existing):
                skip_done = skip_done or True
        try:
            added = transport.submit(request, if_exists or "fail", skip_done)
        except BatchExists as error:
            if if_exists is not None:
                raise with_existing(error, transport) from None
            # Another process was faster than our look.
            return self._add(request, None, skip_done)
        found = [Batch(transport, one) for one in [*added["created"], *added["existing"]]]
        return found[0] if len(found) == 1 else found

    def _batches(self, documents: Iterable[Document]) -> list[Batch]:
        return [Batch(self.transport, document) for document in documents]


def connect(
    url: str | None = None,
    token: str | None = None,
    *,
    command: str | Sequence[str] | None = None,
    home: str | os.PathLike[str] | None = None,
) -> Client:
    """
    Slipway by its command line, or with ``url`` by a server.

    command: the program; without it the environment variable SLIPWAY, then ``slipway`` on PATH
    home: the data folder, where it is not the usual one
    url: the address that ``slipway serve`` printed, with its token; or without, and ``token`` from ``slipway token add``

    Raises Unreachable.
    """
    return Client(CommandLine(command, home) if url is None else Server(url, token))


def _existing(transport: Transport, request: Request) -> list[Batch]:
    """All batches of the identity: the active ones, then the ended ones, the latest first."""
    found = transport.preview(request)
    if found["problems"]:
        first = found["problems"][0]["message"]
        raise InvalidConfiguration(f"{first}; nothing was created", {"problems": found["problems"]})
    active = [conflict["existing"] for conflict in found["conflicts"]]
    each = {one["id"]: Batch(transport, one) for one in [*active, *found["earlier"]]}
    return list(each.values())


def _source(
    over: Any, files: Any, rows: Any, span: Any, size: int | None, texts: list[Any]
) -> tuple[Document, str | None]:
    """``over`` as a configuration has it, or a table."""
    named = {"over": over, "files": files, "rows": rows, "range": span}
    given = [name for name, value in named.items() if value is not None]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} can't be combined: give one of over, files, rows and range")
    if rows is not None:
        return {}, table_of_rows(rows, placeholders(texts))
    if span is not None:
        return {"over": {"range": range_text(span), **({} if size is None else {"size": size})}}, None
    if files is not None:
        return {"over": {"files": files if isinstance(files, str) else list(files)}}, None
    if over is None:
        return {}, None
    if isinstance(over, str):
        raise UsageError(f"over is a list of values, such as [{over!r}]; a pattern of files is files={over!r}")
    values = list_texts(over)
    if sum(map(len, values)) + 8 * len(values) > LIST_CHARACTERS:
        return {}, table_of_list(values)
    return {"over": {"list": values}}, None
