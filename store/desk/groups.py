"""Cases of a queue that belong together: by their seller, by their listing, or by their look."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.desk.decisions import Seen
from store.desk.queue_filter import QueueFilter, Viewer, left_by_others
from store.desk.review_queue import list_digests
from store.tables.case_tables import Image
from store.tables.client_tables import Client
from store.tables.marketplace_tables import Listing
from store.tables.submission_tables import Submission

# By look, the first so many are compared with each other, and belong together if at most so many of 256 bits
# differ: of independent pictures, 128 do on average. Of 64,620 pairs from 45 sources, 24 bits joined 3, each
# from one source; 32 bits joined 23, of which 8 were from two sources and 6 of two labels: figures on white.
COMPARED, CLOSE = 500, 24
GROUPED = 1000  # cases from the head of the queue that are looked at
SHOWN = 12  # pictures of a group
GROUPS = 24


class GroupBy(StrEnum):
    """What cases are grouped by."""

    SELLER = "seller"
    LISTING = "listing"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """Waiting cases of one seller, listing or look, in the order of the queue.

    `key` is the name of the seller, the listing's own number, or the SHA-256 of the first of those alike.
    """

    client_id: str
    client: str
    key: str
    title: str | None
    cases: list[Seen] = field(default_factory=list)


def group_cases(
    session: Session,
    wanted: QueueFilter,
    viewer: Viewer,
    by: GroupBy,
    *,
    among: Sequence[str] | None = None,
) -> list[CaseGroup]:
    """Group the first cases of a queue, the largest groups first; cases of no seller or listing are left out.

    What others have claimed or were assigned is left out, too, unless the filter asks for it. `among` are
    images that are known to hold all that match.
    """
    if by is GroupBy.LOOK:
        return _group_looks(session, wanted, viewer, among)
    digests = list_digests(session, left_by_others(wanted), viewer, limit=GROUPED, among=among)
    seen = {
        row.sha256: Seen(row.sha256, row.verdict_id, row.decision_id)
        for row in session.execute(
            select(Image.sha256, Image.verdict_id, Image.decision_id).where(Image.sha256.in_(digests))
        )
        if row.verdict_id
    }
    key = Listing.seller if by is GroupBy.SELLER else Listing.listing_id
    rows = session.execute(
        select(Submission.image_sha256, Listing.client_id, Client.name, key.label("key"), Listing.title)
        .join(
            Listing,
            (Listing.client_id == Submission.client_id) & (Listing.listing_id == Submission.listing_id),
        )
        .join(Client, Client.id == Listing.client_id)
        .where(Submission.image_sha256.in_(digests), key.is_not(None))
        .order_by(Submission.id)  # of several, the newest says whose it is
    )
    belongs = {row.image_sha256: row for row in rows}
    groups: dict[tuple[str, str], CaseGroup] = {}
    for sha256 in digests:
        row = belongs.get(sha256)
        if row is not None and sha256 in seen:
            name = (row.client_id, row.key)
            group = groups.setdefault(name, CaseGroup(row.client_id, row.name, row.key, row.title))
            group.cases.append(seen[sha256])
    return sorted(groups.values(), key=lambda group: -len(group.cases))[:GROUPS]


def _group_looks(
    session: Session, wanted: QueueFilter, viewer: Viewer, among: Sequence[str] | None
) -> list[CaseGroup]:
    """Let each case join the first one before it that looks the same; who stays alone is left out."""
    digests = list_digests(session, left_by_others(wanted), viewer, limit=COMPARED, among=among)
    columns = (Image.sha256, Image.verdict_id, Image.decision_id, Image.look, Image.look_kind)
    rows = {
        row.sha256: row
        for row in session.execute(select(*columns).where(Image.sha256.in_(digests)))
        if row.verdict_id and row.look
    }
    first: list[tuple[str | None, int, CaseGroup]] = []
    for row in (rows[sha256] for sha256 in digests if sha256 in rows):
        look, kind = int(row.look, 16), row.look_kind
        alike = (one for one in first if (one[1] ^ look).bit_count() <= CLOSE and one[0] == kind)
        if (found := next(alike, None)) is None:
            found = (kind, look, CaseGroup("", "", row.sha256, None))
            first.append(found)
        found[2].cases.append(Seen(row.sha256, row.verdict_id, row.decision_id))
    groups = [group for _, _, group in first if len(group.cases) > 1]
    return sorted(groups, key=lambda group: -len(group.cases))[:GROUPS]
