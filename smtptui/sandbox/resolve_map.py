"""Where stored hosts lead: believable names to loopback ports, and nowhere else."""

from __future__ import annotations

import ipaddress


class ResolveMap:
    """``host:port`` → ``127.0.0.1:port``. What is not in the map does not exist: DNS is never asked."""

    def __init__(self, entries: dict[str, str] | None = None) -> None:
        self._entries: dict[str, tuple[str, int]] = {}
        self.merge(entries or {})

    def merge(self, entries: dict[str, str]) -> None:
        """Add entries. Raises ValueError, changing nothing, for one that is malformed or not loopback."""
        parsed = {}
        for name, target in entries.items():
            host, _, port = name.rpartition(":")
            address, _, target_port = target.rpartition(":")
            if not (host and port.isdigit() and target_port.isdigit()):
                raise ValueError(f"{name!r} = {target!r}: both sides are written host:port")
            if not ipaddress.ip_address(address.strip("[]")).is_loopback:
                raise ValueError(f"{name!r} = {target!r}: the sandbox never leaves loopback")
            parsed[f"{host.lower()}:{int(port)}"] = (address.strip("[]"), int(target_port))
        self._entries.update(parsed)

    def find(self, host: str, port: int) -> tuple[str, int] | None:
        return self._entries.get(f"{host.lower()}:{port}")

    def hosts(self) -> set[str]:
        return {name.rpartition(":")[0] for name in self._entries}

    def as_dict(self) -> dict[str, str]:
        return {name: f"{address}:{port}" for name, (address, port) in self._entries.items()}
