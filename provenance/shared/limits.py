"""Limits on untrusted files: every limit of this room in one place."""

# Bytes of text kept from one file, each and together. The largest honest records are ComfyUI workflows:
# a megabyte or two, and any number more where pictures stand in them. Those are left out, and of what
# is too long even then the head is kept.
MAX_TEXT_BYTES = 4 * 2**20
MAX_TOTAL_TEXT_BYTES = 12 * 2**20
MAX_RAW_TEXT_BYTES = 24 * 2**20  # of one text, before that
MAX_INFLATED_BYTES = 96 * 2**20  # of all compressed texts of a file, read or not
MAX_FIELDS = 512  # text chunks, EXIF tags and XMP properties of one file, together

# JSON: nesting, and the marks that each cost an object in memory.
MAX_JSON_DEPTH = 64
MAX_JSON_MARKS = 300_000

MAX_EXIF_BYTES = 24 * 2**20  # a WebP of ComfyUI keeps its graphs there
MAX_EXIF_ENTRIES = 512
MAX_PACKETS = 8  # EXIF records, and XMP packets, of one file
MAX_XMP_BYTES = 4 * 2**20
MAX_XMP_ELEMENTS = 20_000
MAX_XMP_DEPTH = 48
MAX_C2PA_BYTES = 24 * 2**20  # a manifest store with its thumbnails; most have under a megabyte

# What the C2PA library may take for one file, in its own process. Honest files take 10 ms; the library's
# work grows with the manifests of a store, up to seconds for a store of thousands.
C2PA_CPU_SECONDS = 3
C2PA_SECONDS = 8.0  # by the clock, where the machine is busy or the library waits for nothing
C2PA_MEMORY = 2**30  # bytes of address space

MAX_STEALTH_BYTES = 1 * 2**20  # the hidden payload as it lies in the pixels
MAX_STEALTH_TEXT = MAX_TEXT_BYTES  # after gunzip

MAX_PIXELS = 50_000_000  # never touch more than this for a reader's sake
# Decoded whole, for a signature or a lossless WebP: some 12 bytes each at the worst moment. NovelAI
# draws at most 3 million; of a larger ordinary PNG only the columns in question are ever kept.
MAX_WHOLE_PIXELS = 8_000_000

# What evidence may hold: it is read by people and stored in a row.
MAX_EVIDENCE = 32  # of one file, and of one reader half of that
MAX_DETAIL = 400
MAX_DETAIL_VALUE = 100  # each text in the detail's sentence
MAX_NAME = 80
MAX_VALUE = 10_000
MAX_VALUES = 24
MAX_VALUES_TOTAL = 24_000
