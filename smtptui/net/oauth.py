"""OAuth 2 client credentials (RFC 6749 section 4.4). The token is kept in memory only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from smtptui.model.display import printable
from smtptui.model.errors import LoginRefusedError, ProtocolBrokenError, SmtptuiError
from smtptui.net.call import Call, CallKind
from smtptui.net.classify import classify_status
from smtptui.net.response import Response
from smtptui.net.session import HttpSession
from smtptui.secrets.secret import Secret

MAX_REFRESH_MARGIN = timedelta(seconds=30)
_REFUSAL_CODES = ("invalid_client", "unauthorized_client", "invalid_grant", "access_denied")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ClientCredentials:
    """Fetches a token when there is none, shortly before it expires, and once after a refusal.

    Concurrent calls share one fetch.
    """

    def __init__(
        self,
        session: HttpSession,
        token_url: str,
        client_id: Secret | str,
        client_secret: Secret,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._session = session
        self._token_url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._now = now
        self._token: Secret | None = None
        self._refresh_at: datetime | None = None
        self._generation = 0
        self._fetch_lock = asyncio.Lock()
        self._generation_by_task: WeakKeyDictionary[asyncio.Task[object], int] = WeakKeyDictionary()

    async def headers(self) -> Mapping[str, str]:
        """Return the bearer token (RFC 6750). Raises LoginRefusedError when the client is refused."""
        async with self._fetch_lock:
            if self._token is None or (self._refresh_at is not None and self._now() >= self._refresh_at):
                await self._fetch()
            token = self._token
            generation = self._generation
        assert token is not None
        task = asyncio.current_task()
        if task is not None:
            self._generation_by_task[task] = generation
        return {"Authorization": f"Bearer {token.reveal()}"}

    async def refresh(self) -> bool:
        """Fetch a new token, unless another call has done so since this one got its token."""
        task = asyncio.current_task()
        given = self._generation_by_task.get(task, self._generation) if task is not None else self._generation
        async with self._fetch_lock:
            if given == self._generation:
                self._token = None
                await self._fetch()
        return True

    async def _fetch(self) -> None:
        started = self._now()
        client_id = self._client_id
        response = await self._session.send(
            Call("token", CallKind.AUTH),
            "POST",
            self._token_url,
            form={
                "grant_type": "client_credentials",
                "client_id": client_id.reveal() if isinstance(client_id, Secret) else client_id,
                "client_secret": self._client_secret.reveal(),
            },
            classify=_classify,
        )
        token, lifetime = _parse_token(response)
        self._session.redactor.add(token)
        self._token = token
        self._generation += 1
        self._refresh_at = (
            None if lifetime is None else started + lifetime - min(MAX_REFRESH_MARGIN, lifetime / 10)
        )


def _parse_token(response: Response) -> tuple[Secret, timedelta | None]:
    try:
        body = response.json()
    except ProtocolBrokenError:
        body = None
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token:
        raise ProtocolBrokenError(
            f"{response.host} answered {response.status} to the token request without a token.",
            account=response.account,
            operation="token",
            request_id=response.request_id,
            hint="Check token_url of the account.",
        )
    try:
        seconds = float(body["expires_in"])
        lifetime = timedelta(seconds=seconds) if 0 < seconds < 1e9 else None
    except (KeyError, TypeError, ValueError):
        lifetime = None
    return Secret(token), lifetime


def _classify(response: Response) -> SmtptuiError | None:
    """Classify a token response. Of the body only the error code (RFC 6749 section 5.2) is shown."""
    if response.status not in (400, 401):
        return classify_status(response)
    try:
        code = response.json()["error"]
    except (ProtocolBrokenError, KeyError, TypeError):
        code = None
    code = printable(code, 60) if isinstance(code, str) else None
    suffix = f" ({code})" if code else ""
    if response.status == 401 or code in _REFUSAL_CODES:
        return LoginRefusedError(
            f"{response.host} answered {response.status}{suffix}: the account's client_id and client_secret "
            "were refused.",
            code=code,
        )
    return ProtocolBrokenError(
        f"{response.host} answered {response.status}{suffix} to the token request.",
        code=code,
        hint="Check token_url of the account, and that the client is allowed the client_credentials grant.",
    )
