"""A data folder and a project folder for a test, on the real command line."""

from __future__ import annotations

import os
import sys
import tempfile
import unittest
from pathlib import Path

import slipway

#: Keeps its arguments, exactly, in a file by the number of the job.
ARGUMENTS = "import json, sys; json.dump(sys.argv[2:], open(f'arguments-{sys.argv[1]}', 'w'))".replace("{", "{{").replace("}", "}}")
#: Fails for what begins with "bad".
JUDGE = "import sys; print('looked at', sys.argv[1]); sys.exit(sys.argv[1].startswith('bad'))"


class Place(unittest.TestCase):
    """``self.client`` has a data folder of its own; ``self.project`` is the current folder."""

    def setUp(self) -> None:
        # What a person may have in it: spaces, braces, quotes.
        temporary = tempfile.TemporaryDirectory(prefix="slipway {client}'s ")
        self.addCleanup(temporary.cleanup)
        self.home = Path(temporary.name, "home")
        self.project = Path(temporary.name, "pro ject").resolve()
        self.project.mkdir()
        before = os.getcwd()
        os.chdir(self.project)
        self.addCleanup(os.chdir, before)
        self.client = slipway.connect(home=self.home)

    def submit(self, values: list[str], program: str = JUDGE, **options: object) -> slipway.Batch:
        options = {"name": "look", **options}
        batch = self.client.submit([sys.executable, "-c", program, "{input}"], over=values, **options)
        assert isinstance(batch, slipway.Batch)
        return batch

    def run_batch(self, values: list[str], **options: object) -> slipway.Batch:
        return self.submit(values, **options).wait(progress=False)
