"""The SMTP client of the probe as a state machine without I/O (RFC 5321, 3207, 4954, 8314).

`Conversation.run()` is a generator: it yields `actions`, is sent their answers, has their failures thrown into
it, and returns the Verdict. Every decision is in it and in its phases (`reach`, `greeting`, `handshake`, `login`,
`envelope`), which share a `course`; the drivers hold none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

from smtptui.probe.actions import Action
from smtptui.probe.async_driver import Course, DeadlineError
from smtptui.probe.deadlines import QUIT_SECONDS
from smtptui.probe.failures import Ended, Finding, dropped, network_failure
from smtptui.probe.greeting import ehlo, greeting
from smtptui.probe.input_check import checked_host
from smtptui.probe.lines import ProtocolError, RefusedLineError
from smtptui.probe.login import EDGE, log_in
from smtptui.probe.reach import reach
from smtptui.probe.stages import Stage, State
from smtptui.probe.target import Options, Target
from smtptui.probe.verdict import KNOWN, Verdict
from smtptui.probe.wire import EndOfStreamError

_NOT_PROVEN_ALWAYS = "delivery, SPF, DKIM and DMARC, quotas, other networks than this machine's"


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
        self._course = Course(target, options, on_stage, clock, now)
        self._log = self._course.log

    def run(self) -> Generator[Action, Any, Verdict]:
        """Never raises for anything the peer or the network does."""
        course = self._course
        course.begin()
        try:
            course.host = checked_host(course.target, course.security, course.options)
            yield from self._converse()
            ended = Ended(Finding("auth.verified" if course.accepted else "smtp.reachable"), course.accepted)
        except Ended as found:
            ended = found
        except (OSError, ProtocolError, EndOfStreamError) as error:
            ended = self._broken(error)
            if course.wire is not None:
                # No QUIT: what is there does not listen.
                course.wire.open = False
        except RefusedLineError as error:
            ended = Ended(Finding("input.invalid", str(error)))
        good = ended.finding.id in ("auth.verified", "smtp.reachable", "secret.unknown")
        if self._log.current is not None:
            words = self._said(ended) or ended.finding.detail or course.in_words(ended).cause
            self._log.end(State.OK if good else State.FAIL, words)
        yield from self._leave()
        return self._verdict(ended)

    def _converse(self) -> Generator[Action, Any, None]:
        course = self._course
        wire = yield from reach(course)
        if course.security == "tls":
            from smtptui.probe.handshake import secure

            yield from secure(course, wire)
        yield from greeting(course, wire)
        yield from ehlo(course, wire, "ehlo")
        if course.security == "starttls":
            from smtptui.probe.handshake import starttls

            yield from starttls(course, wire)
            yield from ehlo(course, wire, "ehlo2")
        if course.target.username is not None:
            yield from log_in(course, wire)
        if course.target.sender is not None:
            from smtptui.probe.envelope import envelope

            yield from envelope(course, wire)

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
        return Ended(network_failure(stage, error))

    def _leave(self) -> Generator[Action, Any, None]:
        course = self._course
        wire = course.wire
        if wire is None:
            return
        if wire.open:
            self._log.start("quit")
            course.allow(min(QUIT_SECONDS, course.options.timeout))
            course.end_of_all = max(course.end_of_all, course.end_of_stage)
            try:
                yield from wire.send("QUIT")
                reply = yield from wire.reply()
                course.ok(reply)
            except (OSError, ProtocolError, EndOfStreamError, ValueError):
                course.ok(text="the server left without answering QUIT, which is no fault")
        yield from wire.close()

    def _said(self, ended: Ended) -> str:
        if ended.reply is not None:
            return self._course.clean(ended.reply)
        return str(ended.more.get("server_said", ""))

    def _verdict(self, ended: Ended) -> Verdict:
        course = self._course
        more = dict(ended.more)
        more["server_said"] = self._said(ended)
        if ended.finding.id == "auth.rejected" and EDGE in course.warnings:
            remedy = str(more.get("remedy", KNOWN[ended.finding.id].remedy))
            more["remedy"] = f"{remedy} Mind that {EDGE}."
        address = course.address
        return course.in_words(
            ended,
            not_proven=self._not_proven(),
            stages=self._log.all(),
            tls=course.tls,
            auth=course.auth,
            address=None if address is None else f"{_bracketed(address.ip)}:{address.port}",
            warnings=tuple(course.warnings),
            capabilities=dict(course.capabilities.keywords),
            transcript=self._redacted_transcript(),
            **more,
        )

    def _redacted_transcript(self) -> tuple[Any, ...]:
        course = self._course
        said = course.transcript.all()
        if course.redactor is None:
            return said
        # what was said before the login cannot repeat it
        first = next((n for n, line in enumerate(said) if line.text.startswith("AUTH ")), len(said))
        return (*said[:first], *(line._replace(text=course.redacted(line.text)) for line in said[first:]))

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
