"""What is wrong with a file that an artist sends, as far as it has come in."""

from enum import StrEnum

from api.http.parts import FileLimits
from api.v1.appeals.file_kinds import WELCOME, file_kind

# In the WSGI environment: the fault for which the server took no more of a form, and the file's name.
CUT_SHORT = "kantei.cut_short"


class FileFault(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "too_large"
    TOO_MUCH = "too_much"
    TOO_MANY = "too_many"
    WRONG_KIND = "wrong_kind"
    EMPTY = "empty"
    LINK_FULL = "link_full"
    DAY_FULL = "day_full"
    DISK_FULL = "disk_full"


def fault_so_far(head: bytes, name: str, size: int, limits: FileLimits) -> FileFault | None:
    """What is wrong with a file by its first bytes and the size that has come in; None if nothing is.

    To be asked once so much has come in as `HEAD` says, or the whole file.
    """
    if size == 0:
        return FileFault.EMPTY
    if size > limits.each:
        return FileFault.TOO_LARGE
    return None if file_kind(head, name) in WELCOME else FileFault.WRONG_KIND
