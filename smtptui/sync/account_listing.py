"""One side of a plan, as it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smtptui.model.capability import Capabilities
from smtptui.model.credential import Credential


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountListing:
    """`account` is its name, or file:PATH. `credentials` is the whole listing, in its order; `note` what it said.

    `read_only`: nothing may be written there. `absent`: it is empty because there is nothing yet to hold records.
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
        """The records of which more than their existence is known."""
        if not self.capabilities.single_record:
            return self.credentials
        return [item for item in self.credentials if item.host is not None]
