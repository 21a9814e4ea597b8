// Nobody decides on a picture that they have not seen: deciding waits until it is decoded, on the screen, and has
// been for a moment. A veiled picture counts as shown; where there is none, or it cannot be shown, the moment counts.

const MOMENT = 300; // ms: a key that bounces or is pressed twice comes within 200
const page = document.documentElement; // has `data-shown` once the picture was there for a moment
let waits = 0; // counts what was waited for: only the last counts

/** Wait anew for the picture that has just been put on the page. */
export function watchPicture(main) {
  const mine = lookAway();
  const frame = main.querySelector(".pane .frame");
  const picture = frame?.querySelector("img");
  const decoded = picture instanceof HTMLImageElement ? picture.decode().catch(() => undefined) : Promise.resolve();
  decoded
    .then(() => (frame ? onScreen(frame) : painted()))
    .then(() => setTimeout(() => mine === waits && seen(main), MOMENT));
}

/** Decide nothing any more: one is on the way to another case. */
export function lookAway() {
  delete page.dataset.shown;
  return ++waits;
}

/** True once the picture has been on the screen for a moment; else the form says why nothing happens. */
export function isSeen(form) {
  if ("shown" in page.dataset) return true;
  say(form, form.dataset.wait);
  form.classList.remove("shaken");
  void form.offsetWidth; // so that the animation starts again
  form.classList.add("shaken");
  return false;
}

function seen(main) {
  page.dataset.shown = "";
  const form = main.querySelector("form[data-case]");
  if (form) say(form, "");
}

function say(form, words) {
  form.querySelector(".wait").textContent = words;
}

/** Resolves in the frame in which a part of the page, or some of it, is on the screen. */
function onScreen(part) {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      painted().then(resolve);
    });
    observer.observe(part);
  });
}

/** Resolves after the next frame: never while the page is in the background. */
function painted() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}
