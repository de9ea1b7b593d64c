"""Ages over every way in which a time is written, and their distribution."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from smtptui.audit.ages import FAILED, NEVER, OLDER, UNKNOWN, age_label, format_bars
from smtptui.audit.facts import subject_from_credential
from smtptui.model.verification import Opinion, Status
from tests.audit.cases import NOW, run_audit, sound, verification


@pytest.mark.parametrize(
    ("at", "label"),
    [
        ("2026-11-20T12:00:00Z", "within 1 day"),
        ("2026-11-20T12:00:00.000Z", "within 1 day"),
        ("2026-11-20T11:59:59.999Z", "within 7 days"),
        ("2026-11-20T17:00:00+05:00", "within 1 day"),
        ("2026-11-20T16:59:59+05:00", "within 7 days"),
        ("2026-11-14T07:00:00.5-05:00", "within 7 days"),
        ("2026-10-22T12:00:00Z", "within 30 days"),
        ("2026-08-23T12:00:00Z", "within 90 days"),
        ("2026-08-23T11:59:59Z", OLDER),
        ("2026-11-22T12:00:00Z", "within 1 day"),
        (None, UNKNOWN),
        ("yesterday", UNKNOWN),
    ],
)
def test_ages_fall_into_groups(at: str | None, label: str) -> None:
    subject = subject_from_credential(sound(verification=verification(Opinion(Status.VERIFIED, at))))
    assert age_label(subject, NOW) == label


@pytest.mark.parametrize(
    ("status", "label"), [(Status.FAILED, FAILED), (Status.NEVER, NEVER), (Status.UNKNOWN, UNKNOWN)]
)
def test_unverified_credentials_are_grouped_by_status(status: Status, label: str) -> None:
    assert (
        age_label(subject_from_credential(sound(verification=verification(Opinion(status, None)))), NOW)
        == label
    )


def test_the_local_time_zone_changes_nothing() -> None:
    old = sound(verification=verification(Opinion(Status.VERIFIED, "2026-10-22T12:00:01Z")))
    for hours in (-11, 0, 13):
        here: datetime = NOW.astimezone(timezone(timedelta(hours=hours)))
        assert run_audit(old, account={"now": here}) == []
        later = here + timedelta(seconds=2)
        assert [item.rule for item in run_audit(old, account={"now": later})] == ["verification-old"]


def test_bars_are_readable_without_colour() -> None:
    assert format_bars([("never", 1), ("failed", 0), ("not known", 1000)], 20) == [
        "never               1  #",
        "failed              0",
        "not known        1000  ####################",
    ]
