"""The HTTP session of one account: read-only mode, pacing, retries, redaction, and errors in words."""

from __future__ import annotations

import asyncio
import json as json_text
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from smtptui.model.display import printable
from smtptui.model.errors import (
    ConfigurationError,
    LoginRefusedError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    RateLimitedError,
    ReadOnlyError,
    RemoteState,
    SmtptuiError,
    StoppedError,
    UnavailableError,
)
from smtptui.model.json_value import Json
from smtptui.net import address
from smtptui.net.authorizer import Authorizer
from smtptui.net.call import Call, CallKind
from smtptui.net.cancellation import await_read_unless_cancelled, await_unless_cancelled, record_write
from smtptui.net.classify import classify_status
from smtptui.net.options import SessionOptions
from smtptui.net.pacing import Pacer
from smtptui.net.request_gate import RequestGate
from smtptui.net.response import Response
from smtptui.net.retry import CERTIFICATE_CODE, MAX_ATTEMPTS, retry_attempts

if TYPE_CHECKING:
    import httpx

    from smtptui.secrets.redactor import Redactor

_LOG = logging.getLogger(__name__)

Classify = Callable[[Response], SmtptuiError | None]
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
DEFAULT_RETRY_AFTER = 1.0
"""Seconds without requests after a 429 that has no `Retry-After`."""
MAX_BODY_BYTES = 64 * 1024 * 1024
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(slots=True)
class _CallState:
    """The state of one call over all its attempts."""

    call: Call
    may_have_happened: bool = False
    has_written: bool = False
    final_error: SmtptuiError | None = None
    last_error: SmtptuiError | None = None
    """The error of the last attempt."""

    def is_final(self, error: SmtptuiError) -> bool:
        """Return whether an attempt's error must not be retried."""
        self.last_error = error
        return error is self.final_error


class _Connections:
    """The client and the request gate, opened on first use in the running loop."""

    def __init__(self, options: SessionOptions, gate: RequestGate) -> None:
        from smtptui.net.client import build_client

        self.client: httpx.AsyncClient = build_client(options)
        self.gate = gate


class HttpSession:
    """Sends the calls of one account. The constructor does no I/O; the first call opens the client."""

    def __init__(
        self,
        options: SessionOptions,
        redactor: Redactor,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.options = options
        self.redactor = redactor
        self.requests_sent = 0
        self.clock_skew: timedelta | None = None
        """How far the server's clock was ahead of ours at the last response with a `Date`."""
        self._sleep = sleep
        self._connections: _Connections | None = None
        self._pacer = Pacer(options.requests_per_minute)

    async def send(
        self,
        call: Call,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        params: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        auth: Authorizer | None = None,
        classify: Classify = classify_status,
        is_query: bool = False,
    ) -> Response:
        """Send one call and return its response; `url` is absolute or below `base_url`.

        `classify` returns the error of each response that is not a redirect. `is_query`: the body of a POST is a
        GraphQL document, which may be a read. Raises an SmtptuiError with the true outcome: OutcomeUnknownError
        when a write was sent and may have happened.
        """
        state = _CallState(call)
        try:
            self._require_allowed(call, method, queries=is_query)
            target = address.join_url(self.options.base_url, url, params)
            address.check_url(target)
            own, body = _encode(json, form)
            request = _Request(method.upper(), target, {**own, **headers}, body)
            authorization = await auth.headers() if auth is not None else NO_HEADERS
            count = MAX_ATTEMPTS if call.can_retry else 1
            async for attempt in retry_attempts(count, state.is_final, self.options.account):
                with attempt:
                    try:
                        return await self._exchange(state, request, authorization, classify)
                    except LoginRefusedError as error:
                        if auth is None or not await self._refresh_login(state, auth, error):
                            raise
                    authorization = await auth.headers()
                    return await self._exchange(state, request, authorization, classify)
        except StoppedError as stopped:
            # Where a write may have happened, its own failure counts, not the stop of the wait after it.
            failed = self._complete_error(
                state, state.last_error if state.may_have_happened and state.last_error else stopped
            )
        except SmtptuiError as error:
            failed = self._complete_error(state, error)
        finally:
            # Not earlier: between two attempts the call can still be cancelled.
            if state.has_written or state.may_have_happened:
                record_write()
        if failed.__context__ is not None:
            failed.__context__ = None
        raise failed

    async def aclose(self) -> None:
        """Close the connections. The next call opens new ones."""
        connections, self._connections = self._connections, None
        if connections is not None:
            await connections.client.aclose()

    def _require_allowed(self, call: Call, method: str, *, queries: bool) -> None:
        if call.kind is CallKind.READ and method.upper() not in ("GET", "HEAD") and not queries:
            raise TypeError(f"{call.operation} is tagged read but would be sent as {method.upper()}")
        if self.options.read_only and call.kind is CallKind.WRITE:
            raise ReadOnlyError(
                f"{call.operation} is a write, and the account is read-only. Nothing was sent."
            )

    async def _refresh_login(self, state: _CallState, auth: Authorizer, refusal: LoginRefusedError) -> bool:
        """Try to get new authorization headers. A failure ends the call; the refused request did nothing."""
        state.final_error = refusal
        try:
            return await auth.refresh()
        except SmtptuiError as error:
            state.final_error = error
            raise

    async def _exchange(
        self, state: _CallState, request: _Request, authorization: Mapping[str, str], classify: Classify
    ) -> Response:
        connections = self._connections
        if connections is None:
            gate = RequestGate(self._pacer, self.options.concurrency, self._sleep, self.options.account)
            connections = self._connections = _Connections(self.options, gate)
        call = state.call
        headers = {**request.headers, **authorization}
        _check_headers(headers)
        ticket = await await_unless_cancelled(connections.gate.acquire(address.url_host(request.url)))
        response: Response | None = None
        try:
            self.requests_sent += 1
            pending = self._log_response(call, self._receive(state, connections.client, request, headers))
            response = await (await_read_unless_cancelled(pending) if call.kind is CallKind.READ else pending)
        finally:
            connections.gate.release(ticket, response)
        if (date := response.date) is not None:
            self.clock_skew = date - datetime.now(UTC)
        error = self._redirect_error(state, response)
        if error is None:
            error = classify(response)
        if call.kind is CallKind.WRITE and (error is None or error.outcome is not RemoteState.NOTHING_DONE):
            state.has_written = True
        if error is None:
            return response
        if error.request_id is None:
            error.request_id = response.request_id
        if error.retry_after is None and isinstance(error, (RateLimitedError, UnavailableError)):
            error.retry_after = response.retry_after
        if isinstance(error, RateLimitedError):
            # Also when this call is not retried: the next one must not run into the same refusal.
            connections.gate.block(DEFAULT_RETRY_AFTER if error.retry_after is None else error.retry_after)
        if call.kind is CallKind.WRITE and (response.status >= 500 or isinstance(error, UnavailableError)):
            state.may_have_happened = True
        raise error

    async def _log_response(self, call: Call, pending: Awaitable[Response]) -> Response:
        clock = asyncio.get_running_loop().time
        start, outcome = clock(), "no response"
        try:
            response = await pending
            outcome = str(response.status)
            return response
        finally:
            _LOG.info(
                "%s %s %s: %s in %.0f ms",
                self.options.account,
                call.kind,
                call.operation,
                outcome,
                (clock() - start) * 1000,
            )

    async def _receive(
        self, state: _CallState, client: httpx.AsyncClient, request: _Request, headers: Mapping[str, str]
    ) -> Response:
        from smtptui.net.failure import describe_failure
        from smtptui.net.library import httpx as library

        timeout = self.options.timeout
        host = address.url_host(request.url)
        broken: BaseException | None = None
        too_large = False
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(2 * timeout):
                message = client.build_request(
                    request.method, request.url, headers=dict(headers), content=request.body
                )
                response = await client.send(message, stream=True)
                try:
                    size = 0
                    async for part in response.aiter_bytes():
                        size += len(part)
                        if size > MAX_BODY_BYTES:
                            too_large = True
                            break
                        parts.append(part)
                finally:
                    await response.aclose()
        except (library.HTTPError, library.InvalidURL, library.StreamError, TimeoutError, OSError) as error:
            broken = error
        if broken is not None:
            failure = describe_failure(broken, timeout)
            del broken
            if state.call.kind is CallKind.WRITE and failure.was_sent:
                state.may_have_happened = True
            raise UnavailableError(
                f"{host} {failure.why}." + ("" if failure.was_sent else " Nothing was sent."),
                code=CERTIFICATE_CODE if failure.is_certificate_error else None,
                hint=failure.hint,
            )
        if too_large:
            state.may_have_happened = state.call.kind is CallKind.WRITE
            raise ProtocolBrokenError(f"{host} sent a response of more than {MAX_BODY_BYTES >> 20} MiB.")
        return Response(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            b"".join(parts),
            request.url,
            self.options.account,
            state.call.operation,
            self.redactor.redact,
        )

    def _redirect_error(self, state: _CallState, response: Response) -> SmtptuiError | None:
        """Return the error for a redirect: following it could send the login to another host.

        After a 303 a write has been has_written.
        """
        if not 300 <= response.status < 400 or response.status == 304:
            return None
        has_written = response.status == 303 and state.call.kind is CallKind.WRITE
        try:
            target = urlsplit(response.headers.get("location", "")).hostname
        except ValueError:
            target = None
        where = f"to {printable(target, 100)}" if target else "to another path of the same host"
        return ProtocolBrokenError(
            f"{response.host} answered {response.status} and redirects {state.call.operation} {where}; "
            "redirects are not followed.",
            outcome=RemoteState.UNKNOWN if has_written else RemoteState.NOTHING_DONE,
            hint="Check base_url: set it to the URL of the API itself, if you trust that host.",
        )

    def _complete_error(self, state: _CallState, error: SmtptuiError) -> SmtptuiError:
        """Return the error to raise: with the true outcome, and redacted."""
        if state.may_have_happened and not isinstance(error, OutcomeUnknownError):
            error = OutcomeUnknownError(
                f"{state.call.operation} was sent and may or may not have happened: {error.message}",
                account=error.account,
                id=error.id,
                operation=error.operation,
                code=error.code,
                request_id=error.request_id,
                retry_after=error.retry_after,
                details=error.details,
            )
        if error.account is None:
            error.account = self.options.account
        if error.operation is None:
            error.operation = state.call.operation
        error.message = self._sanitize(error.message)
        error.hint = self._sanitize(error.hint)
        error.args = (error.message,)
        for name in ("code", "request_id", "id", "field"):
            value = getattr(error, name)
            if value is not None:
                setattr(error, name, self._sanitize(value))
        error.details = self._redact(error.details)
        return error

    def _redact(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.redactor.redact(value)
        if isinstance(value, Mapping):
            return {key: self._redact(part) for key, part in value.items()}
        if isinstance(value, Sequence):
            return [self._redact(part) for part in value]
        return value

    def _sanitize(self, text: str) -> str:
        return printable(self.redactor.redact(text), 1000)


def _encode(json: object, form: Mapping[str, str] | None) -> tuple[Mapping[str, str], bytes | None]:
    if form is not None:
        return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form).encode("ascii")
    if json is not None:
        text = json_text.dumps(json, allow_nan=False, separators=(",", ":"))
        return {"Content-Type": "application/json"}, text.encode("ascii")
    return NO_HEADERS, None


def _check_headers(headers: Mapping[str, str]) -> None:
    """Refuse invalid headers before the HTTP library does, whose message would contain the value."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or (value and not _HEADER_VALUE.fullmatch(value)):
            raise ConfigurationError(
                f"The header {printable(name, 60)} cannot be sent: its value begins or ends with a space or contains "
                "a character that headers cannot contain. Nothing was sent.",
                hint="Check the token or key in the account's settings for a line break at its end "
                "or a character that is not ASCII.",
            )
