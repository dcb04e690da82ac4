"""What is submitted reaches the jobs exactly, and its mistakes come back as exceptions."""

from __future__ import annotations

import json
import sys
import unittest
from typing import Any

import slipway
from slipway import _client

from .place import ARGUMENTS, Place

HOSTILE = [
    "plain",
    " two  spaces ",
    "-rf",
    "--json",
    ":::",
    "a\nb\r\nc\r",
    '"double" and \'single\'',
    "$(touch x) `y` ${z} %PATH% !h",
    "{input} {{}} {",
    "back\\slash\\",
    "tab\tand\x01control\x7f",
    "ä 日本語 😀 e\u0301 \u2028 \u0085 \ufeff",
    "\u202eright to left",
    "comma, semicolon; #hash",
    "null",
    "~",
    "0x10",
    "1e5",
]


class Exactness(Place):
    def arguments(self, batch: Any) -> list[list[str]]:
        batch.wait(progress=False, check=True)
        files = [self.project / f"arguments-{job}" for job in range(1, batch.jobs["total"] + 1)]
        return [json.loads(file.read_text()) for file in files]

    def test_values_of_a_list_reach_the_job_as_they_are(self) -> None:
        batch = self.client.submit([sys.executable, "-c", ARGUMENTS, "{number}", "{input}", "x{input}y"], over=HOSTILE, name="a")
        self.assertEqual(self.arguments(batch), [[value, f"x{value}y"] for value in HOSTILE])

    def test_so_do_values_of_a_list_that_is_too_long_for_a_document(self) -> None:
        self.addCleanup(setattr, _client, "LIST_CHARACTERS", _client.LIST_CHARACTERS)
        _client.LIST_CHARACTERS = 10
        values = ["", *HOSTILE]
        batch = self.client.submit([sys.executable, "-c", ARGUMENTS, "{number}", "{}"], over=values, name="a")
        self.assertEqual(self.arguments(batch), [[value] for value in values])

    def test_so_do_values_of_rows_by_the_names_of_their_columns(self) -> None:
        rows = [{"first name": value, "n": number, "unused": None} for number, value in enumerate(HOSTILE)]
        command = [sys.executable, "-c", ARGUMENTS, "{number}", "{first name}", "n={n}"]
        batch = self.client.submit(command, rows=rows, name="a")
        self.assertEqual(self.arguments(batch), [[value, f"n={number}"] for number, value in enumerate(HOSTILE)])

    def test_a_single_column_may_be_empty_in_a_row(self) -> None:
        batch = self.client.submit([sys.executable, "-c", ARGUMENTS, "{number}", "{a}"], rows=[{"a": ""}, {"a": "x"}], name="a")
        self.assertEqual(self.arguments(batch), [[""], ["x"]])

    def test_words_of_the_command_are_taken_as_they_are(self) -> None:
        words = [value.replace("{", "{{").replace("}", "}}") for value in HOSTILE]
        batch = self.client.submit([sys.executable, "-c", ARGUMENTS, "{number}", *words, "{{}}", "{}"], over=["1"], name="a")
        self.assertEqual(self.arguments(batch), [[*HOSTILE, "{}", "1"]])

    def test_numbers_are_written_with_all_their_digits(self) -> None:
        values = [1, 0.1, 1e-7, 1e22, 2.5, True]
        batch = self.client.submit([sys.executable, "-c", ARGUMENTS, "{number}", "{}"], over=values, name="a")
        expected = ["1", "0.1", "0.0000001", "10000000000000000000000", "2.5", "True"]
        self.assertEqual(self.arguments(batch), [[text] for text in expected])

    def test_numbers_go_up_in_a_range(self) -> None:
        command = [sys.executable, "-c", ARGUMENTS, "{number}", "{value}"]
        self.assertEqual(self.arguments(self.client.submit(command, range=range(8, 11), name="a")), [["8"], ["9"], ["10"]])
        self.assertEqual(self.arguments(self.client.submit(command, range=(-1, 0), name="b")), [["-1"], ["0"]])

    def test_a_range_can_be_cut_into_batches(self) -> None:
        batches = self.client.submit([sys.executable, "-c", ARGUMENTS, "{number}", "{value}"], range=range(6), size=3, name="a")
        assert isinstance(batches, list)
        self.assertEqual([batch.title for batch in batches], [f"#1 pro ject / a 0-2", f"#2 pro ject / a 3-5"])

    def test_files_are_found_in_the_folder(self) -> None:
        for name in ("b 10.csv", "b 9.csv"):
            (self.project / name).touch()
        command = [sys.executable, "-c", ARGUMENTS, "{number}", "{input}", "{stem}"]
        batch = self.client.submit(command, files="*.csv", name="a")
        self.assertEqual(self.arguments(batch), [["b 9.csv", "b 9"], ["b 10.csv", "b 10"]])

    def test_other_keys_of_a_batch_are_those_of_a_configuration(self) -> None:
        program = "import os, sys; sys.exit(os.environ['WORD'] != '42 {{')"
        batch = self.client.submit(
            [sys.executable, "-c", program],
            name="a",
            env={"WORD": "42 {{"},
            retries={"times": 1, "delay": "10ms"},
            stop_on_failure="first",
            timeout="1m",
        )
        assert isinstance(batch, slipway.Batch)
        batch.wait(progress=False, check=True)

    def test_a_line_for_the_shell_is_one_only_when_that_is_said(self) -> None:
        batch = self.client.submit("echo {input} | tr a-z A-Z", over=["a'b c"], shell=True, name="a")
        assert isinstance(batch, slipway.Batch)
        batch.wait(progress=False, check=True)
        self.assertEqual(batch.log(1), "A'B C\n")
        with self.assertRaisesRegex(slipway.UsageError, "list of words, such as .'echo', '.input.'.; .* shell=True"):
            self.client.submit("echo {input}", over=["a"], name="b")


class Mistakes(Place):
    def refused(self, kind: type[Exception], pattern: str, *command: Any, **options: Any) -> None:
        with self.assertRaisesRegex(kind, pattern):
            self.client.submit(command or ["echo", "{input}"], **{"name": "x", **options})
        self.assertEqual(self.client.batches(all=True), [])

    def test_what_no_program_could_receive_is_refused(self) -> None:
        self.refused(slipway.UsageError, "item 2 has a NUL", over=["a", "b\0c"])
        self.refused(slipway.UsageError, "surrogate", over=["\ud800"])
        self.refused(slipway.UsageError, "the command has a NUL", "echo", "\0", over=["a"])

    def test_a_missing_value_is_refused_where_the_command_uses_it(self) -> None:
        rows = [{"a": 1, "b": float("nan")}, {"a": None, "b": 2}]
        self.refused(slipway.UsageError, "'a' of row 2 is missing", "echo", "{a}", rows=rows)
        self.refused(slipway.UsageError, "'b' of row 1 is missing", "echo", "{b}", rows=rows)

    def test_there_is_one_source_with_something_in_it(self) -> None:
        self.refused(slipway.UsageError, "over and range can't be combined", over=["a"], range=range(3))
        self.refused(slipway.UsageError, "over is empty", over=[])
        self.refused(slipway.UsageError, "rows is empty", rows=[])
        self.refused(slipway.UsageError, "goes up by one", range=range(0, 10, 2))
        self.refused(slipway.UsageError, r"a pattern of files is files='\*.csv'", over="*.csv")
        self.refused(slipway.InvalidConfiguration, "no file matches", files="*.csv")

    def test_every_problem_of_a_command_is_named_before_a_batch_exists(self) -> None:
        with self.assertRaises(slipway.InvalidConfiguration) as caught:
            self.client.submit(["no-such-program", "{inptu}"], over=["a"], name="a")
        self.assertIn("{inptu}", str(caught.exception))
        self.assertEqual(self.client.batches(all=True), [])
        self.refused(slipway.InvalidConfiguration, "unknown key|not a key|paralel", over=["a"], paralel=2)

    def test_an_answer_that_is_none_is_refused(self) -> None:
        self.refused(slipway.UsageError, "if_exists is 'yes'", over=["a"], if_exists="yes")


class NoSlipway(unittest.TestCase):
    def test_says_how_the_program_is_named(self) -> None:
        with self.assertRaisesRegex(slipway.Unreachable, "no program '/no/slipway'.*SLIPWAY"):
            slipway.connect(command="/no/slipway")
