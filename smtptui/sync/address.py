"""Addresses as plans hold them: ACCOUNT/ID, in a file PATH#ID behind file:."""

from __future__ import annotations

FILE = "file:"


def account_of(address: str) -> str:
    """The account of a credential's address; an account's name is its own."""
    if address.startswith(FILE):
        return address.rpartition("#")[0] or address
    return address.partition("/")[0]
