"""Tables, CSV, JSON and errors: width, hostile text, formulas, one document."""

from __future__ import annotations

import csv
import errno
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.cli.framework.output import Output, OutputClosed
from smtptui.cli.render.cells import cell_width, shorten
from smtptui.cli.render.columns import TableColumn, format_table
from smtptui.cli.render.credentials import credential_lines, list_lines, list_row
from smtptui.cli.render.csv_out import HEADER, csv_line, csv_row, format_cell
from smtptui.cli.render.errors import error_lines
from smtptui.cli.render.json_out import StreamedEnvelope, write_envelope
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    AmbiguousError,
    ConfigurationError,
    ConflictError,
    RemoteState,
    UnavailableError,
)
from smtptui.model.fields import FIELDS
from smtptui.model.verification import Opinion, Status, Verification

NOW = datetime(2030, 1, 10, tzinfo=UTC)


def _credential(**known: object) -> Credential:
    values = {"account": "acme-blue", "provider": "blue", "id": "cm" + "0" * 22, **known}
    return Credential(**values)  # type: ignore[arg-type]


def _streams() -> tuple[Output, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Output(out, err), out, err


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60)), max_size=5))
def test_a_table_is_never_wider_than_the_terminal(rows: list[tuple[str, str, str]]) -> None:
    lines = list(format_table([TableColumn("A"), TableColumn("B"), TableColumn("C")], rows, 80))
    assert all(cell_width(line) <= 80 for line in lines)
    assert len(lines) == len(rows) + 1
    assert not any(character in line for line in lines for character in "\x1b\n\r\u202e")


def test_wide_characters_count_two_cells() -> None:
    assert cell_width("東京") == 4
    assert shorten("東京都", 5) == "東京…"
    assert cell_width("e\u0301") == 1


def test_a_list_fits_80_columns_and_never_cuts_an_id() -> None:
    long = _credential(
        id="0123abcd-0000-4000-8000-0123456789ab", name="A very long name " * 3,
        host="email-smtp.eu-west-1.amazonaws.com", port=587,
        verification=Verification(Opinion(Status.VERIFIED, "2030-01-08T00:00:00Z")),
    )  # fmt: skip
    lines = list(list_lines([list_row(long, NOW)], 80))
    assert all(cell_width(line) <= 80 for line in lines)
    assert long.id in lines[1]
    assert "verified 2d" in lines[1]


def test_show_lines_say_what_is_inferred_and_who_verified() -> None:
    shown = "\n".join(
        credential_lines(
            _credential(
                security="tls", security_inferred=True, default=True, native={"percentage": 40},
                verification=Verification(Opinion(Status.FAILED, "2030-01-09T00:00:00Z", "535 no")),
            ),
            NOW,
        )
    )  # fmt: skip
    assert "tls (inferred from the port)" in shown
    assert "by the provider ✗ failed" in shown
    assert "percentage" in shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1"])
def test_a_formula_is_made_harmless_in_csv(text: str) -> None:
    assert format_cell(text).startswith("'")


def test_csv_columns_are_those_of_the_field_table() -> None:
    line = csv_line(csv_row(_credential(name="=1+1", port=25, default=False, native={"a": 1})))
    (row,) = csv.DictReader(io.StringIO(csv_line(HEADER) + line))
    assert list(row) == [*(field.name for field in FIELDS), "verified_at"]
    assert (row["name"], row["port"], row["default"], row["native"]) == ("'=1+1", "25", "false", '{"a": 1}')
    assert row["verification"] == "unknown"


def test_streamed_json_is_one_ascii_document() -> None:
    streams, out, _ = _streams()
    envelope = StreamedEnvelope(streams, "credentials")
    envelope.add({"name": "Büro \x1b[31m \ud800"})
    envelope.add({"name": "two"})
    envelope.close({"accounts": []})
    assert out.getvalue().isascii()
    body = json.loads(out.getvalue())
    assert list(body) == ["schema", "credentials", "accounts"]
    assert [item["name"] for item in body["credentials"]] == ["Büro \x1b[31m \ud800", "two"]


def test_streamed_json_without_items() -> None:
    streams, out, _ = _streams()
    StreamedEnvelope(streams, "credentials").close({"accounts": []})
    assert json.loads(out.getvalue()) == {"schema": 1, "credentials": [], "accounts": []}


def test_nothing_is_written_before_the_first_item() -> None:
    streams, out, _ = _streams()
    StreamedEnvelope(streams, "credentials")
    assert out.getvalue() == ""


def test_envelope_begins_with_the_schema() -> None:
    streams, out, _ = _streams()
    write_envelope(streams, {"error": {"message": "é"}})
    assert out.getvalue().isascii()
    assert list(json.loads(out.getvalue())) == ["schema", "error"]


def test_an_error_says_what_why_what_is_true_and_what_next() -> None:
    error = UnavailableError(
        "It broke.", account="acme", operation="update", code="500", request_id="r1", retry_after=3,
        outcome=RemoteState.UNKNOWN, hint="Do this.",
    )  # fmt: skip
    assert list(error_lines(error)) == [
        "Error: acme: It broke.",
        "  (operation update, code 500, request id r1)",
        "  Whether the change was made is not known. The provider asks to wait 3 s. Do this.",
    ]


def test_a_conflict_shows_both_versions() -> None:
    error = ConflictError(
        "Changed.", details={"yours": {"port": 1, "host": "a"}, "theirs": {"port": 2, "host": "a"}}
    )
    text = "\n".join(error_lines(error))
    assert "port: yours 1, theirs 2" in text
    assert "host" not in text


def test_every_problem_of_a_configuration_is_listed() -> None:
    error = ConfigurationError(
        "2 problems.",
        details=[
            {
                "file": "c.toml",
                "line": 3,
                "key": "accounts.a.x",
                "problem": "unknown key",
                "hint": "Did you mean 'y'?",
            },
            {"file": "c.toml", "line": None, "key": "ui", "problem": "bad", "hint": ""},
        ],
    )
    text = "\n".join(error_lines(error))
    assert "c.toml:3: accounts.a.x: unknown key Did you mean 'y'?" in text
    assert "c.toml: ui: bad" in text


def test_ambiguous_matches_are_listed() -> None:
    text = "\n".join(error_lines(AmbiguousError("Two.", details=["acme/1", "acme/2"])))
    assert "acme/1" in text
    assert "acme/2" in text


def test_text_from_outside_is_harmless_on_both_streams() -> None:
    streams, out, err = _streams()
    streams.write_line("a\x1b[31mb\u202ec")
    streams.write_error("a\x1b[31mb\rc")
    assert "\x1b" not in out.getvalue() + err.getvalue()
    assert "\u202e" not in out.getvalue()
    assert "\r" not in err.getvalue()


def test_stderr_passes_the_redactor() -> None:
    streams, _, err = _streams()

    class Stars:
        def redact(self, text: str) -> str:
            return text.replace("hidden", "***")

    streams.redactor = Stars()
    streams.write_error("it is hidden")
    assert err.getvalue() == "it is ***\n"


def test_no_progress_without_a_terminal() -> None:
    streams, _, err = _streams()
    streams.show_progress("reading")
    assert err.getvalue() == ""


def test_after_the_reader_went_the_work_goes_on() -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            raise OSError

    streams = Output(Broken(), io.StringIO())
    streams.write("one")
    streams.write("two")
    with pytest.raises(OutputClosed):
        streams.raise_if_unread()


def test_no_room_for_the_output_is_kept_as_an_error_and_the_work_goes_on() -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        def fileno(self) -> int:
            raise OSError

    streams = Output(Full(), io.StringIO())
    streams.write("one")
    streams.flush()
    streams.write("two")
    assert streams.failure is not None
    assert "No space left on device" in streams.failure.message
