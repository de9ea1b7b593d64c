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


def negotiate_starttls(course: ProbeContext, wire: Connection) -> Generator[Action, Any, None]:
    """Send STARTTLS, which is required; extensions offered in clear are discarded."""
    course.start_stage("starttls")
    if not course.extensions.has("STARTTLS"):
        course.fail_stage(FailureMatch("tls.starttls_missing"))
    reply = yield from course.send_command(wire, "STARTTLS")
    if reply.code != 220:
        course.fail_with_reply("starttls", reply, "tls.starttls_refused")
    course.complete_stage(reply)
    course.extensions = EhloExtensions()
    yield from start_tls(course, wire)


def start_tls(course: ProbeContext, wire: Connection) -> Generator[Action, Any, None]:
    """Perform the handshake and verify the certificate."""
    after_starttls = course.security == "starttls"
    course.start_stage("tls")
    try:
        context = trusted_context(None if course.options.ca_file is None else str(course.options.ca_file))
    except (OSError, ValueError) as error:
        wire.is_open = False
        words = (
            error.strerror if isinstance(error, OSError) and error.strerror else "it contains no certificate"
        )
        raise ConversationEnded(FailureMatch("tls.ca_file_unreadable", printable(words))) from None
    course.tls["authorities"] = "system" if course.options.ca_file is None else "ca_file"
    try:
        yield from wire.start_tls(TlsPipe(context, course.host))
    except InjectedError:
        wire.is_open = False
        raise ConversationEnded(FailureMatch("tls.starttls_tampered")) from None
    except ssl.SSLCertVerificationError as error:
        yield from _bad_certificate(course, error)
    except ssl.SSLError as error:
        _bad_handshake(course, wire, error, after_starttls)
    session = wire.tls_session
    assert session is not None
    _describe(course, session)


def _describe(course: ProbeContext, session: ssl.SSLObject) -> None:
    from smtptui.probe.certificate import describe_trusted_certificate

    cipher = session.cipher()
    certificate = describe_trusted_certificate(session, course.now())
    course.tls |= {
        "version": session.version(),
        "cipher": cipher[0] if cipher else None,
        "trusted": True,
        "certificate": certificate,
    }
    days = certificate["days_left"]
    text = f"{session.version()}, {cipher[0] if cipher else '?'}; certificate for {course.host}, {days} days left"
    soon = isinstance(days, int) and days < 14
    if soon:
        course.warnings.append(f"the server's certificate expires in {days} days")
    course.complete_stage(text=text, state=StageState.WARN if soon else StageState.OK)


def _bad_handshake(
    course: ProbeContext, wire: Connection, error: ssl.SSLError, after_starttls: bool
) -> NoReturn:
    first = wire.first_bytes
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


def _bad_certificate(
    course: ProbeContext, error: ssl.SSLCertVerificationError
) -> Generator[Action, Any, NoReturn]:
    finding = classify_certificate_error(error.verify_code, error.verify_message)
    course.tls |= {"trusted": False, "code": error.verify_code, "reason": printable(error.verify_message)}
    course.log.end(StageState.FAIL, error.verify_message)
    chain = yield from _second_look(course)
    if chain:
        from smtptui.probe.certificate import describe_chain, explain_certificate

        certificates = describe_chain(chain, course.now())
        course.tls["certificate"] = certificates[0]
        course.tls["chain"] = certificates
        own_words = "tls.certificate_malformed", "tls.certificate_untrusted"
        if finding.id not in own_words:
            finding = FailureMatch(finding.id, explain_certificate(finding.id, certificates[0]))
    elif finding.id not in ("tls.certificate_malformed", "tls.certificate_untrusted"):
        finding = FailureMatch(finding.id)
    raise ConversationEnded(finding)


def _second_look(course: ProbeContext) -> Generator[Action, Any, list[bytes]]:
    from smtptui.probe.second_connection import fetch_refused_certificates

    course.transcript.add("*", "fetching the refused certificate on a second connection, without credentials")
    course.limit_stage(stage_timeout("tls", course.options.timeout))
    return (
        yield from fetch_refused_certificates(
            course.peer(course.addresses),
            starttls=course.security == "starttls",
            ehlo_name=course.options.ehlo_name,
        )
    )
