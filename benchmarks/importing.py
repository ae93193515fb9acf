"""Import of CloudEvents against a plain script that parses the same lines and writes the same rows."""

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from benchmarks.loop import LOG, connect
from benchmarks.measure import Figure, Scale, in_turn, ratio
from benchmarks.seeds import rows
from pmtui.storage.cloudevents import import_file

_INSERT = (
    "INSERT INTO events(position, id, stream, version, type, data, metadata, recorded_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def compare(scale: Scale) -> Iterator[Figure]:
    """With positions, as exported."""
    with scale.scratch() as folder:
        file = folder / "orders.jsonl"
        _write(file, scale.events)
        found = in_turn(scale.rounds, {"ours": lambda: _ours(scale, file), "plain": lambda: _plain(scale, file)})
    yield ratio("import of CloudEvents / plain msgspec and executemany script", found["ours"], found["plain"], 0.6)


def _write(file: Path, events: int) -> None:
    with file.open("wb") as out:
        for number, (id_, stream, _, type_, data, when) in enumerate(rows(0, events, 5_000)):
            event = {
                "specversion": "1.0",
                "id": id_,
                "source": "/orders",
                "type": type_,
                "subject": stream,
                "time": when,
                "position": number + 1,
                "data": msgspec.Raw(str(data).encode()),
            }
            out.write(msgspec.json.encode(event) + b"\n")


def _ours(scale: Scale, file: Path) -> float:
    with scale.scratch() as folder:
        began = time.perf_counter()
        added = import_file(folder / "orders.db", file).added
        took = time.perf_counter() - began
    if added != scale.events:
        raise AssertionError(f"{added} of {scale.events} events were imported")
    return added / took


def _plain(scale: Scale, file: Path) -> float:
    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
    versions: dict[str, int] = {}
    with scale.scratch() as folder:
        began = time.perf_counter()
        connection = connect(folder / "orders.db", LOG)
        connection.execute("BEGIN IMMEDIATE")
        with file.open("rb") as lines:
            while some := list(islice(lines, 500)):
                batch = []
                for line in some:
                    event = decode(line)
                    stream, data = event["subject"], encode(event["data"]).decode()
                    versions[stream] = version = versions.get(stream, 0) + 1
                    metadata = encode({"source": event["source"]}).decode()
                    batch.append(
                        (event["position"], event["id"], stream, version, event["type"], data, metadata, event["time"])
                    )
                connection.executemany(_INSERT, batch)
        connection.execute("COMMIT")
        connection.close()
        return scale.events / (time.perf_counter() - began)
