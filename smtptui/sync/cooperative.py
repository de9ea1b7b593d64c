"""A computation in parts: whoever runs it may do something else between two of them."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Cooperative: TypeAlias = Generator[None, None, T]
"""Yields nothing, after every part of the work; what it comes to is what it returns."""
