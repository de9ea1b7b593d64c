"""Every rule reports one case and not the other; messages and remedies are readable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from smtptui.audit.rules import RULES
from smtptui.audit.suppressions import ParsedSuppression, Suppressions
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.verification import Opinion, ProbeOpinion, Status
from tests.audit.cases import (
    BLUE,
    NOW,
    RECENT,
    VERIFIED,
    WITHOUT_VERIFICATION,
    rules,
    run_audit,
    sound,
    verification,
)

NEVER = Opinion(Status.NEVER)
UNREPORTED = Opinion(Status.UNKNOWN, RECENT, "tested then; it does not tell the outcome")
PROBED = ProbeOpinion(Status.VERIFIED, "2026-11-20T13:00:00Z", "235", "auth.verified")
REFUSED = ProbeOpinion(Status.FAILED, "2026-11-20T13:00:00Z", "535 no", "auth.rejected")
OUTDATED = ProbeOpinion(Status.VERIFIED, "2026-11-20T13:00:00Z", "235", "auth.verified", outdated=True)


def one(**more: Any) -> tuple[Credential, ...]:
    return (sound(**more),)


def expired(until: date) -> Suppressions:
    return Suppressions([ParsedSuppression(rule="inactive", reason="holidays", until=until)], NOW)


Case = tuple[tuple[Credential, ...], dict[str, Any]]

CASES: dict[str, tuple[Case, Case]] = {
    "never-verified": ((one(verification=verification(NEVER), default=None), {"listing": {"whole": False}}), (one(), {})),
    "verification-old": (
        (one(verification=verification(Opinion(Status.VERIFIED, "2026-10-22T11:59:59Z"))), {}),
        (one(verification=verification(Opinion(Status.VERIFIED, "2026-10-22T12:00:00Z"))), {}),
    ),
    "verification-failed": (
        (one(verification=verification(Opinion(Status.FAILED, RECENT, "535 no")), default=None), {"listing": {"whole": False}}),
        (one(), {}),
    ),
    "opinions-differ": (
        (one(verification=verification(Opinion(Status.FAILED, RECENT, "no"), PROBED)), {}),
        (one(verification=verification(VERIFIED, PROBED)), {}),
    ),
    "changed-since-verified": (
        (one(updated_at="2026-11-20T12:00:06Z"), {}),
        (one(updated_at="2026-11-20T12:00:04.900Z"), {}),
    ),
    "unverifiable": (
        (one(verification=verification(Opinion()), default=None), {"account": {"capabilities": WITHOUT_VERIFICATION}}),
        (one(verification=verification(Opinion(), PROBED)), {"account": {"capabilities": WITHOUT_VERIFICATION}}),
    ),
    "result-not-told": ((one(verification=verification(UNREPORTED), default=None), {"listing": {"whole": False}}), (one(verification=verification(UNREPORTED, PROBED)), {})),
    "time-in-future": (
        (one(verification=verification(Opinion(Status.VERIFIED, "2026-11-21T12:01:01Z"))), {}),
        (one(verification=verification(Opinion(Status.VERIFIED, "2026-11-21T12:00:59Z"))), {}),
    ),
    "certificate-ending": (
        (one(verification=verification(VERIFIED, PROBED)), {"certificate_ends": "2026-12-12T11:59:00Z"}),
        (one(verification=verification(VERIFIED, PROBED)), {"certificate_ends": "2026-12-12T12:00:00Z"}),
    ),
    "clear-text": ((one(security="none", port=2526), {}), (one(security="tls", port=465), {})),
    "security-inferred": ((one(security_inferred=True), {}), (one(security_inferred=False), {})),
    "port-contradicts-security": ((one(port=465), {}), (one(port=2526, security="tls"), {})),
    "port-25": ((one(port=25), {}), (one(port=2525), {})),
    "password-absent": (
        (one(password=PasswordState.ABSENT), {}),
        (one(password=PasswordState.ABSENT, auth="none", username=None), {}),
    ),
    "inactive": ((one(active=False), {}), (one(active=None), {})),
    "provider-status-error": ((one(native={"status": "error", "status_reason": "535"}), {}), (one(native={"status": "active"}), {})),
    "provider-status-pending": ((one(native={"status": "pending"}), {}), (one(native={}), {})),
    "no-default": ((one(default=False), {}), (one(default=False), {"listing": {"complete": False}})),
    "default-not-verified": ((one(verification=verification(NEVER)), {}), (one(), {})),
    "stored-twice": (
        ((sound(host="h.example", username="u"), sound(id="2", host="H.example", username="u")), {}),
        ((sound(host="h.example", username="u"), sound(id="2", host="h.example", username="U")), {}),
    ),
    "settings-differ": (
        ((sound(host="h.example", username="u"), sound("b", host="h.example", username="u", port=465, security="tls")), {}),
        ((sound(host="h.example", username="u"), sound("b", host="h.example", username="u")), {}),
    ),
    "sender-domain": ((one(from_email="x@other.example"), {}), (one(from_email="x@mail.example.org"), {})),
    "sender-reserved": (
        (one(from_name=" Blue "), {"account": {"capabilities": BLUE}}),
        (one(from_name="Blue"), {}),
    ),
    "sender-malformed": ((one(from_email="a@b@example.org"), {}), (one(from_email=None), {})),
    "cannot-write": ((one(), {"account": {"read_only": True}}), (one(), {})),
    "empty-list": (
        ((), {"account": {"capabilities": replace(BLUE, empty_note="none, or no manage access")}}),
        ((), {}),
    ),
    "secret-inline": ((one(), {"account": {"inline_secrets": ("token",)}}), (one(), {})),
    "clock-differs": (
        (one(), {"listing": {"clock_skew": timedelta(seconds=-61)}}),
        (one(), {"listing": {"clock_skew": timedelta(seconds=60)}}),
    ),
    "suppression-expired": (
        (one(), {"suppressions": expired(date(2026, 11, 21))}),
        (one(), {"suppressions": expired(date(2026, 11, 22))}),
    ),
}  # fmt: skip


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == set(RULES)


def test_a_sound_credential_has_no_finding() -> None:
    assert run_audit(sound()) == []


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_reports_one_case_and_not_the_other(rule: str) -> None:
    (fires, about_fires), (silent, about_silent) = CASES[rule]
    found = [item for item in run_audit(*fires, **about_fires) if item.rule == rule]
    expected = len(fires) if rule in ("stored-twice", "settings-differ") else 1
    assert len(found) == expected
    assert found[0].message and found[0].remedy and "{" not in found[0].remedy
    assert rule not in rules(*silent, **about_silent)


def test_one_cause_is_reported_by_one_rule_only() -> None:
    assert rules(sound(verification=verification(NEVER), default=None), listing={"whole": False}) == [
        "never-verified"
    ]
    assert rules(sound(verification=verification(Opinion(), OUTDATED)), listing={"whole": False}) == [
        "changed-since-verified", "default-not-verified",
    ]  # fmt: skip


def test_the_newer_opinion_is_the_one_that_failed() -> None:
    (found, *_) = run_audit(sound(verification=verification(VERIFIED, REFUSED)))
    assert found.rule == "verification-failed"
    assert found.message == "The last verification 23h ago failed: 535 no"


def test_reserved_domains_and_addresses() -> None:
    for address in ("a@x.invalid", "a@x.TEST", "a@x.localhost"):
        assert "sender-reserved" in rules(sound(from_email=address))
    assert "sender-reserved" in rules(sound(from_email="me@blue.cc"), account={"capabilities": BLUE})
    assert "sender-reserved" not in rules(sound(from_email="me@blue.cc"))


def test_inline_passwords_that_belong_to_no_account() -> None:
    (found,) = run_audit(sound(), inline_passwords=('"u@h.example"',))
    assert (found.rule, found.account, found.id) == ("secret-inline", None, None)


def test_an_account_whose_credentials_cannot_be_changed() -> None:
    assert "cannot-write" in rules(sound(editable=False), sound(id="2", editable=False, default=None))
    assert "cannot-write" not in rules(sound(editable=False), sound(id="2", default=None))


def test_a_filtered_selection_reports_nothing_about_the_whole_account() -> None:
    assert rules(sound(default=False, editable=False), listing={"whole": False}) == []


def test_a_missing_host_is_not_reported_as_unknown_security() -> None:
    assert "security-inferred" not in rules(sound(host=None, port=None, security=None, auth="oauth"))
    assert "security-inferred" in rules(sound(port=2526, security=None))
