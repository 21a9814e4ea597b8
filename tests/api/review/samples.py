"""A desk that looks like one in use: drawn pictures of every size, all findings, weeks of decisions."""

import colorsys
import io
import math
import random
from datetime import datetime, timedelta

from PIL import Image as Picture
from PIL import ImageDraw, ImageFilter
from sqlalchemy import select, update

from core.clock import now
from core.declarations import Declared
from core.sayings.codes import EvidenceDetail, Reason
from core.sayings.saying import Saying, say
from core.vocabulary import Basis, Evidence, EvidenceKind, Finding, Gauge, Grade, Label, Outcome, Role
from store.bytes.blobs import THUMBNAIL
from store.desk.decisions import Seen, decide
from store.outbox.submission_json import gauge_json
from store.tables.case_tables import Decision, Image, Verdict
from store.tables.marketplace_tables import Listing
from store.tables.submission_tables import Submission
from tests.api.review.conftest import THRESHOLDS, Desk

SIZES = ((600, 860), (720, 720), (960, 600), (480, 900), (820, 640))
TITLES = (
    *("Violet signal", "夕凪の灯台", "Shrine at low tide", "Harbour cat", "Window seat, after the rain"),
    *("狐の嫁入り", "Lantern street at nine", "Type 02, hangar light", "Moon fox", "春を待つ"),
)
SELLERS = ("mizuki_draws", "星屑工房", "Owl & Fox Prints")


def draw_scene(colour: tuple[int, int, int]) -> bytes:
    """Draw a figure under a moon before hills: another one for each colour."""
    chance = random.Random(repr(colour))
    width, height = chance.choice(SIZES)
    sky, hair = chance.random(), chance.random()
    image = Picture.new("RGB", (width, height))
    pen = ImageDraw.Draw(image)
    for y in range(height):
        pen.line((0, y, width, y), fill=_shade(sky + y / height / 8, 0.5, 0.35 + y / height / 2))
    moon, at = width // 6, (chance.randrange(width), chance.randrange(height // 4))
    pen.ellipse(
        (at[0] - moon, at[1] - moon // 2, at[0] + moon, at[1] + moon * 3 // 2), fill=_shade(sky, 0.2, 1)
    )
    for depth in (0.5, 0.62, 0.78):
        start = chance.random() * 9
        ridge = [
            (x, height * (depth + math.sin(start + x / width * 7) / 16)) for x in range(0, width + 20, 20)
        ]
        pen.polygon([*ridge, (width, height), (0, height)], fill=_shade(sky + depth / 2, 0.4, 0.9 - depth))
    middle, top, head = width // 2, height * 2 // 5, width // 8
    pen.polygon(
        [(middle, top), (middle - 2 * head, height), (middle + 2 * head, height)],
        fill=_shade(hair + 0.4, 0.5, 0.8),
    )
    pen.ellipse((middle - head, top - head, middle + head, top + head), fill=_shade(hair, 0.6, 0.7))
    pen.ellipse(
        (middle - head * 2 // 3, top - head // 3, middle + head * 2 // 3, top + head * 4 // 5),
        fill=(246, 226, 210),
    )
    for side in (-1, 1):
        eye = (middle + side * head // 3, top + head // 5)
        pen.ellipse(
            (eye[0] - head // 8, eye[1] - head // 5, eye[0] + head // 8, eye[1] + head // 5),
            fill=(40, 44, 70),
        )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def draw_heat() -> bytes:
    """Draw a heat map with two hot places."""
    image = Picture.new("RGBA", (320, 320), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((110, 90, 220, 200), fill=(215, 48, 31, 230))
    pen.ellipse((60, 220, 130, 300), fill=(253, 187, 80, 190))
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(14)).save(out, "PNG")
    return out.getvalue()


def _shade(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, min(1.0, value))
    return int(red * 255), int(green * 255), int(blue * 255)


def add_samples(desk: Desk) -> dict[str, str]:
    """Put sixty cases on the desk, half of them decided; the SHA-256 of one of each kind by its name."""
    chance = random.Random(4)
    _add_listings(desk)
    people = [desk.add_person(f"{name}@example.com", Role.MODERATOR) for name in ("haru", "mina", "sora")]
    for number in range(60):
        score = chance.betavariate(2, 1)
        finding = _finding(score)
        low, high = max(0.0, score - chance.random() / 8), min(1.0, score + chance.random() / 12)
        case = desk.add_case(
            score,
            finding,
            colour=(number, 200, 3),
            title=TITLES[number % len(TITLES)],
            listing_id=f"S-{number % 12}" if number % 4 else None,
            page_url=f"https://shop.example/items/{4000 + number}",
            declared=(Declared.UNKNOWN, Declared.HUMAN, Declared.AI)[number % 5 % 3],
            submissions=1 + (number % 9 == 0) * 2,
            evidence=(_pixels(score),),
            reasons=(_reason(finding, score),),
            gauge=gauge_json(Gauge(THRESHOLDS, (low, high), max(0.001, (1 - score) / 3))),
        )
        at = now() - timedelta(days=number, hours=number % 7, minutes=5)
        if number % 2:
            right = Outcome.AI if score > 0.7 else Outcome.HUMAN
            outcome = chance.choice((right, right, Outcome.ASSISTED))
            _decide(desk, case, chance.choice(people), outcome, at=at, seconds=chance.randrange(3, 90))
    return _each_kind(desk)


def add_thumbnails(desk: Desk) -> None:
    """Make the thumbnails that a worker would have made."""
    with desk.parts.database.reading() as session:
        found = list(session.scalars(select(Image.sha256)))
    for sha256 in found:
        out = io.BytesIO()
        picture = Picture.open(io.BytesIO(desk.parts.blobs.get(sha256)))
        picture.thumbnail((320, 320))
        picture.convert("RGB").save(out, "JPEG")
        desk.parts.blobs.put_as(sha256, THUMBNAIL, out.getvalue())


def _each_kind(desk: Desk) -> dict[str, str]:
    """Add one case for each kind of finding."""
    said = Evidence(
        EvidenceKind.A1111_PARAMETERS,
        Grade.DECLARED,
        Label.AI,
        "Stable Diffusion WebUI",
        say(EvidenceDetail.GENERATOR_PARAMETERS, maker="Stable Diffusion WebUI", where="PNG text"),
        {"prompt": "1girl, silver hair, night sky, masterpiece", "sampler": "DPM++ 2M Karras", "seed": "417"},
    )
    proof = Evidence(
        EvidenceKind.NOVELAI_SIGNATURE,
        Grade.PROOF,
        Label.AI,
        "NovelAI",
        say(EvidenceDetail.NOVELAI_SIGNATURE_VALID, where="PNG text"),
    )
    lines = gauge_json(Gauge(THRESHOLDS, (0.83, 0.996), 0.041))
    web = "Stable Diffusion WebUI"
    undecided, flagged = Finding.UNCERTAIN, Finding.FLAGGED
    rows = (
        ("flagged", 0.95, flagged, Basis.PIXELS, (), _reason(flagged, 0.95)),
        ("unstable", 0.88, undecided, Basis.UNSTABLE, (), say(Reason.SCORE_UNSTABLE, score=0.88)),
        ("declared", 0.55, undecided, Basis.DECLARED, (said,), say(Reason.DECLARED_NOT_PIXELS, maker=web)),
        ("proved", 0.97, flagged, Basis.PROOF, (proof,), say(Reason.GENERATION_PROVED, maker="NovelAI")),
        ("too small", 0.62, undecided, Basis.TOO_SMALL, (), say(Reason.PICTURE_TOO_SMALL, least=128)),
        ("clear", 0.08, Finding.CLEAR, Basis.PIXELS, (), _reason(Finding.CLEAR, 0.08)),
    )
    return {
        name: desk.add_case(
            score,
            finding,
            colour=(number, 1, 1),
            basis=basis,
            evidence=(*evidence, *(() if basis is Basis.TOO_SMALL else (_pixels(score),))),
            reasons=(reason,),
            gauge=None if basis is Basis.TOO_SMALL else lines,
            title=TITLES[number],
            listing_id="S-1",
            declared=Declared.HUMAN if said in evidence else Declared.UNKNOWN,
        )
        for number, (name, score, finding, basis, evidence, reason) in enumerate(rows)
    }


def _finding(score: float) -> Finding:
    if score < THRESHOLDS.clear_below:
        return Finding.CLEAR
    return Finding.FLAGGED if score >= THRESHOLDS.flagged_from else Finding.UNCERTAIN


def _reason(finding: Finding, score: float) -> Saying:
    low, high = THRESHOLDS.clear_below, THRESHOLDS.flagged_from
    if finding is Finding.CLEAR:
        return say(Reason.PIXELS_CLEAR, score=score, clear_below=low)
    if finding is Finding.FLAGGED:
        return say(Reason.PIXELS_FLAGGED, score=score, flagged_from=high)
    return say(Reason.PIXELS_UNDECIDED, score=score, clear_below=low, flagged_from=high)


def _pixels(score: float) -> Evidence:
    label = Label.AI if score >= THRESHOLDS.flagged_from else None
    return Evidence(EvidenceKind.PIXELS, Grade.HINT, label, None, _reason(_finding(score), score))


def _add_listings(desk: Desk) -> None:
    with desk.parts.database.writing() as session:
        for number in range(12):
            session.add(
                Listing(
                    client_id=desk.shop.client.id,
                    listing_id=f"S-{number}",
                    title=TITLES[number % len(TITLES)],
                    seller=SELLERS[number % len(SELLERS)],
                    url=f"https://shop.example/items/{number}",
                )
            )


def _decide(desk: Desk, sha256: str, person: str, outcome: Outcome, *, at: datetime, seconds: int) -> None:
    """Decide a case as if it had come, been opened and been decided some days ago."""
    with desk.parts.database.writing() as session:
        image = session.get_one(Image, sha256)
        seen = Seen(sha256, image.verdict_id or "", None)
        decision = decide(session, seen, moderator_id=person, outcome=outcome, note="", at=at)
        born = at - timedelta(seconds=seconds * 170)
        session.get_one(Decision, decision).opened_at = at - timedelta(seconds=seconds)
        image.created_at = session.get_one(Verdict, seen.verdict_id).created_at = born
        session.execute(
            update(Submission)
            .where(Submission.image_sha256 == sha256)
            .values(created_at=born, examined_at=born)
        )
