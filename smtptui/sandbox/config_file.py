"""The config file that leads smtptui to a running sandbox, and its CA beside it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from .accounts import Account, BlueCompany, PipefyOrganization, SendmuxTeam


def require_regular_file(path: Path) -> None:
    """Raises OSError where something is that is not a regular file: a device or a pipe is never replaced."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is not a regular file")


def write_private(path: Path, content: bytes) -> None:
    """Write atomically with mode 0600; where the path is a symbolic link, to the file that it leads to."""
    require_regular_file(path)
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def ca_path(config: Path) -> Path:
    return config.with_name(f"{config.stem}-ca.pem")


def account_table(account: Account, url: str) -> dict[str, Any]:
    """The account as an ``[accounts.NAME]`` table."""
    if isinstance(account, BlueCompany):
        return {
            "provider": "blue",
            "base_url": f"{url}/blue/graphql",
            "company_id": account.company_id,
            "token_id": f"inline:{account.token_id}",
            "token_secret": f"inline:{account.token_secret}",
        }
    if isinstance(account, SendmuxTeam):
        return {
            "provider": "sendmux",
            "base_url": f"{url}/sendmux/api/v1",
            "api_key": f"inline:{account.api_key}",
        }
    client = {
        "client_id": f"inline:{account.tokens.client_id}",
        "client_secret": f"inline:{account.tokens.client_secret}",
    }
    if isinstance(account, PipefyOrganization):
        return {
            "provider": "pipefy",
            "base_url": f"{url}/pipefy",
            "organization_id": account.organization_id,
            **client,
            "token_url": f"{url}/pipefy/oauth/token",
        }
    return {
        "provider": "digitanium",
        "variant": "ssms",
        "base_url": f"{url}/idp",
        "tenant_id": account.tenant_id,
        "hostname": account.hostname,
        **client,
        "token_url": f"{url}/idp/auth/realms/{account.tenant_id}/protocol/openid-connect/token",
    }


def require_folder(config: Path) -> None:
    """Raises OSError when there is no folder to write the config into."""
    if not config.parent.is_dir():
        raise OSError(f"the folder {config.parent} of --config-out does not exist; make it, then start again")


def write_config(
    path: Path, ca_pem: bytes, accounts: dict[str, Account], url: str, resolve: dict[str, str]
) -> Path:
    """Write the config and the CA; returns the CA's path."""
    import tomli_w

    ca_file = ca_path(path)
    config = {
        "accounts": {name: account_table(account, url) for name, account in accounts.items()},
        "probe": {"ca_file": str(ca_file), "resolve": resolve},
    }
    require_regular_file(path)
    write_private(ca_file, ca_pem)
    write_private(path, tomli_w.dumps(config).encode())
    return ca_file
