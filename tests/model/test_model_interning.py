"""Equal values of many records share memory, and every record stays equal to its original."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from smtptui.model.credential import Credential
from smtptui.model.interning import Interner
from smtptui.model.verification import Opinion, ProbeOpinion, Status, Verification

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.floats(0, 1) | st.sampled_from(["", "on", "2026"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=6,
)
NATIVE: Any = st.dictionaries(st.sampled_from("abcde"), VALUES, max_size=5)


def credential(native: dict[str, Any], number: int) -> Credential:
    return Credential(
        account="acme",
        provider="blue",
        id=str(number),
        host="smtp.example.org",
        port=587,
        verification=Verification(
            Opinion(Status.VERIFIED, "2026-01-01T00:00:00Z", "250 ok"),
            ProbeOpinion(Status.FAILED, None, "no", "tls.untrusted", True)
            if number % 2
            else ProbeOpinion(Status.NEVER),
        ),
        updated_at="2026-01-01T00:00:00Z",
        native=native,
    )


@given(st.lists(NATIVE, max_size=4))
@settings(max_examples=60)
def test_interned_records_are_equal_to_the_originals(natives: list[dict[str, Any]]) -> None:
    interner = Interner()
    for number, native in enumerate(natives):
        alone = credential(native, number)
        written = json.dumps(alone.to_json())
        # JSON tells 1, 1.0 and true apart, which are equal
        assert json.dumps(Credential.from_json(json.loads(written), interner).to_json()) == written
        assert json.dumps(alone.intern(interner).to_json()) == written


def test_equal_parts_are_the_same_object() -> None:
    interner = Interner()
    native = {"quotas": {"day": None}, "kind": "smtp", "n": "1", "m": "2"}
    one, other = (
        Credential.from_json(json.loads(json.dumps(credential(native, number).to_json())), interner)
        for number in (1, 2)
    )
    assert one.native["quotas"] is other.native["quotas"]
    assert one.host is other.host
    assert one.verification.provider.detail is other.verification.provider.detail
