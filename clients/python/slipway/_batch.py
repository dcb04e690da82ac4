"""A batch, and what can be done with it."""

from __future__ import annotations

import html
from datetime import datetime, timezone
from typing import Any, Dict, List, Sequence

from ._errors import BatchExists, BatchFailed, NothingCanRun, TimedOut
from ._progress import Progress, bar_html
from ._transport import Document, Transport

_WORDS = {"initiated": "on hold", "completed_with_errors": "completed with errors"}
#: How many rows a notebook shows.
SHOWN_ROWS = 100
_FINAL = ("completed", "completed_with_errors", "failed", "cancelled")


class Batch:
    """
    A batch as it was when it was last looked at; ``refresh()`` looks again.

    ``data`` is the whole document (see docs/cli.md); times in it are milliseconds since 1970, UTC.
    """

    def __init__(self, transport: Transport, data: Document) -> None:
        self._transport = transport
        self.data = data

    @property
    def id(self) -> str:
        """The UUID; ``number`` is what people say."""
        return self.data["id"]

    @property
    def number(self) -> int:
        return self.data["number"]

    @property
    def name(self) -> str:
        """The name it was submitted with."""
        return self.data["configuration"]

    @property
    def type(self) -> str:
        return self.data["type"]

    @property
    def status(self) -> str:
        """initiated, queued, running, paused, completed, completed_with_errors, failed or cancelled."""
        return self.data["status"]

    @property
    def is_final(self) -> bool:
        return self.status in _FINAL

    @property
    def jobs(self) -> dict[str, int]:
        """How many jobs: total, pending, running, succeeded, failed, cancelled."""
        return self.data["jobs"]

    @property
    def created_at(self) -> datetime:
        """In UTC."""
        return _time(self.data["createdAt"])

    @property
    def error(self) -> str | None:
        return self.data["error"]

    @property
    def reason(self) -> str | None:
        """Why it is as it is: a person's words or Slipway's."""
        return self.data["reason"]

    def refresh(self) -> Batch:
        """Looks again; returns itself."""
        self.data = self._transport.batch(self.id)
        return self

    def wait(
        self, timeout: float | None = None, *, work: bool = True, check: bool = False, progress: bool = True
    ) -> Batch:
        """
        Waits until the batch has ended, with its progress in the cell; returns itself.

        Where no app, server or ``slipway work`` runs the queue, this does, for as long as it waits; with ``work=False`` it
        only waits. An interrupt lets the running jobs end, a second one stops them; the batch stays in the queue.

        ``timeout`` is in seconds; after it TimedOut is raised, and the batch continues. NothingCanRun is raised where what
        is waited for can't run: the queue is paused, say. With ``check`` BatchFailed is raised unless all jobs succeeded.
        """
        shown = Progress(progress)
        sentence = ""
        try:
            self.refresh()
            shown.update(self)
            if not self.is_final:
                for line in self._transport.follow(self.id, timeout, work and timeout is None):
                    sentence = line.get("sentence", sentence)
                    self._take(line)
                    shown.update(self, "" if self.is_final else sentence)
                    if line.get("blocked"):
                        raise NothingCanRun("\n".join(line["blocked"]))
                self.refresh()
                shown.update(self)
        except TimedOut as error:
            error.hint = sentence or None
            raise
        finally:
            shown.close()
        if check and self.status != "completed":
            raise BatchFailed(f"{self.title} {self.state_words}", {"code": "batch-failed"})
        return self

    def results(self, statuses: Sequence[str] = (), *, frame: bool | None = None) -> Any:
        """
        A row for each job: job, input, status, exit_code, signal, attempts, seconds, started_at, completed_at, error.

        A pandas DataFrame where pandas is installed, else a list of dicts, a table in a notebook; ``frame`` says which.
        """
        rows = Rows(_row(job) for job in self._transport.jobs(self.id, statuses))
        if frame is None:
            frame = _has_pandas()
        if not frame:
            return rows
        import pandas

        return pandas.DataFrame(rows, columns=list(_row({}))).set_index("job")

    def failed(self, *, frame: bool | None = None) -> Any:
        """The rows of the jobs that failed, as ``results()``."""
        return self.results(["failed"], frame=frame)

    def log(self, job: int, attempt: int | None = None, *, everything: bool = False) -> str:
        """The output of a job by its number (from 1): the last megabyte, or all of it."""
        return self._transport.log(self.id, job, attempt, everything)

    def summary(self) -> dict[str, Any] | None:
        """Counts, durations (in milliseconds), failures by cause, slowest jobs; None until the batch has ended."""
        return self._transport.summary(self.id).get("summary")

    def cancel(self, reason: str | None = None) -> Batch:
        """Ends it and its open jobs; NotPossible for one that has ended."""
        return self._change("cancel", reason=reason)

    def retry(self, *, all: bool = False, jobs: Sequence[int] | None = None, if_exists: str | None = None) -> Batch:
        """
        Reopens an ended batch with the jobs that did not succeed, with ``all``, or with these (by their numbers).

        BatchExists is raised when an active batch has the same name; ``if_exists`` answers as for ``submit``.
        """
        return self._change("retry", all=all or None, job=None if jobs is None else list(jobs), if_exists=if_exists)

    def pause(self, *, now: bool = False, reason: str | None = None) -> Batch:
        """Running jobs end first; with ``now`` they are stopped, and run again later."""
        return self._change("pause", now=now or None, reason=reason)

    def resume(self) -> Batch:
        """Queues a batch that is paused or on hold."""
        return self._change("resume")

    @property
    def title(self) -> str:
        """'#12 scores'."""
        span = self.data.get("range")
        about = f" {span['start']}-{span['end']}" if span else ""
        type_of = "" if self.type == self.name else f" / {self.type}"
        return f"#{self.number} {self.name}{type_of}{about}"

    @property
    def status_words(self) -> str:
        return _WORDS.get(self.status, self.status)

    @property
    def percent(self) -> int:
        """Jobs that will not run any more, in whole percent; 100 only when all are."""
        return 100 * self._done // self.jobs["total"] if self.jobs["total"] else 0

    @property
    def progress_words(self) -> str:
        """'43 of 120'."""
        return f"{self._done:,} of {self.jobs['total']:,}"

    @property
    def state_words(self) -> str:
        """'running: 43 of 120, 2 failed'."""
        failed = f", {self.jobs['failed']:,} failed" if self.jobs["failed"] else ""
        why = self.reason or self.error
        return f"{self.status_words}: {self.progress_words}{failed}{f'; {why}' if why else ''}"

    @property
    def created_words(self) -> str:
        """On this machine's clock."""
        return self.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")

    def __repr__(self) -> str:
        return f"<Batch {self.title} {self.state_words}>"

    def _repr_html_(self) -> str:
        return bar_html(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Batch) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def _done(self) -> int:
        return self.jobs["succeeded"] + self.jobs["failed"] + self.jobs["cancelled"]

    def _take(self, line: Document) -> None:
        for batch in [line.get("batch"), *line.get("batches", [])]:
            if isinstance(batch, dict) and batch["id"] == self.id:
                self.data = batch

    def _change(self, command: str, **options: Any) -> Batch:
        try:
            self.data = self._transport.change(command, self.id, **options)
        except BatchExists as error:
            raise with_existing(error, self._transport) from None
        return self


class Rows(List[Dict[str, Any]]):
    """A list of dicts that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in _row({}))
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_shown(value))}</td>" for value in row.values()) + "</tr>"
            for row in self[:SHOWN_ROWS]
        )
        more = f"<p>and {len(self) - SHOWN_ROWS:,} more</p>" if len(self) > SHOWN_ROWS else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value.astimezone().strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else str(value)


def with_existing(error: BatchExists, transport: Transport) -> BatchExists:
    """The same with its batches, where Slipway found them as it was to create one."""
    found = [conflict["existing"] for conflict in error.details.get("conflicts", [])]
    return BatchExists(error.message, [Batch(transport, one) for one in found], error.details)


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, timezone.utc)


def _row(job: Document) -> dict[str, Any]:
    started, completed, took = job.get("startedAt"), job.get("completedAt"), job.get("durationMs")
    return {
        "job": job.get("ordinal"),
        "input": job.get("input"),
        "status": job.get("status"),
        "exit_code": job.get("exitCode"),
        "signal": job.get("signal"),
        "attempts": job.get("attempts"),
        "seconds": None if took is None else took / 1000,
        "started_at": None if started is None else _time(started),
        "completed_at": None if completed is None else _time(completed),
        "error": job.get("error"),
    }


def _has_pandas() -> bool:
    from importlib.util import find_spec

    return find_spec("pandas") is not None
