"""The SMTP client of the probe as a state machine without I/O (RFC 5321, 3207, 4954, 8314).

`Conversation.run()` is a generator: it yields `actions`, is sent their answers, has their failures thrown into
it, and returns the Verdict. Every decision is here; the drivers hold none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from smtptui.model.display import printable
from smtptui.model.json_value import Json
from smtptui.model.security import inferred_security
from smtptui.probe.actions import Action, Connect, Connected, Resolve
from smtptui.probe.capabilities import Capabilities, read_capabilities
from smtptui.probe.deadlines import QUIT_SECONDS, SILENCE, WHOLE, seconds
from smtptui.probe.failures import (
    Ended,
    Finding,
    certificate_failure,
    dropped,
    handshake_failure,
    network_failure,
)
from smtptui.probe.input_check import checked_host
from smtptui.probe.lines import ProtocolError, RefusedLineError
from smtptui.probe.login import REJECTIONS, exchange, missing, unusable
from smtptui.probe.names import (
    Address,
    InvalidNameError,
    address_family,
    interleaved,
    led_to,
    literal,
)
from smtptui.probe.replies import Reply
from smtptui.probe.sasl import (
    Mechanism,
    ServerNotProvenError,
    XOAuth2,
    choose,
    mechanism,
)
from smtptui.probe.stages import Stage, StageLog, State, planned
from smtptui.probe.target import Options, Target
from smtptui.probe.transcript import Transcript
from smtptui.probe.verdict import KNOWN, Verdict, known_verdict
from smtptui.probe.wire import TLS_RECORDS, EndOfStreamError, InjectedError, Wire

if TYPE_CHECKING:
    import ssl

    from smtptui.probe.second_look import Place
    from smtptui.secrets.redactor import Redactor

_EDGE = "the password begins or ends with a space or a line end"
_NOT_PROVEN_ALWAYS = "delivery, SPF, DKIM and DMARC, quotas, other networks than this machine's"


class DeadlineError(TimeoutError):
    """The whole probe is out of time."""


class Conversation:
    """One probe. `clock` is monotonic seconds, `now` seconds since the epoch; `on_stage` hears starts and ends."""

    def __init__(
        self,
        target: Target,
        options: Options,
        on_stage: Callable[[Stage], None] | None = None,
        *,
        clock: Callable[[], float] = time.perf_counter,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._target, self._options = target, options
        self._clock, self._now = clock, now
        self._security = target.security or inferred_security(target.port) or "starttls"
        stages = planned(
            self._security if self._security in ("tls", "starttls", "none") else "starttls",
            login=target.username is not None,
            sender=target.sender is not None,
            send_test=options.send_test,
        )
        self._log = StageLog(stages, clock, on_stage)
        self._transcript = Transcript(kept=options.transcript)
        self._end_of_stage = self._end_of_all = 0.0
        self._wire: Wire | None = None
        self._host = target.host
        self._capabilities = Capabilities()
        self._address: Address | None = None
        self._local_ip = ""
        self._tls: dict[str, Json] = {}
        self._auth: dict[str, Json] = {}
        self._warnings: list[str] = []
        self._redactor: Redactor | None = None
        self._accepted = False

    # --- the whole

    def run(self) -> Generator[Action, Any, Verdict]:
        """Never raises for anything the peer or the network does."""
        self._end_of_all = self._clock() + WHOLE * self._options.timeout
        try:
            self._host = checked_host(self._target, self._security, self._options)
            yield from self._reach()
            yield from self._converse()
            ended = self._good()
        except Ended as found:
            ended = found
        except (OSError, ProtocolError, EndOfStreamError) as error:
            ended = self._broken(error)
            self._hang_up()
        except RefusedLineError as error:
            ended = Ended(Finding("input.invalid", str(error)))
        good = ended.finding.id in ("auth.verified", "smtp.reachable", "secret.unknown")
        if self._log.current is not None:
            words = self._said(ended) or ended.finding.detail or self._in_words(ended).cause
            self._log.end(State.OK if good else State.FAIL, words)
        yield from self._leave()
        return self._verdict(ended)

    def _in_words(self, ended: Ended, **more: Any) -> Verdict:
        host, finding = printable(self._target.host), ended.finding
        return known_verdict(finding.id, host=host, port=self._target.port, detail=finding.detail, **more)

    def _hang_up(self) -> None:
        """No QUIT: what is there does not listen, or must not be spoken to in clear."""
        if self._wire is not None:
            self._wire.open = False

    def _good(self) -> Ended:
        return Ended(Finding("auth.verified" if self._accepted else "smtp.reachable"), self._final_reply)

    _final_reply: Reply | None = None

    def _broken(self, error: Exception) -> Ended:
        stage = self._log.current or "ehlo"
        if isinstance(error, DeadlineError):
            # At the login the deadline is the server's delay, and that has words of its own.
            return Ended(Finding("auth.timeout" if stage == "auth" else "probe.deadline"))
        if isinstance(error, EndOfStreamError):
            return Ended(dropped(stage))
        if isinstance(error, ProtocolError):
            return Ended(Finding("auth.protocol" if stage == "auth" else "protocol.broken", str(error)))
        assert isinstance(error, OSError)
        return Ended(network_failure("tls" if stage == "tls" else stage, error))

    # --- stages

    def _start(self, stage: str) -> None:
        self._log.start(stage)
        self._allow(seconds("ehlo" if stage == "ehlo2" else stage, self._options.timeout))

    def _allow(self, allowed: float) -> None:
        self._end_of_stage = self._clock() + allowed

    def _remaining(self) -> float:
        now = self._clock()
        if now >= self._end_of_all:
            raise DeadlineError
        if now >= self._end_of_stage:
            raise TimeoutError
        return min(self._end_of_stage, self._end_of_all) - now

    def _ok(self, reply: Reply | None = None, text: str = "", state: State = State.OK) -> None:
        if reply is None:
            self._log.end(state, text)
        else:
            self._log.end(state, text or self._clean(reply), code=reply.code, enhanced=reply.enhanced)

    def _fail(self, finding: Finding, reply: Reply | None = None, **more: Any) -> NoReturn:
        if reply is not None:
            self._log.end(State.FAIL, self._clean(reply), code=reply.code, enhanced=reply.enhanced)
        raise Ended(finding, reply, **more)

    def _refused(self, stage: str, reply: Reply, default: str) -> NoReturn:
        """The table of replies decides; without a row, `default`."""
        from smtptui.probe.explain import explain

        row = explain(stage, reply, self._host)
        if row is None:
            self._fail(Finding(default, "an unexpected reply"), reply)
        more: dict[str, Any] = {"guess": row.confidence == "guess"}
        if row.cause:
            more["cause"] = row.cause
        if row.remedy:
            more["remedy"] = row.remedy
        if row.verdict == "policy.clear_text":
            more["edit"] = {"security": "starttls"}
        self._fail(Finding(row.verdict), reply, **more)

    def _clean(self, reply: Reply) -> str:
        return self._redacted(reply.whole)

    def _redacted(self, text: str) -> str:
        """A server may repeat what it was sent: the credential does not come out again."""
        return printable(text if self._redactor is None else self._redactor.redact(text))

    # --- name, connection, greeting

    def _reach(self) -> Generator[Action, Any, None]:
        addresses = yield from self._resolve()
        self._start("tcp")
        try:
            connected: Connected = yield Connect(addresses, self._remaining())
        except DeadlineError:
            raise
        except OSError as error:
            yield from self._closed(error, addresses)
        self._address, self._local_ip = connected.address, connected.local_ip
        self._addresses = (connected.address,)
        self._ok(text=f"{connected.address.ip} port {connected.address.port}")
        self._wire = Wire(0, self._transcript, self._remaining)

    def _closed(self, error: OSError, addresses: tuple[Address, ...]) -> Generator[Action, Any, NoReturn]:
        """Networks often block some ports and not others, and servers listen on some; that is worth knowing."""
        silent = isinstance(error, TimeoutError)
        ended = Ended(network_failure("tcp", error))
        words = (
            "no answer in the time allowed" if silent else ended.finding.detail or self._in_words(ended).cause
        )
        self._log.end(State.FAIL, words)
        if self._options.other_ports:
            from smtptui.probe.second_look import SUBMISSION_PORTS, other_port

            what = "no answer" if silent else "no connection"
            self._transcript.add("*", f"{what}: looking whether another port of the same host answers")
            self._allow(SILENCE * self._options.timeout)
            names = (self._host, self._target.host)
            place = self._place(addresses)
            port = yield from other_port(place, names, self._target.port, self._options.resolve)
            if port is not None:
                security = SUBMISSION_PORTS[port]
                ended.more["remedy"] = (
                    f"Port {port} of the same host answers: set the port to {port} and the security to "
                    f"{security.upper()}, if that is the same service."
                )
                ended.more["edit"] = {"port": port, "security": security}
        raise ended

    def _place(self, addresses: tuple[Address, ...]) -> Place:
        from smtptui.probe.second_look import Place

        return Place(self._host, addresses, self._remaining)

    _addresses: tuple[Address, ...] = ()

    def _resolve(self) -> Generator[Action, Any, tuple[Address, ...]]:
        self._start("dns")
        try:
            led = led_to(self._options.resolve, (self._host, self._target.host), self._target.port)
        except InvalidNameError as error:
            raise Ended(Finding("input.invalid", f"{printable(self._host)}: {error}")) from None
        if led is not None:
            self._ok(text=f"led to {led.ip} port {led.port} by the resolve map")
            return (led,)
        family = address_family(self._host)
        if family is not None:
            self._ok(text="an address already")
            return (Address(family, self._host, self._target.port),)
        found: list[Address] = yield Resolve(self._host, self._target.port, self._remaining())
        addresses = interleaved(found)
        if not addresses:
            raise Ended(Finding("dns.not_found"))
        plural = "es" if len(addresses) > 1 else ""
        self._ok(text=f"{len(addresses)} address{plural}, {addresses[0].ip} first")
        return addresses

    def _converse(self) -> Generator[Action, Any, None]:
        wire = self._wire
        assert wire is not None
        if self._security == "tls":
            yield from self._secure(wire)
        yield from self._greeting(wire)
        yield from self._ehlo(wire, "ehlo")
        if self._security == "starttls":
            yield from self._starttls(wire)
            yield from self._ehlo(wire, "ehlo2")
        if self._target.username is not None:
            yield from self._login(wire)
        if self._target.sender is not None:
            yield from self._envelope(wire)

    def _greeting(self, wire: Wire) -> Generator[Action, Any, None]:
        self._start("banner")
        whole = self._end_of_stage
        if not wire.encrypted:
            self._allow(SILENCE * self._options.timeout)
        try:
            reply = yield from wire.reply()
        except TimeoutError as error:
            if wire.encrypted or isinstance(error, DeadlineError):
                raise
            if not wire.pending and (yield from self._speaks_tls()):
                self._hang_up()
                raise Ended(Finding("mismatch.clear_on_tls_port"), edit={"security": "tls"}) from None
            self._end_of_stage = whole
            reply = yield from wire.reply()
        except ProtocolError:
            if wire.first_bytes[:2] in TLS_RECORDS:
                self._hang_up()
                raise Ended(Finding("mismatch.clear_on_tls_port"), edit={"security": "tls"}) from None
            raise
        if reply.code != 220:
            self._refused("banner", reply, "protocol.broken")
        self._ok(reply)

    def _speaks_tls(self) -> Generator[Action, Any, bool]:
        from smtptui.probe.second_look import speaks_tls

        self._transcript.add(
            "*", "no greeting so far: asking on a second connection whether the port speaks TLS"
        )
        self._allow(SILENCE * self._options.timeout)
        return (yield from speaks_tls(self._place(self._addresses)))

    def _ehlo(self, wire: Wire, stage: str) -> Generator[Action, Any, None]:
        self._start(stage)
        self._capabilities = Capabilities()
        name = self._options.ehlo_name or literal(self._local_ip or "127.0.0.1")
        reply = yield from self._command(wire, f"EHLO {name}")
        if reply.code in (500, 502):
            yield from self._only_helo(wire, name, reply)
        if not reply.positive:
            self._refused("ehlo", reply, "protocol.broken")
        self._capabilities = read_capabilities(reply)
        offered = self._capabilities.mechanisms
        if not wire.encrypted and offered:
            self._auth["offered_in_clear"] = list(offered)
        words = ", ".join(self._capabilities.keywords) or "no extensions"
        self._ok(reply, f"{self._capabilities.name}: {words}")

    def _only_helo(self, wire: Wire, name: str, refusal: Reply) -> Generator[Action, Any, None]:
        """For the diagnosis alone: whoever knows only HELO knows neither STARTTLS nor AUTH (RFC 5321 3.2)."""
        if (yield from self._command(wire, f"HELO {name}")).positive:
            self._fail(
                Finding("ehlo.refused"),
                refusal,
                cause="The server knows only HELO, from before TLS and logins: a stored user name and password "
                "are never used there.",
                remedy="Check host and port; the submission ports are 587 with STARTTLS and 465 with TLS.",
            )

    def _command(self, wire: Wire, line: str, shown: str | None = None) -> Generator[Action, Any, Reply]:
        """One command, one reply. A 421 that came by itself counts as the reply; anything else is a fault."""
        if wire.pending:
            stray = yield from wire.reply()
            if stray.code == 421:
                return stray
            raise ProtocolError("the server answered something that was not asked")
        in_auth = self._log.current == "auth"
        if in_auth:
            self._auth["attempts"] = 1
        yield from wire.send(line, shown)
        return (yield from wire.reply(hidden=in_auth))

    # --- TLS

    def _starttls(self, wire: Wire) -> Generator[Action, Any, None]:
        self._start("starttls")
        if not self._capabilities.has("STARTTLS"):
            self._fail(Finding("tls.starttls_missing"))
        reply = yield from self._command(wire, "STARTTLS")
        if reply.code != 220:
            self._refused("starttls", reply, "tls.starttls_refused")
        self._ok(reply)
        self._capabilities = Capabilities()
        yield from self._secure(wire)

    def _secure(self, wire: Wire) -> Generator[Action, Any, None]:
        import ssl

        from smtptui.probe.tls import TlsPipe, trusting

        after_starttls = self._security == "starttls"
        self._start("tls")
        try:
            context = trusting(None if self._options.ca_file is None else str(self._options.ca_file))
        except (OSError, ValueError) as error:
            wire.open = False
            words = (
                error.strerror if isinstance(error, OSError) and error.strerror else "it holds no certificate"
            )
            raise Ended(Finding("tls.ca_file_unreadable", printable(words))) from None
        self._tls["authorities"] = "system" if self._options.ca_file is None else "ca_file"
        try:
            yield from wire.start_tls(TlsPipe(context, self._host))
        except InjectedError:
            self._hang_up()
            raise Ended(Finding("tls.starttls_tampered")) from None
        except ssl.SSLCertVerificationError as error:
            yield from self._bad_certificate(error)
        except ssl.SSLError as error:
            self._bad_handshake(wire, error, after_starttls)
        session = wire.session
        assert session is not None
        self._describe(session)

    def _describe(self, session: ssl.SSLObject) -> None:
        from smtptui.probe.certificate import trusted_certificate

        cipher = session.cipher()
        certificate = trusted_certificate(session, self._now())
        self._tls |= {
            "version": session.version(),
            "cipher": cipher[0] if cipher else None,
            "trusted": True,
            "certificate": certificate,
        }
        days = certificate["days_left"]
        text = f"{session.version()}, {cipher[0] if cipher else '?'}; certificate for {self._host}, {days} days left"
        soon = isinstance(days, int) and days < 14
        if soon:
            self._warnings.append(f"the server's certificate expires in {days} days")
        self._ok(text=text, state=State.WARN if soon else State.OK)

    def _bad_handshake(self, wire: Wire, error: ssl.SSLError, after_starttls: bool) -> NoReturn:
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

    def _bad_certificate(self, error: ssl.SSLCertVerificationError) -> Generator[Action, Any, NoReturn]:
        finding = certificate_failure(error.verify_code, error.verify_message)
        self._tls |= {"trusted": False, "code": error.verify_code, "reason": printable(error.verify_message)}
        self._log.end(State.FAIL, error.verify_message)
        chain = yield from self._second_look()
        if chain:
            from smtptui.probe.certificate import described, in_words

            certificates = described(chain, self._now())
            self._tls["certificate"] = certificates[0]
            self._tls["chain"] = certificates
            own_words = "tls.certificate_malformed", "tls.certificate_untrusted"
            if finding.id not in own_words:
                finding = Finding(finding.id, in_words(finding.id, certificates[0]))
        elif finding.id not in ("tls.certificate_malformed", "tls.certificate_untrusted"):
            finding = Finding(finding.id)
        raise Ended(finding)

    def _second_look(self) -> Generator[Action, Any, list[bytes]]:
        from smtptui.probe.second_look import refused_certificates

        self._transcript.add("*", "looking at the refused certificate again, without credentials")
        self._allow(seconds("tls", self._options.timeout))
        return (
            yield from refused_certificates(
                self._place(self._addresses),
                starttls=self._security == "starttls",
                ehlo_name=self._options.ehlo_name,
            )
        )

    # --- login

    def _login(self, wire: Wire) -> Generator[Action, Any, None]:
        username, secret = self._target.username or "", self._target.secret
        offered = self._capabilities.mechanisms
        self._start("auth")
        self._auth |= {
            "offered": list(offered),
            "chosen": None,
            "why": "",
            "attempts": 0,
            "result": "not_tried",
        }
        if not offered:
            self._auth["result"] = "not_offered"
            self._fail(Finding("auth.not_offered"))
        if not wire.encrypted and not self._target.allow_cleartext:
            edit = {"security": "starttls"} if self._capabilities.has("STARTTLS") else None
            detail = "The server offers STARTTLS here." if edit else ""
            self._skip(Finding("policy.clear_text", detail), edit=edit)
        if reason := missing(secret):
            self._skip(Finding("secret.unknown", reason))
        assert secret is not None
        if problem := unusable(username, secret):
            self._skip(Finding("secret.unusable", problem))
        choice = choose(offered, self._target.auth_mechanism, encrypted=wire.encrypted)
        self._auth |= {"chosen": choice.name, "why": choice.why}
        if choice.name is None:
            self._fail(Finding("auth.mechanism_unavailable", choice.why))
        if secret.reveal() != secret.reveal().strip():
            self._warnings.append(_EDGE)
        from smtptui.secrets.redactor import Redactor

        self._redactor = Redactor()
        self._redactor.add_login(username, secret)
        self._auth["result"] = "undetermined"
        login = mechanism(choice.name, username, secret)
        self._judge(login, (yield from exchange(login, partial(self._command, wire))))

    def _skip(self, finding: Finding, **more: Any) -> NoReturn:
        self._log.end(State.SKIPPED, finding.detail)
        raise Ended(finding, **more)

    def _judge(self, login: Mechanism, reply: Reply) -> None:
        if reply.code == 235:
            try:
                login.finish()
            except ServerNotProvenError as error:
                self._fail(Finding("auth.server_not_proven", str(error)), reply)
            self._accepted = True
            self._auth["result"] = "accepted"
            self._final_reply = reply
            self._ok(reply, state=State.WARN if self._warnings else State.OK)
            return
        if isinstance(login, XOAuth2) and login.error:
            self._auth["token_error"] = self._redacted(login.error.decode("utf-8", "replace"))
        if reply.positive or 300 <= reply.code < 400:
            self._fail(
                Finding("auth.protocol", "the server answers the login neither with yes nor with no"), reply
            )
        try:
            self._refused("auth", reply, "auth.undetermined")
        except Ended as ended:
            if ended.finding.id in REJECTIONS:
                self._auth["result"] = "rejected"
            raise

    # --- sender check and test mail

    def _envelope(self, wire: Wire) -> Generator[Action, Any, None]:
        sender = self._target.sender or ""
        recipient = self._target.recipient or sender
        utf8 = ""
        if not (sender + recipient).isascii():
            utf8 = " SMTPUTF8"
            if not self._capabilities.has("SMTPUTF8"):
                self._start("mail")
                self._fail(
                    Finding("sender.rejected"),
                    cause="The server does not take addresses with letters outside ASCII (no SMTPUTF8).",
                    remedy="Use an address in ASCII.",
                )
        for stage, line in (("mail", f"MAIL FROM:<{sender}>{utf8}"), ("rcpt", f"RCPT TO:<{recipient}>")):
            self._start(stage)
            reply = yield from self._command(wire, line)
            if not reply.positive:
                self._refused(stage, reply, "protocol.broken")
            self._ok(reply)
        if self._options.send_test:
            yield from self._test_mail(wire, sender, recipient)
            return
        self._start("rset")
        self._ok((yield from self._command(wire, "RSET")))

    def _test_mail(self, wire: Wire, sender: str, recipient: str) -> Generator[Action, Any, None]:
        from smtptui.probe.test_mail import test_mail

        self._start("data")
        reply = yield from self._command(wire, "DATA")
        if reply.code != 354:
            self._refused("data", reply, "message.rejected")
        yield from wire.send_message(test_mail(sender, recipient, self._now()))
        reply = yield from wire.reply()
        if not reply.positive:
            self._refused("data", reply, "message.rejected")
        self._ok(reply)

    # --- the end

    def _leave(self) -> Generator[Action, Any, None]:
        wire = self._wire
        if wire is None:
            return
        if wire.open:
            self._log.start("quit")
            self._allow(min(QUIT_SECONDS, self._options.timeout))
            self._end_of_all = max(self._end_of_all, self._end_of_stage)
            try:
                yield from wire.send("QUIT")
                reply = yield from wire.reply()
                self._ok(reply)
            except (OSError, ProtocolError, EndOfStreamError, ValueError):
                self._ok(text="the server left without answering QUIT, which is no fault")
        yield from wire.close()

    def _said(self, ended: Ended) -> str:
        return self._clean(ended.reply) if ended.reply is not None else str(ended.more.get("server_said", ""))

    def _verdict(self, ended: Ended) -> Verdict:
        more = dict(ended.more)
        more["server_said"] = self._said(ended)
        if ended.finding.id == "auth.rejected" and _EDGE in self._warnings:
            remedy = str(more.get("remedy", KNOWN[ended.finding.id].remedy))
            more["remedy"] = f"{remedy} Mind that {_EDGE}."
        address = self._address
        return self._in_words(
            ended,
            not_proven=self._not_proven(),
            stages=self._log.all(),
            tls=self._tls,
            auth=self._auth,
            address=None if address is None else f"{_bracketed(address.ip)}:{address.port}",
            warnings=tuple(self._warnings),
            capabilities=dict(self._capabilities.keywords),
            transcript=self._redacted_transcript(),
            **more,
        )

    def _redacted_transcript(self) -> tuple[Any, ...]:
        said = self._transcript.all()
        if self._redactor is None:
            return said
        # what was said before the login cannot repeat it
        first = next((n for n, line in enumerate(said) if line.text.startswith("AUTH ")), len(said))
        return (
            *said[:first],
            *(line._replace(text=self._redacted(line.text)) for line in said[first:]),
        )

    def _not_proven(self) -> tuple[str, ...]:
        done = {stage.name for stage in self._log.all() if stage.state in (State.OK, State.WARN)}
        missing = []
        if "auth" not in done:
            missing.append("the login")
        if "rcpt" not in done:
            missing.append("the sender address (not tried: --sender)")
        if "data" not in done:
            missing.append("sending (not tried: --send-test --to)")
        return (*missing, _NOT_PROVEN_ALWAYS)


def step(conversation: Generator[Action, Any, Verdict], outcome: object) -> Action | Verdict:
    """What is asked next, now that the last action had this outcome; an OSError is thrown in as its failure."""
    try:
        return conversation.throw(outcome) if isinstance(outcome, OSError) else conversation.send(outcome)
    except StopIteration as end:
        verdict: Verdict = end.value
        return verdict


def _bracketed(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip
