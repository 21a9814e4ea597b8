"""How quickly the inbox answers at a fixed pace, through a real gunicorn.

    python -m bench.service.hooks [--database URL] [--broker URL] [--seconds S] [--pace N] [--processes N]

Starts `kantei api` on an empty database and posts signed deliveries from a process of its own: each a
new listing with three images. Prints p50, p99 and the slowest in milliseconds. Client, server and
database share the machine's cores.
"""

import argparse
import json
import multiprocessing
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from threading import Thread

from standardwebhooks import Webhook

from bench.service.api_server import serving

IMAGES = 3


@dataclass(frozen=True, slots=True)
class Target:
    """A running inbox and the secret that signs for it."""

    port: int
    client_id: str
    secret: str


def main() -> None:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description="Measure how quickly the inbox answers.")
    parser.add_argument("--database", default="", help="an empty database; SQLite in a new folder by default")
    parser.add_argument("--broker", default="", help="a Redis; the embedded broker by default")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pace", type=float, default=200.0, help="deliveries a second")
    parser.add_argument("--clients", type=int, default=32, help="connections at once")
    parser.add_argument("--processes", type=int, default=1, help="serving processes")
    given = parser.parse_args()
    with serving(given.database, given.broker, given.processes, source="marketplace") as served:
        target = Target(served.port, served.client["id"], served.client["webhook_secret"])
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            times = pool.apply(drive, (target, given.clients, given.seconds, given.pace))
        times.sort()
        p50, p99 = statistics.median(times) * 1000, times[int(len(times) * 0.99)] * 1000
        where = f"{given.database or 'SQLite'}, {given.broker or 'embedded broker'}"
        print(  # noqa: T201 - a program for people
            f"{where}, {given.processes} processes: {len(times) / given.seconds:.0f} deliveries/s, "
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, slowest {times[-1] * 1000:.1f} ms, n {len(times)}"
        )


def drive(target: Target, clients: int, seconds: float, pace: float) -> list[float]:
    """Post at a fixed pace; give, for each delivery, the time from when it was due to its answer."""
    times: list[float] = []
    start = time.perf_counter() + 0.5

    def run(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", target.port, timeout=60)
        for turn in range(number, int(seconds * pace), clients):
            due = start + turn / pace
            body, headers = delivery(target, turn)
            time.sleep(max(0.0, due - time.perf_counter()))
            connection.request("POST", f"/v1/hooks/{target.client_id}", body, headers)
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                raise RuntimeError(f"{response.status}: {text[:300]!r}")
            # From the due time: a server that falls behind shows it here, and cannot slow the pace.
            times.append(time.perf_counter() - due)

    threads = [Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def delivery(target: Target, number: int) -> tuple[bytes, dict[str, str]]:
    """Write and sign a new listing."""
    at = datetime.now(UTC)
    pictures = [f"https://pictures.example/{number}/{image}.png" for image in range(IMAGES)]
    data = {
        "listing_id": str(number),
        "title": f"Original drawing number {number}",
        "url": f"https://shop.example/listings/{number}",
        "seller": "aiko",
        "images": [{"url": url, "id": url} for url in pictures],
    }
    body = json.dumps({"type": "listing.created", "timestamp": at.isoformat(), "data": data})
    headers = {
        "webhook-id": f"msg_{number}",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(target.secret).sign(f"msg_{number}", at, body),
        "Content-Type": "application/json",
    }
    return body.encode(), headers


if __name__ == "__main__":
    main()
