"""What browsers and programs send beside bodies of marketplaces: cookies, keys, forms, addresses, uploads.

Each function takes the bytes of one input, and asserts that nothing is taken for what it is not.
"""

from contextlib import closing
from functools import cache
from io import BytesIO
from typing import Any

from flask import Flask, Request, request
from flask_babel import Babel

from api.http.auth import bearer_key
from api.http.bodies import StrictJson, StrictRequest
from api.http.parts import FileLimits
from api.review.desk.queue_address import read_position, read_wanted, write_position, write_wanted
from api.review.frame.cookies import read_token
from api.review.frame.forgery import form_token, refuse_forgery
from api.schemas.validation import check
from api.v1.appeals.sent_files import read_appeal_form
from api.v1.intake.idempotency import RepeatHeaders
from api.v1.intake.uploads import read_upload
from core.clock import now
from core.vocabulary import Role
from store.base.database import Database
from store.base.table import Table
from store.people.sessions import find_login, start_login
from store.tables.people_tables import Moderator

KEY = "a secret of the tests, long enough to be one"
COOKIE = "0123456789abcdefghijklmnopqrstuvwxyz_-ABCDE"
NAMES = ("tab", "sort", "finding", "grade", "claimed", "days", "source", "client", "listing", "from", "to")
WANTED = b"open&risk&flagged&proof&mine&7&api"
POSITION = b"0.5~0.5~2026-11-24T01:00:00+00:00~" + b"a" * 64
FORM = b"\n".join([b"http://localhost", b"same-origin", form_token(KEY, COOKIE).encode()])
UPLOAD = (
    b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\n"
    b'\x89PNG\r\n--b\r\nContent-Disposition: form-data; name="title"\r\n\r\na\r\n--b--\r\n'
)


@cache
def _app() -> Flask:
    app = Flask("fuzzing", static_folder=None)
    app.request_class, app.json = StrictRequest, StrictJson(app)
    Babel(app)
    return app


@cache
def _logins() -> tuple[Database, str]:
    """Keep one live login in memory; give its token."""
    database = Database("sqlite://")
    Table.metadata.create_all(database.engine)
    with database.writing() as session:
        person = Moderator(email="a@example.com", role=Role.ADMIN, password_hash="none")
        session.add(person)
        session.flush()
        token = start_login(session, person.id, now())
    return database, token


def _asked(headers: dict[str, bytes], body: bytes = b"") -> Any:
    """Open a request whose headers are bytes as a server hands them on, without what it would refuse."""
    environ: dict[str, Any] = {
        f"HTTP_{name.upper().replace('-', '_')}": value.translate(None, b"\r\n\0").decode("latin-1")
        for name, value in headers.items()
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if f"HTTP_{name}" in environ:
            environ[name] = environ.pop(f"HTTP_{name}")
    environ |= {"REQUEST_METHOD": "POST", "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    return _app().test_request_context(environ_overrides=environ)


def _request() -> Request:
    return request._get_current_object()  # type: ignore[attr-defined,no-any-return]  # of a LocalProxy


def cookie_seed() -> bytes:
    """The cookies of a moderator who is logged in."""
    return b"kantei_language=ja; kantei_session=" + _logins()[1].encode() + b"; theme=dark"


def session_cookie(data: bytes) -> None:
    """Nobody is logged in but by the very token."""
    database, live = _logins()
    with _asked({"cookie": data}):
        token = read_token(_request(), secure=False)
        assert read_token(_request(), secure=True) is None or b"__Host-" in data
    if token is None:
        return
    with database.reading() as session:
        assert (find_login(session, token, now()) is not None) == (token == live), "a forged login"


def api_key(data: bytes) -> None:
    """A key is a short text, or there is none."""
    with _asked({"authorization": data, "idempotency-key": data[:300]}):
        key = bearer_key()
        assert key is None or 0 < len(key) <= 200
        check(RepeatHeaders, {"Idempotency-Key": request.headers.get("Idempotency-Key")})


def form(data: bytes) -> None:
    """No form passes that is not ours, whatever the browser says of where it comes from."""
    origin, site, token, *_ = [*data.split(b"\n"), b"", b"", b""]
    with _asked({"host": b"localhost", "origin": origin, "sec-fetch-site": site, "x-form-token": token}):
        refuse_forgery(_request(), KEY, COOKIE)
        assert token.translate(None, b"\r\n\0") == form_token(KEY, COOKIE).encode(), "a forged form passed"
        assert origin.translate(None, b"\r\n\0").endswith(b"localhost"), "a form from elsewhere passed"


def queue_address(data: bytes) -> None:
    """What is read of an address is written as the same wish."""
    text = data.decode("utf-8", "replace")
    names = (
        "tab",
        "sort",
        "finding",
        "grade",
        "claimed",
        "days",
        "source",
        "client",
        "listing",
        "from",
        "to",
        "from_points",
        "to_points",
    )
    wanted = read_wanted(dict(zip(names, text.split("&") + [text] * len(names), strict=False)))
    assert read_wanted(write_wanted(wanted)).tab == wanted.tab
    position = read_position(text)
    assert position is None or read_position(write_position(position)) == position


def json_body(data: bytes) -> None:
    """A body is one object."""
    with _asked({"content-type": b"application/json"}, data):
        assert isinstance(_request().get_json(), dict)


def upload(data: bytes) -> None:
    """An upload holds one image within the limit."""
    with _asked({"content-type": b"multipart/form-data; boundary=b"}, data), closing(_request()) as asked:
        found = read_upload(asked, 100_000)
        assert 0 < len(found.image.read()) <= 100_000
        assert all(found.fields), "a field without a name"


def appeal(data: bytes) -> None:
    """An appeal's form holds no more files than it may."""
    limits = FileLimits(files=2, bytes=100_000)
    with _asked({"content-type": b"multipart/form-data; boundary=b"}, data), closing(_request()) as asked:
        found = read_appeal_form(asked, limits)
        assert len(found.files) <= 2
        assert all(found.fields), "a field without a name"
