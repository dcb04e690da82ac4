"""A real kernel: the bar in its cell, and the dialog when a cell is run again after its output was cleared."""

from __future__ import annotations

import os
import unittest
from importlib.util import find_spec
from typing import Any

import slipway

from .place import JUDGE, Place

HAS_KERNEL = find_spec("jupyter_client") is not None and find_spec("ipykernel") is not None


@unittest.skipUnless(HAS_KERNEL, "jupyter_client and ipykernel are not installed")
class Kernel(Place):
    def setUp(self) -> None:
        super().setUp()
        from jupyter_client.manager import KernelManager

        self.manager = KernelManager()
        package = os.path.dirname(os.path.dirname(slipway.__file__))
        env = {**os.environ, "SLIPWAY_HOME": str(self.home), "PYTHONPATH": package}
        self.manager.start_kernel(env=env, cwd=str(self.project))
        self.addCleanup(self.manager.shutdown_kernel, now=True)
        self.kernel = self.manager.client()
        self.kernel.start_channels()
        self.addCleanup(self.kernel.stop_channels)
        self.kernel.wait_for_ready(timeout=60)
        self.cell("import sys, slipway")

    def cell(self, code: str, *answers: str) -> list[dict[str, Any]]:
        """What a cell shows; each question takes the next answer. A question without one fails the test."""
        shown: list[dict[str, Any]] = []
        waiting = list(answers)

        def on_output(message: dict[str, Any]) -> None:
            if message["header"]["msg_type"] not in ("status", "execute_input"):
                shown.append({"type": message["header"]["msg_type"], **message["content"]})

        def on_question(message: dict[str, Any]) -> None:
            shown.append({"type": "question", "text": message["content"]["prompt"]})
            self.kernel.input(waiting.pop(0) if waiting else "")

        self.kernel.execute_interactive(
            code, allow_stdin=True, stdin_hook=on_question, output_hook=on_output, timeout=100
        )
        return shown

    def submit_cell(self, *answers: str) -> list[dict[str, Any]]:
        command = f"[sys.executable, '-c', {JUDGE!r}, '{{input}}']"
        return self.cell(f"batch = slipway.submit({command}, over=['a', 'bad', 'c'], name='look')\nbatch", *answers)

    def count(self) -> int:
        return len(self.client.batches(all=True))

    def test_the_bar_lives_in_the_cell(self) -> None:
        [shown] = self.submit_cell()
        self.assertIn('role="progressbar"', shown["data"]["text/html"])
        bars = [one for one in self.cell("batch.wait(); None") if "display" in one["type"]]
        self.assertEqual(bars[0]["type"], "display_data")
        self.assertEqual({one["type"] for one in bars[1:]}, {"update_display_data"})
        self.assertEqual(len({one["transient"]["display_id"] for one in bars}), 1)
        self.assertIn('aria-valuenow="0"', bars[0]["data"]["text/html"])
        self.assertIn('aria-valuenow="100"', bars[-1]["data"]["text/html"])
        self.assertIn("completed with errors: 3 of 3, 1 failed", bars[-1]["data"]["text/plain"])

    def test_a_cell_that_is_run_again_creates_no_second_batch_without_a_second_yes(self) -> None:
        self.submit_cell()
        self.cell("batch.wait()")
        self.assertEqual(self.count(), 1)

        again = self.submit_cell("")
        # Questions and output come by two ways, of which either may be the faster.
        listed = "".join(one["text"] for one in again if one["type"] == "stream")
        self.assertRegex(listed, r"#1 +look +completed with errors +3 of 3 +\d{4}-")
        self.assertEqual([one["type"] for one in again].count("question"), 1)
        self.assertEqual(again[-1]["ename"], "BatchExists")
        self.assertTrue(again[-1]["traceback"][0].startswith("BatchExists: nothing was created"))
        self.submit_cell("allow", "no")
        self.submit_cell("allow")
        self.assertEqual(self.count(), 1)

        self.submit_cell("return")
        [number] = self.cell("batch.number")
        self.assertEqual(number["data"]["text/plain"], "1")
        self.assertEqual(self.count(), 1)

        questions = [one["text"] for one in self.submit_cell("allow", "yes") if one["type"] == "question"]
        self.assertEqual(len(questions), 2)
        self.assertEqual(self.count(), 2)

    def test_the_kernel_of_a_notebook_that_nobody_sits_at_is_asked_nothing(self) -> None:
        self.submit_cell()
        reply = self.kernel.execute_interactive(
            "slipway.submit(['true'], name='look')", allow_stdin=False, output_hook=lambda _: None, timeout=100
        )
        self.assertEqual(reply["content"]["ename"], "BatchExists")
        self.assertEqual(self.count(), 1)
