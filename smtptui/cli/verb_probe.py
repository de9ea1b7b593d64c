"""The verb `probe`, apart from the others: a run of it is shorter than making the whole table would take."""

from __future__ import annotations

from smtptui.cli.framework.spec import JSON, PASSWORD_FROM, YES, Argument, Option, Verb

PROBE = Verb(
    "probe",
    "Hold a live SMTP conversation from here: which stage is reached, what the server says, what to do.",
    "smtptui.cli.commands.probe:run",
    (Argument("server", "HOST[:PORT]"),),
    (
        Option(
            "security",
            "--security",
            "How the connection is protected; without it the port decides.",
            "MODE",
            choices=("tls", "starttls", "none"),
        ),
        Option("username", "--username", "Log in as this user, once, with one mechanism.", "USERNAME"),
        PASSWORD_FROM,
        Option("sender", "--sender", "Ask too whether this sender address is accepted.", "ADDRESS"),
        Option("send_test", "--send-test", "Send one test mail (needs --to and a yes)."),
        Option("to", "--to", "The recipient of the test mail or of the sender check.", "ADDRESS"),
        YES,
        Option(
            "allow_cleartext_auth",
            "--allow-cleartext-auth",
            "Agree to log in without TLS, where anybody on the way can listen.",
        ),
        Option(
            "auth_mechanism",
            "--auth-mechanism",
            "Log in with this mechanism and no other.",
            "MECHANISM",
            choices=("PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "XOAUTH2"),
        ),
        Option("transcript", "--transcript", "Show what was said, without credentials."),
        JSON,
    ),
)
