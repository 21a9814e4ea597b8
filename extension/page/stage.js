/* The elements that we add to a page: closed, so that the page sees neither words nor verdicts. */

/** @typedef {{host: HTMLElement, root: ShadowRoot, layer: HTMLElement}} Stage */

/** Cards lie over whatever is topmost; badges lie on the page. @type {Map<"cards" | "badges", Stage>} */
const stages = new Map();

/**
 * @param {string} theme
 * @param {"cards" | "badges"} name
 * @returns {Stage}
 */
function stage(theme, name = "cards") {
  let parts = stages.get(name);
  if (parts === undefined) stages.set(name, (parts = makeStage()));
  const { host } = parts;
  host.dataset.theme = theme;
  // Page styles for every element must not move or hide it.
  host.style.cssText =
    "all:initial !important;position:absolute !important;left:0 !important;top:0 !important;width:0 !important;" +
    "height:0 !important;display:block !important;z-index:2147483647 !important;overflow:visible !important";
  const parent = name === "cards" ? topmost() : document.documentElement;
  if (host.parentNode !== parent) parent.append(host);
  return parts;
}

/** @returns {Stage} */
function makeStage() {
  const host = document.createElement("kantei-stage");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  // Firefox refuses a sheet of our world for a root of the page's: there a style element does.
  try {
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make("style", {}, [STYLE]));
  }
  const layer = make("div", { class: "kt" }, []);
  layer.style.cssText = "position:absolute;inset:0;pointer-events:none;contain:layout style";
  root.append(layer);
  return { host, root, layer };
}

/**
 * Find where a card is seen and can be clicked: galleries show pictures in modal dialogs or full screen, and
 * nothing outside of those is either.
 * @returns {Element}
 */
function topmost() {
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  const full = document.fullscreenElement;
  const holder = full !== null && !["img", "video", "canvas", "iframe", "object"].includes(full.localName) ? full : null;
  return (holder !== null && dialog !== undefined && holder.contains(dialog) ? dialog : holder ?? dialog) ?? document.documentElement;
}

const NARROW = 480; // pixels; a window with no room beside a picture has its card at the lower edge

/**
 * Put a card beside a box of the viewport, on the side to which the page's reading leads: else on the other, else
 * over its corner.
 * @param {HTMLElement} card
 * @param {{x: number, y: number, width: number, height: number} | null} box
 */
function placeCard(card, box) {
  const gap = 8;
  const room = document.documentElement.clientWidth;
  card.style.position = "fixed";
  card.style.pointerEvents = "auto";
  card.style.width = room < NARROW ? `${room - 2 * gap}px` : "";
  const { offsetWidth: width, offsetHeight: height } = card;
  const limit = { x: Math.max(room - width - gap, gap), y: Math.max(innerHeight - height - gap, gap) };
  let place = { x: limit.x, y: gap };
  if (room < NARROW) place = { x: gap, y: limit.y };
  else if (box !== null) {
    const right = box.x + box.width + gap;
    const left = box.x - width - gap;
    const sides = isRightToLeft() ? [left, right] : [right, left];
    place = { x: sides.find((x) => x >= gap && x <= limit.x) ?? box.x + box.width - width - gap, y: box.y };
  }
  card.style.left = `${Math.min(Math.max(place.x, gap), limit.x)}px`;
  card.style.top = `${Math.min(Math.max(place.y, gap), limit.y)}px`;
}

function isRightToLeft() {
  return getComputedStyle(document.documentElement).direction === "rtl";
}

/**
 * Show for a moment which picture is meant.
 * @param {Element} element
 * @param {string} theme
 */
function flash(element, theme) {
  const { x, y, width, height } = boxOf(element);
  const outline = make("div", { class: "kt outline flash" }, []);
  outline.style.cssText = `left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
  stage(theme).root.append(outline);
  setTimeout(() => outline.remove(), 1600);
}
