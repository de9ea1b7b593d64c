"""Exit statuses and their precedence."""

from __future__ import annotations

import pytest

from smtptui.cli.framework.exit_status import (
    PRECEDENCE,
    STATUS_OF_KIND,
    ExitStatus,
    combine,
    most_severe_error,
    status_of_error,
    status_of_items,
)
from smtptui.model import errors
from smtptui.model.errors import (
    LoginRefusedError,
    NotFoundError,
    OutcomeUnknownError,
    SecretMissingError,
    SmtptuiError,
    UnavailableError,
)


def test_every_error_kind_has_a_status() -> None:
    declared = {
        value.kind
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, SmtptuiError)
    }
    assert declared <= set(STATUS_OF_KIND)


def test_every_status_has_its_place_in_the_precedence() -> None:
    assert sorted(PRECEDENCE) == sorted(ExitStatus)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], 0),
        ([1, 5], 5),
        ([5, 3], 3),
        ([3, 4], 4),
        ([4, 6], 6),
        ([6, 7], 7),
        ([7, 130], 130),
        ([0, 1], 1),
    ],
)
def test_when_several_apply_the_graver_wins(statuses: list[int], expected: int) -> None:
    assert combine(map(ExitStatus, statuses)) == expected


@pytest.mark.parametrize(
    ("failed", "some_done", "expected"),
    [
        ([], True, 0),
        ([UnavailableError("x")], True, 3),
        ([UnavailableError("x")], False, 5),
        ([LoginRefusedError("x")], True, 4),
        ([NotFoundError("x")], True, 3),
        ([NotFoundError("x")], False, 2),
        ([SecretMissingError("x"), UnavailableError("x")], True, 6),
        ([OutcomeUnknownError("x"), LoginRefusedError("x")], False, 7),
    ],
)
def test_status_of_several_items(failed: list[SmtptuiError], some_done: bool, expected: int) -> None:
    assert status_of_items(failed, has_successes=some_done) == expected


def test_the_deciding_error_is_the_one_whose_status_wins() -> None:
    refused, gone = LoginRefusedError("x"), UnavailableError("y")
    assert most_severe_error([gone, refused]) is refused
    assert status_of_error(refused) == 4
