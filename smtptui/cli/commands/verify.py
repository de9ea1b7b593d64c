"""`smtptui verify`: verify every selected credential by its provider's own means or by a probe."""

from __future__ import annotations

from collections.abc import Sequence

from smtptui.cli.framework.exit_status import ExitStatus, combine, most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import follow
from smtptui.cli.framework.prompts import confirm, is_interactive
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, SELECTORS, YES, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.cells import wrap
from smtptui.cli.render.credentials import report_account
from smtptui.cli.render.errors import error_of_item, print_error, warn_untried
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.address import format_address
from smtptui.model.capability import Consent
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import ConsentMissingError, SmtptuiError, UnsupportedError
from smtptui.model.nearest import suggest
from smtptui.model.selector import SelectorQuery
from smtptui.model.verification import Status
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.operation import Operation
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import (
    AccountRead,
    CredentialsRead,
    ListEvent,
)
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.verification.events import (
    VerificationDone,
    VerificationPlanned,
    VerificationStage,
    VerifyEvent,
)
from smtptui.workspace.verification.probe import can_probe
from smtptui.workspace.verification.verify import METHODS, find_mail_verifications, verify

VERB = Verb(
    "verify",
    (SELECTORS,),
    (
        Option(
            "method",
            "--method",
            "How to verify; auto probes where the provider cannot and the password is known.",
            "METHOD",
            choices=("auto", "provider", "probe"),
            default="auto",
        ),
        Option("send_mail", "--send-mail", "Agree to verifications that send a real mail."),
        YES,
        JSON,
    ),
)
CONSENT_HINT = "--send-mail agrees to the mail."


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_verify(invocation))


async def _verify(invocation: Invocation) -> int:
    method = invocation.text("method") or "auto"
    if method not in METHODS:
        raise UnsupportedError(
            f"There is no verification by {method!r}.", operation="verify", hint=suggest(method, METHODS)
        )
    errors: list[SmtptuiError] = []
    results: list[VerificationDone] = []
    async with open_workspace(invocation) as workspace:
        query = workspace.select(invocation.words("selectors"))
        credentials = await _load(invocation, workspace, query, errors)
        consents = _collect_consents(invocation, workspace, query, credentials, method)
        if credentials:
            await _run(invocation, workspace, credentials, consents, method, results, errors)
    if invocation.is_json:
        body: dict[str, object] = {
            "results": [item.to_json() for item in results],
            "errors": [error.to_json() for error in errors],
        }
        if errors and not results:
            body["error"] = most_severe_error(errors).to_json()
        write_envelope(invocation.output, body)
    else:
        _summarize(invocation, results, errors)
    is_good = all(item.status == Status.VERIFIED for item in results)
    verdict = ExitStatus.DONE if is_good else ExitStatus.ANSWERED_NO
    return combine([status_of_items(errors, has_successes=bool(results)), verdict])


async def _load(
    invocation: Invocation, workspace: Workspace, query: SelectorQuery, errors: list[SmtptuiError]
) -> list[Credential]:
    """List the selected credentials; report and collect what could not be read."""
    output = invocation.output
    found: list[Credential] = []

    def handle(event: ListEvent) -> None:
        if isinstance(event, CredentialsRead):
            found.extend(event.credentials)
        elif isinstance(event, ItemFailed):
            errors.append(error_of_item(event))
            print_error(output, errors[-1])
        elif isinstance(event, AccountRead):
            if event.error is not None:
                errors.append(event.error)
            report_account(output, event, workspace.now())

    listing = Operation(lambda _: list_credentials(workspace, query))
    await follow(invocation, listing, handle, describe=lambda: f"{len(found)} credentials …")
    return found


def _collect_consents(
    invocation: Invocation,
    workspace: Workspace,
    query: SelectorQuery,
    credentials: Sequence[Credential],
    method: str,
) -> frozenset[Consent]:
    """Return what the user agrees to. Nothing is asked where a probe answers without a mail.

    Raise ConsentMissingError when a credential that only a mail can verify was named by its address; for the
    others their result says that a consent is missing.
    """
    mailing = set() if method == "probe" else set(find_mail_verifications(workspace, credentials))
    if mailing and invocation.flag("send_mail"):
        return frozenset({Consent.SEND_MAIL})
    needing = [
        item
        for item in credentials
        if item.address in mailing and not (method == "auto" and can_probe(workspace, item))
    ]
    if not needing:
        return frozenset()
    statement = (
        f"Verifying {', '.join(sorted(mailing))} sends a real mail to the user of the account's login."
    )
    if is_interactive() and not invocation.flag("yes"):
        try:
            confirm(invocation.output, [statement], "Send it?", hint=CONSENT_HINT)
        except ConsentMissingError:
            pass
        else:
            return frozenset({Consent.SEND_MAIL})
    if any((item.account, item.id) in query.addresses for item in needing):
        raise ConsentMissingError(
            f"{statement} That was not agreed to.", operation="verify", hint=CONSENT_HINT
        )
    return frozenset()


async def _run(
    invocation: Invocation,
    workspace: Workspace,
    credentials: Sequence[Credential],
    consents: frozenset[Consent],
    method: str,
    results: list[VerificationDone],
    errors: list[SmtptuiError],
) -> None:
    output = invocation.output
    stage, failed_before = "", len(errors)

    def count_done() -> int:
        return len(results) + len(errors) - failed_before

    def handle(event: VerifyEvent) -> None:
        nonlocal stage
        if isinstance(event, VerificationPlanned):
            if event.hosts or event.passwords:
                output.note(_announce(event))
        elif isinstance(event, VerificationStage):
            if event.state == "running":
                stage = f"  {format_address(event.account, event.id)}: {event.stage}"
        elif isinstance(event, VerificationDone):
            results.append(event)
            _print_result(invocation, event)
        elif isinstance(event, ItemFailed):
            errors.append(error_of_item(event))
            print_error(output, errors[-1])

    INTERRUPTS.is_writing = method != "probe"
    verification = Operation(
        lambda is_held: verify(workspace, credentials, method=method, consents=consents, is_held=is_held),
        total=len(credentials),
    )
    await follow(
        invocation,
        verification,
        handle,
        describe=lambda: f"{count_done()} of {len(credentials)} verified …{stage}",
        ends_in_order=True,
    )
    warn_untried(output, len(credentials) - count_done())


def _print_result(invocation: Invocation, result: VerificationDone) -> None:
    if invocation.is_json:
        return
    output = invocation.output
    reason = f"  {result.detail}" if result.detail else ""
    output.write_line(f"{result.status:<8}  {format_address(result.account, result.id)}{reason}")
    remedy = result.verdict.get("remedy") if result.verdict is not None else None
    for line in wrap(printable(remedy, None), 70) if remedy else ():
        output.write_line(f"{'':<8}  {line}")
    output.flush()


def _announce(planned: VerificationPlanned) -> str:
    passwords = f"{planned.passwords} password{'' if planned.passwords == 1 else 's'}"
    hosts = f"{planned.hosts} host{'' if planned.hosts == 1 else 's'}"
    return f"About to try {passwords} at {hosts}, each password once."


def _summarize(
    invocation: Invocation, results: Sequence[VerificationDone], errors: Sequence[SmtptuiError]
) -> None:
    counts = {str(status): sum(item.status == status for item in results) for status in Status}
    parts = [f"{count} {status}" for status, count in counts.items() if count]
    parts += [f"{len(errors)} could not be tried"] if errors else []
    invocation.output.note(", ".join(parts) + "." if parts else "No credentials matched.")
