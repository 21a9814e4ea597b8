"""Marketplaces that send everything twice, and receivers that hang."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import requests
from standardwebhooks import Webhook

from core.clock import now
from tests.chaos.account import Account
from tests.chaos.ground import Ground
from tests.chaos.report import Report
from tests.chaos.web import picture
from tests.servers import Asked, Reply, Server, Talk
from tests.whole.installation import LIGHT, Installation, installed

COPIES = 4


def webhooks(ground: Ground) -> Report:
    """Send every delivery four times at once, again later, and again with an old time."""
    report = Report()
    count = ground.many(200, 20)
    with (
        Server() as web,
        installed(ground.new_folder("webhooks"), program=LIGHT, **ground.settings()) as whole,
    ):
        account = Account(whole)
        shop = _add_client(whole, "Market", "--source", "marketplace")
        deliveries = [_delivery(web, account, number) for number in range(count)]
        at = now()
        with ThreadPoolExecutor(8) as pool:
            jobs = [
                pool.submit(_send, whole, shop, number, body, at)
                for number, body in enumerate(deliveries)
                for _ in range(COPIES)
            ]
            answers = [job.result() for job in jobs]
        answers += [_send(whole, shop, number, body, at) for number, body in enumerate(deliveries[:20])]
        stale = [
            _send(whole, shop, number, body, at - timedelta(hours=1))
            for number, body in enumerate(deliveries[:5])
        ]
        for answer in answers:
            account.note(answer)
        if {answer.status_code for answer in stale} != {401}:
            report.problems.append("a delivery with an old time was taken")
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {shop['api_key']}"
            deadline = time.monotonic() + 120
            while True:
                rows = _rows(session, whole)
                if len(rows) >= count and all(row["state"] in {"examined", "failed"} for row in rows):
                    break
                if time.monotonic() > deadline:
                    report.problems.append("not all were examined")
                    break
                time.sleep(0.3)
        account.ids |= {row["id"]: row["image_url"] for row in rows}
        report.close(account)
        report.figures |= {"deliveries": len(answers), "submissions": len(rows)}
        if len(rows) != count:
            report.problems.append(f"{len(rows)} submissions of {count} images")
    return report


def receiver(ground: Ground) -> Report:
    """Call two clients: one's receiver hangs, the other must hear of everything in time."""
    report = Report()
    count = ground.many(100, 16)
    heard: set[str] = set()
    lock = threading.Lock()

    def hear(asked: Asked) -> Reply:
        with lock:
            heard.add(json.loads(asked.body)["data"]["id"])
        return Reply(b"", 204)

    def hang(talk: Talk) -> None:
        talk.pause(60)

    with (
        Server() as web,
        installed(ground.new_folder("receiver"), program=LIGHT, **ground.settings()) as whole,
    ):
        account = Account(whole)
        good, hanging = web.view("/hear", hear), web.script("/hang", hang)
        urls = [
            account.expect(web.reply(f"/r/{n}.png", picture(n % 20)), picture(n % 20)) for n in range(count)
        ]
        account.submit(urls, callback_url=hanging)
        ids = account.submit(urls, callback_url=good)
        account.settle(ids)
        began = time.monotonic()
        while len(heard) < len(ids) and time.monotonic() - began < 60:
            time.sleep(0.1)
        report.limit("last_heard_after_s", time.monotonic() - began, 10)
        if heard != set(ids):
            report.problems.append(f"{len(set(ids) - heard)} calls did not come")
        report.close(account)
    return report


def _add_client(whole: Installation, *arguments: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(whole.kantei("client", "add", *arguments, "--json"))
    return found


def _delivery(web: Server, account: Account, number: int) -> bytes:
    image = web.reply(f"/market/{number}.png", picture(number % 40))
    account.expect(image, picture(number % 40))
    data = {"listing_id": f"listing-{number}", "title": "One", "images": [{"url": image, "id": "1"}]}
    body = {"type": "listing.created", "timestamp": now().isoformat(), "data": data}
    return json.dumps(body).encode()


def _send(
    whole: Installation, shop: dict[str, str], number: int, body: bytes, at: datetime
) -> requests.Response:
    id_ = f"msg_{number}"
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(shop["webhook_secret"]).sign(id_, at, body.decode()),
        "content-type": "application/json",
    }
    path = f"/v1/hooks/{shop['id']}"
    for _ in range(20):
        answer = requests.post(whole.address + path, data=body, headers=headers, timeout=40)
        if answer.status_code != 503:
            return answer
        time.sleep(0.3)
    return answer


def _rows(session: requests.Session, whole: Installation) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    cursor = ""
    while True:
        page = session.get(f"{whole.address}/v1/submissions?limit=100{cursor}", timeout=40).json()
        rows += page["submissions"]
        if not page["next_cursor"]:
            return rows
        cursor = f"&cursor={page['next_cursor']}"
