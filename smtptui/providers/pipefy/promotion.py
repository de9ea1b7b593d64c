"""Makes a configuration the default: demote the present one, promote the other, restore it on failure.

Pipefy has one default per organization and no call that swaps it. A note in the local state precedes each step, so
that `list_unfinished` reports an interrupted promotion and `resume` finishes it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import (
    OutcomeUnknownError,
    RemoteState,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
)
from smtptui.model.memory import Memory
from smtptui.providers.kit.errors import append_message, credential_not_found

NOTE_KIND = "promotion"
NOTE_KEY = "default"


class PromotionStep(StrEnum):
    STORED = "stored"
    """The record that is to become the default was created; nothing else was sent."""
    DEMOTING = "demoting"
    DEMOTED = "demoted"
    PROMOTING = "promoting"
    RESTORING = "putting back"


_PROGRESS_TEXT: dict[PromotionStep, str] = {
    PromotionStep.STORED: "it is stored but not the default yet",
    PromotionStep.DEMOTING: "the former default may have been demoted",
    PromotionStep.DEMOTED: "the former default was demoted",
    PromotionStep.PROMOTING: "the former default is demoted, and this one may be the default already",
    PromotionStep.RESTORING: "it failed, and the former default may not be the default again",
}


@dataclass(frozen=True, slots=True)
class PromotionNote:
    """The progress of a promotion from one record to another."""

    former: str | None
    to: str
    step: PromotionStep

    @property
    def target(self) -> str:
        """The record that becomes the default when the promotion is finished."""
        return self.former if self.step is PromotionStep.RESTORING and self.former else self.to


class Promotion:
    """The promotions of one account. `read` lists its records, `mark` updates the default flag of one."""

    def __init__(
        self,
        account: str,
        memory: Memory,
        read: Callable[[], Awaitable[Sequence[Credential]]],
        mark: Callable[[str, bool], Awaitable[Credential]],
    ) -> None:
        self._account = account
        self._memory = memory
        self._read = read
        self._mark = mark

    def read_note(self) -> PromotionNote | None:
        """Return the interrupted promotion, if there is one."""
        note = self._memory.recall(NOTE_KIND, NOTE_KEY)
        if note is None:
            return None
        former, to = note.body.get("from"), note.body.get("to")
        step = note.body.get("step")
        if not isinstance(to, str) or step not in list(PromotionStep):
            return None
        return PromotionNote(former if isinstance(former, str) else None, to, PromotionStep(str(step)))

    def write_note(self, former: str | None, to: str, step: PromotionStep) -> None:
        self._memory.remember(NOTE_KIND, NOTE_KEY, {"from": former, "to": to, "step": str(step)})

    def list_unfinished(self) -> Sequence[str]:
        """Describe the interrupted promotion."""
        note = self.read_note()
        if note is None:
            return ()
        former = f" (the former default is {self._format_address(note.former)})" if note.former else ""
        return (
            f"Making {self._format_address(note.to)} the default was interrupted: {_PROGRESS_TEXT[note.step]}{former}. "
            f"`smtptui edit {self._format_address(note.target)} --default true` finishes it.",
        )

    async def resume(self) -> None:
        """Finish an interrupted promotion, unless somebody has chosen another default since."""
        note = self.read_note()
        if note is None:
            return
        records = await self._read()
        if not records:
            # No records, or no manage access: neither shows that the promotion is obsolete.
            return
        ids = {record.id for record in records}
        defaults = {record.id for record in records if record.default}
        candidates = [id for id in (note.target, note.former, note.to) if id in ids]
        if defaults - {note.former, note.to} or not candidates:
            self._forget()
            return
        await self.promote(candidates[0])

    async def promote(self, id: str) -> Credential:
        """Make a record the default. Restores the former default on failure. Raises NotFoundError."""
        records = await self._read()
        target = next((record for record in records if record.id == id), None)
        if target is None:
            raise credential_not_found(
                self._account, id, "set_default", ", or its login has no manage access"
            )
        present = next((record.id for record in records if record.default and record.id != id), None)
        if target.default and present is None:
            self._forget()
            return target
        former = present or self._find_former(records, id)
        if present is not None:
            await self._demote(present, id)
        self.write_note(former, id, PromotionStep.PROMOTING)
        try:
            stored = await self._set_flag(id, True)
        except OutcomeUnknownError as failure:
            failure.hint = f"`smtptui edit {self._format_address(id)} --default true` finishes it."
            raise
        except SmtptuiError as failure:
            await self._restore_former(former, id, failure)
            raise
        self._forget()
        # The response to an update does not say whether it is a relay; the list does.
        return replace(stored, auth=target.auth, password=target.password)

    def _find_former(self, records: Sequence[Credential], id: str) -> str | None:
        """Return the default that an interrupted promotion has demoted."""
        note = self.read_note()
        if note is None or note.former == id:
            return None
        return next((record.id for record in records if record.id == note.former), None)

    async def _demote(self, former: str, id: str) -> None:
        self.write_note(former, id, PromotionStep.DEMOTING)
        try:
            await self._set_flag(former, False)
        except OutcomeUnknownError as failure:
            failure.hint = f"`smtptui edit {self._format_address(id)} --default true` finishes it."
            raise
        except SmtptuiError as failure:
            self._forget()
            append_message(
                failure,
                f"{self._format_address(former)} could not be demoted and is still the default: nothing changed.",
            )
            raise
        self.write_note(former, id, PromotionStep.DEMOTED)

    async def _restore_former(self, former: str | None, id: str, failure: SmtptuiError) -> None:
        if former is None:
            self._forget()
            return
        self.write_note(former, id, PromotionStep.RESTORING)
        try:
            await self._set_flag(former, True)
        except SmtptuiError as second_failure:
            failure.outcome = RemoteState.PARTLY_DONE
            failure.hint = (
                f"`smtptui edit {self._format_address(former)} --default true` makes it the default again."
            )
            append_message(
                failure,
                f"{self._format_address(former)} was demoted and could not be made the default again ({second_failure.message}): "
                "there may be no default now.",
            )
            return
        self._forget()
        append_message(failure, f"{self._format_address(former)} is the default again: nothing changed.")

    async def _set_flag(self, id: str, default: bool) -> Credential:
        """Update the flag of one record. Without a response, read the list to see whether it happened."""
        try:
            stored = await self._mark(id, default)
        except OutcomeUnknownError as lost:
            try:
                records = await self._read()
            except SmtptuiError:
                raise lost from None
            found = next((record for record in records if record.id == id), None)
            if found is None or found.default is None:
                raise
            if found.default is default:
                return found
            raise UnavailableError(
                f"{lost.message} The list shows that it did not happen.",
                account=lost.account,
                id=id,
                operation=lost.operation,
                request_id=lost.request_id,
            ) from lost
        if stored.default is (not default):
            change = "a promotion" if default else "a demotion"
            raise UnsupportedError(
                f"Pipefy accepted {change} of {self._format_address(id)} but did not make it.",
                account=self._account,
                id=id,
                operation="set_default",
                hint="Change the default in Pipefy's own settings.",
            )
        return stored

    def _forget(self) -> None:
        self._memory.forget(NOTE_KIND, NOTE_KEY)

    def _format_address(self, id: str | None) -> str:
        return f"{self._account}/{printable(id, 80)}"
