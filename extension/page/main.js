/* What the worker asks of a page, and where the reader points. */

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

/** @typedef {{srcUrl: string | null, linkUrl: string | null, menuTarget: number | null, via: "menu" | "key"}} Pointed */

/** @param {Pointed} pointed */
async function locate(pointed) {
  const { srcUrl } = pointed;
  const found = pointedAt(pointed); // first: what the click left behind is soon gone
  const reader = await tell({ kind: "hello" }, 3);
  if (found !== null) return openCard(found.element, found.picture, reader);
  if (srcUrl !== null) {
    // In a frame of another site: the address is all there is.
    const picture = { kind: "img", shown: srcUrl, others: [], link: null, width: 0, height: 0 };
    return openCard(null, picture, reader);
  }
  pick(reader, ({ element, picture }) => openCard(element, picture, reader));
}

/**
 * @param {Pointed} pointed
 * @returns {Found | null}
 */
function pointedAt({ srcUrl, linkUrl, menuTarget, via }) {
  // Firefox names the very element; other browsers only the address of an <img>.
  const named = menuTarget === null ? null : /** @type {any} */ (chrome).menus?.getTargetElement?.(menuTarget) ?? null;
  if (named !== null && !isSpacer(named)) {
    const picture = pictureOf(named);
    if (picture !== null) return { element: named, picture };
  }
  if (srcUrl !== null) {
    const found = pictureWith(srcUrl);
    if (found !== null) return found;
  } else if (via === "menu") return lastPoint === null ? leftBehind(linkUrl) : pictureAt(lastPoint.x, lastPoint.y);
  else {
    const under = [...document.querySelectorAll(":hover")].at(-1);
    const box = under && under !== document.documentElement && under !== document.body ? under.getBoundingClientRect() : null;
    const picture = under && box ? pictureOf(under) : null;
    if (under && picture !== null && picture.width > 31) return { element: under, picture };
  }
  return null;
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

/**
 * Open the card of a picture in the popup's list, beside the picture.
 * @param {number} ref
 */
async function openListed(ref) {
  const element = listed.get(ref);
  const picture = element?.isConnected ? pictureOf(element) : null;
  if (element === undefined || picture === null) return;
  element.scrollIntoView({ block: "center", behavior: "instant" });
  await openCard(element, picture, await tell({ kind: "hello" }, 3));
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
  else if (message.kind === "open") void openListed(message.ref);
  else if (message.kind === "frame") {
    void frame(message.url).then(respond);
    return true;
  } else if (message.kind === "unframe") framed?.remove();
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
