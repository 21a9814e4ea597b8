"""Image servers that mean harm, and names that point elsewhere at each look."""

import contextlib
import gzip
import io
import socket
import struct
import time
import zlib
from collections.abc import Iterator

from tests.chaos.account import Account
from tests.chaos.flapping import OPEN, SHUT
from tests.chaos.ground import Ground
from tests.chaos.report import Report
from tests.chaos.web import picture, serve, serve_new
from tests.servers import Server, Talk
from tests.whole.installation import LIGHT, installed

BAD = "127.0.0.3"
CRAWLING = (BAD, "127.0.0.4", "127.0.0.5")
FIRST_TRIES = 2.5  # seconds: a host that nothing is known of may hold a child until its fetch times out
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"


def servers(ground: Ground) -> Report:
    """Fetch from slow, endless, lying, bloated, circling, silent and flapping hosts, among good ones."""
    report = Report()
    count = ground.many(60, 16)
    allowed = ",".join(f"{host}/32" for host in (OPEN, *CRAWLING))
    # As many children as by default: that slow hosts may hold but half of them is what is tried.
    settings = ground.settings() | {"KANTEI_FETCH_ALLOW": allowed, "KANTEI_WORKER_CONCURRENCY": ""}
    with (
        Server(host=OPEN) as web,
        Server(host=BAD) as bad_web,
        contextlib.ExitStack() as stack,
        Server(host=SHUT, port=web.port) as shut,
        _never_accepts() as deaf,
        installed(ground.new_folder("servers"), program="tests.chaos.flapping", **settings) as whole,
    ):
        account = Account(whole)
        account.settle(account.submit(serve_new(web, account, 4, first=1000)))
        alone = account.settle(account.submit(serve_new(web, account, count, first=2000)))
        bad = [*_bad(bad_web, account), account.expect(deaf, "timed_out")]
        account.submit(bad[:1])  # a slow one holds a worker for as long as a fetch may take
        beside = account.settle(account.submit(serve_new(web, account, count, first=3000)))
        report.figures |= {"alone_s": round(alone, 2), "beside_slow_s": round(beside, 2)}
        report.limit("times_normal", beside / alone, 2.0)
        crawling = [bad_web, *(stack.enter_context(Server(host=host)) for host in CRAWLING[1:])]
        account.submit([url for slow in crawling for url in _crawling(slow, account, 4)])
        time.sleep(FIRST_TRIES)
        behind = account.settle(account.submit(serve_new(web, account, count, first=5000)))
        report.figures |= {"behind_slow_hosts_s": round(behind, 2)}
        report.limit("times_normal_behind_slow_hosts", behind / alone, 2.0)
        flapping = _flapping(web, account, ground.many(60, 16))
        account.submit(bad[1:])
        account.submit(flapping)
        report.close(account)
        report.figures |= {"kinds_of_bad_servers": len(bad), "flapping": len(flapping)}
        report.figures["flapping_refused"] = account.count(flapping, "unsafe_address")
        if shut.connections:
            report.problems.append(f"{shut.connections} connections to an address that is not permitted")
    return report


def _crawling(web: Server, account: Account, count: int) -> list[str]:
    """Name pictures on one host that sends a byte now and then."""
    web.script("/crawl", _crawl)
    return [account.expect(web.url(f"/crawl?{number}"), "timed_out") for number in range(count)]


def _flapping(web: Server, account: Account, count: int) -> list[str]:
    """Serve pictures under names that are elsewhere at each look: fetched from the right one, or refused."""
    urls = []
    for number in range(count):
        web.reply(f"/flap/{number}.png", picture(4000 + number))
        url = web.url(f"/flap/{number}.png", host=f"n{number}.flaps.test")
        if number % 3 == 0:  # an honest host leads there
            url = web.reply(f"/to-flap/{number}", status=302, location=url)
        urls.append(account.expect(url, picture(4000 + number), excused="unsafe_address"))
    return urls


@contextlib.contextmanager
def _never_accepts() -> Iterator[str]:
    """A URL whose host accepts no connection: its queue is full, and further attempts get no reply."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((BAD, 0), backlog=0))
        for _ in range(4):
            knock = stack.enter_context(socket.socket())
            knock.settimeout(0)
            knock.connect_ex(listener.getsockname())
        yield f"http://{BAD}:{listener.getsockname()[1]}/deaf.png"


def _crawl(talk: Talk) -> None:
    talk.send(HEAD + b"Content-Length: 100000\r\n\r\n")
    talk.drip(b"\x89PNG" * 25_000, 0.2)


def _bad(web: Server, account: Account) -> list[str]:
    def slow_head(talk: Talk) -> None:
        talk.drip(HEAD * 1000, 0.2)

    def endless(talk: Talk) -> None:
        talk.send(HEAD + b"\r\n")
        while not talk.closing.is_set():
            talk.send(b"\x89PNG\r\n\x1a\n" + bytes(65_536))

    def endless_chunks(talk: Talk) -> None:
        talk.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while not talk.closing.is_set():
            talk.send(b"10000\r\n" + bytes(65_536) + b"\r\n")

    def liar(talk: Talk) -> None:
        talk.send(HEAD + b"Content-Length: 9000\r\n\r\n" + picture(1)[:100])

    def huge_claim(talk: Talk) -> None:
        talk.send(HEAD + b"Content-Length: 99999999999\r\n\r\n")

    def silent(talk: Talk) -> None:
        talk.pause(60)

    bomb = gzip.compress(bytes(200_000_000))
    broken = "timed_out|refused"
    scripts = {
        "slow": (_crawl, "timed_out"),
        "slow-head": (slow_head, broken),
        "endless": (endless, "too_large|timed_out"),
        "endless-chunks": (endless_chunks, "too_large|timed_out"),
        "liar": (liar, "refused|timed_out|not_an_image"),
        "huge-claim": (huge_claim, "too_large"),
        "silent": (silent, "timed_out"),
    }
    urls = [account.expect(web.script(f"/bad/{name}", do), right) for name, (do, right) in scripts.items()]
    loop = web.reply("/bad/loop", status=302, location="/bad/loop")
    circle = web.reply("/bad/here", status=302, location="/bad/there")
    web.reply("/bad/there", status=307, location="/bad/here")
    urls += [account.expect(url, "too_many_redirects") for url in (loop, circle)]
    inner = web.reply("/bad/inner", status=302, location="http://169.254.169.254/latest/")
    urls.append(account.expect(inner, "unsafe_address"))
    urls.append(
        account.expect(
            web.reply("/bad/gzip", bomb, content_encoding="gzip"), "too_large|not_an_image|refused"
        )
    )
    urls.append(account.expect(web.reply("/bad/pixels", _pixel_bomb()), "too_many_pixels"))
    urls.append(account.expect("http://127.0.0.1:8443/nobody-listens", "refused|timed_out"))
    return urls


def _pixel_bomb() -> bytes:
    """Write a PNG of a few kilobytes that claims 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    out = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    out.seek(0, 2)
    out.write(chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)))
    out.write(chunk(b"IDAT", zlib.compress(bytes(1_000_000))))
    out.write(chunk(b"IEND", b""))
    return out.getvalue()


def same_url(ground: Ground) -> Report:
    """Submit the same URL ten thousand times."""
    return _many(ground, distinct=1, is_same=True)


def one_host(ground: Ground) -> Report:
    """Submit ten thousand URLs on one host, which is never asked by more than a few at a time."""
    return _many(ground, distinct=50, is_same=False)


def _many(ground: Ground, *, distinct: int, is_same: bool) -> Report:
    report = Report()
    count = ground.many(10_000, 200)
    with Server() as web, installed(ground.new_folder("many"), program=LIGHT, **ground.settings()) as whole:
        account = Account(whole)
        urls = serve(web, account, count, distinct=distinct)
        began = time.monotonic()
        if is_same:
            for number in range(0, count, 50):
                account.submit([urls[0]] * 50, external_id=str(number))
        else:
            account.submit(urls)
        accepted = time.monotonic() - began
        report.close(account)
        seconds = time.monotonic() - began
        report.figures |= {
            "accepted_in_s": round(accepted, 1),
            "all_final_in_s": round(seconds, 1),
            "per_s": round(count / seconds, 1),
            "fetches": len(web.asked),
        }
    return report
