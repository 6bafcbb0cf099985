"""Which indexes a Firestore query needs in production: its emulator enforces none, so that a missing one shows late.

Firestore (Standard edition) answers every query from indexes, by these rules:

1. Each field of a document has automatic indexes, ascending and descending, and one for its members where it is an
   array. An override of the field (`fieldOverrides`), of the map that it is in, or of all fields of the collection
   (`*`) says otherwise.
   https://firebase.google.com/docs/firestore/query-data/index-overview (Single-field indexes)
2. An index is sorted by its fields in turn, at last by `__name__` in the direction of the last of them; a query is
   sorted likewise by its orders, then by fields with an inequality that no order names, then by `__name__`.
   (Same page: Default ordering and the __name__ field)
3. Let a query compare some fields for equality and be sorted by others. An index serves it that begins with these
   equality fields, in any order and direction, and goes on with exactly what the query is sorted by.
4. Several indexes serve it together if each begins with some of the equality fields, goes on with exactly what the
   query is sorted by, and together they begin with all of them; so do automatic indexes for equalities alone.
   (Same page: Taking advantage of index merging; and with more detail for the same engine
   https://cloud.google.com/datastore/docs/concepts/optimize-indexes)
5. `in` and `or` are several queries at once, one for each alternative, `array-contains` is an equality on the members.
   https://firebase.google.com/docs/firestore/query-data/queries
6. All documents by ascending `__name__` need no index; by descending `__name__` they do.

Collection groups and vectors are left out: nothing here asks for them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from google.cloud.firestore_v1.types import StructuredQuery

ASCENDING, DESCENDING, CONTAINS = "ASCENDING", "DESCENDING", "CONTAINS"
NAME = "__name__"
ALTERNATIVES = 30  # that one query may have at most: https://firebase.google.com/docs/firestore/query-data/queries

Fields = tuple[tuple[str, str], ...]  # path and mode
_Op = StructuredQuery.FieldFilter.Operator
_EQUAL = {_Op.EQUAL, _Op.IN}
_CONTAINS = {_Op.ARRAY_CONTAINS, _Op.ARRAY_CONTAINS_ANY}
_UNEQUAL = {
    _Op.LESS_THAN,
    _Op.LESS_THAN_OR_EQUAL,
    _Op.GREATER_THAN,
    _Op.GREATER_THAN_OR_EQUAL,
    _Op.NOT_EQUAL,
    _Op.NOT_IN,
}


@dataclass(frozen=True)
class Index:
    collection: str
    fields: Fields

    @property
    def whole(self) -> Fields:
        """With the `__name__` at its end."""
        if self.fields[-1][0] == NAME:
            return self.fields
        last = self.fields[-1][1]
        return (*self.fields, (NAME, DESCENDING if last == DESCENDING else ASCENDING))

    def __str__(self) -> str:
        return f"{self.collection}({', '.join(f'{path} {mode}' for path, mode in self.fields)})"


@dataclass(frozen=True)
class Need:
    """What one alternative of a query needs: `equal` has its equality fields, `order` all that it is sorted by."""

    collection: str
    equal: frozenset[tuple[str, str]]
    order: Fields

    def __str__(self) -> str:
        equal = " ".join(sorted(path for path, _ in self.equal)) or "all"
        return f"{self.collection}: {equal} by {', '.join(f'{path} {mode}' for path, mode in self.order)}"


@dataclass(frozen=True)
class Indexes:
    """`overrides`: for a collection and a field (`*`: all fields), the only modes that it is indexed in alone."""

    composite: tuple[Index, ...]
    overrides: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @classmethod
    def read(cls, file: Path) -> Indexes:
        content = json.loads(file.read_text())
        assert all(index["queryScope"] == "COLLECTION" for index in content["indexes"])
        return cls(
            tuple(
                Index(index["collectionGroup"], tuple((field["fieldPath"], _mode(field)) for field in index["fields"]))
                for index in content["indexes"]
            ),
            tuple(
                (override["collectionGroup"], override["fieldPath"], tuple(map(_mode, override["indexes"])))
                for override in content["fieldOverrides"]
            ),
        )

    def serve(self, need: Need) -> bool:
        if not need.equal and need.order == ((NAME, ASCENDING),):
            return True
        begun: set[tuple[str, str]] = set()
        found = False
        for index in (*self.composite, *self._automatic(need)):
            begins = _begins(index, need)
            if begins is not None:
                found = True
                begun |= begins
        return found and begun == need.equal

    def without_each(self) -> Iterator[tuple[str, Indexes]]:
        """Each index of the file that could be left out, with what would be left."""
        for index in self.composite:
            yield str(index), replace(self, composite=tuple(other for other in self.composite if other != index))
        for position, (collection, path, modes) in enumerate(self.overrides):
            for mode in modes:
                less = (collection, path, tuple(other for other in modes if other != mode))
                overrides = (*self.overrides[:position], less, *self.overrides[position + 1 :])
                yield f"{collection}({path} {mode})", replace(self, overrides=overrides)

    def _automatic(self, need: Need) -> Iterator[Index]:
        paths = {path for path, _ in (*need.equal, *need.order)} - {NAME}
        for path in sorted(paths):
            for mode in self._modes(need.collection, path):
                yield Index(need.collection, ((path, mode),))

    def _modes(self, collection: str, path: str) -> tuple[str, ...]:
        said = {of: modes for name, of, modes in self.overrides if name == collection}
        parts = path.split(".")
        for candidate in (*(".".join(parts[:length]) for length in range(len(parts), 0, -1)), "*"):
            if candidate in said:
                return said[candidate]
        return (ASCENDING, DESCENDING, CONTAINS)


def needs_of(query: StructuredQuery) -> Iterator[Need]:
    """One for each kind of alternative that the query has."""
    (source,) = query.from_
    assert not source.all_descendants, "collection groups are left out here"
    orders = tuple((order.field.field_path, order.direction.name) for order in query.order_by)
    for filters in _alternatives(query.where):
        equal = {(path, ASCENDING) for path, op in filters if op in _EQUAL and path != NAME}
        contained = {(path, CONTAINS) for path, op in filters if op in _CONTAINS}
        unequal = {path for path, op in filters if op in _UNEQUAL}
        assert not {path for path, op in filters if op is _Op.IN} & {path for path, _ in orders}, (
            "order by a list of values"
        )
        unordered = unequal - {path for path, _ in orders}
        assert len(unordered) <= (0 if orders else 1), "say by which field with an inequality comes first"
        yield Need(source.collection_id, frozenset(equal | contained), _whole(orders, unordered, equal))


def _whole(orders: Fields, unordered: Iterable[str], equal: set[tuple[str, str]]) -> Fields:
    sorting = (*orders, *((path, ASCENDING) for path in unordered if path != NAME))
    sorting = tuple((path, mode) for path, mode in sorting if (path, ASCENDING) not in equal)
    if any(path == NAME for path, _ in sorting):
        return sorting
    last = sorting[-1][1] if sorting else (orders[-1][1] if orders else ASCENDING)
    return (*sorting, (NAME, last))


def _alternatives(where: StructuredQuery.Filter) -> list[list[tuple[str, _Op]]]:
    """The filter as an `or` of `and`s; alternatives of `in` need the same indexes, so they count as one."""
    kind = StructuredQuery.pb(StructuredQuery(where=where)).where.WhichOneof("filter_type")
    if kind is None:
        return [[]]
    if kind == "field_filter":
        return [[(where.field_filter.field.field_path, _Op(where.field_filter.op))]]
    if kind == "unary_filter":  # is null, is not a number: equalities; their opposites are not
        opposite = where.unary_filter.op.name.startswith("IS_NOT")
        return [[(where.unary_filter.field.field_path, _Op.NOT_EQUAL if opposite else _Op.EQUAL)]]
    inner = [_alternatives(one) for one in where.composite_filter.filters]
    if where.composite_filter.op is StructuredQuery.CompositeFilter.Operator.OR:
        return [filters for alternatives in inner for filters in alternatives]
    return [list(itertools.chain.from_iterable(chosen)) for chosen in itertools.product(*inner)]


def _begins(index: Index, need: Need) -> set[tuple[str, str]] | None:
    """The equality fields that it begins with, if it goes on with just what the query is sorted by."""
    head = len(index.whole) - len(need.order)
    if index.collection != need.collection or head < 0 or index.whole[head:] != need.order:
        return None
    begins = {(path, CONTAINS if mode == CONTAINS else ASCENDING) for path, mode in index.whole[:head]}
    return begins if begins <= need.equal else None


def _mode(field: dict[str, str]) -> str:
    return field.get("order") or field["arrayConfig"]
