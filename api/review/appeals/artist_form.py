"""What an artist sends from their page: words, links and files, and what may be wrong with them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from api.http.bodies import FORM_MEMORY, FORM_PARTS, size_of
from api.http.parts import FileLimits, parts
from api.review.frame.filters import number, size_text
from api.v1.appeals.file_kinds import HEAD
from api.v1.appeals.file_rules import CUT_SHORT, FileFault, fault_so_far
from api.v1.appeals.sent_files import clean_name
from core.clock import now
from core.urls import UrlError, parse_web_url
from store.appeals.appeal_files import bytes_from_artists, bytes_of_submission

REASON_LENGTH = 2000  # as the API takes it
MOST_LINKS = 5
DAY = timedelta(hours=24)
# What no person types; lines and tabs stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class AppealDraft:
    """What the artist wrote, as it was written, and what is wrong with it."""

    reason: str = ""
    links: str = ""
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class ArtistForm:
    """What was sent: the words as they came, and files that nothing is wrong with unless `fault` says so."""

    reason: str
    links: str
    files: tuple[FileStorage, ...]
    fault: tuple[FileFault, str] | None

    @property
    def text(self) -> str:
        """The words without what no person types."""
        return _CONTROLS.sub("", self.reason.replace("\r\n", "\n")).strip()

    @property
    def addresses(self) -> list[str]:
        """The links, one a line."""
        return [line.strip() for line in self.links.splitlines() if line.strip()]


def read_artist_form() -> ArtistForm:
    """Read the form, its files spooled to disk. One that is too large is not read to its end."""
    limits = parts().file_limits
    request.max_content_length = limits.bytes + FORM_MEMORY + 64 * 1024
    request.max_form_memory_size = FORM_MEMORY
    request.max_form_parts = FORM_PARTS + limits.files
    cut_short = request.environ.get(CUT_SHORT)
    try:
        sent = tuple(file for file in request.files.getlist("files") if file.filename)
    except RequestEntityTooLarge:
        return ArtistForm("", "", (), cut_short or (FileFault.TOO_MUCH, ""))
    return ArtistForm(
        request.form.get("reason", ""),
        request.form.get("links", ""),
        sent,
        cut_short or _find_fault(sent, limits),
    )


def find_room(session: Session, submission_id: str, files: Iterable[FileStorage]) -> FileFault | None:
    """Why there is no room for these files: on this link, of this day, on the disk. None if there is."""
    limits, size, free = parts().file_limits, sum(size_of(file) for file in files), parts().free_bytes()
    if size == 0:
        return None
    if bytes_of_submission(session, submission_id) + size > limits.bytes:
        return FileFault.LINK_FULL
    if bytes_from_artists(session, since=now() - DAY) + size > limits.a_day:
        return FileFault.DAY_FULL
    if free is not None and free - size < limits.floor:
        return FileFault.DISK_FULL
    return None


def describe_fault(form: ArtistForm, *, is_answer: bool) -> str | None:
    """What is wrong with the words, the links or the files, in a sentence; None if nothing is."""
    if form.fault is not None:
        return file_sentence(*form.fault)
    wrong = next((link for link in form.addresses if not _is_web_address(link)), None)
    fault: str | None = None
    if not form.text and not (is_answer and form.files):
        fault = _("Explain how the picture was made. Moderators need this to review it.")
    elif len(form.text) > REASON_LENGTH:
        fault = _(
            "Your text has %(count)s characters. The limit is %(most)s.",
            count=len(form.text),
            most=REASON_LENGTH,
        )
    elif len(form.addresses) > MOST_LINKS:
        fault = _("Enter up to %(most)s links, one per line.", most=MOST_LINKS)
    elif wrong is not None:
        fault = _(
            "“%(text)s” is not a web address. Start each link with http:// or https://.", text=wrong[:80]
        )
    return fault


def file_sentence(fault: FileFault, name: str) -> str:
    """What is wrong with a file, and what to do."""
    limits, named = parts().file_limits, clean_name(name)
    sentences: dict[FileFault, str] = {
        FileFault.TOO_LARGE: _(
            "“%(name)s” is larger than %(most)s. Nothing was sent. Choose your files again without it, or "
            "send a smaller copy.",
            name=named,
            most=size_text(limits.each),
        ),
        FileFault.TOO_MUCH: _(
            "Your files are larger than %(most)s in total. Nothing was sent. Choose fewer files.",
            most=size_text(limits.bytes),
        ),
        FileFault.TOO_MANY: _(
            "You chose more than %(most)s files. Nothing was sent. Choose fewer files.",
            most=number(limits.files),
        ),
        FileFault.WRONG_KIND: _(
            "“%(name)s” is not a kind of file that we accept. Nothing was sent. Send layered files, pictures "
            "or videos. If it is in an archive, send the files in it.",
            name=named,
        ),
        FileFault.EMPTY: _(
            "“%(name)s” is empty. Nothing was sent. Choose your files again without it.", name=named
        ),
        FileFault.LINK_FULL: _(
            "This page has room for %(most)s of files, and your new files would exceed that. Nothing was "
            "sent. Choose smaller files, or link to them.",
            most=size_text(limits.bytes),
        ),
        FileFault.DAY_FULL: _(
            "We cannot take more files today. Nothing was sent. Try again tomorrow, or send your text and "
            "links now and the files later."
        ),
        FileFault.DISK_FULL: _(
            "We have no room for files at the moment. Nothing was sent. Try again later, or send your text "
            "and links now and the files later."
        ),
    }
    return sentences[fault]


def _find_fault(files: tuple[FileStorage, ...], limits: FileLimits) -> tuple[FileFault, str] | None:
    if len(files) > limits.files:
        return FileFault.TOO_MANY, ""
    for file in files:
        name, size = file.filename or "", size_of(file)
        head = file.stream.read(HEAD)
        file.stream.seek(0)
        fault = fault_so_far(head, name, size, limits)
        if fault is not None:
            return fault, name
    total = sum(size_of(file) for file in files)
    return (FileFault.TOO_MUCH, "") if total > limits.bytes else None


def _is_web_address(text: str) -> bool:
    try:
        parse_web_url(text)
    except UrlError:
        return False
    return True
