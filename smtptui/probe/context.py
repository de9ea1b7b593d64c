"""The context of one probe: what is known so far, the current stage, the deadlines, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NoReturn

from smtptui.model.display import printable
from smtptui.model.fields import SECURITY_MODES, infer_security
from smtptui.model.json_value import Json
from smtptui.probe.actions import Action
from smtptui.probe.connection import Connection
from smtptui.probe.failures import ConversationEnded, FailureMatch
from smtptui.probe.hosts import Address
from smtptui.probe.lines import ProtocolError
from smtptui.probe.replies import EhloExtensions, Reply
from smtptui.probe.stages import PROBE_SHARE, Stage, StageLog, StageState, plan_stages, stage_timeout
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.transcript import Transcript
from smtptui.probe.verdict import Verdict, build_verdict

if TYPE_CHECKING:
    from smtptui.probe.second_connection import ProbePeer
    from smtptui.secrets.redactor import Redactor


class ProbeDeadlineError(TimeoutError):
    """The deadline of the whole probe has passed."""


class ProbeContext:
    """State shared by the phases of a probe: each adds what it found, and starts and ends its stages here.

    `clock` is monotonic seconds, `now` seconds since the epoch; `on_stage` is called at each start and end.
    """

    def __init__(
        self,
        target: ProbeTarget,
        options: ProbeOptions,
        on_stage: Callable[[Stage], None] | None,
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self.target, self.options, self.now = target, options, now
        self.security = target.security or infer_security(target.port) or "starttls"
        stages = plan_stages(
            self.security if self.security in SECURITY_MODES else "starttls",
            login=target.username is not None,
            sender=target.sender is not None,
            send_test=options.send_test,
        )
        self.log = StageLog(stages, clock, on_stage)
        self.transcript = Transcript(enabled=options.transcript)
        self.connection: Connection | None = None
        self.host = target.host
        self.address: Address | None = None
        self.addresses: tuple[Address, ...] = ()
        self.local_ip = ""
        self.extensions = EhloExtensions()
        self.tls: dict[str, Json] = {}
        self.auth: dict[str, Json] = {}
        self.warnings: list[str] = []
        self.redactor: Redactor | None = None
        self.accepted_reply: Reply | None = None
        self.stage_deadline = self.probe_deadline = 0.0
        self._clock = clock

    def start_clock(self) -> None:
        """Start the deadline of the whole probe."""
        self.probe_deadline = self._clock() + PROBE_SHARE * self.options.timeout

    def start_stage(self, stage: str) -> None:
        """Start a stage with its own deadline."""
        self.log.start(stage)
        self.limit_stage(stage_timeout("ehlo" if stage == "ehlo2" else stage, self.options.timeout))

    def limit_stage(self, allowed: float) -> None:
        """Set the deadline of the stage to this many seconds from now."""
        self.stage_deadline = self._clock() + allowed

    def remaining_seconds(self) -> float:
        """Return the seconds left. Raise TimeoutError for the stage, ProbeDeadlineError for the whole probe."""
        now = self._clock()
        if now >= self.probe_deadline:
            raise ProbeDeadlineError
        if now >= self.stage_deadline:
            raise TimeoutError
        return min(self.stage_deadline, self.probe_deadline) - now

    def complete_stage(
        self, reply: Reply | None = None, text: str = "", state: StageState = StageState.OK
    ) -> None:
        """End the stage successfully; `text` replaces the text of the reply."""
        if reply is None:
            self.log.end(state, text)
        else:
            self.log.end(state, text or self.clean_reply(reply), code=reply.code, enhanced=reply.enhanced)

    def fail_stage(self, match: FailureMatch, reply: Reply | None = None, **more: Any) -> NoReturn:
        """End the stage and the conversation with this failure; `more` are fields of the verdict."""
        if reply is not None:
            self.log.end(StageState.FAIL, self.clean_reply(reply), code=reply.code, enhanced=reply.enhanced)
        raise ConversationEnded(match, reply, **more)

    def skip_stage(self, match: FailureMatch, **more: Any) -> NoReturn:
        """Skip the stage and end the conversation with the reason."""
        self.log.end(StageState.SKIPPED, match.detail)
        raise ConversationEnded(match, **more)

    def fail_with_reply(self, stage: str, reply: Reply, default: str) -> NoReturn:
        """End the conversation with the verdict `replies.toml` has for this reply, else with `default`."""
        from smtptui.probe.explain import explain

        row = explain(stage, reply, self.host)
        if row is None:
            self.fail_stage(FailureMatch(default, "an unexpected reply"), reply)
        more: dict[str, Any] = {"guess": row.confidence == "guess"}
        if row.cause:
            more["cause"] = row.cause
        if row.remedy:
            more["remedy"] = row.remedy
        if row.verdict == "policy.clear_text":
            more["edit"] = {"security": "starttls"}
        self.fail_stage(FailureMatch(row.verdict), reply, **more)

    def send_command(
        self, connection: Connection, line: str, shown: str | None = None
    ) -> Generator[Action, Any, Reply]:
        """Send one command and read its reply. An unsolicited 421 counts as the reply; any other is an error."""
        if connection.has_pending:
            stray = yield from connection.read_reply()
            if stray.code == 421:
                return stray
            raise ProtocolError("the server sent an unsolicited reply")
        in_auth = self.log.current == "auth"
        if in_auth:
            self.auth["attempts"] = 1
        yield from connection.send_line(line, shown)
        return (yield from connection.read_reply(hidden=in_auth))

    def clean_reply(self, reply: Reply) -> str:
        """Return a reply in a form that may be shown."""
        return self.redact(reply.full_text)

    def redact(self, text: str) -> str:
        """Remove the credential from a server's text, which may echo it."""
        return printable(text if self.redactor is None else self.redactor.redact(text))

    def build_verdict(self, ended: ConversationEnded, **more: Any) -> Verdict:
        """Build the verdict with the table's texts; `more` are fields of the verdict."""
        host, match = printable(self.target.host), ended.match
        return build_verdict(match.id, host=host, port=self.target.port, detail=match.detail, **more)

    def peer(self, addresses: tuple[Address, ...]) -> ProbePeer:
        """Return where a second connection goes, within the time of the stage."""
        from smtptui.probe.second_connection import ProbePeer

        return ProbePeer(self.host, addresses, self.remaining_seconds)
