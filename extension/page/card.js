/* Drawing a card. No words here: every sentence comes chosen, and enters as text, never as HTML. */

const SVG = "http://www.w3.org/2000/svg";
/** One shape for each tone, so that colour is not all that tells them apart. */
const SEALS = {
  flagged: "M12 2 22.500 21h-21zM11 9v6h2V9zm0 7.500v2h2v-2z",
  uncertain: "M12 1.500A10.500 10.500 0 1 1 12 22.500 10.500 10.500 0 0 1 12 1.500zM6 10.800v2.400h12v-2.400z",
  declared: "M4 2h11l5 5v15H4zM14 3.500V8h4.500zM7 11v2h10v-2zm0 4v2h7v-2z",
  clear: "M12 1.500A10.500 10.500 0 1 1 12 22.500 10.500 10.500 0 0 1 12 1.500zM6.300 12.300l4 4 7.400-7.600-1.700-1.600-5.700 5.900-2.400-2.400z",
  trouble: "M12 1.500A10.500 10.500 0 1 1 12 22.500 10.500 10.500 0 0 1 12 1.500zM11 6v7.500h2V6zm0 9.500V18h2v-2.500z",
  busy: "M12 2a10 10 0 1 1-10 10h3a7 7 0 1 0 7-7z",
};

/**
 * @typedef {object} Doings
 * @property {(act: string) => void} act
 * @property {(reason: string, evidence: string) => void} appeal
 * @property {(() => void) | null} close
 */

/**
 * @param {import("../types").CardView} view
 * @param {Doings} doings
 * @param {{form: "report" | "artist" | null, reason: string, map: string | null, said: string | null, busy: boolean, isSlow?: boolean}} state
 * @returns {HTMLElement}
 */
function drawCard(view, doings, state) {
  const body = make("div", { class: "body" }, [
    view.score && make("div", { class: "score" }, [
      view.score.text,
      make("div", { class: `bar ${view.tone}` }, [bar(view.score.percent)]),
    ]),
    view.decision && note(view.decision),
    view.busy && state.isSlow && make("p", { class: "lead", role: "status" }, [view.words.busy]),
    view.lead && make("p", { class: "lead" }, [view.lead]),
    view.reasons.length > 0 && make("ul", { class: "reasons" },
      view.reasons.map(({ text, lang }) => make("li", { lang }, [text]))),
    view.evidence.length > 0 && make("ul", { class: "evidence" },
      view.evidence.map(({ word, why, tone, text, lang }) =>
        make("li", { lang }, [make("span", { class: `grade ${tone}`, title: why }, [word]), make("span", {}, [text])]))),
    ...view.notes.map(note),
    state.map && make("img", { class: "map", src: state.map, alt: view.words.heatmap }),
    view.actions.length > 0 && make("div", { class: "acts" }, view.actions.map((action) => actButton(action, doings, state))),
    state.said && make("p", { class: "note", role: "status" }, [state.said]),
    ...(state.form === null ? appealStatus(view) : [appealForm(view, doings, state)]),
    view.foot && make("p", { class: "foot" }, [view.foot]),
  ]);
  return make("section", { class: "card", role: "dialog", lang: view.lang, "aria-label": view.title }, [
    make("div", { class: `head ${view.tone}` }, [
      seal(view.tone),
      make("h2", { tabindex: "-1", "aria-live": "polite" }, [view.title]),
      doings.close && closeButton(view.words.close, doings.close),
    ]),
    body.childNodes.length > 0 && body,
  ]);
}

/**
 * @param {import("../types").CardView["actions"][number]} action
 * @param {Doings} doings
 * @param {{busy: boolean}} state
 */
function actButton({ act, label, primary, from = 0 }, doings, { busy }) {
  const button = make("button", { type: "button", "data-act": act, class: primary ? "primary" : "" }, [label]);
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

/** @param {import("../types").CardView} view */
function appealStatus({ appeal }) {
  return appeal.status ? [note(appeal.status)] : [];
}

/**
 * @param {import("../types").CardView} view
 * @param {Doings} doings
 * @param {{form: "report" | "artist" | null, reason: string, busy: boolean}} state
 */
function appealForm({ appeal, words }, doings, state) {
  const isArtist = state.form === "artist";
  const reason = /** @type {HTMLTextAreaElement} */ (make("textarea", { name: "reason", maxlength: "2000" }, []));
  reason.value = state.reason || appeal.reason;
  reason.addEventListener("input", () => (state.reason = reason.value));
  const evidence = /** @type {HTMLInputElement} */ (make("input", { name: "evidence", type: "url", maxlength: "2048" }, []));
  const send = make("button", { type: "submit", class: "primary" }, [appeal.send]);
  if (state.busy || appeal.isSent) send.setAttribute("disabled", "");
  const cancel = make("button", { type: "button", "data-act": "cancel" }, [appeal.cancel]);
  cancel.addEventListener("click", () => doings.act("cancel"));
  const status = make("small", { role: "status" }, [appeal.status ?? ""]);
  const form = make("form", { novalidate: "" }, [
    make("strong", {}, [isArtist ? appeal.artistHeading : appeal.heading]),
    make("label", {}, [isArtist ? appeal.artistLabel : appeal.label, reason]),
    make("label", {}, [appeal.evidence, evidence]),
    make("small", {}, [appeal.hint]),
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

/** @param {number} percent */
function bar(percent) {
  const filled = make("i", {}, []);
  filled.style.width = `${percent}%`;
  return filled;
}

/** @param {string} text */
function note(text) {
  return make("p", { class: "note" }, [text]);
}

/** @param {keyof typeof SEALS} tone */
function seal(tone) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "seal");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("fill", "currentColor");
  path.setAttribute("fill-rule", "evenodd");
  path.setAttribute("d", SEALS[tone]);
  svg.append(path);
  return svg;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string | null | false | undefined)[]} [children]
 * @returns {HTMLElement}
 */
function make(name, attributes, children = []) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== "") element.setAttribute(attribute, value);
  }
  for (const child of children) if (child) element.append(child);
  return element;
}
