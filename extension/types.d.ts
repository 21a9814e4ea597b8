/** Shapes that cross a border: storage, messages, the server. For type checks alone; not packed. */

export interface Settings {
  version: number;
  server: string;
  key: string;
  language: "auto" | "en" | "ja";
  theme: "system" | "light" | "dark";
  /** Origins with badges. */
  sites: string[];
  /** The shorter side, in CSS pixels, from which a picture gets a badge. */
  minSide: number;
  pauseOnBattery: boolean;
  paused: boolean;
}

/** A picture as a page shows it; nothing of the page but addresses and sizes. */
export interface Picture {
  kind: "img" | "background" | "canvas" | "svg" | "input" | "poster" | "object";
  /** What is shown now; null for a canvas. May be data: or blob:. */
  shown: string | null;
  /** Other addresses of the same picture; `width` in pixels where srcset says so. */
  others: { url: string; width: number }[];
  /** Where a link around it leads. */
  link: string | null;
  width: number;
  height: number;
}

export type Finding = "clear" | "uncertain" | "flagged";

/** What colours a verdict: its finding, or that only unsigned text in the file says so. */
export type Tone = Finding | "declared";

/** Something that the server says, as a code with values. */
export interface Saying {
  code: string;
  values: Record<string, string | number | Saying>;
}

/** A sentence in English, and its code where the server sends one. */
export interface Detail {
  detail: string;
  reason_code: string | null;
  reason_values: Saying["values"] | null;
}

export interface Evidence extends Detail {
  kind: string;
  grade: "proof" | "declared" | "hint";
  label: "ai" | "human" | null;
  generator: string | null;
}

export interface Submission {
  id: string;
  state: "queued" | "processing" | "examined" | "failed";
  examined_at?: string | null;
  image: { sha256: string; width: number; height: number; format: string; bytes: number } | null;
  verdict: {
    finding: Finding;
    /** What the verdict says to readers, as a code; null from an older server. */
    headline_code: string | null;
    /** The same in English. */
    headline: string | null;
    score: number;
    label: "ai" | "human" | null;
    model: string;
    policy: string;
    reasons: string[];
    /** The same, in the same order; empty from an older server. */
    reason_codes: (Saying | null)[];
    evidence: Evidence[];
  } | null;
  decision: { outcome: "human" | "ai" | "assisted" | "escalate"; decided_at: string } | null;
  failure: ({ code: string; permanent: boolean } & Detail) | null;
  links: { self: string; appeal: string | null; heatmap: string | null };
}

/** Why there is no answer yet. */
export interface Trouble {
  kind:
    | "not_set_up" | "no_permission" | "offline" | "server_down" | "slow" | "key_refused" | "rate_limited"
    | "server_error" | "refused" | "not_kantei" | "not_found" | "too_large" | "unsupported" | "already_open";
  /** The server's own sentence or number, where it helps. */
  detail?: string;
  /** Seconds. */
  retryAfter?: number;
  /** When it happened, in milliseconds. */
  at?: number;
}

export interface Check {
  id: string;
  /** Grows with every change. */
  revision: number;
  at: number;
  picture: Picture;
  /** Addresses to try, best first. */
  candidates: string[];
  attempt: number;
  /** How often the reader asked again after a failure. */
  tries: number;
  tabId: number | null;
  isPrivate: boolean;
  state: "working" | "examined" | "unreachable" | "failed" | "troubled";
  submissionId: string | null;
  submission: Submission | null;
  fromCache: boolean;
  trouble: Trouble | null;
  /** What became of the wish to send the bytes. */
  bytes: "none" | "sent" | "snapshot" | "unreadable";
  appeal: { state: "none" | "sent" | "troubled"; reason: string; trouble: Trouble | null };
}

/** A card as it is drawn: all words are chosen already. */
export interface CardView {
  id: string;
  revision: number;
  lang: string;
  theme: Settings["theme"];
  tone: Tone | "busy" | "trouble";
  busy: boolean;
  final: boolean;
  title: string;
  score: { percent: number; text: string } | null;
  /** What a moderator decided: it stands above what the machine thinks. */
  decision: string | null;
  lead: string | null;
  reasons: { text: string; lang: string }[];
  evidence: { grade: string; word: string; why: string; tone: string; text: string; lang: string }[];
  notes: string[];
  /** `from`: not before, in milliseconds. */
  actions: { act: string; label: string; primary: boolean; from?: number }[];
  appeal: {
    heading: string; label: string; artistHeading: string; artistLabel: string; hint: string; evidence: string; send: string; cancel: string;
    reason: string; status: string | null; open: boolean; isSent: boolean;
  };
  foot: string;
  words: { close: string; busy: string; heatmap: string; details: string };
}
