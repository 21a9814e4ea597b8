/** Every sentence that a reader sees, in English. The other languages have the same names. */

export const WORDS = {
  menu: "Check this picture with Kantei",

  // Findings
  flagged: "Probably generated",
  uncertain: "Cannot say",
  clear: "No sign of generation",
  busy: "Looking …",
  busyLong: "Still looking; the server is busy …",
  failed: "Could not be examined",
  unreachable: "The server cannot reach this picture",
  troubled: "No answer yet",
  onlyHere: "Only your browser has this picture",
  lead: {
    flagged: "A machine's opinion, with its reasons. It can be wrong: never accuse anyone on it alone.",
    uncertain: "The signs do not suffice for an answer, and a guess would be unfair.",
    clear: "Nothing here speaks for a generator. That is no proof that there was none.",
  },
  score: (/** @type {number} */ percent) => `Score ${percent} of 100 for “generated”`,
  badge: { flagged: "Probably generated", uncertain: "Cannot say", clear: "No sign of generation" },
  decided: {
    human: "A person decided: drawn",
    ai: "A person decided: generated",
    escalate: "A moderator passed this on; it is being looked at again.",
  },
  machineSaid: (/** @type {string} */ finding) => `A moderator looked at it. What the machine had said: ${finding}.`,

  // Evidence
  grade: { proof: "Proof", declared: "Declared", hint: "Hint" },
  gradeWhy: {
    proof: "A signature that was verified",
    declared: "The file says so, unsigned: anybody could have written it",
    hint: "Points one way, and proves nothing",
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
    known_image: "a picture seen before",
    pixels: "the pixels",
  },
  evidence: (/** @type {string} */ kind, /** @type {string | null} */ generator) =>
    `${kind[0].toUpperCase()}${kind.slice(1)}${generator ? `, naming ${generator}` : ""}`,
  stripped:
    "The file was stripped of metadata: nothing in it says how it was made. Sites often do that; the original may say more.",
  snapshotNote: "Judged from a snapshot of the screen, not from the file: less certain, and metadata was not seen.",
  bytesNote: "Your browser sent the picture itself; the server did not fetch it.",

  // Actions
  close: "Close",
  heatmap: "Where?",
  heatmapAlt: "The picture in grey; red where the classifier saw signs of generation",
  noHeatmap: "This server has no heat map for this picture.",
  result: "Full result",
  report: "Report a wrong answer",
  artist: "I am the artist",
  retry: "Try again",
  options: "Options",
  send: "Send the picture itself",
  snapshot: "Send a snapshot of the screen",
  allowHost: (/** @type {string} */ host) => `Allow loading pictures from ${host}`,

  // Sending bytes
  offer: (/** @type {string} */ server) =>
    `Your browser has it. With your consent, Kantei sends the picture's bytes to ${server}: no cookies, no text of the page, no address.`,
  offerNoUrl: (/** @type {string} */ server) =>
    `This picture has no web address. With your consent, Kantei sends its bytes to ${server}, and nothing else.`,
  askHost: (/** @type {string} */ host) =>
    `The page may not read this picture. To load it once more from ${host}, Kantei needs your permission for that host.`,
  unreadable: "Your browser would not give the picture away either. A snapshot of what is on the screen is left.",
  notOnScreen: "Bring the whole picture onto the screen, then try again.",
  reached: (/** @type {string} */ why) => `The server says: ${why}`,

  // Appeal
  appealHeading: "Report a wrong answer",
  artistHeading: "I am the artist",
  appealLabel: "Why is the answer wrong?",
  artistLabel: "How was it made? (program, layers, time, where it was first shown)",
  appealHint: "A person reads this, another than the one who decided before.",
  appealEvidence: "Address of something that shows it (optional): layers, sketches, a recording",
  appealSend: "Send",
  cancel: "Cancel",
  appealSent: "Sent. A person will look at it.",
  artistOpened: "Your page for this picture has opened beside this one. No login is needed there.",
  appealEmpty: "Please say why.",
  appealUnsupported: "This server does not take appeals yet. Your words are kept here; you can copy them.",
  appealAlready: "An appeal for this picture is open already.",
  appealKept: "Your words are kept.",

  // Troubles
  trouble: {
    not_set_up: "Kantei has no key yet. Open the options and enter your server's address and key.",
    no_permission: "Your browser does not let Kantei talk to the server. Open the options and allow it.",
    offline: "You are offline.",
    server_down: "The server does not answer.",
    slow: "The server takes too long. It may still be at it.",
    key_refused: "The server refuses the key: it is wrong, or was revoked. Enter another one in the options.",
    rate_limited: "Too many pictures for the moment.",
    server_error: "The server made a mistake.",
    refused: "The server does not take this picture.",
    not_kantei: "Something answers at the server's address, but it is not Kantei.",
    not_found: "The server does not know this picture any more.",
    too_large: "The picture is larger than the server takes.",
    unsupported: "This server cannot do that yet.",
    already_open: "An appeal for this picture is open already.",
  },
  retryAfter: (/** @type {number} */ seconds) => `Try again in ${seconds} s.`,
  nothingLost: "Nothing is lost: try again when you like.",
  failure: {
    unsafe_address: "its address leads into a private network",
    unresolvable: "its address cannot be found",
    refused: "its host refuses the connection",
    timed_out: "its host took too long",
    too_large: "it is too large",
    not_an_image: "what comes from there is no picture",
    too_many_pixels: "it has too many pixels",
    http_status: "its host does not give it to strangers",
    too_many_redirects: "its address leads in circles",
    crashed_worker: "the server failed on it",
    gone: "it is gone",
  },
  failureOf: (/** @type {string} */ why) => `Reason: ${why}.`,
  foot: (/** @type {string} */ model) => `Model ${model}`,

  // Picking
  pick: "Click the picture to check · Esc cancels",
  noPicture: "There is no picture here.",
  noPage: "Browsers do not let extensions look into this page.",

  // Popup
  title: "Pictures of this page",
  look: "Look at this page",
  lookWhy: "Kantei looks at a page only when you ask.",
  checkAll: "Check all",
  check: "Check",
  none: "No picture of 64 pixels or more on this page.",
  back: "Back",
  badges: (/** @type {string} */ host) => `Badges on ${host}`,
  badgesHint: "Checks pictures as they scroll into view. Their addresses go to your server.",
  badgesPaused: "Badges are paused.",
  pause: "Pause all badges",
  size: (/** @type {number} */ width, /** @type {number} */ height) => `${width} × ${height}`,
  pending: "…",
  notReached: "not reached",
  more: (/** @type {number} */ count) => `${count} more`,

  // Options
  optionsTitle: "Kantei: options",
  server: "Server address",
  serverHint: "Where your Kantei runs, for example https://kantei.example.org",
  serverWrong: "This is not a web address (http:// or https://).",
  serverPlain: "Over http:// anybody on the way can read your key. Use https:// for a server that is not on this machine.",
  key: "Key",
  keyHint: "Made with: kantei client add NAME --source extension",
  save: "Save and test",
  test: "Test connection",
  testing: "Testing …",
  works: "Works: the server answers and takes the key.",
  saved: "Saved.",
  language: "Language",
  languages: { auto: "As the browser", en: "English", ja: "日本語" },
  theme: "Theme",
  themes: { system: "As the system", light: "Light", dark: "Dark" },
  sites: "Sites with badges",
  sitesNone: "None. Badges are turned on for a site in the popup, while you are there.",
  remove: "Remove",
  minSide: "Badges from this size (shorter side, pixels)",
  battery: "Pause badges when the battery is low (20 % and not charging)",
  forget: "Forget all verdicts",
  forgotten: "Forgotten.",
  privacy: "What leaves the browser",
  privacyText:
    "For a check: the picture's web address, to your server. The picture's bytes only after you agree. Never cookies, page text, page addresses or history.",
  connection: "Server",
  appearance: "Appearance",
  auto: "Badges",
  data: "Data",

  // Result page
  resultTitle: "Full result",
  facts: "The file",
  machine: "As the server wrote it",
  gone: "This result is gone: results are kept until the browser closes.",
  version: "Versions",
};

/** Nothing to translate: the server writes its sentences in English. */
export const REASONS = /** @type {[RegExp, string][]} */ ([]);
