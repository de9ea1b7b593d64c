"""What became of findings since the last audit, suppressions, and the two ways to make a subject."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from smtptui.audit.facts import subject_from_credential, subject_from_json
from smtptui.audit.findings import Severity
from smtptui.audit.history import AuditHistory
from smtptui.audit.report import AuditReport
from smtptui.audit.suppressions import ParsedSuppression, Suppressions
from smtptui.model.credential import Credential
from smtptui.model.selector import parse_selectors
from smtptui.model.verification import Opinion, ProbeOpinion, Status
from tests.audit.cases import NOW, run_audit, sound, verification


def test_new_then_still_then_resolved() -> None:
    first = AuditHistory()
    assert [(item.rule, item.change) for item in run_audit(sound(active=False), history=first)] == [
        ("inactive", "new")
    ]
    second = AuditHistory(first.to_saved())
    found = run_audit(sound(active=False, port=25), history=second)
    assert {item.rule: item.change for item in found} == {"inactive": "still", "port-25": "new"}
    third = AuditHistory(json.loads(json.dumps(second.to_saved())))
    found = run_audit(sound(port=25), history=third)
    assert {item.rule: item.change for item in found} == {"port-25": "still", "inactive": "resolved"}
    report = AuditReport(at="", findings=found, coverage=[], ages=[], credentials=1, suppressed=0)
    assert report.count_severities() == {"error": 0, "warning": 1, "info": 0}
    assert not report.has_at_least(Severity.ERROR) and report.has_at_least(Severity.WARNING)
    assert report.counts()["changes"] == {"new": 0, "still": 1, "resolved": 1}


def test_findings_of_an_unread_account_are_not_resolved() -> None:
    first = AuditHistory()
    run_audit(sound(active=False), history=first)
    second = AuditHistory(first.to_saved())
    assert run_audit(listing={"error": True, "complete": False}, history=second) == []
    assert second.to_saved() == first.to_saved()


def test_suppressed_by_rule_and_selector_until_a_date() -> None:
    def known(selector: str | None, until: date | None = None) -> Suppressions:
        selection = parse_selectors([selector], ["a", "b"]) if selector else None
        return Suppressions(
            [ParsedSuppression(rule="inactive", query=selection, selector=selector, until=until)], NOW
        )

    both = (sound(active=False), sound("b", active=False))
    for selector, left in ((None, []), ("a", ["b"]), ("host=smtp-1*", []), ("a/2", ["a", "b"]), ("active=true", ["a", "b"])):  # fmt: skip
        held = known(selector)
        assert [item.account for item in run_audit(*both, suppressions=held)] == left
        assert held.count == 2 - len(left)
    (found, *_) = run_audit(*both, suppressions=known("a", date(2026, 11, 21)))
    assert found.rule == "suppression-expired" and found.account is None
    assert "ended on 2026-11-21" in found.message


def test_a_suppressed_finding_is_not_reported_as_resolved() -> None:
    first = AuditHistory()
    run_audit(sound(active=False), history=first)
    held = Suppressions([ParsedSuppression(rule="inactive")], NOW)
    assert run_audit(sound(active=False), history=AuditHistory(first.to_saved()), suppressions=held) == []


def test_suppressing_an_account_does_not_suppress_its_credentials() -> None:
    for selector, left in (("a", []), ("a/1", ["no-default"]), ("provider=fake", []), ("host=*", ["no-default"])):  # fmt: skip
        held = Suppressions(
            [ParsedSuppression(rule="no-default", query=parse_selectors([selector], ["a"]))], NOW
        )
        assert [item.rule for item in run_audit(sound(default=False), suppressions=held)] == left


opinions = st.builds(
    Opinion, st.sampled_from(Status), st.sampled_from([None, "2026-11-01T00:00:00Z"]), st.text(max_size=5)
)
probes = st.builds(
    ProbeOpinion,
    st.sampled_from([Status.VERIFIED, Status.FAILED, Status.UNKNOWN]),
    st.sampled_from([None, "2026-11-02T00:00:00Z"]),
    st.text(max_size=5),
    st.none(),
    st.booleans(),
)


@given(opinions, st.one_of(st.just(ProbeOpinion(Status.NEVER)), probes))
def test_the_subject_from_json_equals_the_subject_from_the_credential(
    provider: Opinion, probe: ProbeOpinion
) -> None:
    credential: Credential = replace(sound(), verification=verification(provider, probe))
    body = json.loads(json.dumps(credential.to_json()))
    from_json, from_credential = subject_from_json(body), subject_from_credential(credential)
    assert from_json._replace(source=None) == from_credential._replace(source=None)
    assert from_json.credential() == credential
    assert subject_from_json({k: v for k, v in body.items() if k != "editable"}).editable is True
