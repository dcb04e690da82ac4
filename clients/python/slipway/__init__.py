"""
Slipway from Python: submit a batch, watch it in the cell, look at what failed.

    import slipway
    batch = slipway.submit(["python3", "score.py", "{input}"], over=["a.csv", "b.csv"], name="scores")
    batch.wait()
    batch.failed()
"""

from __future__ import annotations

from ._batch import Batch
from ._client import Client, connect
from ._errors import (
    BatchExists,
    BatchFailed,
    DatabaseError,
    InvalidConfiguration,
    NothingCanRun,
    NotFound,
    NotPossible,
    NotTrusted,
    SlipwayError,
    TimedOut,
    Unreachable,
    UsageError,
)

for _error in SlipwayError.__subclasses__() + UsageError.__subclasses__() + [SlipwayError]:
    # Their names as people write them.
    _error.__module__ = __name__

__version__ = "0.1.0"


_default = Client()
submit = _default.submit
batches = _default.batches
batch = _default.batch

__all__ = [
    "Batch",
    "BatchExists",
    "BatchFailed",
    "Client",
    "DatabaseError",
    "InvalidConfiguration",
    "NotFound",
    "NotPossible",
    "NotTrusted",
    "NothingCanRun",
    "SlipwayError",
    "TimedOut",
    "Unreachable",
    "UsageError",
    "batch",
    "batches",
    "connect",
    "submit",
]
