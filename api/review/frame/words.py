"""What the pages call things. Every text is marked by `N_` for the catalogue and translated on use."""

from http import HTTPStatus

from core.clients.quota import QuotaPeriod
from core.declarations import Contradiction, Declared
from core.known.hash_files import SkipReason
from core.market.strike_rules import Measure
from core.title_languages import TitleLanguage
from core.urls import UrlFault
from core.vocabulary import EvidenceKind, FailureCode, FileKind, Finding, Grade, Label, Outcome, Role, Source
from store.desk.queue_filter import Assigned, Claimed, Sort, Tab
from store.desk.search import FoundIn
from store.people.passwords import PasswordFault
from store.tables.marketplace_tables import CallbackState, HookOutcome
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
# A finding, or what only the file says: the colour and word of a headline.
TONES = {**{finding.value: text for finding, text in FINDINGS.items()}, "declared": N_("File says AI")}
OUTCOMES = {
    Outcome.HUMAN: N_("Human"),
    Outcome.AI: N_("AI"),
    Outcome.ASSISTED: N_("AI-assisted"),
    Outcome.ESCALATE: N_("Escalated"),
}
LABELS = {Label.HUMAN: N_("drawn by a person"), Label.AI: N_("generated")}
SOURCES = {
    Source.EXTENSION: N_("Extension"),
    Source.MARKETPLACE: N_("Marketplace"),
    Source.API: N_("API"),
    Source.UPLOAD: N_("Upload"),
    Source.CLI: N_("Command line"),
    Source.REPORT: N_("Readers' reports"),
}
DECLARED = {
    Declared.HUMAN: N_("Declared human"),
    Declared.AI: N_("Declared AI"),
    Declared.ASSISTED: N_("Declared AI-assisted"),
    Declared.UNKNOWN: N_("Nothing declared"),
}
CONTRADICTIONS = {
    Contradiction.DECLARED_HUMAN_FOUND_AI: N_("Declared human, flagged"),
    Contradiction.DECLARED_AI_FOUND_HUMAN: N_("Declared AI, no signs found"),
}
MEASURES = {
    Measure.NONE: N_("nothing"),
    Measure.WARNING: N_("a warning"),
    Measure.LAST_WARNING: N_("a last warning"),
    Measure.ACCOUNT_REVIEW: N_("a person looks at the account"),
}
ROLES = {Role.MODERATOR: N_("Moderator"), Role.LEAD: N_("Lead"), Role.ADMIN: N_("Admin")}
GRADES = {Grade.PROOF: N_("Proof"), Grade.DECLARED: N_("Declared"), Grade.HINT: N_("Hint")}
GRADE_SENTENCES = {
    Grade.PROOF: N_("A verified signature."),
    Grade.DECLARED: N_("The file says so, unsigned. Anyone could have written it."),
    Grade.HINT: N_("A weak signal. It proves nothing on its own."),
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
    FailureCode.UNSAFE_ADDRESS: N_("Kantei is not allowed to fetch this address."),
    FailureCode.UNRESOLVABLE: N_("The host name could not be found."),
    FailureCode.REFUSED: N_("The host refused the connection."),
    FailureCode.TIMED_OUT: N_("The host took too long to respond."),
    FailureCode.TOO_LARGE: N_("The file is too large."),
    FailureCode.NOT_AN_IMAGE: N_("The file is not an image that can be read."),
    FailureCode.TOO_MANY_PIXELS: N_("The image has too many pixels."),
    FailureCode.HTTP_STATUS: N_("The host returned an error."),
    FailureCode.TOO_MANY_REDIRECTS: N_("The host redirected too many times."),
    FailureCode.CRASHED_WORKER: N_("The worker crashed every time it examined this image."),
    FailureCode.GONE: N_("The image no longer exists at this address."),
}
FILE_KINDS = {
    FileKind.PHOTOSHOP: N_("Photoshop layers"),
    FileKind.CLIP_STUDIO: N_("Clip Studio layers"),
    FileKind.KRITA: N_("Krita layers"),
    FileKind.OPENRASTER: N_("OpenRaster layers"),
    FileKind.SAI: N_("SAI layers"),
    FileKind.MEDIBANG: N_("MediBang layers"),
    FileKind.PROCREATE: N_("Procreate layers"),
    FileKind.GIMP: N_("GIMP layers"),
    FileKind.PICTURE: N_("a picture"),
    FileKind.VIDEO: N_("a video"),
    FileKind.ARCHIVE: N_("an archive"),
    FileKind.PROGRAM: N_("a program: do not run it"),
    FileKind.UNKNOWN: N_("unknown file type"),
}
URL_FAULTS = {
    UrlFault.MALFORMED: N_("Enter a full address, such as https://example.com/hook."),
    UrlFault.SCHEME: N_("Start the address with http:// or https://."),
    UrlFault.TOO_LONG: N_("The address is too long."),
    UrlFault.CREDENTIALS: N_("Remove the user name and password from the address."),
}
PASSWORD_FAULTS = {
    PasswordFault.SHORT: N_("Use at least %(least)s characters."),
    PasswordFault.LONG: N_("Use at most %(most)s characters."),
    PasswordFault.PLAIN: N_("Use a wider variety of characters."),
    PasswordFault.EMAIL: N_("Do not use your email address in the password."),
}
PERIODS = {QuotaPeriod.DAY: N_("per day"), QuotaPeriod.MONTH: N_("per month")}
TABS = {
    Tab.OPEN: N_("To review"),
    Tab.ESCALATED: N_("Escalated"),
    Tab.APPEALS: N_("Appeals"),
    Tab.ALL: N_("All images"),
}
SORTS = {
    Sort.RISK: N_("Highest risk first"),
    Sort.OLDEST: N_("Longest waiting"),
    Sort.NEWEST: N_("Newest first"),
    Sort.DOUBT: N_("Closest to a threshold"),
    Sort.COPIES: N_("Most similar waiting"),
    Sort.MIXED: N_("Mixed order"),
}
TITLE_LANGUAGES = {
    TitleLanguage.JAPANESE: N_("Japanese"),
    TitleLanguage.KOREAN: N_("Korean"),
    TitleLanguage.CHINESE: N_("Chinese, or kanji only"),
    TitleLanguage.OTHER: N_("English or another language"),
}
PLACES_FOUND = {
    FoundIn.DIGEST: N_("SHA-256 digest"),
    FoundIn.SUBMISSION: N_("Submission"),
    FoundIn.TITLE: N_("Title"),
    FoundIn.LISTING: N_("Listing"),
    FoundIn.EXTERNAL: N_("External ID"),
    FoundIn.PAGE: N_("Page address"),
    FoundIn.ADDRESS: N_("Image address"),
    FoundIn.SELLER: N_("Seller"),
    FoundIn.CLIENT: N_("Client"),
    FoundIn.APPEAL: N_("Appeal"),
    FoundIn.NOTE: N_("Note"),
}
CLAIMS = {
    Claimed.ME: N_("by me"),
    Claimed.OTHERS: N_("by others"),
    Claimed.NOBODY: N_("not claimed"),
}
ASSIGNED = {
    Assigned.ME: N_("to me"),
    Assigned.OTHERS: N_("to others"),
    Assigned.NOBODY: N_("to nobody"),
}
CALLBACK_STATES = {
    CallbackState.WAITING: N_("waiting"),
    CallbackState.DELIVERED: N_("delivered"),
    CallbackState.EXHAUSTED: N_("failed"),
}
HOOK_OUTCOMES = {
    HookOutcome.PENDING: N_("waiting"),
    HookOutcome.ACCEPTED: N_("accepted"),
    HookOutcome.IGNORED: N_("ignored"),
    HookOutcome.UNREADABLE: N_("unreadable"),
}
DRIFTS = {
    "reference": N_("reference week"),
    "few": N_("too few to tell"),
    "steady": N_("stable"),
    "moved": N_("some drift"),
    "drifted": N_("strong drift"),
}
CHECKS = {CheckKind.GOLDEN: N_("Golden case"), CheckKind.SECOND: N_("Second look")}
CHANGES = {
    ChangeState.OPEN: N_("Pending"),
    ChangeState.APPROVED: N_("Approved"),
    ChangeState.REFUSED: N_("Rejected"),
    ChangeState.WITHDRAWN: N_("Withdrawn"),
}
POLICY_FAULTS = {
    PolicyFault.THRESHOLDS: N_("Enter thresholds between 0 and 100, with “clear” not above “flagged”."),
    PolicyFault.UNKNOWN: N_("The classifier's thresholds are not known yet. Start a worker first."),
    PolicyFault.SAME: N_("These thresholds are already active."),
    PolicyFault.NOT_YOURS: N_(
        "Only the person who proposed a change can withdraw it. You can reject it instead."
    ),
    PolicyFault.YOURS: N_("This is your own proposal. You can withdraw it instead."),
    PolicyFault.OWN_APPROVAL: N_("You cannot approve your own proposal. Ask another lead or an admin."),
    PolicyFault.STALE: N_("The policy has changed since this was proposed. Propose it again."),
    PolicyFault.RACE: N_("Another change was just approved. Review it first."),
    PolicyFault.SETTLED: N_("This proposal does not exist, or is already closed."),
}
LEFT_OUT = {
    SkipReason.OTHER_SIGNAL: N_("a different signal type"),
    SkipReason.NO_HASH: N_("not a hash of 64 hex digits"),
    SkipReason.LOW_QUALITY: N_("hash quality too low to compare"),
    SkipReason.NOT_SAID: N_("a category that denies the label, or only suspects it"),
    SkipReason.NO_LABEL: N_("no “ai” or “human” tag, and no default label chosen"),
}
EVENTS = {
    "decision": N_("Decided a case"),
    "undo": N_("Undid a decision"),
    "appeal": N_("A client appealed"),
    "appeal_resolved": N_("Answered an appeal"),
    "appeal_replied": N_("Wrote to an artist"),
    "check": N_("Answered a check"),
    "reader_muted": N_("Muted a reader's reports"),
    "reader_unmuted": N_("Unmuted a reader's reports"),
    "purged": N_("Purged old records"),
    "erased": N_("Erased a picture or a person"),
    "login": N_("Logged in"),
    "login_failed": N_("Failed to log in"),
    "logout": N_("Logged out"),
    "password_changed": N_("Changed their password"),
    "second_factor_added": N_("Added a second factor"),
    "second_factor_removed": N_("Removed a second factor"),
    "second_factor_failed": N_("Entered a wrong code"),
    "second_factor_reset": N_("Reset a moderator's second factor"),
    "recovery_codes_made": N_("Created recovery codes"),
    "logins_ended": N_("Logged out other browsers"),
    "takeover": N_("Took over a case"),
    "case_assigned": N_("Assigned a case"),
    "case_unassigned": N_("Took back an assignment"),
    "queue_added": N_("Added a queue"),
    "queue_changed": N_("Changed a queue"),
    "queue_deleted": N_("Deleted a queue"),
    "queue_member_added": N_("Added a member to a queue"),
    "queue_member_removed": N_("Removed a member from a queue"),
    "sent_outside": N_("Sent a picture to another service"),
    "moderator_added": N_("Added a moderator"),
    "role_changed": N_("Changed a moderator's role"),
    "moderator_disabled": N_("Disabled a moderator"),
    "moderator_enabled": N_("Re-enabled a moderator"),
    "password_reset": N_("Issued a one-time password"),
    "client_added": N_("Added a client"),
    "client_changed": N_("Changed a client"),
    "client_disabled": N_("Disabled a client"),
    "client_enabled": N_("Re-enabled a client"),
    "key_added": N_("Created an API key"),
    "key_revoked": N_("Revoked an API key"),
    "secret_added": N_("Created a webhook secret"),
    "secrets_retired": N_("Retired webhook secrets"),
    "quality_changed": N_("Changed the check rates"),
    "golden_added": N_("Created a golden case"),
    "golden_retired": N_("Retired a golden case"),
    "ground_changed": N_("Changed the list of grounds"),
    "policy_proposed": N_("Proposed a policy change"),
    "policy_approved": N_("Approved a policy change"),
    "policy_refused": N_("Rejected a policy change"),
    "policy_withdrawn": N_("Withdrew a policy change"),
    "list_imported": N_("Imported a hash list"),
    "list_exported": N_("Exported decisions as hashes"),
    "list_forgotten": N_("Deleted a hash list"),
    "failure_retried": N_("Retried a failed submission"),
    "bulk_proposed": N_("Proposed a bulk decision"),
    "bulk_confirmed": N_("Confirmed a bulk decision"),
    "bulk_turned_down": N_("Turned down a bulk decision"),
    "listing_deleted": N_("Closed a case because its listing was deleted"),
}
# Who acted where nobody was logged in.
ACTORS = {
    "command line": N_("Command line"),
    "openid": N_("Single sign-on"),
    "sweeper": N_("Daily purge"),
}
PHRASES = {
    HTTPStatus.BAD_REQUEST: N_("The request was incomplete"),
    HTTPStatus.NOT_FOUND: N_("Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("Method not allowed"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("The form or file is too large"),
}
PHRASE = N_("This page cannot be shown")
WORDS = {
    "actors": ACTORS,
    "callback_states": CALLBACK_STATES,
    "changes": CHANGES,
    "checks": CHECKS,
    "drifts": DRIFTS,
    "events": EVENTS,
    "claims": CLAIMS,
    "assigned": ASSIGNED,
    "findings": FINDINGS,
    "hook_outcomes": HOOK_OUTCOMES,
    "tones": TONES,
    "outcomes": OUTCOMES,
    "labels": LABELS,
    "sources": SOURCES,
    "declared": DECLARED,
    "contradictions": CONTRADICTIONS,
    "roles": ROLES,
    "measures": MEASURES,
    "grades": GRADES,
    "grade_sentences": GRADE_SENTENCES,
    "kinds": KINDS,
    "failures": FAILURES,
    "left_out": LEFT_OUT,
    "periods": PERIODS,
    "places": PLACES_FOUND,
    "file_kinds": FILE_KINDS,
    "tabs": TABS,
    "sorts": SORTS,
    "title_languages": TITLE_LANGUAGES,
}
