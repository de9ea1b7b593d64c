"""The state machine without a socket: scripted replies in, actions out."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.probe.actions import Close, Connect, Connected, Receive, Resolve, Send
from smtptui.probe.hosts import Address, InvalidNameError, apply_resolve_map, encode_host, interleave
from smtptui.probe.stages import Stage
from smtptui.probe.state_machine import Conversation
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import VERDICTS, Verdict
from smtptui.secrets.secret import Secret

from ..canary import CANARY, secret_text

HERE = Address(int(socket.AF_INET), "192.0.2.1", 25)
GOOD = [b"220 p\r\n", b"250-p\r\n250-SIZE 1\r\n250 AUTH PLAIN\r\n", b"235 2.7.0 ok\r\n", b"221 2.0.0 bye\r\n"]


def target(**more: Any) -> ProbeTarget:
    values = {"username": "u", "secret": Secret(secret_text()), "allow_cleartext": True, **more}
    return ProbeTarget("h.test", 25, "none", **values)


class Play:
    """Drives a conversation: one reply becomes readable with the connection, and one after each Send."""

    def __init__(self, replies: list[bytes], chunk: Iterator[int] | None = None, **faults: Exception) -> None:
        self.sent: list[bytes] = []
        self.resolved: list[str] = []
        self.seconds = 0.0
        self._replies, self._chunk, self._faults = list(replies), chunk, faults
        self._readable = b""

    def run(self, wanted: ProbeTarget, options: ProbeOptions | None = None, **more: Any) -> Verdict:
        conversation = Conversation(
            wanted, options or ProbeOptions(), clock=lambda: self.seconds, **more
        ).run()
        answer: Any = None
        failure: Exception | None = None
        try:
            while True:
                action = conversation.throw(failure) if failure else conversation.send(answer)
                answer = failure = None
                try:
                    answer = self._act(action)
                except OSError as error:
                    failure = error
        except StopIteration as end:
            found: Verdict = end.value
            return found

    def _act(self, action: Any) -> Any:
        fault = self._faults.get(type(action).__name__.lower())
        if fault is not None:
            raise fault
        match action:
            case Resolve(host, _, _):
                self.resolved.append(host)
                return [HERE]
            case Connect():
                self._next()
                return Connected(HERE, "192.0.2.9")
            case Send(data, _, _):
                self.sent.append(data)
                self._next()
            case Receive(timeout, _):
                if not self._readable:
                    self.seconds += timeout
                    raise TimeoutError
                size = next(self._chunk, len(self._readable)) if self._chunk else len(self._readable)
                data, self._readable = self._readable[:size], self._readable[size:]
                return data
            case Close():
                pass
        return None

    def _next(self) -> None:
        if self._replies:
            self._readable += self._replies.pop(0)


def test_a_whole_conversation() -> None:
    play, heard = Play(GOOD), list[Stage]()
    found = play.run(target(), on_stage=heard.append)
    assert (found.id, found.status) == ("auth.verified", "verified")
    assert [line.split()[0] for line in play.sent] == [b"EHLO", b"AUTH", b"QUIT"]
    assert play.sent[0] == b"EHLO [192.0.2.9]\r\n"
    names = [stage.name for stage in found.stages]
    assert names == ["dns", "tcp", "banner", "ehlo", "auth", "quit"]
    assert [(s.name, s.state) for s in heard] == [(n, s) for n in names for s in ("running", "ok")]
    assert found.address == "192.0.2.1:25"
    assert found.server_said == "235 2.7.0 ok"
    assert "the login" not in found.not_proven
    assert CANARY not in "".join(map(str, found.transcript))
    assert "-> AUTH PLAIN <redacted>" in map(str, found.transcript)


@given(st.lists(st.integers(1, 5), max_size=200))
def test_any_chunking_gives_the_same_verdict(sizes: list[int]) -> None:
    assert Play(GOOD, iter(sizes)).run(target()) == Play(GOOD).run(target())


@given(st.lists(st.binary(max_size=80), max_size=6))
def test_any_replies_give_a_verdict_and_only_235_verifies(replies: list[bytes]) -> None:
    found = Play(replies).run(target())
    assert found.status != "verified" or any(reply.startswith(b"235") for reply in replies)


def test_no_user_name_is_reachable_and_no_login() -> None:
    play = Play([GOOD[0], GOOD[1], GOOD[3]])
    found = play.run(target(username=None, secret=None))
    assert (found.id, found.status, found.auth.get("attempts")) == ("smtp.reachable", "reachable", None)


def test_no_auth_offered_is_not_success() -> None:
    found = Play([GOOD[0], b"250 p\r\n", GOOD[3]]).run(target())
    assert (found.id, found.status) == ("auth.not_offered", "failed")


@pytest.mark.parametrize(
    ("where", "fault", "expected"),
    [
        ("resolve", socket.gaierror(socket.EAI_NONAME, "no"), "dns.not_found"),
        ("resolve", socket.gaierror(socket.EAI_AGAIN, "later"), "dns.failed"),
        ("resolve", TimeoutError(), "dns.timeout"),
        ("connect", ConnectionRefusedError(111, "no"), "connect.refused"),
        ("connect", TimeoutError(), "connect.timeout"),
        ("connect", OSError(101, "no way"), "connect.unreachable"),
        ("receive", ConnectionResetError(104, "reset"), "connect.dropped"),
        ("send", BrokenPipeError(32, "pipe"), "connect.dropped"),
    ],
)
def test_network_faults_have_their_own_ids(where: str, fault: OSError, expected: str) -> None:
    faults: dict[str, Any] = {where: fault}
    found = Play(GOOD, **faults).run(target())
    assert found.id == expected
    assert found.stages[0].state == ("fail" if where == "resolve" else "ok")
    assert found.stages[-1].state == "not_reached"
    assert all(stage.text for stage in found.stages if stage.state == "fail")


def test_a_silent_login_is_undetermined() -> None:
    assert Play(GOOD[:2]).run(target()).id == "auth.timeout"


def test_an_unsolicited_reply_ends_the_conversation() -> None:
    found = Play([GOOD[0], GOOD[1] + b"235 2.7.0 ok\r\n"]).run(target())
    assert (found.id, found.status) == ("auth.protocol", "undetermined")
    assert found.auth["attempts"] == 0


def test_a_login_with_endless_challenges_is_aborted() -> None:
    replies = [
        GOOD[0],
        b"250-p\r\n250 AUTH SCRAM-SHA-256\r\n",
        b"334 cj1vdGhlcg==\r\n",
        b"501 5.7.0 no\r\n",
        GOOD[3],
    ]
    play = Play(replies)
    assert play.run(target()).id == "auth.protocol"
    assert b"*\r\n" in play.sent


def test_a_long_initial_response_waits_for_its_challenge() -> None:
    play = Play([*GOOD[:2], b"334 \r\n", *GOOD[2:]])
    found = play.run(target(secret=Secret(CANARY + "x" * 12000)))
    assert found.id == "auth.verified"
    assert play.sent[1] == b"AUTH PLAIN\r\n"
    assert found.auth["attempts"] == 1


def test_names_are_encoded_before_dns_by_idna_2008() -> None:
    play = Play(GOOD)
    play.run(ProbeTarget("faß.example", 25, "none", None))
    assert play.resolved == ["xn--fa-hia.example"]


def test_security_is_inferred_from_the_port() -> None:
    stages = {
        port: [s.name for s in Conversation(ProbeTarget("h.test", port, None), ProbeOptions())._log.stages()]
        for port in (465, 587)
    }
    assert stages[465][:3] == ["dns", "tcp", "tls"]
    assert "starttls" in stages[587]


@pytest.mark.parametrize(
    ("given_name", "wanted"),
    [
        ("Smtp.Example.TEST.", "smtp.example.test"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_host_names(given_name: str, wanted: str) -> None:
    assert encode_host(given_name) == wanted


def test_the_resolve_map_applies_to_either_spelling() -> None:
    leads = {"faß.example:25": "127.0.0.1:2525", "[::1]:25": "[::1]:2526"}
    assert apply_resolve_map(leads, ("xn--fa-hia.example", "faß.example"), 25) == Address(
        int(socket.AF_INET), "127.0.0.1", 2525
    )
    assert apply_resolve_map(leads, ("::1", "[::1]"), 25) == Address(int(socket.AF_INET6), "::1", 2526)
    assert apply_resolve_map(leads, ("h.test",), 25) is None
    with pytest.raises(InvalidNameError):
        apply_resolve_map({"h.test:25": "h.test:25"}, ("h.test",), 25)


def test_address_families_alternate() -> None:
    six, four = int(socket.AF_INET6), int(socket.AF_INET)
    found = [
        Address(six, "::1", 1),
        Address(six, "::2", 1),
        Address(four, "192.0.2.1", 1),
        Address(six, "::1", 1),
    ]
    assert [a.ip for a in interleave(found)] == ["::1", "192.0.2.1", "::2"]


def test_a_server_slow_at_every_stage_exceeds_the_total_deadline() -> None:
    class Slow(Play):
        def _act(self, action: Any) -> Any:
            self.seconds += 14 if isinstance(action, Receive) else 0
            return super()._act(action)

    ok = b"250 2.1.0 ok\r\n"
    found = Slow([*GOOD[:3], ok, ok, ok]).run(target(sender="a@b.test"), ProbeOptions(timeout=15.0))
    assert (found.id, found.status) == ("probe.deadline", "undetermined")
    assert found.auth["result"] == "accepted"


def test_a_server_that_sends_byte_by_byte_exceeds_the_deadline_of_its_stage() -> None:
    class Dripping(Play):
        def _act(self, action: Any) -> Any:
            if isinstance(action, Receive):
                self.seconds += 1
                return b"250-x\r\n" if self.sent else GOOD[0]
            return super()._act(action)

    found = Dripping([]).run(target(), ProbeOptions(timeout=15.0))
    assert (found.id, found.status) == ("command.timeout", "undetermined")


class Closed(Play):
    """The stored port cannot be connected to; `open_ports` of the same address can."""

    def __init__(
        self, *open_ports: int, failure: OSError | None = None, found: list[Address] | None = None
    ) -> None:
        super().__init__([])
        self.open_ports, self.asked = open_ports, list[tuple[int, ...]]()
        self.allowed = list[float]()
        self._failure, self._found = failure or TimeoutError(), found or [HERE]

    def _act(self, action: Any) -> Any:
        if isinstance(action, Resolve):
            return self._found
        if isinstance(action, Connect):
            self.asked.append(tuple(address.port for address in action.addresses))
            self.allowed.append(action.timeout)
            for address in action.addresses:
                if address.port in self.open_ports:
                    return Connected(address, "192.0.2.9")
            raise self._failure
        return super()._act(action)


def test_when_the_port_is_silent_an_answering_port_is_suggested_without_sending_to_it() -> None:
    play = Closed(2465)
    found = play.run(target())
    assert (found.id, found.status) == ("connect.timeout", "undetermined")
    assert found.edit == {"port": 2465, "security": "tls"}
    assert "Port 2465 of the same host answers" in found.remedy
    assert play.asked == [(25,), (587, 465, 2525, 2465)]
    assert play.sent == []


@pytest.mark.parametrize("options", [ProbeOptions(), ProbeOptions(other_ports=False)])
def test_when_no_port_answers_none_is_suggested(options: ProbeOptions) -> None:
    play = Closed()
    found = play.run(target(), options)
    assert (found.id, found.edit) == ("connect.timeout", None)
    assert "outgoing SMTP is blocked" in found.remedy
    assert len(play.asked) == (2 if options.other_ports else 1)


CLOSED = [
    (ConnectionRefusedError(errno.ECONNREFUSED, "no"), "connect.refused", "failed"),
    (OSError(errno.EHOSTUNREACH, "no"), "connect.unreachable", "undetermined"),
    (OSError(errno.ENETUNREACH, "no"), "connect.unreachable", "undetermined"),
    (PermissionError(errno.EPERM, "no"), "connect.unreachable", "undetermined"),
]
"""Firewalls turn connections to one port away in each of these ways."""


@pytest.mark.parametrize(("failure", "verdict_id", "status"), CLOSED)
def test_when_the_port_is_closed_an_open_port_is_suggested_without_sending_to_it(
    failure: OSError, verdict_id: str, status: str
) -> None:
    play = Closed(587, failure=failure)
    stored = ProbeTarget("h.test", 465, "tls", username="u", secret=Secret(secret_text()))
    found = play.run(stored, ProbeOptions(timeout=15.0))
    assert (found.id, found.status) == (verdict_id, status)
    assert found.edit == {"port": 587, "security": "starttls"}
    assert "Port 587 of the same host answers" in found.remedy
    assert play.asked == [(25,), (587, 2525, 2465)]
    assert play.allowed[1] <= 5.0
    assert (play.sent, found.auth, found.address) == ([], {}, None)
    tcp = next(stage for stage in found.stages if stage.name == "tcp")
    assert (tcp.state, bool(tcp.text)) == ("fail", True)


@pytest.mark.parametrize("options", [ProbeOptions(), ProbeOptions(other_ports=False)])
@pytest.mark.parametrize(("failure", "verdict_id", "status"), CLOSED)
def test_when_every_port_is_closed_none_is_suggested(
    failure: OSError, verdict_id: str, status: str, options: ProbeOptions
) -> None:
    play = Closed(failure=failure)
    found = play.run(target(), options)
    assert (found.id, found.status, found.edit) == (verdict_id, status, None)
    assert found.remedy == VERDICTS[verdict_id].remedy
    assert len(play.asked) == (2 if options.other_ports else 1)


def test_other_ports_are_tried_in_both_families() -> None:
    """The resolver may put first the family that this machine has no way to."""
    six = Address(int(socket.AF_INET6), "2001:db8::1", 25)
    play = Closed(
        failure=ConnectionRefusedError(errno.ECONNREFUSED, "no"),
        found=[six, six._replace(ip="2001:db8::2"), HERE],
    )
    play.run(target())
    assert play.asked[1] == (587, 587, 465, 465, 2525, 2525, 2465, 2465)


def test_other_ports_of_a_mapped_host_are_tried_only_where_the_map_has_them() -> None:
    led = {"h.test:25": "192.0.2.1:2500", "h.test:465": "192.0.2.1:4650"}
    play = Closed(4650, 587)
    assert play.run(target(), ProbeOptions(resolve=led)).edit == {"port": 465, "security": "tls"}
    assert play.asked == [(2500,), (4650,)]


def test_a_server_with_only_helo_is_diagnosed_and_gets_no_login() -> None:
    play = Play([GOOD[0], b"500 5.5.1 unknown\r\n", b"250 p\r\n", GOOD[3]])
    found = play.run(target())
    assert (found.id, found.status) == ("ehlo.refused", "failed")
    assert "only HELO" in found.cause
    assert found.server_said == "500 5.5.1 unknown"
    assert [line.split()[0] for line in play.sent] == [b"EHLO", b"HELO", b"QUIT"]


def test_a_server_that_refuses_ehlo_and_helo_is_refused_by_the_table() -> None:
    play = Play([GOOD[0], b"500 5.5.1 unknown\r\n", b"500 5.5.1 unknown\r\n", GOOD[3]])
    found = play.run(target())
    assert (found.id, found.status, "HELO" in found.cause) == ("ehlo.refused", "failed", False)
