/* Drawing a card. No words here: every sentence comes chosen, and enters as text, never as HTML. */

/**
 * @typedef {object} Doings
 * @property {(act: string) => void} act
 * @property {(reason: string, evidence: string) => void} appeal
 * @property {(() => void) | null} close
 */

/**
 * What is open on a card: its form with the words written so far, the heat map, a sentence about what was done.
 * @typedef {{form: "report" | "artist" | null, reason: string, map: string | null, isMapShown?: boolean, said: string | null, busy: boolean, isSlow?: boolean, opened?: Set<string>}} CardState
 */

/**
 * @param {import("../types").CardView} view
 * @param {Doings} doings
 * @param {CardState} state
 * @returns {HTMLElement}
 */
function drawCard(view, doings, state) {
  const sentence = view.busy && state.isSlow ? view.words.busy : view.sentence;
  return make("section", { class: "kt card", role: "dialog", lang: view.lang, "aria-label": `Kantei: ${view.title}` }, [
    make("header", { class: "head" }, [
      mark(view.tone, view.icon),
      make("div", {}, [
        make("h2", { tabindex: "-1", "aria-live": "polite" }, [view.title.replaceAll("AI-g", "AI-\u2060g")]), // on one line
        sentence && make("p", { class: "soft", role: view.busy ? "status" : "" }, [sentence]),
      ]),
      doings.close && closeButton(view.words.close, doings.close),
    ]),
    ...(state.form === null ? bodyOf(view, doings, state) : [view.gauge && part("", [drawGauge(view.gauge)]), appealForm(view, doings, state)]),
  ]);
}

/**
 * @param {import("../types").CardView} view
 * @param {Doings} doings
 * @param {CardState} state
 */
function bodyOf(view, doings, state) {
  const said = [view.appeal.status, state.said].filter((text) => text !== null);
  return [
    state.map && state.isMapShown !== false && where(view, state.map),
    view.gauge && part("", [drawGauge(view.gauge)]),
    view.leads.length > 0 && part("leads", view.leads.map((lead) => make("p", {}, [lead]))),
    view.actions.length > 0 && part("acts", view.actions.map((action) => actButton(action, doings, state))),
    said.length > 0 && part("leads", said.map((text) => make("p", { class: "note", role: "status" }, [text]))),
    (view.groups.length > 0 || view.notes.length > 0) && part("why", [
      ...view.groups.map((group) => reasons(group, state)),
      ...view.notes.map(({ text, lang }) => make("p", { class: "small", lang }, [text])),
    ]),
    view.feet.length > 0 && make("footer", { class: "foot" }, view.feet.map((action) => actButton({ ...action, primary: false }, doings, state, "link"))),
  ];
}

/**
 * @param {string} name
 * @param {Node[]} children
 */
function part(name, children) {
  return make("div", { class: `part ${name}` }, children);
}

/**
 * The heat map with what its colours mean.
 * @param {import("../types").CardView} view
 * @param {string} map
 */
function where({ words }, map) {
  return part("where", [
    make("img", { class: "map", src: map, alt: words.heatmap }),
    make("p", { class: "legend" }, [make("span", { class: "ramp" }, []), words.heatLegend]),
    make("p", { class: "small" }, [words.heatWhy]),
  ]);
}

/**
 * Reasons of one grade, folded: their names can be read without opening them.
 * @param {import("../types").CardView["groups"][number]} group
 * @param {CardState} state
 */
function reasons({ kind, word, names, why, items }, { opened = new Set() }) {
  const details = /** @type {HTMLDetailsElement} */ (make("details", { class: `of-${kind}` }, [
    make("summary", {}, [icon(kind), make("b", {}, [word]), make("span", { class: "small" }, [names])]),
    make("p", { class: "small" }, [why]),
    make("ul", {}, items.map(({ name, text, lang, gauge }) => make("li", {}, [
      make("b", {}, [name]), text && make("span", { class: "soft", lang }, [text]), gauge && drawGauge(gauge),
    ]))),
  ]));
  details.open = opened.has(kind);
  details.addEventListener("toggle", () => (details.open ? opened.add(kind) : opened.delete(kind)));
  return details;
}

/**
 * @param {import("../types").CardView["actions"][number]} action
 * @param {Doings} doings
 * @param {CardState} state
 * @param {string} [kind]
 */
function actButton({ act, label, primary, icon: name = "", from = 0 }, doings, { busy, map, isMapShown }, kind = "b") {
  const button = make("button", { type: "button", "data-act": act, class: `${kind}${primary ? " main" : ""}` }, [name !== "" && icon(name), label]);
  if (act === "heatmap") button.setAttribute("aria-pressed", String(map !== null && isMapShown !== false));
  if (busy) button.setAttribute("disabled", "");
  else if (from > Date.now()) hold(button, label, from);
  button.addEventListener("click", (event) => event.isTrusted && doings.act(act));
  return button;
}

/**
 * Keep a button shut until a time, and count down on it.
 * @param {HTMLElement} button
 * @param {string} label
 * @param {number} from milliseconds
 */
function hold(button, label, from) {
  const left = Math.ceil((from - Date.now()) / 1000);
  button.toggleAttribute("disabled", left > 0);
  button.textContent = left > 0 ? `${label} (${left})` : label;
  if (left > 0) setTimeout(() => hold(button, label, from), 1000);
}

/**
 * @param {import("../types").CardView} view
 * @param {Doings} doings
 * @param {CardState} state
 */
function appealForm({ appeal, words }, doings, state) {
  const isArtist = state.form === "artist";
  const reason = /** @type {HTMLTextAreaElement} */ (make("textarea", { name: "reason", maxlength: "2000" }, []));
  reason.value = state.reason || appeal.reason;
  reason.addEventListener("input", () => (state.reason = reason.value));
  const evidence = /** @type {HTMLInputElement} */ (make("input", { name: "evidence", type: "url", maxlength: "2048" }, []));
  const send = make("button", { type: "submit", class: "b main" }, [appeal.send]);
  if (state.busy || appeal.isSent) send.setAttribute("disabled", "");
  const cancel = make("button", { type: "button", "data-act": "cancel", class: "b" }, [appeal.cancel]);
  cancel.addEventListener("click", () => doings.act("cancel"));
  const status = make("p", { class: "small", role: "status" }, [appeal.status ?? ""]);
  const form = make("form", { novalidate: "" }, [
    make("h3", {}, [isArtist ? appeal.artistHeading : appeal.heading]),
    make("label", {}, [isArtist ? appeal.artistLabel : appeal.label, reason]),
    make("label", {}, [appeal.evidence, evidence]),
    make("p", { class: "small" }, [appeal.hint]),
    status,
    make("div", { class: "acts" }, [send, cancel]),
  ]);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!event.isTrusted) return; // the page itself must not send in the reader's name
    if (reason.value.trim() === "") status.textContent = words.details;
    else doings.appeal(reason.value.trim(), evidence.value.trim());
  });
  return form;
}

/**
 * @param {string} word
 * @param {() => void} close
 */
function closeButton(word, close) {
  const button = make("button", { type: "button", class: "close", "aria-label": word, title: word }, ["×"]);
  button.addEventListener("click", close);
  return button;
}
