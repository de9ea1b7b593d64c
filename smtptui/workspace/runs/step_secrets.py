"""The password of a step, fetched right before it is needed."""

from __future__ import annotations

from smtptui.model.display import printable
from smtptui.model.errors import ConflictError, NotFoundError, SecretMissingError, StalePlanError
from smtptui.secrets.reference import parse_reference
from smtptui.secrets.secret import Secret
from smtptui.sync.plan import PasswordSource, SecretOrigin, Step
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.step_content import identity_from_fields

PROMPT_LABEL = "password to store"
"""What a `prompt:` of --password-from asks for, once a run."""


async def fetch_secret(ws: Workspace, step: Step) -> Secret | None:
    """The password that a step stores or tries; None where it takes none.

    One that the source gives back is read now and kept nowhere. Raises SecretMissingError, and what reading the
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
            f"{printable(use.reference)} is not what it was when the plan was made: {error.message}",
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
            hint="Put the entry back, or plan again.",
        )
    return await ws.secrets.resolve(entry, what=f"password of {step.source or step.target}")
