"""The SMTP client of the probe as a state machine without I/O (RFC 5321, 3207, 4954, 8314).

`Conversation.run()` is a generator: it yields `actions`, is sent their results, has their failures thrown into it,
and returns the Verdict. It and its phases (`connect`, `greeting`, `handshake`, `login`, `envelope`), which share a
ProbeContext, make every decision; the drivers make none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

from smtptui.config.endpoints import format_endpoint
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

_NEVER_TESTED = "delivery, SPF, DKIM and DMARC, quotas, other networks than this machine's"


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
        self._context = ProbeContext(target, options, on_stage, clock, now)
        self._log = self._context.log

    def run(self) -> Generator[Action, Any, Verdict]:
        """Run the conversation. Never raises for anything the server or the network does."""
        context = self._context
        context.start_clock()
        try:
            context.host = check_target(context.target, context.security, context.options)
            yield from self._converse()
            ended = ConversationEnded(
                FailureMatch("auth.verified" if context.accepted_reply else "smtp.reachable"),
                context.accepted_reply,
            )
        except ConversationEnded as found:
            ended = found
        except (OSError, ProtocolError, EndOfStreamError) as error:
            ended = self._classify(error)
            if context.connection is not None:
                # No QUIT: the server is not listening.
                context.connection.is_open = False
        except ControlCharacterError as error:
            ended = ConversationEnded(FailureMatch("input.invalid", str(error)))
        good = ended.match.id in ("auth.verified", "smtp.reachable", "secret.unknown")
        if self._log.current is not None:
            words = self._server_text(ended) or ended.match.detail or context.build_verdict(ended).cause
            self._log.end(StageState.OK if good else StageState.FAIL, words)
        yield from self._quit()
        return self._verdict(ended)

    def _converse(self) -> Generator[Action, Any, None]:
        context = self._context
        connection = yield from connect(context)
        if context.security == "tls":
            from smtptui.probe.handshake import start_tls

            yield from start_tls(context, connection)
        yield from read_greeting(context, connection)
        yield from send_ehlo(context, connection, "ehlo")
        if context.security == "starttls":
            from smtptui.probe.handshake import negotiate_starttls

            yield from negotiate_starttls(context, connection)
            yield from send_ehlo(context, connection, "ehlo2")
        if context.target.username is not None:
            yield from authenticate(context, connection)
        if context.target.sender is not None:
            from smtptui.probe.envelope import check_envelope

            yield from check_envelope(context, connection)

    def _classify(self, error: Exception) -> ConversationEnded:
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

    def _quit(self) -> Generator[Action, Any, None]:
        context = self._context
        connection = context.connection
        if connection is None:
            return
        if connection.is_open:
            self._log.start("quit")
            context.limit_stage(min(QUIT_SECONDS, context.options.timeout))
            context.probe_deadline = max(context.probe_deadline, context.stage_deadline)
            try:
                yield from connection.send_line("QUIT")
                reply = yield from connection.read_reply()
                context.complete_stage(reply)
            except (OSError, ProtocolError, EndOfStreamError, ValueError):
                context.complete_stage(text="the server closed without answering QUIT, which is no error")
        yield from connection.close()

    def _server_text(self, ended: ConversationEnded) -> str:
        if ended.reply is not None:
            return self._context.clean_reply(ended.reply)
        return str(ended.more.get("server_said", ""))

    def _verdict(self, ended: ConversationEnded) -> Verdict:
        context = self._context
        more = dict(ended.more)
        more["server_said"] = self._server_text(ended)
        if ended.match.id == "auth.rejected" and EDGE_WHITESPACE in context.warnings:
            remedy = str(more.get("remedy", VERDICTS[ended.match.id].remedy))
            more["remedy"] = f"{remedy} Note that {EDGE_WHITESPACE}."
        address = context.address
        return context.build_verdict(
            ended,
            not_proven=self._list_untested(),
            stages=self._log.stages(),
            tls=context.tls,
            auth=context.auth,
            address=None if address is None else format_endpoint(address.ip, address.port),
            warnings=tuple(context.warnings),
            capabilities=dict(context.extensions.keywords),
            transcript=self._redacted_transcript(),
            **more,
        )

    def _redacted_transcript(self) -> tuple[Any, ...]:
        context = self._context
        lines = context.transcript.lines()
        if context.redactor is None:
            return lines
        # Lines before the login cannot contain it.
        first = next((n for n, line in enumerate(lines) if line.text.startswith("AUTH ")), len(lines))
        return (*lines[:first], *(line._replace(text=context.redact(line.text)) for line in lines[first:]))

    def _list_untested(self) -> tuple[str, ...]:
        done = {stage.name for stage in self._log.stages() if stage.state in (StageState.OK, StageState.WARN)}
        missing = []
        if "auth" not in done:
            missing.append("the login")
        if "rcpt" not in done:
            missing.append("the sender address (not tried: --sender)")
        if "data" not in done:
            missing.append("sending (not tried: --send-test --to)")
        return (*missing, _NEVER_TESTED)


def advance(conversation: Generator[Action, Any, Verdict], outcome: object) -> Action | Verdict:
    """Pass the result of the last action in, an OSError as its failure; return the next action or the verdict."""
    try:
        return conversation.throw(outcome) if isinstance(outcome, OSError) else conversation.send(outcome)
    except StopIteration as end:
        verdict: Verdict = end.value
        return verdict
