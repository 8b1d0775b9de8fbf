"""Runs the verbs of docs/protocol.md against a server. Usage: verbs.py HOST PORT

Prints a line for each thing that is as the page says, and fails at the first that is not.
"""

import datetime
import hashlib
import socket
import struct
import sys

from client import HELLO, Client, Failure, Lost, framed, numbers, vector

HOST, PORT = sys.argv[1], int(sys.argv[2])
SEEN = datetime.datetime(1979, 9, 6, tzinfo=datetime.timezone.utc)
checks = []


def check(promise):
    def register(run):
        checks.append((promise, run))
        return run

    return register


def refused(code, run):
    try:
        run()
    except Failure as failure:
        assert failure.code == code, failure
        return failure
    raise AssertionError(f"expected {code}")


def content_id(data):
    """The id that a vector's content gives."""
    positive = vector(*(0.0 if number == 0 else number for number in numbers(data)))
    return hashlib.sha256(positive).hexdigest()[:32]


@check("greets, and is accepted")
def _(client):
    assert (client.verdict, client.major) == (0, 0)
    assert client.accepted["inFlight"] >= 1
    assert client.ask("ping") is None
    info = client.ask("info")
    assert info["protocol"] == f"{client.major}.{client.minor}"
    assert info["version"] == client.accepted["version"]
    assert any(each["name"] == "python" for each in client.ask("clients"))


@check("is refused with another major, and with a hello that is none")
def _(client):
    stranger = Client(HOST, PORT, "stranger", major=7)
    assert (stranger.verdict, stranger.major) == (1, client.major)
    stream = socket.create_connection((HOST, PORT), timeout=20)
    stream.sendall(HELLO.pack(b"HTTP", 0, 2, 0, 16384))
    assert HELLO.unpack(stream.recv(16, socket.MSG_WAITALL))[3] & 0xFF == 2
    assert stream.recv(1) == b""


@check("makes, alters, lists and renames stores")
def _(client):
    films = {"store": "films", "dimension": 3}
    assert client.ask("createStore", films) is True
    assert client.ask("createStore", {**films, "ifNotExists": True}) is False
    refused("STORE_EXISTS", lambda: client.ask("createStore", films))
    assert client.ask("alterStore", {"store": "films", "ttlMs": 3_600_000}) is None
    assert client.ask("storeInfo", {"store": "films"})["ttlMs"] == 3_600_000
    assert client.ask("alterStore", {"store": "films", "ttlMs": None}) is None
    assert "ttlMs" not in client.ask("storeInfo", {"store": "films"})
    client.ask("createStore", {"store": "a/old", "dimension": 1, "metric": "dot"})
    assert client.ask("renameStore", {"store": "a/old", "to": "a/new"}) is None
    (found,) = client.ask("listStores", {"namespace": "a"})
    assert (found["name"], found["metric"], found["entries"]) == ("a/new", "dot", 0)
    assert client.ask("dropNamespace", {"namespace": "a"}) == 1


@check("sets entries, and gets what it set")
def _(client):
    metadata = {"title": "Alien", "year": 1979, "seen": SEEN, "poster": b"\xff\xd8", "cast": ["a", None]}
    answer = client.ask(
        "set",
        {
            "store": "films",
            "entries": [
                {"id": "alien", "vector": vector(1, 0.5, -2), "metadata": metadata},
                {"id": "brazil", "vector": vector(0, 1, 0), "metadata": {"year": 1985}},
                {"vector": vector(-0.0, 0, 2), "metadata": {"year": 1927, "nested": {"deep": 1}}},
            ],
        },
    )
    assert (answer["inserted"], answer["updated"]) == (3, 0)
    own = vector(0, 0, 2)
    alien, none, third = client.ask("get", {"store": "films", "keys": ["alien", "none", own]})
    assert alien["metadata"] == metadata and alien["vector"] == vector(1, 0.5, -2)
    assert alien["version"] == answer["version"] and none is None
    assert third["id"] == content_id(vector(-0.0, 0, 2))
    (bare,) = client.ask("get", {"store": "films", "keys": ["alien"], "include": {"vector": False}})
    assert "vector" not in bare
    entry = {"id": "alien", "vector": vector(1, 1, 1)}
    refused("ENTRY_EXISTS", lambda: client.ask("set", {"store": "films", "entries": [entry], "mode": "insert"}))


@check("takes a list of numbers for a vector, and answers bytes")
def _(client):
    client.ask("set", {"store": "films", "entries": [{"id": "list", "vector": [1, 2.5, -3]}]})
    (entry,) = client.ask("get", {"store": "films", "keys": ["list"]})
    assert numbers(entry["vector"]) == [1, 2.5, -3]
    assert client.ask("delete", {"store": "films", "target": "list"}) == 1


@check("finds page by page, and counts by predicates")
def _(client):
    ids, cursor = [], None
    while True:
        page = client.ask("find", {"store": "films", "limit": 1, **({"cursor": cursor} if cursor else {})})
        ids += [entry["id"] for entry in page["entries"]]
        cursor = page.get("cursor")
        if cursor is None:
            break
    assert ids == sorted(ids) and len(ids) == 3 and "alien" in ids
    for where, expected in [
        ({}, 3),
        ({"year": 1979}, 1),
        ({"year": {"$gte": 1970, "$lt": 1986}}, 2),
        ({"$or": [{"title": {"$startsWith": "Al"}}, {"nested.deep": 1}]}, 2),
        ({"seen": {"$lte": SEEN}}, 1),
        ({"poster": b"\xff\xd8"}, 1),
        ({"cast": {"$contains": None}}, 1),
        ({"$not": {"title": {"$exists": True}}}, 2),
        ({"year": {"$in": [1927, 1985]}}, 2),
        ({"year": {"$ne": 1979}}, 2),
    ]:
        assert client.ask("count", {"store": "films", "where": where}) == expected, where


@check("searches by a vector, by examples, and with many at once")
def _(client):
    search = {"store": "films", "target": vector(0, 1, 0), "recall": 1}
    found = client.ask("search", {**search, "limit": 2, "include": {"vector": True, "metadata": False}})
    assert found[0]["id"] == "brazil" and abs(found[0]["distance"]) < 1e-6
    assert found[0]["vector"] == vector(0, 1, 0) and "metadata" not in found[0]
    assert found[0]["distance"] <= found[1]["distance"]
    (only,) = client.ask("search", {**search, "where": {"year": 1979}})
    assert only["id"] == "alien" and only["metadata"]["seen"] == SEEN
    near = client.ask("search", {"store": "films", "target": {"near": ["alien"], "awayFrom": ["brazil"]}})
    assert all("distance" in match for match in near)
    lists = client.ask("searchMany", {"store": "films", "targets": [vector(0, 1, 0), vector(0, 0, 1)], "limit": 1})
    assert [len(matches) for matches in lists] == [1, 1] and lists[0][0]["id"] == "brazil"
    failure = refused("DIMENSION_MISMATCH", lambda: client.ask("search", {**search, "target": vector(1, 2)}))
    assert failure.details["expected"] == 3 and failure.retryable is False


@check("has a search, a page and a count explained")
def _(client):
    search = ["search", {"store": "films", "target": vector(0, 1, 0), "where": {"year": {"$gte": 1970}}}]
    plan = client.ask("explain", {"query": search})
    assert (plan["plan"], plan["indexes"], plan["examined"], plan["matched"]) == ("exact", [], 5, 2)
    assert plan["elapsedMs"] >= 0
    assert client.ask("explain", {"query": ["find", {"store": "films", "limit": 1}]})["plan"] == "scan"
    assert client.ask("explain", {"query": ["count", {"store": "films"}]})["matched"] == 3
    refused("INVALID_ARGUMENT", lambda: client.ask("explain", {"query": ["ping"]}))


@check("has the values of a field counted")
def _(client):
    facets = client.ask("facets", {"store": "films", "field": "year", "where": {"year": {"$gte": 1970}}, "limit": 5})
    assert [(facet["value"], facet["count"]) for facet in facets] == [(1979, 1), (1985, 1)]
    refused("INVALID_ARGUMENT", lambda: client.ask("facets", {"store": "films"}))


@check("has the recall of a store measured")
def _(client):
    report = client.ask("measureRecall", {"store": "films", "limit": 2, "where": {"year": {"$exists": True}}})
    assert (report["recall"], report["samples"], report["limit"]) == (1, 3, 2)
    failure = refused("LIMIT_EXCEEDED", lambda: client.ask("measureRecall", {"store": "films", "samples": 10**6}))
    assert failure.details["limit"] == "limit"


@check("updates and deletes under the version that it knows")
def _(client):
    (before,) = client.ask("get", {"store": "films", "keys": ["alien"]})
    patch = {"metadata": {"year": 1980}, "remove": ["title"]}
    change = {"store": "films", "target": "alien", "patch": patch, "ifVersion": before["version"]}
    assert client.ask("update", change) == 1
    refused("VERSION_CONFLICT", lambda: client.ask("update", change))
    (after,) = client.ask("get", {"store": "films", "keys": ["alien"]})
    assert after["version"] > before["version"]
    assert "title" not in after["metadata"] and after["metadata"]["year"] == 1980
    assert client.ask("delete", {"store": "films", "target": {"where": {"year": {"$lt": 1930}}}}) == 1
    assert client.ask("count", {"store": "films"}) == 2


@check("transacts all or nothing, and runs a pipeline past what fails")
def _(client):
    write = ["set", {"store": "films", "entries": [{"id": "t", "vector": vector(1, 1, 1)}]}]
    wrong = ["set", {"store": "films", "entries": [{"id": "u", "vector": vector(1)}]}]
    failure = refused("DIMENSION_MISMATCH", lambda: client.ask("transaction", {"writes": [write, wrong]}))
    assert failure.details["index"] == 1
    assert client.ask("get", {"store": "films", "keys": ["t"]}) == [None]
    answers = client.ask("transaction", {"writes": [write, ["delete", {"store": "films", "target": "t"}]]})
    assert answers[0]["inserted"] == 1 and answers[1] == 1
    outcomes = client.ask("pipeline", {"queries": [["ping"], ["count", {"store": "none"}], ["count", {"store": "films"}]]})
    assert outcomes[0] == ["ping", None] and outcomes[2] == ["count", 2]
    assert outcomes[1][0] is None and outcomes[1][1][0] == "STORE_NOT_FOUND"


@check("follows changes, waits for them, and cancels")
def _(client):
    start = client.ask("changes", {"store": "films"})
    assert start["changes"] == []
    waiting, message = client.request("changes", {"store": "films", "since": start["next"], "waitMs": 20_000})
    client.send(message)
    client.ask("set", {"store": "films", "entries": [{"id": "new", "vector": vector(3, 2, 1)}]})
    answer = client.receive(waiting)
    assert [(change["kind"], change["id"]) for change in answer["changes"]] == [("set", "new")]
    waiting, message = client.request("changes", {"store": "films", "since": answer["next"], "waitMs": 60_000})
    client.send(message)
    client.cancel(waiting)
    refused("ABORTED", lambda: client.receive(waiting))
    late = {"store": "films", "since": answer["next"], "waitMs": 60_000}
    refused("TIMEOUT", lambda: client.ask("changes", late, {"timeoutMs": 20}))
    assert client.ask("delete", {"store": "films", "target": ["new"]}) == 1


@check("repeats a write under its key, and gets the same answer")
def _(client):
    key = {"idempotencyKey": "python 1", "unknown": ["to be ignored"]}
    write = {"store": "films", "entries": [{"id": "once", "vector": vector(1, 2, 3)}], "mode": "insert"}
    assert client.ask("set", write, key) == client.ask("set", write, key)
    refused("INVALID_ARGUMENT", lambda: client.ask("delete", {"store": "films", "target": "once"}, key))
    numbered = {"write": [1, 1]}
    gone = {"store": "films", "target": "once"}
    assert client.ask("delete", gone, numbered) == client.ask("delete", gone, numbered) == 1


@check("lets entries expire, and says when")
def _(client):
    client.ask("set", {"store": "films", "entries": [{"id": "brief", "vector": vector(1, 2, 3), "ttlMs": 60_000}]})
    (brief,) = client.ask("get", {"store": "films", "keys": ["brief"]})
    assert brief["expiresAt"] > datetime.datetime.now().timestamp() * 1000
    client.ask("delete", {"store": "films", "target": "brief"})


@check("asks side by side, several messages in a frame")
def _(client):
    asked = [client.request("count", {"store": "films"}) for _ in range(50)]
    client.send(*(message for _, message in asked))
    assert {client.receive(request_id) for request_id, _ in reversed(asked)} == {2}


@check("joins an answer that comes in parts")
def _(client):
    small = Client(HOST, PORT, "small", largest=16_384)
    text = "x" * 30_000
    entry = {"id": "long", "vector": vector(1, 1, 1), "metadata": {"text": text}}
    small.ask("set", {"store": "films", "entries": [entry]})
    (long,) = small.ask("get", {"store": "films", "keys": ["long"]})
    assert long["metadata"]["text"] == text and small.seen_parts >= 2
    small.ask("delete", {"store": "films", "target": "long"})
    small.leave()


@check("is told what is wrong with a query, and goes on")
def _(client):
    refused("UNSUPPORTED", lambda: client.ask("nonsense"))
    refused("INVALID_ARGUMENT", lambda: client.ask("count", {"store": "films", "colour": 1}))
    refused("INVALID_ARGUMENT", lambda: client.ask("count", {"store": ""}))
    refused("FORBIDDEN", lambda: client.ask("shutdown", {"reason": "why not"}))
    refused("FORBIDDEN", lambda: client.ask("backup", {"name": "monday"}))
    assert client.ask("ping") is None


@check("loses its session over what is no message, and is told so")
def _(client):
    for nonsense in [framed([77]), framed([4, 0, ["ping"]]), struct.pack("<I", 0), framed([4, 1, {1: 2}])]:
        lost = Client(HOST, PORT, "lost")
        lost.stream.sendall(nonsense)
        try:
            refused("PROTOCOL_ERROR", lambda: lost.receive(1))
            lost.receive(1)
        except Lost:
            pass


@check("verifies and compacts")
def _(client):
    verified = client.ask("verify")
    assert verified["problems"] == [] and verified["entries"] == 2
    assert client.ask("compact")["bytes"] >= 0


@check("leaves, answered to the last")
def _(client):
    asked, message = client.request("count", {"store": "films"})
    client.send(message)
    client.leave()
    assert client.answers[asked] == 2


def main():
    client = Client(HOST, PORT, "python")
    for promise, run in checks:
        try:
            run(client)
        except BaseException:
            print("not so:", promise)
            raise
        print("ok:", promise)


main()
