"""`smtptui probe`: one live SMTP conversation from this machine, and its verdict.

Most of its run time is the program's start, so anything that a single probe does not need is imported late or not at all.
"""

from __future__ import annotations

import os
from typing import Any

from smtptui.cli.framework.completion import default_config_path
from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.spec import JSON, PASSWORD_FROM, YES, Argument, Option, Verb
from smtptui.config.model import ProbeConfig
from smtptui.config.probe_settings import read_probe_settings
from smtptui.model.display import printable
from smtptui.model.errors import ReadOnlyError, UsageError
from smtptui.model.fields import SECURITY_MODES
from smtptui.model.nearest import suggest
from smtptui.probe.blocking_driver import probe_blocking
from smtptui.probe.hosts import find_address_family
from smtptui.probe.sasl import SUPPORTED
from smtptui.probe.stages import Stage, StageState
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import Verdict, VerdictStatus
from smtptui.secrets.secret import Secret

DEFAULT_PORT = 587
"""Submission (RFC 6409)."""
SPEAKERS = {">": "client", "<": "server", "*": "note"}

VERB = Verb(
    "probe",
    (Argument("server", "HOST[:PORT]"),),
    (
        Option(
            "security",
            "--security",
            "How the connection is protected; by default the port decides.",
            "MODE",
            choices=SECURITY_MODES,
        ),
        Option("username", "--username", "Log in as this user, once, with one mechanism.", "USERNAME"),
        PASSWORD_FROM,
        Option("sender", "--sender", "Also ask whether this sender address is accepted.", "ADDRESS"),
        Option("send_test", "--send-test", "Send one test mail (needs --to and a confirmation)."),
        Option("to", "--to", "The recipient of the test mail or of the sender check.", "ADDRESS"),
        YES,
        Option(
            "allow_cleartext_auth",
            "--allow-cleartext-auth",
            "Agree to log in without TLS, where anybody on the network path can read the password.",
        ),
        Option(
            "auth_mechanism",
            "--auth-mechanism",
            "Log in with this mechanism and no other.",
            "MECHANISM",
            choices=SUPPORTED,
        ),
        Option("transcript", "--transcript", "Show the SMTP transcript, without credentials."),
        JSON,
    ),
)


def run(invocation: Invocation) -> int:
    """Probe and print the verdict. DONE when it is verified, or reachable and no login was asked for.

    Raise UsageError, SecretMissingError, ConsentMissingError, ReadOnlyError and ConfigurationError before anything
    is sent.
    """
    values, options = _parse_target(invocation), _load_options(invocation)
    if options.send_test:
        _confirm_mail(invocation, values["sender"], values["recipient"])
    target = ProbeTarget(**values, secret=_resolve_password(invocation))
    verdict = probe_blocking(target, options, lambda stage: _show_stage(invocation, target, stage))
    invocation.output.show_progress("")
    _print(invocation, target, verdict)
    is_good = verdict.status is VerdictStatus.VERIFIED or (
        verdict.status is VerdictStatus.REACHABLE and target.username is None
    )
    return ExitStatus.DONE if is_good else ExitStatus.ANSWERED_NO


def parse_server(text: str) -> tuple[str, int]:
    """Parse HOST[:PORT]; an IPv6 address with a port stands in brackets. Raise UsageError.

    An impossible host name is left to the probe, which has a verdict for it.
    """
    if find_address_family(text) is not None:
        return text, DEFAULT_PORT
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        return text, DEFAULT_PORT
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise UsageError(
            "The server has several colons and is not an IPv6 address.",
            hint="An IPv6 address with a port is written in brackets: [2001:db8::5]:587.",
        )
    if not (port.isascii() and port.isdigit() and len(port) <= 5):
        raise UsageError(
            f"The port {printable(port, 40)!r} is not a number.",
            hint="Write HOST:PORT, as in smtp.example.com:587.",
        )
    return host, int(port)


def _parse_target(invocation: Invocation) -> dict[str, Any]:
    """Return the fields of the target, without its password. Raise UsageError."""
    host, port = parse_server(invocation.text("server") or "")
    security, mechanism = invocation.text("security"), invocation.text("auth_mechanism")
    if security is not None and security not in SECURITY_MODES:
        raise UsageError(
            f"There is no security {printable(security)!r}.", hint=suggest(security, SECURITY_MODES)
        )
    if mechanism is not None and mechanism.upper() not in SUPPORTED:
        raise UsageError(
            f"There is no mechanism {printable(mechanism)!r}.", hint=suggest(mechanism.upper(), SUPPORTED)
        )
    username, sender, recipient = (
        invocation.text("username"),
        invocation.text("sender"),
        invocation.text("to"),
    )
    if username == "":
        raise UsageError(
            "--username is empty.",
            hint="Give a user name, or omit the option; the command line may have used an unset variable.",
        )
    if username is None:
        for given in ("password_from", "auth_mechanism", "allow_cleartext_auth"):
            if invocation.values.get(given):
                flag = "--" + given.replace("_", "-")
                raise UsageError(
                    f"{flag} is for a login, but there is no user name.", hint="Add --username USERNAME."
                )
    if invocation.flag("send_test"):
        if sender is None and username is not None and "@" in username:
            sender = username
        if recipient is None or sender is None:
            raise UsageError(
                "A test mail needs a sender and a recipient.", hint="Add --sender ADDRESS and --to ADDRESS."
            )
    elif recipient is not None and sender is None:
        raise UsageError(
            "--to is for the sender check or a test mail.", hint="Add --sender ADDRESS or --send-test."
        )
    return {
        "host": host,
        "port": port,
        "security": security,
        "username": username,
        "sender": sender,
        "recipient": recipient,
        "auth_mechanism": mechanism,
        "allow_cleartext": invocation.flag("allow_cleartext_auth"),
    }


def _load_options(invocation: Invocation) -> ProbeOptions:
    """Load the `[probe]` settings; without a configuration file, unless --config names one, the defaults."""
    named = invocation.common.config
    path = os.path.expanduser(named or os.environ.get("SMTPTUI_CONFIG") or default_config_path())  # noqa: PTH111
    try:
        found = read_probe_settings(path)
    except FileNotFoundError:
        found = None if named else ProbeConfig()
    send_test = invocation.flag("send_test")
    if found is not None:
        return ProbeOptions.from_config(found, send_test=send_test)
    from smtptui.workspace.core.configuration import read_config

    config = read_config(invocation.common.workspace_options())
    for text in config.warnings:
        invocation.output.note(f"Note: {text}")
    return ProbeOptions.from_config(config.probe, send_test=send_test)


def _confirm_mail(invocation: Invocation, sender: str, recipient: str) -> None:
    """Raise ReadOnlyError in read-only mode, and ConsentMissingError without a yes."""
    if invocation.common.read_only:
        raise ReadOnlyError("A test mail cannot be sent in read-only mode.", operation="probe", hint="")
    if invocation.flag("yes"):
        return
    from smtptui.cli.framework.prompts import confirm

    statement = f"One test mail is about to be sent from {sender} to {recipient}."
    confirm(invocation.output, [statement], "Send it?", hint="Use --yes to agree.")


def _resolve_password(invocation: Invocation) -> Secret | None:
    text = invocation.text("password_from")
    if text is None:
        return None
    from smtptui.secrets.reference import parse_reference
    from smtptui.secrets.sources import read_immediate_secret

    reference = parse_reference(text)
    if reference.value is not None:
        raise UsageError(
            "A secret must not stand on the command line.", hint="Use a reference: env:NAME or file:PATH."
        )
    what = "password for the probe"
    secret = read_immediate_secret(reference, what=what)
    if secret is not None:
        return secret
    from smtptui.cli.framework.logging import silence_libraries
    from smtptui.cli.framework.prompts import secret_prompt
    from smtptui.cli.framework.signals import INTERRUPTS
    from smtptui.secrets.redactor import Redactor
    from smtptui.secrets.store import SecretStore

    silence_libraries()
    redactor = Redactor()
    invocation.output.redactor = redactor

    async def resolve() -> Secret:
        return await SecretStore(redactor, ask=secret_prompt()).resolve(reference, what=what)

    return INTERRUPTS.run(resolve())


def _show_stage(invocation: Invocation, target: ProbeTarget, stage: Stage) -> None:
    if stage.state is StageState.RUNNING:
        invocation.output.show_progress(f"{target.host}:{target.port}  {stage.name} …")


def _print(invocation: Invocation, target: ProbeTarget, verdict: Verdict) -> None:
    if invocation.is_json:
        from smtptui.cli.render.json_out import write_envelope

        body: dict[str, object] = {"verdict": verdict.to_json()}
        if invocation.flag("transcript"):
            body["transcript"] = [
                {"by": SPEAKERS[said.mark], "encrypted": said.encrypted, "text": said.text}
                for said in verdict.transcript
            ]
        write_envelope(invocation.output, body)
        return
    from smtptui.cli.render.verdict import transcript_lines, verdict_lines

    for line in verdict_lines(target, verdict):
        invocation.output.write_line(line)
    if invocation.flag("transcript"):
        for line in transcript_lines(verdict):
            invocation.output.write_line(line)
