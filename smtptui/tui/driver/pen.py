"""The style of a cell, and the shortest SGR sequence from one style to another (ECMA-48)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_RESET_CODES = {
    1: 22,
    2: 22,
    3: 23,
    4: 24,
    5: 25,
    6: 25,
    7: 27,
    8: 28,
    9: 29,
    21: 24,
    51: 54,
    52: 54,
    53: 55,
}
"""The code that resets each attribute."""
_BIT = {code: 1 << place for place, code in enumerate(_RESET_CODES)}
_RESETS = {
    end: sum(_BIT[code] for code, by in _RESET_CODES.items() if by == end) for end in _RESET_CODES.values()
}
_SHOWS_ON_BLANKS = sum(_BIT[code] for code in (4, 5, 6, 7, 9, 21, 51, 52, 53))


class Pen(NamedTuple):
    """`flags` is a set of bits; `fg` and `bg` are SGR parameters, empty for the terminal's own colour."""

    flags: int = 0
    fg: str = ""
    bg: str = ""

    @property
    def on_blank(self) -> Pen:
        """The same pen without what cannot be seen on a blank."""
        return _on_blank(self)


@lru_cache(maxsize=4096)
def _intern(pen: Pen) -> Pen:
    """Return one object for equal pens, so that most comparisons are by identity."""
    return pen


PLAIN = _intern(Pen())


@lru_cache(maxsize=4096)
def _on_blank(pen: Pen) -> Pen:
    return _intern(pen if pen.flags & _SHOWS_ON_BLANKS else Pen(0, "", pen.bg))


@lru_cache(maxsize=4096)
def apply_sgr(pen: Pen, parameters: str) -> Pen | None:
    """Return the pen after an SGR sequence with these parameters; None when one of them is unknown."""
    flags, fg, bg = pen
    codes = [int(code or 0) for code in parameters.split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            flags, fg, bg = PLAIN
        elif code in _BIT:
            flags |= _BIT[code]
        elif code in _RESETS:
            flags &= ~_RESETS[code]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            fg = str(code)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            bg = str(code)
        elif code == 39:
            fg = ""
        elif code == 49:
            bg = ""
        elif code in (38, 48) and codes:
            taken = {5: 2, 2: 4}.get(codes[0], 0)
            if not taken or len(codes) < taken:
                return None
            colour = ";".join(str(number) for number in (code, *codes[:taken]))
            del codes[:taken]
            fg, bg = (colour, bg) if code == 38 else (fg, colour)
        else:
            return None
    return _intern(Pen(flags, fg, bg))


@lru_cache(maxsize=4096)
def encode_pen_change(old: Pen, new: Pen) -> str:
    """Return the shortest sequence that changes `old` into `new`."""
    if old == new:
        return ""
    whole = _sequence(["0"] * (new != PLAIN), new, PLAIN)
    if new == PLAIN:
        return "\x1b[m"
    lost = old.flags & ~new.flags
    ends = [str(end) for end, bits in _RESETS.items() if bits & lost]
    kept = old.flags
    for end, bits in _RESETS.items():
        if str(end) in ends:
            kept &= ~bits
    return min(_sequence(ends, new, Pen(kept, old.fg, old.bg)), whole, key=len)


def _sequence(codes: list[str], new: Pen, base: Pen) -> str:
    added = new.flags & ~base.flags
    codes = codes + [str(code) for code, bit in _BIT.items() if bit & added]
    if new.fg != base.fg:
        codes.append(new.fg or "39")
    if new.bg != base.bg:
        codes.append(new.bg or "49")
    return f"\x1b[{';'.join(codes)}m"
