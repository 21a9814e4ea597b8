"""Mixed cases as a desk has them: sellers of many, listings, near copies, single ones; each finding.

Each has the outcome that a practised moderator would choose, so that a script can clear them.
"""

import hashlib
import io
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from PIL import Image as Picture

from bench.pictures import draw
from core.known.known_image import PictureHash
from core.sayings.codes import Reason
from core.sayings.saying import say
from core.vocabulary import Finding, Judgement, Label, Outcome, Source, State
from store.base.database import Database
from store.bytes.blobs import THUMBNAIL, BlobStore
from store.bytes.image_facts import ImageFacts
from store.tables.marketplace_tables import Listing
from store.tables.submission_tables import Submission
from store.verdicts.images import record_verdict

SIZE = (360, 480)
# Of each ten cases, four belong to a seller of many, two to a listing of five, one to a near copy.
OF_SELLERS, OF_LISTINGS, OF_COPIES = 4, 2, 1
SELLER_SHARE = 16  # pictures of a seller of many; above 20, an accusation needs a second person
LISTING_SHARE = 5


@dataclass(frozen=True, slots=True)
class MixedCase:
    """What one case is: its picture's number, whose it is, and how it should be decided."""

    number: int
    finding: Finding
    outcome: Outcome
    seller: str | None = None
    listing: str | None = None
    copies: int | None = None  # the number of the picture that it resembles


def mixed_cases(count: int, seed: int = 0) -> Iterator[MixedCase]:
    """Mixed cases in an order by chance, the same for each seed."""
    chance = random.Random(seed)  # noqa: S311  # invented cases
    groups, listings, copies = (count * share // 10 for share in (OF_SELLERS, OF_LISTINGS, OF_COPIES))
    found: list[MixedCase] = []
    for number in range(count):
        finding = chance.choices([Finding.FLAGGED, Finding.UNCERTAIN, Finding.CLEAR], [5, 4, 1])[0]
        case = MixedCase(number, finding, chance.choice([Outcome.HUMAN, Outcome.AI, Outcome.ASSISTED]))
        if number < groups:
            name = f"seller-{seed}-{number // SELLER_SHARE}"
            # One in each seller's shop is not as the others.
            differs = number % SELLER_SHARE == SELLER_SHARE - 1
            outcome = Outcome.HUMAN if differs else Outcome.AI
            case = replace(case, seller=name, listing=f"L{seed}-{number}", outcome=outcome)
        elif number < groups + listings:
            name = f"L{seed}-shop-{(number - groups) // LISTING_SHARE}"
            case = replace(case, seller=f"owner-of-{name}", listing=name, outcome=Outcome.HUMAN)
        elif number < groups + listings + copies and number % 2:
            case = replace(case, copies=number - 1, outcome=found[-1].outcome)
        found.append(case)
    chance.shuffle(found)
    return iter(found)


def fill_mixed(
    database: Database, blobs: BlobStore, client_id: str, count: int, seed: int = 0
) -> dict[str, Outcome]:
    """Put mixed cases on the desk of an installation; give each picture's outcome."""
    truth = {}
    for one in mixed_cases(count, seed):
        data = draw(10_000 * seed + one.number, SIZE, "JPEG")
        sha256 = hashlib.sha256(data).hexdigest()
        blobs.put(data)
        blobs.put_as(sha256, THUMBNAIL, _thumbnail(data))
        _record(database, client_id, one, ImageFacts(sha256, *SIZE, "jpeg", len(data)), seed)
        truth[sha256] = one.outcome
    return truth


def _record(database: Database, client_id: str, one: MixedCase, facts: ImageFacts, seed: int) -> None:
    low, high = {Finding.FLAGGED: (0.9, 1), Finding.UNCERTAIN: (0.35, 0.9), Finding.CLEAR: (0, 0.35)}[
        one.finding
    ]
    chance = random.Random(f"{seed} {one.number}")  # noqa: S311  # an invented score
    score = chance.uniform(low, high)
    with database.writing() as session:
        judgement = Judgement(
            one.finding,
            Label.AI if one.finding is Finding.FLAGGED else None,
            "bench",
            (say(Reason.PIXELS_UNDECIDED, score=score, clear=0.35, flagged=0.9),),
        )
        verdict_id = record_verdict(
            session,
            facts,
            score=score,
            model="bench-1",
            judgement=judgement,
            evidence=(),
            picture_hash=_hash(seed, one),
            sampled_share=1.0,  # so that a clear one comes before a moderator, too
        ).verdict_id
        known = session.query(Listing).filter_by(client_id=client_id, listing_id=one.listing).first()
        if one.listing is not None and known is None:
            session.add(
                Listing(
                    client_id=client_id,
                    listing_id=one.listing,
                    title=f"Print {one.listing}",
                    url=f"https://shop.example/{one.listing}",
                    seller=one.seller,
                )
            )
        session.add(
            Submission(
                client_id=client_id,
                source=Source.MARKETPLACE if one.listing else Source.API,
                state=State.EXAMINED,
                image_url=f"https://pictures.example/{one.number}.jpg",
                title=f"Drawing {one.number}",
                listing_id=one.listing,
                image_sha256=facts.sha256,
                verdict_id=verdict_id,
            )
        )


def _hash(seed: int, one: MixedCase) -> PictureHash:
    """A hash by the picture's number; that of a near copy differs in 12 bits."""
    number = one.number if one.copies is None else one.copies
    bits = random.Random(f"hash {seed} {number}").getrandbits(256)  # noqa: S311  # an invented hash
    turned = bits if one.copies is None else bits ^ sum(1 << bit for bit in itertools.islice(range(256), 12))
    return PictureHash(f"{turned:064x}", 100)


def _thumbnail(data: bytes) -> bytes:
    out = io.BytesIO()
    with Picture.open(io.BytesIO(data)) as picture:
        picture.thumbnail((320, 320))
        picture.save(out, "JPEG", quality=80)
    return out.getvalue()
