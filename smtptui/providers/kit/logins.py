"""Logins from the settings that several providers share."""

from __future__ import annotations

from collections.abc import Callable

from smtptui.model.errors import ConfigurationError
from smtptui.net.authorizer import Authorizer, BearerToken
from smtptui.providers.base import Account


def oauth_login(account: Account, default_token_url: Callable[[], str]) -> Authorizer:
    """Return the login of an account with a `token`, or with `client_id` and `client_secret`."""
    token = account.get_secret("token")
    if token is not None:
        return BearerToken(token)
    client_id, client_secret = account.get_secret("client_id"), account.get_secret("client_secret")
    if client_id is None or client_secret is None:
        raise ConfigurationError(
            f"The account {account.name} has neither a token nor client_id and client_secret.",
            account=account.name,
            hint="Add one of the two to the configuration.",
        )
    from smtptui.net.oauth import ClientCredentials

    token_url = account.get_text("token_url") or default_token_url()
    return ClientCredentials(account.session(), token_url, client_id, client_secret, account.now)
