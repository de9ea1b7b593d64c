"""The verbs that plan changes, make them, finish them and take them back."""

from __future__ import annotations

from smtptui.cli.framework.spec import JSON, PASSWORD_FROM, YES, Argument, Option, Verb

SOURCE = Argument("source", "SOURCE", completes="account")
TARGET = Argument("target", "TARGET", completes="account")
PICKED = Argument("selectors", "[SELECTOR...]", required=False, many=True, completes="account")
RUN = Argument("run", "RUN")

OUT = Option(
    "out", "--out", "Save the plan here (mode 0600), for `smtptui apply FILE`.", "FILE", completes="file"
)
PRUNE = Option("prune", "--prune", "Plan the removal of what was migrated and is verified at the target.")
ACCEPT_LOSS = Option(
    "accept_loss",
    "--accept-loss",
    "Agree that this field is lost, as the plan says; repeatable.",
    "FIELD",
    multiple=True,
    completes="field",
)
MAX_CHANGES = Option(
    "max_changes",
    "--max-changes",
    "Change or delete up to this many existing records an account, in place of the limits.",
    "N",
)
OVERWRITE_UNKNOWN = Option(
    "overwrite_unknown", "--overwrite-unknown", "Agree to write over a record that nobody can read back."
)

MIGRATION: tuple[Verb, ...] = (
    Verb(
        "plan",
        "Work out what a migration would do, without doing it.",
        "smtptui.cli.commands.plan:run",
        (SOURCE, TARGET, PICKED),
        (
            OUT,
            PASSWORD_FROM,
            PRUNE,
            Option("exit_code", "--exit-code", "Exit with 1 when the plan has changes."),
            JSON,
        ),
    ),
    Verb(
        "apply",
        "Do what a saved plan says, or finish a run that was stopped.",
        "smtptui.cli.commands.apply:run",
        (Argument("file", "[FILE]", required=False, completes="file"),),
        (
            Option("resume", "--resume", "Finish this run instead.", "RUN"),
            ACCEPT_LOSS,
            MAX_CHANGES,
            OVERWRITE_UNKNOWN,
            YES,
            JSON,
        ),
    ),
    Verb(
        "migrate",
        "Copy credentials from one account or file to another: plan, show, ask, apply and verify.",
        "smtptui.cli.commands.migrate:run",
        (SOURCE, TARGET, PICKED),
        (
            OUT,
            PASSWORD_FROM,
            PRUNE,
            ACCEPT_LOSS,
            MAX_CHANGES,
            OVERWRITE_UNKNOWN,
            Option("digest", "--digest", "With --yes: the digest of the plan that was agreed to.", "SHA"),
            YES,
            JSON,
        ),
    ),
    Verb(
        "rotate",
        "Change one password wherever it is stored, after proving that the new one works.",
        "smtptui.cli.commands.rotate:run",
        (Argument("selectors", "SELECTOR...", many=True, completes="account"),),
        (
            PASSWORD_FROM._replace(required=True),
            Option("username", "--username", "Change the user name too.", "USERNAME"),
            Option("host", "--host", "Change the host too.", "HOST"),
            MAX_CHANGES,
            YES,
            JSON,
        ),
    ),
    Verb(
        "undo",
        "Take a run back as far as the providers allow.",
        "smtptui.cli.commands.undo:run",
        (RUN,),
        (PASSWORD_FROM, MAX_CHANGES, YES, JSON),
    ),
    Verb(
        "history",
        "Show the runs, or what one of them did.",
        "smtptui.cli.commands.history:run",
        (RUN._replace(metavar="[RUN]", required=False),),
        (JSON,),
    ),
)
