"""A hash-and-match service as Meta's HMA is built: Flask, `threatexchange`'s PDQ, an index in memory.

HMA itself is not on PyPI. Like its routes `/h/hash` and `/m/lookup` this fetches the URL, hashes it and asks
the index for hashes within 31 bits, here 100,000 random ones. `gunicorn bench.service.hash_service:app`.
"""

import random

import requests
from flask import Flask, request
from threatexchange.signal_type.pdq.signal import PdqSignal

KNOWN = 100_000

_chance = random.Random(1)  # noqa: S311  # no secrets
_index = PdqSignal.get_index_cls().build([(f"{_chance.getrandbits(256):064x}", n) for n in range(KNOWN)])
app = Flask(__name__)


@app.get("/lookup")
def lookup() -> dict[str, object]:
    """Hash the picture behind a URL and look for it."""
    data = requests.get(request.args["url"], timeout=20).content
    signal = PdqSignal.hash_from_bytes(data)
    matches = [match.metadata for match in _index.query(signal)] if signal else []
    return {"signal": signal, "matches": matches}
