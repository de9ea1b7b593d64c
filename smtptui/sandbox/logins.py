"""Which logins the SMTP servers accept: a table of its own, apart from what the dialects have stored.

Shape: ``{host: {username: password}}``. The host ``*`` stands for any host. A server that was told a name by TLS
(SNI) which the table knows looks under that name and under ``*``; without one, any host's entry is good.
"""

from __future__ import annotations

from typing import Any

ANY_HOST = "*"


class Logins:
    def __init__(self) -> None:
        self._hosts: dict[str, dict[str, str]] = {}
        self._by_user: dict[str, set[str]] = {}

    def set(self, host: str, username: str, password: str) -> None:
        self._hosts.setdefault(host.lower(), {})[username] = password
        self._by_user.setdefault(username, set()).add(host.lower())

    def merge(self, table: dict[str, Any]) -> None:
        """Merge ``{host: {username: password}}``; a password of null removes the login, a null host all of its
        logins; ``{username: password}`` at the top level is a login for any host.

        Raises ValueError, changing nothing, for any other shape.
        """
        for key, value in table.items():
            users = value if isinstance(value, dict) else {}
            if not (value is None or isinstance(value, str | dict)):
                raise ValueError(f"{key!r}: expected an object, a string or null")
            if any(not (password is None or isinstance(password, str)) for password in users.values()):
                raise ValueError(f"{key!r}: passwords are strings or null")
        for key, value in table.items():
            if value is None:
                self._hosts.pop(key.lower(), None)
            elif isinstance(value, str):
                self.set(ANY_HOST, key, value)
            else:
                self._merge_host(key, value)

    def _merge_host(self, host: str, users: dict[str, str | None]) -> None:
        for username, password in users.items():
            if password is None:
                self._hosts.get(host.lower(), {}).pop(username, None)
            else:
                self.set(host, username, password)

    def replace(self, table: dict[str, Any]) -> None:
        """As ``merge``, forgetting every other login first."""
        fresh = Logins()
        fresh.merge(table)
        self._hosts, self._by_user = fresh._hosts, fresh._by_user

    def accepts(self, username: str, password: str, host: str | None) -> bool:
        known = host.lower() if host and host.lower() in self._hosts else None
        hosts = {known, ANY_HOST} if known else self._by_user.get(username, set())
        return any(self._hosts.get(name or "", {}).get(username) == password for name in hosts)

    def as_dict(self) -> dict[str, dict[str, str]]:
        return {host: dict(users) for host, users in self._hosts.items()}
