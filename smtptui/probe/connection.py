"""One connection: send lines, read replies, start TLS. It yields actions and does no I/O."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from smtptui.probe.actions import Action, Close, Receive, Send
from smtptui.probe.lines import ProtocolError, encode_line
from smtptui.probe.replies import Reply, ReplyReader
from smtptui.probe.transcript import Transcript

if TYPE_CHECKING:
    import ssl

    from smtptui.probe.tls import TlsPipe

Steps = Generator[Action, Any, Any]


TLS_RECORDS = (b"\x15\x03", b"\x16\x03")
"""The first bytes of a TLS alert or handshake."""


class EndOfStreamError(Exception):
    """The server closed the connection while a reply was expected."""


class InjectedError(Exception):
    """Clear bytes followed the reply to STARTTLS (CVE-2011-0411 and similar)."""


class Connection:
    """`remaining` returns the seconds left for the current stage, and raises when there are none."""

    def __init__(self, number: int, transcript: Transcript, remaining: Callable[[], float]) -> None:
        self._number = number
        self._transcript = transcript
        self._remaining = remaining
        self._replies = ReplyReader()
        self._tls: TlsPipe | None = None
        self.first_bytes = b""
        self.is_open = True

    @property
    def is_encrypted(self) -> bool:
        return self._tls is not None

    @property
    def tls_session(self) -> ssl.SSLObject | None:
        return None if self._tls is None else self._tls.session

    def send_line(self, line: str, shown: str | None = None) -> Generator[Action, Any, None]:
        """Send a line. `shown` replaces it in the transcript when it contains a secret.

        Raise ControlCharacterError for a control character, before anything is sent.
        """
        yield from self._send(encode_line(line), line if shown is None else shown)

    def send_message(self, lines: list[str]) -> Generator[Action, Any, None]:
        """Send a mail after 354: each line is checked like a command, dots are doubled (RFC 5321 section 4.5.2)."""
        data = b"".join(encode_line("." + line if line.startswith(".") else line) for line in lines)
        yield from self._send(data + b".\r\n", f"(a test mail of {len(lines)} lines)")

    def _send(self, data: bytes, shown: str) -> Generator[Action, Any, None]:
        self._transcript.add(">", shown, encrypted=self.is_encrypted)
        if self._tls is not None:
            self._tls.write(data)
            data = self._tls.take_output()
        yield Send(data, self._remaining(), self._number)

    def read_reply(self, hidden: bool = False) -> Generator[Action, Any, Reply]:
        """Read the next reply. Raise ProtocolError, EndOfStreamError, and the driver's errors."""
        while (reply := self._replies.next_reply()) is None:
            self._replies.feed((yield from self._read()))
        for n, line in enumerate(reply.lines if self._transcript.enabled else ()):
            last = n == len(reply.lines) - 1
            code = f"{reply.code}{' ' if last else '-'}"
            text = code + " ".join(part for part in (reply.enhanced, line) if part)
            if hidden and reply.code == 334:
                text = "334 <redacted>"
            self._transcript.add("<", text, encrypted=self.is_encrypted)
        return reply

    @property
    def has_pending(self) -> bool:
        """Whether the server sent something unsolicited."""
        return self._replies.has_pending

    def _read(self) -> Generator[Action, Any, bytes]:
        while True:
            if self._tls is None:
                data: bytes = yield Receive(self._remaining(), self._number)
                if not self.first_bytes:
                    self.first_bytes = data[:200]
            else:
                try:
                    clear = self._tls.read()
                except OSError:
                    raise ProtocolError("TLS failed during the conversation") from None
                if clear is None:
                    if due := self._tls.take_output():
                        yield Send(due, self._remaining(), self._number)
                    self._tls.feed((yield Receive(self._remaining(), self._number)))
                    continue
                data = clear
            if not data:
                self.is_open = False
                raise EndOfStreamError
            return data

    def start_tls(self, pipe: TlsPipe) -> Generator[Action, Any, None]:
        """Perform the TLS handshake.

        Raise InjectedError when clear bytes are buffered, ssl.SSLError, EndOfStreamError.
        """
        if self.has_pending:
            raise InjectedError
        self.first_bytes = b""
        try:
            while not pipe.handshake():
                if data := pipe.take_output():
                    yield Send(data, self._remaining(), self._number)
                data = yield Receive(self._remaining(), self._number)
                if len(self.first_bytes) < 200:
                    self.first_bytes += data[:200]
                if not data:
                    self.is_open = False
                    raise EndOfStreamError
                pipe.feed(data)
        except BaseException:
            # After a failed handshake nothing may be sent in clear, not even QUIT.
            self.is_open = False
            raise
        # The last bytes of the handshake are sent with the first command, or before the next read.
        self._tls = pipe

    def close(self) -> Generator[Action, Any, None]:
        self.is_open = False
        yield Close(self._number)
