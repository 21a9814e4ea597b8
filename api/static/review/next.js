// Decide and next in one stroke: the next case is here before the decision is sent.
//
// The page of the next case is fetched ahead, and its picture with it. A decision shows it at once
// and travels meanwhile; if the server refuses it, its answer is shown instead, with the note.

import { giveBack, stop } from "./claim.js";
import { dropDraft, keepDraft } from "./drafts.js";
import { sendForm } from "./forms.js";

let ahead = null; // {address, page: Promise<Document>}
let turn = 0; // counts acts that go on to another case: an answer to an older one moves nobody

/** Fetch the next case of this page before it is wanted. */
export function lookAhead(page) {
  const address = page.querySelector('a[data-key="skip"]')?.href;
  if (!address) ahead = null;
  else if (ahead?.address !== address) ahead = { address, page: fetchPage(address) };
}

/** Make decisions and skips happen without leaving the page; `settle` revives what is shown. */
export function goWithoutLeaving(settle) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-case]") || event.defaultPrevented) return;
    event.preventDefault();
    decide(form, event.submitter, settle);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[data-key="skip"]');
    if (!link || !ahead || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    giveBack();
    skip(settle);
  });
  addEventListener("popstate", () => location.reload());
  addEventListener("pageshow", (event) => event.persisted && location.reload()); // kept by the browser: stale
}

async function fetchPage(address) {
  const answer = await fetch(address, { headers: { "X-Look-Ahead": "1" } });
  if (!answer.ok || answer.redirected) throw new Error("not to be had ahead");
  const page = parse(await answer.text());
  const picture = page.querySelector(".easel img");
  if (picture) {
    const loaded = new Image();
    loaded.src = picture.src;
    await loaded.decode().catch(() => undefined); // a picture that cannot be shown is still a case
  }
  return page;
}

async function decide(form, submitter, settle) {
  if ("sent" in form.dataset) return; // pressed twice: once is meant
  form.dataset.sent = "";
  const [next, mine] = [ahead, ++turn];
  const sent = sendForm(form.action, form, submitter);
  stop();
  let shown = false;
  if (next) {
    const page = await Promise.race([next.page.catch(() => null), sent.then(() => null)]);
    if (page) {
      show(page, next.address, settle);
      shown = true;
    }
  }
  const answer = await sent.catch(() => null);
  if (answer?.ok) {
    dropDraft(form);
    const told = await answer.json();
    if (mine === turn) await finish(told, shown ? next.address : null, settle);
  } else if (answer) {
    show(parse(await answer.text()), form.dataset.page, settle, { back: shown });
  } else {
    alertOffline(form, settle, shown);
  }
}

/** Claim what is shown and offer undo; go where the server says if that is elsewhere. */
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

async function skip(settle) {
  turn += 1;
  const { address, page } = ahead;
  const parsed = await page.catch(() => null);
  if (!parsed) {
    location.assign(address);
    return;
  }
  show(parsed, address, settle);
  const answer = await fetch(address).catch(() => null);
  if (answer?.ok) refresh(parse(await answer.text()), settle);
}

/** Show another page in this one. */
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
  settle(main);
}

/** Bring what was fetched ahead up to date: the claim, who else is here, undo, the case after this one.
 *
 * The form stays the very same where the case is: somebody may be typing in it, perhaps in the middle of
 * a Japanese word. Where another case is shown by now, nothing is done: one may have decided faster than
 * the network, and must never see one picture beside the buttons of another. Tells whether it was done.
 */
function refresh(page, settle) {
  const [old, fresh] = [document.querySelector(".panel"), page.querySelector(".panel")];
  const caseOf = (panel) => panel?.querySelector("form[data-case]")?.dataset.case;
  if (!old || !fresh || caseOf(old) !== caseOf(fresh)) return false;
  const seen = (panel) => ["verdict_id", "decision_id"].map((name) => panel.querySelector(`[name=${name}]`)?.value).join();
  if (seen(old) === seen(fresh)) {
    for (const part of old.querySelectorAll(":scope > :is(.crumbs, .held-by, .told, .undo)")) part.remove();
    old.prepend(...fresh.querySelectorAll(":scope > :is(.crumbs, .held-by, .told, .undo)"));
    old.querySelector("fieldset.choices").disabled = fresh.querySelector("fieldset.choices").disabled;
  } else {
    const note = old.querySelector("textarea[name=note]").value;
    if (note) fresh.querySelector("textarea[name=note]").value = note;
    old.replaceWith(document.adoptNode(fresh));
    keepDraft(document);
  }
  settle(document.querySelector("main"), { isSameCase: true });
  return true;
}

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

/** The network is gone: go back to the case, whose note is kept as a draft, and say so. */
function alertOffline(form, settle, shown) {
  if (shown) {
    location.assign(form.dataset.page);
    return;
  }
  delete form.dataset.sent;
  const notice = document.createElement("p");
  notice.className = "fault";
  notice.role = "alert";
  notice.textContent = form.dataset.offline;
  form.prepend(notice);
}
