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

/** What colours a picture: a finding, only a text in the file, a verified signature, or a person's decision. */
export type Tone = Finding | "declared" | "proof" | "human" | "ai" | "assisted";

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
    /** What re-saving the picture does to the score. */
    score_range: [number, number] | null;
    /** The share of pictures by people that score this high. */
    human_share: number | null;
    thresholds: { clear_below: number; declared_from: number; flagged_from: number } | null;
    /** What the finding rests on. */
    basis: string | null;
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
    | "server_error" | "refused" | "not_kantei" | "not_found" | "too_large" | "unsupported" | "already_open" | "settled";
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
  icon: string;
  busy: boolean;
  final: boolean;
  title: string;
  /** The line below the title. */
  sentence: string | null;
  /** The score, where the title rests on it. */
  gauge: GaugeView | null;
  leads: string[];
  /** Reasons by grade, the strongest first. */
  groups: {
    kind: string; word: string; names: string; why: string;
    items: { name: string; text: string; lang: string; gauge: GaugeView | null }[];
  }[];
  notes: { text: string; lang: string }[];
  /** `from`: not before, in milliseconds. */
  actions: CardAction[];
  feet: CardAction[];
  appeal: {
    heading: string; label: string; artistHeading: string; artistLabel: string; hint: string; evidence: string; send: string; cancel: string;
    reason: string; status: string | null; open: boolean; isSent: boolean;
  };
  words: { close: string; busy: string; details: string; heatmap: string; heatLegend: string; heatWhy: string };
}

export interface CardAction {
  act: string;
  label: string;
  primary: boolean;
  icon?: string;
  from?: number;
}

/** A score with its scale; all numbers from 0 to 100. */
export interface GaugeView {
  text: string;
  range: string | null;
  low: number | null;
  high: number | null;
  at: number;
  /** The zone that is drawn full. */
  zone: Finding | null;
  spread: [number, number] | null;
  ends: [string, string] | null;
  notes: string[];
}
