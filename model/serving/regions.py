"""Parts of a map that are read by themselves: to say where a picture looks generated, and where drawn."""

from model.serving.views import LONGEST, Box

Region = tuple[slice, slice]
_CORNER = 8 / 11  # of the short side: squares in the corners overlap in the middle


def regions(height: int, width: int) -> list[Region]:
    """Squares of a map (height, width): three along its long side, and one in each corner.

    Squares that are the same, as the three of a square map are, come once.
    """
    short = min(height, width)
    corner = max(1, round(_CORNER * short))
    shares = [number / (LONGEST - 1) for number in range(LONGEST)]
    along = [(share * (height - short), share * (width - short), short) for share in shares]
    corners = [(y * (height - corner), x * (width - corner), corner) for y in (0, 1) for x in (0, 1)]
    squares = dict.fromkeys((round(top), round(left), side) for top, left, side in (*along, *corners))
    return [(slice(top, top + side), slice(left, left + side)) for top, left, side in squares]


def box_of(region: Region, shape: tuple[int, ...], view: Box) -> Box:
    """Where a region of a map (h, w) lies in the picture that the map's view is a part of."""
    (rows, columns), (left, top, right, low) = region, view
    across, down = (right - left) / shape[1], (low - top) / shape[0]
    return (
        left + columns.start * across,
        top + rows.start * down,
        left + columns.stop * across,
        top + rows.stop * down,
    )
