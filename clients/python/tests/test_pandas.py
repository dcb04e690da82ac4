"""Data frames go in and come out, where pandas is installed."""

from __future__ import annotations

import json
import sys
import unittest
from importlib.util import find_spec

import slipway

from .place import ARGUMENTS, Place


@unittest.skipUnless(find_spec("pandas"), "pandas is not installed")
class Frames(Place):
    def test_a_row_each_with_its_values_as_people_write_them(self) -> None:
        import pandas

        frame = pandas.DataFrame(
            {
                "region": ["north", "a 'b'\n"],
                "n": [1, 2],
                "share": [0.5, 1e-7],
                "on": pandas.to_datetime(["2026-01-31", "2026-02-01"]),
                "unused": [None, float("nan")],
            }
        )
        command = [sys.executable, "-c", ARGUMENTS, "{number}", "{region}", "{n}", "{share}", "{on}"]
        batch = self.client.submit(command, rows=frame, name="a")
        assert isinstance(batch, slipway.Batch)
        batch.wait(progress=False, check=True)
        found = [json.loads((self.project / f"arguments-{job}").read_text()) for job in (1, 2)]
        self.assertEqual(found[0], ["north", "1", "0.5", "2026-01-31 00:00:00"])
        self.assertEqual(found[1], ["a 'b'\n", "2", "0.0000001", "2026-02-01 00:00:00"])
        for missing in ("unused", "on"):
            frame.loc[1, "on"] = pandas.NaT
            with self.assertRaisesRegex(slipway.UsageError, f"'{missing}' of row . is missing"):
                self.client.submit(["echo", f"{{{missing}}}"], rows=frame, name="b")

    def test_results_are_a_frame_by_the_number_of_the_job(self) -> None:
        import pandas

        batch = self.run_batch(["good", "bad"])
        results = batch.results()
        self.assertIsInstance(results, pandas.DataFrame)
        self.assertEqual(list(results["status"]), ["succeeded", "failed"])
        self.assertEqual(results.loc[2, "input"], "bad")
        self.assertEqual(list(batch.failed().index), [2])
        self.assertEqual(list(self.submit(["x"], name="none").failed().columns), list(results.columns))
