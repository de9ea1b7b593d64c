"""Why an action is not possible here and now; empty where it is."""

from __future__ import annotations

from smtptui.model.capability import Capabilities, Operation
from smtptui.model.display import printable
from smtptui.tui.actions.action import ActionContext


def needs_row(situation: ActionContext) -> str:
    return "" if situation.credential is not None else "no credential is selected"


def can_change(situation: ActionContext, operation: Operation, word: str) -> str:
    missing = needs_row(situation)
    if missing:
        return missing
    credential, capabilities = situation.credential, situation.capabilities
    assert credential is not None
    if situation.read_only:
        return f"{printable(credential.account)} is read-only"
    if capabilities is not None and not capabilities.can(operation):
        return f"{capabilities.title} has no way to {word} a credential"
    if not credential.editable:
        return "the provider does not let this credential be changed"
    return situation.busy


def edit(situation: ActionContext) -> str:
    return can_change(situation, Operation.UPDATE, "edit")


def delete(situation: ActionContext) -> str:
    if situation.marked_shown:
        return situation.busy
    return can_change(situation, Operation.DELETE, "delete")


def verify(situation: ActionContext) -> str:
    missing = needs_row(situation) or situation.busy
    if missing:
        return missing
    if situation.job_running:
        return "a verification is running; {list.verify_many} shows it"
    capabilities = situation.capabilities
    if capabilities is not None:
        if not capabilities.can(Operation.VERIFY_STORED):
            return f"{capabilities.title} has no way to verify a stored credential; {{list.probe}} probes it"
        if situation.read_only:
            return verify_read_only_reason(capabilities)
    return ""


def verify_read_only_reason(capabilities: Capabilities) -> str:
    """Why a provider verifies nothing for an account that is read-only."""
    if capabilities.verify_sends_mail:
        return f"verifying sends a mail from {capabilities.title}, and the account is read-only"
    if capabilities.verify_writes:
        return f"verifying writes at {capabilities.title}, and the account is read-only"
    return ""


def verify_many(situation: ActionContext) -> str:
    if situation.job_running:
        return ""
    if situation.marked_shown or situation.shown:
        return situation.verify_refusal
    return "no credential is shown"


def probe(situation: ActionContext) -> str:
    if situation.job_running:
        return "a verification is running; {list.verify_many} shows it"
    if situation.marked_shown:
        return ""
    missing = needs_row(situation) or situation.busy
    if missing:
        return missing
    credential = situation.credential
    assert credential is not None
    if credential.host is None or credential.port is None:
        return "no host and port are known of it"
    if credential.auth not in ("password", "none"):
        return "it is not logged in to with a password"
    return ""


def stages(situation: ActionContext) -> str:
    never = "" if situation.probed else "it was never probed from here; {detail.probe} does"
    return needs_row(situation) or never


def create(situation: ActionContext) -> str:
    return "" if situation.writable_accounts else "no account here lets a credential be created"


def refresh(situation: ActionContext) -> str:
    return "the accounts are being read already" if situation.reading else ""


def shown(situation: ActionContext) -> str:
    return "" if situation.shown else "no credential is shown"


def marked(situation: ActionContext) -> str:
    return "" if situation.marked_shown or situation.marked_hidden else "nothing is marked"


def mark_to(situation: ActionContext) -> str:
    return needs_row(situation) or situation.range_refusal


def cancel(situation: ActionContext) -> str:
    return situation.busy or ("" if situation.job_running else "nothing is running")


def busy(situation: ActionContext) -> str:
    return situation.busy


def untouched(situation: ActionContext) -> str:
    return situation.busy or ("" if situation.unsaved else "nothing is typed that is not stored")


def test(situation: ActionContext) -> str:
    return situation.busy or situation.test_refusal


def migrate(situation: ActionContext) -> str:
    if situation.run_running:
        return ""
    return "every account is read-only" if situation.all_read_only else ""


def rotate(situation: ActionContext) -> str:
    if situation.run_running:
        return "a run is under way; {list.migrate} shows it"
    if situation.marked_shown:
        return migrate(situation)
    return can_change(situation, Operation.UPDATE, "change")


def refused(situation: ActionContext) -> str:
    return situation.refusal


def scroll(situation: ActionContext) -> str:
    return situation.scroll_refusal


def turn(situation: ActionContext) -> str:
    return situation.turn_refusal


def limit(situation: ActionContext) -> str:
    return situation.limit_refusal


def password(situation: ActionContext) -> str:
    return situation.password_refusal


def resume(situation: ActionContext) -> str:
    return situation.resume_refusal


def undo(situation: ActionContext) -> str:
    return situation.undo_refusal


def a_step(situation: ActionContext) -> str:
    return "" if situation.shown else "there is no step"


def a_run(situation: ActionContext) -> str:
    return "" if situation.shown else "no run is selected"


def a_line(situation: ActionContext) -> str:
    return "" if situation.shown else "there is nothing to copy"


def a_job(situation: ActionContext) -> str:
    return "" if situation.shown else "no job is selected"


def pause(situation: ActionContext) -> str:
    return a_job(situation) or situation.pause_refusal


def retry(situation: ActionContext) -> str:
    return a_job(situation) or situation.retry_refusal


def cancel_job(situation: ActionContext) -> str:
    return a_job(situation) or situation.cancel_refusal


def hidden(situation: ActionContext) -> str:
    return "" if situation.marked_hidden else "the filter hides no marked one"


def edit_many(situation: ActionContext) -> str:
    if not situation.marked_shown:
        return "nothing that is shown is marked; {list.edit} edits one"
    return "every account is read-only" if situation.all_read_only else ""
