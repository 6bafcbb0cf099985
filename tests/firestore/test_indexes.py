"""deploy/firebase/firestore.indexes.json has what the queries of records/firestore need in production, and no more.

Composite indexes: none is missing, each is needed. Overrides take fields out of the automatic indexes that no query
asks for and that would cost the most there: a plan, a failure or an environment may be many kilobytes (of which an
index keeps 1,500 bytes), a map or an array has entries for everything in it, written at each of a deployment's dozen
saves; and a secret has no business in an index. (https://firebase.google.com/docs/firestore/best-practices, Indexes)
"""

from __future__ import annotations

import inspect
import itertools
import re
import typing
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest
from builders import a_deployment, a_site, a_user
from firestoreindexes import ALTERNATIVES, ASCENDING, CONTAINS, DESCENDING, Index, Indexes, needs_of
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore_v1 import AsyncClient
from google.cloud.firestore_v1.base_query import And, BaseQuery, FieldFilter, Or
from google.cloud.firestore_v1.types import StructuredQuery

from zipp.domain.deployment import Status
from zipp.domain.ids import now
from zipp.records.firestore import documents, queries

ROOT = Path(__file__).parents[2]
OURS = Indexes.read(ROOT / "deploy/firebase/firestore.indexes.json")

# What a query's builder may be asked with, by the type of its parameter.
POSSIBLE: dict[object, Sequence[object]] = {
    str: ("x",),
    str | None: (None, "x"),
    int: (10,),
    int | None: (None, 10),
    datetime: (now(),),
    Collection[Status] | None: (None, [Status.RUNNING], list(Status)),
}


@pytest.fixture(scope="module")
def client() -> AsyncClient:
    return AsyncClient(project="demo-indexes", credentials=AnonymousCredentials())


def builders(module: ModuleType) -> Iterator[tuple[str, Callable[..., queries.Query]]]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if not name.startswith("_") and typing.get_type_hints(function).get("return") is queries.Query:
            yield name, function


def asked() -> Iterator[tuple[str, queries.Query]]:
    """Every query that records/firestore can ask, from each of its builders with every kind of arguments."""
    for name, function in builders(queries):
        kinds = typing.get_type_hints(function)
        names = list(inspect.signature(function).parameters)
        for values in itertools.product(*(POSSIBLE[kinds[parameter]] for parameter in names)):
            arguments = dict(zip(names, values, strict=True))
            yield f"{name}({arguments})", function(**arguments)


def missing(client: AsyncClient, indexes: Indexes) -> list[str]:
    """The queries that Firestore would refuse."""
    return [
        f"{name} needs {need}"
        for name, query in asked()
        for need in needs_of(queries.built(client, query)._to_protobuf())
        if not indexes.serve(need)
    ]


def test_every_query_has_its_index(client: AsyncClient) -> None:
    assert len(list(asked())) > 30
    assert missing(client, OURS) == []


def test_every_index_is_needed_by_a_query(client: AsyncClient) -> None:
    assert len(set(OURS.composite)) == len(OURS.composite)
    assert [index for index, rest in OURS.without_each() if not missing(client, rest)] == []


def test_no_query_is_asked_that_this_check_does_not_see() -> None:
    asking = re.compile(r"\.where\(|order_by\(|collection_group|FieldFilter|StructuredQuery|run_query")
    known = {"records/sql", "records/firestore/queries.py"}  # the first asks SQLite
    found = {
        str(file.relative_to(ROOT / "src/zipp"))
        for file in (ROOT / "src/zipp").rglob("*.py")
        if asking.search(file.read_text())
    }
    assert {name for name in found if not any(name.startswith(prefix) for prefix in known)} == set()


def test_no_query_has_more_alternatives_than_firestore_takes() -> None:
    for name, query in asked():
        assert query.among is None or 0 < len(query.among[1]) <= ALTERNATIVES, name


def test_overrides_are_of_fields_that_there_are() -> None:
    known = {
        "users": documents.user_fields(a_user()),
        "sites": documents.site_fields(a_site()),
        "deployments": documents.deployment_fields(a_deployment()),
    }
    for collection, path, _ in OURS.overrides:
        assert collection not in known or path in known[collection], f"{collection} has no {path}"


# The rules themselves, by the examples of Firestore's documentation --------------------------------------------------


def served(query: BaseQuery, *composite: Index, overrides: Sequence[tuple[str, str, tuple[str, ...]]] = ()) -> bool:
    proto: StructuredQuery = query._to_protobuf()
    return all(Indexes(composite, tuple(overrides)).serve(need) for need in needs_of(proto))


def equals(**fields: object) -> And:
    return And([FieldFilter(field, "==", value) for field, value in fields.items()])


@pytest.fixture
def cities(client: AsyncClient) -> BaseQuery:
    return client.collection("cities")._query()


def test_automatic_indexes_serve_equalities_and_one_sorting(cities: BaseQuery) -> None:
    assert served(cities)
    assert served(cities.where(filter=equals(state="CO", country="USA", capital=True)))
    assert served(cities.where(filter=FieldFilter("country", "in", ["USA", "Japan"])))
    assert served(cities.where(filter=FieldFilter("population", "<", 100000)))
    assert served(cities.where(filter=FieldFilter("regions", "array_contains", "west_coast")))
    assert served(cities.order_by("population", direction=DESCENDING))
    assert served(cities.where(filter=equals(state="CA")).order_by("__name__", direction=DESCENDING))
    assert served(cities.where(filter=equals(state="CA")).order_by("state"))


def test_what_is_compared_and_sorted_by_another_field_needs_a_composite_index(cities: BaseQuery) -> None:
    state, population = ("state", ASCENDING), ("population", ASCENDING)
    ranged = cities.where(filter=equals(state="CA")).where(filter=FieldFilter("population", "<", 1000000))
    assert not served(ranged)
    assert served(ranged, Index("cities", (state, population)))
    assert served(ranged, Index("cities", (("state", DESCENDING), population)))
    assert not served(ranged, Index("cities", (population, state)))
    assert not served(ranged, Index("towns", (state, population)))
    newest = cities.where(filter=equals(state="CA")).order_by("population", direction=DESCENDING)
    assert not served(newest, Index("cities", (state, population)))
    assert served(newest, Index("cities", (state, ("population", DESCENDING))))
    assert not served(cities.order_by("state").order_by("population", direction=DESCENDING))
    regions = cities.where(filter=FieldFilter("regions", "array_contains", "x")).order_by("population")
    assert not served(regions, Index("cities", (("regions", ASCENDING), population)))
    assert served(regions, Index("cities", (("regions", CONTAINS), population)))


def test_indexes_that_end_alike_are_joined(client: AsyncClient) -> None:
    restaurants, stars = client.collection("restaurants")._query(), ("star_rating", ASCENDING)
    category, city, pick = (
        Index("restaurants", ((field, ASCENDING), stars)) for field in ("category", "city", "editors_pick")
    )
    burgers = restaurants.where(filter=equals(category="burgers", city="San Francisco", editors_pick=True))
    burgers = burgers.order_by("star_rating")
    assert served(burgers, category, city, pick)
    assert not served(burgers, category, city)
    assert not served(burgers, category, city, Index("restaurants", (("editors_pick", ASCENDING), ("city", ASCENDING))))
    assert not served(
        burgers, category, city, Index("restaurants", (("editors_pick", ASCENDING), ("star_rating", DESCENDING)))
    )
    assert served(burgers, pick, Index("restaurants", (("city", ASCENDING), ("category", ASCENDING), stars)))


def test_order_of_the_names_must_be_that_of_the_index(cities: BaseQuery) -> None:
    assert not served(cities.order_by("__name__", direction=DESCENDING))
    assert served(cities.order_by("__name__"))
    mixed = cities.order_by("population").order_by("__name__", direction=DESCENDING)
    assert not served(mixed)
    assert served(mixed, Index("cities", (("population", ASCENDING), ("__name__", DESCENDING))))


def test_each_alternative_needs_an_index(cities: BaseQuery) -> None:
    either = cities.where(filter=Or([FieldFilter("state", "==", "CA"), FieldFilter("capital", "==", True)]))
    either = either.order_by("population")
    indexes = [Index("cities", ((field, ASCENDING), ("population", ASCENDING))) for field in ("state", "capital")]
    assert served(either, *indexes)
    assert not served(either, indexes[0])


def test_overrides_take_automatic_indexes_away(cities: BaseQuery) -> None:
    one = cities.where(filter=FieldFilter("mayor.name", "==", "x"))
    assert served(one, overrides=[("cities", "mayor.age", ())])
    assert not served(one, overrides=[("cities", "mayor", ())])
    assert not served(one, overrides=[("cities", "*", ())])
    assert served(one, overrides=[("cities", "*", ()), ("cities", "mayor.name", (ASCENDING,))])
    assert not served(
        cities.order_by("mayor.name", direction=DESCENDING), overrides=[("cities", "mayor.name", (ASCENDING,))]
    )
