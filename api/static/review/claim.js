// The claim on the open case: shows the time left, keeps it while somebody works, gives it back.

import { sendForm } from "./forms.js";

const KEEP_EVERY = 60_000; // at most, and only after work; the claim itself lasts ten minutes
let current = null;

/** Look after the claim of the case that is on the page now. */
export function lookAfterClaim(page) {
  stop();
  const form = page.querySelector("form[data-claim]");
  if (!form) return;
  current = {
    form,
    claimedAt: form.dataset.claim,
    end: performance.now() + Number(form.dataset.seconds) * 1000,
    keptAt: performance.now(),
    worked: false,
    timer: setInterval(tick, 1000),
  };
  tick();
}

/** Give the claim back without waiting for an answer, as when the page closes. */
export function giveBack() {
  if (!current) return;
  const values = new FormData(current.form);
  values.set("claimed_at", current.claimedAt);
  navigator.sendBeacon(current.form.action, values);
  stop();
}

/** Forget the claim: it was decided, and the server has taken it back. */
export function stop() {
  if (current) clearInterval(current.timer);
  current = null;
}

function tick() {
  const left = Math.max(0, Math.round((current.end - performance.now()) / 1000));
  const text = current.form.querySelector(".countdown");
  text.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  current.form.classList.toggle("short", left < 60);
  const since = performance.now() - current.keptAt;
  if (current.worked && since > KEEP_EVERY) keep(current);
}

async function keep(claim) {
  claim.keptAt = performance.now();
  claim.worked = false;
  const answer = await sendForm(claim.form.dataset.keep, claim.form).catch(() => null);
  if (!answer || claim !== current) return; // offline for a moment: the claim still runs
  const told = await answer.json().catch(() => ({}));
  if (told.mine) {
    claim.claimedAt = told.claimed_at;
    claim.end = performance.now() + told.seconds * 1000;
  } else if (told.holder) {
    stop();
    location.reload(); // the page itself says who has taken over; the note is kept as a draft
  }
}

for (const sign of ["keydown", "pointerdown", "pointermove", "wheel"]) {
  addEventListener(sign, () => current && (current.worked = true), { passive: true });
}
addEventListener("pagehide", giveBack);
