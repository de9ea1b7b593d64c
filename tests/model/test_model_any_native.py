"""A provider that accepts native fields it does not declare."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smtptui.model.admission import admit_change, admit_draft
from smtptui.model.capability import READ_WRITE, Capabilities, NativeField, ProviderOperation
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import UnsupportedError
from smtptui.workspace.credentials.diff import find_changed_fields

NARROW = Capabilities(
    provider="p",
    title="P",
    fields={"host": READ_WRITE},
    operations=frozenset({ProviderOperation.LIST, ProviderOperation.CREATE}),
    native=(NativeField("seen", "When it was seen.", wanted=False),),
)
WIDE = replace(NARROW, any_native=True)


def test_undeclared_native_fields_are_accepted_with_any_native() -> None:
    draft = Draft({"host": "h.example"}, native={"quotas": {"per_day": 1}})
    assert admit_draft(WIDE, draft).native == draft.native
    assert admit_change(WIDE, Change(native={"quotas": None})).native == {"quotas": None}
    with pytest.raises(UnsupportedError):
        admit_draft(NARROW, draft)


def test_a_computed_native_field_stays_computed() -> None:
    with pytest.raises(UnsupportedError, match="itself"):
        admit_draft(WIDE, Draft({"host": "h.example"}, native={"seen": "now"}))


def test_every_native_field_is_compared_with_any_native() -> None:
    one, other = (Credential(account="a", provider="p", id="1", native={"x": value}) for value in (1, 2))
    assert find_changed_fields(WIDE, one, other) == ("native.x",)
    assert find_changed_fields(NARROW, one, other) == ()


def test_both_flags_are_in_the_json_form() -> None:
    assert (WIDE.to_json()["any_native"], NARROW.to_json()["at_rest"]) == (True, False)
