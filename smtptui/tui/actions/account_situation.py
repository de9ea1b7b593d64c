"""What may be done to an account, and to the accounts as a whole."""

from __future__ import annotations

from typing import NamedTuple


class AccountActionContext(NamedTuple):
    """`refusal` is the reason why the configuration cannot be changed now; empty when it can."""

    any: bool = False
    selected: bool = False
    checking: bool = False
    refusal: str = ""
    delete_refusal: str = ""
