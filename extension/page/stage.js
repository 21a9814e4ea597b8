/* The one element that we add to a page: closed, so that the page sees neither words nor verdicts. */

/** @type {{host: HTMLElement, root: ShadowRoot, layer: HTMLElement} | null} */
let stageParts = null;

/**
 * @param {string} theme
 * @returns {{host: HTMLElement, root: ShadowRoot, layer: HTMLElement}}
 */
function stage(theme) {
  if (stageParts === null) {
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
    const layer = make("div", {}, []);
    layer.style.cssText = "position:absolute;inset:0;pointer-events:none;contain:layout style";
    root.append(layer);
    stageParts = { host, root, layer };
  }
  const { host } = stageParts;
  host.dataset.theme = theme;
  // Page styles for every element must not move or hide it.
  host.style.cssText =
    "all:initial !important;position:absolute !important;left:0 !important;top:0 !important;width:0 !important;" +
    "height:0 !important;display:block !important;z-index:2147483647 !important;overflow:visible !important";
  if (!host.isConnected) document.documentElement.append(host);
  return stageParts;
}

/**
 * Put a card beside a box of the viewport: right of it, left of it, or over its corner.
 * @param {HTMLElement} card
 * @param {{x: number, y: number, width: number, height: number} | null} box
 */
function placeCard(card, box) {
  const gap = 8;
  card.style.position = "fixed";
  card.style.pointerEvents = "auto";
  const { offsetWidth: width, offsetHeight: height } = card;
  const limit = { x: Math.max(document.documentElement.clientWidth - width - gap, gap), y: Math.max(innerHeight - height - gap, gap) };
  let place = { x: limit.x, y: gap };
  if (box !== null) {
    const right = box.x + box.width + gap;
    const left = box.x - width - gap;
    const x = right <= limit.x ? right : left >= gap ? left : box.x + box.width - width - gap;
    place = { x, y: box.y };
  }
  card.style.left = `${Math.min(Math.max(place.x, gap), limit.x)}px`;
  card.style.top = `${Math.min(Math.max(place.y, gap), limit.y)}px`;
}
