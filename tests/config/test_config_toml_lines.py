"""Line numbers of keys."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from smtptui.config.toml_lines import find_key_lines, find_line, format_key

TEXT = '''# a comment with x = 1
top = 1
[a."b c"] # header
x.y = [
  "z = 1",
]
"q \\" = " = """
[not.a.table]
no = 1
"""
after = 2
[[list]]
n = 1
[[list]]
n = 2
'''


def test_the_line_of_each_key_is_found() -> None:
    tomllib.loads(TEXT)
    lines = find_key_lines(TEXT)
    assert lines[("top",)] == 2
    assert lines[("a", "b c")] == 3
    assert lines[("a", "b c", "x", "y")] == 4
    assert lines[("a", "b c", 'q " = ')] == 7
    assert lines[("a", "b c", "after")] == 11
    assert lines[("list", "1", "n")] == 15
    assert ("not", "a", "table") not in lines
    assert find_line(lines, ("a", "b c", "missing")) == 3
    assert find_line(lines, ("nowhere",)) is None


def test_tables_below_an_array_belong_to_its_last_element() -> None:
    lines = find_key_lines("[[a]]\n[a.b]\nx = 1\n[[a]]\n[a.b.c]\ny = 2\n[[a.d]]\n[[a.d]]\nz = 3\n")
    assert lines[("a", "0", "b", "x")] == 3
    assert lines[("a", "1", "b", "c", "y")] == 6
    assert lines[("a", "1", "d", "1", "z")] == 9


@given(st.text())
def test_any_text_is_read_without_failing(text: str) -> None:
    assert all(1 <= line <= len(text.splitlines()) for line in find_key_lines(text).values())


def test_keys_are_written_as_in_toml() -> None:
    assert format_key(("a", "b c", 'd"')) == 'a."b c"."d\\""'
