"""The upload's form (RFC 7578), parsed as it arrives: the file goes to `take`, the few small fields are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from zipp.domain.errors import InvalidInput

TEXT_FIELDS = {"site": 1024, "env": 1024**2}  # name -> the most bytes


class Form:
    """`filename` and `fields` are there once `finish` has returned."""

    def __init__(self, boundary: bytes, take: Callable[[bytes], None]) -> None:
        if not boundary:
            _refuse("The form has no boundary.", pointer="")
        self.filename = ""
        self.fields: dict[str, str] = {}
        self._take = take
        self._raw: dict[str, bytearray] = {}
        self._seen: set[str] = set()
        self._name = ""
        self._header = self._value = b""
        self._disposition = b""
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begins,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_ends,
                    "on_headers_finished": self._part_named,
                    "on_part_data": self._part_data,
                    "on_end": self._form_ends,
                },
            )
        except FormParserError:
            _refuse("The form's boundary is too long.", pointer="")

    def feed(self, data: bytes) -> None:
        """Raises InvalidInput, and what `take` raises."""
        try:
            self._parser.write(data)
        except FormParserError:
            _refuse("The form is not well-formed.", pointer="")

    def finish(self) -> None:
        if not self._ended:
            _refuse("The form ends too early.", pointer="")
        if "file" not in self._seen:
            _refuse("The archive is missing.", pointer="/file", code="file_missing")
        for name, raw in self._raw.items():
            try:
                self.fields[name] = raw.decode()
            except UnicodeDecodeError:
                _refuse(f"`{name}` is not UTF-8.", pointer=f"/{name}")

    def _part_begins(self) -> None:
        self._disposition = self._header = self._value = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _part_named(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = name = options.get(b"name", b"").decode("utf-8", "replace")
        pointer = "/" + name[:100].replace("~", "~0").replace("/", "~1")
        if name != "file" and name not in TEXT_FIELDS:
            _refuse("The form has a field that is not known.", pointer=pointer, code="field_unknown")
        if name in self._seen:
            _refuse(f"The form has `{name}` twice.", pointer=pointer, code="field_repeated")
        self._seen.add(name)
        if name == "file":
            self.filename = options.get(b"filename", b"").decode("utf-8", "replace")
        else:
            self._raw[name] = bytearray()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == "file":
            self._take(data[start:end])
            return
        field = self._raw[self._name]
        field += data[start:end]
        if len(field) > TEXT_FIELDS[self._name]:
            _refuse(f"`{self._name}` is too long.", pointer=f"/{self._name}", code="field_too_long")

    def _form_ends(self) -> None:
        self._ended = True


def _refuse(message: str, *, pointer: str, code: str = "form_invalid") -> NoReturn:
    hint = "Send one `file`, and optionally `site` and `env` (a JSON object of strings)."
    raise InvalidInput(message, code=code, hint=hint, pointer=pointer)
