"""JSON that is one large value, read item by item: an array, objects one after the other, or pages with lists in them.

The decoder of the standard library is given a window of the text, which grows until the item is whole; what cannot be
decoded is passed over by its brackets.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

from advisor.archive.formats.json_lines import TOO_DEEP, broken, no_number, too_long
from advisor.archive.formats.lines import FALLBACK
from advisor.archive.formats.values import Bytes, Limits, Refused
from advisor.errors import ArchiveError

STEP = 2**16  # bytes read at once, at least
TAIL = 12  # characters at the window's end where a fault may only mean that the item goes on
DECODER = json.JSONDecoder(strict=False, parse_constant=no_number)
SPACE = re.compile(r"[\s\ufeff]*")
BETWEEN = re.compile(r"[\s,]*")
OUTSIDE = re.compile(r'["\[\]{},]')
INSIDE = re.compile(r'\\.|"', re.DOTALL)
EARLY = "the JSON must be whole, and ends early: copy or export it again"


class JsonStream:
    """A window on the text of a stream."""

    def __init__(self, stream: Bytes, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._decoder = codecs.getincrementaldecoder("utf-8")(FALLBACK)
        self._text = ""
        self._at = 0  # place in the window
        self._ended = False

    def values(self) -> Iterator[object]:
        """Whole values, one after the other."""
        while self._peek(BETWEEN):
            yield self._value()

    def array(self) -> Iterator[object]:
        """The items of an array; of several, should they stand one after the other."""
        while sign := self._peek(SPACE):
            if sign != "[":
                raise ArchiveError(f"JSON must go on with an array, was: {sign!r}: export the archive again")
            self._at += 1
            yield from self._items()

    def pages(self, *keys: str) -> Iterator[tuple[str, object]]:
        """The items of these lists of an object, or of several objects, each with the list's name."""
        while sign := self._peek(BETWEEN):
            if sign != "{":
                raise ArchiveError(f"JSON must go on with an object, was: {sign!r}: export the archive again")
            self._at += 1
            yield from self._page(frozenset(keys))

    def _page(self, keys: frozenset[str]) -> Iterator[tuple[str, object]]:
        while (sign := self._peek(BETWEEN)) != "}":
            if sign != '"':
                raise ArchiveError(EARLY if not sign else f"an object must have names in quotes, was: {sign!r}")
            key = str(self._value())
            if self._peek(SPACE) != ":":
                raise ArchiveError(EARLY)
            self._at += 1
            if self._peek(SPACE) == "[" and key in keys:
                self._at += 1
                yield from ((key, item) for item in self._items())
            else:
                self._pass_over()
        self._at += 1

    def _items(self) -> Iterator[object]:
        """The items up to the bracket that closes their array."""
        while (sign := self._peek(BETWEEN)) != "]":
            if not sign:
                raise ArchiveError(EARLY)
            yield self._value()
        self._at += 1

    def _value(self) -> object:
        """The value that begins here, or what is wrong with it."""
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._may_go_on(error) and self._more():
                    continue
                return self._broken(error)
            except RecursionError:
                return self._refused(TOO_DEEP)
            except ValueError as error:
                return self._refused(Refused(f"not valid JSON ({error}): mend this record or take it out"))
            if end == len(self._text) and not isinstance(value, dict | list | str) and self._more():
                continue  # a number may go on
            if end - self._at > self._limits.record:
                self._at = end
                return too_long(self._limits)
            self._at = end
            return value

    def _broken(self, error: json.JSONDecodeError) -> Refused:
        if len(self._text) - self._at > self._limits.record:
            return self._refused(too_long(self._limits))
        if self._ended and self._may_go_on(error):
            raise ArchiveError(EARLY) from error
        return self._refused(Refused(broken(error.msg, error.pos - self._at)))

    def _refused(self, why: Refused) -> Refused:
        """Leave behind what is refused."""
        if self._text[self._at] in "]}":
            self._at += 1  # that opens nowhere
        else:
            self._pass_over()
        return why

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether more text could mend a fault: it stands at the end of the window, or in a text not yet closed."""
        return error.pos >= len(self._text) - TAIL or error.msg.startswith("Unterminated")

    def _more(self) -> bool:
        """Let the window grow to twice its size; False at the end, and where a record is longer than any may be."""
        if self._ended or len(self._text) - self._at > self._limits.record:
            return False
        self._read(max(STEP, len(self._text) - self._at))
        return True

    def _read(self, size: int) -> None:
        """Forget what is behind, and read more."""
        parts, read = [self._text[self._at :]], 0
        while read < size and not self._ended:
            block = self._stream.read(size - read)
            read += len(block)
            self._ended = not block
            parts.append(self._decoder.decode(block, final=self._ended))
        self._text, self._at = "".join(parts), 0

    def _peek(self, blank: re.Pattern[str]) -> str:
        """The next sign behind blanks; "" at the end."""
        while True:
            self._at = self._end_of(blank)
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._read(STEP)

    def _end_of(self, blank: re.Pattern[str]) -> int:
        found = blank.match(self._text, self._at)
        return found.end() if found is not None else self._at

    def _pass_over(self) -> None:
        """Leave a value behind by its brackets, without keeping it."""
        depth, quoted, begun = 0, False, False
        while True:
            found = (INSIDE if quoted else OUTSIDE).search(self._text, self._at)
            if found is None:
                self._skip_window(keep=quoted and self._text.endswith("\\", self._at))
                continue
            sign = found[0]
            if not quoted and depth == 0 and sign in ",]}":
                self._at = found.start()
                return
            self._at = found.end()
            if sign == '"':
                quoted = not quoted
            elif not quoted:
                depth += (sign in "[{") - (sign in "]}")
            begun = begun or sign in '["{'
            if begun and depth == 0 and not quoted:
                return

    def _skip_window(self, *, keep: bool) -> None:
        if self._ended:
            raise ArchiveError(EARLY)
        self._at = len(self._text) - keep
        self._read(STEP)
