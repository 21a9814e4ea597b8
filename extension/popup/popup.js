/** The toolbar's popup: the pictures of the page, largest first, with what is known of each. */

import { enter } from "../background/inject.js";
import { wantScripting } from "../background/permissions.js";
import { ask, brand, button, dress } from "../look/sheet.js";
import { changeSettings, matchPattern, readSettings, siteOrigin } from "../settings/settings.js";
import { languageOf, wordsOf } from "../words/words.js";

const BATCH = 20;
const MANY = 12; // pictures, above which rows are closer, and counts can filter them

/** @typedef {{ref: number, picture: import("../types").Picture, preview: string | null}} Listed */
/** @typedef {{tone: string, icon: string, word: string, score: string}} Said */

const settings = await readSettings();
const words = wordsOf(languageOf(settings.language));
const tab = await currentTab();
const origin = siteOrigin(tab?.url);
const isPrivate = tab?.incognito ?? false;
dress(settings.theme, languageOf(settings.language));

/** @type {Listed[]} */
let pictures = [];
/** What each row says. @type {Map<number, Said>} */
const known = new Map();
/** @type {Map<number, HTMLElement>} */
const rows = new Map();
let filter = "";
let isChecking = false;

const UNKNOWN = { tone: "none", icon: "hint", word: words.notChecked, score: "" };
const BUSY = { tone: "busy", icon: "hint", word: words.checking, score: "" };

const main = make("main", {}, []);
const title = make("h1", {}, ["Kantei"]);
const all = button(words.checkAll, "b main", checkAll);
all.hidden = true;
const sums = make("div", { class: "sums", role: "group", "aria-label": words.showOnly }, []);
sums.hidden = true;
const header = make("header", {}, []);
header.append(brand(), title, all, button(words.options, "b bare quiet", () => chrome.runtime.openOptionsPage(), "options"));
document.body.append(make("div", { class: "popup" }, [header, sums, main, footer()]));
main.addEventListener("keydown", moveAlong);

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
  const { not_set_up: heading } = words.troubleTitle;
  showEmpty("key", heading, words.trouble.not_set_up, [
    button(words.setUp, "b main", () => chrome.runtime.openOptionsPage()),
    button(words.noServer, "link", () => ask({ kind: "open", what: "help" })),
  ]);
}

function showInvitation() {
  showEmpty("search", words.lookTitle, words.lookWhy, [button(words.look, "b main", async () => {
    await wantScripting();
    await look();
  })]);
}

/**
 * @param {string} name of an icon
 * @param {string} heading
 * @param {string} sentence
 * @param {HTMLElement[]} [buttons]
 */
function showEmpty(name, heading, sentence, buttons = []) {
  const empty = make("div", { class: "empty" }, []);
  empty.append(icon(name), make("h2", {}, [heading]), make("p", { class: "soft" }, [sentence]), ...buttons);
  main.replaceChildren(empty);
}

async function look() {
  if (tab?.id === undefined || !(await enter(tab.id))) return showEmpty("trouble", words.unread, words.noPage);
  pictures = (await chrome.tabs.sendMessage(tab.id, { kind: "list" }, { frameId: 0 }).catch(() => null)) ?? [];
  if (pictures.length === 0) return showEmpty("search", words.none, words.noneWhy);
  title.textContent = words.pictures(pictures.length);
  main.classList.toggle("many", pictures.length > MANY);
  const found = await ask({ kind: "known", pictures: asked(pictures), isPrivate }).catch(() => ({}));
  for (const [key, said] of Object.entries(found)) known.set(Number(key), said);
  for (const listed of pictures) rows.set(listed.ref, row(listed));
  main.replaceChildren(make("ul", {}, [...rows.values()].map((element) => make("li", {}, [element]))));
  for (const { ref } of pictures) draw(ref);
}

/** @param {Listed} listed */
function row({ ref, picture, preview }) {
  const thumb = make("span", { class: "thumb" }, []);
  const src = preview ?? (picture.shown && /^https?:/.test(picture.shown) ? picture.shown : null);
  if (src !== null) {
    const image = /** @type {HTMLImageElement} */ (make("img", { loading: "lazy", referrerpolicy: "no-referrer" }, []));
    image.alt = "";
    image.src = src;
    image.addEventListener("error", () => image.remove());
    thumb.append(image);
  }
  const element = button("", "row", () => press(ref));
  element.dataset.ref = String(ref);
  element.append(thumb, make("span", { class: "what" }, [make("span", { class: "word" }, []), make("span", { class: "facts" }, [])]), make("span", { class: "way" }, []));
  return element;
}

/**
 * Say in a row what is known, and in the head what is left to do.
 * @param {number} ref
 */
function draw(ref) {
  const element = rows.get(ref);
  const listed = pictures.find((one) => one.ref === ref);
  if (element === undefined || listed === undefined) return;
  const said = known.get(ref) ?? UNKNOWN;
  const { picture } = listed;
  const [word, facts, way] = [".word", ".facts", ".way"].map((name) => /** @type {HTMLElement} */ (element.querySelector(name)));
  word.replaceChildren(mark(said.tone, said.icon), make("b", {}, [said.word]));
  facts.replaceChildren(
    ...(said.score === "" ? [] : [make("b", {}, [said.score])]),
    make("span", {}, [nameOf(picture)]),
    make("span", { class: "size" }, [`· ${words.size(picture.width, picture.height)}`]),
  );
  const isOpen = said.tone !== "none" && said.tone !== "busy";
  way.replaceChildren(...(said.tone === "none" ? [make("span", { class: "b" }, [words.check])] : isOpen ? [make("span", { class: "unseen" }, [words.open])] : []));
  way.classList.toggle("on", isOpen);
  /** @type {HTMLElement} */ (element.closest("li")).hidden = filter !== "" && said.word !== filter;
  drawHead();
}

function drawHead() {
  const left = pictures.filter(({ ref }) => !known.has(ref)).length;
  all.hidden = left === 0 && !isChecking;
  all.disabled = isChecking;
  all.textContent = left === pictures.length ? words.checkAll : words.checkMore(left);
  if (isChecking) all.textContent = words.checking;
  /** @type {Map<string, {said: Said, count: number}>} */
  const counts = new Map();
  for (const said of known.values()) counts.set(said.word, { said, count: (counts.get(said.word)?.count ?? 0) + 1 });
  sums.hidden = pictures.length <= MANY || counts.size < 2;
  sums.replaceChildren(...[...counts].map(([word, { said, count }]) => {
    const toggle = button("", `sum c-${said.tone}`, () => {
      filter = filter === word ? "" : word;
      for (const { ref } of pictures) draw(ref);
      /** @type {HTMLElement | null} */ (sums.querySelector(`[data-word="${CSS.escape(word)}"]`))?.focus();
    });
    toggle.dataset.word = word;
    toggle.setAttribute("aria-pressed", String(filter === word));
    toggle.setAttribute("aria-label", words.count(word, count));
    toggle.title = words.count(word, count);
    toggle.append(icon(said.icon), String(count));
    return toggle;
  }));
}

/**
 * What is known opens beside its picture; what is not is checked here.
 * @param {number} ref
 */
async function press(ref) {
  const said = known.get(ref);
  if (said === BUSY) return;
  if (said === undefined) return checkGroup(pictures.filter((one) => one.ref === ref));
  await chrome.tabs.sendMessage(tab?.id ?? 0, { kind: "open", ref }, { frameId: 0 }).catch(() => null);
  window.close();
}

async function checkAll() {
  isChecking = true;
  const open = pictures.filter(({ ref }) => !known.has(ref));
  for (const { ref } of open) say(ref, BUSY);
  for (let at = 0; at < open.length; at += BATCH) await checkGroup(open.slice(at, at + BATCH));
  isChecking = false;
  drawHead();
}

/** @param {Listed[]} group */
async function checkGroup(group) {
  let open = asked(group);
  for (const { ref } of group) say(ref, BUSY);
  while (open.length > 0 && main.isConnected) {
    const answers = await ask({ kind: "many", pictures: open, isPrivate }, 5).catch(() => null);
    if (answers === null || answers.broken) {
      for (const { key } of open) say(Number(key), { tone: "trouble", icon: "trouble", word: words.troubleTitle.server_error, score: "" });
      return;
    }
    for (const { key } of open) {
      const answer = answers[key];
      if (answer?.state === "examined") say(Number(key), answer);
      else if (answer?.state !== "pending") say(Number(key), { tone: "trouble", icon: "trouble", word: answer?.word ?? words.failed, score: "" });
    }
    open = open.filter(({ key }) => answers[key]?.state === "pending");
  }
}

/**
 * @param {number} ref
 * @param {Said} said
 */
function say(ref, said) {
  known.set(ref, said);
  draw(ref);
}

/** @param {Listed[]} group */
function asked(group) {
  return group.map(({ ref, picture }) => ({ key: String(ref), picture }));
}

/** @param {KeyboardEvent} event */
function moveAlong(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const shown = [...rows.values()].filter((element) => !(/** @type {HTMLElement} */ (element.closest("li")).hidden));
  const at = shown.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (step === undefined || at < 0) return;
  event.preventDefault();
  shown[Math.min(Math.max(at + step, 0), shown.length - 1)].focus();
}

function footer() {
  const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", name: "badges" }, []));
  const pause = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", name: "pause" }, []));
  box.checked = origin !== null && settings.sites.includes(origin);
  pause.checked = settings.paused;
  box.addEventListener("change", () => (box.checked ? allowSite(box) : ask({ kind: "remove-site", origin }).then(beginBadges)));
  pause.addEventListener("change", () => changeSettings({ paused: pause.checked }).then(beginBadges));
  const parts = [];
  if (settings.key !== "") {
    if (origin !== null) {
      parts.push(make("label", { class: "tick" }, [box, make("span", {}, [words.badges(new URL(origin).host), make("span", { class: "small" }, [words.badgesHint])])]));
    }
    if (settings.sites.length > 0) parts.push(make("label", { class: "tick" }, [pause, words.pause]));
    const link = make("a", { href: settings.server, target: "_blank", rel: "noreferrer" }, [new URL(settings.server).host]);
    parts.push(make("p", { class: "small" }, [words.connection, " · ", link]));
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
  try {
    return decodeURIComponent(pathname.split("/").at(-1) || host);
  } catch {
    return host; // a stray % in the address
  }
}
