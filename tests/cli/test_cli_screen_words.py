"""Words that open the screen are read without the parser, as the parser reads them."""

from __future__ import annotations

from typing import Any

import pytest

from smtptui.cli.framework.fast_parser import parse_fast
from smtptui.cli.framework.invocation import CommonOptions, Invocation
from smtptui.cli.framework.output import Output
from smtptui.cli.framework.parser import parse_and_run


@pytest.mark.parametrize(
    "words",
    [
        (), ("--mouse",), ("--stats", "--read-only"), ("--config", "f"), ("--config=f", "--state-dir=d", "--quiet"),
        ("--account", "a", "--account=b", "--verbose"),
    ],
)  # fmt: skip
def test_plain_words_open_the_screen_the_parser_would_open(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Invocation] = []

    def run(call: Invocation) -> int:
        calls.append(call)
        return 0

    monkeypatch.setattr("smtptui.cli.commands.tui.run", run)
    opens: Any = lambda *_, **__: 0  # noqa: E731
    assert parse_and_run(words, Output(), opens) == 0
    (parsed,) = calls
    plain = parse_fast(words)
    assert plain is not None and plain.verb is None
    assert CommonOptions.merge(plain.common, {}) == parsed.common
    assert [bool(plain.values.get(flag)) for flag in ("mouse", "stats")] == [
        parsed.flag("mouse"),
        parsed.flag("stats"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("list",), ("--version",), ("--help",), ("-h",), ("--mouse=1",), ("--config",), ("--config", "-x"),
        ("--config", "a", "--config", "b"), ("--config=", "--mouse"), ("--config", ""), ("--nope",), ("--",), ("--mouse", "list"),
    ],
)  # fmt: skip
def test_irregular_words_are_left_to_the_parser(words: tuple[str, ...]) -> None:
    assert parse_fast(words) is None
