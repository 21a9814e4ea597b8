"""Pictures that resemble one another in so many bits, and decisions on them."""

import random

from core.clock import now
from core.known.known_image import PictureHash
from core.vocabulary import Finding, Judgement, Outcome, PictureLook, Role
from store.base.database import Database
from store.bytes.image_facts import ImageFacts
from store.desk.decisions import Seen, decide
from store.tables.case_tables import Image
from store.tables.people_tables import Moderator
from store.verdicts.images import record_verdict
from tests.reporting import report

BASE = random.Random(0).getrandbits(256)


def turned(count: int, seed: int = 1) -> str:
    """Turn so many bits of the base."""
    bits = random.Random(seed).sample(range(256), count)
    return f"{BASE ^ sum(1 << bit for bit in bits):064x}"


def add(
    database: Database, *, picture_hash: PictureHash | None = None, look: PictureLook | None = None
) -> str:
    """Add a picture with its hash or its look."""
    sha256 = f"{random.Random(f'{picture_hash}{look}').getrandbits(256):064x}"
    with database.writing() as session:
        record_verdict(
            session,
            ImageFacts(sha256, 9, 9, "png", 9),
            score=0.5,
            model="m",
            judgement=Judgement(Finding.UNCERTAIN, None, "p", ()),
            evidence=(),
            picture_hash=picture_hash,
            look=look,
        )
    return sha256


def rule(database: Database, sha256: str, outcome: Outcome, *, is_reported: bool = True) -> str:
    """Decide a picture, beyond undoing if the decision is reported."""
    with database.writing() as session:
        moderator = Moderator(email=f"{sha256[:9]}{outcome}@example.com", role=Role.LEAD, password_hash="x")
        session.add(moderator)
        session.flush()
        image = session.get_one(Image, sha256)
        seen = Seen(sha256, image.verdict_id or "", image.decision_id)
        made = decide(session, seen, moderator_id=moderator.id, outcome=outcome, note="", at=now())
    if is_reported:
        report(database)
    return made
