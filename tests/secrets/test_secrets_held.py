"""A password that was typed before it is needed: held for one question, forgotten when it is released."""

from __future__ import annotations

import pytest

from smtptui.model.errors import SecretMissingError
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.reference import parse_reference
from smtptui.secrets.secret import Secret
from smtptui.secrets.store import SecretStore
from tests.canary import secret_text


async def test_a_held_secret_answers_its_own_question_only_until_it_is_released():
    redactor = Redactor()
    store = SecretStore(redactor, ask=None)
    prompt = parse_reference("prompt:")
    store.hold_answer("password to store", Secret(secret_text("held")))
    assert (await store.resolve(prompt, what="password to store")).reveal() == secret_text("held")
    assert secret_text("held") not in redactor.redact(f"x {secret_text('held')} y")
    with pytest.raises(SecretMissingError):
        await store.resolve(prompt, what="token of account acme")
    store.forget_answer("password to store")
    store.forget_answer("password to store")
    with pytest.raises(SecretMissingError):
        await store.resolve(prompt, what="password to store")
