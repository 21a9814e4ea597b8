"""What verdicts and images now record is found out for those that are there already."""

import pytest
from sqlalchemy import select

from core.ids import new_id
from kantei.roots.migrate import migrate
from store.base.database import Database
from store.tables.case_tables import Image, Verdict
from tests.store.base.past import Past

pytestmark = pytest.mark.slow  # a database is migrated once and again in each

CROSSES = "The score, 91 %, crosses a threshold when the picture is saved anew: it decides nothing."
SIGNED = "A valid signature proves that a generator made this picture."


def add_image(past: Past, kind: str = "png") -> str:
    sha256 = new_id() * 2
    past.add(
        "images", sha256=sha256, width=8, height=8, format=kind, bytes=80, review="none", risk=0.5, score=0.5
    )
    return sha256


def add_verdict(past: Past, **values: object) -> str:
    row = {"basis": "pixels", "policy": "2026-11-2", "evidence": [], "reasons": ["It says so."], **values}
    return past.add("verdicts", image_sha256=add_image(past), finding="clear", score=0.5, model="m", **row)


def pixels(label: str | None) -> list[dict[str, object]]:
    proof: dict[str, object] = {
        "kind": "c2pa",
        "grade": "proof",
        "label": "ai",
        "detail": SIGNED,
        "fields": {},
    }
    return [proof, {"kind": "pixels", "grade": "hint", "label": label, "detail": "", "fields": {}}]


def test_old_verdicts_record_whether_their_score_was_stable(empty: Database) -> None:
    migrate(empty, "0018")
    between = "The pixels do not decide: score 50 %, between 30 % and 90 %."
    rows: list[tuple[dict[str, object], bool]] = [
        ({"basis": "pixels"}, True),
        ({"basis": "unstable", "reasons": [CROSSES]}, False),
        ({"basis": "evidence", "evidence": pixels("ai"), "reasons": [SIGNED]}, True),
        ({"basis": "evidence", "evidence": pixels(None), "reasons": [SIGNED, CROSSES]}, False),
        ({"basis": "evidence", "evidence": pixels(None), "reasons": [SIGNED, between]}, True),
    ]
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Past(connection)
        verdicts = {add_verdict(past, **row): stable for row, stable in rows}
    migrate(empty)
    with empty.reading() as session:
        found = session.execute(select(Verdict.id, Verdict.stable))
        assert {verdict_id: stable for verdict_id, stable in found} == verdicts  # noqa: C416 - rows


def test_old_verdicts_record_the_version_of_their_thresholds(empty: Database) -> None:
    migrate(empty, "0018")
    numbers = {"2026-11-1": None, "2026-11-2": None, "2026-11-2.7": 7, "2026-11-2.41": 41, "p1": None}
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Past(connection)
        ids = {add_verdict(past, policy=policy): number for policy, number in numbers.items()}
        for _ in range(1200):  # more than one step of the migration
            ids[add_verdict(past, policy="2026-11-2.3")] = 3
    migrate(empty)
    with empty.reading() as session:
        found = session.execute(select(Verdict.id, Verdict.policy_number))
        assert {verdict_id: number for verdict_id, number in found} == ids  # noqa: C416 - rows


def test_old_images_record_what_their_format_says_of_animation(empty: Database) -> None:
    migrate(empty, "0018")
    known = {"jpeg": False, "bmp": False, "gif": True, "png": None, "webp": None, "avif": None}
    with empty.engine.execution_options(writes=True).begin() as connection:
        past = Past(connection)
        images = {add_image(past, kind): is_animated for kind, is_animated in known.items()}
    migrate(empty)
    with empty.reading() as session:
        found = session.execute(select(Image.sha256, Image.is_animated))
        assert {sha256: is_animated for sha256, is_animated in found} == images  # noqa: C416 - rows
