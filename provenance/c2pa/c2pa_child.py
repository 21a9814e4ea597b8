"""The process in which the C2PA library runs: it reads requests on its input and answers each in one line.

Started by `provenance.c2pa.c2pa_process` as a file of its own, with nothing of ours to import: the library is
23 MB of native code that takes strangers' manifests apart, and here it may run wild. It is told to fetch
nothing, is given the type that the bytes have, and ends by a signal past its processor time.
"""

import io
import json
import resource
import sys
from typing import Any


def main() -> None:
    """Answer requests until the input ends: a line of JSON, then the file's bytes."""
    _limit(resource.RLIMIT_AS, int(sys.argv[1]))
    _limit(resource.RLIMIT_CORE, 0)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        data = sys.stdin.buffer.read(asked["bytes"])
        if len(data) < asked["bytes"]:
            return
        _allow(asked["seconds"])
        answer = _answer(data, asked["mime"], asked["settings"], asked["longest"])
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _allow(seconds: int) -> None:
    """Allow this request so many seconds of processor time, on top of what earlier requests took."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds)


def _answer(data: bytes, mime: str, settings: dict[str, Any], longest: int) -> dict[str, str]:
    import c2pa  # noqa: PLC0415  # within the limits, too

    try:
        with (
            c2pa.Settings.from_dict(settings) as made,
            c2pa.Context(made) as context,
            c2pa.Reader(mime, io.BytesIO(data), context=context) as reader,
        ):
            text = reader.json()
            state = str(reader.get_validation_state() or "")
            hashes = json.dumps(_hashes(json.loads(reader.detailed_json())))
    except (c2pa.C2paError, MemoryError) as error:
        return {"error": str(error)[:160] or "reading it takes too much memory"}
    if max(len(text), len(hashes)) > longest:
        return {"error": f"its description is longer than {longest:,} characters"}
    return {"store": text, "state": state, "hashes": hashes}


def _hashes(store: dict[str, Any]) -> dict[str, Any]:
    """What binds the active manifest to the file: its assertions of hashes, by their labels."""
    manifest = store["manifests"].get(store["active_manifest"]) or {}
    assertions = manifest.get("assertion_store") or {}
    return {label: data for label, data in assertions.items() if label.startswith("c2pa.hash.")}


if __name__ == "__main__":
    main()
