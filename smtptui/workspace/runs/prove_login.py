"""A new password is tried where it is going to be used, before it is stored anywhere."""

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
    """A login as it will be, and an account whose provider may try it."""

    record: Credential
    secret: Secret

    @property
    def key(self) -> tuple[object, ...]:
        record = self.record
        host = (record.host or "").lower()
        return host, record.port, record.security, record.username


async def prove_logins(
    ws: Workspace, work: Iterable[tuple[AccountContext, Step]]
) -> AsyncGenerator[LoginTried, None]:
    """Try every distinct login once: by our probe, and where that leaves it open by a provider that tries drafts.

    Raises NotProvenError at the end when any of them is not verified, and what finding the password raises.
    """
    logins: dict[tuple[object, ...], _Login] = {}
    for account, step in work:
        login = await _login_after(account, step)
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


async def _login_after(work: AccountContext, step: Step) -> _Login | None:
    """None for a record that is gone: its step is stale, and says so itself."""
    record = work.view.find(work.record_id(step))
    secret = await work.get_secret(step)
    if record is None or secret is None:
        return None
    wanted = {
        name: changed.after
        for name, changed in step.changes.items()
        if name in ("host", "port", "security", "username")
    }
    changed: Credential = replace(record, **wanted)  # type: ignore[arg-type]
    if "port" in wanted and "security" not in wanted and record.security_inferred:
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
    """The provider's look at a login that our probe could not reach; None where it takes none."""
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
    how = "failed" if first.status == Status.FAILED else "could not be proven"
    others = f" {len(refused) - 1} more could not be proven." if len(refused) > 1 else ""
    logins: list[Json] = [_json(item) for item in refused]
    return NotProvenError(
        f"The new password {how} as {printable(first.username)} at {printable(first.host)}:"
        f"{first.port}: {first.detail}{others} It was stored nowhere.",
        operation="rotate",
        code=first.status,
        hint="Check the password and the user; `smtptui probe` shows every stage of the login.",
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
