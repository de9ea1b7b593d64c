"""Sides, records and a target in memory, for the planning that needs no network."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from smtptui.model.capability import Access, Capabilities, ProviderOperation
from smtptui.model.change import Draft
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS, infer_security
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
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.migration import build_migration_steps
from smtptui.sync.plan import PasswordSource, Plan, PlanKind, SecretOrigin, Step, StepAction
from smtptui.sync.plan_builder import Completeness, build_plan, snapshot_digest

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
    digitanium_rules.check_record(digitanium_convert.draft_to_record(draft), draft.password)


def admit_file(draft: Draft) -> None:
    from smtptui.model.admission import admit_draft

    admit_draft(FILE, draft)


ADMIT: dict[str, Callable[[Draft], Any]] = {
    "blue": blue_rules.check_draft,
    "pipefy": pipefy_rules.check_draft,
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


def make_record(provider: str, id: str = "1", *, account: str | None = None, **fields: Any) -> Credential:
    """A record as the provider's adapter would tell it."""
    values: dict[str, Any] = {
        "host": "smtp.example.com",
        "port": 587,
        "username": f"user{id}",
        "auth": "password",
    }
    values.update(fields)
    table = TABLES[provider]
    if table.for_field("security").access is Access.COERCED and "security" not in fields:
        values["security"] = infer_security(values["port"])
        values["security_inferred"] = True
    if provider == "digitanium":
        values.setdefault("default", True)
    state = PasswordState.ABSENT if values.get("auth") == "none" else STATES[provider]
    values.setdefault("password", state)
    return Credential(account=account or provider, provider=provider, id=id, **values)


def make_listing(
    provider: str, *records: Credential, account: str | None = None, **more: Any
) -> AccountListing:
    return AccountListing(
        account=account or provider,
        capabilities=TABLES[provider],
        credentials=records,
        **{"complete": True, **more},
    )


def unknown_tenant() -> AccountListing:
    """A Digitanium account of which nothing is known here."""
    row = Credential(account="digitanium", provider="digitanium", id="tenant")
    return make_listing("digitanium", row, complete=False, note="nothing was written here yet")


GIVEN = PasswordSource(SecretOrigin.GIVEN, "env:NEW")


def find_given(record: Credential, stored: Credential | None = None) -> PasswordSource | None:
    return GIVEN


def find_nothing(record: Credential, stored: Credential | None = None) -> PasswordSource | None:
    return None


def migration_steps(source: AccountListing, target: AccountListing, **more: Any) -> list[Step]:
    """The steps of a migration, with a password for everything and no link, unless told otherwise."""
    links = more.pop("links", set())
    options: dict[str, Any] = {
        "find_password": find_given,
        "reference": lambda _: "env:NEW",
        "is_linked": lambda one, other: (one, other) in links,
        "admit": ADMIT[target.capabilities.provider],
        "can_probe": lambda _: True,
    }
    selected = more.pop("selected", source.credentials)
    options.update(more)
    return run_to_end(build_migration_steps(source, target, selected, **options))


def run_to_end(parts: Generator[None, None, T]) -> T:
    """What a computation in parts comes to, at one go."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            return cast(T, end.value)


def only(found: Sequence[Step]) -> Step:
    assert len(found) == 1
    return found[0]


def block_code(step: Step) -> str | None:
    return step.blocked.code if step.blocked else None


def make_plan(
    steps: Sequence[Step], *listings: AccountListing, completeness: Completeness | None = None, **more: Any
) -> Plan:
    fields: dict[str, Any] = {
        "id": "p-1",
        "created": "2026-01-02T00:00:00Z",
        "tool": "smtptui 0",
        "kind": PlanKind.MIGRATE,
        "source": "a",
        "target": "b",
        "accounts": {item.account: snapshot_digest(item) for item in listings},
        "options": {},
    }
    return build_plan(Plan(steps=steps, **{**fields, **more}), completeness or Completeness())


def mark_verified(record: Credential, status: Status = Status.VERIFIED) -> Credential:
    return replace(record, verification=Verification(provider=Opinion(status, "2026-01-01T00:00:00Z")))


def apply_steps(target: AccountListing, found: Sequence[Step], links: set[tuple[str, str]]) -> AccountListing:
    """The target after every step went well, every record verified; what was migrated is linked."""
    stored = {item.address: item for item in target.known_records}
    for step in found:
        if step.action is StepAction.CREATE:
            id = "tenant" if target.capabilities.single_record else f"new{len(stored)}"
            blank = Credential(
                account=target.account,
                provider=target.capabilities.provider,
                id=id,
                password=PasswordState.STORED,
            )
            after = _apply_step(target.capabilities, blank, step)
        elif step.action in (StepAction.UPDATE, StepAction.ADOPT, StepAction.NO_OP):
            assert step.target is not None
            after = _apply_step(target.capabilities, stored[step.target], step)
        else:
            continue
        if step.action is not StepAction.NO_OP:
            links.add((step.source or "", after.address))
        if step.action is not StepAction.NO_OP and after.default and not target.capabilities.single_record:
            stored = {key: replace(item, default=False) for key, item in stored.items()}
        stored[after.address] = mark_verified(after)
    return replace(target, credentials=tuple(stored.values()), complete=True, note="")


def _apply_step(table: Capabilities, record: Credential, step: Step) -> Credential:
    values: dict[str, Any] = {}
    native = dict(record.native)
    for name, changed in step.changes.items():
        head, dot, key = name.partition(".")
        if dot:
            assert head == "native"
            native[key] = changed.after
        else:
            access = table.for_field(name).access
            assert access not in (Access.ABSENT, Access.READ_ONLY, Access.COERCED), f"{name} is written"
            assert step.action is StepAction.CREATE or table.for_field(name).can_set_on_update, (
                f"{name} is updated"
            )
            values[name] = changed.after
    after = replace(record, native=native, **values)
    if table.for_field("auth").access is Access.COERCED or after.auth is None:
        after = replace(after, auth="none" if after.auth == "none" else "password")
    if table.for_field("security").access is Access.COERCED:
        after = replace(after, security=infer_security(after.port), security_inferred=True)
    if table.provider == "sendmux" and after.name is None:
        after = replace(after, name=after.username)
    if table.provider == "sendmux" and after.active is None:
        after = replace(after, active=True)
    if table.single_record:
        after = replace(after, default=True, security=after.security or "starttls")
    if after.auth == "none":
        return replace(after, password=PasswordState.ABSENT)
    if step.secret is not None and table.can(ProviderOperation.REVEAL):
        return replace(after, password=PasswordState.READABLE)
    return replace(after, password=PasswordState.STORED if step.secret else after.password)


PLAIN_NAMES = tuple(field.name for field in PLAIN_WRITABLE_FIELDS)
