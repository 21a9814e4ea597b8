"""Verifying signatures of SM2 with SM3 (GM/T 0003, ISO/IEC 14888-3), which no library of ours does.

Public keys and signatures only: nothing here is secret, so nothing needs to take constant time. A
verification takes some 3 ms, and callers cap how many a file may ask for.
"""

from cryptography.hazmat.primitives.hashes import SM3, Hash

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]

PRIME = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = PRIME - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
BASE: Point = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_INFINITY: _Jacobian = (1, 1, 0)
_USER = b"1234567812345678"  # the signer's identity where none was agreed (GM/T 0009, 10)
_SIZE = 32


def sm3(data: bytes) -> bytes:
    """The SM3 digest of some bytes (GM/T 0004, ISO/IEC 10118-3)."""
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize()


def digest_for(key: Point, message: bytes) -> int:
    """What a signature covers: the signer's identity, the curve, the key and the message."""
    numbers = (A, B, *BASE, *key)
    identity = (
        (8 * len(_USER)).to_bytes(2, "big") + _USER + b"".join(n.to_bytes(_SIZE, "big") for n in numbers)
    )
    return int.from_bytes(sm3(sm3(identity) + message), "big")


def verifies(key: Point, signature: tuple[int, int], *messages: bytes) -> bool:
    """True if a signature (r, s) is valid under a key, for one of these messages."""
    r, s = signature
    t = (r + s) % ORDER
    if not (0 < r < ORDER and 0 < s < ORDER) or t == 0 or not is_on_curve(key):
        return False
    point = combine(s, BASE, t, key)
    return point is not None and any(
        (digest_for(key, message) + point[0]) % ORDER == r for message in messages
    )


def is_on_curve(point: Point) -> bool:
    """True if a point is on the curve, and its numbers are in range."""
    x, y = point
    return 0 <= x < PRIME and 0 <= y < PRIME and y * y % PRIME == _right_side(x)


def points_at(x: int) -> tuple[Point, ...]:
    """The points with this first coordinate: two with opposite signs, even first, or none."""
    square = _right_side(x)
    y = pow(square, (PRIME + 1) // 4, PRIME)
    if not 0 <= x < PRIME or y * y % PRIME != square:
        return ()
    return tuple(sorted(((x, y), (x, PRIME - y)), key=lambda point: point[1] % 2))


def multiply(factor: int, point: Point) -> Point | None:
    """A point times a number; None is the point at infinity."""
    return combine(factor, point, 0, point)


def combine(factor: int, point: Point, other_factor: int, other: Point) -> Point | None:
    """The sum of two points, each times a number: both bit by bit at once (Shamir's trick)."""
    both = _as_point(_plus((*point, 1), other))
    terms = {("1", "0"): point, ("0", "1"): other, ("1", "1"): both}
    width = max(factor.bit_length(), other_factor.bit_length())
    total = _INFINITY
    for bits in zip(f"{factor:0{width}b}", f"{other_factor:0{width}b}", strict=True):
        total = _plus(_twice(total), terms.get(bits))
    return _as_point(total)


def _right_side(x: int) -> int:
    return (x * x * x + A * x + B) % PRIME


# Jacobian coordinates: (x, y, z) is the point (x / z², y / z³), so that only the end needs a division.
def _twice(one: _Jacobian) -> _Jacobian:
    x, y, z = one
    delta, gamma = z * z % PRIME, y * y % PRIME
    beta, alpha = x * gamma % PRIME, 3 * (x - delta) * (x + delta) % PRIME
    left = (alpha * alpha - 8 * beta) % PRIME
    return left, (alpha * (4 * beta - left) - 8 * gamma * gamma) % PRIME, 2 * y * z % PRIME


def _plus(one: _Jacobian, other: Point | None) -> _Jacobian:
    if other is None:
        return one
    x, y, z = one
    if z == 0:
        return (*other, 1)
    square = z * z % PRIME
    h, r = (other[0] * square - x) % PRIME, (other[1] * z * square - y) % PRIME
    if h == 0:
        return _twice(one) if r == 0 else _INFINITY
    h2 = h * h % PRIME
    h3, v = h * h2 % PRIME, x * h2 % PRIME
    left = (r * r - h3 - 2 * v) % PRIME
    return left, (r * (v - left) - y * h3) % PRIME, z * h % PRIME


def _as_point(one: _Jacobian) -> Point | None:
    x, y, z = one
    if z == 0:
        return None
    inverse = pow(z, -1, PRIME)
    return x * inverse**2 % PRIME, y * inverse**3 % PRIME
