"""The course of one conversation: what is known so far, the stage under way, its time, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NoReturn

from smtptui.model.display import printable
from smtptui.model.json_value import Json
from smtptui.model.security import inferred_security
from smtptui.probe.actions import Action
from smtptui.probe.capabilities import Capabilities
from smtptui.probe.deadlines import WHOLE, seconds
from smtptui.probe.failures import Ended, Finding
from smtptui.probe.lines import ProtocolError
from smtptui.probe.names import Address
from smtptui.probe.replies import Reply
from smtptui.probe.stages import Stage, StageLog, State, planned
from smtptui.probe.target import Options, Target
from smtptui.probe.transcript import Transcript
from smtptui.probe.verdict import Verdict, known_verdict
from smtptui.probe.wire import Wire

if TYPE_CHECKING:
    from smtptui.probe.second_look import Place
    from smtptui.secrets.redactor import Redactor


class DeadlineError(TimeoutError):
    """The whole probe is out of time."""


class Course:
    """What the phases of a conversation share: each reads it, adds what it found, and ends stages through it.

    `clock` is monotonic seconds, `now` seconds since the epoch; `on_stage` hears starts and ends.
    """

    def __init__(
        self,
        target: Target,
        options: Options,
        on_stage: Callable[[Stage], None] | None,
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self.target, self.options, self.now = target, options, now
        self.security = target.security or inferred_security(target.port) or "starttls"
        stages = planned(
            self.security if self.security in ("tls", "starttls", "none") else "starttls",
            login=target.username is not None,
            sender=target.sender is not None,
            send_test=options.send_test,
        )
        self.log = StageLog(stages, clock, on_stage)
        self.transcript = Transcript(kept=options.transcript)
        self.wire: Wire | None = None
        self.host = target.host
        self.address: Address | None = None
        self.addresses: tuple[Address, ...] = ()
        self.local_ip = ""
        self.capabilities = Capabilities()
        self.tls: dict[str, Json] = {}
        self.auth: dict[str, Json] = {}
        self.warnings: list[str] = []
        self.redactor: Redactor | None = None
        self.accepted: Reply | None = None
        self.end_of_stage = self.end_of_all = 0.0
        self._clock = clock

    def begin(self) -> None:
        """The time of the whole probe runs from here."""
        self.end_of_all = self._clock() + WHOLE * self.options.timeout

    def start(self, stage: str) -> None:
        """The stage begins, with the time that is its own."""
        self.log.start(stage)
        self.allow(seconds("ehlo" if stage == "ehlo2" else stage, self.options.timeout))

    def allow(self, allowed: float) -> None:
        """Seconds from now, in place of what the stage has left."""
        self.end_of_stage = self._clock() + allowed

    def remaining(self) -> float:
        """Seconds that are left. Raises TimeoutError at the end of the stage, DeadlineError at the end of all."""
        now = self._clock()
        if now >= self.end_of_all:
            raise DeadlineError
        if now >= self.end_of_stage:
            raise TimeoutError
        return min(self.end_of_stage, self.end_of_all) - now

    def ok(self, reply: Reply | None = None, text: str = "", state: State = State.OK) -> None:
        """The stage went well; `text` stands in place of the reply's own."""
        if reply is None:
            self.log.end(state, text)
        else:
            self.log.end(state, text or self.clean(reply), code=reply.code, enhanced=reply.enhanced)

    def fail(self, finding: Finding, reply: Reply | None = None, **more: Any) -> NoReturn:
        """The finding ends the conversation; `more` are fields of the verdict."""
        if reply is not None:
            self.log.end(State.FAIL, self.clean(reply), code=reply.code, enhanced=reply.enhanced)
        raise Ended(finding, reply, **more)

    def skip(self, finding: Finding, **more: Any) -> NoReturn:
        """The stage is not gone through, and that is the finding."""
        self.log.end(State.SKIPPED, finding.detail)
        raise Ended(finding, **more)

    def refused(self, stage: str, reply: Reply, default: str) -> NoReturn:
        """The table of replies decides; without a row, `default`."""
        from smtptui.probe.explain import explain

        row = explain(stage, reply, self.host)
        if row is None:
            self.fail(Finding(default, "an unexpected reply"), reply)
        more: dict[str, Any] = {"guess": row.confidence == "guess"}
        if row.cause:
            more["cause"] = row.cause
        if row.remedy:
            more["remedy"] = row.remedy
        if row.verdict == "policy.clear_text":
            more["edit"] = {"security": "starttls"}
        self.fail(Finding(row.verdict), reply, **more)

    def command(self, wire: Wire, line: str, shown: str | None = None) -> Generator[Action, Any, Reply]:
        """One command, one reply. A 421 that came by itself counts as the reply; anything else is a fault."""
        if wire.pending:
            stray = yield from wire.reply()
            if stray.code == 421:
                return stray
            raise ProtocolError("the server answered something that was not asked")
        in_auth = self.log.current == "auth"
        if in_auth:
            self.auth["attempts"] = 1
        yield from wire.send(line, shown)
        return (yield from wire.reply(hidden=in_auth))

    def clean(self, reply: Reply) -> str:
        """A reply as it may be shown."""
        return self.redacted(reply.whole)

    def redacted(self, text: str) -> str:
        """A server may repeat what it was sent: the credential does not come out again."""
        return printable(text if self.redactor is None else self.redactor.redact(text))

    def in_words(self, ended: Ended, **more: Any) -> Verdict:
        """The finding in the table's own words; `more` are fields of the verdict."""
        host, finding = printable(self.target.host), ended.finding
        return known_verdict(finding.id, host=host, port=self.target.port, detail=finding.detail, **more)

    def place(self, addresses: tuple[Address, ...]) -> Place:
        """Where a second look goes, within the time of the stage."""
        from smtptui.probe.second_look import Place

        return Place(self.host, addresses, self.remaining)
