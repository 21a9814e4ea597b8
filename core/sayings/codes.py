"""The codes of reasons, evidence and failures; `sentences.json` has a sentence for each."""

from enum import auto

from core.sayings.saying import SayingCode


class Reason(SayingCode):
    """A reason of a verdict."""

    SIGNATURES_DISAGREE = auto()
    MODERATORS_DISAGREE = auto()
    KNOWN_HUMAN_BUT_GENERATOR_NAMED = auto()
    KNOWN_AI_BUT_SIGNED_AS_HUMAN = auto()
    KNOWN_AI_BUT_PIXELS_CLEAR = auto()
    GENERATION_PROVED = auto()
    HUMAN_ORIGIN_PROVED = auto()
    DECLARED_AND_PIXELS = auto()
    DECLARED_NOT_PIXELS = auto()
    DECLARED_PIXELS_UNDECIDED = auto()
    PIXELS_FLAGGED = auto()
    PIXELS_CLEAR = auto()
    PIXELS_UNDECIDED = auto()
    SCORE_UNSTABLE = auto()
    PICTURE_TOO_SMALL = auto()
    FILE_ENDS_EARLY = auto()
    FRAMES_COUNTED = auto()
    HINT_OF_GENERATION = auto()
    SIGN_OF_HUMAN_WORK = auto()
    NO_RECORD_OF_ORIGIN = auto()


class PicturePart(SayingCode):
    """A part of a picture, as it stands within a sentence."""

    WHOLE = auto()
    UPPER_LEFT = auto()
    UPPER = auto()
    UPPER_RIGHT = auto()
    LEFT = auto()
    CENTRE = auto()
    RIGHT = auto()
    LOWER_LEFT = auto()
    LOWER = auto()
    LOWER_RIGHT = auto()


class ViewsSplit(SayingCode):
    """How the views of a picture disagree with its score, or with one another where it is uncertain."""

    ONE_VIEW_DRAWN = auto()
    VIEWS_DRAWN = auto()
    ONE_VIEW_GENERATED = auto()
    VIEWS_GENERATED = auto()
    SOME_VIEWS_DRAWN = auto()
    SOME_VIEWS_GENERATED = auto()
    VIEWS_BOTH_WAYS = auto()


class Headline(SayingCode):
    """What a verdict says in one sentence: to moderators, to the artist, to readers."""

    MODERATOR_CLEAR = auto()
    MODERATOR_UNCERTAIN = auto()
    MODERATOR_UNSTABLE = auto()
    MODERATOR_FLAGGED = auto()
    MODERATOR_DECLARED_NOT_PIXELS = auto()
    MODERATOR_DECLARED_UNDECIDED = auto()
    MODERATOR_DECLARED_AND_PIXELS = auto()
    MODERATOR_PARTLY_GENERATED = auto()
    MODERATOR_PROVED = auto()
    MODERATOR_PROVED_HUMAN = auto()
    MODERATOR_NEAR_COPY = auto()
    ARTIST_CLEAR = auto()
    ARTIST_UNCERTAIN = auto()
    ARTIST_FLAGGED = auto()
    ARTIST_DECLARED = auto()
    ARTIST_PARTLY_GENERATED = auto()
    ARTIST_PROVED = auto()
    ARTIST_NEAR_COPY = auto()
    READER_CLEAR = auto()
    READER_UNCERTAIN = auto()
    READER_FLAGGED = auto()
    READER_DECLARED = auto()
    READER_DECLARED_AND_PIXELS = auto()
    READER_PARTLY_GENERATED = auto()
    READER_PROVED = auto()
    READER_PROVED_HUMAN = auto()
    READER_NEAR_COPY = auto()
    HUMAN_SHARE = auto()
    HUMAN_SHARE_TINY = auto()
    HUMAN_SHARE_MOST = auto()


class KnownImageDetail(SayingCode):
    """What is known of a picture that looks like this one."""

    NEAR_COPY_DECIDED = auto()
    NEAR_COPY_DECIDED_UNDATED = auto()
    NEAR_COPY_LISTED = auto()


class StatementText(SayingCode):
    """A sentence of a statement of reasons; `found` is a headline for readers."""

    STATEMENT_AI = auto()
    STATEMENT_ASSISTED = auto()
    STATEMENT_REPORTED = auto()
    STATEMENT_FOUND = auto()
    STATEMENT_MEANS = auto()
    STATEMENT_NOT_DETECTED = auto()
    STATEMENT_REPORTED_FIRST = auto()
    STATEMENT_REDRESS = auto()


class Clause(SayingCode):
    """A part of a sentence that stands in others."""

    SAME_PICTURE = auto()
    NEAR_COPY = auto()
    DRAWN = auto()
    GENERATED = auto()
    AI_ASSISTED = auto()
    UNNAMED_GENERATOR = auto()
    UNNAMED_SIGNER = auto()
    UNSIGNED_XMP = auto()
    C2PA_MANIFEST = auto()
    OWNER_OF_METHOD = auto()
    OTHER_SIGNATURE = auto()
    NO_USABLE_KEY = auto()


class EvidenceDetail(SayingCode):
    """What one piece of evidence says; `where` is a `Place`."""

    A1111_PARAMETERS = auto()
    A1111_POSTPROCESSING = auto()
    GENERATOR_PARAMETERS = auto()
    GENERATION_RECORD = auto()
    GENERATIVE_EDIT = auto()
    GENERATOR_JOB = auto()
    WORKFLOW_TOOL = auto()
    NOVELAI_RECORD = auto()
    NOVELAI_NAMED = auto()
    NOVELAI_EDIT = auto()
    NOVELAI_EDIT_SIGNED = auto()
    NOVELAI_SIGNATURE_VALID = auto()
    NOVELAI_SIGNATURE_NOT_VERIFIED = auto()
    COMFYUI_GRAPH = auto()
    COMFYUI_GRAPH_IDLE = auto()
    GROK_SIGNATURE = auto()
    AIGC_LABEL = auto()
    AIGC_LABEL_SIGNED = auto()
    AIGC_LABEL_POSSIBLE = auto()
    HIDDEN_TEXT_UNKNOWN = auto()
    MIDJOURNEY_OPTIONS = auto()
    UNKNOWN_GENERATOR_SETTINGS = auto()
    C2PA_SILENT = auto()
    C2PA_NAMES_MODEL = auto()
    WATERMARK_CLAIMED = auto()
    FINGERPRINT_CLAIMED = auto()
    CREDENTIALS_ELSEWHERE = auto()
    C2PA_DECLARES = auto()
    C2PA_DECLARES_INGREDIENT = auto()
    PARTLY_GENERATED = auto()
    IPTC_AI_FIELDS = auto()
    SOURCE_TYPE_WORD = auto()
    SOURCE_TYPE_DECLARED = auto()
    WATERMARK_FOUND = auto()
    SPARKLE_SEEN = auto()
    EDITOR_NAMED = auto()
    GENERATOR_NAMED = auto()
    EDITING_HISTORY = auto()
    CAMERA_DATA = auto()
    UNREADABLE_RECORD = auto()


class OutsideDetail(SayingCode):
    """What a service of others answered about a picture, or why it did not."""

    OUTSIDE_FOUND = auto()
    OUTSIDE_FOUND_UNVERIFIED = auto()
    OUTSIDE_FOUND_NOTHING = auto()
    OUTSIDE_KEY_REFUSED = auto()
    OUTSIDE_BUSY = auto()
    OUTSIDE_STATUS = auto()
    OUTSIDE_ANSWER_UNREADABLE = auto()
    OUTSIDE_SERVICE_OFF = auto()
    OUTSIDE_PICTURE_GONE = auto()


class Place(SayingCode):
    """A place in a file; `key` is the name of a text, tag or property there."""

    PNG_TEXT = auto()
    PNG_COMF = auto()
    SEVERAL_PNG_TEXTS = auto()
    EXIF_TAG = auto()
    EXIF_RECORD = auto()
    XMP_PROPERTY = auto()
    XMP_PACKET = auto()
    IPTC_FIELD = auto()
    SAMSUNG_TRAILER = auto()
    JPEG_COMMENT = auto()
    JPEG_SEGMENT = auto()
    GIF_COMMENT = auto()
    AVIF_ITEMS = auto()
    C2PA_CONTAINER = auto()
    HIDDEN_IN_ALPHA = auto()
    HIDDEN_IN_COLOURS = auto()
    THIS_FILE = auto()


class FailureDetail(SayingCode):
    """The cause of a failure; a failure's code says only its kind."""

    HOST_TIMED_OUT = auto()
    HOST_SENT_TOO_MUCH = auto()
    CERTIFICATE_NOT_VALID = auto()
    CONNECTION_CLOSED = auto()
    NO_SECURE_CONNECTION = auto()
    INVALID_HTTP = auto()
    CONNECTION_REFUSED = auto()
    HOST_BUSY = auto()
    HOST_TOO_SLOW = auto()
    HOST_WITHOUT_ADDRESS = auto()
    HOST_LOOKUP_FAILED = auto()
    ADDRESS_REFUSED = auto()
    HOST_ADDRESS_REFUSED = auto()
    PORT_REFUSED = auto()
    URL_MALFORMED = auto()
    URL_SCHEME = auto()
    URL_TOO_LONG = auto()
    URL_CREDENTIALS = auto()
    REDIRECTS_TOO_OFTEN = auto()
    PICTURE_NOT_THERE = auto()
    ERROR_STATUS = auto()
    COMPRESSION_NOT_ASKED_FOR = auto()
    RESPONSE_CUT_SHORT = auto()
    COMPRESSED_RESPONSE_DAMAGED = auto()
    FILE_TOO_LARGE = auto()
    FILE_UNREADABLE = auto()
    FILE_NOT_THERE = auto()
    FILE_EMPTY = auto()
    UNKNOWN_FORMAT = auto()
    PICTURE_DAMAGED = auto()
    FEW_ROWS = auto()
    PIXELS_OVER_LIMIT = auto()
    PIXELS_NOT_SAFE = auto()
    MEMORY_NOT_ENOUGH = auto()
    DECODER_CRASHED = auto()
    WORKER_CRASHED = auto()
    UPLOAD_NOT_STORED = auto()
    LISTING_DELETED = auto()
    NO_WEBHOOK_SECRET = auto()


class AddressRange(SayingCode):
    """A kind of address that is refused."""

    THIS_NETWORK = auto()
    PRIVATE = auto()
    UNIQUE_LOCAL = auto()
    CARRIER = auto()
    LOOPBACK = auto()
    CLOUD_SERVICE = auto()
    CLOUD_METADATA = auto()
    IETF_PROTOCOLS = auto()
    DOCUMENTATION = auto()
    AS112 = auto()
    MULTICAST_TUNNEL = auto()
    RELAY_6TO4 = auto()
    BENCHMARKS = auto()
    MULTICAST = auto()
    RESERVED = auto()
    TEREDO = auto()
    TUNNEL_6TO4 = auto()
    SIX_BONE = auto()
    UNSPECIFIED_ADDRESS = auto()
    IPV4_MAPPED = auto()
    IPV4_COMPATIBLE = auto()
    NAT64 = auto()
    LOCAL_NAT64 = auto()
    DISCARDED = auto()
    DUMMY = auto()
    SEGMENT_ROUTING = auto()
    LINK_LOCAL = auto()
    SITE_LOCAL = auto()
    ONE_LINK = auto()
    OUTSIDE_GLOBAL_UNICAST = auto()
    ISATAP = auto()
