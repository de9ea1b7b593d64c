"""The SMTP client of the probe as a state machine without I/O (RFC 5321, 3207, 4954, 8314).

`Conversation.run()` is a generator: it yields `actions`, is sent their results, has their failures thrown into it,
and returns the Verdict. It and its phases (`connect`, `greeting`, `handshake`, `login`, `envelope`), which share a
ProbeContext, make every decision; the drivers make none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.connect import connect
from smtptui.probe.connection import EndOfStreamError
from smtptui.probe.context import ProbeContext, ProbeDeadlineError
from smtptui.probe.failures import (
    ConversationEnded,
    FailureMatch,
    classify_dropped_connection,
    classify_network_error,
)
from smtptui.probe.greeting import read_greeting, send_ehlo
from smtptui.probe.lines import ControlCharacterError, ProtocolError
from smtptui.probe.login import EDGE_WHITESPACE, authenticate
from smtptui.probe.stages import QUIT_SECONDS, Stage, StageState
from smtptui.probe.target import ProbeOptions, ProbeTarget, check_target
from smtptui.probe.verdict import VERDICTS, Verdict

_NOT_PROVEN_ALWAYS = "delivery, SPF, DKIM and DMARC, quotas, other networks than this machine's"


class Conversation:
    """One probe; the arguments are those of ProbeContext."""

    def __init__(
        self,
        target: ProbeTarget,
        options: ProbeOptions,
        on_stage: Callable[[Stage], None] | None = None,
        *,
        clock: Callable[[], float] = time.perf_counter,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._course = ProbeContext(target, options, on_stage, clock, now)
        self._log = self._course.log

    def run(self) -> Generator[Action, Any, Verdict]:
        """Run the conversation. Never raises for anything the server or the network does."""
        course = self._course
        course.start_clock()
        try:
            course.host = check_target(course.target, course.security, course.options)
            yield from self._converse()
            ended = ConversationEnded(
                FailureMatch("auth.verified" if course.accepted_reply else "smtp.reachable"),
                course.accepted_reply,
            )
        except ConversationEnded as found:
            ended = found
        except (OSError, ProtocolError, EndOfStreamError) as error:
            ended = self._broken(error)
            if course.connection is not None:
                # No QUIT: the server is not listening.
                course.connection.is_open = False
        except ControlCharacterError as error:
            ended = ConversationEnded(FailureMatch("input.invalid", str(error)))
        good = ended.finding.id in ("auth.verified", "smtp.reachable", "secret.unknown")
        if self._log.current is not None:
            words = self._said(ended) or ended.finding.detail or course.build_verdict(ended).cause
            self._log.end(StageState.OK if good else StageState.FAIL, words)
        yield from self._leave()
        return self._verdict(ended)

    def _converse(self) -> Generator[Action, Any, None]:
        course = self._course
        wire = yield from connect(course)
        if course.security == "tls":
            from smtptui.probe.handshake import start_tls

            yield from start_tls(course, wire)
        yield from read_greeting(course, wire)
        yield from send_ehlo(course, wire, "ehlo")
        if course.security == "starttls":
            from smtptui.probe.handshake import negotiate_starttls

            yield from negotiate_starttls(course, wire)
            yield from send_ehlo(course, wire, "ehlo2")
        if course.target.username is not None:
            yield from authenticate(course, wire)
        if course.target.sender is not None:
            from smtptui.probe.envelope import check_envelope

            yield from check_envelope(course, wire)

    def _broken(self, error: Exception) -> ConversationEnded:
        stage = self._log.current or "ehlo"
        if isinstance(error, ProbeDeadlineError):
            # During the login the deadline means that the server delays its reply, which has its own verdict.
            return ConversationEnded(FailureMatch("auth.timeout" if stage == "auth" else "probe.deadline"))
        if isinstance(error, EndOfStreamError):
            return ConversationEnded(classify_dropped_connection(stage))
        if isinstance(error, ProtocolError):
            return ConversationEnded(
                FailureMatch("auth.protocol" if stage == "auth" else "protocol.broken", str(error))
            )
        assert isinstance(error, OSError)
        return ConversationEnded(classify_network_error(stage, error))

    def _leave(self) -> Generator[Action, Any, None]:
        course = self._course
        wire = course.connection
        if wire is None:
            return
        if wire.is_open:
            self._log.start("quit")
            course.limit_stage(min(QUIT_SECONDS, course.options.timeout))
            course.probe_deadline = max(course.probe_deadline, course.stage_deadline)
            try:
                yield from wire.send_line("QUIT")
                reply = yield from wire.read_reply()
                course.complete_stage(reply)
            except (OSError, ProtocolError, EndOfStreamError, ValueError):
                course.complete_stage(text="the server closed without answering QUIT, which is no error")
        yield from wire.close()

    def _said(self, ended: ConversationEnded) -> str:
        if ended.reply is not None:
            return self._course.clean_reply(ended.reply)
        return str(ended.more.get("server_said", ""))

    def _verdict(self, ended: ConversationEnded) -> Verdict:
        course = self._course
        more = dict(ended.more)
        more["server_said"] = self._said(ended)
        if ended.finding.id == "auth.rejected" and EDGE_WHITESPACE in course.warnings:
            remedy = str(more.get("remedy", VERDICTS[ended.finding.id].remedy))
            more["remedy"] = f"{remedy} Note that {EDGE_WHITESPACE}."
        address = course.address
        return course.build_verdict(
            ended,
            not_proven=self._not_proven(),
            stages=self._log.stages(),
            tls=course.tls,
            auth=course.auth,
            address=None if address is None else f"{_bracketed(address.ip)}:{address.port}",
            warnings=tuple(course.warnings),
            capabilities=dict(course.extensions.keywords),
            transcript=self._redacted_transcript(),
            **more,
        )

    def _redacted_transcript(self) -> tuple[Any, ...]:
        course = self._course
        said = course.transcript.lines()
        if course.redactor is None:
            return said
        # Lines before the login cannot contain it.
        first = next((n for n, line in enumerate(said) if line.text.startswith("AUTH ")), len(said))
        return (*said[:first], *(line._replace(text=course.redact(line.text)) for line in said[first:]))

    def _not_proven(self) -> tuple[str, ...]:
        done = {stage.name for stage in self._log.stages() if stage.state in (StageState.OK, StageState.WARN)}
        missing = []
        if "auth" not in done:
            missing.append("the login")
        if "rcpt" not in done:
            missing.append("the sender address (not tried: --sender)")
        if "data" not in done:
            missing.append("sending (not tried: --send-test --to)")
        return (*missing, _NOT_PROVEN_ALWAYS)


def advance(conversation: Generator[Action, Any, Verdict], outcome: object) -> Action | Verdict:
    """Pass the result of the last action in, an OSError as its failure; return the next action or the verdict."""
    try:
        return conversation.throw(outcome) if isinstance(outcome, OSError) else conversation.send(outcome)
    except StopIteration as end:
        verdict: Verdict = end.value
        return verdict


def _bracketed(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip
