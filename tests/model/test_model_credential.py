"""The credential, its JSON form and the summary of its two opinions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.model.change import Draft
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.fields import FIELDS
from smtptui.model.identity import find_matches
from smtptui.model.timestamps import age_at, format_age, normalise_timestamp, parse_duration
from smtptui.model.verification import Opinion, ProbeOpinion, Status, Verification

KEYS = (
    "account provider id name host port security security_inferred auth username password from_email from_name "
    "reply_to_email reply_to_name envelope_from default active editable verification created_at updated_at native"
)


def test_the_json_keys_are_the_promised_ones_in_order() -> None:
    body = Credential(account="a", provider="blue", id="1").to_json()
    assert list(body) == KEYS.split() == [field.name for field in FIELDS]
    assert body["verification"] == {
        "summary": "unknown",
        "provider": {"status": "unknown", "at": None, "detail": ""},
        "probe": {"status": "never", "at": None, "detail": "", "verdict": None, "outdated": False},
    }


@given(
    name=st.none() | st.text(max_size=20),
    port=st.none() | st.integers(1, 65535),
    status=st.sampled_from(Status),
    password=st.sampled_from(PasswordState),
    outdated=st.booleans(),
)
def test_a_credential_survives_its_json_form(
    name: str | None, port: int | None, status: Status, password: PasswordState, outdated: bool
) -> None:
    credential = Credential(
        account="a",
        provider="blue",
        id="1",
        name=name,
        port=port,
        password=password,
        verification=Verification(
            Opinion(status, None, "x"), ProbeOpinion(status, None, "", "auth.rejected", outdated)
        ),
        native={"uid": name},
    )
    assert Credential.from_json(credential.to_json()) == credential


V, F, N, U = Status.VERIFIED, Status.FAILED, Status.NEVER, Status.UNKNOWN
OLD, NEW = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


@pytest.mark.parametrize(
    ("provider", "probe", "summary", "at"),
    [
        (Opinion(N), ProbeOpinion(N), N, None),
        (Opinion(U), ProbeOpinion(N), U, None),
        (Opinion(V, OLD), ProbeOpinion(F, NEW), F, NEW),
        (Opinion(F, NEW), ProbeOpinion(V, OLD), F, NEW),
        (Opinion(V, OLD), ProbeOpinion(F, NEW, outdated=True), V, OLD),
        (Opinion(U), ProbeOpinion(V, OLD), V, OLD),
        (Opinion(F, None), ProbeOpinion(N), F, None),
        (Opinion(F, None), ProbeOpinion(V, OLD), V, OLD),
        (Opinion(U, NEW), ProbeOpinion(N), U, None),
    ],
)
def test_the_summary_is_the_newer_opinion_that_is_not_outdated(
    provider: Opinion, probe: ProbeOpinion, summary: Status, at: str | None
) -> None:
    verification = Verification(provider, probe)
    assert (verification.summary, verification.at) == (summary, at)


def test_identity_includes_the_sender_only_where_both_sides_can_read_it() -> None:
    stored = [
        Credential(account="a", provider="p", id="1", host="Smtp.Example.com", port=587, username="u"),
        Credential(
            account="a",
            provider="p",
            id="2",
            host="smtp.example.com",
            port=587,
            username="u",
            from_email="A@x.example",
        ),
        Credential(account="a", provider="p", id="3", host="smtp.example.com", port=25, username="u"),
    ]
    wanted = Draft({"host": "SMTP.example.com", "port": 587, "username": "u", "from_email": "a@x.example"})
    assert [item.id for item in find_matches(wanted, stored, sender_readable=True)] == ["2"]
    assert [item.id for item in find_matches(wanted, stored, sender_readable=False)] == ["1", "2"]


def test_timestamps_of_every_provider_are_parsed() -> None:
    assert normalise_timestamp("2026-01-01T00:00:00.123Z") == "2026-01-01T00:00:00.123Z"
    assert normalise_timestamp("2026-01-01T02:00:00+02:00") == "2026-01-01T00:00:00Z"
    assert normalise_timestamp("2026-01-01T00:00:00") == "2026-01-01T00:00:00Z"
    for nonsense in (None, "", 5, "yesterday"):
        assert normalise_timestamp(nonsense) is None
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert age_at("2025-12-31T00:00:00Z", now) == timedelta(days=1)
    assert format_age(timedelta(days=400)) == "1y"
    assert format_age(timedelta(hours=-3)) == "in 3h"
    assert parse_duration("1d12h") == timedelta(hours=36)
    for text in ("", "d", "3", "3x", "-3d"):
        with pytest.raises(ValueError, match="not a duration"):
            parse_duration(text)
