"""Progress: a bar that lives in the cell of a notebook, a line on a terminal, lines elsewhere."""

from __future__ import annotations

import html
import sys
from typing import TYPE_CHECKING, Any, TextIO

from ._dialog import in_notebook

if TYPE_CHECKING:
    from ._batch import Batch

_COLOURS = {"succeeded": "#2b8a3e", "failed": "#c92a2a", "cancelled": "#868e96", "running": "#74c0fc"}


def bar_html(batch: Batch, sentence: str = "") -> str:
    """The batch as a bar, with what its jobs became in colours; no scripts, nothing to load."""
    total = max(1, batch.jobs["total"])
    parts = "".join(
        f'<span style="display:inline-block;height:100%;width:{100 * batch.jobs[name] / total:.3f}%;background:{colour}">'
        "</span>"
        for name, colour in _COLOURS.items()
        if batch.jobs[name] > 0
    )
    note = f'<div style="opacity:.75">{html.escape(sentence)}</div>' if sentence else ""
    return (
        '<div style="max-width:40em;line-height:1.5">'
        f"<div><b>{html.escape(batch.title)}</b> {html.escape(batch.state_words)}</div>"
        '<div role="progressbar" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{batch.percent}" aria-label="{html.escape(batch.title)}" '
        'style="height:.7em;border-radius:.35em;overflow:hidden;white-space:nowrap;font-size:0.8em;'
        f'background:rgba(128,128,128,.25)">{parts}</div>{note}</div>'
    )


class Progress:
    """Shows one batch for as long as it is waited for. ``shown=False`` shows nothing."""

    def __init__(self, shown: bool = True, to: TextIO | None = None) -> None:
        self._to = to or sys.stderr
        self._handle: Any = None
        self._last = ""
        self._kind = "none" if not shown else "notebook" if in_notebook() else "line" if self._to.isatty() else "lines"

    def update(self, batch: Batch, sentence: str = "") -> None:
        """The batch as it is now, with a sentence of Slipway's."""
        if self._kind == "notebook":
            self._update_cell(batch, sentence)
        elif self._kind == "line":
            text = f"{batch.title}: {batch.state_words}{'; ' + sentence if sentence else ''}"
            self._write("\r" + text[:200] + " " * max(0, len(self._last) - len(text)))
            self._last = text
        elif self._kind == "lines":
            # For a log: a line for each status and each tenth.
            mark = f"{batch.status} {batch.percent // 10}"
            if mark != self._last:
                self._write(f"{batch.title}: {batch.state_words}\n")
            self._last = mark

    def close(self) -> None:
        """Leaves the last state where it is."""
        if self._kind == "line" and self._last:
            self._write("\n")

    def _update_cell(self, batch: Batch, sentence: str) -> None:
        from IPython.display import display

        drawing = _Drawing(bar_html(batch, sentence), f"{batch.title}: {batch.state_words}")
        if drawing.html == self._last:
            return
        self._last = drawing.html
        if self._handle is None:
            self._handle = display(drawing, display_id=True)
        else:
            self._handle.update(drawing)

    def _write(self, text: str) -> None:
        self._to.write(text)
        self._to.flush()


class _Drawing:
    """HTML for a notebook, and the same in words for whoever shows no HTML."""

    def __init__(self, page: str, words: str) -> None:
        self.html = page
        self._words = words

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self._words
