/* A card's life in the page, from the question to the last word. */

const SLOW = 6000; // milliseconds after which the card says that it is still at it

/** @type {{card: HTMLElement, element: Element | null, view: any, state: any, box: any, focus: Element | null} | null} */
let shown = null;
/** @type {ResizeObserver | null} */
let growing = null;

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
    state: { form: null, reason: "", map: null, isMapShown: true, said: null, busy: false, isSlow: false, opened: new Set(), picture, reader },
    // Who closes the card goes on where he was.
    focus: document.activeElement,
  });
  redrawCard(true);
  if (element !== null) flash(element, view.theme);
  setTimeout(() => {
    if (shown !== mine || mine.view.final) return;
    mine.state.isSlow = true;
    redrawCard(false);
  }, SLOW);
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

/**
 * @param {boolean} isNew
 * @param {string} [name] of the button that was pressed: the focus stays on it
 */
function redrawCard(isNew, name) {
  if (shown === null) return;
  const { view, state } = shown;
  const { root } = stage(view.theme);
  const hadFocus = shown.card.contains(root.activeElement);
  const card = drawCard(view, { act, appeal: sendReport, close: closeCard }, state);
  card.classList.toggle("new", isNew);
  card.style.visibility = "hidden";
  shown.card.replaceWith(card);
  if (!card.isConnected) root.append(card);
  shown.card = card;
  placeCard(card, shown.box);
  card.style.visibility = "";
  // A heat map that comes late, or a text field that is drawn larger, must not push the card off the screen.
  growing?.disconnect();
  growing = new ResizeObserver(() => placeCard(card, shown?.box ?? null));
  growing.observe(card);
  const pressed = name === undefined ? null : /** @type {HTMLElement | null} */ (card.querySelector(`[data-act="${name}"]:enabled`));
  if (isNew || hadFocus) (pressed ?? card.querySelector("h2"))?.focus({ preventScroll: true });
}

addEventListener("resize", () => {
  if (shown === null) return;
  if (shown.element?.isConnected) shown.box = boxOf(shown.element);
  placeCard(shown.card, shown.box);
}, { passive: true });

function closeCard() {
  growing?.disconnect();
  const focus = shown?.focus;
  const hadFocus = shown !== null && stage(shown.view.theme).root.activeElement !== null;
  shown?.card.remove();
  shown = null;
  if (hadFocus && focus instanceof HTMLElement && focus !== document.body) focus.focus({ preventScroll: true });
}

/** @param {string} name */
async function act(name) {
  const mine = shown;
  if (mine === null) return;
  const { view, state, element } = mine;
  const { id } = view;
  if (name === "report" || name === "cancel") return openForm(mine, name === "cancel" ? null : name);
  if (["result", "options", "help"].includes(name)) {
    await tell({ kind: "open", what: name, id }, 3);
    return;
  }
  if (name === "heatmap" && state.map !== null) {
    state.isMapShown = !state.isMapShown;
    redrawCard(false, name);
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
  } else if (answer?.card) {
    mine.view = answer.card;
    state.said = answer.sentence ?? null;
  } else if (answer?.form) return openForm(mine, "artist");
  else Object.assign(state, { map: answer?.image ?? state.map, said: answer?.sentence ?? null });
  redrawCard(false, name);
  await followCard(mine);
}

/**
 * @param {NonNullable<typeof shown>} mine
 * @param {"report" | "artist" | null} form
 */
function openForm(mine, form) {
  mine.state.form = form;
  redrawCard(false);
  if (form !== null) mine.card.querySelector("textarea")?.focus();
}

/**
 * @param {string} name
 * @param {string} id
 * @param {Element | null} element
 * @param {any} state
 */
async function doing(name, id, element, state) {
  if (["retry", "heatmap", "flag", "artist"].includes(name)) return tell({ kind: name, id }, name === "artist" ? 1 : 3);
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
