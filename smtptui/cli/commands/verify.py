"""`smtptui verify`: every credential the selectors pick, by its provider's own means or by our probe."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from smtptui.cli.framework.exit_status import ExitStatus, combine, most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import confirm, is_interactive
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.cells import wrap
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.items import item_error, warn_untried
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.address import format_address
from smtptui.model.capability import Consent
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import ConsentMissingError, SmtptuiError, UnsupportedError
from smtptui.model.nearest import suggest
from smtptui.model.selector import SelectorQuery
from smtptui.model.verification import Status as Verified
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.verification.events import VerificationDone, VerificationPlanned, VerificationStage
from smtptui.workspace.verification.probe import can_probe
from smtptui.workspace.verification.verify import METHODS, find_mail_verifications, verify

CONSENT_HINT = "--send-mail agrees to the mail."


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_verify(call))


async def _verify(call: Invocation) -> int:
    method = call.text("method") or "auto"
    if method not in METHODS:
        raise UnsupportedError(
            f"There is no verification by {method!r}.", operation="verify", hint=suggest(method, METHODS)
        )
    async with open_workspace(call) as ws:
        selection = ws.select(call.words("selectors"))
        errors: list[SmtptuiError] = []
        results: list[VerificationDone] = []
        credentials = await _load(call, ws, selection, errors)
        consents = _consents(call, ws, selection, credentials, method)
        if credentials:
            await _run(call, ws, credentials, consents, method, results, errors)
    if call.is_json:
        body: dict[str, object] = {
            "results": [item.to_json() for item in results],
            "errors": [error.to_json() for error in errors],
        }
        if errors and not results:
            body["error"] = most_severe_error(errors).to_json()
        write_envelope(call.output, body)
    else:
        _summary(call, results, errors)
    good = all(item.status == Verified.VERIFIED for item in results)
    verdict = ExitStatus.DONE if good else ExitStatus.ANSWERED_NO
    return combine([status_of_items(errors, has_successes=bool(results)), verdict])


async def _load(
    call: Invocation, ws: Workspace, selection: SelectorQuery, errors: list[SmtptuiError]
) -> list[Credential]:
    found: list[Credential] = []
    async with aclosing(list_credentials(ws, selection)) as events:
        async for event in events:
            problem: SmtptuiError | None = None
            if isinstance(event, CredentialsRead):
                found.extend(event.credentials)
                call.output.show_progress(f"{len(found)} credentials …")
            elif isinstance(event, ItemFailed):
                problem = item_error(event)
            elif isinstance(event, AccountRead):
                problem = event.error
                if event.error is None and not event.complete and event.note:
                    call.output.note(f"Note: {event.account}: not complete; {event.note}")
            if problem is not None:
                errors.append(problem)
                print_error(call.output, problem)
    call.output.show_progress("")
    return found


def _consents(
    call: Invocation, ws: Workspace, selection: SelectorQuery, credentials: Sequence[Credential], method: str
) -> frozenset[Consent]:
    """What was agreed to. Nothing is asked where a probe answers without a mail.

    Raises ConsentMissingError when a credential that nothing but a mail can verify was named by its address;
    of the others the verification itself says that they needed it.
    """
    mailing = set() if method == "probe" else set(find_mail_verifications(ws, credentials))
    if mailing and call.flag("send_mail"):
        return frozenset({Consent.SEND_MAIL})
    needing = [
        item
        for item in credentials
        if item.address in mailing and not (method == "auto" and can_probe(ws, item))
    ]
    if not needing:
        return frozenset()
    statement = (
        f"Verifying {', '.join(sorted(mailing))} sends a real mail to the user of the account's login."
    )
    if is_interactive() and not call.flag("yes"):
        try:
            confirm(call.output, [statement], "Send it?", hint=CONSENT_HINT)
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
    call: Invocation,
    ws: Workspace,
    credentials: Sequence[Credential],
    consents: frozenset[Consent],
    method: str,
    results: list[VerificationDone],
    errors: list[SmtptuiError],
) -> None:
    total, done, under_way = len(credentials), 0, ""
    INTERRUPTS.is_writing = method != "probe"
    verifying = verify(
        ws, credentials, method=method, consents=consents, is_held=lambda: INTERRUPTS.is_interrupted
    )
    with INTERRUPTS.defer_first():
        async with aclosing(verifying) as events:
            async for event in events:
                if isinstance(event, VerificationPlanned):
                    if event.hosts or event.passwords:
                        call.output.note(_announce(event))
                elif isinstance(event, VerificationStage):
                    if event.state == "running":
                        under_way = f"  {format_address(event.account, event.id)}: {event.stage}"
                elif isinstance(event, VerificationDone):
                    done += 1
                    results.append(event)
                    _tell(call, event)
                elif isinstance(event, ItemFailed):
                    done += 1
                    errors.append(item_error(event))
                    print_error(call.output, errors[-1])
                call.output.show_progress(f"{done} of {total} verified …{under_way}")
    call.output.show_progress("")
    INTERRUPTS.is_writing = False
    warn_untried(call.output, total - done)


def _tell(call: Invocation, result: VerificationDone) -> None:
    if call.is_json:
        return
    why = f"  {result.detail}" if result.detail else ""
    call.output.write_line(f"{result.status:<8}  {format_address(result.account, result.id)}{why}")
    remedy = result.verdict.get("remedy") if result.verdict is not None else None
    for line in wrap(printable(remedy, None), 70) if remedy else ():
        call.output.write_line(f"{'':<8}  {line}")
    call.output.flush()


def _announce(planned: VerificationPlanned) -> str:
    passwords = f"{planned.passwords} password{'' if planned.passwords == 1 else 's'}"
    hosts = f"{planned.hosts} host{'' if planned.hosts == 1 else 's'}"
    return f"About to try {passwords} at {hosts}, each of them once."


def _summary(call: Invocation, results: Sequence[VerificationDone], errors: Sequence[SmtptuiError]) -> None:
    counts = {str(status): sum(item.status == status for item in results) for status in Verified}
    told = [f"{count} {status}" for status, count in counts.items() if count]
    told += [f"{len(errors)} could not be tried"] if errors else []
    call.output.note(", ".join(told) + "." if told else "Nothing was picked.")
