// New cases: one request waits until there are some. Nothing is loaded by itself, so that nobody loses their place.

const PAUSE = 30_000; // after a request that failed

/** Show how many cases have come since the page was made, as they come, while somebody looks at it. */
export async function waitForFresh(page) {
  const place = page.querySelector("[data-fresh]");
  if (!(place instanceof HTMLElement)) return;
  const pill = place.querySelector("a");
  for (;;) {
    await visible(page);
    const told = await fetch(place.dataset.fresh).then((answer) => (answer.ok ? answer.json() : null), () => null);
    if (told?.count) {
      const words = told.count === 1 ? pill.dataset.one : pill.dataset.many;
      pill.textContent = words.replace("{}", told.count.toLocaleString(page.documentElement.lang));
      pill.hidden = false;
      return; // the pill leads to all that came until it is pressed
    }
    if (!told || told.again) await new Promise((resolve) => setTimeout(resolve, told ? told.again * 1000 : PAUSE));
  }
}

function visible(page) {
  if (!page.hidden) return Promise.resolve();
  return new Promise((resolve) => page.addEventListener("visibilitychange", resolve, { once: true }));
}
