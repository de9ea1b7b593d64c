"""What a probe refuses before it opens anything."""

from __future__ import annotations

from smtptui.probe.failures import ConversationEnded, FailureMatch
from smtptui.probe.hosts import InvalidNameError, encode_host
from smtptui.probe.target import ProbeOptions, ProbeTarget


def check_target(target: ProbeTarget, security: str, options: ProbeOptions) -> str:
    """The host as it is resolved (IDNA 2008). Raises Ended when anything of the input cannot be used."""
    try:
        host = encode_host(target.host)
    except InvalidNameError as error:
        raise ConversationEnded(FailureMatch("input.host_invalid", str(error))) from None
    if isinstance(target.port, bool) or not 1 <= target.port <= 65535:
        raise ConversationEnded(FailureMatch("input.port_invalid"))
    if problem := _problem(target, security, options):
        raise ConversationEnded(FailureMatch("input.invalid", problem))
    return host


def _problem(target: ProbeTarget, security: str, options: ProbeOptions) -> str:
    if security not in ("tls", "starttls", "none"):
        return "the security is none of tls, starttls, none"
    if options.ehlo_name is not None and not options.ehlo_name.isascii():
        return "the EHLO name holds letters outside ASCII"
    words = {
        "the EHLO name": options.ehlo_name,
        "the sender": target.sender,
        "the recipient": target.recipient,
    }
    for what, text in words.items():
        if text is not None and (
            not text or any(c.isspace() or c in "<>" or not c.isprintable() for c in text)
        ):
            return f"{what} is empty or holds a space, < or >, or a control character"
    if options.send_test and not (target.sender and target.recipient):
        return "a test mail needs a sender and a recipient"
    return ""
