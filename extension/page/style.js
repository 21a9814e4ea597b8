/* What cards and badges look like, in the page and on our own pages: ink and paper, tinted for a finding, solid for
 * a decision. Everything is in px: in a shadow tree a rem would follow the page. The tokens are on our own elements,
 * for on the host a rule of the page would win. */

const STYLE = `
.kt {
  color-scheme: light dark;
  --page: light-dark(#f6f6f4, #131417); --sheet: light-dark(#ffffff, #1a1c20); --sunk: light-dark(#eeeeeb, #26292f);
  --stage: light-dark(#e3e3e1, #0d0e10); --line: light-dark(#e1e1dd, #32363d); --edge: light-dark(#868680, #767b84);
  --ink: light-dark(#1b1d21, #ececea); --soft: light-dark(#4e525a, #b4b8bf); --faint: light-dark(#5f636a, #a3a8b0);
  --indigo: light-dark(#3546a6, #aab8ff); --indigo-ground: light-dark(#3a4db3, #5265cc); --indigo-tint: light-dark(#e9ecfa, #262b45);
  --on-solid: #ffffff;
  --human: light-dark(#1a6340, #86d3a8); --human-ground: light-dark(#e3f1e9, #182c21); --human-solid: light-dark(#23774d, #26794f);
  --ai: light-dark(#9c3117, #ffa18b); --ai-ground: light-dark(#f9e8e2, #371e18); --ai-solid: light-dark(#b33a1d, #b8442a);
  --declared: light-dark(#724800, #efc366); --declared-ground: light-dark(#fbf0d5, #33280f);
  --uncertain: light-dark(#465062, #b9c1cf); --uncertain-ground: light-dark(#e9ebf0, #282c34);
  --assisted: light-dark(#66377f, #d5b0ec); --assisted-solid: light-dark(#774392, #8751a4);
  --zone-clear: light-dark(#5f9f7d, #3f8a63); --zone-uncertain: light-dark(#8b96a8, #78849a); --zone-flagged: light-dark(#cc6a50, #c05f45);
  --lift: 0 0 0 1px light-dark(rgb(20 22 28 / 14%), rgb(255 255 255 / 16%)), 0 1px 3px rgb(0 0 0 / 14%), 0 10px 32px light-dark(rgb(20 22 28 / 20%), rgb(0 0 0 / 60%));
  --sans: -apple-system, BlinkMacSystemFont, "Segoe UI Variable Text", "Segoe UI", Roboto, Cantarell, Ubuntu, "Noto Sans", "Hiragino Sans", "Yu Gothic UI", "Noto Sans JP", "Noto Sans CJK JP", "Liberation Sans", sans-serif;
  --sans-ja: "Hiragino Sans", "Hiragino Kaku Gothic ProN", "BIZ UDPGothic", "Yu Gothic UI", Meiryo, "Noto Sans JP", "Noto Sans CJK JP", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", monospace;
  color: var(--ink); font: 13px/1.45 var(--sans); font-variant-numeric: tabular-nums; letter-spacing: normal; word-spacing: normal;
  text-transform: none; text-indent: 0; text-align: start; text-shadow: none; white-space: normal; direction: ltr;
}
:host([data-theme="light"]) .kt, .kt[data-theme="light"], .kt[data-theme="light"] .kt { color-scheme: light; }
:host([data-theme="dark"]) .kt, .kt[data-theme="dark"], .kt[data-theme="dark"] .kt { color-scheme: dark; }
@media (prefers-contrast: more) { .kt { --soft: var(--ink); --faint: var(--ink); --line: var(--edge); } }
.kt:lang(ja) { font-family: var(--sans-ja); line-height: 1.6; line-break: strict; word-break: auto-phrase; }
.kt, .kt *, .kt ::before, .kt ::after { box-sizing: border-box; }
.kt :is(h1, h2, h3, p, ul, ol, li, dl, dd, fieldset, pre, figure) { margin: 0; padding: 0; border: 0; }
.kt :is(ul, ol) { list-style: none; }
.kt :is(button, input, select, textarea) { margin: 0; font: inherit; color: inherit; letter-spacing: inherit; }
.kt :is(h1, h2, h3, p, li, dd, button, label, summary) { overflow-wrap: anywhere; text-wrap: pretty; }
.kt [hidden] { display: none !important; }
.kt a { color: var(--indigo); text-underline-offset: .2em; }
.kt :focus-visible { outline: 2px solid var(--indigo); outline-offset: 2px; border-radius: 4px; }
.icon { flex: none; display: block; width: 16px; height: 16px; fill: none; stroke: currentcolor; stroke-width: 1.600; stroke-linecap: round; stroke-linejoin: round; }
.icon.dots { stroke-width: 3; }
.soft { color: var(--soft); }
.small { color: var(--soft); font-size: 12px; }
.note { padding: 8px 10px !important; border-radius: 8px; background: var(--sunk); }
.kt .b {
  display: inline-flex; align-items: center; justify-content: center; gap: 6px; min-height: 32px; padding: 3px 11px; border: 1px solid var(--edge);
  border-radius: 6px; background: var(--sheet); font-weight: 540; line-height: 1.2; text-decoration: none; text-align: start; cursor: pointer;
}
.kt .b:hover { background: var(--sunk); }
.kt .b[aria-pressed="true"] { border-color: var(--indigo); background: var(--indigo-tint); color: var(--indigo); }
.kt .b.main { border-color: transparent; background: var(--indigo-ground); color: var(--on-solid); }
.kt .b.main:hover { filter: brightness(.9); }
.kt .b:disabled, .kt .b.main:disabled { border-color: var(--line); background: none; color: var(--soft); cursor: default; filter: none; }
.kt .link { min-height: 24px; padding: 2px 0; border: 0; background: none; color: var(--soft); font-size: 12px; text-decoration: underline; text-decoration-color: var(--edge); text-underline-offset: 3px; text-align: start; cursor: pointer; }
.kt .link:hover { color: var(--ink); }
@media (pointer: coarse) { .kt :is(.b, .link, .close) { min-height: 44px; } .kt .close { width: 44px; } }
.kt :is(textarea, input:not([type="checkbox"], [type="radio"])) {
  width: 100%; min-height: 34px; padding: 6px 10px; border: 1px solid var(--edge); border-radius: 6px; background: var(--sheet);
}
.kt textarea { min-height: 76px; resize: vertical; }

.mark { flex: none; display: grid; place-items: center; width: 28px; height: 28px; border-radius: 7px; background: var(--uncertain-ground); color: var(--uncertain); }
.mark .icon { width: 18px; height: 18px; }
.mark.clear { background: var(--human-ground); color: var(--human); }
.mark.flagged { background: var(--ai-ground); color: var(--ai); }
.mark.declared { background: var(--declared-ground); color: var(--declared); }
.mark.proof { background: none; color: var(--ink); box-shadow: inset 0 0 0 1.500px currentcolor; }
.mark:is(.trouble, .busy, .none) { background: var(--sunk); color: var(--soft); }
.mark:is(.human, .ai, .assisted) { border-radius: 50%; color: var(--on-solid); }
.mark.human { background: var(--human-solid); } .mark.ai { background: var(--ai-solid); } .mark.assisted { background: var(--assisted-solid); }
.spin { width: 16px; height: 16px; border: 2px solid var(--edge); border-top-color: var(--ink); border-radius: 50%; animation: kt-turn .9s linear infinite; }
@keyframes kt-turn { to { rotate: 1turn; } }

.card {
  display: block; width: 320px; max-width: calc(100vw - 16px); max-height: min(600px, calc(100vh - 16px)); overflow: auto; overscroll-behavior: contain;
  scrollbar-width: thin; border-radius: 12px; background: var(--sheet); box-shadow: var(--lift);
}
.card.new { animation: kt-in 140ms cubic-bezier(.2, 0, 0, 1); }
@keyframes kt-in { from { opacity: 0; translate: 0 4px; } }
.head { position: sticky; top: 0; z-index: 2; display: grid; grid-template-columns: auto 1fr auto; gap: 0 10px; padding: 14px 10px 12px 14px; background: var(--sheet); }
.head > div { min-width: 0; padding-top: 3px; }
.kt .head h2 { font-size: 15px; line-height: 1.35; font-weight: 620; outline: none; }
.kt:lang(ja) .head h2 { line-height: 1.5; }
.kt .head p { margin-top: 2px; }
.kt .head:has(.close) p { margin-right: -30px; }
.kt .close { display: grid; place-items: center; width: 28px; height: 28px; padding: 0; border: 0; border-radius: 6px; background: none; color: var(--soft); font: 20px/1 var(--sans); cursor: pointer; }
.kt .close:hover { background: var(--sunk); color: var(--ink); }
.part { padding: 0 16px 14px; }
.part.leads { display: grid; gap: 8px; }
.acts { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
.kt .acts .b { font-size: 13px; }

.gauge { display: grid; gap: 3px; }
.gauge .line { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 12px; }
.gauge b { font-size: 14px; font-weight: 620; }
.gauge small { color: var(--soft); font-size: 12px; }
.gauge .scale { display: block; width: 100%; height: 20px; overflow: visible; }
.gauge .scale svg { overflow: visible; }
.zone { fill: var(--edge); opacity: .4; }
.zone.clear { fill: var(--zone-clear); } .zone.uncertain { fill: var(--zone-uncertain); } .zone.flagged { fill: var(--zone-flagged); }
.zone.on { opacity: 1; }
.tick { stroke: var(--soft); stroke-width: 1; }
.spread { stroke: var(--ink); stroke-width: 1.750; }
.at { fill: var(--ink); stroke: var(--sheet); stroke-width: 2; stroke-linejoin: round; paint-order: stroke; }

.where { display: grid; gap: 6px; }
.where .map { display: block; width: calc(100% + 32px); max-width: none; height: 220px; margin: 0 -16px; object-fit: contain; background: var(--stage); }
.legend { display: flex; align-items: center; gap: 8px; font-size: 12px; }
.ramp { flex: none; width: 56px; height: 10px; border-radius: 5px; background: linear-gradient(90deg, #8a8a8a, #ffeb78, #ff9600, #d61414); }

.why { padding-bottom: 6px; border-top: 1px solid var(--line); }
.why > * + * { border-top: 1px solid var(--line); }
.kt .why > p { padding: 8px 0; }
.why summary { display: grid; grid-template-columns: 16px auto 1fr 12px; align-items: center; gap: 8px; min-height: 38px; padding: 6px 0; list-style: none; cursor: pointer; }
.why summary::-webkit-details-marker { display: none; }
.why summary .icon { color: var(--soft); }
.why .of-declared summary .icon { color: var(--declared); }
.why summary::after { content: ""; justify-self: center; width: 6px; height: 6px; border: solid var(--soft); border-width: 0 1.500px 1.500px 0; rotate: 45deg; translate: 0 -2px; }
.why [open] > summary::after { rotate: 225deg; translate: 0 1px; }
.why summary b, .why li b { font-weight: 560; }
.why summary span { text-align: end; }
.why summary:hover b { text-decoration: underline; }
.kt .why details > p { padding: 0 0 8px 24px; }
.kt .why ul { display: grid; gap: 10px; padding: 0 0 12px 24px; }
.why li { display: grid; gap: 2px; }
.foot { position: sticky; bottom: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 0 16px; padding: 8px 16px; border-top: 1px solid var(--line); background: var(--sheet); }
.card form { display: grid; gap: 10px; padding: 12px 16px 14px; border-top: 1px solid var(--line); }
.kt form h3 { font-size: 14px; font-weight: 620; }
.card form label { display: grid; gap: 4px; }

.badge {
  position: absolute; display: inline-flex; align-items: center; gap: 4px; min-height: 24px; padding: 0 6px; border: 0; border-radius: 7px;
  background: var(--sheet); cursor: pointer; pointer-events: auto; line-height: 1.5;
  box-shadow: 0 0 0 1px rgb(255 255 255 / 75%), 0 0 0 2px rgb(0 0 0 / 42%); animation: kt-in 140ms;
}
.kt .badge { font-size: 12px; font-weight: 560; color: var(--uncertain); white-space: nowrap; }
.badge .icon { width: 14px; height: 14px; stroke-width: 1.800; }
.badge .icon.dots { stroke-width: 3; }
.badge span { color: var(--ink); }
.kt .badge.clear { color: var(--human); } .kt .badge.flagged { color: var(--ai); } .kt .badge.proof { color: var(--ink); }
.kt .badge.declared { background: var(--declared-ground); color: var(--declared); }
.kt .badge:is(.human, .ai, .assisted) { padding: 0 8px; border-radius: 12px; color: var(--on-solid); }
.kt .badge:is(.human, .ai, .assisted) span { color: inherit; }
.badge.rtl { translate: -100%; animation: none; }
.badge.human { background: var(--human-solid); } .badge.ai { background: var(--ai-solid); } .badge.assisted { background: var(--assisted-solid); }
.badge:is(.clear, .uncertain):not(:hover, :focus-visible) { width: 24px; padding: 0; justify-content: center; }
.badge:is(.clear, .uncertain):not(:hover, :focus-visible) span { display: none; }
.kt .badge:focus-visible { outline: 2px solid #fff; outline-offset: 2px; box-shadow: 0 0 0 2px #fff, 0 0 0 6px #3546a6; }
@media (pointer: coarse) { .badge::after { content: ""; position: absolute; inset: -10px; } }
.hint {
  position: fixed; inset: 12px auto auto 50%; transform: translateX(-50%); max-width: calc(100vw - 16px); padding: 8px 14px; border-radius: 18px;
  background: var(--ink); color: var(--sheet); font-size: 14px; font-weight: 560; box-shadow: 0 4px 16px rgb(0 0 0 / 30%);
}
@keyframes kt-gone { from, 60% { opacity: 1; } to { opacity: 0; } }
.flash { animation: kt-gone 1.6s ease-out forwards; }
.outline { position: fixed; border: 3px solid #3a4db3; border-radius: 4px; box-shadow: 0 0 0 2px #fff; pointer-events: none; }

@media (prefers-reduced-motion: reduce) {
  .card.new, .badge { animation: none; }
  .spin { animation: kt-pulse 2s steps(2, jump-none) infinite; }
  @keyframes kt-pulse { to { opacity: .5; } }
}
@media (forced-colors: active) {
  .card, .badge, .mark { border: 1px solid CanvasText; }
  .gauge .scale, .ramp { forced-color-adjust: none; }
}
`;
