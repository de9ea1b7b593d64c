"""Making a configuration the default: demote the present one, promote the other, put back on failure.

Pipefy has one default per organization and no call that swaps it. Each step is noted in the local state before
it is taken, so that a kill in between is told by `unfinished` and finished by `resume`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import (
    NotFoundError,
    OutcomeUnknownError,
    RemoteState,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
)
from smtptui.model.memory import Memory

NOTE_KIND = "promotion"
NOTE_KEY = "default"


class PromotionStep(StrEnum):
    STORED = "stored"
    """The record was created, to become the default; no call for that was sent yet."""
    DEMOTING = "demoting"
    DEMOTED = "demoted"
    PROMOTING = "promoting"
    PUTTING_BACK = "putting back"


_PROGRESS_TEXT: dict[PromotionStep, str] = {
    PromotionStep.STORED: "it was stored, and is not the default yet",
    PromotionStep.DEMOTING: "the former default may have been demoted",
    PromotionStep.DEMOTED: "the former default was demoted",
    PromotionStep.PROMOTING: "the former default is demoted, and this one may be the default already",
    PromotionStep.PUTTING_BACK: "it failed, and the former default may not be the default again",
}


@dataclass(frozen=True, slots=True)
class PromotionNote:
    """How far a promotion got: from which record, to which."""

    former: str | None
    to: str
    step: PromotionStep

    @property
    def target(self) -> str:
        """Which record finishing it makes the default."""
        return self.former if self.step is PromotionStep.PUTTING_BACK and self.former else self.to


class Promotion:
    """The promotions of one account. `read` lists its records; `mark` sends one update of the default flag."""

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
        """The promotion that was begun and not ended."""
        remembered = self._memory.recall(NOTE_KIND, NOTE_KEY)
        if remembered is None:
            return None
        former, to = remembered.body.get("from"), remembered.body.get("to")
        step = remembered.body.get("step")
        if not isinstance(to, str) or step not in list(PromotionStep):
            return None
        return PromotionNote(former if isinstance(former, str) else None, to, PromotionStep(str(step)))

    def write_note(self, former: str | None, to: str, step: PromotionStep) -> None:
        self._memory.remember(NOTE_KIND, NOTE_KEY, {"from": former, "to": to, "step": str(step)})

    def list_unfinished(self) -> Sequence[str]:
        """What was left half done, in words."""
        note = self.read_note()
        if note is None:
            return ()
        former = f" (the former default is {self._format_address(note.former)})" if note.former else ""
        return (
            f"Making {self._format_address(note.to)} the default was interrupted: {_PROGRESS_TEXT[note.step]}{former}. "
            f"`smtptui edit {self._format_address(note.target)} --default true` finishes it.",
        )

    async def resume(self) -> None:
        """Finish what an interrupted run left half done, unless somebody chose another default since."""
        note = self.read_note()
        if note is None:
            return
        records = await self._read()
        if not records:
            # None, or no manage access: nothing here says that the promotion is of no use any more.
            return
        ids = {record.id for record in records}
        defaults = {record.id for record in records if record.default}
        wanted = [id for id in (note.target, note.former, note.to) if id in ids]
        if defaults - {note.former, note.to} or not wanted:
            self._forget()
            return
        await self.promote(wanted[0])

    async def promote(self, id: str) -> Credential:
        """Make a record the default. Raises NotFoundError; on any other failure the former default is put back."""
        records = await self._read()
        target = next((record for record in records if record.id == id), None)
        if target is None:
            raise NotFoundError(
                f"{self._account} has no credential {printable(id, 80)}, or its login has no manage access.",
                account=self._account,
                id=id,
                operation="set_default",
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
            await self._put_back(former, id, failure)
            raise
        self._forget()
        # The answer to an update does not tell whether it is a relay; the list just read does.
        return replace(stored, auth=target.auth, password=target.password)

    def _find_former(self, records: Sequence[Credential], id: str) -> str | None:
        """The default that an interrupted promotion has demoted, where no other is the default now."""
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
            _append_message(
                failure,
                f"{self._format_address(former)} could not be demoted and is still the default: nothing changed.",
            )
            raise
        self.write_note(former, id, PromotionStep.DEMOTED)

    async def _put_back(self, former: str | None, id: str, failure: SmtptuiError) -> None:
        if former is None:
            self._forget()
            return
        self.write_note(former, id, PromotionStep.PUTTING_BACK)
        try:
            await self._set_flag(former, True)
        except SmtptuiError as second:
            failure.outcome = RemoteState.PARTLY_DONE
            failure.hint = (
                f"`smtptui edit {self._format_address(former)} --default true` makes it the default again."
            )
            _append_message(
                failure,
                f"{self._format_address(former)} was demoted before and could not be put back ({second.message}): "
                "there may be no default now.",
            )
            return
        self._forget()
        _append_message(
            failure, f"{self._format_address(former)} was put back as the default: nothing changed."
        )

    async def _set_flag(self, id: str, wanted: bool) -> Credential:
        """One update of the flag; when its answer never came, what a re-read shows."""
        try:
            stored = await self._mark(id, wanted)
        except OutcomeUnknownError as lost:
            try:
                records = await self._read()
            except SmtptuiError:
                raise lost from None
            found = next((record for record in records if record.id == id), None)
            if found is None or found.default is None:
                raise
            if found.default is wanted:
                return found
            raise UnavailableError(
                f"{lost.message} A re-read shows that it did not happen.",
                account=lost.account,
                id=id,
                operation=lost.operation,
                request_id=lost.request_id,
            ) from lost
        if stored.default is (not wanted):
            change = "a promotion" if wanted else "a demotion"
            raise UnsupportedError(
                f"Pipefy accepted {change} of {self._format_address(id)} and did not make it.",
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


def _append_message(error: SmtptuiError, words: str) -> None:
    error.message = f"{error.message} {words}"
    error.args = (error.message,)
