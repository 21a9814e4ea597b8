"""What the pages call things. Every text is marked by `N_` for the catalogue and translated on use."""

from http import HTTPStatus

from core.clients.quota import QuotaPeriod
from core.known.hash_files import SkipReason
from core.urls import UrlFault
from core.vocabulary import EvidenceKind, FailureCode, FileKind, Finding, Grade, Label, Outcome, Role, Source
from store.desk.queue_filter import Claimed, Sort, Tab
from store.people.passwords import PasswordFault
from store.tables.quality_tables import CheckKind
from store.tables.review_states import ChangeState, PolicyFault


def N_(text: str) -> str:  # noqa: N802  # the mark that catalogue tools look for
    """Mark a text for translation."""
    return text


# Languages by the names that HTML, catalogues and browsers use, each in its own words.
LANGUAGES = {"en": "English", "ja": "日本語"}
FINDINGS = {
    Finding.CLEAR: N_("Clear"),
    Finding.UNCERTAIN: N_("Uncertain"),
    Finding.FLAGGED: N_("Flagged"),
}
FINDING_SENTENCES = {
    Finding.CLEAR: N_("Nothing speaks for a generated picture."),
    Finding.UNCERTAIN: N_("The machine cannot tell. A person has to look."),
    Finding.FLAGGED: N_("This looks like a generated picture."),
}
OUTCOMES = {Outcome.HUMAN: N_("Human"), Outcome.AI: N_("AI"), Outcome.ESCALATE: N_("Escalated")}
LABELS = {Label.HUMAN: N_("drawn by a person"), Label.AI: N_("generated")}
SOURCES = {
    Source.EXTENSION: N_("Extension"),
    Source.MARKETPLACE: N_("Marketplace"),
    Source.API: N_("API"),
    Source.UPLOAD: N_("Upload"),
    Source.CLI: N_("Command line"),
}
ROLES = {Role.MODERATOR: N_("Moderator"), Role.LEAD: N_("Lead"), Role.ADMIN: N_("Admin")}
GRADES = {Grade.PROOF: N_("Proof"), Grade.DECLARED: N_("Declared"), Grade.HINT: N_("Hint")}
GRADE_SENTENCES = {
    Grade.PROOF: N_("A signature was checked and holds."),
    Grade.DECLARED: N_("The file says so itself. Anybody could have written that."),
    Grade.HINT: N_("A sign, not more."),
}
KINDS = {
    EvidenceKind.NOVELAI_SIGNATURE: N_("NovelAI signature"),
    EvidenceKind.NOVELAI_METADATA: N_("NovelAI metadata"),
    EvidenceKind.NOVELAI_STEALTH: N_("NovelAI hidden metadata"),
    EvidenceKind.A1111_PARAMETERS: N_("Stable Diffusion web UI parameters"),
    EvidenceKind.COMFYUI_WORKFLOW: N_("ComfyUI workflow"),
    EvidenceKind.INVOKEAI_METADATA: N_("InvokeAI metadata"),
    EvidenceKind.FOOOCUS_PARAMETERS: N_("Fooocus parameters"),
    EvidenceKind.SWARMUI_PARAMETERS: N_("SwarmUI parameters"),
    EvidenceKind.C2PA: N_("C2PA content credentials"),
    EvidenceKind.IPTC_DIGITAL_SOURCE_TYPE: N_("IPTC digital source type"),
    EvidenceKind.SOFTWARE_TAG: N_("Software tag"),
    EvidenceKind.WATERMARK: N_("Watermark"),
    EvidenceKind.KNOWN_IMAGE: N_("Known image"),
    EvidenceKind.PIXELS: N_("Pixels"),
}
FAILURES = {
    FailureCode.UNSAFE_ADDRESS: N_("The address is not one that may be fetched."),
    FailureCode.UNRESOLVABLE: N_("The host name has no address."),
    FailureCode.REFUSED: N_("The host refused the connection."),
    FailureCode.TIMED_OUT: N_("The host took too long."),
    FailureCode.TOO_LARGE: N_("The file is too large."),
    FailureCode.NOT_AN_IMAGE: N_("The file is no image that can be read."),
    FailureCode.TOO_MANY_PIXELS: N_("The image has too many pixels."),
    FailureCode.HTTP_STATUS: N_("The host answered with an error."),
    FailureCode.TOO_MANY_REDIRECTS: N_("The host sent us in circles."),
    FailureCode.CRASHED_WORKER: N_("The worker died each time it examined this image."),
    FailureCode.GONE: N_("The image is gone."),
}
FILE_KINDS = {
    FileKind.PHOTOSHOP: N_("Photoshop layers"),
    FileKind.CLIP_STUDIO: N_("Clip Studio layers"),
    FileKind.KRITA: N_("Krita layers"),
    FileKind.OPENRASTER: N_("OpenRaster layers"),
    FileKind.SAI: N_("SAI layers"),
    FileKind.MEDIBANG: N_("MediBang layers"),
    FileKind.PICTURE: N_("a picture"),
    FileKind.VIDEO: N_("a film"),
    FileKind.ARCHIVE: N_("an archive"),
    FileKind.PROGRAM: N_("a program: do not start it"),
    FileKind.UNKNOWN: N_("of unknown kind"),
}
URL_FAULTS = {
    UrlFault.MALFORMED: N_("This is not an absolute address such as https://example.com/hook."),
    UrlFault.SCHEME: N_("An address starts with http:// or https://."),
    UrlFault.TOO_LONG: N_("The address is too long."),
    UrlFault.CREDENTIALS: N_("An address must not carry a user name or password."),
}
PASSWORD_FAULTS = {
    PasswordFault.SHORT: N_("Use at least %(least)s characters."),
    PasswordFault.LONG: N_("Use at most %(most)s characters."),
    PasswordFault.PLAIN: N_("Use more different characters."),
    PasswordFault.EMAIL: N_("Leave your e-mail address out of the password."),
}
PERIODS = {QuotaPeriod.DAY: N_("a day"), QuotaPeriod.MONTH: N_("a month")}
TABS = {
    Tab.OPEN: N_("To review"),
    Tab.ESCALATED: N_("Escalated"),
    Tab.APPEALS: N_("Appeals"),
    Tab.ALL: N_("All images"),
}
SORTS = {
    Sort.RISK: N_("Riskiest first"),
    Sort.OLDEST: N_("Longest waiting"),
    Sort.NEWEST: N_("Newest first"),
    Sort.DOUBT: N_("Closest to a threshold"),
    Sort.MIXED: N_("Mixed"),
}
CLAIMS = {
    Claimed.ME: N_("by me"),
    Claimed.OTHERS: N_("by others"),
    Claimed.NOBODY: N_("by nobody"),
}
DRIFTS = {
    "reference": N_("the week compared with"),
    "few": N_("too few to tell"),
    "steady": N_("steady"),
    "moved": N_("has moved"),
    "drifted": N_("has drifted"),
}
CHECKS = {CheckKind.GOLDEN: N_("Golden case"), CheckKind.SECOND: N_("Second look")}
CHANGES = {
    ChangeState.OPEN: N_("Waits"),
    ChangeState.APPROVED: N_("Approved"),
    ChangeState.REFUSED: N_("Refused"),
    ChangeState.WITHDRAWN: N_("Withdrawn"),
}
POLICY_FAULTS = {
    PolicyFault.LINES: N_("The lines must lie between 0 and 1, “clear” not above “flagged”."),
    PolicyFault.UNKNOWN: N_("The classifier's own lines are not known yet: a worker has to start first."),
    PolicyFault.SAME: N_("These lines are in force already."),
    PolicyFault.NOT_YOURS: N_("Only who proposed a change withdraws it; refuse it instead."),
    PolicyFault.YOURS: N_("This is your own proposal: withdraw it instead."),
    PolicyFault.OWN_APPROVAL: N_("Nobody approves their own proposal: somebody else has to."),
    PolicyFault.STALE: N_("The policy has changed since this was proposed: propose it anew."),
    PolicyFault.RACE: N_("Another change was approved at this moment: look at it first."),
    PolicyFault.SETTLED: N_("This proposal is settled already, or was never made."),
}
LEFT_OUT = {
    SkipReason.OTHER_SIGNAL: N_("a signal of another type"),
    SkipReason.NO_HASH: N_("no hash of 64 hex digits"),
    SkipReason.LOW_QUALITY: N_("too little quality to tell pictures apart by"),
    SkipReason.NO_LABEL: N_("neither “ai” nor “human” among its tags, and no answer chosen for such"),
}
EVENTS = {
    "decision": N_("Decided a case"),
    "undo": N_("Took a decision back"),
    "appeal": N_("A client appealed"),
    "appeal_resolved": N_("Answered an appeal"),
    "check": N_("Answered a check"),
    "purged": N_("Old records were forgotten"),
    "erased": N_("Somebody or something was erased"),
    "login": N_("Logged in"),
    "login_failed": N_("Failed to log in"),
    "logout": N_("Logged out"),
    "password_changed": N_("Changed the password"),
    "takeover": N_("Took a case over"),
    "moderator_added": N_("Added a moderator"),
    "role_changed": N_("Changed a role"),
    "moderator_disabled": N_("Shut a moderator out"),
    "moderator_enabled": N_("Let a moderator in again"),
    "password_reset": N_("Gave a new one-time password"),
    "client_added": N_("Added a client"),
    "client_changed": N_("Changed a client"),
    "key_added": N_("Made an API key"),
    "key_revoked": N_("Revoked an API key"),
    "secret_added": N_("Made a webhook secret"),
    "secrets_retired": N_("Retired webhook secrets"),
    "quality_changed": N_("Changed how much is checked"),
    "golden_added": N_("Made a golden case"),
    "golden_retired": N_("Retired a golden case"),
    "policy_proposed": N_("Proposed a change of policy"),
    "policy_approved": N_("Approved a change of policy"),
    "policy_refused": N_("Refused a change of policy"),
    "policy_withdrawn": N_("Withdrew a change of policy"),
    "list_imported": N_("Took a list of hashes in"),
    "list_exported": N_("Handed decisions out as hashes"),
    "list_forgotten": N_("Forgot a list of hashes"),
    "listing_deleted": N_("A listing was deleted, its case closed"),
}
PHRASES = {
    HTTPStatus.BAD_REQUEST: N_("The request was not whole"),
    HTTPStatus.NOT_FOUND: N_("Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("Not in this way"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("Too large"),
}
PHRASE = N_("The page cannot be shown")
WORDS = {
    "changes": CHANGES,
    "checks": CHECKS,
    "drifts": DRIFTS,
    "events": EVENTS,
    "claims": CLAIMS,
    "findings": FINDINGS,
    "finding_sentences": FINDING_SENTENCES,
    "outcomes": OUTCOMES,
    "labels": LABELS,
    "sources": SOURCES,
    "roles": ROLES,
    "grades": GRADES,
    "grade_sentences": GRADE_SENTENCES,
    "kinds": KINDS,
    "failures": FAILURES,
    "left_out": LEFT_OUT,
    "periods": PERIODS,
    "file_kinds": FILE_KINDS,
    "tabs": TABS,
    "sorts": SORTS,
}
