/*
 * Badges on the pictures of a site that the reader chose. What is cheap is done at once, what is not
 * waits for an idle moment: the page must not feel that we are here.
 */

const QUIET = 500; // milliseconds without a new picture before fewer than a batch are sent
const LOW_BATTERY = 0.2; // where browsers' own battery savers begin

/** @typedef {{element: Element, key: string, address: string, state: "open" | "asked" | "done", badge: HTMLElement | null, isShown: boolean, finding: Standing | null, picture: any}} Marked */
/** @typedef {{tone: string, icon: string, word: string, score: string}} Standing */

/** @type {{stop: AbortController} | null} */
let badging = null;

/**
 * @param {{minSide: number, pauseOnBattery: boolean, batch: number, theme: string, lang: string}} reader
 * @param {(element: Element) => void} open
 */
function startBadges(reader, open) {
  if (badging !== null) return;
  badging = { stop: new AbortController() };
  const { signal } = badging.stop;
  const { layer } = stage(reader.theme, "badges");
  const isRtl = isRightToLeft();
  /** @type {Map<Element, Marked>} */
  const marks = new Map();
  /** @type {Map<string, Standing>} */
  const findings = new Map();
  /** @type {Set<Element>} */
  const dirty = new Set();
  let queue = /** @type {Marked[]} */ ([]);
  let timer = 0;
  let idle = false;
  let count = 0;
  let pausedUntil = 0;
  let isLow = false;
  watchBattery((low) => {
    isLow = low && reader.pauseOnBattery;
    if (!isLow) send();
  }, signal);

  let origin = { x: 0, y: 0 };
  const views = new IntersectionObserver((entries) => {
    origin = { x: scrollX, y: scrollY };
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      const mark = marks.get(target);
      if (mark === undefined) continue;
      mark.isShown = isIntersecting;
      if (isIntersecting) seen(mark, boundingClientRect);
      else hide(mark);
    }
  });
  const sizes = new ResizeObserver((entries) => {
    origin = { x: scrollX, y: scrollY };
    const shown = entries.map(({ target }) => marks.get(target)).filter((mark) => mark?.isShown);
    const boxes = shown.map((mark) => mark?.element.getBoundingClientRect());
    for (const [index, mark] of shown.entries()) seen(/** @type {Marked} */ (mark), /** @type {DOMRect} */ (boxes[index]));
  });
  const changes = new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      if (type === "attributes") dirty.add(/** @type {Element} */ (target));
      for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) dirty.add(/** @type {Element} */ (node));
    }
    whenIdle();
  });

  /** @param {Element} element */
  const watch = (element) => {
    if (marks.has(element) || isOurs(element)) return;
    count += 1;
    marks.set(element, { element, key: `p${count}`, address: "", state: "open", badge: null, isShown: false, finding: null, picture: null });
    views.observe(element);
    sizes.observe(element);
  };
  const whenIdle = () => {
    if (idle || dirty.size === 0) return;
    idle = true;
    requestIdleCallback((deadline) => {
      idle = false;
      for (const element of dirty) {
        dirty.delete(element);
        if (!element.isConnected) continue;
        if (isCandidate(element)) refresh(element);
        for (const inner of element.querySelectorAll(CANDIDATES)) watch(inner);
        if (deadline.timeRemaining() < 2) break;
      }
      whenIdle();
    }, { timeout: 1000 });
  };
  /** @param {Element} element */
  const refresh = (element) => {
    const mark = marks.get(element);
    origin = { x: scrollX, y: scrollY };
    if (mark === undefined) watch(element);
    else if (mark.isShown) seen(mark, element.getBoundingClientRect());
  };
  /**
   * @param {Marked} mark
   * @param {DOMRectReadOnly} box
   */
  const seen = (mark, box) => {
    if (Math.min(box.width, box.height) < reader.minSide) return hide(mark);
    const found = pictureOf(mark.element);
    const address = found?.shown ?? "";
    if (!/^https?:/.test(address)) return hide(mark);
    if (address !== mark.address) Object.assign(mark, { address, state: "open", finding: null });
    mark.picture = found;
    mark.finding ??= findings.get(address) ?? null;
    if (mark.finding !== null) return show(mark, box);
    hide(mark);
    if (mark.state === "open") {
      mark.state = "asked";
      queue.push(mark);
      plan();
    }
  };
  const plan = () => {
    clearTimeout(timer);
    if (queue.length >= reader.batch) send();
    else timer = setTimeout(send, QUIET);
  };
  const send = () => {
    clearTimeout(timer);
    if (isLow || Date.now() < pausedUntil || document.hidden) {
      timer = setTimeout(send, 5000);
      return;
    }
    // What scrolled by unseen is not asked for: it comes again when it is seen again.
    const [wanted, missed] = parted(queue, (mark) => mark.isShown);
    for (const mark of missed) mark.state = "open";
    queue = wanted.slice(reader.batch);
    const now = wanted.slice(0, reader.batch);
    if (now.length) void ask(now);
    if (queue.length) plan();
  };
  /** @param {Marked[]} asked */
  const ask = async (asked) => {
    const pictures = asked.map(({ key, picture }) => ({ key, picture }));
    const answers = await tell({ kind: "many", pictures }).catch(() => null);
    if (signal.aborted) return;
    if (answers === null || answers.broken) {
      // The worker died over it: ask again, it will find what it had submitted.
      for (const mark of asked) mark.state = "open";
      again(asked, 1000);
      return;
    }
    const open = [];
    const found = [];
    for (const mark of asked) {
      const answer = answers[mark.key];
      if (answer?.state === "examined") {
        findings.set(mark.address, answer);
        Object.assign(mark, { state: "done", finding: answer });
        if (mark.isShown) found.push(mark);
      } else if (answer?.state === "pending") open.push(mark);
      else if (answer?.state === "troubled") {
        pausedUntil = Date.now() + answer.retryAfter * 1000;
        open.push(mark);
      } else mark.state = "done";
    }
    place(found);
    for (const mark of open) mark.state = "open";
    again(open, Math.max(pausedUntil - Date.now(), 300));
  };
  /**
   * @param {Marked[]} some
   * @param {number} after
   */
  const again = (some, after) => {
    if (some.length === 0) return;
    setTimeout(() => {
      origin = { x: scrollX, y: scrollY };
      const here = some.filter(({ isShown, element }) => isShown && element.isConnected);
      for (const mark of here) seen(mark, mark.element.getBoundingClientRect());
    }, after);
  };
  /**
   * First all that is read, then all that is written: one layout, not one for each.
   * @param {Marked[]} some
   */
  const place = (some) => {
    const boxes = some.map(({ element }) => element.getBoundingClientRect());
    origin = { x: scrollX, y: scrollY };
    for (const [index, mark] of some.entries()) show(mark, boxes[index]);
  };
  /** @type {Map<string, HTMLElement>} */
  const patterns = new Map();
  /**
   * @param {Standing} finding
   * @returns {HTMLElement}
   */
  const newBadge = ({ tone, icon: name, word, score }) => {
    const label = score === "" ? word : `${word} · ${score}`;
    let pattern = patterns.get(`${tone} ${label}`);
    if (pattern === undefined) {
      pattern = make("button", { type: "button", class: `badge ${tone}`, lang: reader.lang, "aria-label": label, title: label }, [
        icon(name), make("span", {}, [word]),
      ]);
      patterns.set(`${tone} ${label}`, pattern);
    }
    return /** @type {HTMLElement} */ (pattern.cloneNode(true));
  };
  /**
   * @param {Marked} mark
   * @param {DOMRectReadOnly} box
   */
  const show = (mark, box) => {
    if (mark.finding === null) return;
    if (mark.badge === null) {
      mark.badge = newBadge(mark.finding);
      mark.badge.addEventListener("click", (event) => event.isTrusted && open(mark.element));
      layer.append(mark.badge);
    }
    // In the corner where the page's reading begins.
    const left = `${Math.round((isRtl ? box.right - 6 : box.left + 6) + origin.x)}px`;
    mark.badge.classList.toggle("rtl", isRtl);
    const top = `${Math.round(box.top + origin.y + 6)}px`;
    if (mark.badge.style.left !== left) mark.badge.style.left = left;
    if (mark.badge.style.top !== top) mark.badge.style.top = top;
  };
  /** @param {Marked} mark */
  const hide = (mark) => {
    mark.badge?.remove();
    mark.badge = null;
  };

  // Scrolling within an element moves pictures without any observer's word.
  let isMoving = false;
  document.addEventListener("scroll", ({ target }) => {
    if (target === document || isMoving) return;
    isMoving = true;
    requestAnimationFrame(() => {
      isMoving = false;
      place([...marks.values()].filter(({ badge }) => badge !== null));
    });
  }, { capture: true, passive: true, signal });
  // Elements that the page dropped must not be kept alive by us.
  const sweep = setInterval(() => {
    for (const [element, mark] of marks) {
      if (element.isConnected) continue;
      hide(mark);
      views.unobserve(element);
      sizes.unobserve(element);
      marks.delete(element);
    }
  }, 10_000);
  signal.addEventListener("abort", () => {
    for (const observer of [views, sizes, changes]) observer.disconnect();
    clearInterval(sweep);
    clearTimeout(timer);
    for (const mark of marks.values()) hide(mark);
    badging = null;
  });

  for (const element of document.querySelectorAll(CANDIDATES)) watch(element);
  changes.observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["src", "srcset", "style", "data-bg", "data-src"],
  });
}

/** Only what is likely to be a picture is watched: asking every element for its background costs. */
const CANDIDATES = "img, video[poster], input[type=image], [style*='background'], [data-bg], [data-background-image]";

/** @param {Element} element */
function isCandidate(element) {
  return element.matches(CANDIDATES);
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => boolean} test
 * @returns {[T[], T[]]}
 */
function parted(items, test) {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/**
 * Browsers tell no page of their battery saver; where they tell the battery, it is judged as they do.
 * @param {(isLow: boolean) => void} tell
 * @param {AbortSignal} signal
 */
async function watchBattery(tell, signal) {
  const battery = await /** @type {any} */ (navigator).getBattery?.().catch(() => null);
  if (!battery) return;
  const look = () => tell(!battery.charging && battery.level <= LOW_BATTERY);
  for (const event of ["chargingchange", "levelchange"]) battery.addEventListener(event, look, { signal });
  look();
}
