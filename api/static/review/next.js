// Decide and next in one stroke: the next case is here before the decision is sent.
//
// The page of the next case is fetched ahead, and its picture with it. A decision shows it at once
// and travels meanwhile; if the server refuses it, its answer is shown instead, with the note.

import { giveBack, stop } from "./claim.js";
import { dropDraft, keepDraft } from "./drafts.js";
import { sendForm } from "./forms.js";
import { isSeen, lookAway, watchPicture } from "./shown.js";

let ahead = Promise.resolve(null); // the case after this one, {address, page}; null where none is to be had
let turn = 0; // counts acts that go on to another case: an answer to an older one moves nobody
let steps = Promise.resolve(); // what goes to another case, one after the other, so that no press is lost

/** Fetch the next case of this page before it is wanted; the claim, once answered, may name another. */
export function lookAhead(main, claimed, isSameCase) {
  const following = () => main.querySelector('a[data-key="skip"]:not([hidden])')?.href;
  const early = isSameCase ? ahead : fetchAhead(following());
  ahead = claimed.then(async () => {
    const [known, address] = [await early, following()];
    return known?.address === address ? known : fetchAhead(address);
  });
}

/** Make decisions and skips happen without leaving the page; `settle` revives what is shown. */
export function goWithoutLeaving(settle) {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented || event.submitter?.hasAttribute("formaction")) return; // a reply alone: no decision
    if (form.matches("form[data-case]")) {
      event.preventDefault();
      if (isSeen(form)) decide(form, event.submitter, settle);
    } else if (form.matches("form[data-undo]")) {
      event.preventDefault();
      lookAway();
      turn++;
      inTurn(() => undo(settle));
    }
  });
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest('a[data-key="skip"]');
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    lookAway();
    const mine = ++turn;
    inTurn(() => skip(mine, settle));
  });
  addEventListener("popstate", () => location.reload());
  addEventListener("pageshow", (event) => event.persisted && location.reload()); // kept by the browser: stale
}

async function fetchAhead(address) {
  return address ? fetchPage(address).then((page) => ({ address, page }), () => null) : null;
}

async function fetchPage(address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error("not to be had ahead");
  const page = parse(await answer.text());
  const picture = page.querySelector(".pane img");
  if (picture instanceof HTMLImageElement) {
    const loaded = new Image();
    loaded.src = picture.src;
    await loaded.decode().catch(() => undefined); // a picture that cannot be shown is still a case
  }
  return page;
}

/**
 * Do what goes to another case after all that was asked for before.
 * @template T
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
function inTurn(act) {
  const done = steps.then(act);
  steps = done.then(() => undefined, () => undefined);
  return done;
}

/** Take the case that was fetched ahead: its page can be shown once. */
function takeAhead() {
  const taken = ahead;
  ahead = Promise.resolve(null);
  return taken;
}

async function decide(form, submitter, settle) {
  if ("sent" in form.dataset) return; // pressed twice: once is meant
  form.dataset.sent = "";
  lookAway();
  const mine = ++turn;
  const sent = sendForm(form.action, form, submitter);
  stop();
  const { shown, claimed } = await inTurn(async () => {
    const next = await Promise.race([takeAhead(), sent.then(() => null, () => null)]);
    return { shown: next, claimed: next ? show(next.page, next.address, settle) : null };
  });
  const answer = await sent.catch(() => null);
  if (answer?.ok) {
    dropDraft(form);
    const told = await answer.json();
    await claimed;
    if (mine === turn) await finish(told, shown?.address, settle);
  } else if (answer) {
    giveBack(); // of the case that was shown too early
    show(parse(await answer.text()), form.dataset.page, settle, { back: shown });
  } else {
    alertOffline(form, shown);
  }
}

/** Take back the decision that the page offers to undo by the time this is its turn. */
async function undo(settle) {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-undo]"));
  if (!form) return; // pressed more often than there was something to undo
  const answer = await sendForm(form.action, form).catch(() => null);
  const page = answer && parse(await answer.text());
  if (!page?.querySelector("form[data-case]")) {
    location.assign(answer?.ok ? answer.url : location.href);
    return;
  }
  giveBack();
  show(page, answer.url, settle);
}

/** Bring what is shown up to date and offer undo; go where the server says if that is elsewhere. */
async function finish(told, shownAddress, settle) {
  const target = new URL(told.next, location.href);
  if (shownAddress && new URL(shownAddress).pathname === target.pathname) {
    const answer = await fetch(told.next);
    const page = answer.ok ? parse(await answer.text()) : null;
    if (page && refresh(page, settle)) history.replaceState(null, "", told.next);
  } else {
    location.assign(told.next);
  }
}

async function skip(mine, settle) {
  let next = await takeAhead();
  const link = document.querySelector('a[data-key="skip"]:not([hidden])');
  if (!next && link instanceof HTMLAnchorElement) {
    const page = await fetchPage(link.href).catch(() => null);
    next = page && { address: link.href, page };
  }
  if (!next) {
    if (link instanceof HTMLAnchorElement) location.assign(link.href);
    return;
  }
  giveBack();
  bringUpToDate(next.address, show(next.page, next.address, settle), mine, settle);
}

async function bringUpToDate(address, claimed, mine, settle) {
  await claimed;
  if (mine !== turn) return; // already on the way to another case
  const answer = await fetch(address).catch(() => null);
  if (answer?.ok) refresh(parse(await answer.text()), settle);
}

/** Show another page in this one; resolves once it is known whose case it is. */
function show(page, address, settle, { back = false } = {}) {
  const main = document.adoptNode(page.querySelector("main"));
  document.querySelector("main").replaceWith(main);
  document.title = page.title;
  document.body.className = page.body.className;
  delete document.documentElement.dataset.unveiled;
  if (address && !back) history.pushState(null, "", address);
  else if (address) history.replaceState(null, "", address);
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
  return settle(main);
}

/** Bring what was fetched ahead up to date: who else is here, undo, the case after this one.
 *
 * The form stays the very same where the case is: somebody may be typing in it, perhaps in the middle of
 * a Japanese word. Where another case is shown by now, nothing is done: one may have decided faster than
 * the network, and must never see one picture beside the buttons of another. Tells whether it was done.
 */
function refresh(page, settle) {
  const [old, fresh] = [document.querySelector(".panel"), page.querySelector(".panel")];
  const caseOf = (panel) => panel?.querySelector("form[data-case]")?.dataset.case;
  if (!old || !fresh || caseOf(old) !== caseOf(fresh)) return false;
  const [strip, next] = [document.querySelector(".strip"), page.querySelector(".strip")];
  if (strip && next) strip.replaceWith(document.adoptNode(next));
  const seen = (panel) => ["verdict_id", "decision_id", "said"].map((name) => panel.querySelector(`[name=${name}]`)?.value).join();
  if (seen(old) === seen(fresh)) {
    for (const part of old.querySelectorAll(":scope > :is(.crumbs, .held-by, .result, .undone-note, .undo)")) part.remove();
    old.prepend(...fresh.querySelectorAll(":scope > :is(.crumbs, .held-by, .result, .undone-note, .undo)"));
    choicesOf(old).disabled = choicesOf(fresh).disabled;
  } else {
    for (const name of ["note", "reply"]) {
      const [written, field] = [old, fresh].map((panel) => panel.querySelector(`textarea[name=${name}]`));
      if (field) field.value = written?.value || field.value;
    }
    old.replaceWith(document.adoptNode(fresh));
    keepDraft(document);
  }
  settle(document.querySelector("main"), { isSameCase: true });
  return true;
}

/** @returns {HTMLFieldSetElement} */
function choicesOf(panel) {
  return panel.querySelector("fieldset.choices");
}

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

/** The network is gone: go back to the case, whose note is kept as a draft, and say so. */
function alertOffline(form, shown) {
  if (shown) {
    location.assign(form.dataset.page);
    return;
  }
  delete form.dataset.sent;
  watchPicture(document.querySelector("main"));
  const notice = document.createElement("p");
  notice.className = "fault";
  notice.role = "alert";
  notice.textContent = form.dataset.offline;
  form.prepend(notice);
}
