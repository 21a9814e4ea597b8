// Draws a card in every state, by the extension's own code, on one of its pages.
async (lang, theme) => {
  const { cardOf } = await import("/background/view.js");
  const { wordsOf } = await import("/words/words.js");
  const words = wordsOf(lang);
  const evidence = (kind, grade, label, generator) =>
    ({ kind, grade, label, generator, detail: "", reason_code: null, reason_values: null });
  const HEADLINES = { reader_flagged: "Signs of AI generation", reader_uncertain: "Cannot tell", reader_clear: "No sign of AI generation",
    reader_declared: "The file says it is AI-generated. Anyone can write that", reader_proved: "A verified signature says it was generated",
    reader_declared_and_pixels: "The file says it is AI-generated, and the pixels show signs of it",
    reader_near_copy: "A moderator decided on a similar picture", reader_partly_generated: "The file says that part of it is AI-generated" };
  const submission = (finding, score, reasons, marks = [], more = {}, headline_code = `reader_${finding}`, basis = "pixels") => ({
    id: "s1", state: "examined", examined_at: null,
    image: { sha256: "ab".repeat(32), width: 1024, height: 1536, format: "png", bytes: 812345 },
    verdict: { finding, score, headline_code, headline: HEADLINES[headline_code], basis, label: null,
      score_range: [Math.max(score - 0.06, 0.02), Math.min(score + 0.03, 0.99)], human_share: score > 0.9 ? 0.004 : score > 0.3 ? 0.061 : 0.412,
      thresholds: { clear_below: 0.13, declared_from: 0.6, flagged_from: 0.93 }, model: "mobilenet_v3-2026.11-ab12cd34", policy: "2026-11-1",
      reasons: reasons.map(([text]) => text), reason_codes: reasons.map(([, code, values]) => ({ code, values })),
      evidence: [{ ...evidence("pixels", "hint", "ai", null), detail: reasons[0]?.[0] ?? "", reason_code: reasons[0]?.[1] ?? null, reason_values: reasons[0]?.[2] ?? null }, ...marks] },
    decision: null, failure: null, links: { self: "/v1/submissions/s1", appeal: "/a", heatmap: "/h" }, ...more });
  const check = (changes) => ({ id: "c", revision: 1, at: 0, picture: {}, candidates: ["https://a.example/a.png"],
    attempt: 0, tries: 0, tabId: 1, isPrivate: false, state: "examined", submissionId: "s1", submission: null,
    fromCache: false, trouble: null, bytes: "none", appeal: { state: "none", reason: "", trouble: null }, ...changes });
  const pixels = ["The pixels show strong signs of generation: score 97 of 100; 93 or above is flagged.",
    "pixels_flagged", { score: 0.97, flagged_from: 0.93 }];
  const failed = (code) => ({ ...submission("clear", 0, []), state: "failed", verdict: null,
    failure: { code, detail: "a.example returned status 403.", permanent: true, reason_code: "error_status",
      reason_values: { host: "a.example", status: 403 } } });
  const map = (() => {
    const c = document.createElement("canvas"); c.width = 320; c.height = 200; const p = c.getContext("2d");
    p.fillStyle = "#777"; p.fillRect(0, 0, 320, 200); p.fillStyle = "#c33a"; p.fillRect(80, 40, 120, 90);
    return c.toDataURL(); })();
  const undecided = ["The pixels do not settle it: score 55 of 100, between 13 of 100 and 93 of 100.",
    "pixels_undecided", { score: 0.55, clear_below: 0.13, flagged_from: 0.93 }];
  const clear = ["The pixels show no sign of generation: score 4 of 100.", "pixels_clear", { score: 0.04 }];
  const text = evidence("a1111_parameters", "declared", "ai", "Stable Diffusion");
  const decided = (outcome) => ({ decision: { outcome, decided_at: "2026-11-24T00:00:00Z" } });
  const states = [
    [check({ submission: submission("clear", 0.04, [clear]) }), {}],
    [check({ submission: submission("uncertain", 0.55, [undecided], [evidence("software_tag", "hint", "human", "CLIP STUDIO PAINT")]) }), { opened: new Set(["hint"]) }],
    [check({ submission: submission("uncertain", 0.91, [undecided], [], {}, "reader_uncertain", "unstable") }), {}],
    [check({ submission: submission("uncertain", 0.5, [["The picture is too small to judge.", "picture_too_small", { least: 64 }]], [], {}, "reader_uncertain", "too_small") }), {}],
    [check({ submission: submission("flagged", 0.973, [pixels]) }), {}],
    [check({ submission: submission("uncertain", 0.08, [clear], [text], {}, "reader_declared", "declared") }), { opened: new Set(["declared"]) }],
    [check({ submission: submission("flagged", 0.78, [pixels], [text], {}, "reader_declared_and_pixels", "declared") }), {}],
    [check({ submission: submission("uncertain", 0.96, [pixels], [evidence("iptc_digital_source_type", "declared", null, null)], {}, "reader_partly_generated", "partly_generated") }), {}],
    [check({ submission: submission("flagged", 0.58, [pixels], [evidence("novelai_signature", "proof", "ai", "NovelAI"), text], {}, "reader_proved", "proof") }), { opened: new Set(["proof"]) }],
    [check({ submission: submission("clear", 0.5, [undecided], [evidence("known_image", "declared", "human", null)], {}, "reader_near_copy", "known_image") }), {}],
    [check({ submission: submission("flagged", 0.97, [pixels], [], decided("human")) }), { opened: new Set(["hint"]) }],
    [check({ submission: submission("uncertain", 0.55, [undecided], [], decided("ai")) }), {}],
    [check({ submission: submission("flagged", 0.97, [pixels], [], decided("assisted")) }), {}],
    [check({ submission: submission("flagged", 0.97, [pixels]) }), { map }],
    [check({ state: "working" }), {}],
    [check({ state: "working" }), { isSlow: true }],
    [check({ state: "unreachable", submission: failed("http_status") }), {}],
    [check({ state: "unreachable", submission: failed("http_status"), bytes: "unreadable" }), {}],
    [check({ state: "unreachable", candidates: [] }), {}],
    [check({ state: "failed", submission: failed("too_many_pixels") }), {}],
    ...["not_set_up", "no_permission", "offline", "server_down", "key_refused", "not_kantei"].map((kind) =>
      [check({ state: "troubled", trouble: { kind } }), {}]),
    [check({ state: "troubled", trouble: { kind: "rate_limited", retryAfter: 17, at: Date.now() } }), {}],
    [check({ submission: submission("flagged", 0.97, [pixels]) }), { form: "report" }],
    [check({ submission: submission("flagged", 0.97, [pixels]), appeal: { state: "sent", reason: "x", trouble: null } }), {}],
    [check({ submission: submission("flagged", 0.97, [pixels]) }), { said: words.artistOpened }],
  ];
  document.documentElement.className = "kt"; document.documentElement.dataset.theme = theme;
  document.documentElement.lang = lang;
  const grid = make("main", {});
  grid.style.cssText = "columns:4 320px;column-gap:16px;padding:16px;width:1440px;background:var(--page)";
  for (const [one, state] of states) {
    const card = drawCard(cardOf(one, { lang, theme, server: "https://kantei.example" }), { act() {}, appeal() {}, close() {} },
      { form: null, reason: "", map: null, said: null, busy: false, ...state });
    card.style.cssText = "break-inside:avoid;margin-bottom:16px;max-height:none;overflow:visible";
    grid.append(card);
  }
  document.body.replaceChildren(grid);
}
