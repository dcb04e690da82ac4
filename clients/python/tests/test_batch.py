"""What a batch says of itself, and what can be done with it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from unittest import mock

import slipway
from slipway._progress import Progress, bar_html

from .place import Place


class Running(Place):
    def test_waits_to_the_end_and_knows_what_failed(self) -> None:
        batch = self.run_batch(["good", "bad one", "fine"])
        self.assertEqual((batch.status, batch.is_final), ("completed_with_errors", True))
        self.assertEqual((batch.jobs["succeeded"], batch.jobs["failed"]), (2, 1))
        [failed] = batch.failed(frame=False)
        self.assertEqual((failed["job"], failed["input"], failed["status"], failed["exit_code"]), (2, "bad one", "failed", 1))
        rows = batch.results(frame=False)
        self.assertEqual([row["input"] for row in rows], ["good", "bad one", "fine"])
        self.assertLess(rows[0]["seconds"], 60)
        self.assertLessEqual(rows[0]["started_at"], rows[0]["completed_at"])
        self.assertEqual(batch.log(2), "looked at bad one\n")
        summary = batch.summary()
        assert summary is not None
        self.assertEqual(summary["jobs"]["failed"], 1)

    def test_check_raises_unless_every_job_succeeded(self) -> None:
        with self.assertRaisesRegex(slipway.BatchFailed, "completed with errors: 1 of 1, 1 failed"):
            self.submit(["bad"]).wait(progress=False, check=True)

    def test_a_retry_runs_what_failed_again(self) -> None:
        batch = self.run_batch(["good", "bad"])
        self.assertEqual(batch.retry().status, "queued")
        batch.wait(progress=False)
        self.assertEqual([row["attempts"] for row in batch.results(frame=False)], [1, 2])
        batch.retry(jobs=[1]).wait(progress=False)
        self.assertEqual([row["attempts"] for row in batch.results(frame=False)], [2, 2])

    def test_pause_resume_and_cancel_change_the_batch(self) -> None:
        batch = self.submit(["a"])
        self.assertEqual(batch.pause().status, "paused")
        self.assertEqual(batch.resume().status, "queued")
        self.assertEqual(batch.cancel("wrong input").status, "cancelled")
        self.assertEqual(batch.reason, "wrong input")
        with self.assertRaises(slipway.NotPossible):
            batch.cancel()

    def test_a_wait_ends_where_nothing_can_run(self) -> None:
        batch = self.submit(["a"])
        self.client.transport._call(["pause"])
        with self.assertRaisesRegex(slipway.NothingCanRun, "paused"):
            batch.wait(progress=False)

    def test_lists_what_is_active_and_finds_by_number(self) -> None:
        ended = self.run_batch(["a"])
        active = self.submit(["b"], name="other")
        self.assertEqual(self.client.batches(), [active])
        self.assertEqual(self.client.batches(all=True), [active, ended])
        self.assertEqual(self.client.batches(all=True, search="look"), [ended])
        self.assertEqual(self.client.batch(1), ended)
        with self.assertRaisesRegex(slipway.NotFound, "no batch #9"):
            self.client.batch(9)
        with self.assertRaises(slipway.NotFound):
            ended.log(7)

    def test_a_wait_with_a_limit_runs_nothing_and_says_why_nothing_runs(self) -> None:
        batch = self.submit(["a"])
        with self.assertRaises(TimeoutError) as caught:
            batch.wait(timeout=3, progress=False)
        self.assertIsInstance(caught.exception, slipway.TimedOut)
        self.assertIn("not done after 3", str(caught.exception))
        self.assertIn("slipway work", str(caught.exception))
        self.assertEqual(batch.refresh().status, "queued")

    @unittest.skipIf(sys.platform == "win32", "interrupts are signals")
    def test_an_interrupt_lets_the_running_job_end_and_keeps_the_rest(self) -> None:
        gate = self.project / "gate"
        os.mkfifo(gate)
        program = "import sys; print('started', flush=True); open('gate').read()"
        batch = self.submit(["a", "b"], program=program)

        def interrupt() -> None:
            while not batch_log(batch):
                time.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)
            # The worker has been told once it stands by for the running job; that job ends when we say so.
            gate.write_text("")

        thread = threading.Thread(target=interrupt)
        thread.start()
        with self.assertRaises(KeyboardInterrupt):
            batch.wait(progress=False)
        thread.join()
        batch.refresh()
        self.assertEqual(batch.jobs["succeeded"], 1)
        self.assertEqual(batch.jobs["pending"], 1)
        self.assertEqual(batch.status, "queued")


def batch_log(batch: slipway.Batch) -> str:
    try:
        return batch.log(1)
    except slipway.SlipwayError:
        return ""


class Shown(Place):
    def test_a_batch_is_a_bar_in_html_with_nothing_to_load_or_run(self) -> None:
        batch = self.run_batch(["good", "bad"])
        batch.data["configuration"] = "<b>&'\""
        page = batch._repr_html_()
        self.assertIn("aria-valuenow=\"100\"", page)
        self.assertIn("&lt;b&gt;&amp;", page)
        self.assertNotIn("<b>&", page)
        for word in ("<script", "http", "onload"):
            self.assertNotIn(word, page)
        self.assertIn("width:50.000%", page)
        self.assertRegex(repr(batch), r"^<Batch #1 .* completed with errors: 2 of 2, 1 failed>$")

    def test_rows_are_a_table_where_there_is_no_pandas(self) -> None:
        rows = self.run_batch(["<good>"]).results(frame=False)
        self.assertIn("<td>&lt;good&gt;</td><td>succeeded</td><td>0</td><td></td><td>1</td>", rows._repr_html_())
        self.assertEqual(rows[0]["input"], "<good>")

    def test_a_log_gets_a_line_for_each_status(self) -> None:
        out = io.StringIO()
        with mock.patch.object(sys, "stderr", out):
            self.submit(["good"]).wait()
        lines = out.getvalue().splitlines()
        self.assertEqual(lines[0], "#1 pro ject / look: queued: 0 of 1")
        self.assertEqual(lines[-1], "#1 pro ject / look: completed: 1 of 1")

    def test_a_terminal_gets_one_line_that_is_written_over(self) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        out = Terminal()
        batch = self.submit(["good"])
        shown = Progress(to=out)
        shown.update(batch, "12/min")
        shown.update(batch)
        shown.close()
        text = "#1 pro ject / look: queued: 0 of 1"
        self.assertEqual(out.getvalue(), f"\r{text}; 12/min\r{text}{' ' * 8}\n")

    def test_the_sentence_stands_beneath_the_bar(self) -> None:
        self.assertIn("nothing &lt;runs&gt;", bar_html(self.submit(["a"]), "nothing <runs>"))


class AsScript(Place):
    def test_the_package_works_without_a_connection_being_named(self) -> None:
        script = "import slipway; b = slipway.submit(['true'], name='t'); print(b.wait(), slipway.batches(), slipway.batch(1))"
        package = os.path.dirname(os.path.dirname(slipway.__file__))
        env = {**os.environ, "SLIPWAY_HOME": str(self.home), "PYTHONPATH": package}
        done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = "<Batch #1 pro ject / t completed: 1 of 1>"
        self.assertEqual(done.stdout, f"{shown} [] {shown}\n")
