"""SM2 and SM3 agree with the standards' own examples, and with a signature found in the wild."""

import pytest

from provenance.readers.standards.sm2 import (
    BASE,
    ORDER,
    PRIME,
    combine,
    is_on_curve,
    multiply,
    points_at,
    sm3,
    verifies,
)

# GM/T 0003.5-2012, annex A: the private key is 3945208F…, the identity 1234567812345678.
KEY = (
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
SIGNATURE = (
    0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3,
    0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA,
)


@pytest.mark.parametrize(
    ("data", "digest"),
    [  # GM/T 0004-2012, annex A
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_agrees_with_its_standard(data: bytes, digest: str) -> None:
    assert sm3(data).hex() == digest


def test_the_standards_own_signature_is_valid() -> None:
    private = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
    assert multiply(private, BASE) == KEY
    assert verifies(KEY, SIGNATURE, b"another", b"message digest")


@pytest.mark.parametrize(
    ("key", "message", "signature"),
    [
        (KEY, b"message digesT", SIGNATURE),
        (BASE, b"message digest", SIGNATURE),
        (KEY, b"message digest", (SIGNATURE[0], SIGNATURE[1] ^ 1)),
        (KEY, b"message digest", (0, SIGNATURE[1])),
        (KEY, b"message digest", (SIGNATURE[0], 0)),
        (KEY, b"message digest", (SIGNATURE[0] + ORDER, SIGNATURE[1])),
        (KEY, b"message digest", (SIGNATURE[0], SIGNATURE[1] + ORDER)),
        (KEY, b"message digest", (1, ORDER - 1)),
        ((KEY[0], KEY[1] ^ 1), b"message digest", SIGNATURE),
        ((KEY[0] + PRIME, KEY[1]), b"message digest", SIGNATURE),
    ],
)
def test_any_other_is_not(key: tuple[int, int], message: bytes, signature: tuple[int, int]) -> None:
    assert not verifies(key, signature, message)


def test_a_first_coordinate_gives_the_even_point_and_the_odd_one() -> None:
    even, odd = points_at(KEY[0])
    assert KEY in {even, odd}
    assert (even[1] % 2, odd[1] % 2) == (0, 1)
    assert is_on_curve(even)
    assert is_on_curve(odd)
    assert points_at(PRIME + 1) == points_at(5) == ()


def test_the_curve_has_its_order() -> None:
    assert multiply(ORDER, BASE) is None
    assert multiply(ORDER + 1, BASE) == BASE
    assert multiply(0, BASE) is None


@pytest.mark.parametrize(("one", "two"), [(1, 1), (2, ORDER - 2), (7, 0), (0, 9), (2**255, 12345)])
def test_two_products_are_added(one: int, two: int) -> None:
    assert combine(one, BASE, two, BASE) == multiply((one + two) % ORDER, BASE)
    assert combine(one, KEY, two, BASE) == combine(two, BASE, one, KEY)
    opposite = (KEY[0], PRIME - KEY[1])
    assert combine(one, KEY, two, opposite) == multiply((one - two) % ORDER, KEY)
