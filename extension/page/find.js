/*
 * Finding the pictures of a page, however they are embedded. The files of this folder are injected in
 * turn and share one scope, apart from the page's own: browsers inject no modules.
 */

/**
 * @typedef {object} Found
 * @property {Element} element
 * @property {import("../types").Picture} picture
 */

/** Where lazy loaders keep the true address until the picture scrolls into view. */
const LAZY = ["data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "data-full", "data-hi-res-src",
  "data-orig-file", "data-large-file", "data-zoom-image", "data-large-src"];
const LAZY_SETS = ["data-srcset", "data-lazy-srcset"];
const LAZY_BACKGROUNDS = ["data-bg", "data-background", "data-background-image", "data-bgset"];
const MOST_ELEMENTS = 20_000; // looked at for backgrounds; a page with more is searched in part
const SPACER = 4; // pixels; smaller pictures are there to be looked through

/**
 * List the pictures of the page and of the frames and shadow trees that may be read, largest first.
 * @param {number} least pixels that both sides must have
 * @returns {Found[]}
 */
function findPictures(least) {
  const found = [];
  const seen = new Set();
  for (const element of allElements(document)) {
    const picture = pictureOf(element);
    if (picture === null || picture.width < least || picture.height < least) continue;
    const name = picture.shown ?? element;
    if (seen.has(name)) continue;
    seen.add(name);
    found.push({ element, picture });
  }
  return found.sort((a, b) => b.picture.width * b.picture.height - a.picture.width * a.picture.height);
}

/**
 * Find the picture at a point of the viewport, through whatever lies over it.
 * @param {number} x
 * @param {number} y
 * @returns {Found | null}
 */
function pictureAt(x, y) {
  for (const element of stackAt(document, x, y)) {
    const picture = pictureOf(element);
    const isSeen = picture !== null && picture.width > SPACER && picture.height > SPACER;
    if (isSeen && !isSpacer(element)) return { element, picture };
  }
  return null;
}

/**
 * Find the element that shows an address; the browser's menu tells the address alone.
 * @param {string} address
 * @returns {Found | null}
 */
function pictureWith(address) {
  const shown = [];
  for (const element of allElements(document)) {
    const { currentSrc, src, poster, data } = /** @type {any} */ (element);
    // A lazy loader's placeholder is what the menu names, and not what the picture is.
    const isNamed = [currentSrc, src, poster, data].includes(address);
    const picture = isNamed || element.localName === "image" ? pictureOf(element) : null;
    if (picture !== null && (isNamed || picture.shown === address)) shown.push({ element, picture });
  }
  const best = shown.find(({ element }) => isInView(element)) ?? shown[0] ?? null;
  if (best === null || !isSpacer(best.element)) return best;
  // A transparent picture that guards the true one against saving: look under it.
  const box = boxOf(best.element);
  return pictureAt(box.x + box.width / 2, box.y + box.height / 2);
}

/**
 * Read how an element shows a picture.
 * @param {Element} element
 * @returns {import("../types").Picture | null}
 */
function pictureOf(element) {
  const name = element.localName;
  const base = element.ownerDocument.baseURI;
  if (name === "img") return imagePicture(/** @type {HTMLImageElement} */ (element), base);
  if (name === "canvas") {
    const { width, height } = /** @type {HTMLCanvasElement} */ (element);
    return picture("canvas", null, [], element, width, height);
  }
  if (name === "image" && element.namespaceURI === "http://www.w3.org/2000/svg") {
    const href = element.getAttribute("href") ?? element.getAttributeNS("http://www.w3.org/1999/xlink", "href");
    return href ? picture("svg", absolute(href, base), [], element) : null;
  }
  if (name === "input") {
    const input = /** @type {HTMLInputElement} */ (element);
    return input.type === "image" && input.src ? picture("input", input.src, [], element) : null;
  }
  if (name === "video") {
    const { poster } = /** @type {HTMLVideoElement} */ (element);
    return poster ? picture("poster", poster, [], element) : null;
  }
  if (name === "object" || name === "embed") {
    const object = /** @type {HTMLObjectElement & HTMLEmbedElement} */ (element);
    const isImage = object.type.startsWith("image/") || /\.(jpe?g|png|webp|gif|avif|bmp)(\?|$)/i.test(object.data ?? object.src);
    return isImage ? picture("object", object.data ?? object.src, [], element) : null;
  }
  return backgroundPicture(element, base);
}

/**
 * @param {HTMLImageElement} image
 * @param {string} base
 */
function imagePicture(image, base) {
  const parent = image.parentElement;
  const sources = parent?.localName === "picture"
    ? [...parent.querySelectorAll("source")].filter(({ media }) => !media || matchMedia(media).matches)
    : [];
  const sets = [
    image.srcset,
    ...LAZY_SETS.map((name) => image.getAttribute(name)),
    ...sources.flatMap((source) => [source.srcset, source.getAttribute("data-srcset")]),
  ].map((set) => readSrcset(set, base));
  const lazy = LAZY.map((name) => image.getAttribute(name)).filter((value) => value && !/^[{[]/.test(value));
  const shown = image.currentSrc || image.src || null;
  // Before a lazy loader has done its work, a placeholder is shown: the true address goes first.
  const isPlaceholder = shown === null || (lazy.length > 0 && (image.naturalWidth <= SPACER || shown.startsWith("data:")));
  // Once a picture is there, only a set that names it holds other sizes of it: a source for another screen, or
  // an attribute for a script, may be another picture. `src` belongs to the set beside it.
  const isOwn = (/** @type {{url: string}[]} */ set, /** @type {number} */ place) =>
    set.some(({ url }) => url === shown) || (place === 0 && shown === image.src);
  const others = [
    ...(isPlaceholder ? sets : sets.filter(isOwn)).flat(),
    ...(isPlaceholder ? lazy.map((value) => ({ url: absolute(value, base), width: 0 })) : []),
  ].filter(({ url }) => url !== null);
  if (shown === null && others.length === 0) return null;
  return picture("img", isPlaceholder && others.length ? others[0].url : shown, others, image,
    isPlaceholder ? 0 : image.naturalWidth, isPlaceholder ? 0 : image.naturalHeight);
}

/**
 * @param {Element} element
 * @param {string} base
 */
function backgroundPicture(element, base) {
  const lazy = LAZY_BACKGROUNDS.map((name) => element.getAttribute(name)).find(Boolean);
  if (lazy) {
    const address = lazy.match(/url\(\s*(["']?)(.+?)\1\s*\)/)?.[2] ?? lazy.trim().split(/\s+/)[0];
    return picture("background", absolute(address, base), [], element);
  }
  for (const pseudo of [null, "::before", "::after"]) {
    const style = getComputedStyle(element, pseudo);
    if (pseudo !== null && style.content === "none") continue;
    const urls = readUrls(style.backgroundImage, base);
    // Of an image-set every address is one picture; its resolutions are told in the same order.
    if (urls.length) return picture("background", urls[0].url, urls, element);
  }
  return null;
}

/**
 * @param {import("../types").Picture["kind"]} kind
 * @param {string | null} shown
 * @param {{url: string | null, width: number}[]} others
 * @param {Element} element
 * @param {number} [width] of the file, where it is known
 * @param {number} [height]
 * @returns {import("../types").Picture}
 */
function picture(kind, shown, others, element, width = 0, height = 0) {
  // Asking for the box may cost the page a layout: only where the file's own size is unknown.
  const box = width && height ? { width, height } : element.getBoundingClientRect();
  const link = element.closest("a[href]");
  return {
    kind,
    shown,
    others: /** @type {{url: string, width: number}[]} */ (others.slice(0, 30)),
    link: link?.localName === "a" ? /** @type {HTMLAnchorElement} */ (link).href : null,
    width: Math.round(width || box.width),
    height: Math.round(height || box.height),
  };
}

/**
 * Read `srcset` (HTML, 4.8.4.2.1): addresses may hold commas, descriptors may be missing.
 * @param {string | null} text
 * @param {string} base
 * @returns {{url: string, width: number}[]}
 */
function readSrcset(text, base) {
  const found = [];
  for (const [, address, tail] of (text ?? "").matchAll(/(?:^|,|\s)\s*([^\s,]\S*[^\s,])(\s+[^,]*)?(?=,|$)/g)) {
    const wide = Number.parseFloat(tail?.match(/([\d.]+)w/)?.[1] ?? "");
    const dense = Number.parseFloat(tail?.match(/([\d.]+)x/)?.[1] ?? "");
    const url = absolute(address, base);
    // Densities compare among themselves; as widths they are small, but in the right order.
    if (url !== null) found.push({ url, width: Number.isFinite(wide) ? wide : Number.isFinite(dense) ? dense : 1 });
  }
  return found;
}

/**
 * Read `url()` and `image-set()` out of a computed background, the densest first.
 * @param {string} text
 * @param {string} base
 */
function readUrls(text, base) {
  if (text === "none" || !text.includes("url(")) return [];
  const found = [];
  for (const [, , address, density] of text.matchAll(/url\((["']?)(.*?)\1\)(?:\s+([\d.]+)(?:x|dppx))?/g)) {
    const url = absolute(address.replaceAll(/\\(.)/g, "$1"), base);
    if (url !== null) found.push({ url, width: Number.parseFloat(density ?? "1") });
  }
  return found.sort((a, b) => b.width - a.width);
}

/**
 * @param {Document | ShadowRoot} root
 * @returns {Generator<Element>}
 */
function* allElements(root, budget = { left: MOST_ELEMENTS }) {
  for (const element of root.querySelectorAll("*")) {
    budget.left -= 1;
    if (budget.left < 0) return;
    if (isOurs(element)) continue;
    yield element;
    const inner = innerRoot(element);
    if (inner !== null) yield* allElements(inner, budget);
  }
}

/**
 * List what lies at a point, topmost first, inside frames and shadow trees too.
 * @param {Document | ShadowRoot} root
 * @param {number} x in the root's own viewport
 * @param {number} y
 * @returns {Generator<Element>}
 */
function* stackAt(root, x, y, isInside = false) {
  const own = isInside ? root.elementsFromPoint(x, y).filter((element) => element.getRootNode() === root) : root.elementsFromPoint(x, y);
  for (const element of own) {
    if (isOurs(element)) continue;
    const inner = innerRoot(element);
    if (inner?.nodeType === Node.DOCUMENT_FRAGMENT_NODE) yield* stackAt(inner, x, y, true);
    else if (inner !== null) {
      const box = element.getBoundingClientRect();
      yield* stackAt(inner, x - box.x - element.clientLeft, y - box.y - element.clientTop);
    }
    yield element;
  }
  if (isInside) return;
  // Overlays that let the pointer through hide what lets it through too: look at every picture's box.
  for (const element of root.querySelectorAll("img, canvas, video, picture > img")) {
    if (getComputedStyle(element).pointerEvents !== "none") continue;
    const box = element.getBoundingClientRect();
    if (x >= box.left && x < box.right && y >= box.top && y < box.bottom) yield element;
  }
}

/**
 * @param {Element} element
 * @returns {Document | ShadowRoot | null}
 */
function innerRoot(element) {
  try {
    // Firefox shows closed shadow trees to extensions as well; we leave those alone.
    return element.shadowRoot ?? /** @type {HTMLIFrameElement} */ (element).contentDocument ?? null;
  } catch {
    return null; // a frame of another site
  }
}

/**
 * Give an element's box in the viewport of the whole tab.
 * @param {Element} element
 */
function boxOf(element) {
  const { x, y, width, height } = element.getBoundingClientRect();
  const place = { x, y, width, height };
  for (let frame = frameOf(element); frame !== null; frame = frameOf(frame)) {
    const outer = frame.getBoundingClientRect();
    place.x += outer.x + frame.clientLeft;
    place.y += outer.y + frame.clientTop;
  }
  return place;
}

/**
 * @param {Element} element
 * @returns {Element | null}
 */
function frameOf(element) {
  return element.ownerDocument.defaultView?.frameElement ?? null;
}

/** @param {Element} element */
function isInView(element) {
  const box = boxOf(element);
  return box.width > 0 && box.y < innerHeight && box.y + box.height > 0 && box.x < innerWidth && box.x + box.width > 0;
}

/** @param {Element} element */
function isSpacer(element) {
  const image = /** @type {HTMLImageElement} */ (element);
  if (element.localName !== "img" || !image.complete || image.naturalWidth === 0) return false;
  if (image.naturalWidth > SPACER || image.naturalHeight > SPACER) return false;
  return pictureOf(element)?.shown === (image.currentSrc || image.src); // else it holds a lazy one's place
}

/** @param {Element} element */
function isOurs(element) {
  return element.localName === "kantei-stage";
}

/**
 * @param {string | null | undefined} address
 * @param {string} base
 * @returns {string | null}
 */
function absolute(address, base) {
  try {
    return address ? new URL(address, base).href : null;
  } catch {
    return null;
  }
}
