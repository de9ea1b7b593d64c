"""Every verb, argument and option, as data: the parser and the completion scripts are made from this table."""

from __future__ import annotations

from smtptui.cli.framework.spec import (
    COMMON_OPTIONS,
    JSON,
    PASSWORD_FROM,
    SCREEN_OPTIONS,
    YES,
    Argument,
    Option,
    Verb,
)
from smtptui.cli.verb_export import EXPORT
from smtptui.cli.verb_migration import MIGRATION, OVERWRITE_UNKNOWN
from smtptui.cli.verb_probe import PROBE
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS, FieldKind

__all__ = ["BY_NAME", "COMMON_OPTIONS", "SCREEN_OPTIONS", "SHELLS", "VERBS", "Argument", "Option", "Verb"]


SHELLS = ("bash", "zsh", "fish")

NATIVE = Option(
    "native",
    "--native",
    "A field that only this provider has, as KEY=JSON; repeatable.",
    "KEY=JSON",
    multiple=True,
)

FIELD_OPTIONS: tuple[Option, ...] = tuple(
    Option(
        f"field_{field.name}",
        field.option,
        field.help,
        "true|false" if field.kind is FieldKind.BOOLEAN else field.name.rpartition("_")[2].upper(),
        choices=("true", "false") if field.kind is FieldKind.BOOLEAN else field.choices,
    )
    for field in PLAIN_WRITABLE_FIELDS
)

SELECTORS = Argument("selectors", "[SELECTOR...]", required=False, many=True, completes="account")
ADDRESS = Argument("address", "ACCOUNT/ID", completes="address")
SEED = Option(
    "seed", "--seed", "default, empty, or a number of credentials an account.", "SEED", default="default"
)

VERBS: tuple[Verb, ...] = (
    Verb(
        "list",
        "List the credentials of all accounts, or those the selectors pick.",
        "smtptui.cli.commands.list_:run",
        (SELECTORS,),
        (
            JSON,
            Option("csv", "--csv", "CSV with one column a field, safe to open in a spreadsheet."),
            Option("cached", "--cached", "Show the last snapshots; ask no provider."),
        ),
    ),
    Verb(
        "show",
        "Show one credential.",
        "smtptui.cli.commands.show:run",
        (ADDRESS,),
        (
            JSON,
            Option("reveal", "--reveal", "Print the stored password too, where the provider gives it back."),
        ),
    ),
    Verb(
        "create",
        "Create a credential.",
        "smtptui.cli.commands.create:run",
        (Argument("account_name", "ACCOUNT", completes="account"),),
        (*FIELD_OPTIONS, PASSWORD_FROM, NATIVE, OVERWRITE_UNKNOWN, JSON),
    ),
    Verb(
        "edit",
        "Change some fields of a credential; what is not named stays as it is.",
        "smtptui.cli.commands.edit:run",
        (ADDRESS,),
        (
            *FIELD_OPTIONS,
            Option(
                "clear", "--clear", "Empty this field; repeatable.", "FIELD", multiple=True, completes="field"
            ),
            PASSWORD_FROM,
            Option("clear_password", "--clear-password", "Remove the stored password."),
            NATIVE,
            JSON,
        ),
    ),
    Verb(
        "delete",
        "Delete credentials.",
        "smtptui.cli.commands.delete:run",
        (Argument("addresses", "ACCOUNT/ID...", many=True, completes="address"),),
        (YES, JSON),
    ),
    Verb(
        "verify",
        "Verify that credentials still work, by the provider's own means or by a probe of our own.",
        "smtptui.cli.commands.verify:run",
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
    ),
    PROBE,
    Verb(
        "audit",
        "Find what was never verified, too long ago, or is otherwise wrong with the credentials.",
        "smtptui.cli.commands.audit:run",
        (SELECTORS,),
        (
            Option("max_age", "--max-age", "How long a verification is good: 30d, 12h, 2w.", "AGE"),
            Option(
                "fail_on",
                "--fail-on",
                "Exit with 1 when there is a finding as bad as this.",
                "SEVERITY",
                choices=("info", "warning", "error"),
                default="error",
            ),
            JSON,
            Option("csv", "--csv", "CSV with one finding a line, safe to open in a spreadsheet."),
            Option("markdown", "--markdown", "Markdown, for a ticket or a wiki."),
            Option("cached", "--cached", "Look at the last snapshots; ask no provider."),
        ),
    ),
    *MIGRATION,
    EXPORT,
    Verb(
        "accounts",
        "Show the configured accounts.",
        "smtptui.cli.commands.accounts:run",
        (),
        (Option("check", "--check", "Ask each provider whether the login is good and what it may do."), JSON),
    ),
    Verb(
        "caps",
        "Show what a provider can hold and do, or what is lost between two.",
        "smtptui.cli.commands.caps:run",
        (Argument("providers", "[PROVIDER [PROVIDER]]", required=False, many=True, completes="provider"),),
        (JSON,),
    ),
    Verb(
        "config",
        "Where the configuration is, whether it is right, what it holds; or write a first one.",
        "smtptui.cli.commands.config:run",
        (Argument("action", "path|check|show|init", choices=("path", "check", "show", "init")),),
        (JSON,),
    ),
    Verb(
        "sandbox",
        "Serve all dialects and SMTP servers on loopback, to try things out.",
        "smtptui.cli.commands.sandbox:run",
        (),
        (
            Option("port", "--port", "HTTP port on 127.0.0.1; 0 is any free one.", "N", default="0"),
            Option(
                "config_out",
                "--config-out",
                "Where to write the configuration that leads here (mode 0600).",
                "FILE",
                completes="file",
                required=True,
            ),
            SEED,
            Option(
                "faults",
                "--faults",
                "A JSON list of faults in force from the start.",
                "FILE",
                completes="file",
            ),
            Option(
                "rate_time_scale", "--rate-time-scale", "Stretches the rate limit's window.", "X", default="1"
            ),
        ),
    ),
    Verb(
        "demo",
        "Open the terminal screen on a private sandbox: no account, no network needed.",
        "smtptui.cli.commands.demo:run",
        (),
        (SEED,),
    ),
    Verb(
        "doctor",
        "Look for what is wrong with the installation and the configuration.",
        "smtptui.cli.commands.doctor:run",
        (),
        (
            Option("resolve", "--resolve", "Resolve every secret reference too (may ask, may run commands)."),
            JSON,
        ),
    ),
    Verb(
        "completion",
        "Print the completion script of a shell.",
        "smtptui.cli.commands.completion:run",
        (Argument("shell", "bash|zsh|fish", choices=SHELLS),),
    ),
)

BY_NAME: dict[str, Verb] = {verb.name: verb for verb in VERBS}
