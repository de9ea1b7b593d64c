"""`smtptui probe`: one live SMTP conversation from this machine, and what came out of it.

Most of such a run is the start of the program, so what a single probe does not need is not imported.
"""

from __future__ import annotations

import os
from typing import Any

from smtptui.cli.framework.completion_values import default_config_path
from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.config.model import ProbeConfig
from smtptui.config.probe_settings import read_probe_settings
from smtptui.model.display import printable
from smtptui.model.errors import ReadOnlyError, UsageError
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
MODES = ("tls", "starttls", "none")
TYPE_CHECKING = False
if TYPE_CHECKING:
    from smtptui.secrets.redactor import Redactor


def run(call: Invocation) -> int:
    """Probe and tell the verdict. 0 when it is verified, or reachable where no login was asked for; else 1.

    Raises UsageError, SecretMissingError, ConsentMissingError, ReadOnlyError and ConfigurationError, all of them
    before anything is sent.
    """
    wanted, options = _parse_target(call), _options(call)
    if options.send_test:
        _agree(call, wanted["sender"], wanted["recipient"])
    target = ProbeTarget(**wanted, secret=_password(call))
    verdict = probe_blocking(target, options, lambda stage: _progress(call, target, stage))
    call.output.show_progress("")
    _tell(call, target, verdict)
    good = verdict.status is VerdictStatus.VERIFIED or (
        verdict.status is VerdictStatus.REACHABLE and target.username is None
    )
    return ExitStatus.DONE if good else ExitStatus.ANSWERED_NO


def host_and_port(text: str) -> tuple[str, int]:
    """What HOST[:PORT] names; an IPv6 address with a port stands in brackets. Raises UsageError.

    Whether the host can be one is for the probe to say: its verdict has an id.
    """
    if find_address_family(text) is not None:
        return text, DEFAULT_PORT
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        return text, DEFAULT_PORT
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise UsageError(
            "The server has several colons and is no IPv6 address.",
            hint="An IPv6 address with a port is written in brackets: [2001:db8::5]:587.",
        )
    if not (port.isascii() and port.isdigit() and len(port) <= 5):
        raise UsageError(
            f"The port {printable(port, 40)!r} is not a number.",
            hint="Write HOST:PORT, as in smtp.example.com:587.",
        )
    return host, int(port)


def _parse_target(call: Invocation) -> dict[str, Any]:
    """The target, without its password. Raises UsageError."""
    host, port = host_and_port(call.text("server") or "")
    security, mechanism = call.text("security"), call.text("auth_mechanism")
    if security is not None and security not in MODES:
        raise UsageError(f"There is no security {printable(security)!r}.", hint=suggest(security, MODES))
    if mechanism is not None and mechanism.upper() not in SUPPORTED:
        raise UsageError(
            f"There is no mechanism {printable(mechanism)!r}.", hint=suggest(mechanism.upper(), SUPPORTED)
        )
    username, sender, recipient = call.text("username"), call.text("sender"), call.text("to")
    if username == "":
        raise UsageError(
            "--username is empty.",
            hint="Name the user, or leave it out; an unset variable may have been meant.",
        )
    if username is None:
        for given in ("password_from", "auth_mechanism", "allow_cleartext_auth"):
            if call.values.get(given):
                flag = "--" + given.replace("_", "-")
                raise UsageError(
                    f"{flag} is for a login, and no user was named.", hint="Add --username USERNAME."
                )
    if call.flag("send_test"):
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
        "allow_cleartext": call.flag("allow_cleartext_auth"),
    }


def _options(call: Invocation) -> ProbeOptions:
    """The `[probe]` settings. Without a configuration, and none was named, the defaults hold."""
    named = call.common.config
    path = os.path.expanduser(named or os.environ.get("SMTPTUI_CONFIG") or default_config_path())  # noqa: PTH111
    try:
        found = read_probe_settings(path)
    except FileNotFoundError:
        found = None if named else ProbeConfig()
    send_test = call.flag("send_test")
    if found is not None:
        return ProbeOptions.from_config(found, send_test=send_test)
    from smtptui.workspace.core.configuration import read_config

    config = read_config(call.common.workspace_options())
    for text in config.warnings:
        call.output.note(f"Note: {text}")
    return ProbeOptions.from_config(config.probe, send_test=send_test)


def _agree(call: Invocation, sender: str, recipient: str) -> None:
    """Raises ReadOnlyError, and ConsentMissingError without a yes."""
    if call.common.read_only:
        raise ReadOnlyError("A test mail cannot be sent in read-only mode.", operation="probe", hint="")
    if call.flag("yes"):
        return
    from smtptui.cli.framework.prompts import confirm

    statement = f"One test mail is about to be sent from {sender} to {recipient}."
    confirm(call.output, [statement], "Send it?", hint="--yes agrees to it.")


def _password(call: Invocation) -> Secret | None:
    text = call.text("password_from")
    if text is None:
        return None
    from smtptui.secrets.reference import parse_reference
    from smtptui.secrets.sources import read_immediate_secret

    reference = parse_reference(text)
    if reference.value is not None:
        raise UsageError(
            "A secret is never written on the command line.", hint="Name where it is: env:NAME or file:PATH."
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
    redactor: Redactor = Redactor()
    call.output.redactor = redactor

    async def resolve() -> Secret:
        return await SecretStore(redactor, ask=secret_prompt()).resolve(reference, what=what)

    return INTERRUPTS.run(resolve())


def _progress(call: Invocation, target: ProbeTarget, stage: Stage) -> None:
    if stage.state is StageState.RUNNING:
        call.output.show_progress(f"{target.host}:{target.port}  {stage.name} …")


def _tell(call: Invocation, target: ProbeTarget, verdict: Verdict) -> None:
    if call.is_json:
        from smtptui.cli.render.json_out import write_envelope

        body: dict[str, object] = {"verdict": verdict.to_json()}
        if call.flag("transcript"):
            body["transcript"] = [
                {"by": SPEAKERS[said.mark], "encrypted": said.encrypted, "text": said.text}
                for said in verdict.transcript
            ]
        write_envelope(call.output, body)
        return
    from smtptui.cli.render.verdict import transcript_lines, verdict_lines

    for line in verdict_lines(target, verdict):
        call.output.write_line(line)
    if call.flag("transcript"):
        for line in transcript_lines(verdict):
            call.output.write_line(line)


SPEAKERS = {">": "client", "<": "server", "*": "note"}
