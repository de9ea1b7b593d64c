"""TLS over memory buffers, without sockets; contexts are shared by every probe."""

from __future__ import annotations

import ssl
from functools import lru_cache


@lru_cache(maxsize=8)
def trusted_context(ca_file: str | None) -> ssl.SSLContext:
    """Return a context that verifies chain and name, TLS 1.2 or newer. Raise OSError for an unusable file.

    Loading the system's authorities takes tens of milliseconds, so the context is shared.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@lru_cache(maxsize=1)
def unverified_context() -> ssl.SSLContext:
    """Return a context for inspecting a refused certificate. No secret is ever sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class TlsPipe:
    """One TLS client session over memory buffers. Raises ssl.SSLError as the library does."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def handshake(self) -> bool:
        """Continue the handshake; return whether it is complete."""
        try:
            self.session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def feed(self, data: bytes) -> None:
        """Add bytes from the server; b"" is the end of the stream."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def take_output(self) -> bytes:
        """Return the bytes to send to the server now."""
        return self._outgoing.read()

    def write(self, data: bytes) -> None:
        self.session.write(data)

    def read(self) -> bytes | None:
        """Return decrypted bytes, b"" at the end of the session, None when more are needed."""
        parts: list[bytes] = []
        try:
            while part := self.session.read(16 * 1024):
                parts.append(part)
        except ssl.SSLWantReadError:
            return b"".join(parts) or None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            # Servers that close without close_notify are common; SMTP itself marks the end.
            return b"".join(parts)
        return b"".join(parts)
