"""Sides, records and a target in memory, for the planning that needs no network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from smtptui.model.capability import Access, Capabilities, Operation
from smtptui.model.change import Draft
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.fields import PLAIN_WRITABLE
from smtptui.model.security import inferred_security
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.providers.blue import rules as blue_rules
from smtptui.providers.blue.capabilities import CAPABILITIES as BLUE
from smtptui.providers.digitanium import convert as digitanium_convert
from smtptui.providers.digitanium import rules as digitanium_rules
from smtptui.providers.digitanium.capabilities import CAPABILITIES as DIGITANIUM
from smtptui.providers.file.capabilities import CAPABILITIES as FILE
from smtptui.providers.pipefy import rules as pipefy_rules
from smtptui.providers.pipefy.capabilities import CAPABILITIES as PIPEFY
from smtptui.providers.sendmux import rules as sendmux_rules
from smtptui.providers.sendmux.capabilities import CAPABILITIES as SENDMUX
from smtptui.sync.account_listing import Side
from smtptui.sync.migration import migration
from smtptui.sync.parts import Parts
from smtptui.sync.plan import Action, Plan, PlanKind, SecretOrigin, SecretUse, Step
from smtptui.sync.plan_builder import Reading, held, made

T = TypeVar("T")

TABLES: dict[str, Capabilities] = {
    "blue": BLUE,
    "pipefy": PIPEFY,
    "sendmux": SENDMUX,
    "digitanium": DIGITANIUM,
    "file": FILE,
}


def admit_digitanium(draft: Draft) -> None:
    digitanium_rules.check_draft(draft)
    digitanium_rules.check_record(digitanium_convert.record_of_draft(draft), draft.password)


def admit_file(draft: Draft) -> None:
    from smtptui.model.admission import admitted_draft

    admitted_draft(FILE, draft)


ADMIT: dict[str, Callable[[Draft], Any]] = {
    "blue": blue_rules.admit_draft,
    "pipefy": pipefy_rules.admit_draft,
    "sendmux": sendmux_rules.check_draft,
    "digitanium": admit_digitanium,
    "file": admit_file,
}

STATES = {
    "blue": PasswordState.READABLE,
    "pipefy": PasswordState.STORED,
    "sendmux": PasswordState.STORED,
    "digitanium": PasswordState.STORED,
    "file": PasswordState.ABSENT,
}


def record(provider: str, id: str = "1", *, account: str | None = None, **fields: Any) -> Credential:
    """A record as the provider's adapter would tell it."""
    values: dict[str, Any] = {
        "host": "smtp.example.com",
        "port": 587,
        "username": f"user{id}",
        "auth": "password",
    }
    values.update(fields)
    table = TABLES[provider]
    if table.of("security").access is Access.COERCED and "security" not in fields:
        values["security"] = inferred_security(values["port"])
        values["security_inferred"] = True
    if provider == "digitanium":
        values.setdefault("default", True)
    state = PasswordState.ABSENT if values.get("auth") == "none" else STATES[provider]
    values.setdefault("password", state)
    return Credential(account=account or provider, provider=provider, id=id, **values)


def side(provider: str, *records: Credential, account: str | None = None, **more: Any) -> Side:
    return Side(
        account=account or provider,
        capabilities=TABLES[provider],
        credentials=records,
        **{"complete": True, **more},
    )


def unknown_tenant() -> Side:
    """A Digitanium account of which nothing is known here."""
    row = Credential(account="digitanium", provider="digitanium", id="tenant")
    return side("digitanium", row, complete=False, note="nothing was written here yet")


GIVEN = SecretUse(SecretOrigin.GIVEN, "env:NEW")


def given(record: Credential, stored: Credential | None = None) -> SecretUse | None:
    return GIVEN


def nowhere(record: Credential, stored: Credential | None = None) -> SecretUse | None:
    return None


def steps(source: Side, target: Side, **more: Any) -> list[Step]:
    """The steps of a migration, with a password for everything and no link, unless told otherwise."""
    links = more.pop("links", set())
    options: dict[str, Any] = {
        "passwords": given,
        "reference": lambda _: "env:NEW",
        "linked": lambda one, other: (one, other) in links,
        "admit": ADMIT[target.capabilities.provider],
        "probeable": lambda _: True,
    }
    picked = more.pop("picked", source.credentials)
    options.update(more)
    return whole(migration(source, target, picked, **options))


def whole(parts: Parts[T]) -> T:
    """What a computation in parts comes to, at one go."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            return cast(T, end.value)


def only(found: Sequence[Step]) -> Step:
    assert len(found) == 1
    return found[0]


def code(step: Step) -> str | None:
    return step.blocked.code if step.blocked else None


def plan(found: Sequence[Step], *sides: Side, **more: Any) -> Plan:
    options: dict[str, Any] = {
        "id": "p-1",
        "created": "2026-01-02T00:00:00Z",
        "tool": "smtptui 0",
        "kind": PlanKind.MIGRATE,
        "source": "a",
        "target": "b",
        "reading": Reading(),
        "accounts": {item.account: held(item) for item in sides},
        "options": {},
    }
    options.update(more)
    return made(steps=found, **options)


def verified(record: Credential, status: Status = Status.VERIFIED) -> Credential:
    return replace(record, verification=Verification(provider=Opinion(status, "2026-01-01T00:00:00Z")))


def applied(target: Side, found: Sequence[Step], links: set[tuple[str, str]]) -> Side:
    """The target after every step went well, every record verified; what was migrated is linked."""
    stored = {item.address: item for item in target.known}
    for step in found:
        if step.action is Action.CREATE:
            id = "tenant" if target.capabilities.single_record else f"new{len(stored)}"
            blank = Credential(
                account=target.account,
                provider=target.capabilities.provider,
                id=id,
                password=PasswordState.STORED,
            )
            after = _written(target.capabilities, blank, step)
        elif step.action in (Action.UPDATE, Action.ADOPT, Action.NO_OP):
            assert step.target is not None
            after = _written(target.capabilities, stored[step.target], step)
        else:
            continue
        if step.action is not Action.NO_OP:
            links.add((step.source or "", after.address))
        if step.action is not Action.NO_OP and after.default and not target.capabilities.single_record:
            stored = {key: replace(item, default=False) for key, item in stored.items()}
        stored[after.address] = verified(after)
    return replace(target, credentials=tuple(stored.values()), complete=True, note="")


def _written(table: Capabilities, record: Credential, step: Step) -> Credential:
    values: dict[str, Any] = {}
    native = dict(record.native)
    for name, changed in step.changes.items():
        head, dot, key = name.partition(".")
        if dot:
            assert head == "native"
            native[key] = changed.after
        else:
            access = table.of(name).access
            assert access not in (Access.ABSENT, Access.READ_ONLY, Access.COERCED), f"{name} is written"
            assert step.action is Action.CREATE or table.of(name).on_update, f"{name} is updated"
            values[name] = changed.after
    after = replace(record, native=native, **values)
    if table.of("auth").access is Access.COERCED or after.auth is None:
        after = replace(after, auth="none" if after.auth == "none" else "password")
    if table.of("security").access is Access.COERCED:
        after = replace(after, security=inferred_security(after.port), security_inferred=True)
    if table.provider == "sendmux" and after.name is None:
        after = replace(after, name=after.username)
    if table.provider == "sendmux" and after.active is None:
        after = replace(after, active=True)
    if table.single_record:
        after = replace(after, default=True, security=after.security or "starttls")
    if after.auth == "none":
        return replace(after, password=PasswordState.ABSENT)
    if step.secret is not None and table.can(Operation.REVEAL):
        return replace(after, password=PasswordState.READABLE)
    return replace(after, password=PasswordState.STORED if step.secret else after.password)


PLAIN_NAMES = tuple(field.name for field in PLAIN_WRITABLE)
