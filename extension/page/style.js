/* What cards and badges look like, in the page and in the popup: paper, ink and three seals. */

const STYLE = `
:host, .kantei {
  --sheet: #fffefb; --sunk: #f1eee6; --ink: #1c2026; --soft: #555b65; --line: #d9d3c6; --edge: #8b8577;
  --indigo: #224d7d; --on-indigo: #ffffff; --focus: #1a5fd0;
  --flagged: #a83217; --flagged-ground: #fbe6df; --uncertain: #465062; --uncertain-ground: #e9ebf0;
  --declared: #724800; --declared-ground: #fbf0d5;
  --clear: #22633f; --clear-ground: #e0f0e5; --trouble: #4a4f58; --trouble-ground: #ece8df;
  --scheme: light; color-scheme: light;
}
@media (prefers-color-scheme: dark) {
  :host([data-theme="system"]), .kantei[data-theme="system"] {
    --sheet: #1b1e24; --sunk: #24282f; --ink: #e9e6df; --soft: #a9adb5; --line: #31363f; --edge: #757c88;
    --indigo: #a5c6f0; --on-indigo: #10161e; --focus: #8ab8ff;
    --flagged: #ff9c85; --flagged-ground: #3d1f18; --uncertain: #b9c1cf; --uncertain-ground: #282c34;
    --declared: #efc366; --declared-ground: #33280f;
    --clear: #86d4a5; --clear-ground: #17321f; --trouble: #c3c6cc; --trouble-ground: #2a2e35;
    --scheme: dark; color-scheme: dark;
  }
}
:host([data-theme="dark"]), .kantei[data-theme="dark"] {
  --sheet: #1b1e24; --sunk: #24282f; --ink: #e9e6df; --soft: #a9adb5; --line: #31363f; --edge: #757c88;
  --indigo: #a5c6f0; --on-indigo: #10161e; --focus: #8ab8ff;
  --flagged: #ff9c85; --flagged-ground: #3d1f18; --uncertain: #b9c1cf; --uncertain-ground: #282c34;
    --declared: #efc366; --declared-ground: #33280f;
  --clear: #86d4a5; --clear-ground: #17321f; --trouble: #c3c6cc; --trouble-ground: #2a2e35;
  --scheme: dark; color-scheme: dark;
}
.card, .card *, .badge, .badge *, .hint { box-sizing: border-box; }
.card {
  color-scheme: var(--scheme); width: 344px; max-width: calc(100vw - 16px); max-height: min(560px, calc(100vh - 16px)); overflow: auto;
  overscroll-behavior: contain; background: var(--sheet); color: var(--ink); border: 1px solid var(--line);
  border-radius: 12px; box-shadow: 0 2px 6px rgb(0 0 0 / 14%), 0 12px 36px rgb(0 0 0 / 20%);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans JP", "Noto Sans CJK JP",
    "Hiragino Sans", "Yu Gothic UI", sans-serif;
  direction: ltr; text-align: start; letter-spacing: normal; text-transform: none; font-variant-numeric: tabular-nums;
}
.card:lang(ja) { line-height: 1.65; }
.head { display: flex; gap: 10px; align-items: center; padding: 12px 8px 12px 14px; border-radius: 11px 11px 0 0; }
.head.flagged { background: var(--flagged-ground); color: var(--flagged); }
.head.uncertain { background: var(--uncertain-ground); color: var(--uncertain); }
.head.declared { background: var(--declared-ground); color: var(--declared); }
.head.clear { background: var(--clear-ground); color: var(--clear); }
.head.busy, .head.trouble { background: var(--trouble-ground); color: var(--trouble); }
.seal { width: 22px; height: 22px; flex: none; }
.busy .seal { animation: turn 1.1s linear infinite; }
@keyframes turn { to { transform: rotate(360deg); } }
@media (prefers-reduced-motion: reduce) { .busy .seal { animation: none; } }
h2 { margin: 0; flex: 1; font-size: 16px; font-weight: 650; line-height: 1.3; outline: none; }
.close {
  flex: none; width: 30px; height: 30px; border: 0; border-radius: 8px; background: none; color: inherit;
  font: 20px/1 system-ui, sans-serif; cursor: pointer;
}
.close:hover { background: rgb(127 127 127 / 20%); }
.body { padding: 10px 14px 12px; }
.body > * { margin: 0 0 8px; }
.body > :last-child { margin-bottom: 0; }
.score { display: grid; gap: 4px; font-size: 13px; color: var(--soft); }
.bar { height: 6px; border-radius: 3px; background: var(--sunk); overflow: hidden; }
.bar i { display: block; height: 100%; border-radius: 3px; background: currentcolor; }
.bar.flagged { color: var(--flagged); } .bar.uncertain { color: var(--uncertain); } .bar.declared { color: var(--declared); } .bar.clear { color: var(--clear); }
.lead { color: var(--soft); font-size: 13px; }
ul { list-style: none; padding: 0; display: grid; gap: 5px; }
.reasons li { padding-inline-start: 14px; position: relative; overflow-wrap: anywhere; }
.reasons li::before { content: ""; position: absolute; inset-inline-start: 2px; top: .62em; width: 5px; height: 5px; border-radius: 50%; background: var(--edge); }
.evidence li { display: flex; gap: 8px; align-items: baseline; overflow-wrap: anywhere; }
.grade { flex: none; padding: 0 7px; border: 1px solid currentcolor; border-radius: 9px; font-size: 12px; font-weight: 600; line-height: 1.5; }
.grade.flagged { color: var(--flagged); } .grade.uncertain { color: var(--uncertain); } .grade.clear { color: var(--clear); }
.note { padding: 7px 10px; border-radius: 8px; background: var(--sunk); font-size: 13px; }
.acts { display: flex; flex-wrap: wrap; gap: 6px; }
.acts button {
  padding: 4px 10px; min-height: 30px; border: 1px solid var(--edge); border-radius: 8px; background: none; color: var(--ink);
  font: inherit; font-size: 13px; cursor: pointer;
}
.acts button:hover { background: var(--sunk); }
.acts button.primary { background: var(--indigo); border-color: var(--indigo); color: var(--on-indigo); }
.acts button:disabled { opacity: .55; cursor: default; }
button:focus-visible, textarea:focus-visible, input:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.map { display: block; width: 100%; border-radius: 8px; }
form { display: grid; gap: 6px; padding: 10px; border: 1px solid var(--line); border-radius: 10px; }
form[hidden] { display: none; }
form strong { font-size: 14px; }
form label { display: grid; gap: 3px; font-size: 13px; }
textarea, form input {
  width: 100%; padding: 6px 8px; border: 1px solid var(--edge); border-radius: 8px; background: var(--sheet); color: var(--ink);
  font: inherit; font-size: 14px;
}
textarea { min-height: 76px; resize: vertical; }
form small { color: var(--soft); }
.foot { color: var(--soft); font-size: 12px; overflow-wrap: anywhere; }
.badge {
  direction: ltr; position: absolute; display: flex; align-items: center; gap: 4px; height: 24px; padding: 0 8px 0 4px; border: 1px solid currentcolor;
  border-radius: 12px; background: var(--sheet); font: 600 12px/1 system-ui, "Noto Sans JP", "Noto Sans CJK JP", sans-serif;
  cursor: pointer; pointer-events: auto; white-space: nowrap; max-width: 220px;
}
.badge .seal { width: 16px; height: 16px; }
.badge.flagged { color: var(--flagged); } .badge.uncertain { color: var(--uncertain); } .badge.declared { color: var(--declared); } .badge.clear { color: var(--clear); }
.badge.clear span, .badge.uncertain span, .badge.declared span { display: none; }
.badge.clear, .badge.uncertain, .badge.declared { padding: 0 3px; }
.badge:hover span, .badge:focus-visible span { display: inline; }
.hint {
  direction: ltr; position: fixed; inset: 12px auto auto 50%; transform: translateX(-50%); padding: 8px 14px; border-radius: 18px;
  background: var(--ink); color: var(--sheet); font: 600 14px/1.3 system-ui, "Noto Sans JP", "Noto Sans CJK JP", sans-serif;
  box-shadow: 0 4px 16px rgb(0 0 0 / 30%);
}
@keyframes fade { from, 60% { opacity: 1; } to { opacity: 0; } }
.flash { animation: fade 1.6s ease-out forwards; }
.outline { position: fixed; border: 3px solid var(--focus); border-radius: 4px; box-shadow: 0 0 0 2px #fff; pointer-events: none; }
`;
