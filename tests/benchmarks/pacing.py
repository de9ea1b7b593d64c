"""A migration's requests at Sendmux, paced below its 600 a minute: the share of the allowed rate, and the 429s.

Each credential is created (POST), tested (POST, a real login at the sandbox's SMTP server) and read again (GET).
The sandbox's window is scaled in time, and the client is not told: it learns it. The share is of the allowed rate
over the whole run; it may pass 1, since the first window began empty. Beside it stand the seconds that a client of
endless speed would need without a 429, and how long this one waited for its turn: where it hardly waited, the
machine was slower than the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from smtptui.net.call import Call, CallKind
from smtptui.net.options import SessionOptions
from smtptui.net.response import Response
from smtptui.net.session import HttpSession
from smtptui.sandbox.running import RunningSandbox
from smtptui.secrets.redactor import Redactor

LIMIT = 600
WINDOW = 60.0
RUNS = ((0.2, 1000, 1), (0.2, 1000, 4), (0.1, 1000, 1), (0.1, 1000, 4), (1.0, 250, 1), (1.0, 250, 4))


class Migration:
    """Creations one after the other, or several at once, as the requests of one account."""

    def __init__(self, url: str, key: str, concurrency: int) -> None:
        options = SessionOptions(
            account="acme-sendmux", base_url=url, concurrency=concurrency, requests_per_minute=LIMIT
        )
        self.waited = 0.0
        self.session = HttpSession(options, Redactor(), sleep=self.sleep)
        self.headers = {"Authorization": f"Bearer {key}"}
        self.concurrency = concurrency
        self.sent: list[float] = []
        self.refused = 0

    async def sleep(self, seconds: float) -> None:
        start = time.perf_counter()
        await asyncio.sleep(seconds)
        self.waited += time.perf_counter() - start

    def seen(self, answer: Response) -> None:
        self.sent.append(time.perf_counter())
        self.refused += answer.status == 429

    async def request(self, operation: str, method: str, path: str, json: object = None) -> Response:
        kind = CallKind.READ if method == "GET" else CallKind.WRITE
        call = Call(operation, kind)
        return await self.session.send(
            call, method, path, json=json, headers=self.headers, classify=self.seen
        )

    async def one(self, number: int) -> None:
        draft = {
            "name": f"Sender {number}",
            "smtp_host": "smtp.mailgun.org",
            "smtp_port": 587,
            "smtp_protocol": "starttls",
            "smtp_username": f"postmaster{number}@mg.acme.example",
            "smtp_password": f"pw-{number}",
        }
        id = (await self.request("create", "POST", "providers", draft)).json()["data"]["id"]
        await self.request("test", "POST", f"providers/{id}/test")
        await self.request("get", "GET", f"providers/{id}")

    async def run(self, creations: int) -> float:
        numbers = iter(range(creations))

        async def worker() -> None:
            for number in numbers:
                await self.one(number)

        start = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(self.concurrency):
                group.create_task(worker())
        taken = time.perf_counter() - start
        await self.session.aclose()
        return taken


def measured(scale: float, creations: int, concurrency: int) -> None:
    with RunningSandbox(seed="empty", rate_time_scale=scale) as sandbox:
        key = sandbox.ask("access")["acme-sendmux"]["login"]["api_key"]
        migration = Migration(f"{sandbox.url}/sendmux/api/v1", key, concurrency)
        taken = asyncio.run(migration.run(creations))
    allowed = LIMIT / (WINDOW * scale)
    requests = len(migration.sent)
    fastest = (requests - 1) // LIMIT * WINDOW * scale
    print(
        f"scale {scale:4.2f}, {concurrency} at once: {requests} requests in {taken:6.2f} s "
        f"(at best {fastest:6.2f} s), share {requests / taken / allowed:5.2f}, "
        f"429: {migration.refused}, waited {migration.waited:6.2f} s",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", type=float, help="one time scale")
    only = options.parse_args().only
    for scale, creations, concurrency in RUNS:
        if only in (None, scale):
            measured(scale, creations, concurrency)


if __name__ == "__main__":
    main()
