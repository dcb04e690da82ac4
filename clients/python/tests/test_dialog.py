"""Nothing is created beside what exists without a person's, or a script's, answer."""

from __future__ import annotations

from typing import Iterator
from unittest import mock

import slipway

from .place import Place


class InScripts(Place):
    def numbers(self) -> list[int]:
        return sorted(batch.number for batch in self.client.batches(all=True))

    def test_a_second_batch_of_a_name_needs_an_answer_also_when_the_first_has_ended(self) -> None:
        first = self.run_batch(["a", "b"])
        with self.assertRaises(slipway.BatchExists) as caught:
            self.submit(["a", "b"])
        self.assertEqual(caught.exception.existing, [first])
        text = str(caught.exception)
        self.assertRegex(text, r"#1 +look +completed +2 of 2 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
        for answer in ("return", "remaining", "replace", "allow"):
            self.assertIn(f"if_exists={answer!r}", text)
        self.assertEqual(self.numbers(), [1])

    def test_so_does_one_beside_an_active_one(self) -> None:
        first = self.submit(["a"])
        with self.assertRaises(slipway.BatchExists) as caught:
            self.submit(["a"])
        self.assertEqual(caught.exception.existing, [first])
        self.assertEqual(self.numbers(), [1])

    def test_another_name_is_another_batch_and_so_is_another_folder(self) -> None:
        self.submit(["a"])
        self.submit(["a"], name="other")
        (self.project / "sub").mkdir()
        self.submit(["a"], folder="sub")
        self.assertEqual(self.numbers(), [1, 2, 3])

    def test_one_that_was_cancelled_before_it_ran_is_no_duplicate(self) -> None:
        self.submit(["a"]).cancel()
        self.submit(["a"])
        self.assertEqual(self.numbers(), [1, 2])

    def test_return_takes_the_existing_one_ended_or_not(self) -> None:
        first = self.submit(["a"])
        self.assertEqual(self.submit(["a"], if_exists="return"), first)
        first.wait(progress=False)
        self.assertEqual(self.submit(["a"], if_exists="return"), first)
        self.assertEqual(self.numbers(), [1])

    def test_fail_refuses_only_beside_an_active_one(self) -> None:
        self.run_batch(["a"], if_exists="fail")
        second = self.submit(["a"], if_exists="fail")
        with self.assertRaises(slipway.BatchExists) as caught:
            self.submit(["a"], if_exists="fail")
        self.assertEqual(caught.exception.existing, [second])

    def test_remaining_adds_what_no_batch_has_done(self) -> None:
        self.run_batch(["a", "b", "bad"])
        third = self.submit(["a", "bad", "c"], if_exists="remaining")
        self.assertEqual([row["input"] for row in third.results(frame=False)], ["bad", "c"])
        fourth = self.submit(["a", "c", "d"], if_exists="remaining")
        self.assertEqual([row["input"] for row in fourth.results(frame=False)], ["c", "d"])
        self.assertEqual(third.refresh().status, "cancelled")

    def test_replace_cancels_and_allow_adds_a_duplicate(self) -> None:
        first = self.submit(["a"])
        second = self.submit(["a"], if_exists="replace")
        self.assertEqual(first.refresh().status, "cancelled")
        third = self.submit(["a"], if_exists="allow")
        self.assertEqual(second.refresh().status, "queued")
        self.assertEqual(third.data["duplicateOf"], second.id)

    def test_skip_done_leaves_out_what_was_done(self) -> None:
        self.run_batch(["a", "b"])
        batch = self.submit(["a", "b", "c"], if_exists="fail", skip_done=True)
        self.assertEqual([row["input"] for row in batch.results(frame=False)], ["c"])
        nothing = self.client.submit(["true"], name="t", if_exists="allow")
        assert isinstance(nothing, slipway.Batch)


class WithAPerson(Place):
    def asked(self, *answers: str) -> tuple[list[str], Iterator[None]]:
        questions: list[str] = []
        waiting = iter(answers)

        def ask(question: str = "") -> str:
            questions.append(question)
            return next(waiting)

        for target in (
            mock.patch("slipway._client.is_interactive", lambda: True),
            mock.patch("builtins.input", ask),
            mock.patch("builtins.print", lambda *lines, **_: questions.append("\n".join(lines))),
        ):
            target.start()
            self.addCleanup(target.stop)
        return questions, waiting

    def test_what_exists_is_listed_before_the_question(self) -> None:
        first = self.submit(["a"])
        questions, _ = self.asked("return")
        self.assertEqual(self.submit(["a"]), first)
        self.assertIn("#1  look  queued  0 of 1", questions[0])
        self.assertIn("allow      add a duplicate", questions[1])

    def test_a_duplicate_needs_a_second_yes(self) -> None:
        self.submit(["a"])
        questions, _ = self.asked("allow", "no", "allow", "", "allow", "yes")
        for _ in range(2):
            with self.assertRaises(slipway.BatchExists):
                self.submit(["a"])
        self.assertEqual(len(self.client.batches()), 1)
        second = self.submit(["a"])
        self.assertEqual(len(self.client.batches()), 2)
        self.assertEqual(second.number, 2)
        self.assertIn("runs the same work twice", questions[-1])

    def test_no_answer_creates_nothing(self) -> None:
        self.submit(["a"])
        self.asked("", "ys")
        for _ in range(2):
            with self.assertRaises(slipway.BatchExists):
                self.submit(["a"])
        self.assertEqual(len(self.client.batches(all=True)), 1)

    def test_nobody_is_asked_where_nothing_exists(self) -> None:
        questions, _ = self.asked()
        self.submit(["a"])
        self.assertEqual(questions, [])
