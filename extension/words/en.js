/** Every sentence that a reader sees, in English. The other languages have the same names. */

export const WORDS = {
  menu: "Check this picture with Kantei",

  // Findings
  flagged: "Signs of AI generation",
  uncertain: "Cannot tell",
  clear: "No sign of AI generation",
  busy: "Checking …",
  busyLong: "Still checking. The server is busy …",
  failed: "Could not be checked",
  unreachable: "The server could not load this picture",
  troubled: "No answer yet",
  onlyHere: "Only your browser can load this picture",
  lead: {
    flagged: "An automated opinion, with its reasons. It can be wrong. Do not accuse anyone because of it.",
    uncertain: "There is not enough evidence either way, so Kantei gives no answer.",
    clear: "Kantei found no sign of generation. That does not prove a person drew it.",
  },
  score: (/** @type {number} */ percent) => `Score ${percent} of 100 for “generated”`,
  badge: { flagged: "Signs of AI generation", uncertain: "Cannot tell", clear: "No sign of AI generation" },
  decided: {
    human: "A moderator decided: drawn by a person",
    ai: "A moderator decided: generated",
    escalate: "A moderator has passed this to a senior moderator.",
  },
  machineSaid: (/** @type {string} */ finding) => `Kantei's finding before a moderator decided: ${finding}.`,

  // Evidence
  grade: { proof: "Proof", declared: "Declared", hint: "Hint" },
  gradeWhy: {
    proof: "A verified signature",
    declared: "The file says so, unsigned. Anyone could have written it",
    hint: "A weak signal. It proves nothing on its own",
  },
  kinds: {
    novelai_signature: "a NovelAI signature",
    novelai_metadata: "NovelAI's metadata",
    novelai_stealth: "NovelAI's metadata hidden in the pixels",
    a1111_parameters: "generation settings (A1111)",
    comfyui_workflow: "a ComfyUI workflow",
    invokeai_metadata: "InvokeAI's metadata",
    fooocus_parameters: "Fooocus settings",
    swarmui_parameters: "SwarmUI settings",
    c2pa: "Content Credentials (C2PA)",
    iptc_digital_source_type: "the IPTC source type",
    software_tag: "a software tag",
    watermark: "a watermark",
    known_image: "a picture decided before",
    pixels: "the pixels",
  },
  evidence: (/** @type {string} */ kind, /** @type {string | null} */ generator) =>
    `${kind[0].toUpperCase()}${kind.slice(1)}${generator ? `, naming ${generator}` : ""}`,
  stripped:
    "The file has no information about how it was made. Many sites remove it. The original may say more.",
  snapshotNote: "Based on a snapshot of the screen, not on the file. Less reliable, and without metadata.",
  bytesNote: "Your browser sent the picture. The server did not load it.",

  // Actions
  close: "Close",
  heatmap: "Show heat map",
  heatmapAlt: "The picture in grey. Red marks where the classifier saw signs of generation.",
  noHeatmap: "This server cannot make a heat map for this picture.",
  result: "Full result",
  report: "Report a mistake",
  artist: "I am the artist",
  retry: "Try again",
  options: "Options",
  send: "Send the picture",
  snapshot: "Send a snapshot of the screen",
  allowHost: (/** @type {string} */ host) => `Allow Kantei to load pictures from ${host}`,

  // Sending bytes
  offer: (/** @type {string} */ server) =>
    `Your browser can load this picture. If you agree, Kantei sends it to ${server}, without cookies, page text or page address.`,
  offerNoUrl: (/** @type {string} */ server) =>
    `This picture has no web address. If you agree, Kantei sends the picture itself to ${server}, and nothing else.`,
  askHost: (/** @type {string} */ host) =>
    `This page does not let extensions read the picture. To load it again from ${host}, Kantei needs your permission for that site.`,
  unreadable: "Your browser could not read the picture either. You can send a snapshot of the screen instead.",
  notOnScreen: "Scroll until you see the whole picture, then try again.",
  reached: (/** @type {string} */ why) => `Reason given by the server: ${why}`,

  // Appeal
  appealHeading: "Report a mistake",
  artistHeading: "I am the artist",
  appealLabel: "What is wrong with this answer?",
  artistLabel: "How did you make it? (for example program, layers, time taken, where you first published it)",
  appealHint: "A moderator who has not decided this before will read it.",
  appealEvidence: "Link that shows your process (optional): layers, sketches or a recording",
  appealSend: "Send",
  cancel: "Cancel",
  appealSent: "Sent. A moderator will review it.",
  artistOpened: "A page for your picture has opened in a new tab. You do not need to log in.",
  appealEmpty: "Enter a reason.",
  appealUnsupported: "This server does not accept appeals. Your text is still here, so you can copy it.",
  appealAlready: "This picture already has an open appeal.",
  appealKept: "Your text is saved.",

  // Troubles
  trouble: {
    not_set_up: "Kantei is not set up yet. Open the options and enter your server's address and key.",
    no_permission: "Your browser does not allow Kantei to connect to the server. Open the options and allow it.",
    offline: "You are offline.",
    server_down: "The server is not responding.",
    slow: "The server is taking too long. It may still be checking.",
    key_refused: "The server rejected the key. It is wrong or has been revoked. Enter a valid key in the options.",
    rate_limited: "Too many pictures at once. Wait a moment.",
    server_error: "Something went wrong on the server.",
    refused: "The server does not accept this picture.",
    not_kantei: "Another service, not Kantei, responds at the server's address.",
    not_found: "The server no longer has this picture.",
    too_large: "The picture is larger than the server accepts.",
    unsupported: "This server does not support this yet.",
    already_open: "This picture already has an open appeal.",
  },
  retryAfter: (/** @type {number} */ seconds) => `Try again in ${seconds} s.`,
  nothingLost: "Nothing is lost. You can try again at any time.",
  failure: {
    unsafe_address: "its address is in a private network",
    unresolvable: "its address could not be found",
    refused: "its site refused the connection",
    timed_out: "its site took too long to respond",
    too_large: "the file is too large",
    not_an_image: "the file is not a picture",
    too_many_pixels: "it has too many pixels",
    http_status: "its site does not give the picture to Kantei",
    too_many_redirects: "its address redirects too many times",
    crashed_worker: "the server crashed while checking it",
    gone: "it no longer exists",
  },
  failureOf: (/** @type {string} */ why) => `Reason: ${why}.`,
  foot: (/** @type {string} */ model) => `Model ${model}`,

  // Picking
  pick: "Click a picture to check it · Esc to cancel",
  noPicture: "There is no picture here.",
  noPage: "Your browser does not let extensions read this page.",

  // Popup
  title: "Pictures on this page",
  look: "Find pictures on this page",
  lookWhy: "Kantei reads a page only when you ask.",
  checkAll: "Check all",
  check: "Check",
  none: "This page has no picture of 64 pixels or more.",
  back: "Back",
  badges: (/** @type {string} */ host) => `Show badges on ${host}`,
  badgesHint: "Pictures are checked as they scroll into view. Their addresses are sent to your server.",
  badgesPaused: "Badges are paused.",
  pause: "Pause all badges",
  size: (/** @type {number} */ width, /** @type {number} */ height) => `${width} × ${height}`,
  pending: "…",
  notReached: "not loaded",
  more: (/** @type {number} */ count) => `${count} more`,

  // Options
  optionsTitle: "Kantei options",
  server: "Server address",
  serverHint: "The address of your Kantei server, for example https://kantei.example.org",
  serverWrong: "Enter a web address that starts with http:// or https://.",
  serverPlain: "With http://, others on the network can read your key. Use https:// unless the server is on this computer.",
  key: "API key",
  keyHint: "Create one on the server: kantei client add NAME --source extension",
  save: "Save and test",
  test: "Test connection",
  testing: "Testing …",
  works: "Connected. The server accepts the key.",
  saved: "Saved.",
  language: "Language",
  languages: { auto: "Same as browser", en: "English", ja: "日本語" },
  theme: "Theme",
  themes: { system: "Same as system", light: "Light", dark: "Dark" },
  sites: "Sites with badges",
  sitesNone: "None. To add a site, visit it and turn badges on in the popup.",
  remove: "Remove",
  minSide: "Smallest picture to badge (shorter side, pixels)",
  battery: "Pause badges when the battery is low (20% or less and not charging)",
  forget: "Delete all saved results",
  forgotten: "Deleted.",
  privacy: "What is sent to your server",
  privacyText:
    "When you check a picture, its web address is sent to your server. The picture itself is sent only if you agree. Cookies, page text, page addresses and history are never sent.",
  connection: "Server",
  appearance: "Appearance",
  auto: "Badges",
  data: "Data",

  // Result page
  resultTitle: "Full result",
  facts: "The file",
  machine: "Server response",
  gone: "This result is no longer available. Results are kept until the browser closes.",
  version: "Versions",
};

/** Nothing to translate: the server writes its sentences in English. */
export const REASONS = /** @type {[RegExp, string][]} */ ([]);
