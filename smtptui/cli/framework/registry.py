"""The verbs by name. A verb's flags and its run stand in its own module, which is imported when it is needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from smtptui.cli.framework.spec import Verb

if TYPE_CHECKING:
    from smtptui.cli.framework.invocation import Invocation

SUMMARIES: dict[str, str] = {
    "list": "List the credentials of all accounts, or those that the selectors match.",
    "show": "Show one credential.",
    "create": "Create a credential.",
    "edit": "Change some fields of a credential; fields that are not named keep their values.",
    "delete": "Delete credentials.",
    "verify": "Verify that credentials still work, by the provider's own means or by a probe from here.",
    "probe": "Hold a live SMTP conversation from here: stages reached, the server's answers, what to do next.",
    "audit": "Report credentials that were never verified, not verified recently, or are otherwise wrong.",
    "plan": "Show what a migration would change, without changing it.",
    "apply": "Apply a saved plan, or finish a run that was stopped.",
    "migrate": "Copy credentials between accounts or files: plan, show, confirm, apply and verify.",
    "rotate": "Change one password wherever it is stored, after proving that the new one works.",
    "undo": "Undo a run as far as the providers allow.",
    "history": "List the runs, or show the steps of one.",
    "export": "Copy credentials into a file, with references instead of passwords; a migration can read it.",
    "accounts": "List the configured accounts.",
    "caps": "Show what a provider can hold and do, or what a migration between two would lose.",
    "config": "Show the configuration's path or content, check it, or write a first one.",
    "sandbox": "Serve all provider dialects and SMTP servers on loopback, to try things out.",
    "demo": "Open the terminal screen on a private sandbox; needs no account and no network.",
    "doctor": "Check the installation and the configuration for problems.",
    "completion": "Print the completion script of a shell.",
}
"""One line of help for each verb, in the order of `smtptui --help`."""


class VerbModule(Protocol):
    """What a module of `cli/commands/` holds."""

    VERB: Verb

    def run(self, invocation: Invocation) -> int:
        """Do it and return the exit status. Raise SmtptuiError."""


def load_verb(name: str) -> VerbModule:
    """Import the module of a verb."""
    module = "list_" if name == "list" else name
    return cast(VerbModule, import_module(f"smtptui.cli.commands.{module}"))
