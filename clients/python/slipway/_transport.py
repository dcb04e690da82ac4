"""Two ways to Slipway with one interface: the command line here, a server elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from typing import Any, Dict, Iterator, NamedTuple, Protocol, Sequence

from ._errors import SlipwayError, Unreachable, error_of

Document = Dict[str, Any]

#: Exit codes of what was waited for: completed, not completed, can't run.
_ENDED = (0, 1, 7)
#: How much of a job's output is read unless all of it is asked for, in bytes.
LOG_BYTES = 1_000_000


class Request(NamedTuple):
    """A batch that is to be added: a configuration without a file, and the folder that it runs in."""

    folder: str
    batch: Document
    #: Inputs as CSV, where they are rows or too many for the document.
    table: str | None = None


class Transport(Protocol):
    """What the client needs of Slipway. Every method raises :class:`SlipwayError`."""

    def preview(self, request: Request) -> Document:
        """What would be added, and which batches of its name there are: ``{types, problems, conflicts, earlier}``."""

    def submit(self, request: Request, if_exists: str, skip_done: bool | str) -> Document:
        """Adds it: ``{created, existing, closed, skipped}``."""

    def batches(self, everything: bool, search: str | None = None) -> list[Document]:
        """The active batches in order, with ``everything`` the final ones too."""

    def batch(self, ref: int | str) -> Document:
        """One batch."""

    def jobs(self, ref: str, statuses: Sequence[str] = ()) -> list[Document]:
        """Its jobs in order, or those with one of these statuses."""

    def log(self, ref: str, job: int, attempt: int | None, everything: bool) -> str:
        """A job's output, the end of it unless all is asked for."""

    def change(self, command: str, ref: str, **options: Any) -> Document:
        """``cancel``, ``retry``, ``pause`` or ``resume``: the batch as it is afterwards."""

    def summary(self, ref: str) -> Document:
        """What is known of a finished batch."""

    def follow(self, ref: str, timeout_s: float | None, work: bool) -> Iterator[Document]:
        """Lines ``{type, …}`` until the batch has ended; the last one is of type ``end``."""


class CommandLine:
    """
    Calls ``slipway … --json``.

    ``command`` is the program (a path, or a list of words); without it the environment variable SLIPWAY names it, else
    it is found on PATH. ``home`` is the data folder, where it is not the usual one.
    """

    def __init__(self, command: str | Sequence[str] | None = None, home: str | os.PathLike[str] | None = None) -> None:
        if command is None:
            command = os.environ.get("SLIPWAY") or "slipway"
        words = [command] if isinstance(command, str) else list(command)
        found = shutil.which(words[0])
        if found is None:
            raise Unreachable(
                f"there is no program {words[0]!r}; install Slipway, or name its program with connect(command=…) "
                "or in the environment variable SLIPWAY"
            )
        self._words = [found, *words[1:]]
        self._env = {**os.environ, **({} if home is None else {"SLIPWAY_HOME": os.fspath(home)})}

    def __repr__(self) -> str:
        return f"CommandLine({' '.join(self._words)!r})"

    def preview(self, request: Request) -> Document:
        return self._add(request, ["--dry-run"])

    def submit(self, request: Request, if_exists: str, skip_done: bool | str) -> Document:
        return self._add(request, _options({"if_exists": if_exists, "skip_done": skip_done}))

    def batches(self, everything: bool, search: str | None = None) -> list[Document]:
        options = ["--all"] if everything else []
        return self._call(["list", *options, *([] if search is None else ["--filter", search])])["batches"]

    def batch(self, ref: int | str) -> Document:
        return self._call(["show", str(ref), "--limit", "1"])["batch"]

    def jobs(self, ref: str, statuses: Sequence[str] = ()) -> list[Document]:
        return self._call(["show", ref, "--jobs", *(["--status", *statuses] if statuses else [])])["jobs"]

    def log(self, ref: str, job: int, attempt: int | None, everything: bool) -> str:
        options = [] if attempt is None else ["--attempt", str(attempt)]
        return self._call(["logs", ref, str(job), *options, *(["--all-output"] if everything else [])])["text"]

    def change(self, command: str, ref: str, **options: Any) -> Document:
        return self._call([command, ref, *_options(options)])["batches"][0]

    def summary(self, ref: str) -> Document:
        return self._call(["summary", ref])

    def follow(self, ref: str, timeout_s: float | None, work: bool) -> Iterator[Document]:
        limit = [] if timeout_s is None else ["--timeout", f"{max(1, round(timeout_s * 1000))}ms"]
        words = [*self._words, *(["work"] if work else ["wait"]), ref, *limit, "--json-lines"]
        with tempfile.TemporaryFile() as errors:
            # A session of its own: an interrupt of the notebook reaches it through us, once.
            child = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self._env,
                start_new_session=True,
            )
            assert child.stdout is not None
            try:
                for line in child.stdout:
                    yield json.loads(line)
            except BaseException:
                # As Ctrl-C in a terminal: the running jobs end first; a second interrupt stops them.
                child.send_signal(signal.SIGINT)
                try:
                    child.wait()
                except KeyboardInterrupt:
                    child.send_signal(signal.SIGINT)
                    child.wait()
                raise
            finally:
                child.stdout.close()
            code = child.wait()
            if code not in _ENDED:
                errors.seek(0)
                raise _failure(code, errors.read())

    def _add(self, request: Request, options: Sequence[str]) -> Document:
        folder, batch, table = request
        with tempfile.TemporaryDirectory(prefix="slipway-") as temporary:
            if table is not None:
                file = os.path.join(temporary, "inputs.csv")
                with open(file, "w", encoding="utf-8", newline="") as stream:
                    stream.write(table)
                # Read while it is added; a brace in the path would be a placeholder.
                over = {"table": file.replace("{", "{{").replace("}", "}}")}
                batch = {**batch, "over": over, "expand": "when-added"}
            document = json.dumps({"batches": [batch]}, ensure_ascii=False)
            return self._call(["add", "-", *options], stdin=document, cwd=folder)

    def _call(self, words: Sequence[str], stdin: str | None = None, cwd: str | None = None) -> Document:
        done = subprocess.run(
            [*self._words, *words[:1], "--json", *words[1:]],
            input=(stdin or "").encode("utf-8"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._env,
            cwd=cwd,
            check=False,
        )
        if done.returncode != 0:
            raise _failure(done.returncode, done.stderr)
        return json.loads(done.stdout)


def _options(options: Document) -> list[str]:
    """``{'skip_done': True, 'parallel': 4}`` as ``['--skip-done', '--parallel=4']``."""
    words: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is None or one is False:
                continue
            words.append(flag if one is True else f"{flag}={one}")
    return words


def _failure(code: int, stderr: bytes) -> SlipwayError:
    """The error that the command line reported on stderr."""
    text = stderr.decode("utf-8", "replace").strip()
    for line in reversed(text.splitlines()):
        try:
            error = json.loads(line)["error"]
        except (ValueError, KeyError, TypeError):
            continue
        return error_of(error)
    return SlipwayError(text or f"slipway ended with {code}")
