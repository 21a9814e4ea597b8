/**
 * The server's answers, looked at before they are believed. What is not as the API says gives null; texts lose
 * what could rearrange or hide a line, and more than a card can hold is left out.
 */

/** @typedef {import("../types").Submission} Submission */

const STATES = /** @type {const} */ (["queued", "processing", "examined", "failed"]);
const FINDINGS = /** @type {const} */ (["clear", "uncertain", "flagged"]);
const LABELS = /** @type {const} */ (["ai", "human"]);
const GRADES = /** @type {const} */ (["proof", "declared", "hint"]);
const OUTCOMES = /** @type {const} */ (["human", "ai", "assisted", "escalate"]);
// Controls, and the marks that turn text around.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const MOST = { reasons: 12, evidence: 24, text: 500, values: 12, depth: 4 };

/**
 * @param {any} found
 * @returns {Submission | null}
 */
export function submissionOf(found) {
  if (!isObject(found) || !/^[\w-]{1,64}$/.test(found.id) || !STATES.includes(found.state)) return null;
  const verdict = found.verdict === null || found.verdict === undefined ? null : verdictOf(found.verdict);
  if (found.state === "examined" && verdict === null) return null;
  const outcome = oneOf(OUTCOMES, found.decision?.outcome);
  return {
    id: found.id,
    state: found.state,
    examined_at: textOf(found.examined_at),
    image: imageOf(found.image),
    verdict,
    decision: outcome === null ? null : { outcome, decided_at: textOf(found.decision.decided_at) ?? "" },
    failure: isObject(found.failure)
      ? {
          code: textOf(found.failure.code) ?? "",
          ...detailOf(found.failure),
          permanent: found.failure.permanent === true,
        }
      : null,
    links: {
      self: pathOf(found.links?.self) ?? "",
      appeal: pathOf(found.links?.appeal),
      heatmap: pathOf(found.links?.heatmap),
    },
  };
}

/**
 * @param {any} verdict
 * @returns {Submission["verdict"]}
 */
function verdictOf(verdict) {
  const finding = oneOf(FINDINGS, verdict?.finding);
  if (finding === null || !isShare(verdict.score)) return null;
  return {
    finding,
    headline_code: textOf(verdict.headline_code),
    headline: textOf(verdict.headline),
    score: verdict.score,
    score_range: rangeOf(verdict.score_range),
    human_share: isShare(verdict.human_share) ? verdict.human_share : null,
    thresholds: thresholdsOf(verdict.thresholds),
    basis: textOf(verdict.basis),
    label: oneOf(LABELS, verdict.label),
    model: textOf(verdict.model) ?? "",
    policy: textOf(verdict.policy) ?? "",
    ...reasonsOf(verdict),
    evidence: listOf(verdict.evidence, MOST.evidence).filter(isObject).map((item) => ({
      kind: textOf(item.kind) ?? "",
      grade: oneOf(GRADES, item.grade) ?? "hint",
      label: oneOf(LABELS, item.label),
      generator: textOf(item.generator),
      ...detailOf(item),
    })),
  };
}

/**
 * @param {any} found
 * @returns {[number, number] | null}
 */
function rangeOf(found) {
  if (!Array.isArray(found) || !isShare(found[0]) || !isShare(found[1])) return null;
  return [Math.min(found[0], found[1]), Math.max(found[0], found[1])];
}

/**
 * @param {any} found
 * @returns {NonNullable<Submission["verdict"]>["thresholds"]}
 */
function thresholdsOf(found) {
  const { clear_below, declared_from, flagged_from } = isObject(found) ? found : /** @type {any} */ ({});
  if (!isShare(clear_below) || !isShare(flagged_from) || clear_below > flagged_from) return null;
  return { clear_below, declared_from: isShare(declared_from) ? declared_from : flagged_from, flagged_from };
}

/** @param {unknown} value @returns {value is number} */
function isShare(value) {
  return typeof value === "number" && value >= 0 && value <= 1;
}

/**
 * Reasons with their codes, which older servers do not send; one that is no text is left out with its code.
 * @param {any} verdict
 */
function reasonsOf(verdict) {
  const codes = listOf(verdict.reason_codes, MOST.reasons);
  const reasons = listOf(verdict.reasons, MOST.reasons)
    .map((reason, place) => ({ reason: textOf(reason), saying: sayingOf(codes[place]) }))
    .filter(({ reason }) => reason !== null);
  return {
    reasons: reasons.map(({ reason }) => /** @type {string} */ (reason)),
    reason_codes: codes.length > 0 ? reasons.map(({ saying }) => saying) : [],
  };
}

/**
 * @param {any} found
 * @returns {import("../types").Detail}
 */
function detailOf({ detail, reason_code, reason_values }) {
  const saying = sayingOf({ code: reason_code, values: reason_values ?? {} });
  return { detail: textOf(detail) ?? "", reason_code: saying?.code ?? null, reason_values: saying?.values ?? null };
}

/**
 * @param {any} found
 * @param {number} [depth] how many sayings may stand in each other
 * @returns {import("../types").Saying | null}
 */
function sayingOf(found, depth = MOST.depth) {
  const code = isObject(found) && typeof found.code === "string" && /^\w{1,64}$/.test(found.code) ? found.code : null;
  if (code === null || !isObject(found.values) || depth === 0) return null;
  const values = Object.entries(found.values)
    .slice(0, MOST.values)
    .map(([name, value]) => [name, isObject(value) ? sayingOf(value, depth - 1) : Number.isFinite(value) ? value : textOf(value)])
    .filter(([, value]) => value !== null);
  return { code, values: Object.fromEntries(values) };
}

/**
 * @param {any} image
 * @returns {Submission["image"]}
 */
function imageOf(image) {
  if (!isObject(image) || !/^[0-9a-f]{64}$/.test(image.sha256)) return null;
  const [width, height, bytes] = [image.width, image.height, image.bytes].map((size) => (Number.isFinite(size) ? size : 0));
  return { sha256: image.sha256, width, height, format: textOf(image.format) ?? "", bytes };
}

/**
 * Take a path on the server, never an address elsewhere.
 * @param {unknown} path
 * @returns {string | null}
 */
export function pathOf(path) {
  return typeof path === "string" && /^\/(?![/\\])[\w\-.~%/?=&]{0,1000}$/.test(path) ? path : null;
}

/** @param {unknown} text */
function textOf(text) {
  return typeof text === "string" ? text.slice(0, MOST.text).replace(UNSEEN, " ").trim() : null;
}

/**
 * @param {unknown} found
 * @param {number} most
 * @returns {any[]}
 */
function listOf(found, most) {
  return Array.isArray(found) ? found.slice(0, most) : [];
}

/**
 * @template {string} T
 * @param {readonly T[]} known
 * @param {unknown} value
 * @returns {T | null}
 */
function oneOf(known, value) {
  return known.find((item) => item === value) ?? null;
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isObject(value) {
  return typeof value === "object" && value !== null;
}
