"""Records of Sendmux round-trip."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from smtptui.model.change import Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import ProtocolBrokenError
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS
from smtptui.providers.sendmux import convert, rules
from smtptui.providers.sendmux.wire import FIELD_BY_WIRE_NAME, WRITABLE_NATIVE_FIELDS
from smtptui.secrets.secret import Secret
from tests.canary import secret_text
from tests.providers.sendmux.sendmux_double import record

TEXT = st.text(
    st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="\u2028\u2029"),
    min_size=1,
    max_size=255,
)
COUNT = st.integers(0, 10**9)
QUOTA = st.none() | COUNT | st.tuples(COUNT, COUNT).map(lambda pair: {"min": min(pair), "max": max(pair)})
RECORDS = st.fixed_dictionaries(
    {
        "name": TEXT,
        "smtp_port": st.integers(1, 65535),
        "smtp_protocol": st.sampled_from(["ssl", "starttls", "none"]),
        "smtp_username": TEXT,
        "from_name": TEXT,
        "reply_to_name": st.none() | TEXT,
        "quotas": st.fixed_dictionaries(dict.fromkeys(rules.QUOTA_PERIODS, QUOTA)),
        "percentage": st.integers(0, 100),
        "tracking_domain": st.none() | st.just("click.example.org"),
        "variables": st.dictionaries(TEXT, st.text(max_size=50), max_size=3),
    }
).map(lambda fields: record(**fields))


def as_draft(credential: Credential) -> Draft:
    """Everything of a stored record that can be wanted of another one."""
    values = {field.name: credential.get(field.name) for field in PLAIN_WRITABLE_FIELDS}
    return Draft(
        values, Secret(secret_text()), {name: credential.native[name] for name in WRITABLE_NATIVE_FIELDS}
    )


@given(RECORDS)
def test_a_record_round_trips(get_stored: dict[str, Any]) -> None:
    draft = as_draft(convert.to_credential("mux", get_stored, lambda id: ()))
    rules.check_draft(draft)
    body = convert.to_create(draft)
    assert body.pop("smtp_password") == secret_text()
    quotas = {name: quota for name, quota in get_stored["quotas"].items() if quota is not None}
    expected = {
        name: value
        for name, value in {**get_stored, "quotas": quotas}.items()
        if (name in FIELD_BY_WIRE_NAME or name in WRITABLE_NATIVE_FIELDS)
        and name != "is_active"
        and value not in (None, {})
    }
    assert body == expected


@given(
    st.dictionaries(
        st.sampled_from([*record(), "variables", "novel"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.lists(st.text())
        | st.dictionaries(st.text(), st.text()),
    )
)
def test_a_record_of_any_shape_is_converted_or_refused(odd: dict[str, Any]) -> None:
    try:
        found = convert.to_credential("mux", {"id": "x", **odd}, lambda id: ())
    except ProtocolBrokenError:
        assert not isinstance(odd.get("id", "x"), str) or not odd["id"]
        return
    json.dumps(found.to_json())
    assert Credential.from_json(found.to_json()) == found
