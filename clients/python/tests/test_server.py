"""The same client by way of `slipway serve`."""

from __future__ import annotations

import json
import signal
import subprocess

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
        self.url = json.loads(server.stdout.readline())["url"]

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
