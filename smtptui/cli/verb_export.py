"""The verb that copies credentials into a file."""

from __future__ import annotations

from smtptui.cli.framework.spec import JSON, Argument, Option, Verb

EXPORT = Verb(
    "export",
    "Copy credentials into a file, references in place of passwords; `plan file:FILE ACCOUNT` reads it.",
    "smtptui.cli.commands.export:run",
    (
        Argument("file", "FILE", completes="file"),
        Argument("selectors", "[SELECTOR...]", required=False, many=True, completes="account"),
    ),
    (Option("yes", "--yes", "Replace a file that is there without asking."), JSON),
)
