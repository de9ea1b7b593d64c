"""What is at rest: nothing sends with it, so rules about sending and verifying say nothing of it."""

from __future__ import annotations

from typing import Any

from smtptui.model.credential import Credential, PasswordState
from smtptui.model.verification import Verification
from smtptui.providers.file.capabilities import CAPABILITIES
from tests.audit.cases import rules, sound

FILE = "file:creds.toml"


def kept(**more: Any) -> Credential:
    known = {
        "provider": "file",
        "password": PasswordState.ABSENT,
        "verification": Verification(),
        "native": {"password_from": "env:PW"},
        "default": None,
        "updated_at": None,
    }
    return sound(FILE, **{**known, **more})


def found(*credentials: Credential) -> list[str]:
    return rules(*credentials, account={"capabilities": CAPABILITIES})


def test_a_sound_file_has_no_finding() -> None:
    assert found(kept(), kept(id="2", default=True)) == []


def test_a_copy_of_a_login_is_not_the_same_login_twice() -> None:
    assert found(kept(), kept(id="2", host="smtp-1.example.org", username="user1@example.org")) == []


def test_a_record_without_password_from_is_reported() -> None:
    assert found(kept(native={})) == ["password-absent"]


def test_dangerous_settings_are_found_in_a_file_too() -> None:
    assert found(kept(port=465, security="none")) != []
