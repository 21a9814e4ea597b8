// The claim on the open case: asks for it, shows the time left, keeps it while somebody works, gives it back.

import { sendForm } from "./forms.js";

const KEEP_EVERY = 60_000; // at most, and only after work; the claim itself lasts ten minutes
let current = null; // `claimedAt` is empty until the server has said that the case is ours

/** Look after the claim of the case that is on the page now; resolves once the server has said whose it is. */
export async function lookAfterClaim(page) {
  const form = page.querySelector("form[data-claim]");
  if (!form) return stop();
  if (current?.form.dataset.keep !== form.dataset.keep) {
    stop();
    current = { claimedAt: "", asked: null, keptAt: performance.now(), worked: false, timer: setInterval(tick, 1000) };
  }
  current.form = form;
  if (form.dataset.claim) hold(current, form.dataset.claim, Number(form.dataset.seconds));
  else if (!current.claimedAt) current.asked ??= keep(current);
  tick();
  await current.asked;
}

/** Give the claim back without waiting for an answer, as when the page closes. */
export function giveBack() {
  if (!current) return;
  release(current);
  stop();
}

/** Forget the claim: it was decided, and the server has taken it back. */
export function stop() {
  if (!current) return;
  clearInterval(current.timer);
  current.left = true; // a claim that is still on its way goes back when it arrives
  current = null;
}

function hold(claim, claimedAt, seconds) {
  claim.claimedAt = claimedAt;
  claim.end = performance.now() + seconds * 1000;
}

function release(claim) {
  if (!claim.claimedAt) return;
  const values = new FormData(claim.form);
  values.set("claimed_at", claim.claimedAt);
  navigator.sendBeacon(claim.form.action, values);
}

function tick() {
  if (!current) return;
  if (current.claimedAt) {
    const left = Math.max(0, Math.round((current.end - performance.now()) / 1000));
    const text = current.form.querySelector(".countdown");
    text.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    current.form.classList.toggle("short", left < 60);
    current.form.hidden = false;
  }
  const since = performance.now() - current.keptAt;
  if (current.worked && since > KEEP_EVERY) keep(current);
}

async function keep(claim) {
  claim.keptAt = performance.now();
  claim.worked = false;
  const answer = await sendForm(claim.form.dataset.keep, claim.form).catch(() => null);
  if (!answer) return; // offline for a moment: the claim still runs, or is asked for again after work
  const told = await answer.json().catch(() => ({}));
  if (told.mine) hold(claim, told.claimed_at, told.seconds);
  if (claim.left) release(claim);
  if (claim !== current) return;
  if (told.mine) {
    if (told.next) goOnTo(told.next);
    tick();
  } else if (told.holder) {
    stop();
    location.reload(); // the page itself says who has it; the note is kept as a draft
  }
}

/** Name the case after this one: with the claim, the server may have put another there. */
function goOnTo(address) {
  const link = /** @type {HTMLAnchorElement} */ (document.querySelector('a[data-key="skip"]'));
  const shown = /** @type {HTMLAnchorElement | null} */ (document.querySelector(".strip a"));
  // A case that was put in between must not be known by not being in the strip.
  if (shown && shown.pathname !== new URL(address, location.href).pathname) shown.closest("ol").remove();
  link.href = address;
  link.hidden = false;
}

for (const sign of ["keydown", "pointerdown", "pointermove", "wheel"]) {
  addEventListener(sign, () => current && (current.worked = true), { passive: true });
}
addEventListener("pagehide", giveBack);
