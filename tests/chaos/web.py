"""Pictures for scenarios: as many as wanted from few, so that most of the work is not the classifier's."""

import time
from functools import cache

from tests.chaos.account import Account
from tests.servers import Asked, Reply, Server
from tests.whole.pictures import draw

SIZE = (160, 120)


@cache
def picture(number: int) -> bytes:
    """Draw one picture, once."""
    return draw(number, size=SIZE)


def serve(web: Server, account: Account, count: int, *, distinct: int, name: str = "p") -> list[str]:
    """Serve so many URLs of so many pictures on one host; give the URLs."""

    def answer(asked: Asked) -> Reply:
        time.sleep(0.002)
        return Reply(picture(int(asked.target.split("?")[0].rsplit("/", 1)[1].removesuffix(".png"))))

    urls = []
    for number in range(count):
        which = number % distinct
        url = web.view(f"/{name}/{which}.png", answer) + f"?number={number}"
        urls.append(account.expect(url, picture(which)))
    return urls


def serve_new(web: Server, account: Account, count: int, *, first: int) -> list[str]:
    """Serve pictures that nobody has seen, one a URL; give the URLs."""
    return [
        account.expect(web.reply(f"/new/{number}.png", picture(number)), picture(number))
        for number in range(first, first + count)
    ]
