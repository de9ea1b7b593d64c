"""The content of a step: the draft or change it sends, and its password, fetched right before it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from smtptui.model.capability import Capabilities
from smtptui.model.change import Change, Draft, Keep, Set, Value
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import ConflictError, NotFoundError, SecretMissingError, StalePlanError
from smtptui.model.identity import Identity
from smtptui.model.json_value import Json
from smtptui.secrets.reference import parse_reference
from smtptui.secrets.secret import Secret
from smtptui.sync.expectations import field_value
from smtptui.sync.native import NATIVE_PREFIX, satisfies, without_nulls
from smtptui.sync.plan import PasswordSource, SecretOrigin, Step
from smtptui.sync.record_changes import is_same_value
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.password_sources import PROMPT_LABEL


def build_draft(step: Step, secret: Secret | None) -> Draft:
    """Return the credential that a create stores; it becomes the default later, once it is verified."""
    values, native = _split_fields(step, step.changes)
    return Draft(values, secret, native)


def build_change(step: Step, secret: Secret | None, *, only: Iterable[str] | None = None) -> Change:
    """Return what an update sends; `only` names the fields to send. Without a secret the stored password stays."""
    values, native = _split_fields(step, step.changes if only is None else only)
    return Change(values, Keep() if secret is None else Set(secret), native)


def _split_fields(step: Step, names: Iterable[str]) -> tuple[dict[str, Value], dict[str, Json]]:
    """Return the plain and the native values of a step, without the default that it sets later."""
    values: dict[str, Value] = {}
    native: dict[str, Json] = {}
    for name in names:
        change = step.changes[name]
        if name.startswith(NATIVE_PREFIX):
            native[name.removeprefix(NATIVE_PREFIX)] = change.after
        elif name != "password" and not (name == "default" and change.after is True):
            values[name] = change.new_value
    return values, native


def identity_from_fields(fields: Mapping[str, Json]) -> Identity:
    """Return the identity that the fields of an expectation name."""
    host, username, sender = (_as_text(fields.get(name)) for name in ("host", "username", "from_email"))
    port = fields.get("port")
    return Identity(host, port if isinstance(port, int) else None, username, sender)


def identity_to_create(step: Step) -> tuple[Identity, bool]:
    """Return the identity of the record that a create makes, and whether its sender can be read back."""
    absent = step.expect.absent
    if absent is not None:
        return identity_from_fields(absent), "from_email" in absent
    created = identity_from_fields({name: change.after for name, change in step.changes.items()})
    return created._replace(host=created.host and created.host.lower(), from_email=None), False


def find_unmatched(capabilities: Capabilities, step: Step, record: Credential) -> tuple[str, ...]:
    """Return the fields of a step that the record holds with another value, where they can be compared."""
    return tuple(
        name
        for name, change in step.changes.items()
        if _is_comparable(capabilities, name) and not _matches(record, name, change.after)
    )


def _is_comparable(capabilities: Capabilities, name: str) -> bool:
    if name.startswith(NATIVE_PREFIX):
        return True
    if name in ("default", "password"):
        return False
    capability = capabilities.for_field(name)
    return capability.can_set_on_update and (capability.readable or capabilities.single_record)


def _matches(record: Credential, name: str, value: Json) -> bool:
    if name.startswith(NATIVE_PREFIX):
        return satisfies(field_value(record, name), without_nulls(value))
    if isinstance(value, (str, int, bool)) or value is None:
        return is_same_value(name, record.get(name), value)
    return False


def _as_text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


async def fetch_secret(ws: Workspace, step: Step) -> Secret | None:
    """Fetch the password that a step stores or tries, None where it needs none.

    A password that the source reveals is read now and kept nowhere. Raises SecretMissingError, and what reading the
    source raises.
    """
    use = step.secret
    if use is None:
        return None
    if use.origin is SecretOrigin.SOURCE:
        return await _reveal_at_source(ws, step, use)
    if use.origin is SecretOrigin.CONFIG:
        return await _resolve_configured(ws, step, use)
    what = PROMPT_LABEL if use.origin is SecretOrigin.GIVEN else f"password of {step.source or step.target}"
    return await ws.secrets.resolve(parse_reference(use.reference), what=what)


async def _reveal_at_source(ws: Workspace, step: Step, use: PasswordSource) -> Secret:
    account, id = ws.parse_address(use.reference)
    login = None if step.expect.source is None else identity_from_fields(step.expect.source)
    try:
        secret = await (await ws.provider(account)).reveal(id, login=login)
    except (ConflictError, NotFoundError) as error:
        raise StalePlanError(
            f"{printable(use.reference)} was changed after the plan was made: {error.message}",
            account=account,
            id=id,
            operation=str(step.action),
        ) from error
    ws.redactor.add(secret)
    return secret


async def _resolve_configured(ws: Workspace, step: Step, use: PasswordSource) -> Secret:
    entry = ws.config.passwords.get(use.key or "")
    if entry is None or entry.text != use.reference:
        raise SecretMissingError(
            f"[passwords] no longer names {use.reference} for {use.key}, as it did when the plan was made.",
            operation="apply",
            hint="Restore the entry, or plan again.",
        )
    return await ws.secrets.resolve(entry, what=f"password of {step.source or step.target}")
