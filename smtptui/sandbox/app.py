"""The one HTTP application: four dialects under their prefixes, faults and log in front of them, and the
inspection endpoints under ``/__sandbox__``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import faults as fault_list
from .accounts import Account, describe_access, set_access
from .exchange import JSON_TYPE, Answer, Dialect, IncomingCall, Label
from .faults import Fault, Faults
from .logins import Logins
from .request_log import RequestLog
from .resolve_map import ResolveMap
from .smtp_servers import Mailbox

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
HTML_PAGE = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>Welcome</h1></body></html>\n"

HangUp = Callable[[Any], None]


@dataclass
class SandboxState:
    """Everything that the application serves and the inspection endpoints show."""

    accounts: dict[str, Account]
    dialects: list[Dialect]
    logins: Logins
    resolve: ResolveMap
    mailbox: Mailbox
    faults: Faults
    log: RequestLog


def make_app(world: SandboxState, hang_up: HangUp) -> Starlette:
    """``hang_up`` closes the connection of an ASGI scope's ``client``."""
    routes = [Route(dialect.prefix + "{path:path}", _make_endpoint(world, dialect, hang_up), methods=METHODS)
              for dialect in world.dialects]  # fmt: skip
    return Starlette(routes=[*_inspection(world), *routes])


def _make_endpoint(world: SandboxState, dialect: Dialect, hang_up: HangUp) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        call = IncomingCall(
            request.method,
            request.path_params["path"],
            dict(request.query_params),
            dict(request.headers),
            await request.body(),
        )
        label = dialect.label(call)
        world.log.add(dialect.prefix, call, label)
        delay, fault = world.faults.take(label.account, label.operation)
        if delay:
            await asyncio.sleep(delay)
        if fault is None:
            return _response(await dialect.answer(call, label))
        answer = await dialect.answer(call, label) if fault.runs_handler else None
        if fault.drop:
            hang_up(request.scope["client"])
            # The server must see the connection gone before it looks for an answer.
            await request.receive()
            return Response(status_code=204)
        return _apply_fault(dialect, label, fault, answer)

    return endpoint


def _apply_fault(dialect: Dialect, label: Label, fault: Fault, answer: Answer | None) -> Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.body == "html":
        return Response(HTML_PAGE, fault.status or 200, headers, "text/html; charset=utf-8")
    if fault.redirect is not None:
        return Response(b"", fault.status or 301, {**headers, "Location": fault.redirect})
    if fault.body == "truncated" and answer is not None:
        whole = json.dumps(answer.body).encode()
        return Response(
            whole[: len(whole) // 2], fault.status or answer.status, {**answer.headers, **headers}, JSON_TYPE
        )
    if fault.json is not None:
        return _response(Answer(fault.status or 200, fault.json, headers))
    if fault.graphql_error is not None:
        wanted = fault.graphql_error
        named = {"code": wanted} if isinstance(wanted, str) else wanted
        error = dialect.graphql_error(label, named["code"], named.get("message"))
        data = answer.body.get("data") if answer and isinstance(answer.body, dict) else None
        return _response(Answer(fault.status or 200, {"data": data, "errors": [error]}, headers))
    refusal = dialect.refusal(fault.status or 500, fault.code, fault.message)
    return _response(Answer(refusal.status, refusal.body, {**refusal.headers, **headers}))


def _response(answer: Answer) -> Response:
    body = b"" if answer.body is None else json.dumps(answer.body, separators=(",", ":")).encode()
    return Response(body, answer.status, answer.headers, JSON_TYPE if body else None)


def _inspection(world: SandboxState) -> list[Route]:
    async def state(_: Request) -> Response:
        return JSONResponse({name: account.state() for name, account in world.accounts.items()})

    async def senders(_: Request) -> Response:
        found = {n: list(a.senders.values()) for n, a in world.accounts.items() if hasattr(a, "senders")}
        return JSONResponse(found)

    async def requests(_: Request) -> Response:
        return JSONResponse(world.log.as_list())

    async def mail(_: Request) -> Response:
        return JSONResponse(world.mailbox.messages)

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            world.faults.replace(fault_list.parse_faults(await request.json()))
        return JSONResponse(world.faults.as_list())

    async def smtp(request: Request) -> Response:
        if request.method == "POST":
            world.logins.merge(_table(await request.json()))
        elif request.method == "PUT":
            world.logins.replace(_table(await request.json()))
        return JSONResponse(world.logins.as_dict())

    async def resolve(request: Request) -> Response:
        if request.method == "POST":
            world.resolve.merge(_table(await request.json()))
        return JSONResponse(world.resolve.as_dict())

    async def rights(request: Request) -> Response:
        if request.method == "POST":
            changes = _table(await request.json())
            for name in changes:
                if name not in world.accounts:
                    raise ValueError(f"no account {name!r}; there are {', '.join(world.accounts)}")
            for name, values in changes.items():
                set_access(world.accounts[name], _table(values))
        return JSONResponse({name: describe_access(account) for name, account in world.accounts.items()})

    read, write = ["GET"], ["GET", "POST"]
    return [
        Route("/__sandbox__/state", state, methods=read),
        Route("/__sandbox__/senders", senders, methods=read),
        Route("/__sandbox__/requests", requests, methods=read),
        Route("/__sandbox__/mail", mail, methods=read),
        Route("/__sandbox__/faults", _answer_mistakes(faults), methods=write),
        Route("/__sandbox__/smtp", _answer_mistakes(smtp), methods=[*write, "PUT"]),
        Route("/__sandbox__/resolve", _answer_mistakes(resolve), methods=write),
        Route("/__sandbox__/access", _answer_mistakes(rights), methods=write),
    ]


def _answer_mistakes(endpoint: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """A mistake in what was posted is answered 400 with the reason; nothing is changed."""

    async def answer_mistakes(request: Request) -> Response:
        try:
            response: Response = await endpoint(request)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return response

    return answer_mistakes


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("expected a JSON object")
    return value
