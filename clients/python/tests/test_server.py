"""The same client by way of `slipway serve`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import slipway

from .place import Place


class OverHttp(Place):
    def setUp(self) -> None:
        super().setUp()
        command_line = self.client.transport
        serve = [*command_line._words, "serve", "--port", "0", "--json"]
        server = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=command_line._env)
        assert server.stdout is not None and server.stderr is not None
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.send_signal, signal.SIGINT)
        self.here = self.client
        self.url = json.loads(server.stdout.readline())["url"]

    def with_token(self, scope: str) -> slipway.Client:
        token = self.here.transport._call(["token", "add", "test", "--scope", scope])["token"]
        return slipway.connect(self.url.split("?")[0], token)

    def test_a_program_that_may_steer_does_all_that_the_command_line_does(self) -> None:
        self.client = self.with_token("steer")
        values = ["-x", "a\nb", "ä😀 {input}", "bad"]
        batch = self.submit(values)
        with self.assertRaises(slipway.BatchExists) as caught:
            self.submit(values)
        self.assertEqual(caught.exception.existing, [batch])
        batch.wait(progress=False)
        self.assertEqual([row["input"] for row in batch.results(frame=False)], values)
        self.assertEqual([row["job"] for row in batch.failed(frame=False)], [4])
        for everything in (False, True):
            self.assertEqual(batch.log(2, everything=everything), "looked at a\nb\n")
        self.assertEqual(batch.retry(jobs=[1, 4]).jobs["pending"], 2)
        batch.wait(progress=False)
        self.assertEqual([row["attempts"] for row in batch.results(frame=False)], [2, 1, 1, 2])
        summary = batch.summary()
        assert summary is not None
        self.assertEqual(summary["run"], 2)
        self.assertEqual(self.submit(values, if_exists="return"), batch)
        with self.assertRaises(slipway.NotPossible):
            batch.cancel()
        with self.assertRaises(slipway.InvalidConfiguration):
            self.client.submit([sys.executable, "{inptu}"], over=["a"], name="x")
        with self.assertRaisesRegex(slipway.UsageError, "use the command line where it runs"):
            self.client.submit([sys.executable, "{a}"], rows=[{"a": 1}], name="x")

    def test_a_program_that_may_watch_changes_nothing(self) -> None:
        self.client = self.with_token("watch")
        self.assertEqual(self.client.batches(all=True), [])
        with self.assertRaisesRegex(slipway.SlipwayError, "may only watch"):
            self.submit(["a"])
        self.assertEqual(self.here.batches(all=True), [])

    def test_the_address_of_the_panel_lets_watch_and_control_but_add_no_commands(self) -> None:
        self.client.transport._call(["pause"])
        batch = self.submit(["a"])
        self.client = slipway.connect(self.url)
        [seen] = self.client.batches()
        self.assertEqual(seen, batch)
        with self.assertRaisesRegex(slipway.TimedOut, "paused"):
            seen.wait(timeout=1, progress=False)
        with self.assertRaises(slipway.NotTrusted):
            self.submit(["b"], name="other")
        self.assertEqual(seen.cancel("not now").reason, "not now")

    def test_says_why_there_is_no_answer(self) -> None:
        with self.assertRaisesRegex(slipway.Unreachable, "can't be reached"):
            slipway.connect("http://127.0.0.1:9/?token=x")
        with self.assertRaisesRegex(slipway.Unreachable, "not valid any more"):
            slipway.connect(self.url + "x")
        with self.assertRaisesRegex(slipway.SlipwayError, "no such token"):
            slipway.connect(self.url.split("?")[0], "wrong").batches()
