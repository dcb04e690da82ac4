"""What is asked before a batch is created that exists already."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Sequence

if TYPE_CHECKING:
    from ._batch import Batch

#: Answer -> what it does, in the words of the command line.
ANSWERS = {
    "return": "continue the existing batch as it is",
    "remaining": "close it and add only what is not done",
    "replace": "cancel it and add all jobs again",
    "allow": "add a duplicate",
}


def table(batches: Sequence[Batch]) -> list[str]:
    """The batches as lines: id, type, status, jobs, created."""
    rows = [("id", "type", "status", "jobs", "created")]
    rows += [(f"#{one.number}", one.type, one.status_words, one.progress_words, one.created_words) for one in batches]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def is_interactive() -> bool:
    """Whether a person can be asked: a notebook, or Python's own prompt; a script is none, also on a terminal."""
    return in_notebook() or hasattr(sys, "ps1") or bool(sys.flags.interactive)


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def choose(existing: Sequence[Batch]) -> str | None:
    """
    Lists what exists and asks; a duplicate needs a second yes. None when nothing is to be created, also where the notebook
    can't ask (``nbconvert``).
    """
    count = "There is a batch" if len(existing) == 1 else f"There are {len(existing)} batches"
    print(f"{count} of this name:", *table(existing), "", sep="\n")
    print(*(f"  {name:<10} {words}" for name, words in ANSWERS.items()), sep="\n", flush=True)
    try:
        answer = input("Type one of these, or nothing to leave it: ").strip().lower()
        if answer == "allow" and input("This runs the same work twice. Type yes to add it: ").strip().lower() != "yes":
            return None
    except (EOFError, NotImplementedError):
        return None
    return answer if answer in ANSWERS else None
