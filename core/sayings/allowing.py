"""Which refused addresses an operator may allow. Only operators are told: clients cannot change it."""

from core.sayings.codes import AddressRange, FailureDetail
from core.sayings.saying import Saying

_ALLOWABLE = {AddressRange.PRIVATE, AddressRange.UNIQUE_LOCAL, AddressRange.CARRIER, AddressRange.LOOPBACK}
_REFUSALS = {FailureDetail.ADDRESS_REFUSED, FailureDetail.HOST_ADDRESS_REFUSED}


def may_be_allowed(saying: Saying | str) -> bool:
    """True if an address was refused as loopback or private, which KANTEI_FETCH_ALLOW may allow."""
    if isinstance(saying, str) or saying.code not in _REFUSALS:
        return False
    kind = saying.values.get("range")
    return isinstance(kind, Saying) and kind.code in _ALLOWABLE
