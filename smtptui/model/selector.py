"""Selectors of credentials: names add up (or), filters narrow (and).

Names are `ACCOUNT`, `ACCOUNT/ID`, `file:PATH` and `file:PATH#ID`; filters are `field=pattern`, `field!=pattern` and
`age>30d`. Patterns are those of fnmatch and ignore case. `status` is the summary of the verification, `age` the time
since it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import translate
from operator import attrgetter, eq, ge, gt, le, lt, ne
from typing import Any, TypeAlias

from smtptui.model.address import is_file_account, split_address
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.display import printable
from smtptui.model.errors import UsageError
from smtptui.model.fields import FIELDS_BY_NAME, FieldKind
from smtptui.model.nearest import suggest
from smtptui.model.timestamps import age_at, parse_duration
from smtptui.model.verification import Status

Predicate: TypeAlias = Callable[[Credential], bool]

_FILTER = re.compile(r"(?P<key>[A-Za-z_]+)(?P<operator>!=|>=|<=|=|>|<)(?P<value>.*)\Z", re.S)
_EXTRA_KEYS = ("status", "age")
_PATTERN = re.compile(r"[*?\[]")
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {">": gt, "<": lt, ">=": ge, "<=": le, "=": eq, "!=": ne}
_NULL_VALUES = ("", "null")
FILTER_KEYS: tuple[str, ...] = (
    *_EXTRA_KEYS,
    *(spec.name for spec in FIELDS_BY_NAME.values() if spec.kind is not FieldKind.OBJECT),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a credential."""

    key: str
    operator: str
    value: str

    @property
    def is_exact(self) -> bool:
        """Whether it compares with one value: no pattern, no order."""
        return self.operator in ("=", "!=") and not _is_open(self.value)

    def matches(self, credential: Credential, now: datetime) -> bool:
        return self.predicate(now)(credential)

    def predicate(self, now: datetime) -> Predicate:
        """Return the condition as a function, for many credentials: the filter is parsed once."""
        if self.key == "age":
            wanted, compare = parse_duration(self.value), _ORDERS[self.operator]
            # A credential that was never verified is older than any age.
            return lambda credential: compare(
                timedelta.max if (span := age_at(credential.verification.at, now)) is None else span, wanted
            )
        present = _value_getter(self.key)
        if self.operator in ("=", "!="):
            right, equals = self.operator == "=", _equality_test(self.value)
            return lambda credential: equals(present(credential)) == right
        return lambda credential: self._matches_order(present(credential))

    def _matches_order(self, present: object) -> bool:
        compare = _ORDERS[self.operator]
        if not isinstance(present, int) or isinstance(present, bool):
            return isinstance(present, str) and compare(present, self.value)
        return compare(present, int(self.value))


@dataclass(frozen=True, slots=True)
class SelectorQuery:
    """A parsed list of selectors. Without a name it selects from every account."""

    accounts: frozenset[str] = frozenset()
    addresses: frozenset[tuple[str, str]] = frozenset()
    filters: tuple[Filter, ...] = ()

    @property
    def named_accounts(self) -> frozenset[str]:
        """Every account that is named, alone or in an address."""
        return self.accounts | {account for account, _ in self.addresses}

    def may_match_account(self, account: str, provider: str) -> bool:
        """Return whether any credential of the account could match; otherwise the account need not be read."""
        if self.named_accounts and account not in self.named_accounts:
            return False
        about = {"account": account, "provider": provider}
        return all(
            _is_equal(about[item.key], item.value) == (item.operator == "=")
            for item in self.filters
            if item.key in about and item.operator in ("=", "!=")
        )

    def matches(self, credential: Credential, now: datetime) -> bool:
        return all(fits(credential) for fits in self.predicates(now))

    def predicates(self, now: datetime) -> list[Predicate]:
        """Return the conditions that a credential must all satisfy."""
        tests = [item.predicate(now) for item in self.filters]
        return [self._is_named, *tests] if self.accounts or self.addresses else tests

    def _is_named(self, credential: Credential) -> bool:
        return credential.account in self.accounts or (credential.account, credential.id) in self.addresses


def parse_selectors(texts: Sequence[str], accounts: Iterable[str]) -> SelectorQuery:
    """Parse selectors; `accounts` are the configured names. Raise UsageError with the nearest valid name."""
    known = set(accounts)
    names: set[str] = set()
    addresses: set[tuple[str, str]] = set()
    filters: list[Filter] = []
    for text in texts:
        condition = None if is_file_account(text) else _FILTER.match(text)
        if condition and "/" not in condition["key"]:
            filters.append(_parse_filter(**condition.groupdict(), accounts=known))
            continue
        account, id = split_address(text)
        if account not in known and not is_file_account(account):
            raise UsageError(
                f"There is no account named {printable(account)!r}.",
                hint=f"{suggest(account, known)} Filters look like host=smtp.* or status=failed.",
            )
        if id == "":
            raise UsageError(
                f"{printable(text)!r} names no credential.",
                hint=f"Write ACCOUNT/ID, or {account} for the whole account.",
            )
        if id is None:
            names.add(account)
        else:
            addresses.add((account, id))
    return SelectorQuery(frozenset(names), frozenset(addresses), tuple(filters))


def parse_address(text: str, accounts: Iterable[str]) -> tuple[str, str]:
    """Return account and id of `ACCOUNT/ID` or `file:PATH#ID`. Raise UsageError."""
    account, id = split_address(text)
    known = set(accounts)
    if account not in known and not is_file_account(account):
        raise UsageError(f"There is no account named {printable(account)!r}.", hint=suggest(account, known))
    if not id:
        form = "file:PATH#ID" if is_file_account(account) else "ACCOUNT/ID"
        raise UsageError(
            f"{printable(text)!r} names an account, not a credential.",
            hint=f"Write {form}; `smtptui list {printable(account)}` shows the ids.",
        )
    return account, id


def _parse_filter(key: str, operator: str, value: str, accounts: set[str]) -> Filter:
    if key not in FILTER_KEYS:
        raise UsageError(f"There is no field named {key!r} to select by.", hint=suggest(key, FILTER_KEYS))
    if key == "age":
        try:
            parse_duration(value)
        except ValueError as problem:
            raise UsageError(f"The filter age{operator}{printable(value)} is not valid: {problem}.") from None
    elif key == "port":
        if not value.strip().isdigit() and (operator not in ("=", "!=") or not _is_open(value)):
            raise UsageError(f"The filter port{operator}{printable(value)} needs a number.")
    elif operator in ("=", "!="):
        _check_possible(key, value, accounts)
    return Filter(key, operator, value)


def _check_possible(key: str, value: str, accounts: set[str]) -> None:
    """Raise UsageError for a value the field never has: an empty result would look like good news."""
    possible = _possible_values(key, accounts)
    if not possible or (key == "account" and is_file_account(value)):
        return
    if value.lower() not in map(str.lower, possible) and not (
        _PATTERN.search(value) if key == "status" else _is_open(value)
    ):
        raise UsageError(f"There is no {key} {printable(value)!r}.", hint=suggest(value, possible))


def _is_open(value: str) -> bool:
    """Return whether a filter value is a pattern, or stands for no value."""
    return value in _NULL_VALUES or _PATTERN.search(value) is not None


def _possible_values(key: str, accounts: set[str]) -> Iterable[str]:
    """Return every value the field can have; empty where any value is possible."""
    if key == "status":
        return [str(status) for status in Status]
    if key == "account":
        return sorted(accounts)
    if key == "password":
        return [str(state) for state in PasswordState]
    return ("false", "true") if FIELDS_BY_NAME[key].kind is FieldKind.BOOLEAN else FIELDS_BY_NAME[key].choices


def _value_getter(key: str) -> Callable[[Credential], object]:
    return attrgetter("verification.summary" if key == "status" else key)


def _is_equal(present: object, wanted: str) -> bool:
    return _equality_test(wanted)(present)


def _equality_test(wanted: str) -> Callable[[object], bool]:
    empty, pattern = wanted in _NULL_VALUES, re.compile(translate(wanted.lower()))

    def equals(present: object) -> bool:
        if present is None:
            return empty
        return pattern.match(str(present).lower()) is not None

    return equals
