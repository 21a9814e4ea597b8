"""A message is a hint: bounded in number, taken once, never half written."""

import json
import multiprocessing
from pathlib import Path

import pytest
from celery import Celery
from kombu import Connection

from core.broker.folder_transport import SCHEME, register
from core.broker.queue import DEPTH_LIMIT, CelerySender, make_celery, queue_name
from core.ids import new_id
from core.vocabulary import Priority


@pytest.fixture(params=["folder", pytest.param("redis", marks=pytest.mark.redis)])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Celery:
    if request.param == "folder":
        return make_celery("filesystem://", tmp_path)
    return make_celery(request.getfixturevalue("redis_url"), tmp_path)


def take(app: Celery, priority: Priority) -> list[str]:
    taken = []
    with app.connection_or_acquire() as connection:
        queue = connection.SimpleQueue(queue_name(priority))
        while True:
            try:
                message = queue.get(block=False)
            except queue.Empty:
                break
            taken.append(json.loads(message.body)[0][0])
            message.ack()
        queue.close()
    return taken


def test_a_sent_id_is_what_a_worker_reads(app: Celery) -> None:
    sender = CelerySender(app)
    ids = [new_id() for _ in range(3)]
    assert sender.send(ids, Priority.NORMAL) == 3
    assert sender.depth(Priority.NORMAL) == 3
    assert sorted(take(app, Priority.NORMAL)) == ids
    assert take(app, Priority.HIGH) == []


@pytest.mark.slow
def test_the_broker_is_never_handed_more_than_it_has_room_for(app: Celery) -> None:
    sender = CelerySender(app)
    ids = [new_id() for _ in range(DEPTH_LIMIT + 5)]
    assert sender.send(ids, Priority.LOW) == DEPTH_LIMIT
    assert sender.send(ids, Priority.LOW) == 0
    assert sender.send(ids[:1], Priority.HIGH) == 1


@pytest.mark.slow
def test_a_broker_that_is_down_costs_a_delay_and_no_error(tmp_path: Path) -> None:
    sender = CelerySender(make_celery("redis://127.0.0.1:1/0", tmp_path))
    assert sender.send([new_id()], Priority.NORMAL) == 0
    assert sender.room(Priority.NORMAL) == 0


def _take_all(folder: str, names: "multiprocessing.Queue[str]") -> None:
    app = make_celery("filesystem://", Path(folder))
    for taken in take(app, Priority.NORMAL):
        names.put(taken)


@pytest.mark.processes
def test_of_several_readers_of_the_folder_one_takes_each_message(tmp_path: Path) -> None:
    ids = [new_id() for _ in range(200)]
    CelerySender(make_celery("filesystem://", tmp_path)).send(ids, Priority.NORMAL)
    context = multiprocessing.get_context("spawn")
    names: multiprocessing.Queue[str] = context.Queue()
    readers = [context.Process(target=_take_all, args=(str(tmp_path), names)) for _ in range(3)]
    for reader in readers:
        reader.start()
    taken = [names.get(timeout=30) for _ in ids]
    for reader in readers:
        reader.join(30)
    assert sorted(taken) == ids
    assert names.empty()
    assert list((tmp_path / "broker" / "messages").iterdir()) == []


def test_a_message_half_written_is_not_seen(tmp_path: Path) -> None:
    app = make_celery("filesystem://", tmp_path)
    register()
    draft = tmp_path / "broker" / "messages" / f".0001_x.{queue_name(Priority.NORMAL)}.msg"
    draft.write_text('{"half')
    assert take(app, Priority.NORMAL) == []
    assert isinstance(app.connection(), Connection)
    assert app.conf.broker_url.startswith(f"{SCHEME}://")
