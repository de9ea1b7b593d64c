"""What a step sends: its draft or change, from the fields of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from smtptui.model.capability import Capabilities
from smtptui.model.change import Change, Draft, Keep, Set, Value
from smtptui.model.credential import Credential
from smtptui.model.identity import Identity
from smtptui.model.json_value import Json
from smtptui.secrets.secret import Secret
from smtptui.sync.expectations import field_value
from smtptui.sync.native import NATIVE_PREFIX, satisfies, without_nulls
from smtptui.sync.plan import Step
from smtptui.sync.record_changes import is_same_value


def build_draft(step: Step, secret: Secret | None) -> Draft:
    """The credential that a create stores; it becomes the default later, once it is verified."""
    values, native = _split_fields(step, step.changes)
    return Draft(values, secret, native)


def build_change(step: Step, secret: Secret | None, *, only: Iterable[str] | None = None) -> Change:
    """What an update sends; `only` names the fields to send. Without a secret the stored password stays."""
    values, native = _split_fields(step, step.changes if only is None else only)
    return Change(values, Keep() if secret is None else Set(secret), native)


def identity_from_fields(fields: Mapping[str, Json]) -> Identity:
    """The identity that the fields of an expectation name."""
    host, username, sender = (_text(fields.get(name)) for name in ("host", "username", "from_email"))
    port = fields.get("port")
    return Identity(host, port if isinstance(port, int) else None, username, sender)


def identity_to_create(step: Step) -> tuple[Identity, bool]:
    """Whom a create makes, and whether the sender can be read back to tell."""
    absent = step.expect.absent
    if absent is not None:
        return identity_from_fields(absent), "from_email" in absent
    values = {name: changed.after for name, changed in step.changes.items()}
    host, port, username = _text(values.get("host")), values.get("port"), _text(values.get("username"))
    return Identity(
        host.lower() if host else None, port if isinstance(port, int) else None, username, None
    ), False


def find_unmatched(capabilities: Capabilities, step: Step, record: Credential) -> tuple[str, ...]:
    """The fields that a step writes, that can be changed and compared, and that the record has otherwise."""
    return tuple(
        name
        for name, changed in step.changes.items()
        if _is_comparable(capabilities, name) and not _matches(record, name, changed.after)
    )


def _is_comparable(capabilities: Capabilities, name: str) -> bool:
    if name.startswith(NATIVE_PREFIX):
        return True
    if name in ("default", "password"):
        return False
    capability = capabilities.for_field(name)
    return capability.can_set_on_update and (capability.readable or capabilities.single_record)


def _matches(record: Credential, name: str, wanted: Json) -> bool:
    if name.startswith(NATIVE_PREFIX):
        return satisfies(field_value(record, name), without_nulls(wanted))
    if isinstance(wanted, (str, int, bool)) or wanted is None:
        return is_same_value(name, record.get(name), wanted)
    return False


def _split_fields(step: Step, names: Iterable[str]) -> tuple[dict[str, Value], dict[str, Json]]:
    values: dict[str, Value] = {}
    native: dict[str, Json] = {}
    for name in names:
        wanted = step.changes[name].after
        if name.startswith(NATIVE_PREFIX):
            native[name.removeprefix(NATIVE_PREFIX)] = wanted
        elif name == "password" or (name == "default" and wanted is True):
            continue
        elif isinstance(wanted, (str, int, bool)) or wanted is None:
            values[name] = wanted
    return values, native


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
