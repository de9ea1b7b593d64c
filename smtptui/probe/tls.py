"""TLS without sockets: bytes in, bytes out. One context per set of authorities, shared by every probe."""

from __future__ import annotations

import ssl
from functools import lru_cache


@lru_cache(maxsize=8)
def trusted_context(ca_file: str | None) -> ssl.SSLContext:
    """Verifies chain and name; TLS 1.2 or newer. Raises OSError when the file cannot be read or holds no CA.

    Building one with the system's authorities costs tens of milliseconds: it is shared.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@lru_cache(maxsize=1)
def unverified_context() -> ssl.SSLContext:
    """For looking at a certificate that was refused. Nothing secret is ever sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class TlsPipe:
    """One TLS client session over memory. Raises ssl.SSLError as the library does."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def handshake(self) -> bool:
        """Go as far as the bytes reach; whether the handshake is complete."""
        try:
            self.session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def feed(self, data: bytes) -> None:
        """What the peer sent; b"" is the end of the stream."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def take_output(self) -> bytes:
        """What is to be sent to the peer now."""
        return self._outgoing.read()

    def write(self, data: bytes) -> None:
        self.session.write(data)

    def read(self) -> bytes | None:
        """Clear bytes, b"" at the end of the session, None when more is needed."""
        parts: list[bytes] = []
        try:
            while part := self.session.read(16 * 1024):
                parts.append(part)
        except ssl.SSLWantReadError:
            return b"".join(parts) or None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            # Servers that leave without close_notify are common; SMTP itself says when it is over.
            return b"".join(parts)
        return b"".join(parts)
