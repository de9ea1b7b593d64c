"""Parsing of lines, replies, enhanced codes and extensions."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.probe.lines import (
    MAX_LINE,
    MAX_TOTAL,
    ControlCharacterError,
    LineReader,
    ProtocolError,
    encode_line,
)
from smtptui.probe.replies import MAX_REPLY_LINES, Reply, ReplyReader, parse_extensions

WHOLE = (
    b"220 mail.test ESMTP\r\n"
    b"250-mail.test\r\n250-SIZE 100\r\n250-AUTH PLAIN LOGIN\r\n250-AUTH=CRAM-MD5 PLAIN\r\n250 STARTTLS\r\n"
    b"535-5.7.8 Username and Password\r\n535 5.7.8 not accepted\r\n250\r\n221 2.0.0 Bye\n"
)
EXPECTED = [
    Reply(220, None, ("mail.test ESMTP",)),
    Reply(250, None, ("mail.test", "SIZE 100", "AUTH PLAIN LOGIN", "AUTH=CRAM-MD5 PLAIN", "STARTTLS")),
    Reply(535, "5.7.8", ("Username and Password", "not accepted")),
    Reply(250, None, ("",)),
    Reply(221, "2.0.0", ("Bye",)),
]


def read(*chunks: bytes) -> list[Reply]:
    reader = ReplyReader()
    found = []
    for chunk in chunks:
        reader.feed(chunk)
        while (reply := reader.next_reply()) is not None:
            found.append(reply)
    assert not reader.has_pending
    return found


def test_byte_by_byte() -> None:
    assert read(*(bytes([byte]) for byte in WHOLE)) == EXPECTED


@given(st.lists(st.integers(0, len(WHOLE))))
def test_any_chunking_gives_the_same_replies(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WHOLE)]
    assert read(*(WHOLE[a:b] for a, b in pairwise(edges))) == EXPECTED


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_are_replies_or_a_protocol_error_whatever_the_chunks(data: bytes, size: int) -> None:
    def outcome(chunks: list[bytes]) -> list[Reply] | str:
        reader, found = ReplyReader(), []
        try:
            for chunk in chunks:
                reader.feed(chunk)
                while (reply := reader.next_reply()) is not None:
                    found.append(reply)
        except ProtocolError as error:
            return str(error)
        return found

    assert outcome([data]) == outcome([data[n : n + size] for n in range(0, len(data), size)])


@pytest.mark.parametrize(
    ("line", "enhanced"),
    [
        (b"535 5.7.8 no\r\n", "5.7.8"),
        (b"535 5.7.139\r\n", "5.7.139"),
        (b"535 2.7.8 the class contradicts the code\r\n", None),
        (b"535 5.7 no\r\n", None),
        (b"535 5.7.8.9 no\r\n", None),
        (b"334 5.7.8 no\r\n", None),
        (b"250 2.0.0\r\n", "2.0.0"),
    ],
)
def test_enhanced_codes(line: bytes, enhanced: str | None) -> None:
    assert read(line)[0].enhanced == enhanced


@pytest.mark.parametrize(
    "line",
    [
        b"\r\n",
        b"25 ok\r\n",
        b"2500 ok\r\n",
        b"150 no\r\n",
        b"650 no\r\n",
        b"250_x\r\n",
        b" 250 x\r\n",
        b"ok\r\n",
    ],
)
def test_invalid_replies_are_protocol_errors(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(line)


def test_the_lines_of_a_reply_must_have_one_code() -> None:
    with pytest.raises(ProtocolError, match="different codes"):
        read(b"250-a\r\n251 b\r\n")


def test_limits() -> None:
    with pytest.raises(ProtocolError, match="line is longer"):
        read(b"2" * (MAX_LINE + 1))
    with pytest.raises(ProtocolError, match="line is longer"):
        read(b"250 " + b"x" * MAX_LINE + b"\r\n")
    with pytest.raises(ProtocolError, match="reply is longer"):
        read(b"250-x\r\n" * (MAX_REPLY_LINES + 1))
    with pytest.raises(ProtocolError, match="reply is longer"):
        read((b"250-" + b"x" * 8000 + b"\r\n") * 5)
    with pytest.raises(ProtocolError, match="more than 256 KiB"):
        read(*[b"250 x\r\n" * 1000] * (MAX_TOTAL // 7000 + 1))


def test_buffered_bytes_are_pending() -> None:
    reader = ReplyReader()
    reader.feed(b"220 go\r\n2")
    assert reader.next_reply() == Reply(220, None, ("go",))
    assert reader.has_pending
    reader = ReplyReader()
    reader.feed(b"220-go\r\n")
    assert reader.next_reply() is None
    assert reader.has_pending


@pytest.mark.parametrize("bad", ["a\rb", "a\nb", "a\0b", "a\x7fb", "a\x1bb", "\t"])
def test_no_control_character_is_sent(bad: str) -> None:
    with pytest.raises(ControlCharacterError) as caught:
        encode_line(bad)
    assert bad not in str(caught.value)


def test_lines_end_with_crlf() -> None:
    assert encode_line("EHLO ü") == b"EHLO \xc3\xbc\r\n"
    reader = LineReader()
    reader.feed(b"a\r\nb\nc")
    assert [reader.next_line(), reader.next_line(), reader.next_line()] == [b"a", b"b", None]


def test_extensions_are_parsed() -> None:
    found = parse_extensions(EXPECTED[1])
    assert found.name == "mail.test"
    assert found.mechanisms == ("PLAIN", "LOGIN", "CRAM-MD5")
    assert found.has("STARTTLS")
    assert found.keywords["SIZE"] == "100"
    odd = parse_extensions(Reply(250, None, ("p", " starttls ", "x-odd 1 2", "", "\x1b[2J")))
    assert odd.has("STARTTLS")
    assert odd.keywords["X-ODD"] == "1 2"
    assert "\x1b" not in str(odd)
