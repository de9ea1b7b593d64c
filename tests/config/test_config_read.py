"""Reading a configuration: what is accepted, and that every problem is reported at once without a value."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smtptui.config.model import Config
from smtptui.config.read import load_config
from smtptui.model.errors import ConfigurationError
from smtptui.model.setting import Setting, SettingKind
from smtptui.secrets.reference import Reference, Scheme
from tests.canary import CANARY, secret_text

SETTINGS = {
    "acme": (
        Setting("company_id", "Company", "ID of the company.", required=True),
        Setting("token", "Token", "A token.", SettingKind.SECRET, required=True),
        Setting("variant", "Variant", "Which one.", choices=("old", "new"), default="new"),
        Setting("store", "Store", "Where.", SettingKind.PATH),
        Setting("token_url", "Token URL", "Where.", SettingKind.URL),
        Setting("endpoints", "Endpoints", "Paths.", SettingKind.TABLE),
    ),
    "choosy": (
        Setting("token", "Token", "A token.", SettingKind.SECRET, one_of="token"),
        Setting("client_id", "Client ID", "ID.", SettingKind.SECRET, one_of="client"),
        Setting("client_secret", "Client secret", "Secret.", SettingKind.SECRET, one_of="client"),
    ),
}
ACCOUNT = '[accounts.a]\nprovider = "acme"\ncompany_id = "1"\ntoken = "env:T"\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(place: Path, text: str, mode: int = 0o600) -> Config:
    place.write_text(text)
    place.chmod(mode)
    return load_config(place, SETTINGS.get, SETTINGS)


def problems(place: Path, text: str, mode: int = 0o600) -> dict[str, Mapping[str, Any]]:
    """Return the problems by key; no part of the error contains the canary."""
    with pytest.raises(ConfigurationError) as caught:
        read(place, text, mode)
    error = caught.value
    assert CANARY not in f"{error!r} {error.to_json()}"
    assert error.__cause__ is None
    details = error.details
    assert isinstance(details, list)
    assert all(item["file"] and item["problem"] for item in details)
    assert len({item["key"] for item in details}) == len(details)
    return {item["key"]: item for item in details}


def test_every_key_is_read(place: Path) -> None:
    (place.parent / "ca.pem").write_text("")
    config = read(
        place,
        """
        [accounts.zeta]
        provider = "acme"
        company_id = "7"
        token = "file:t.key"
        base_url = "http://127.0.0.1:8080/x"
        ca_file = "ca.pem"
        proxy = "env"
        timeout = 5
        read_only = true
        max_age = "12h"
        concurrency = 2
        variant = "old"
        store = "~/x"
        token_url = "https://t.example/"
        endpoints = { list = "/l" }
        [accounts.alpha]
        provider = "choosy"
        token = "prompt:"
        [passwords]
        "zeta/1" = "keyring:s/u"
        "me@example.com@SMTP.example.com" = "cmd:pass show x"
        [probe]
        timeout = 3.5
        concurrency = 9
        per_host = 2
        ehlo_name = "me.example"
        ca_file = "ca.pem"
        [probe.resolve]
        "Smtp.example:587" = "127.0.0.1:2525"
        "[::1]:25" = "[::1]:26"
        [audit]
        max_age = "2w"
        [[audit.suppress]]
        rule = "r"
        selector = "zeta"
        reason = "why"
        until = 2027-01-31
        [[audit.suppress]]
        rule = "s"
        until = "2027-02-01"
        [ui]
        theme = "t"
        mouse = true
        keys = { quit = "q" }
        [limits]
        max_changes = 3
        max_share = 1
        """,
    )
    assert list(config.accounts) == ["zeta", "alpha"]
    zeta = config.accounts["zeta"]
    assert (zeta.line, zeta.source, zeta.timeout, zeta.concurrency, zeta.read_only) == (
        2,
        place,
        5.0,
        2,
        True,
    )
    assert (zeta.base_url, zeta.proxy, zeta.max_age) == ("http://127.0.0.1:8080/x", "env", "12h")
    assert zeta.ca_file == str(place.parent / "ca.pem")
    assert zeta.settings == {
        "company_id": "7",
        "token": Reference(Scheme.FILE, str(place.parent / "t.key")),
        "variant": "old",
        "store": str(Path("~/x").expanduser()),
        "token_url": "https://t.example/",
        "endpoints": {"list": "/l"},
    }
    assert list(config.passwords) == ["zeta/1", "me@example.com@smtp.example.com"]
    assert (config.probe.timeout, config.probe.concurrency, config.probe.per_host) == (3.5, 9, 2)
    assert config.probe.resolve == {"smtp.example:587": "127.0.0.1:2525", "[::1]:25": "[::1]:26"}
    assert [(each.rule, each.until) for each in config.audit.suppress] == [
        ("r", "2027-01-31"),
        ("s", "2027-02-01"),
    ]
    assert (config.audit.max_age, config.ui.theme, config.ui.mouse, config.ui.keys) == (
        "2w",
        "t",
        True,
        {"quit": "q"},
    )
    assert (config.limits.max_changes, config.limits.max_share) == (3, 1.0)
    assert config.warnings == ()


def test_missing_keys_have_their_defaults(place: Path) -> None:
    config = read(place, ACCOUNT)
    account = config.accounts["a"]
    assert (account.timeout, account.concurrency, account.read_only) == (30.0, 4, False)
    assert account.settings["variant"] == "new"
    assert (config.limits.max_changes, config.limits.max_share) == (None, 0.3)
    assert read(place, "").accounts == {}


def test_all_problems_are_reported_at_once_with_file_line_key_and_the_nearest_name(place: Path) -> None:
    found = problems(
        place,
        f"""[accounts.a]
provider = "acme"
compnay_id = "{CANARY}"
token = "{CANARY}"
timout = "{CANARY}"
[accounts.b]
provider = "chosy"
[probes]
x = "{CANARY}"
[probe]
per_hots = 1
resolve = {{ "x" = "{CANARY}" }}
[[audit.suppress]]
rule = "r"
[[audit.suppress]]
untill = 2027-01-01
[limits]
max_share = 30
""",
    )
    assert {key: item["line"] for key, item in found.items()} == {
        "accounts.a.compnay_id": 3,
        "accounts.a.company_id": 1,
        "accounts.a.token": 4,
        "accounts.a.timout": 5,
        "accounts.b.provider": 7,
        "probes": 8,
        "probe.per_hots": 11,
        "probe.resolve.x": 12,
        "audit.suppress.1.rule": 15,
        "audit.suppress.1.untill": 16,
        "limits.max_share": 18,
    }
    assert "'company_id'" in found["accounts.a.compnay_id"]["hint"]
    assert "'timeout'" in found["accounts.a.timout"]["hint"]
    assert "'choosy'" in found["accounts.b.provider"]["hint"]
    assert "'probe'" in found["probes"]["hint"]
    assert "'per_host'" in found["probe.per_hots"]["hint"]
    assert "'until'" in found["audit.suppress.1.untill"]["hint"]
    assert "env:NAME" in found["accounts.a.token"]["hint"]
    assert {item["file"] for item in found.values()} == {str(place)}


def test_one_wrong_suppression_hides_no_other_problem(place: Path) -> None:
    found = problems(
        place,
        """[accounts.a]
provider = "acme"
company_id = "c"
token = "env:T"
[[audit.suppress]]
rule = "r"
reason = "known"
until = 2027-01-01
selector = "security=ssl"
[[audit.suppress]]
rule = "r"
reason = "known"
until = "yesterday"
selector = "hots=x"
""",
    )
    assert {key: item["line"] for key, item in found.items()} == {
        "audit.suppress.0.selector": 9,
        "audit.suppress.1.until": 13,
        "audit.suppress.1.selector": 14,
    }


@pytest.mark.parametrize(
    "line",
    [
        f"base_url = {CANARY!r}",
        f"base_url = 'https://u:{CANARY}@h/'",
        f"base_url = 'https://h/?k={CANARY}'",
        f"base_url = 'https://[{CANARY}/'",
        f"base_url = ['{CANARY}']",
        f"ca_file = '{CANARY}'",
        f"proxy = '{CANARY}'",
        f"proxy = 'http://u:{CANARY}@h:1'",
        f"timeout = '{CANARY}'",
        "timeout = 0",
        "timeout = nan",
        "timeout = true",
        f"read_only = '{CANARY}'",
        "read_only = 1",
        f"max_age = '{CANARY}'",
        "max_age = 30",
        "concurrency = 0",
        "concurrency = 1.5",
        f"variant = '{CANARY}'",
        f"store = ['{CANARY}']",
        "store = ' '",
        f"token_url = 'http://h/{CANARY}'",
        f"endpoints = '{CANARY}'",
        f"{CANARY[:2]}x = '{CANARY}'",
    ],
)
def test_a_wrong_value_is_reported_by_its_key_only(place: Path, line: str) -> None:
    key = line.split(" ")[0]
    assert list(problems(place, f"{ACCOUNT}{line}\n")) == [f"accounts.a.{key}"]


@pytest.mark.parametrize(
    "value",
    [
        CANARY,
        f"tok:{CANARY}",
        f"prompt:{CANARY}",
        f"env:{CANARY}",
        f"ENV:{CANARY}",
        f"cmd:'{CANARY}",
        "inline:",
    ],
)
def test_a_secret_in_place_of_its_reference_is_not_repeated(place: Path, value: str) -> None:
    text = ACCOUNT.replace('"env:T"', f'"""{value}"""')
    assert list(problems(place, text)) == ["accounts.a.token"]


def test_values_of_the_wrong_type_are_refused(place: Path) -> None:
    assert list(problems(place, ACCOUNT.replace('"env:T"', f"['{CANARY}']"))) == ["accounts.a.token"]
    assert list(problems(place, ACCOUNT.replace('"1"', "1"))) == ["accounts.a.company_id"]
    assert list(problems(place, ACCOUNT.replace('"1"', '"env:X"'))) == ["accounts.a.company_id"]
    assert list(problems(place, f"{ACCOUNT}endpoints = {{ l = 1 }}")) == ["accounts.a.endpoints.l"]
    assert list(problems(place, f"accounts = '{CANARY}'")) == ["accounts"]
    assert list(problems(place, f"accounts.x = '{CANARY}'")) == ["accounts.x"]
    for table in ("passwords", "probe", "audit", "ui", "limits"):
        assert list(problems(place, f"{table} = '{CANARY}'")) == [table]


@pytest.mark.parametrize("name", ["file", '"a/b"', '"a=b"', '""', '".."', '"a b"', "-x", '"é"'])
def test_names_an_account_cannot_have(place: Path, name: str) -> None:
    assert list(problems(place, ACCOUNT.replace("accounts.a]", f"accounts.{name}]"))) == [f"accounts.{name}"]


@pytest.mark.parametrize("name", ["a", "A-1_b.c", "_x", "9"])
def test_names_an_account_can_have(place: Path, name: str) -> None:
    assert list(read(place, ACCOUNT.replace("accounts.a]", f'accounts."{name}"]')).accounts) == [name]


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://[::1]/x", "http://127.9.9.9", "https://h.example/v1"]
)
def test_addresses_accepted(place: Path, url: str) -> None:
    assert read(place, f"{ACCOUNT}base_url = '{url}'").accounts["a"].base_url == url


@pytest.mark.parametrize(
    "url",
    ["http://h.example", "http://localhost.example", "http://127.0.0.1.example", "ftp://h", "h", "https://"],
)
def test_http_is_refused_except_on_loopback(place: Path, url: str) -> None:
    assert list(problems(place, f"{ACCOUNT}base_url = '{url}'")) == ["accounts.a.base_url"]


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        ("", ["accounts.c"]),
        ("client_id = 'env:A'", ["accounts.c.client_secret"]),
        ("token = 'env:A'\nclient_id = 'env:B'", ["accounts.c"]),
        ("token = 'env:A'\nclient_id = 'env:B'\nclient_secret = 'env:C'", ["accounts.c"]),
    ],
)
def test_exactly_one_complete_login_is_required(place: Path, lines: str, keys: list[str]) -> None:
    found = problems(place, f"[accounts.c]\nprovider = 'choosy'\n{lines}\n")
    assert list(found) == keys
    assert found[keys[0]]["hint"].endswith("token; or client_id with client_secret.")


def test_an_account_without_a_provider(place: Path) -> None:
    found = problems(place, "[accounts.a]\nprovidr = 'acme'\ncompany_id = '1'")
    assert list(found) == ["accounts.a", "accounts.a.providr"]
    assert "acme, choosy" in found["accounts.a"]["hint"]


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_inline_in_a_private_file(place: Path, mode: int) -> None:
    config = read(place, ACCOUNT.replace("env:T", f"inline:{secret_text('x')}"), mode)
    token = config.accounts["a"].settings["token"]
    assert isinstance(token, Reference)
    assert token.value is not None
    assert token.value.reveal() == secret_text("x")
    assert CANARY not in f"{config!r} {config.to_json()}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_inline_in_a_shared_file_is_refused_with_the_chmod_command(place: Path, mode: int) -> None:
    text = ACCOUNT.replace("env:T", f"inline:{CANARY}") + f'[passwords]\n"a/1" = "inline:{CANARY}"\n'
    found = problems(place, text, mode)
    assert found["accounts.a.token"]["hint"] == f"chmod 600 {place}"
    assert f"{mode:04o}" in found["accounts.a.token"]["problem"]


def test_a_file_others_may_change_causes_a_warning(place: Path) -> None:
    assert f"chmod 600 {place}" in read(place, ACCOUNT, 0o664).warnings[0]
    assert read(place, ACCOUNT, 0o644).warnings == ()


def test_passwords_of_unknown_credentials_are_refused(place: Path) -> None:
    found = problems(
        place,
        ACCOUNT
        + f"""[passwords]
"b/1" = "env:X"
"x" = "env:X"
"u@" = "env:X"
"a/" = "env:X"
"u@H" = "env:X"
"u@h" = "env:X"
"a/2" = "{CANARY}"
""",
    )
    assert len(found) == 6
    assert 'passwords."u@H"' not in found
    assert "same credential" in found['passwords."u@h"']["problem"]
    assert "not configured" in found['passwords."b/1"']["problem"]


def test_a_slash_in_a_user_name(place: Path) -> None:
    assert list(read(place, f'{ACCOUNT}[passwords]\n"DOM/u@h" = "env:X"').passwords) == ["DOM/u@h"]


def test_accounts_beside_the_file_are_read_too(place: Path) -> None:
    (place.parent / "accounts.d").mkdir()
    other = place.parent / "accounts.d" / "b.toml"
    other.write_text(ACCOUNT.replace("accounts.a]", "accounts.b]").replace("env:T", "file:t"))
    (place.parent / "accounts.d" / ".c.toml").write_text("not toml")
    config = read(place, ACCOUNT)
    assert list(config.accounts) == ["a", "b"]
    assert config.accounts["b"].source == other
    assert str(config.accounts["b"].settings["token"]) == f"file:{place.parent / 't'}"


def test_accounts_beside_the_file_hold_accounts_only_and_no_name_twice(place: Path) -> None:
    (place.parent / "accounts.d").mkdir()
    other = place.parent / "accounts.d" / "b.toml"
    other.write_text(f"{ACCOUNT}[probe]\n[accounts.b]\nprovider = 'acme'\n")
    found = problems(place, ACCOUNT)
    assert "given twice" in found["accounts.a"]["problem"]
    assert str(place) in found["accounts.a"]["problem"]
    assert {item["file"] for item in found.values()} == {str(other)}
    assert set(found) == {"accounts.a", "probe", "accounts.b.company_id", "accounts.b.token"}


def test_a_missing_file_is_reported_with_how_to_create_one(place: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config(place, SETTINGS.get, SETTINGS)
    assert str(place) in caught.value.message
    assert "smtptui config init" in caught.value.hint
    assert "smtptui demo" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (f"x = 1\ntoken = {CANARY}\n", 2, "column 9"),
        (f'token = "{CANARY}\n', 1, "column"),
        (f"[{CANARY}]\n[{CANARY}]\n", 2, "column"),
        (f'token = """{CANARY}\n', 2, "end of document"),
        (f'"{CANARY}" 1\n', 1, "column"),
    ],
)
def test_syntax_errors_name_line_and_column(place: Path, text: str, line: int, column: str) -> None:
    found = problems(place, text)
    assert found[""]["line"] == line
    assert column in found[""]["problem"]


def test_files_that_are_not_text_are_refused(place: Path) -> None:
    place.write_bytes(b"x = 1\n\xff" + CANARY.encode())
    with pytest.raises(ConfigurationError) as caught:
        load_config(place, SETTINGS.get, SETTINGS)
    assert "not UTF-8" in str(caught.value.details)
    place.unlink()
    os.mkfifo(place)
    with pytest.raises(ConfigurationError) as caught:
        load_config(place, SETTINGS.get, SETTINGS)
    assert "not a regular file" in str(caught.value.details)


def test_keys_with_escapes_are_shown_harmlessly(place: Path) -> None:
    assert "\x1b" not in str(problems(place, '"\\u001b[2J" = 1'))


def test_the_json_contains_references_and_no_value(place: Path) -> None:
    shown = read(place, ACCOUNT.replace("env:T", f"inline:{CANARY}")).to_json()
    assert CANARY not in str(shown)
    accounts = shown["accounts"]
    assert isinstance(accounts, Mapping)
    account = accounts["a"]
    assert isinstance(account, Mapping)
    assert (account["token"], account["company_id"], account["line"]) == ("inline:…", "1", 1)


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = (
        "import sys, smtptui.config.paths, smtptui.config.model, smtptui.config.write;"
        "print([m for m in ('pydantic', 'platformdirs', 'tomli_w', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
