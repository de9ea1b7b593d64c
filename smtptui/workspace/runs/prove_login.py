"""Try a new password at its SMTP servers before it is stored anywhere."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

from smtptui.model.capability import ProviderOperation
from smtptui.model.change import Draft
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import NotProvenError, SmtptuiError
from smtptui.model.fields import infer_security
from smtptui.model.json_value import Json
from smtptui.model.verification import Status
from smtptui.probe.bulk import ProbeEnded, probe_many
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.secrets.secret import Secret
from smtptui.sync.plan import Step
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.events import LoginTried
from smtptui.workspace.verification.probe_opinions import OPINION_BY_VERDICT_STATUS


@dataclass(frozen=True, slots=True)
class _Login:
    """A record as it will be after its step, with the new password."""

    record: Credential
    secret: Secret

    @property
    def key(self) -> tuple[object, ...]:
        record = self.record
        host = (record.host or "").lower()
        return host, record.port, record.security, record.username


async def prove_logins(
    ws: Workspace, contexts: Iterable[tuple[AccountContext, Step]]
) -> AsyncGenerator[LoginTried, None]:
    """Try every distinct login once: with our probe, then with a provider that verifies drafts where that fails.

    Raises NotProvenError at the end where a login is not verified, and what fetching the password raises.
    """
    logins: dict[tuple[object, ...], _Login] = {}
    for context, step in contexts:
        login = await _login_after(context, step)
        if login is not None:
            logins.setdefault(login.key, login)
    refused: list[LoginTried] = []
    async with aclosing(_try_logins(ws, list(logins.values()))) as events:
        async for tried in events:
            if tried.status != "verified":
                refused.append(tried)
            yield tried
    if refused:
        raise _not_proven_error(refused)


async def _login_after(context: AccountContext, step: Step) -> _Login | None:
    """Return the login after the step, None for a deleted record: its step reports that as stale."""
    record = context.view.find(context.record_id(step))
    secret = await context.get_secret(step)
    if record is None or secret is None:
        return None
    values = {
        name: change.after
        for name, change in step.changes.items()
        if name in ("host", "port", "security", "username")
    }
    changed: Credential = replace(record, **values)  # type: ignore[arg-type]
    if "port" in values and "security" not in values and record.security_inferred:
        changed = replace(changed, security=infer_security(changed.port))
    return _Login(changed, secret)


async def _try_logins(ws: Workspace, logins: list[_Login]) -> AsyncGenerator[LoginTried, None]:
    targets = [
        ProbeTarget(
            login.record.host or "",
            login.record.port or 0,
            login.record.security,
            username=login.record.username,
            secret=login.secret,
        )
        for login in logins
    ]
    async with aclosing(probe_many(targets, ProbeOptions.from_config(ws.config.probe))) as events:
        async for event in events:
            if not isinstance(event, ProbeEnded):
                continue
            for index in event.targets:
                status = str(OPINION_BY_VERDICT_STATUS.get(str(event.verdict.status), "unknown"))
                tried = _tried_event(logins[index].record, status, event.verdict.cause)
                if status == "unknown":
                    tried = await _try_by_provider(ws, logins[index]) or tried
                yield tried


async def _try_by_provider(ws: Workspace, login: _Login) -> LoginTried | None:
    """Let the provider verify a login that our probe could not reach; None where it cannot."""
    record = login.record
    if not ws.capabilities(record.account).can(ProviderOperation.VERIFY_DRAFT):
        return None
    draft = Draft({"host": record.host, "port": record.port, "username": record.username}, login.secret)
    try:
        opinion = await (await ws.provider(record.account)).verify_draft(draft)
    except SmtptuiError:
        return None
    return _tried_event(record, str(opinion.status), opinion.detail)


def _tried_event(record: Credential, status: str, detail: str) -> LoginTried:
    return LoginTried(record.username, record.host or "", record.port or 0, status, detail)


def _not_proven_error(refused: list[LoginTried]) -> NotProvenError:
    first = refused[0]
    how = "failed" if first.status == Status.FAILED else "could not be verified"
    others = f" {len(refused) - 1} more could not be verified." if len(refused) > 1 else ""
    logins: list[Json] = [_json(item) for item in refused]
    return NotProvenError(
        f"The new password {how} as {printable(first.username)} at {printable(first.host)}:"
        f"{first.port}: {first.detail}{others} It was not stored.",
        operation="rotate",
        code=first.status,
        hint="Check the password and the username; `smtptui probe` shows every stage of the login.",
        details={"logins": logins},
    )


def _json(tried: LoginTried) -> Mapping[str, Json]:
    return {
        "username": tried.username,
        "host": tried.host,
        "port": tried.port,
        "status": tried.status,
        "detail": tried.detail,
    }
