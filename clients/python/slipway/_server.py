"""The way to ``slipway serve`` over HTTP, for instance through ``ssh -L``."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Iterator, Sequence

from ._errors import SlipwayError, TimedOut, Unreachable, UsageError, error_of
from ._transport import LOG_BYTES, Document, Request

#: How long one answer may take, in seconds.
ANSWER_S = 120.0
#: How often a batch is looked at, in seconds.
LOOK_S = 0.5
_FINAL = ("completed", "completed_with_errors", "failed", "cancelled")


class Server:
    """
    Calls a server. ``url`` is the address that ``slipway serve`` printed, with its token, or without it and ``token`` is one
    that ``slipway token add`` made.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urllib.parse.urlsplit(url)
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._headers = {"content-type": "application/json", "x-slipway": "1"}
        # No proxy: the other end is this machine, or a tunnel that begins here.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        given = urllib.parse.parse_qs(parts.query).get("token", [None])[0]
        if token is not None:
            self._headers["authorization"] = f"Bearer {token}"
        elif given is not None:
            self._headers["cookie"] = self._sign_in(given)

    def __repr__(self) -> str:
        return f"Server({self._base!r})"

    def preview(self, request: Request) -> Document:
        return self._invoke("preview", _without_file(request))

    def submit(self, request: Request, if_exists: str, skip_done: bool | str) -> Document:
        return self._invoke("enqueue", {**_without_file(request), "ifExists": if_exists, "skipDone": skip_done})

    def batches(self, everything: bool, search: str | None = None) -> list[Document]:
        found = {"all": everything, "cleared": True, **({} if search is None else {"search": search})}
        return self._invoke("list", found)["batches"]

    def batch(self, ref: int | str) -> Document:
        return self._invoke("show", {"batch": ref})["batch"]

    def jobs(self, ref: str, statuses: Sequence[str] = ()) -> list[Document]:
        jobs: list[Document] = []
        after: int | None = 0
        while after is not None:
            asked = {"batch": ref, "after": after, "limit": 10_000, **({"status": list(statuses)} if statuses else {})}
            page = self._invoke("jobs", asked)
            jobs += page["jobs"]
            after = page["next"]
        return jobs

    def log(self, ref: str, job: int, attempt: int | None, everything: bool) -> str:
        chosen = {} if attempt is None else {"attempt": attempt}
        if everything:
            query = urllib.parse.urlencode({"batch": ref, "job": job, **chosen})
            return self._read(self._request(f"/api/log?{query}")).decode("utf-8", "replace")
        piece = {"batch": ref, "job": job, "from": -LOG_BYTES, "length": LOG_BYTES, **chosen}
        return self._invoke("log", piece)["text"]

    def change(self, command: str, ref: str, **options: Any) -> Document:
        names = {"if_exists": "ifExists", "job": "jobs"}
        asked = {names.get(name, name): value for name, value in options.items() if value is not None}
        if "jobs" in asked:
            asked["jobs"] = [self._invoke("job", {"batch": ref, "job": one})["job"]["id"] for one in asked["jobs"]]
        return self._invoke(command, {"batch": ref, **asked})["batches"][0]

    def summary(self, ref: str) -> Document:
        return self._invoke("summary", {"batch": ref})

    def follow(self, ref: str, timeout_s: float | None, work: bool) -> Iterator[Document]:
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            batch = self.batch(ref)
            if batch["status"] in _FINAL:
                yield {"type": "end", "batches": [batch]}
                return
            yield {"type": "progress", "batch": batch, "sentence": self._invoke("list", {"limit": 1})["sentence"]}
            if until is not None and time.monotonic() > until:
                raise TimedOut(f"#{batch['number']} not done after {timeout_s:g} s")
            time.sleep(LOOK_S)

    def _sign_in(self, token: str) -> str:
        request = self._request(f"/?token={urllib.parse.quote(token)}")
        try:
            with self._opener.open(request, timeout=ANSWER_S) as answer:
                cookie = answer.headers.get("set-cookie")
        except urllib.error.HTTPError as answer:
            cookie = answer.headers.get("set-cookie")
        except OSError as cause:
            raise self._unreachable(cause) from cause
        if not cookie:
            raise Unreachable("this address is not valid any more: use the one that slipway serve printed last")
        return cookie.split(";")[0]

    def _invoke(self, name: str, value: Document) -> Document:
        answer = json.loads(self._read(self._request(f"/api/invoke/{name}", json.dumps(value).encode("utf-8"))))
        if answer["ok"]:
            return answer["value"]
        raise error_of(answer["error"])

    def _request(self, path: str, body: bytes | None = None) -> urllib.request.Request:
        return urllib.request.Request(self._base + path, data=body, headers=self._headers)

    def _read(self, request: urllib.request.Request) -> bytes:
        try:
            with self._opener.open(request, timeout=ANSWER_S) as answer:
                return answer.read()
        except urllib.error.HTTPError as answer:
            raise _refusal(answer.code, answer.read()) from None
        except OSError as cause:
            raise self._unreachable(cause) from cause

    def _unreachable(self, cause: OSError) -> Unreachable:
        return Unreachable(f"{self._base} can't be reached: {getattr(cause, 'reason', cause)}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The cookie comes with the redirect."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _refusal(status: int, body: bytes) -> SlipwayError:
    try:
        return error_of(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return Unreachable(f"the server answered with status {status}")


def _without_file(request: Request) -> Document:
    if request.table is not None:
        raise UsageError("a server takes at most some thousand inputs, and no rows: use the command line where it runs")
    return {"adHoc": {"folder": request.folder, "document": {"batches": [request.batch]}}}
