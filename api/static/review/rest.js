// A word to who has looked for long: once, gently, and never while they type.

const GAP = 10 * 60_000; // away for so long, one has rested
const KEY = "desk since";

/** Suggest a break after so many minutes at the desk. */
export function suggestRest(page) {
  const minutes = Number(page.body.dataset.remind ?? 0);
  const notice = page.getElementById("rest");
  if (!minutes || !notice) return;
  setInterval(() => {
    if (page.hidden) return;
    const now = Date.now();
    const [since, last] = (localStorage.getItem(KEY) ?? `${now} ${now}`).split(" ").map(Number);
    const start = now - last > GAP ? now : since;
    localStorage.setItem(KEY, `${start} ${now}`);
    if (now - start >= minutes * 60_000 && !page.activeElement?.matches("input, textarea")) notice.hidden = false;
  }, 20_000);
  notice.querySelector("button").addEventListener("click", () => {
    notice.hidden = true;
    localStorage.setItem(KEY, `${Date.now()} ${Date.now()}`);
  });
}
