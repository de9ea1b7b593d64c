"""Plans: changes worked out but not made, as data. Holds references to secrets, never a secret.

The versioned JSON form is what is saved, shown and applied; `digest` covers all of it. A plan is used once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from smtptui.model.address import split_address
from smtptui.model.change import Value
from smtptui.model.display import printable
from smtptui.model.errors import PlanEditedError, PlanNewerError, UsageError
from smtptui.model.json_value import Json

FORMAT_VERSION = 1
"""The version of the JSON form. Reading a higher one raises PlanNewerError."""


class PlanKind(StrEnum):
    MIGRATE = "migrate"
    PRUNE = "prune"
    ROTATE = "rotate"
    UNDO = "undo"


class StepAction(StrEnum):
    CREATE = "create"
    ADOPT = "adopt"
    """The target holds it already: nothing is written; the record is verified and linked to its source."""
    UPDATE = "update"
    DELETE = "delete"
    NO_OP = "no-op"
    BLOCKED = "blocked"


ACTION_ORDER: tuple[StepAction, ...] = tuple(StepAction)
"""The order in which the steps of a plan are listed and executed."""

WRITING = frozenset({StepAction.CREATE, StepAction.UPDATE, StepAction.DELETE})
ACTIONABLE = WRITING | {StepAction.ADOPT}
"""The actions that an apply does something for."""


class SecretOrigin(StrEnum):
    """Where the password of a step comes from."""

    SOURCE = "source"
    """Read back from the source at apply time; the reference is its ACCOUNT/ID."""
    CONFIG = "config"
    """An entry of `[passwords]`; `key` is its key."""
    RECORD = "record"
    """The reference that the record of a file holds."""
    GIVEN = "given"
    """`--password-from`."""


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """Where the password of a step comes from: a reference, never the password."""

    origin: SecretOrigin
    reference: str
    key: str | None = None

    def to_json(self) -> dict[str, Json]:
        body: dict[str, Json] = {"origin": str(self.origin), "reference": self.reference}
        if self.key is not None:
            body["key"] = self.key
        return body


@dataclass(frozen=True, slots=True)
class Loss:
    """A field of a credential that its target cannot hold, and what happens instead."""

    field: str
    fallback: str
    value: Json = None

    def to_json(self) -> dict[str, Json]:
        return {"field": self.field, "fallback": self.fallback, "value": self.value}


@dataclass(frozen=True, slots=True)
class Block:
    """Why a step cannot be executed. `code` is stable: see `BLOCK_CODES`."""

    code: str
    message: str
    hint: str = ""

    def to_json(self) -> dict[str, Json]:
        return {"code": self.code, "message": self.message, "hint": self.hint}


BLOCK_CODES: Mapping[str, str] = {
    "password_needed": "No password is known.",
    "ambiguous": "Several credentials there have this identity.",
    "same_identity": "Another step of the plan has this identity.",
    "single_record": "The target holds one record, and another step writes it.",
    "not_held_here": "The provider holds the login: there is none to copy.",
    "refused": "The target would refuse it.",
    "unsupported": "The provider has no such operation.",
    "unknown_record": "The stored record is unknown, so it cannot be changed.",
    "not_verified": "It is not verified at the target.",
    "not_linked": "It was not migrated from here.",
    "last_sender": "It is the last active or the default sender of the account.",
    "read_only": "The account is read-only.",
    "not_selected": "It was skipped.",
    "changed_since": "It was changed after the run wrote it.",
    "only_copy": "Its source is gone, so it may be the only copy.",
    "cannot_come_back": "It cannot be restored.",
}
"""Every block code with its meaning."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The value of a field before and after; None is empty."""

    before: Json
    after: Json

    @property
    def new_value(self) -> Value:
        """`after` as the value of a plain field."""
        return self.after if isinstance(self.after, (str, int, bool)) else None

    def to_json(self) -> dict[str, Json]:
        return {"from": self.before, "to": self.after}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be found just before a step is executed, else the step is stale.

    `absent`: the identity that must not exist at the target (host, port, username, and from_email where it can be
    read). `fields`: the fields of the target record as it was read, native ones as `native.KEY`; `version`: its
    concurrency token. `checkable` is False where the target cannot be read back. `source`: the identity, and where it
    matters the `status`, of the step's source record; None where the step needs no source.
    """

    absent: Mapping[str, Json] | None = None
    fields: Mapping[str, Json] | None = None
    version: str | None = None
    checkable: bool = True
    source: Mapping[str, Json] | None = None

    def to_json(self) -> dict[str, Json]:
        body: dict[str, Json] = {
            "absent": self.absent,
            "fields": self.fields,
            "version": self.version,
            "checkable": self.checkable,
        }
        if self.source is not None:
            body["source"] = self.source
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the plan does with one credential.

    `source` and `target` are addresses (ACCOUNT/ID, in a file PATH#ID); the target of a create is the account.
    `changes` holds every field that is written; `default` to True is set after the verification. `secret` None keeps
    the stored password. `irreversible` says in sentences what cannot be undone. `label` names the credential for the
    user, `note` is a remark. `n` is 0 until the steps are in order.
    """

    action: StepAction
    target: str | None
    n: int = 0
    source: str | None = None
    label: str = ""
    expect: Expectation = field(default_factory=Expectation)
    changes: Mapping[str, FieldChange] = field(default_factory=dict)
    losses: Sequence[Loss] = ()
    secret: PasswordSource | None = None
    irreversible: Sequence[str] = ()
    blocked: Block | None = None
    note: str = ""

    @property
    def account(self) -> str:
        """The account that the step writes to."""
        if self.target is None or self.action is StepAction.CREATE:
            return self.target or ""
        return split_address(self.target)[0]

    def sets(self, name: str, value: bool) -> bool:
        """Whether the step sets a field to this value."""
        change = self.changes.get(name)
        return change is not None and change.after is value

    def to_json(self) -> dict[str, Json]:
        return {
            "n": self.n,
            "action": str(self.action),
            "source": self.source,
            "target": self.target,
            "label": self.label,
            "expect": self.expect.to_json(),
            "changes": {name: change.to_json() for name, change in self.changes.items()},
            "losses": [loss.to_json() for loss in self.losses],
            "secret": self.secret.to_json() if self.secret else None,
            "irreversible": list(self.irreversible),
            "blocked": self.blocked.to_json() if self.blocked else None,
            "note": self.note,
        }


def blocked_step(block: Block, *, target: str, label: str, source: str | None = None) -> Step:
    return Step(action=StepAction.BLOCKED, source=source, target=target, label=label, blocked=block)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole plan. `source` and `target` are account names or file:PATH; None where there are several or none.

    `complete`: every listing it was made from was complete. `applicable`: there is something to do and nothing forbids
    it; `reasons` says why either is not so. `accounts` holds, for each account that is written to, the figures that
    limits are calculated from: how many records are `existing`, how many of them are `senders` (not inactive), and
    the address of the `default`. `options` are the options it was planned with, `undoes` the run that it undoes. Times
    are RFC 3339 UTC.
    """

    id: str
    kind: PlanKind
    created: str
    tool: str
    source: str | None
    target: str | None
    complete: bool = True
    applicable: bool = True
    reasons: Sequence[str] = ()
    steps: Sequence[Step]
    accounts: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    options: Mapping[str, Json] = field(default_factory=dict)
    undoes: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of everything but the digest itself."""
        return _compute_digest(self._body())

    def count_actions(self) -> dict[str, int]:
        """Count the steps of each action; every action has an entry."""
        return {str(action): sum(step.action is action for step in self.steps) for action in StepAction}

    def deselect(self, numbers: frozenset[int]) -> Plan:
        """Return the plan with these steps blocked as skipped by the user."""
        left_out = Block("not_selected", "Skipped by choice.")
        return replace(
            self,
            steps=[
                replace(step, action=StepAction.BLOCKED, blocked=left_out)
                if step.n in numbers and step.action in ACTIONABLE
                else step
                for step in self.steps
            ],
        )

    def to_json(self) -> dict[str, Json]:
        """Return the plan object of every envelope and of a saved plan."""
        body = self._body()
        digest = _compute_digest(body)
        return {"id": body.pop("id"), "digest": digest, **body}

    def _body(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "format": FORMAT_VERSION,
            "tool": self.tool,
            "kind": str(self.kind),
            "created": self.created,
            "source": self.source,
            "target": self.target,
            "complete": self.complete,
            "applicable": self.applicable,
            "reasons": list(self.reasons),
            "accounts": {name: dict(figures) for name, figures in self.accounts.items()},
            "options": dict(self.options),
            "undoes": self.undoes,
            "steps": [step.to_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, body: Any) -> Plan:
        """Parse what `to_json` returned. Raises UsageError where it is no plan, PlanNewerError, PlanEditedError."""
        try:
            number = body["format"]
            if isinstance(number, int) and number > FORMAT_VERSION:
                raise PlanNewerError(
                    f"The plan was made by {printable(str(body.get('tool')), 60)} and has the format {number}; "
                    f"this version reads formats up to {FORMAT_VERSION}.",
                    hint="Apply it with that version, or plan again with this one.",
                )
            plan = cls(
                id=str(body["id"]),
                kind=PlanKind(body["kind"]),
                created=str(body["created"]),
                tool=str(body["tool"]),
                source=body["source"],
                target=body["target"],
                complete=bool(body["complete"]),
                applicable=bool(body["applicable"]),
                reasons=[str(reason) for reason in body["reasons"]],
                steps=[_parse_step(item) for item in body["steps"]],
                accounts={name: dict(figures) for name, figures in body["accounts"].items()},
                options=dict(body["options"]),
                undoes=body["undoes"],
            )
            digest = str(body["digest"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UsageError(
                "This is not a smtptui plan.", hint="`smtptui plan … --out FILE` writes one."
            ) from None
        written = plan.to_json()
        if written != body or digest != written["digest"]:
            raise PlanEditedError(
                f"The plan {printable(plan.id, 40)} was changed after it was made: its digest does not match."
            )
        return plan


def _compute_digest(body: Mapping[str, Json]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _parse_step(body: Mapping[str, Any]) -> Step:
    expect, secret, blocked = body["expect"], body["secret"], body["blocked"]
    return Step(
        n=int(body["n"]),
        action=StepAction(body["action"]),
        source=body["source"],
        target=body["target"],
        label=body["label"],
        expect=Expectation(
            absent=expect["absent"],
            fields=expect["fields"],
            version=expect["version"],
            checkable=bool(expect["checkable"]),
            source=expect.get("source"),
        ),
        changes={name: FieldChange(item["from"], item["to"]) for name, item in body["changes"].items()},
        losses=[Loss(item["field"], item["fallback"], item["value"]) for item in body["losses"]],
        secret=PasswordSource(SecretOrigin(secret["origin"]), secret["reference"], secret.get("key"))
        if secret
        else None,
        irreversible=[str(sentence) for sentence in body["irreversible"]],
        blocked=Block(blocked["code"], blocked["message"], blocked["hint"]) if blocked else None,
        note=body["note"],
    )
