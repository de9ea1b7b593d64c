"""Export, and file:PATH wherever an account or a credential is named."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from smtptui.sandbox.running import RunningSandbox

from ..canary import secret_text
from .conftest import Run, passwords

BROKEN = """\
schema = 1
[[credentials]]
host = "smtp.a.example"
prot = 587
password = "{secret}"
"""


def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_everything_is_exported_without_a_password(cli: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    ended = cli("export", "file:out.toml", "acme-blue", "acme-sendmux", "--json")
    assert ended.status == 0, ended.err
    body, path = ended.json, home(tmp_path) / "out.toml"
    assert list(body) == ["schema", "exported", "file", "left_out", "accounts"]
    assert body["file"] == str(path) and path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert not [password for password in passwords(sandbox) if password in text]
    listed = cli("list", "acme-blue", "acme-sendmux", "--json").json["credentials"]
    addresses = [f"{item['account']}/{item['id']}" for item in listed]
    left_out = [item["address"] for item in body["left_out"]]
    assert left_out and sorted([*body["exported"], *left_out]) == sorted(addresses)
    assert all(address in ended.err for address in left_out)
    # What was exported is read back field by field, hostile names and all.
    again = {item["id"]: item for item in cli("list", "file:out.toml", "--json").json["credentials"]}
    assert len(again) == len(body["exported"]) == len(tomllib.loads(text)["credentials"])
    for item in listed:
        if f"{item['account']}/{item['id']}" in body["exported"]:
            kept = again[item["id"]]
            for name in ("name", "host", "port", "security", "username", "from_email", "from_name", "active"):
                assert kept[name] == item[name], name


def test_a_file_that_is_there_is_not_replaced_without_a_yes(cli: Run, tmp_path: Path) -> None:
    assert cli("export", "out.toml", "acme-blue").status == 0
    before = (home(tmp_path) / "out.toml").read_bytes()
    refused = cli("export", "out.toml", "acme-pipefy", "--json")
    assert refused.status == 6 and refused.error["kind"] == "consent_missing" and "--yes" in refused.err
    assert (home(tmp_path) / "out.toml").read_bytes() == before
    assert cli("export", "out.toml", "acme-pipefy", "--yes").status == 0
    assert (home(tmp_path) / "out.toml").read_bytes() != before


def test_an_account_that_cannot_be_read_makes_three(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.faults([{"account": "acme-blue", "body": "html", "times": 1000}])
    some = cli("export", "out.toml", "acme-blue", "acme-sendmux", "--json")
    assert some.status == 3 and some.json["exported"]
    assert (home(tmp_path) / "out.toml").exists()
    none = cli("export", "none.toml", "acme-blue", "--json")
    assert none.status == 5 and none.json["file"] is None and none.error
    assert not (home(tmp_path) / "none.toml").exists()


def test_a_credential_in_a_file_lives_like_any_other(cli: Run, tmp_path: Path) -> None:
    made = cli(
        "create", "file:a=b.toml", "--host", "mail.acme.example", "--port", "587",
        "--username", "cli", "--password-from", "env:NOT_SET", "--json",
    )  # fmt: skip
    assert made.status == 0, made.err
    credential = made.json["credential"]
    address = f"file:a=b.toml#{credential['id']}"
    assert (credential["native"], credential["password"]) == ({"password_from": "env:NOT_SET"}, "absent")
    assert cli("edit", address, "--from-email", "cli@acme.example").status == 0
    assert cli("show", address, "--json").json["credential"]["from_email"] == "cli@acme.example"
    assert cli("edit", address, "--clear-password").status == 0
    assert cli("show", address, "--json").json["credential"]["native"] == {}
    audit = cli("audit", "file:a=b.toml", "--json")
    assert {(item["rule"], item["id"]) for item in audit.json["findings"]} >= {
        ("password-absent", credential["id"])
    }
    assert cli("delete", address, "--yes", "--json").json["deleted"] == [address]
    assert cli("list", "file:a=b.toml", "--json").json["credentials"] == []


def test_a_record_is_probed_with_the_password_its_reference_leads_to(
    cli: Run, sandbox: RunningSandbox
) -> None:
    login = {"host": "mail.acme.example", "username": "reports"}
    known = next(
        item
        for item in sandbox.state()["acme-blue"]
        if (item["host"], item["username"]) == tuple(login.values())
    )
    cli("create", "file:p.toml", "--host", login["host"], "--port", str(known["port"]), "--username", login["username"],
        "--password-from", "env:PW")  # fmt: skip
    ended = cli("verify", "file:p.toml", "--json", "--yes", env={"PW": known["password"]})
    (result,) = ended.json["results"]
    assert (ended.status, result["method"], result["status"]) == (0, "probe", "verified"), ended.err


@pytest.mark.parametrize(
    "words", [("list", "file:"), ("show", "file:x.toml"), ("export", "file:"), ("list", "file:x.toml#none")]
)
def test_what_names_no_file_or_no_record_is_an_error(cli: Run, words: tuple[str, ...]) -> None:
    ended = cli(*words)
    assert ended.status == 2 and "Nothing was changed" in ended.err


def test_a_broken_file_is_reported_with_every_line_and_without_the_password(cli: Run, tmp_path: Path) -> None:
    home(tmp_path).mkdir(exist_ok=True)
    (home(tmp_path) / "b.toml").write_text(BROKEN.format(secret=secret_text("in-the-file")))
    ended = cli("list", "file:b.toml", "--json")
    assert ended.status == 2
    problems = {item["key"]: item["line"] for item in ended.error["details"]}
    assert problems == {"credentials.0.prot": 4, "credentials.0.password": 5}
    assert "b.toml:4" in ended.err and "'port'" in ended.err
    assert secret_text("in-the-file") not in ended.out + ended.err
    (home(tmp_path) / "b.toml").write_text("schema = 7\n")
    assert "newer version" in cli("list", "file:b.toml").err


def test_a_source_file_that_is_not_there_is_unreadable_and_a_target_is_made(cli: Run, tmp_path: Path) -> None:
    ended = cli("plan", "file:typo.toml", "acme-blue", "--json")
    assert (ended.status, ended.error["kind"]) == (6, "unreadable"), ended.out
    assert str(home(tmp_path) / "typo.toml") in ended.err
    assert cli("plan", "acme-blue", "file:new.toml").status == 0


def test_a_broken_file_lists_its_problems_as_a_source_too(cli: Run, tmp_path: Path) -> None:
    home(tmp_path).mkdir(exist_ok=True)
    (home(tmp_path) / "b.toml").write_text(BROKEN.format(secret=secret_text("in-the-file")))
    words = ("--password-from", "env:PW", "--yes", "--json")
    for ended in (
        cli("plan", "file:b.toml", "acme-blue", "--json"),
        cli("rotate", "file:b.toml", *words, env={"PW": secret_text("new")}),
    ):
        assert (ended.status, ended.error["kind"]) == (6, "unreadable")
        problems = {item["key"]: item["line"] for item in ended.error["details"]}
        assert problems == {"credentials.0.prot": 4, "credentials.0.password": 5}
        assert "b.toml:4" in ended.err and "'port'" in ended.err
        assert secret_text("in-the-file") not in ended.out + ended.err


def test_a_record_that_names_no_password_says_what_it_lacks_to_be_verified(cli: Run, tmp_path: Path) -> None:
    home(tmp_path).mkdir(exist_ok=True)
    (home(tmp_path) / "n.toml").write_text(
        "schema = 1\n[[credentials]]\nid = 'a'\nhost = 'smtp.acme.example'\nport = 587\nusername = 'u'\n"
    )
    (result,) = cli("verify", "file:n.toml", "--json").json["results"]
    assert (result["method"], result["status"]) == ("none", "unknown")
    assert "password_from of the record can name one" in result["detail"]
