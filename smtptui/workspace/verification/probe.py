"""Probe credentials: log in over SMTP from this machine, and record the verdicts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, UnsupportedError
from smtptui.model.timestamps import format_timestamp
from smtptui.model.verification import Status
from smtptui.probe.bulk import ProbeEnded, ProbesPlanned, StageChanged, probe_many
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import Verdict
from smtptui.secrets.secret import Secret
from smtptui.state.verdicts import ProbedLogin, VerdictRecord
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.merge_streams import never
from smtptui.workspace.core.provider_guard import guard_provider
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.show import can_find_password, load_password
from smtptui.workspace.verification.events import (
    VerificationDone,
    VerificationPlanned,
    VerificationStage,
    VerificationStarted,
    VerifyEvent,
)
from smtptui.workspace.verification.probe_opinions import OPINION_BY_VERDICT_STATUS, attach_probe_opinions

__all__ = [
    "FROM_PERSON",
    "FROM_PROVIDER",
    "VerdictRecord",
    "can_probe",
    "load_verdicts",
    "probe_credentials",
]

FROM_PROVIDER = "the provider"
"""Recorded instead of a reference for a password that the provider revealed."""

FROM_PERSON = "typed"
"""Recorded instead of a reference for a password typed for one probe."""


@dataclass(frozen=True, slots=True)
class _ProbeLogin:
    """A credential ready to be probed. `reference` says where its password came from."""

    credential: Credential
    target: ProbeTarget
    reference: str | None


def can_probe(ws: Workspace, credential: Credential) -> bool:
    """Whether a credential has a server to connect to, and a known password if it needs one."""
    if credential.host is None or credential.port is None or credential.auth not in ("password", "none"):
        return False
    return credential.auth == "none" or can_find_password(ws, credential)


def load_verdicts(ws: Workspace, credential: Credential) -> list[VerdictRecord]:
    """Return every recorded verdict about a credential, newest first.

    The `body` is the verdict's JSON together with its `edit`, `guess` and `warnings`.
    """
    return ws.state.verdicts.list_history(credential.account, credential.id)[::-1]


async def probe_credentials(
    ws: Workspace,
    credentials: Sequence[Credential],
    *,
    secrets: Mapping[str, Secret] | None = None,
    is_held: Callable[[], bool] = never,
    total: int | None = None,
) -> AsyncGenerator[VerifyEvent, None]:
    """Probe credentials and record every verdict. A login that is stored several times is tried once.

    `secrets` are passwords by address (ACCOUNT/ID) for this probe only; they take precedence. The event that counts
    the passwords comes before any is tried: a caller that stops reading there has tried none. `total` is the number
    of all items where these are only a part.
    """
    logins: list[_ProbeLogin] = []
    for item in credentials:
        if is_held():
            return
        try:
            with guard_provider(ws, item.account, ProviderOperation.REVEAL):
                logins.append(await _prepare_login(ws, item, (secrets or {}).get(item.address)))
        except SmtptuiError as error:
            error.account, error.id = error.account or item.account, error.id or item.id
            yield ItemFailed(item.account, item.id, error)
    if not logins:
        return
    targets = [login.target for login in logins]
    started: set[int] = set()
    async with aclosing(
        probe_many(targets, ProbeOptions.from_config(ws.config.probe), is_held=is_held)
    ) as events:
        async for event in events:
            if isinstance(event, ProbesPlanned):
                yield VerificationPlanned(
                    total or len(credentials),
                    passwords=sum(event.passwords.values()),
                    hosts=len(event.passwords),
                )
            elif isinstance(event, StageChanged):
                for index in event.targets:
                    item = logins[index].credential
                    if index not in started:
                        started.add(index)
                        yield VerificationStarted(item.account, item.id)
                    yield VerificationStage(item.account, item.id, event.stage.name, str(event.stage.state))
            elif isinstance(event, ProbeEnded):
                for index in event.targets:
                    yield _record_verdict(ws, logins[index], event.verdict)


async def _prepare_login(ws: Workspace, credential: Credential, typed: Secret | None) -> _ProbeLogin:
    if credential.host is None or credential.port is None:
        raise UnsupportedError(
            f"{credential.address} has no host and port to probe.",
            operation="probe",
            hint="Its provider keeps the server to itself.",
        )
    if credential.auth not in ("password", "none"):
        raise UnsupportedError(
            f"{credential.address} uses {credential.auth or 'an unknown'} authentication, which the probe cannot try.",
            operation="probe",
        )
    target = ProbeTarget(credential.host, credential.port, credential.security)
    if credential.auth == "none" or credential.username is None:
        return _ProbeLogin(credential, target, None)
    secret, reference = typed, FROM_PERSON if typed else None
    if typed is None and can_find_password(ws, credential):
        secret = await load_password(ws, credential)
        reference = ws.password_reference(credential) or FROM_PROVIDER
    if secret is not None:
        ws.redactor.add(secret)
    return _ProbeLogin(credential, target._replace(username=credential.username, secret=secret), reference)


def _record_verdict(ws: Workspace, login: _ProbeLogin, verdict: Verdict) -> VerificationDone:
    credential = login.credential
    at, body = format_timestamp(ws.now()), verdict.to_json()
    status = OPINION_BY_VERDICT_STATUS.get(str(verdict.status), Status.UNKNOWN)
    tried_nothing = verdict.id in ("probe.cancelled", "host.left_alone")
    if not tried_nothing:
        ws.state.verdicts.add(
            credential,
            ProbedLogin.from_credential(credential, login.reference),
            at=at,
            status=str(verdict.status),
            verdict=verdict.id,
            detail=verdict.cause,
            body=verdict.to_json(),
        )
        (credential,) = attach_probe_opinions(ws, [credential])
    return VerificationDone(
        credential.account,
        credential.id,
        "probe",
        str(status),
        None if tried_nothing else at,
        verdict.cause,
        credential,
        body,
        verdict.edit,
    )
