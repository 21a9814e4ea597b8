"""The codes of what is wrong with a record or a signature; `sentences.json` has a clause for each."""

from enum import auto

from core.sayings.saying import SayingCode


class SignatureFault(SayingCode):
    """What is known of a signature, or why it could not be verified."""

    TRUSTED = auto()
    NOT_ON_TRUST_LIST = auto()
    CHANGED_AFTER_SIGNING = auto()
    COVERS_A_PART = auto()
    NOT_VALID = auto()
    HOLDS_UNDER_OWN_KEY = auto()
    VALIDATION_FAILED = auto()
    UNSPECIFIED = auto()
    FORMAT_LOSES_PIXELS = auto()
    PIXELS_OR_COMMENT_CHANGED = auto()
    PARTLY_TRANSPARENT = auto()
    SHOWN_DIFFERENTLY = auto()
    COULD_NOT_BE_CHECKED = auto()
    NOT_SHORT_TEXT = auto()
    NOT_BASE64 = auto()
    NOT_64_BYTES = auto()


class RecordFault(SayingCode):
    """Why a record could not be read."""

    SETTINGS_DAMAGED = auto()
    NO_SETTINGS = auto()
    NO_INVOKEAI_SETTINGS = auto()
    NO_GRAPH = auto()
    NO_IMAGE_DESCRIBED = auto()
    NOT_INVOKEAI_COMMAND = auto()
    FOOOCUS_PARAMETERS_MISSING = auto()
    PARAMETERS_NOT_OBJECT = auto()
    NOT_STABILITY_MATRIX_PROJECT = auto()
    NOT_IN_IPTC_VOCABULARY = auto()
    READER_FAILED = auto()
    TOO_MUCH_TEXT = auto()
    TOO_MUCH_JSON = auto()
    JSON_TOO_LONG = auto()
    JSON_TOO_MANY_VALUES = auto()
    JSON_TOO_DEEP = auto()
    NOT_JSON = auto()
    NOT_JSON_OBJECT = auto()
    EXPANDS_TOO_FAR = auto()
    COMPRESSED_DATA_DAMAGED = auto()
    COMPRESSED_DATA_CUT = auto()
    HIDDEN_TEXT_TOO_LONG = auto()
    HIDDEN_TEXT_IMPOSSIBLE = auto()
    HIDDEN_TEXT_NOT_UTF8 = auto()
    PICTURE_TOO_LARGE_TO_READ = auto()
    NOT_RGB = auto()
    PIXELS_NOT_DECODED = auto()


class ContainerFault(SayingCode):
    """Why a chunk, segment, box or packet could not be read."""

    EXIF_CUT = auto()
    EXIF_WITHOUT_HEADER = auto()
    XMP_TOO_LARGE = auto()
    XMP_TOO_MANY_ELEMENTS = auto()
    XMP_TOO_MANY_PROPERTIES = auto()
    XMP_TOO_DEEP = auto()
    XMP_NOT_XML = auto()
    ITEM_LIST_CUT = auto()
    ITEM_LOCATIONS_UNKNOWN = auto()
    ITEM_LOCATIONS_CUT = auto()
    ITEM_TOO_LARGE = auto()
    TEXT_COMPRESSION_UNKNOWN = auto()
    TEXT_CHUNK_TOO_LONG = auto()
    PROFILE_NOT_HEXADECIMAL = auto()
    PIXEL_DATA_CUT = auto()
    PIXEL_DATA_DAMAGED = auto()
    MANIFEST_STORE_TOO_LARGE = auto()
    NO_ACTIVE_MANIFEST = auto()
    C2PA_LIMITS_EXCEEDED = auto()
    C2PA_LIBRARY = auto()
