"""The verification of a step, at the target and nowhere else: by the provider, else by our probe, else not known."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from smtptui.model.capability import Operation
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StoppedError
from smtptui.model.verification import Status
from smtptui.secrets.secret import Secret
from smtptui.sync.journal import Event, Progress, Verified
from smtptui.sync.plan import Action, Step
from smtptui.workspace.credentials.events import ItemFailed, VerificationDone
from smtptui.workspace.runs.account_context import AccountWork
from smtptui.workspace.runs.probe_gate import ProbeGate
from smtptui.workspace.verification.probe import can_be_probed, probe_credentials
from smtptui.workspace.verification.verify import verify_one

_UNTRIED = "The provider does not verify it without sending a mail, and no password is at hand to probe with."
_UNWRITTEN = "The provider would verify it by writing to it, which an adoption does not, and no password is at hand to probe with."


async def verify(work: AccountWork, step: Step, gate: ProbeGate) -> None:
    """Put on record what is known about the step's record working. Raises only what ends the account's work, and StoppedError."""
    verified = await _verified(work, step, gate)
    work.log.note(
        step,
        Event.VERIFIED,
        status=verified.status,
        by=verified.by,
        at=verified.at,
        detail=work.ws.redactor.redact(verified.detail),
    )


async def _verified(work: AccountWork, step: Step, gate: ProbeGate) -> Verified:
    if work.capabilities.at_rest:
        return Verified(None)
    answered = _answered(work.log.progress(step))
    if answered is not None:
        return answered
    record = work.record(step)
    if record is None:
        return Verified("unknown", None, None, "The record could not be read.")
    reason = _UNTRIED
    if step.action is Action.ADOPT and work.capabilities.verify_writes:
        # To adopt is to write nothing: not even what makes the provider look.
        return await _probed(work, step, record, gate) or _told_before(record)
    if work.capabilities.can(Operation.VERIFY_STORED):
        try:
            done = await verify_one(work.ws, record, "auto")
        except StoppedError:
            raise
        except SmtptuiError as error:
            reason = error.message
        else:
            if done.method != "none":
                return _of(done)
    return await _probed(work, step, record, gate) or Verified("unknown", None, None, reason)


def _answered(progress: Progress) -> Verified | None:
    """The provider's verdict in the answer to the write, where the write made it try the record."""
    if not progress.written or progress.after is None:
        return None
    told = _opinion(progress.after)
    if told.get("status") not in (Status.VERIFIED, Status.FAILED):
        return None
    if progress.before is not None and told == _opinion(progress.before):
        return None
    return Verified(str(told["status"]), "provider", told.get("at"), str(told.get("detail") or ""))


def _told_before(record: Credential) -> Verified:
    """What the provider last found out about a record that nothing may be written to."""
    known = record.verification.provider
    if known.status not in (Status.VERIFIED, Status.FAILED):
        return Verified("unknown", None, None, _UNWRITTEN)
    return Verified(
        str(known.status), "provider", known.at, "As the provider told it before; nothing was sent."
    )


def _opinion(credential: Mapping[str, Any]) -> Mapping[str, Any]:
    opinion: Mapping[str, Any] = credential["verification"]["provider"]
    return opinion


async def _probed(work: AccountWork, step: Step, record: Credential, gate: ProbeGate) -> Verified | None:
    """Our own look; None where there is nothing to try it with."""
    if record.host is None or record.port is None:
        return None
    secret = _password(work, step, record)
    if secret is None and not can_be_probed(work.ws, record):
        return None
    async with gate.at(record.host, record.port) as free:
        if not free:
            return Verified(
                "unknown", None, None, f"{record.host} failed too often in this run, so it is left alone."
            )
        secrets = {record.address: secret} if secret is not None else {}
        async with aclosing(probe_credentials(work.ws, [record], secrets=secrets)) as events:
            async for event in events:
                if isinstance(event, ItemFailed):
                    if isinstance(event.error, StoppedError):
                        raise event.error
                    return Verified("unknown", None, None, event.error.message)
                if isinstance(event, VerificationDone):
                    gate.note(record.host, record.port, str((event.verdict or {}).get("id")))
                    return _of(event)
    return None


def _password(work: AccountWork, step: Step, record: Credential) -> Secret | None:
    """The password that the step stored; None where nobody knows it, or the probe finds the same one by itself."""
    if step.secret is not None and step.secret.reference == work.ws.password_reference(record):
        return None
    return work.secrets.get(step.n) if record.auth != "none" else None


def _of(done: VerificationDone) -> Verified:
    return Verified(done.status, done.method, done.at, done.detail)
