"""What can go wrong, as exceptions: one for each error code of Slipway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Sequence

if TYPE_CHECKING:
    from ._batch import Batch


class SlipwayError(Exception):
    """Slipway refused or failed. ``code`` is its error code; ``problems`` are those of a configuration or command."""

    code = "internal"

    def __init__(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        details = details or {}
        self.message = message
        self.hint: str | None = details.get("hint")
        self.problems: list[dict[str, Any]] = details.get("problems") or []
        self.details: dict[str, Any] = dict(details)
        self.code = details.get("code", type(self).code)
        super().__init__(message)

    def __str__(self) -> str:
        lines = [self.message]
        lines += [f"  {one['message']}" for one in self.problems if one["message"] not in self.message]
        return "\n".join(lines + ([self.hint] if self.hint else []))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the way through this package helps nobody."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(SlipwayError):
    """The call itself is wrong (exit code 2)."""

    code = "usage"


class InvalidConfiguration(UsageError):
    """The command or its inputs are wrong; nothing was created. ``problems`` has each (exit code 2)."""

    code = "invalid-configuration"


class NotTrusted(SlipwayError):
    """A server runs only commands that a person has trusted (exit code 2)."""

    code = "untrusted"


class BatchExists(SlipwayError):
    """
    There are batches of this name already, and nothing was created (exit code 3).

    ``existing`` has them, the latest first. Answer with ``if_exists=``.
    """

    code = "duplicate"

    def __init__(self, message: str, existing: Sequence[Batch], details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, {"code": "duplicate", **(details or {})})
        self.existing: list[Batch] = list(existing)

    def __str__(self) -> str:
        from ._dialog import ANSWERS, table

        answers = [f"  if_exists={name!r:<12} {words}" for name, words in ANSWERS.items()]
        return "\n".join([self.message, *table(self.existing), "Choose one:", *answers])


class NotFound(SlipwayError):
    """There is no such batch or job (exit code 4)."""

    code = "not-found"


class NotPossible(SlipwayError):
    """Not possible in the batch's present state (exit code 5)."""

    code = "not-possible"


class TimedOut(SlipwayError, TimeoutError):
    """The batch had not ended when the time was over; it continues (exit code 5)."""

    code = "timed-out"


class DatabaseError(SlipwayError):
    """Slipway's database can't be used (exit code 6)."""

    code = "database"


class NothingCanRun(SlipwayError):
    """What is waited for can't run now: the queue is paused, or a predecessor failed (exit code 7)."""

    code = "nothing-can-run"


class BatchFailed(SlipwayError):
    """With ``check=True``: the batch ended, but did not complete (exit code 1)."""

    code = "batch-failed"


class Unreachable(SlipwayError):
    """There is no ``slipway`` program, or no server at that address."""

    code = "unreachable"


_BY_CODE: dict[str, type[SlipwayError]] = {
    kind.code: kind
    for kind in (UsageError, InvalidConfiguration, NotTrusted, NotFound, NotPossible, TimedOut, DatabaseError)
}


def error_of(document: Mapping[str, Any]) -> SlipwayError:
    """The exception for an error as Slipway reports it: ``{code, message, hint?, problems?, conflicts?}``."""
    if document.get("code") == "duplicate":
        return BatchExists(document["message"], [], document)
    kind = _BY_CODE.get(document.get("code", ""), SlipwayError)
    return kind(document.get("message", "Slipway failed without a message"), document)
