"""The verdict of a probe, and the table of every verdict id."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from smtptui.model.json_value import Json
from smtptui.probe.stages import Stage, StageState
from smtptui.probe.transcript import TranscriptLine


class VerdictStatus(StrEnum):
    """`verified`: the server replied 235. `reachable`: everything worked and no login was tried.

    `failed`: this credential, as stored, does not work from here. `undetermined`: the probe could not tell.
    """

    VERIFIED = "verified"
    FAILED = "failed"
    UNDETERMINED = "undetermined"
    REACHABLE = "reachable"


class Strike(StrEnum):
    """What a verdict counts against in a bulk run: after two, the host or the port is not tried again."""

    NONE = "none"
    HOST = "host"
    PORT = "port"


class VerdictInfo(NamedTuple):
    """One verdict id: its status, and the texts used unless `replies.toml` has better ones for the reply.

    `{host}`, `{port}` and `{detail}` are filled in.
    """

    status: VerdictStatus
    cause: str
    remedy: str
    strike: Strike = Strike.NONE


_V, _F, _U, _R = (
    VerdictStatus.VERIFIED,
    VerdictStatus.FAILED,
    VerdictStatus.UNDETERMINED,
    VerdictStatus.REACHABLE,
)

# fmt: off
VERDICTS: Final[dict[str, VerdictInfo]] = {
    "auth.verified": VerdictInfo(_V,
        "The server accepted the user name and password (235).",
        ""),
    "smtp.reachable": VerdictInfo(_R,
        "The server works. No login was tried, because no user name was given.",
        ""),
    "secret.unknown": VerdictInfo(_R,
        "The server answers, but the login was not tried: {detail}.",
        "Give the password with --password-from, or name it under [passwords] in the configuration."),
    "secret.unusable": VerdictInfo(_F,
        "The login was not tried: {detail}.",
        "Store the password again without that character."),
    "auth.rejected": VerdictInfo(_F,
        "The server does not accept this user name and password.",
        "Check the user name, and enter the password again.", Strike.HOST),
    "auth.app_password_required": VerdictInfo(_F,
        "The account needs an app password, not the password its owner signs in with.",
        "Create an app password at the mail service and store it.", Strike.HOST),
    "auth.disabled": VerdictInfo(_F,
        "The mail service does not let this account log in with a password over SMTP.",
        "Ask its administrator to allow authenticated SMTP for this account, or use OAuth.", Strike.HOST),
    "auth.account_disabled": VerdictInfo(_F,
        "The server knows the account, and it is disabled.",
        "Ask whoever runs the server to enable the account.", Strike.HOST),
    "auth.transition_needed": VerdictInfo(_F,
        "The server needs one login with a simpler mechanism before this one works.",
        "Probe again with the PLAIN mechanism, over TLS.", Strike.HOST),
    "auth.undetermined": VerdictInfo(_U,
        "The server did not say whether the password is right: it has an internal error, or it limits logins.",
        "Wait a few minutes and probe again. Do not change the password because of this.", Strike.HOST),
    "auth.timeout": VerdictInfo(_U,
        "The server did not answer the login in time. Servers delay answers after repeated attempts.",
        "Wait a few minutes and probe again, or allow more time with [probe] timeout.", Strike.HOST),
    "auth.dropped": VerdictInfo(_U,
        "The server closed the connection during the login, without an answer.",
        "Wait a few minutes and probe again; the server's log shows the reason.", Strike.HOST),
    "auth.not_offered": VerdictInfo(_F,
        "The server offers no login on this port, so a stored user name and password are never used.",
        "Use the submission port (587 with STARTTLS, 465 with TLS), or remove the login if this is an IP relay."),
    "auth.mechanism_unavailable": VerdictInfo(_F,
        "Server and smtptui have no login mechanism in common: {detail}.",
        "Enable PLAIN or LOGIN over TLS at the server, or store the kind of secret it accepts."),
    "auth.server_not_proven": VerdictInfo(_F,
        "The server did not prove that it knows the password: {detail}.",
        "Do not use this server until you know who runs it; change the password if it was sent to a stranger.", Strike.HOST),
    "auth.protocol": VerdictInfo(_U,
        "The login could not be completed: {detail}.",
        "Probe again with another mechanism.", Strike.HOST),
    "policy.clear_text": VerdictInfo(_F,
        "The login was not tried: without TLS anyone on the network path could read the password. {detail}",
        "Set the security to STARTTLS or TLS, or allow the clear-text login explicitly."),
    "tls.starttls_missing": VerdictInfo(_F,
        "The server does not offer STARTTLS, or something on the network path removed it. No secret was sent.",
        "Probe from another network; if STARTTLS is missing there too, use port 465 with TLS from the start."),
    "tls.starttls_refused": VerdictInfo(_F,
        "The server offers STARTTLS and then refuses it. No secret was sent.",
        "The server's administrator must fix its TLS. Port 465 may work."),
    "tls.starttls_tampered": VerdictInfo(_F,
        "Clear text followed the reply to STARTTLS: the server is broken, or something on the network path injects data. No secret was sent.",
        "Do not log in over this network. Probe from another network, and compare."),
    "tls.hostname_mismatch": VerdictInfo(_F,
        "The certificate is not for {host}{detail}.",
        "Store a host name that the certificate covers, or install a certificate for this name."),
    "tls.certificate_expired": VerdictInfo(_F,
        "The server's certificate has expired{detail}.",
        "The server's administrator must renew it. There is no switch to ignore it."),
    "tls.certificate_not_yet_valid": VerdictInfo(_F,
        "The server's certificate is not valid yet{detail}.",
        "Check the clock of this machine and of the server."),
    "tls.certificate_self_signed": VerdictInfo(_F,
        "The server's certificate is self-signed, or signed by an authority not trusted on this machine{detail}.",
        "If that authority is your own, name its certificate as [probe] ca_file."),
    "tls.certificate_chain_incomplete": VerdictInfo(_F,
        "The server does not send the intermediate certificates up to a trusted authority{detail}.",
        "Its administrator must install the whole chain; with an authority of your own, set [probe] ca_file."),
    "tls.certificate_malformed": VerdictInfo(_F,
        "The certificate does not meet current requirements: {detail}.",
        "Have it reissued with authority and subject key identifiers."),
    "tls.certificate_untrusted": VerdictInfo(_F,
        "The server's certificate cannot be trusted: {detail}.",
        "Its administrator must install a valid one; with an authority of your own, set [probe] ca_file."),
    "tls.version_too_old": VerdictInfo(_F,
        "The server supports only TLS versions older than 1.2, which are insecure.",
        "The server must be updated."),
    "tls.handshake_failed": VerdictInfo(_F,
        "TLS could not be started: {detail}.",
        "Check host and port, and that nothing on the network path inspects TLS."),
    "tls.timeout": VerdictInfo(_U,
        "The server did not answer the TLS handshake in time.",
        "Check the port; a firewall may be holding the connection. Then probe again.", Strike.PORT),
    "tls.ca_file_unreadable": VerdictInfo(_U,
        "Nothing was tried: the CA file cannot be used: {detail}.",
        "Correct [probe] ca_file; it must be a readable PEM file."),
    "mismatch.tls_on_clear_port": VerdictInfo(_F,
        "Port {port} starts in clear text, but the stored security is TLS from the start.",
        "Set the security to STARTTLS, or the port to 465."),
    "mismatch.clear_on_tls_port": VerdictInfo(_F,
        "Port {port} starts with TLS, but the stored security expects clear text first.",
        "Set the security to TLS, or the port to 587."),
    "dns.not_found": VerdictInfo(_F,
        "There is no host {host}.",
        "Check the spelling of the host name.", Strike.PORT),
    "dns.failed": VerdictInfo(_U,
        "The address of {host} could not be looked up: {detail}.",
        "Check this machine's DNS, then probe again.", Strike.PORT),
    "dns.timeout": VerdictInfo(_U,
        "DNS did not answer in time.",
        "Check this machine's DNS, then probe again.", Strike.PORT),
    "connect.refused": VerdictInfo(_F,
        "Nothing listens on port {port} of {host}: the connection was refused.",
        "Check the port; 587 and 465 are usual for sending.", Strike.PORT),
    "connect.timeout": VerdictInfo(_U,
        "No connection to port {port} of {host} within the time allowed. Many networks and cloud providers block outgoing SMTP.",
        "Check host and port, and whether outgoing SMTP is blocked here; many services also listen on 2525 or 2465.", Strike.PORT),
    "connect.unreachable": VerdictInfo(_U,
        "This machine has no route to {host}: {detail}.",
        "Check this machine's network, then probe again.", Strike.PORT),
    "connect.dropped": VerdictInfo(_U,
        "The server closed the connection before the login, without a reply.",
        "It may limit who connects, or how often. Wait a few minutes and probe again.", Strike.PORT),
    "banner.timeout": VerdictInfo(_U,
        "The server accepted the connection and sent no greeting.",
        "Check the port. Some servers delay unknown clients: allow more time with [probe] timeout.", Strike.PORT),
    "banner.refused": VerdictInfo(_F,
        "The server refuses to talk to this machine (554): its address is probably blocked.",
        "Ask whoever runs the server, or probe from another network.", Strike.PORT),
    "server.busy": VerdictInfo(_U,
        "The server asks to come back later (421).",
        "Wait a few minutes and probe again; fewer connections at once may help ([probe] per_host).", Strike.HOST),
    "ehlo.refused": VerdictInfo(_F,
        "The server does not accept our EHLO, so no login is possible.",
        "Set [probe] ehlo_name to the full host name of this machine."),
    "command.timeout": VerdictInfo(_U,
        "The server stopped answering in the stage “{detail}”.",
        "Probe again; if it repeats, ask the server's administrator.", Strike.PORT),
    "protocol.broken": VerdictInfo(_F,
        "The server violates the SMTP protocol: {detail}.",
        "Check host and port; a proxy or another service may be answering."),
    "sender.rejected": VerdictInfo(_F,
        "The login works, but the server refuses this sender address.",
        "Use a sender that belongs to this login, or have it allowed at the mail service."),
    "sender.undetermined": VerdictInfo(_U,
        "The server did not say whether it accepts this sender (a temporary reply).",
        "Probe again later."),
    "recipient.rejected": VerdictInfo(_F,
        "The server refuses the recipient address.",
        "Check the recipient; without a login the server may not relay to it."),
    "message.rejected": VerdictInfo(_F,
        "The server accepted sender and recipient, and refused the test mail itself.",
        "Read the server's reply; limits on size or content are common."),
    "input.host_invalid": VerdictInfo(_F,
        "Nothing was tried: this is not a host name: {detail}.",
        "Correct the host."),
    "input.port_invalid": VerdictInfo(_F,
        "Nothing was tried: a port is a number from 1 to 65535.",
        "Correct the port."),
    "input.invalid": VerdictInfo(_F,
        "Nothing was tried: {detail}.",
        "Correct it and probe again."),
    "probe.deadline": VerdictInfo(_U,
        "The probe exceeded its total time limit.",
        "The server is very slow: allow more time with [probe] timeout.", Strike.PORT),
    "probe.cancelled": VerdictInfo(_U,
        "The probe was stopped before it ended.",
        "Probe again."),
    "probe.failed": VerdictInfo(_U,
        "The probe itself failed on this machine: {detail}.",
        "Probe again; if it repeats, report it."),
    "host.left_alone": VerdictInfo(_U,
        "Not tried: two attempts at {host} failed, and more could lock out the accounts or this machine.",
        "Fix the first two failures, then probe these separately."),
}
# fmt: on
"""Every verdict id. Ids are a promise: none is renamed or given another meaning."""


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Verdict(NamedTuple):
    """The result of a probe.

    `server_said` is the deciding reply, made printable. `not_proven` lists what was not tested.
    `guess` marks a cause that was inferred. `edit` is a change that would fix a mismatch (field to value): it is
    offered, never made. `transcript` is redacted.

    `tls`, empty before any handshake: `authorities` (`system` or `ca_file`), `trusted`, `version`, `cipher`,
    `certificate` {subject, issuer, names, not_before, not_after, days_left, sha256 of a refused one}; of a
    refused one also `code` and `reason` (OpenSSL's) and `chain`, leaf first. Without the cryptography package a
    refused certificate shows its fingerprint alone.
    `auth`, empty without a user name: `offered`, `offered_in_clear`, `chosen`, `why`, `attempts` (0 or 1),
    `result` (`accepted`, `rejected`, `undetermined`, `not_offered`, `not_tried`), `token_error` of XOAUTH2.
    """

    id: str
    status: VerdictStatus
    cause: str
    remedy: str
    server_said: str = ""
    not_proven: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    tls: Mapping[str, Json] = _NOTHING
    auth: Mapping[str, Json] = _NOTHING
    address: str | None = None
    guess: bool = False
    edit: Mapping[str, str | int] | None = None
    warnings: tuple[str, ...] = ()
    capabilities: Mapping[str, str] = _NOTHING
    transcript: tuple[TranscriptLine, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The `verdict` of `probe --json`, schema 1."""
        return {
            "id": self.id,
            "status": str(self.status),
            "cause": self.cause,
            "remedy": self.remedy,
            "server_said": self.server_said,
            "not_proven": list(self.not_proven),
            "stages": [stage.to_json() for stage in self.stages],
            "tls": dict(self.tls),
            "auth": dict(self.auth),
            "address": self.address,
            "guess": self.guess,
            "edit": None if self.edit is None else dict(self.edit),
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Verdict:
        """Return the verdict that `to_json` wrote; what an earlier version did not write is empty."""
        stages = [
            Stage(
                str(item.get("name")),
                StageState(item["state"]),
                item.get("ms"),
                item.get("code"),
                item.get("enhanced"),
                str(item.get("text") or ""),
            )
            for item in body.get("stages") or ()
        ]
        return cls(
            id=str(body["id"]),
            status=VerdictStatus(body["status"]),
            cause=str(body.get("cause") or ""),
            remedy=str(body.get("remedy") or ""),
            server_said=str(body.get("server_said") or ""),
            not_proven=tuple(body.get("not_proven") or ()),
            stages=tuple(stages),
            tls=body.get("tls") or _NOTHING,
            auth=body.get("auth") or _NOTHING,
            address=body.get("address"),
            guess=bool(body.get("guess")),
            edit=body.get("edit"),
            warnings=tuple(body.get("warnings") or ()),
        )


def build_verdict(verdict_id: str, *, host: str, port: int, detail: str = "", **more: Any) -> Verdict:
    """Build a verdict with the texts of the table."""
    known = VERDICTS[verdict_id]
    words = {"host": host, "port": port, "detail": detail}
    more.setdefault("cause", known.cause.format_map(words).strip())
    more.setdefault("remedy", known.remedy.format_map(words))
    return Verdict(id=verdict_id, status=known.status, **more)
