"""Writing accounts and the starter: atomically, with mode 0600, never a secret, never over a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from smtptui.config import paths
from smtptui.config.atomic import NotRegularFileError, write_atomically
from smtptui.config.read import load_config
from smtptui.config.write import write_account, write_starter
from smtptui.model.errors import ConfigurationError, UsageError
from smtptui.model.setting import Setting, SettingKind
from smtptui.secrets.reference import parse_reference
from smtptui.secrets.secret import Secret
from tests.canary import CANARY

SETTINGS = {"acme": (Setting("token", "Token", "A token.", SettingKind.SECRET, required=True),)}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o277])
def test_the_mode_is_0600_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "x", b"1")
    finally:
        os.umask(before)
    assert mode(tmp_path / "x") == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


def test_a_failed_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path: Path, there: bool) -> None:
    target, link = tmp_path / "target", tmp_path / "sub" / "x"
    link.parent.mkdir()
    if there:
        target.write_text("old")
    link.symlink_to("../target")
    write_atomically(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    assert (mode(target), list(link.parent.iterdir())) == (0o600, [link])


@pytest.mark.parametrize("what", ["fifo", "directory", "link to a fifo", "link to itself"])
def test_a_path_that_is_no_regular_file_is_refused_and_unchanged(tmp_path: Path, what: str) -> None:
    path = tmp_path / "x"
    if what == "directory":
        path.mkdir()
    elif what == "link to itself":
        path.symlink_to(path)
    else:
        os.mkfifo(path if what == "fifo" else tmp_path / "real")
        if what != "fifo":
            path.symlink_to(tmp_path / "real")
    before = {each.name: each.lstat().st_ino for each in tmp_path.iterdir()}
    with pytest.raises(OSError):
        write_atomically(path, b"new")
    assert {each.name: each.lstat().st_ino for each in tmp_path.iterdir()} == before


def test_a_device_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As /dev/null or /dev/full would be by root; the device is pretended."""
    path = tmp_path / "x"
    path.write_text("kept")
    plain: Callable[..., os.stat_result] = os.stat

    def device(asked: object, **more: object) -> os.stat_result:
        found = plain(asked, **more)
        return os.stat_result((stat.S_IFCHR | 0o666, *found[1:])) if asked == path else found

    monkeypatch.setattr(os, "stat", device)
    with pytest.raises(NotRegularFileError, match="a device, not a regular file"):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_text() == "kept"


def test_a_written_account_can_be_read(tmp_path: Path) -> None:
    config = tmp_path / "sub" / "config.toml"
    write_starter(config)
    assert mode(config) == 0o600
    by_hand = config.read_bytes()
    path = write_account(
        config,
        "new-one",
        "acme",
        {
            "token": parse_reference("cmd:pass show 'a \"b\"'"),
            "timeout": 9.0,
            "proxy": None,
            "read_only": True,
        },
    )
    assert path == config.parent / "accounts.d" / "new-one.toml"
    assert mode(path) == 0o600
    assert config.read_bytes() == by_hand
    account = load_config(config, SETTINGS.get, SETTINGS).accounts["new-one"]
    assert (account.timeout, account.read_only, account.proxy) == (9.0, True, None)
    assert account.settings["token"] == parse_reference("cmd:pass show 'a \"b\"'")


@pytest.mark.parametrize(
    "value", [Secret(CANARY), parse_reference(f"inline:{CANARY}"), f"inline:{CANARY}", {"x": Secret(CANARY)}]
)
def test_a_raw_secret_is_not_written(tmp_path: Path, value: object) -> None:
    with pytest.raises(UsageError) as caught:
        write_account(tmp_path / "config.toml", "a", "acme", {"token": value})
    assert CANARY not in f"{caught.value!r} {caught.value.to_json()}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "", "file", "a/b", ".."])
def test_a_name_that_is_no_account_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        write_account(tmp_path / "config.toml", name, "acme", {})
    assert list(tmp_path.iterdir()) == []


def test_init_does_not_replace_a_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# mine")
    with pytest.raises(ConfigurationError):
        write_starter(path)
    assert path.read_text() == "# mine"


def test_the_starter_is_a_valid_configuration(tmp_path: Path) -> None:
    write_starter(tmp_path / "config.toml")
    assert load_config(tmp_path / "config.toml", SETTINGS.get, SETTINGS).accounts == {}


def test_a_failed_write_is_reported(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    with pytest.raises(ConfigurationError, match="nothing was changed"):
        write_account(tmp_path / "plain" / "config.toml", "a", "acme", {})


def test_paths_come_from_flag_variable_or_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    monkeypatch.delenv("SMTPTUI_CONFIG", raising=False)
    monkeypatch.delenv("SMTPTUI_STATE_DIR", raising=False)
    assert paths.find_config_path(None).name == "config.toml"
    assert paths.find_state_dir(None).name == "smtptui"
    monkeypatch.setenv("SMTPTUI_CONFIG", "~/mine.toml")
    monkeypatch.setenv("SMTPTUI_STATE_DIR", "/state")
    assert paths.find_config_path(None) == Path("~/mine.toml").expanduser()
    assert paths.find_state_dir(None) == Path("/state")
    assert paths.find_config_path("/x.toml") == Path("/x.toml")
    assert paths.find_state_dir("/y") == Path("/y")
