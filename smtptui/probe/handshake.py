"""Start TLS, implicit or by STARTTLS (RFC 8314, RFC 3207), and diagnose its failures."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from typing import Any, NoReturn

from smtptui.model.display import printable
from smtptui.probe.actions import Action
from smtptui.probe.connection import Connection, InjectedError
from smtptui.probe.context import ProbeContext
from smtptui.probe.failures import (
    ConversationEnded,
    FailureMatch,
    classify_certificate_error,
    classify_handshake_error,
)
from smtptui.probe.replies import EhloExtensions
from smtptui.probe.stages import StageState, stage_timeout
from smtptui.probe.tls import TlsPipe, trusted_context


def negotiate_starttls(context: ProbeContext, connection: Connection) -> Generator[Action, Any, None]:
    """Send STARTTLS, which is required; extensions offered in clear are discarded."""
    context.start_stage("starttls")
    if not context.extensions.has("STARTTLS"):
        context.fail_stage(FailureMatch("tls.starttls_missing"))
    reply = yield from context.send_command(connection, "STARTTLS")
    if reply.code != 220:
        context.fail_with_reply("starttls", reply, "tls.starttls_refused")
    context.complete_stage(reply)
    context.extensions = EhloExtensions()
    yield from start_tls(context, connection)


def start_tls(context: ProbeContext, connection: Connection) -> Generator[Action, Any, None]:
    """Perform the handshake and verify the certificate."""
    after_starttls = context.security == "starttls"
    context.start_stage("tls")
    try:
        tls_context = trusted_context(
            None if context.options.ca_file is None else str(context.options.ca_file)
        )
    except (OSError, ValueError) as error:
        connection.is_open = False
        words = (
            error.strerror if isinstance(error, OSError) and error.strerror else "it contains no certificate"
        )
        raise ConversationEnded(FailureMatch("tls.ca_file_unreadable", printable(words))) from None
    context.tls["authorities"] = "system" if context.options.ca_file is None else "ca_file"
    try:
        yield from connection.start_tls(TlsPipe(tls_context, context.host))
    except InjectedError:
        connection.is_open = False
        raise ConversationEnded(FailureMatch("tls.starttls_tampered")) from None
    except ssl.SSLCertVerificationError as error:
        yield from _diagnose_certificate(context, error)
    except ssl.SSLError as error:
        _diagnose_handshake(context, connection, error, after_starttls)
    session = connection.tls_session
    assert session is not None
    _record_session(context, session)


def _record_session(context: ProbeContext, session: ssl.SSLObject) -> None:
    from smtptui.probe.certificate import describe_trusted_certificate

    cipher = session.cipher()
    certificate = describe_trusted_certificate(session, context.now())
    context.tls |= {
        "version": session.version(),
        "cipher": cipher[0] if cipher else None,
        "trusted": True,
        "certificate": certificate,
    }
    days = certificate["days_left"]
    text = f"{session.version()}, {cipher[0] if cipher else '?'}; certificate for {context.host}, {days} days left"
    soon = isinstance(days, int) and days < 14
    if soon:
        context.warnings.append(f"the server's certificate expires in {days} days")
    context.complete_stage(text=text, state=StageState.WARN if soon else StageState.OK)


def _diagnose_handshake(
    context: ProbeContext, connection: Connection, error: ssl.SSLError, after_starttls: bool
) -> NoReturn:
    first = connection.first_bytes
    in_clear = bool(first) and first[0] not in range(0x14, 0x18)
    if in_clear and after_starttls:
        raise ConversationEnded(FailureMatch("tls.starttls_tampered")) from None
    if in_clear and first[:1] in b"245" and first[1:3].isdigit():
        raise ConversationEnded(
            FailureMatch("mismatch.tls_on_clear_port"),
            server_said=printable(first.split(b"\n")[0].decode("utf-8", "replace").strip()),
            edit={"security": "starttls"},
        ) from None
    if in_clear:
        raise ConversationEnded(
            FailureMatch("tls.handshake_failed", "the server does not speak TLS")
        ) from None
    raise ConversationEnded(
        classify_handshake_error(error.reason, str(error.args[-1] if error.args else ""))
    ) from None


def _diagnose_certificate(
    context: ProbeContext, error: ssl.SSLCertVerificationError
) -> Generator[Action, Any, NoReturn]:
    match = classify_certificate_error(error.verify_code, error.verify_message)
    context.tls |= {"trusted": False, "code": error.verify_code, "reason": printable(error.verify_message)}
    context.log.end(StageState.FAIL, error.verify_message)
    chain = yield from _fetch_certificates(context)
    detail = ""
    if chain:
        from smtptui.probe.certificate import describe_chain, explain_certificate

        certificates = describe_chain(chain, context.now())
        context.tls |= {"certificate": certificates[0], "chain": certificates}
        detail = explain_certificate(match.id, certificates[0])
    if match.id not in ("tls.certificate_malformed", "tls.certificate_untrusted"):
        match = FailureMatch(match.id, detail)
    raise ConversationEnded(match)


def _fetch_certificates(context: ProbeContext) -> Generator[Action, Any, list[bytes]]:
    from smtptui.probe.second_connection import fetch_refused_certificates

    context.transcript.add(
        "*", "fetching the refused certificate on a second connection, without credentials"
    )
    context.limit_stage(stage_timeout("tls", context.options.timeout))
    return (
        yield from fetch_refused_certificates(
            context.peer(context.addresses),
            starttls=context.security == "starttls",
            ehlo_name=context.options.ehlo_name,
        )
    )
