/* What the worker asks of a page, and the card's life in it. */

/** @type {{card: HTMLElement, element: Element | null, view: any, state: any, box: any} | null} */
let shown = null;
/** @type {{x: number, y: number} | null} */
let lastPoint = null;
/** @type {Map<number, Element>} */
let listed = new Map();

/**
 * Ask the worker; a worker that died over it is asked again.
 * @param {object} message
 * @param {number} [tries]
 * @returns {Promise<any>}
 */
async function tell(message, tries = 1) {
  for (let turn = 1; ; turn += 1) {
    try {
      const answer = await chrome.runtime.sendMessage(message);
      if (answer !== undefined) return answer;
    } catch (error) {
      if (turn >= tries || chrome.runtime?.id === undefined) throw error;
    }
    if (turn >= tries) throw new Error("no answer");
    await new Promise((resolve) => setTimeout(resolve, 200 * turn));
  }
}

/** @param {{srcUrl: string | null, menuTarget: number | null, via: "menu" | "key"}} pointed */
async function locate({ srcUrl, menuTarget, via }) {
  const reader = await tell({ kind: "hello" }, 3);
  const found = pointedAt(srcUrl, menuTarget, via);
  if (found !== null) return openCard(found.element, found.picture, reader);
  if (srcUrl !== null) {
    // In a frame of another site: the address is all there is.
    const picture = { kind: "img", shown: srcUrl, others: [], link: null, width: 0, height: 0 };
    return openCard(null, picture, reader);
  }
  pick(reader, ({ element, picture }) => openCard(element, picture, reader));
}

/**
 * @param {string | null} srcUrl
 * @param {number | null} menuTarget
 * @param {"menu" | "key"} via
 * @returns {Found | null}
 */
function pointedAt(srcUrl, menuTarget, via) {
  // Firefox names the very element; other browsers only the address of an <img>.
  const named = menuTarget === null ? null : /** @type {any} */ (chrome).menus?.getTargetElement?.(menuTarget) ?? null;
  if (named !== null && !isSpacer(named)) {
    const picture = pictureOf(named);
    if (picture !== null) return { element: named, picture };
  }
  if (srcUrl !== null) {
    const found = pictureWith(srcUrl);
    if (found !== null) return found;
  } else if (via === "menu") return lastPoint === null ? null : pictureAt(lastPoint.x, lastPoint.y);
  else {
    const under = [...document.querySelectorAll(":hover")].at(-1);
    const box = under && under !== document.documentElement && under !== document.body ? under.getBoundingClientRect() : null;
    const picture = under && box ? pictureOf(under) : null;
    if (under && picture !== null && picture.width > 31) return { element: under, picture };
  }
  return null;
}

/**
 * @param {Element | null} element
 * @param {any} picture
 * @param {any} reader
 */
async function openCard(element, picture, reader) {
  const started = await tell({ kind: "check", picture }, 3).catch(() => null);
  if (started?.card) await showCard(started.card, element, picture, reader);
}

/**
 * Show a check's card and follow it to its end.
 * @param {import("../types").CardView} view
 * @param {Element | null} element
 * @param {any} picture
 * @param {any} reader
 */
async function showCard(view, element, picture, reader) {
  closeCard();
  const mine = (shown = {
    card: document.createElement("div"),
    element,
    view,
    box: element === null ? null : boxOf(element),
    state: { form: null, reason: "", map: null, mapText: null, busy: false, picture, reader },
  });
  redrawCard(true);
  await followCard(mine);
}

/** @param {NonNullable<typeof shown>} mine */
async function followCard(mine) {
  while (shown === mine && !mine.view.final) {
    const answer = await tell({ kind: "follow", id: mine.view.id }, 5).catch(() => null);
    if (shown !== mine || answer === null || answer.gone || answer.broken) return;
    mine.view = answer.card;
    redrawCard(false);
  }
}

/**
 * Look, while a window of ours asks for a host, whether anything came of it; its word may get lost.
 * @param {NonNullable<typeof shown>} mine
 */
async function awaitChange(mine) {
  const { revision } = mine.view;
  for (let turn = 0; turn < 200 && shown === mine && mine.view.revision === revision; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const answer = await tell({ kind: "follow", id: mine.view.id }, 3).catch(() => null);
    if (shown !== mine || !answer?.card || answer.card.revision === revision) continue;
    mine.view = answer.card;
    redrawCard(false);
    await followCard(mine);
  }
}

/** @param {boolean} isNew */
function redrawCard(isNew) {
  if (shown === null) return;
  const { view, state } = shown;
  const { root } = stage(view.theme);
  const hadFocus = shown.card.contains(root.activeElement);
  const card = drawCard(view, { act, appeal: sendReport, close: closeCard }, state);
  card.style.visibility = "hidden";
  shown.card.replaceWith(card);
  if (!card.isConnected) root.append(card);
  shown.card = card;
  placeCard(card, shown.box);
  card.style.visibility = "";
  if (isNew || hadFocus) card.querySelector("h2")?.focus({ preventScroll: true });
}

function closeCard() {
  shown?.card.remove();
  shown = null;
}

/** @param {string} name */
async function act(name) {
  const mine = shown;
  if (mine === null) return;
  const { view, state, element } = mine;
  const { id } = view;
  if (name === "report" || name === "artist" || name === "cancel") {
    state.form = name === "cancel" ? null : name;
    redrawCard(false);
    if (state.form) mine.card.querySelector("textarea")?.focus();
    return;
  }
  if (name === "result" || name === "options") {
    await tell({ kind: "open", what: name, id }, 3);
    return;
  }
  state.busy = true;
  redrawCard(false);
  const answer = await doing(name, id, element, state).catch(() => null);
  state.busy = false;
  if (shown !== mine) return;
  if (answer?.needs) {
    // Only a page of ours may ask the browser for a host; it goes on from there.
    await tell({ kind: "open", what: "host", id }, 3);
    void awaitChange(mine);
  } else if (answer?.card) mine.view = answer.card;
  else if (name === "heatmap") Object.assign(state, { map: answer?.image ?? null, mapText: answer?.sentence ?? null });
  redrawCard(false);
  await followCard(mine);
}

/**
 * @param {string} name
 * @param {string} id
 * @param {Element | null} element
 * @param {any} state
 */
async function doing(name, id, element, state) {
  if (name === "retry") return tell({ kind: "retry", id }, 3);
  if (name === "heatmap") return tell({ kind: "heatmap", id }, 3);
  if (name === "snapshot") {
    // Our own card must not be in the picture.
    const { host } = stage(state.reader.theme);
    host.style.setProperty("display", "none", "important");
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const box = element === null ? { x: 0, y: 0, width: innerWidth, height: innerHeight } : boxOf(element);
    const answer = await tell({ kind: "snapshot", id, box: { ...box, scale: devicePixelRatio } });
    host.style.setProperty("display", "block", "important");
    return answer;
  }
  const data = await readPicture(element, state.picture.shown);
  return data === null ? tell({ kind: "fetch-bytes", id }, 3) : tell({ kind: "bytes", id, data }, 3);
}

/**
 * @param {string} reason
 * @param {string} evidence
 */
async function sendReport(reason, evidence) {
  const mine = shown;
  if (mine === null) return;
  mine.state.busy = true;
  mine.state.reason = reason;
  redrawCard(false);
  const answer = await tell({ kind: "appeal", id: mine.view.id, reason, evidence }).catch(() => null);
  if (shown !== mine) return;
  mine.state.busy = false;
  if (answer?.card) mine.view = answer.card;
  if (answer?.card?.appeal.isSent) mine.state.form = null;
  redrawCard(false);
}

/** @type {HTMLElement | null} */
let framed = null;

/**
 * Load a picture into a frame that nobody sees, so that its host is asked as by the page.
 * @param {string} url
 * @returns {Promise<boolean>}
 */
function frame(url) {
  framed?.remove();
  const { root } = stage(shown?.view.theme ?? "system");
  const element = (framed = make("iframe", { src: url, "aria-hidden": "true", tabindex: "-1" }));
  element.style.cssText = "position:fixed;left:-9999px;width:16px;height:16px;border:0";
  root.append(element);
  return new Promise((resolve) => {
    element.addEventListener("load", () => resolve(true), { once: true });
    setTimeout(() => resolve(false), 15_000);
  });
}

/** For the popup: what there is, without a word of the page. */
function listForPopup() {
  listed = new Map();
  return findPictures(64)
    .slice(0, 100)
    .map(({ element, picture }, ref) => {
      listed.set(ref, element);
      return { ref, picture, preview: ref < 40 ? preview(element, 112) : null };
    });
}

async function beginBadges() {
  const reader = await tell({ kind: "hello" }, 3).catch(() => null);
  if (!reader?.badges) {
    badging?.stop.abort();
    return;
  }
  startBadges(reader, (element) => {
    const picture = pictureOf(element);
    if (picture !== null) void openCard(element, picture, reader);
  });
}

chrome.runtime.onMessage.addListener((message, sender, respond) => {
  if (sender.id !== chrome.runtime.id) return false;
  if (message.kind === "locate") void locate(message);
  else if (message.kind === "badges") void beginBadges();
  else if (message.kind === "list") respond(listForPopup());
  else if (message.kind === "card") {
    const element = listed.get(message.ref);
    void tell({ kind: "hello" }, 3).then((reader) => showCard(message.card, element ?? null, message.picture, reader));
  } else if (message.kind === "show") listed.get(message.ref)?.scrollIntoView({ block: "center", behavior: "smooth" });
  else if (message.kind === "frame") {
    void frame(message.url).then(respond);
    return true;
  } else if (message.kind === "unframe") framed?.remove();
  else if (message.kind === "read") {
    void readPicture(listed.get(message.ref) ?? null, message.address).then(respond, () => respond(null));
    return true;
  }
  return false;
});

// From now on a click of the right button tells where it was, in frames that may be read too.
/** @type {WeakSet<Document>} */
const heard = new WeakSet();

/** @param {Document} inner */
function hear(inner) {
  if (heard.has(inner)) return;
  heard.add(inner);
  inner.addEventListener("contextmenu", ({ clientX, clientY }) => {
    const frame = inner.defaultView?.frameElement ?? null;
    const box = frame === null ? { x: 0, y: 0 } : boxOf(frame);
    lastPoint = { x: box.x + (frame?.clientLeft ?? 0) + clientX, y: box.y + (frame?.clientTop ?? 0) + clientY };
  }, { capture: true, passive: true });
  inner.addEventListener("load", ({ target }) => hearFrame(target), { capture: true, passive: true });
  for (const frame of inner.querySelectorAll("iframe, frame")) hearFrame(frame);
}

/** @param {EventTarget | null} frame */
function hearFrame(frame) {
  const inner = frame === null ? null : innerRoot(/** @type {Element} */ (frame));
  if (inner?.nodeType === Node.DOCUMENT_NODE) hear(/** @type {Document} */ (inner));
}

hear(document);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shown !== null && picking?.signal.aborted !== false) closeCard();
}, { capture: true });

Object.assign(globalThis, { kantei: true });
void beginBadges();
