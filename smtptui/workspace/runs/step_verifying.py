"""Verify the record of a step at the target: by the provider, else by our probe, else unknown."""

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
    "The provider cannot verify it without sending mail, and no password is known to probe with."
)
_NOT_VERIFIABLE_BY_ADOPTION = "The provider verifies by writing to the record, which an adoption must not, and no password is known to probe with."


async def verify_step(context: AccountContext, step: Step, gate: ProbeGate) -> None:
    """Journal whether the step's record works. Raises only what ends the work on the account, and StoppedError."""
    found = await _find_outcome(context, step, gate)
    context.journal.record(
        step,
        StepEntryKind.VERIFIED,
        status=found.status,
        by=found.by,
        at=found.at,
        detail=context.ws.redactor.redact(found.detail),
    )


async def _find_outcome(context: AccountContext, step: Step, gate: ProbeGate) -> VerificationOutcome:
    if context.capabilities.at_rest:
        return VerificationOutcome(None)
    answered = _outcome_in_answer(context.journal.progress(step))
    if answered is not None:
        return answered
    record = context.last_seen(step)
    if record is None:
        return VerificationOutcome("unknown", None, None, "The record could not be read.")
    reason = _NOT_VERIFIABLE
    if step.action is StepAction.ADOPT and context.capabilities.verify_writes:
        # An adoption writes nothing, not even to make the provider verify.
        return await _probe(context, step, record, gate) or _known_opinion(record)
    if context.capabilities.can(ProviderOperation.VERIFY_STORED):
        try:
            result = await verify_one(context.ws, record, "auto")
        except StoppedError:
            raise
        except SmtptuiError as error:
            reason = error.message
        else:
            if result.method != "none":
                return _as_outcome(result)
    return await _probe(context, step, record, gate) or VerificationOutcome("unknown", None, None, reason)


def _outcome_in_answer(progress: StepProgress) -> VerificationOutcome | None:
    """Return the provider's verdict in its answer to the write, where the write made it verify the record."""
    if not progress.written or progress.after is None:
        return None
    opinion = _provider_opinion(progress.after)
    if opinion.get("status") not in (Status.VERIFIED, Status.FAILED):
        return None
    if progress.before is not None and opinion == _provider_opinion(progress.before):
        return None
    return VerificationOutcome(
        str(opinion["status"]), "provider", opinion.get("at"), str(opinion.get("detail") or "")
    )


def _known_opinion(record: Credential) -> VerificationOutcome:
    """Return what the provider reported before about a record that may not be written to."""
    known = record.verification.provider
    if known.status not in (Status.VERIFIED, Status.FAILED):
        return VerificationOutcome("unknown", None, None, _NOT_VERIFIABLE_BY_ADOPTION)
    return VerificationOutcome(
        str(known.status), "provider", known.at, "Reported by the provider before; nothing was sent."
    )


def _provider_opinion(credential: Mapping[str, Any]) -> Mapping[str, Any]:
    opinion: Mapping[str, Any] = credential["verification"]["provider"]
    return opinion


async def _probe(
    context: AccountContext, step: Step, record: Credential, gate: ProbeGate
) -> VerificationOutcome | None:
    """Probe the record ourselves; None where there is no password to do it with."""
    if record.host is None or record.port is None:
        return None
    secret = _password_to_probe(context, step, record)
    if secret is None and not can_probe(context.ws, record):
        return None
    async with gate.acquire(record.host, record.port) as allowed:
        if not allowed:
            return VerificationOutcome(
                "unknown",
                None,
                None,
                f"{record.host} failed too often in this run, so it is not probed again.",
            )
        secrets = {record.address: secret} if secret is not None else {}
        async with aclosing(probe_credentials(context.ws, [record], secrets=secrets)) as events:
            async for event in events:
                if isinstance(event, ItemFailed):
                    if isinstance(event.error, StoppedError):
                        raise event.error
                    return VerificationOutcome("unknown", None, None, event.error.message)
                if isinstance(event, VerificationDone):
                    gate.record_verdict(record.host, record.port, str((event.verdict or {}).get("id")))
                    return _as_outcome(event)
    return None


def _password_to_probe(context: AccountContext, step: Step, record: Credential) -> Secret | None:
    """Return the password that the step stored; None where it is unknown, or the probe resolves the same reference."""
    if step.secret is not None and step.secret.reference == context.ws.password_reference(record):
        return None
    return context.secrets.get(step.n) if record.auth != "none" else None


def _as_outcome(result: VerificationDone) -> VerificationOutcome:
    return VerificationOutcome(result.status, result.method, result.at, result.detail)
