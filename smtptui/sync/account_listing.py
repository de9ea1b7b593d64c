"""The listing of one account, as a plan is made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smtptui.model.capability import Capabilities
from smtptui.model.credential import Credential


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountListing:
    """Everything that was read of an account.

    `account` is its name or file:PATH, `credentials` the records in the provider's order, `note` the provider's
    remark on the listing. `absent`: the listing is empty because its file does not exist yet.
    """

    account: str
    capabilities: Capabilities
    credentials: Sequence[Credential]
    complete: bool
    note: str = ""
    read_only: bool = False
    absent: bool = False

    @property
    def known_records(self) -> Sequence[Credential]:
        """The records with known content; a tenant's one record may be known to exist and no more."""
        if not self.capabilities.single_record:
            return self.credentials
        return [item for item in self.credentials if item.host is not None]
