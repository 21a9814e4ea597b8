"""The views of a picture that point the other way than its score, in one sentence and with their places."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.sayings.codes import PicturePart, ViewsSplit
from core.sayings.saying import Saying, say
from core.vocabulary import Thresholds, ViewScore

SHOWN = 3  # views with a mark on either side, the farthest first
MIDDLE = (0.42, 0.58)  # where a view's centre lies neither left nor right, neither high nor low
WHOLE = 0.8  # of the picture's area: such a view is of no part
_PARTS = (
    (PicturePart.UPPER_LEFT, PicturePart.UPPER, PicturePart.UPPER_RIGHT),
    (PicturePart.LEFT, PicturePart.CENTRE, PicturePart.RIGHT),
    (PicturePart.LOWER_LEFT, PicturePart.LOWER, PicturePart.LOWER_RIGHT),
)


@dataclass(frozen=True, slots=True)
class ViewMark:
    """A view that points the other way: where it lies, and whether it looks generated rather than drawn."""

    view: ViewScore
    is_generated: bool
    part: Saying


@dataclass(frozen=True, slots=True)
class SplitViews:
    """What the views disagree on, and marks of those that do."""

    says: Saying
    marks: list[ViewMark]


def split_views(views: Sequence[ViewScore], score: float, lines: Thresholds | None) -> SplitViews | None:
    """Find the views beyond the threshold on the other side of a score; None where there are none.

    An uncertain score has two other sides. Views of the same place count once: a square picture has several.
    """
    if lines is None:
        return None
    known = list({(one.box, one.is_native): one for one in views}.values())
    drawn = sorted((one for one in known if one.score < lines.clear_below), key=lambda one: one.score)
    generated = sorted((one for one in known if one.score >= lines.flagged_from), key=lambda one: -one.score)
    if score >= lines.flagged_from:
        generated = []
    elif score < lines.clear_below:
        drawn = []
    if not drawn and not generated:
        return None
    is_certain = not lines.clear_below <= score < lines.flagged_from
    says = _say(len(known), drawn, generated, is_certain=is_certain)
    shown = [*generated[:SHOWN], *drawn[:SHOWN]]
    return SplitViews(says, [ViewMark(one, one in generated, say(part_of(one))) for one in shown])


def _say(
    count: int, drawn: Sequence[ViewScore], generated: Sequence[ViewScore], *, is_certain: bool
) -> Saying:
    if drawn and generated:
        return say(
            ViewsSplit.VIEWS_BOTH_WAYS,
            count=count,
            generated=len(generated),
            drawn=len(drawn),
            generated_part=say(part_of(generated[0])),
            drawn_part=say(part_of(drawn[0])),
        )
    found = generated or drawn
    if is_certain and len(found) == 1:
        code = ViewsSplit.ONE_VIEW_GENERATED if generated else ViewsSplit.ONE_VIEW_DRAWN
    elif is_certain:
        code = ViewsSplit.VIEWS_GENERATED if generated else ViewsSplit.VIEWS_DRAWN
    else:
        code = ViewsSplit.SOME_VIEWS_GENERATED if generated else ViewsSplit.SOME_VIEWS_DRAWN
    return say(code, count=count, other=len(found), part=say(part_of(found[0])))


def part_of(view: ViewScore) -> PicturePart:
    """The part of the picture that a view shows."""
    left, top, right, low = view.box
    if (right - left) * (low - top) >= WHOLE:
        return PicturePart.WHOLE
    return _PARTS[_third((top + low) / 2)][_third((left + right) / 2)]


def _third(centre: float) -> int:
    return sum(centre > edge for edge in MIDDLE)
