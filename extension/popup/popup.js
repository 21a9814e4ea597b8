/** The toolbar's popup: the pictures of the page, largest first. */

import { enter } from "../background/inject.js";
import { wantScripting } from "../background/permissions.js";
import { Sheet, ask, dress } from "../look/sheet.js";
import { changeSettings, matchPattern, readSettings, siteOrigin } from "../settings/settings.js";
import { languageOf, wordsOf } from "../words/words.js";

const BATCH = 20;

/** @typedef {{ref: number, picture: import("../types").Picture, preview: string | null}} Listed */

const settings = await readSettings();
const words = wordsOf(languageOf(settings.language));
const tab = await currentTab();
const origin = siteOrigin(tab?.url);
dress(settings.theme, languageOf(settings.language));

const main = make("main", {}, []);
const title = make("h1", {}, [words.title]);
const all = button(words.checkAll, "primary", checkAll);
const back = button(words.back, "", () => showList());
all.hidden = true;
back.hidden = true;
const gear = button(words.options, "quiet", () => chrome.runtime.openOptionsPage());
document.body.append(make("div", { class: "popup" }, [make("header", {}, [title, all, back, gear]), main, footer()]));

/** @type {Listed[]} */
let pictures = [];
/** @type {Map<number, HTMLElement>} */
let verdicts = new Map();
/** @type {Map<number, {text: string, tone: string}>} */
const known = new Map();

if (settings.key === "") showSetUp();
else if (await chrome.permissions.contains({ permissions: ["scripting"] })) await look();
else showInvitation();

/**
 * For tests, which cannot hang a popup on a tab: the tab may be named in the address.
 * @returns {Promise<chrome.tabs.Tab | undefined>}
 */
async function currentTab() {
  const named = Number.parseInt(new URLSearchParams(location.search).get("tab") ?? "", 10);
  if (Number.isFinite(named)) return chrome.tabs.get(named).catch(() => undefined);
  const [found] = await chrome.tabs.query({ active: true, currentWindow: true });
  return found;
}

function showSetUp() {
  main.replaceChildren(make("div", { class: "empty" }, [
    make("p", {}, [words.trouble.not_set_up]),
    button(words.options, "primary", () => chrome.runtime.openOptionsPage()),
  ]));
}

function showInvitation() {
  main.replaceChildren(make("div", { class: "empty" }, [
    make("p", {}, [words.lookWhy]),
    button(words.look, "primary", async () => {
      await wantScripting();
      await look();
    }),
  ]));
}

async function look() {
  if (tab?.id === undefined || !(await enter(tab.id))) return showEmpty(words.noPage);
  pictures = (await chrome.tabs.sendMessage(tab.id, { kind: "list" }, { frameId: 0 }).catch(() => null)) ?? [];
  showList();
}

/** @param {string} sentence */
function showEmpty(sentence) {
  main.replaceChildren(make("div", { class: "empty" }, [make("p", {}, [sentence])]));
}

function showList() {
  title.textContent = words.title;
  back.hidden = true;
  all.hidden = pictures.length === 0;
  if (pictures.length === 0) return showEmpty(words.none);
  verdicts = new Map();
  main.replaceChildren(make("ul", { class: "rows" }, pictures.map(row)));
}

/** @param {Listed} listed */
function row({ ref, picture, preview }) {
  const thumb = make("button", { type: "button", class: "thumb", "aria-label": words.size(picture.width, picture.height) }, []);
  const src = preview ?? (picture.shown && /^https?:/.test(picture.shown) ? picture.shown : null);
  if (src !== null) {
    const image = /** @type {HTMLImageElement} */ (make("img", { alt: "", loading: "lazy", referrerpolicy: "no-referrer" }, []));
    image.src = src;
    image.addEventListener("error", () => image.remove());
    thumb.append(image);
  }
  thumb.addEventListener("click", () => chrome.tabs.sendMessage(tab?.id ?? 0, { kind: "show", ref }));
  const verdict = make("b", {}, []);
  verdicts.set(ref, verdict);
  const said = known.get(ref);
  if (said) say(ref, said.text, said.tone);
  return make("li", { "data-ref": String(ref) }, [
    thumb,
    make("div", { class: "what" }, [
      verdict,
      make("span", {}, [words.size(picture.width, picture.height)]),
      make("span", { class: "soft" }, [nameOf(picture)]),
    ]),
    button(said && said.tone !== "trouble" ? words.details : words.check, "", () => checkOne({ ref, picture, preview })),
  ]);
}

/** @param {Listed} listed */
async function checkOne({ ref, picture }) {
  const tabId = tab?.id ?? 0;
  const started = await ask({ kind: "check", picture, tabId, isPrivate: tab?.incognito ?? false });
  title.textContent = words.size(picture.width, picture.height);
  all.hidden = true;
  back.hidden = false;
  const place = make("div", { class: "sheet" }, []);
  main.replaceChildren(place);
  const sheet = new Sheet(place, words, {
    read: () => chrome.tabs.sendMessage(tabId, { kind: "read", ref, address: picture.shown }),
    changed: (view) => view.final && known.set(ref, { text: view.title, tone: view.tone }),
  });
  await sheet.show(started.card);
}

async function checkAll() {
  all.setAttribute("disabled", "");
  for (const { ref } of pictures) say(ref, words.pending, "");
  for (let at = 0; at < pictures.length; at += BATCH) await checkGroup(pictures.slice(at, at + BATCH));
  all.removeAttribute("disabled");
}

/** @param {Listed[]} group */
async function checkGroup(group) {
  let open = group.map(({ ref, picture }) => ({ key: String(ref), picture }));
  while (open.length > 0 && main.isConnected) {
    const answers = await ask({ kind: "many", pictures: open, isPrivate: tab?.incognito ?? false }, 5).catch(() => null);
    if (answers === null || answers.broken) {
      for (const { key } of open) say(Number(key), words.troubled, "trouble");
      return;
    }
    for (const { key } of open) {
      const answer = answers[key];
      const ref = Number(key);
      if (answer?.state === "examined") say(ref, words.badge[/** @type {"clear"} */ (answer.finding)], answer.finding);
      else if (answer?.state === "troubled") say(ref, words.trouble[/** @type {"slow"} */ (answer.trouble)], "trouble");
      else if (answer?.state !== "pending") say(ref, answer?.state === "unreachable" ? words.notReached : words.failed, "trouble");
    }
    open = open.filter(({ key }) => answers[key]?.state === "pending");
  }
}

/**
 * @param {number} ref
 * @param {string} text
 * @param {string} tone
 */
function say(ref, text, tone) {
  if (tone !== "") known.set(ref, { text, tone });
  const place = verdicts.get(ref);
  if (place === undefined) return;
  const toCard = place.closest("li")?.querySelector(".button");
  if (tone !== "" && tone !== "trouble" && toCard) toCard.textContent = words.details;
  place.className = tone;
  place.textContent = text;
  place.title = text;
}

function footer() {
  const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", name: "badges" }, []));
  const pause = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", name: "pause" }, []));
  box.checked = origin !== null && settings.sites.includes(origin);
  pause.checked = settings.paused;
  box.addEventListener("change", () => (box.checked ? allowSite(box) : ask({ kind: "remove-site", origin }).then(beginBadges)));
  pause.addEventListener("change", () => changeSettings({ paused: pause.checked }).then(beginBadges));
  const parts = [];
  if (origin !== null && settings.key !== "") {
    parts.push(make("label", {}, [box, words.badges(new URL(origin).host)]));
    parts.push(make("p", { class: "soft" }, [words.badgesHint]));
  }
  if (settings.sites.length > 0) parts.push(make("label", {}, [pause, words.pause]));
  if (settings.key !== "") {
    const link = make("a", { href: settings.server, target: "_blank", rel: "noreferrer" }, [new URL(settings.server).host]);
    parts.push(make("p", { class: "soft" }, [words.serverIs, " ", link]));
  }
  const element = make("footer", {}, parts);
  element.hidden = parts.length === 0;
  return element;
}

/** @param {HTMLInputElement} box */
async function allowSite(box) {
  if (origin === null || tab?.id === undefined) return;
  // The browser's question may close this popup: the wish is stored, the worker fulfils it.
  void chrome.storage.session.set({ wish: { origin, tabId: tab.id } });
  const granted = await chrome.permissions
    .request({ permissions: ["scripting"], origins: [matchPattern(origin)] })
    .catch(() => false);
  box.checked = granted;
  if (granted) await ask({ kind: "wish" });
  else await chrome.storage.session.remove("wish");
}

function beginBadges() {
  if (tab?.id !== undefined) void chrome.tabs.sendMessage(tab.id, { kind: "badges" }).catch(() => null);
}

/** @param {import("../types").Picture} picture */
function nameOf({ shown, kind }) {
  if (shown === null || !/^https?:/.test(shown)) return kind === "canvas" ? "canvas" : (shown?.slice(0, 5) ?? kind);
  const { host, pathname } = new URL(shown);
  return decodeURIComponent(pathname.split("/").at(-1) || host);
}

/**
 * @param {string} label
 * @param {string} kind
 * @param {() => unknown} act
 */
function button(label, kind, act) {
  const element = /** @type {HTMLButtonElement} */ (make("button", { type: "button", class: `button ${kind}` }, [label]));
  element.addEventListener("click", () => void act());
  return element;
}
