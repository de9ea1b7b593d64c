"""TLS from the start or after STARTTLS (RFC 8314, RFC 3207), and what is wrong where it does not come about."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from typing import Any, NoReturn

from smtptui.model.display import printable
from smtptui.probe.actions import Action
from smtptui.probe.async_driver import Course
from smtptui.probe.capabilities import Capabilities
from smtptui.probe.deadlines import seconds
from smtptui.probe.failures import Ended, Finding, certificate_failure, handshake_failure
from smtptui.probe.stages import State
from smtptui.probe.tls import TlsPipe, trusting
from smtptui.probe.wire import InjectedError, Wire


def starttls(course: Course, wire: Wire) -> Generator[Action, Any, None]:
    """Required, never tried and given up; what was offered in clear is forgotten."""
    course.start("starttls")
    if not course.capabilities.has("STARTTLS"):
        course.fail(Finding("tls.starttls_missing"))
    reply = yield from course.command(wire, "STARTTLS")
    if reply.code != 220:
        course.refused("starttls", reply, "tls.starttls_refused")
    course.ok(reply)
    course.capabilities = Capabilities()
    yield from secure(course, wire)


def secure(course: Course, wire: Wire) -> Generator[Action, Any, None]:
    """The handshake, with the certificate verified."""
    after_starttls = course.security == "starttls"
    course.start("tls")
    try:
        context = trusting(None if course.options.ca_file is None else str(course.options.ca_file))
    except (OSError, ValueError) as error:
        wire.open = False
        words = error.strerror if isinstance(error, OSError) and error.strerror else "it holds no certificate"
        raise Ended(Finding("tls.ca_file_unreadable", printable(words))) from None
    course.tls["authorities"] = "system" if course.options.ca_file is None else "ca_file"
    try:
        yield from wire.start_tls(TlsPipe(context, course.host))
    except InjectedError:
        wire.open = False
        raise Ended(Finding("tls.starttls_tampered")) from None
    except ssl.SSLCertVerificationError as error:
        yield from _bad_certificate(course, error)
    except ssl.SSLError as error:
        _bad_handshake(course, wire, error, after_starttls)
    session = wire.session
    assert session is not None
    _describe(course, session)


def _describe(course: Course, session: ssl.SSLObject) -> None:
    from smtptui.probe.certificate import trusted_certificate

    cipher = session.cipher()
    certificate = trusted_certificate(session, course.now())
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
    course.ok(text=text, state=State.WARN if soon else State.OK)


def _bad_handshake(course: Course, wire: Wire, error: ssl.SSLError, after_starttls: bool) -> NoReturn:
    first = wire.first_bytes
    in_clear = bool(first) and first[0] not in range(0x14, 0x18)
    if in_clear and after_starttls:
        raise Ended(Finding("tls.starttls_tampered")) from None
    if in_clear and first[:1] in b"245" and first[1:3].isdigit():
        raise Ended(
            Finding("mismatch.tls_on_clear_port"),
            server_said=printable(first.split(b"\n")[0].decode("utf-8", "replace").strip()),
            edit={"security": "starttls"},
        ) from None
    if in_clear:
        raise Ended(Finding("tls.handshake_failed", "what answers there does not speak TLS")) from None
    raise Ended(handshake_failure(error.reason, str(error.args[-1] if error.args else ""))) from None


def _bad_certificate(course: Course, error: ssl.SSLCertVerificationError) -> Generator[Action, Any, NoReturn]:
    finding = certificate_failure(error.verify_code, error.verify_message)
    course.tls |= {"trusted": False, "code": error.verify_code, "reason": printable(error.verify_message)}
    course.log.end(State.FAIL, error.verify_message)
    chain = yield from _second_look(course)
    if chain:
        from smtptui.probe.certificate import described, in_words

        certificates = described(chain, course.now())
        course.tls["certificate"] = certificates[0]
        course.tls["chain"] = certificates
        own_words = "tls.certificate_malformed", "tls.certificate_untrusted"
        if finding.id not in own_words:
            finding = Finding(finding.id, in_words(finding.id, certificates[0]))
    elif finding.id not in ("tls.certificate_malformed", "tls.certificate_untrusted"):
        finding = Finding(finding.id)
    raise Ended(finding)


def _second_look(course: Course) -> Generator[Action, Any, list[bytes]]:
    from smtptui.probe.second_look import refused_certificates

    course.transcript.add("*", "looking at the refused certificate again, without credentials")
    course.allow(seconds("tls", course.options.timeout))
    return (
        yield from refused_certificates(
            course.place(course.addresses),
            starttls=course.security == "starttls",
            ehlo_name=course.options.ehlo_name,
        )
    )
