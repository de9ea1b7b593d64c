"""Drafts and changes to whole records, records to request bodies and credentials. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtptui.model.change import Change, Clear, Draft, SecretText, Set, Value
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.json_value import Json
from smtptui.model.verification import UNKNOWN_OPINION, Opinion, Verification
from smtptui.providers.digitanium.wire import RECORD_ID, SECURITY_FLAGS, WIRE_NAMES
from smtptui.providers.kit.values import read_text

RECORD_FIELDS: tuple[str, ...] = (*WIRE_NAMES, "security", "auth")
"""The fields of a whole record, except the password."""

Record = Mapping[str, Value]


def draft_to_record(draft: Draft) -> dict[str, Value]:
    """Build the whole record of a draft, with explicit security and auth."""
    record: dict[str, Value] = {name: _empty_to_none(draft.get(name)) for name in RECORD_FIELDS}
    if record["auth"] is None:
        named = record["username"] is not None or draft.password is not None
        record["auth"] = "password" if named else "none"
    return _fill_defaults(record)


def change_to_record(written: Record, change: Change) -> dict[str, Value]:
    """Apply a change to the last written record. A relay loses its username; a username ends a relay."""
    record: dict[str, Value] = {name: _empty_to_none(written.get(name)) for name in RECORD_FIELDS}
    record.update(
        {name: _empty_to_none(value) for name, value in change.values.items() if name in RECORD_FIELDS}
    )
    if "auth" not in change.values and change.values.get("username") not in (None, ""):
        record["auth"] = "password"
    if record["auth"] == "none" and "username" not in change.values:
        record["username"] = None
    if "port" in change.values and "security" not in change.values:
        record["security"] = written.get("security")
    return _fill_defaults(record)


def find_new_password(change: Change) -> SecretText | None:
    """Return the new password of a change, if it has one."""
    return change.password.secret if isinstance(change.password, Set) else None


def clears_password(change: Change) -> bool:
    return isinstance(change.password, Clear)


def to_body(record: Record, password: SecretText | None) -> dict[str, Json]:
    """Build the request body: strings only, no empty fields, neither user nor password for a relay."""
    sent: dict[str, Json] = {
        wire: str(record[ours]) for ours, wire in WIRE_NAMES.items() if record.get(ours) not in (None, "")
    }
    sent["ssl"], sent["starttls"] = SECURITY_FLAGS[str(record["security"])]
    if record["auth"] == "none":
        sent.pop("user", None)
    elif password is not None:
        sent["password"] = password.reveal()
    return sent


def to_credential(account: str, record: Record, *, at: str, variant: str, opinion: Opinion) -> Credential:
    """Build the credential of a record that smtptui wrote at `at`."""
    port = record.get("port")
    return Credential(
        account=account,
        provider="digitanium",
        id=RECORD_ID,
        host=read_text(record.get("host")),
        port=port if isinstance(port, int) else None,
        security=read_text(record.get("security")),
        auth=read_text(record.get("auth")),
        username=read_text(record.get("username")),
        password=PasswordState.ABSENT if record.get("auth") == "none" else PasswordState.STORED,
        from_email=read_text(record.get("from_email")),
        from_name=read_text(record.get("from_name")),
        reply_to_email=read_text(record.get("reply_to_email")),
        reply_to_name=read_text(record.get("reply_to_name")),
        envelope_from=read_text(record.get("envelope_from")),
        default=True,
        verification=Verification(provider=opinion),
        updated_at=at,
        native={"last_written_at": at, "variant": variant},
    )


def unknown_credential(account: str, *, variant: str, opinion: Opinion = UNKNOWN_OPINION) -> Credential:
    """Build the credential of a record of which nothing is known."""
    return Credential(
        account=account,
        provider="digitanium",
        id=RECORD_ID,
        verification=Verification(provider=opinion),
        native={"last_written_at": None, "variant": variant},
    )


def find_differences(current: Credential, record: Record) -> list[str]:
    """Return the fields in which a credential differs from the last written record."""
    return [name for name in RECORD_FIELDS if current.get(name) != _empty_to_none(record.get(name))]


def _fill_defaults(record: dict[str, Value]) -> dict[str, Value]:
    # No security mode must never mean clear text, so the body always names one.
    if record["security"] is None:
        record["security"] = "tls" if record["port"] == 465 else "starttls"
    return record


def _empty_to_none(value: Any) -> Value:
    return None if value == "" else value
