"""Sendmux records to credentials, drafts and changes to request bodies. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smtptui.model.change import Change, Draft, Set, Value
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.display import printable
from smtptui.model.errors import ProtocolBrokenError
from smtptui.model.json_value import Json
from smtptui.model.timestamps import normalise_timestamp, parse_timestamp
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.providers.kit.values import read_integer, read_text
from smtptui.providers.sendmux.rules import edit_refusal
from smtptui.providers.sendmux.wire import (
    AMBIGUOUS_PROTOCOL,
    COMPUTED_FIELDS,
    PROTOCOL_BY_SECURITY,
    SECURITY_BY_PROTOCOL,
    WIRE_NAMES,
    WRITABLE_NATIVE_FIELDS,
)

_AUTH = {"smtp": "password", "gmail_api": "oauth", "outlook_api": "oauth"}


def to_credential(
    account: str,
    record: object,
    opinions: Callable[[str], Sequence[Opinion]],
    version: str | None = None,
) -> Credential:
    """Convert a record of Sendmux. `opinions` returns the recorded opinions of an id; `version` is the ETag.

    Raises ProtocolBrokenError for a record without an id.
    """
    if not isinstance(record, Mapping) or not isinstance(record.get("id"), str) or not record["id"]:
        raise ProtocolBrokenError(
            "Sendmux sent a record without an id.", account=account, details=_describe_shape(record)
        )
    id = record["id"]
    port = read_integer(record.get("smtp_port"))
    security, inferred = parse_security(record.get("smtp_protocol"), port)
    native: dict[str, Json] = {
        name: record[name] for name in (*WRITABLE_NATIVE_FIELDS, *COMPUTED_FIELDS) if name in record
    }
    reason = edit_refusal(record)
    if reason is not None:
        native["not_editable_because"] = reason
    allowed = record.get("allowed_actions")
    may_update = not (isinstance(allowed, Mapping) and allowed.get("update") is False)
    active = record.get("is_active")
    return Credential(
        account=account,
        provider="sendmux",
        id=id,
        name=read_text(record.get("name")),
        host=read_text(record.get("smtp_host")),
        port=port,
        security=security,
        security_inferred=inferred,
        auth=_AUTH.get(str(record.get("type", "smtp"))),
        username=read_text(record.get("smtp_username")),
        password=_password(record.get("has_smtp_password")),
        from_email=read_text(record.get("from_email")),
        from_name=read_text(record.get("from_name")),
        reply_to_email=read_text(record.get("reply_to_email")),
        reply_to_name=read_text(record.get("reply_to_name")),
        active=active if isinstance(active, bool) else None,
        editable=reason is None and may_update,
        verification=Verification(provider=to_opinion(record, opinions)),
        created_at=normalise_timestamp(record.get("created_at")),
        updated_at=normalise_timestamp(record.get("updated_at")),
        native=native,
        version=version,
    )


def parse_security(protocol: object, port: int | None) -> tuple[str | None, bool]:
    """Return the security mode and whether it was inferred: the word `tls` may mean either kind of TLS."""
    if protocol == AMBIGUOUS_PROTOCOL:
        return ("tls" if port == 465 else "starttls"), True
    return SECURITY_BY_PROTOCOL.get(str(protocol)), False


def format_protocol(security: Value, port: Value) -> str:
    """Return the word for a security mode; without one, implicit TLS on port 465 and STARTTLS elsewhere."""
    if security in (None, ""):
        return "ssl" if port == 465 else "starttls"
    return PROTOCOL_BY_SECURITY[str(security)]


def to_opinion(record: Mapping[str, Any], opinions: Callable[[str], Sequence[Opinion]]) -> Opinion:
    """Return Sendmux's opinion. It reports when it last tested, and of the results only a present failure.

    Any other result is known only where it is recorded for exactly that time.
    """
    at = normalise_timestamp(record.get("last_tested_at"))
    if at is None:
        return Opinion(Status.NEVER)
    if record.get("status") == "error":
        reason = record.get("status_reason")
        return Opinion(Status.FAILED, at, printable(reason, 300) if reason else "")
    tested = parse_timestamp(at)
    for known in reversed(opinions(str(record["id"]))):
        if known.at is not None and parse_timestamp(known.at) == tested:
            return known
    return Opinion(Status.UNKNOWN, at, "tested then; Sendmux does not report the result")


def to_create(draft: Draft) -> dict[str, Json]:
    """Build the body of a create. `active` takes a call of its own."""
    body: dict[str, Json] = {
        wire: draft.values[ours] for ours, wire in WIRE_NAMES.items() if draft.get(ours) not in (None, "")
    }
    body.setdefault("name", draft.text("username"))
    body["smtp_protocol"] = format_protocol(draft.get("security"), draft.get("port"))
    if draft.password is not None:
        body["smtp_password"] = draft.password.reveal()
    for name in WRITABLE_NATIVE_FIELDS:
        value = draft.native.get(name)
        if name == "quotas" and isinstance(value, Mapping):
            value = {key: quota for key, quota in value.items() if quota is not None}
        if value is not None and value != {}:
            body[name] = value
    return body


def to_update(change: Change) -> dict[str, Json]:
    """Build the body of an update: the changed fields only; null clears."""
    body: dict[str, Json] = {
        WIRE_NAMES[name]: None if value == "" else value
        for name, value in change.values.items()
        if name in WIRE_NAMES
    }
    if "security" in change.values:
        body["smtp_protocol"] = PROTOCOL_BY_SECURITY[str(change.values["security"])]
    if isinstance(change.password, Set):
        body["smtp_password"] = change.password.secret.reveal()
    body.update({name: change.native[name] for name in WRITABLE_NATIVE_FIELDS if name in change.native})
    return body


COMPARED_FIELDS: tuple[str, ...] = (*WIRE_NAMES, "security", "active")


def find_differences(one: Credential, other: Credential) -> list[str]:
    """Return the fields that a user sets in which two versions of a record differ, native ones as `native.KEY`.

    What a test changes (status, times, the ETag) does not count. A native field that only one version has (a list
    has no variables) is not compared.
    """
    names = [name for name in COMPARED_FIELDS if one.get(name) != other.get(name)]
    names += [
        f"native.{name}"
        for name in WRITABLE_NATIVE_FIELDS
        if name in one.native and name in other.native and one.native[name] != other.native[name]
    ]
    return names


def field_value(record: Credential, name: str) -> Json:
    """Return a field by its plain or `native.KEY` name; of a password only its state."""
    head, _, key = name.partition(".")
    if head == "native":
        return record.native.get(key)
    value = record.get(name)
    return str(value) if isinstance(value, PasswordState) else value


def changed_value(change: Change, name: str) -> Json:
    """Return the new value of a field by its plain or `native.KEY` name; never the password itself."""
    if name == "password":
        return "a new password"
    head, _, key = name.partition(".")
    return change.native.get(key) if head == "native" else change.values.get(name)


def _password(stored: object) -> PasswordState:
    if isinstance(stored, bool):
        return PasswordState.STORED if stored else PasswordState.ABSENT
    return PasswordState.UNKNOWN


def _describe_shape(record: object) -> str:
    return (
        f"keys: {', '.join(map(printable, record))}" if isinstance(record, Mapping) else type(record).__name__
    )
