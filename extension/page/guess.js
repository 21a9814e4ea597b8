/*
 * What lies where the reader clicked, when we were not there to see it. Chromium names an <img> or a link and
 * nothing else; but a press of the right button leaves its mark in the page: it gives the focus to a link, and
 * puts the caret where it fell. Only what neither tells (a canvas, or what forbids selection) is left to a
 * process of elimination, and where that leaves more than one, the reader points once more.
 */

const LEAST_GUESSED = 64; // CSS pixels; smaller things are decoration

/**
 * @param {string | null} linkUrl where the link leads that was clicked
 * @returns {Found | null}
 */
function leftBehind(linkUrl) {
  return (linkUrl === null ? null : underLink(linkUrl)) ?? underCaret() ?? onlyUnnamed();
}

/**
 * @param {string} address
 * @returns {Found | null}
 */
function underLink(address) {
  const { focus } = deepest(document);
  const clicked = focus?.closest("a[href], area[href]") ?? null;
  const isClicked = clicked !== null && /** @type {any} */ (clicked).href === address;
  const links = isClicked ? [clicked] : [...document.links].filter((link) => link.href === address && isInView(link));
  return links.length === 1 ? pictureIn(links[0]) : null;
}

/** @returns {Found | null} */
function underCaret() {
  const { root, offset } = deepest(document);
  const selection = /** @type {any} */ (root).getSelection?.() ?? null;
  const anchor = selection?.rangeCount ? selection.anchorNode : null;
  if (anchor === null || isOurs(anchor)) return null;
  const [line] = selection.getRangeAt(0).getClientRects();
  if (line !== undefined) return pictureAt(offset.x + line.x, offset.y + line.y + line.height / 2);
  // A box without text has no line for a caret: the caret's own element is what was clicked.
  const element = anchor.nodeType === Node.ELEMENT_NODE ? anchor : anchor.parentElement;
  return element === null || !isInView(element) ? null : pictureIn(element);
}

/**
 * Find the one picture in view whose kind browsers never name, if there is but one.
 * @returns {Found | null}
 */
function onlyUnnamed() {
  const unnamed = findPictures(LEAST_GUESSED).filter(
    ({ element, picture: { kind } }) => ["canvas", "background", "poster", "object"].includes(kind) && isInView(element),
  );
  // The page's own ground is a picture only where nothing else is.
  const standing = unnamed.filter(({ element }) => !["html", "body"].includes(element.localName));
  const left = standing.length ? standing : unnamed;
  return left.length === 1 ? left[0] : null;
}

/**
 * @param {Element} element
 * @returns {Found | null}
 */
function pictureIn(element) {
  const own = pictureOf(element);
  if (own !== null) return { element, picture: own };
  const { x, y, width, height } = boxOf(element);
  return pictureAt(x + width / 2, y + height / 2);
}

/**
 * Follow the focus into frames that may be read; give the last, and where its viewport begins in the tab's.
 * @param {Document} root
 * @returns {{root: Document, focus: Element | null, offset: {x: number, y: number}}}
 */
function deepest(root, offset = { x: 0, y: 0 }) {
  let focus = root.activeElement;
  while (focus?.shadowRoot?.activeElement) focus = focus.shadowRoot.activeElement;
  const inner = focus === null ? null : innerRoot(focus);
  if (focus === null || inner?.nodeType !== Node.DOCUMENT_NODE) return { root, focus, offset };
  const { x, y } = focus.getBoundingClientRect();
  return deepest(/** @type {Document} */ (inner), {
    x: offset.x + x + focus.clientLeft, y: offset.y + y + focus.clientTop,
  });
}
