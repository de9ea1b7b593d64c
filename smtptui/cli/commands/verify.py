"""`smtptui verify`: every credential the selectors pick, by its provider's own means or by our probe."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from smtptui.cli.framework.exit_status import Status, combined, deciding, of_items
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.prompts import agreed, someone_there
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.cells import wrapped
from smtptui.cli.render.errors import tell_error
from smtptui.cli.render.items import item_error, tell_untried
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.address import address
from smtptui.model.consent import Consent
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import ConsentMissingError, SmtptuiError, UnsupportedError
from smtptui.model.nearest import suggestion
from smtptui.model.selector import Selection
from smtptui.model.verification import Status as Verified
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import (
    AccountRead,
    CredentialsRead,
    ItemFailed,
    VerificationDone,
    VerificationPlanned,
    VerificationStage,
)
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.verification.probe import can_be_probed
from smtptui.workspace.verification.verify import METHODS, sends_mail, verify

CONSENT_HINT = "--send-mail agrees to the mail."


def run(call: Call) -> int:
    return INTERRUPTS.run(_verify(call))


async def _verify(call: Call) -> int:
    method = call.text("method") or "auto"
    if method not in METHODS:
        raise UnsupportedError(
            f"There is no verification by {method!r}.", operation="verify", hint=suggestion(method, METHODS)
        )
    async with opened(call) as ws:
        selection = ws.select(call.words("selectors"))
        errors: list[SmtptuiError] = []
        results: list[VerificationDone] = []
        credentials = await _picked(call, ws, selection, errors)
        consents = _consents(call, ws, selection, credentials, method)
        if credentials:
            await _run(call, ws, credentials, consents, method, results, errors)
    if call.json:
        body: dict[str, object] = {
            "results": [item.to_json() for item in results],
            "errors": [error.to_json() for error in errors],
        }
        if errors and not results:
            body["error"] = deciding(errors).to_json()
        write_envelope(call.streams, body)
    else:
        _summary(call, results, errors)
    good = all(item.status == Verified.VERIFIED for item in results)
    verdict = Status.DONE if good else Status.ANSWERED_NO
    return combined([of_items(errors, some_done=bool(results)), verdict])


async def _picked(
    call: Call, ws: Workspace, selection: Selection, errors: list[SmtptuiError]
) -> list[Credential]:
    found: list[Credential] = []
    async with aclosing(list_credentials(ws, selection)) as events:
        async for event in events:
            problem: SmtptuiError | None = None
            if isinstance(event, CredentialsRead):
                found.extend(event.credentials)
                call.streams.progress(f"{len(found)} credentials …")
            elif isinstance(event, ItemFailed):
                problem = item_error(event)
            elif isinstance(event, AccountRead):
                problem = event.error
                if event.error is None and not event.complete and event.note:
                    call.streams.notice(f"Note: {event.account}: not complete; {event.note}")
            if problem is not None:
                errors.append(problem)
                tell_error(call.streams, problem)
    call.streams.progress("")
    return found


def _consents(
    call: Call, ws: Workspace, selection: Selection, credentials: Sequence[Credential], method: str
) -> frozenset[Consent]:
    """What was agreed to. Nothing is asked where a probe answers without a mail.

    Raises ConsentMissingError when a credential that nothing but a mail can verify was named by its address;
    of the others the verification itself says that they needed it.
    """
    mailing = set() if method == "probe" else set(sends_mail(ws, credentials))
    if mailing and call.flag("send_mail"):
        return frozenset({Consent.SEND_MAIL})
    needing = [
        item
        for item in credentials
        if item.address in mailing and not (method == "auto" and can_be_probed(ws, item))
    ]
    if not needing:
        return frozenset()
    statement = (
        f"Verifying {', '.join(sorted(mailing))} sends a real mail to the user of the account's login."
    )
    if someone_there() and not call.flag("yes"):
        try:
            agreed(call.streams, [statement], "Send it?", instead=CONSENT_HINT)
        except ConsentMissingError:
            pass
        else:
            return frozenset({Consent.SEND_MAIL})
    if any((item.account, item.id) in selection.addresses for item in needing):
        raise ConsentMissingError(
            f"{statement} That was not agreed to.", operation="verify", hint=CONSENT_HINT
        )
    return frozenset()


async def _run(
    call: Call,
    ws: Workspace,
    credentials: Sequence[Credential],
    consents: frozenset[Consent],
    method: str,
    results: list[VerificationDone],
    errors: list[SmtptuiError],
) -> None:
    total, done, under_way = len(credentials), 0, ""
    INTERRUPTS.writing = method != "probe"
    verifying = verify(ws, credentials, method=method, consents=consents, stopped=lambda: INTERRUPTS.came)
    with INTERRUPTS.gently():
        async with aclosing(verifying) as events:
            async for event in events:
                if isinstance(event, VerificationPlanned):
                    if event.hosts or event.passwords:
                        call.streams.notice(_about_to_try(event))
                elif isinstance(event, VerificationStage):
                    if event.state == "running":
                        under_way = f"  {address(event.account, event.id)}: {event.stage}"
                elif isinstance(event, VerificationDone):
                    done += 1
                    results.append(event)
                    _tell(call, event)
                elif isinstance(event, ItemFailed):
                    done += 1
                    errors.append(item_error(event))
                    tell_error(call.streams, errors[-1])
                call.streams.progress(f"{done} of {total} verified …{under_way}")
    call.streams.progress("")
    INTERRUPTS.writing = False
    tell_untried(call.streams, total - done)


def _tell(call: Call, result: VerificationDone) -> None:
    if call.json:
        return
    why = f"  {result.detail}" if result.detail else ""
    call.streams.line(f"{result.status:<8}  {address(result.account, result.id)}{why}")
    remedy = result.verdict.get("remedy") if result.verdict is not None else None
    for line in wrapped(printable(remedy, None), 70) if remedy else ():
        call.streams.line(f"{'':<8}  {line}")
    call.streams.flush()


def _about_to_try(planned: VerificationPlanned) -> str:
    passwords = f"{planned.passwords} password{'' if planned.passwords == 1 else 's'}"
    hosts = f"{planned.hosts} host{'' if planned.hosts == 1 else 's'}"
    return f"About to try {passwords} at {hosts}, each of them once."


def _summary(call: Call, results: Sequence[VerificationDone], errors: Sequence[SmtptuiError]) -> None:
    counts = {str(status): sum(item.status == status for item in results) for status in Verified}
    told = [f"{count} {status}" for status, count in counts.items() if count]
    told += [f"{len(errors)} could not be tried"] if errors else []
    call.streams.notice(", ".join(told) + "." if told else "Nothing was picked.")
