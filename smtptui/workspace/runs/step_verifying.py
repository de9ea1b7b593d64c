"""The verification of a step, at the target and nowhere else: by the provider, else by our probe, else not known."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StoppedError
from smtptui.model.verification import Status
from smtptui.secrets.secret import Secret
from smtptui.sync.journal import StepEntryKind, StepProgress, VerificationOutcome
from smtptui.sync.plan import Step, StepAction
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.runs.account_context import AccountContext
from smtptui.workspace.runs.probe_gate import ProbeGate
from smtptui.workspace.verification.events import VerificationDone
from smtptui.workspace.verification.probe import can_probe, probe_credentials
from smtptui.workspace.verification.verify import verify_one

_NOT_VERIFIABLE = (
    "The provider does not verify it without sending a mail, and no password is at hand to probe with."
)
_NOT_VERIFIABLE_BY_ADOPTION = "The provider would verify it by writing to it, which an adoption does not, and no password is at hand to probe with."


async def verify_step(work: AccountContext, step: Step, gate: ProbeGate) -> None:
    """Put on record what is known about the step's record working. Raises only what ends the account's work, and StoppedError."""
    verified = await _find_outcome(work, step, gate)
    work.journal.record(
        step,
        StepEntryKind.VERIFIED,
        status=verified.status,
        by=verified.by,
        at=verified.at,
        detail=work.ws.redactor.redact(verified.detail),
    )


async def _find_outcome(work: AccountContext, step: Step, gate: ProbeGate) -> VerificationOutcome:
    if work.capabilities.at_rest:
        return VerificationOutcome(None)
    answered = _outcome_in_answer(work.journal.progress(step))
    if answered is not None:
        return answered
    record = work.last_seen(step)
    if record is None:
        return VerificationOutcome("unknown", None, None, "The record could not be read.")
    reason = _NOT_VERIFIABLE
    if step.action is StepAction.ADOPT and work.capabilities.verify_writes:
        # To adopt is to write nothing: not even what makes the provider look.
        return await _probe(work, step, record, gate) or _known_opinion(record)
    if work.capabilities.can(ProviderOperation.VERIFY_STORED):
        try:
            done = await verify_one(work.ws, record, "auto")
        except StoppedError:
            raise
        except SmtptuiError as error:
            reason = error.message
        else:
            if done.method != "none":
                return _as_outcome(done)
    return await _probe(work, step, record, gate) or VerificationOutcome("unknown", None, None, reason)


def _outcome_in_answer(progress: StepProgress) -> VerificationOutcome | None:
    """The provider's verdict in the answer to the write, where the write made it try the record."""
    if not progress.written or progress.after is None:
        return None
    told = _provider_opinion(progress.after)
    if told.get("status") not in (Status.VERIFIED, Status.FAILED):
        return None
    if progress.before is not None and told == _provider_opinion(progress.before):
        return None
    return VerificationOutcome(str(told["status"]), "provider", told.get("at"), str(told.get("detail") or ""))


def _known_opinion(record: Credential) -> VerificationOutcome:
    """What the provider last found out about a record that nothing may be written to."""
    known = record.verification.provider
    if known.status not in (Status.VERIFIED, Status.FAILED):
        return VerificationOutcome("unknown", None, None, _NOT_VERIFIABLE_BY_ADOPTION)
    return VerificationOutcome(
        str(known.status), "provider", known.at, "As the provider told it before; nothing was sent."
    )


def _provider_opinion(credential: Mapping[str, Any]) -> Mapping[str, Any]:
    opinion: Mapping[str, Any] = credential["verification"]["provider"]
    return opinion


async def _probe(
    work: AccountContext, step: Step, record: Credential, gate: ProbeGate
) -> VerificationOutcome | None:
    """Our own look; None where there is nothing to try it with."""
    if record.host is None or record.port is None:
        return None
    secret = _password_to_probe(work, step, record)
    if secret is None and not can_probe(work.ws, record):
        return None
    async with gate.acquire(record.host, record.port) as free:
        if not free:
            return VerificationOutcome(
                "unknown", None, None, f"{record.host} failed too often in this run, so it is left alone."
            )
        secrets = {record.address: secret} if secret is not None else {}
        async with aclosing(probe_credentials(work.ws, [record], secrets=secrets)) as events:
            async for event in events:
                if isinstance(event, ItemFailed):
                    if isinstance(event.error, StoppedError):
                        raise event.error
                    return VerificationOutcome("unknown", None, None, event.error.message)
                if isinstance(event, VerificationDone):
                    gate.record_verdict(record.host, record.port, str((event.verdict or {}).get("id")))
                    return _as_outcome(event)
    return None


def _password_to_probe(work: AccountContext, step: Step, record: Credential) -> Secret | None:
    """The password that the step stored; None where nobody knows it, or the probe finds the same one by itself."""
    if step.secret is not None and step.secret.reference == work.ws.password_reference(record):
        return None
    return work.secrets.get(step.n) if record.auth != "none" else None


def _as_outcome(done: VerificationDone) -> VerificationOutcome:
    return VerificationOutcome(done.status, done.method, done.at, done.detail)
