/*
 * Picking a picture by hand. Browsers tell an extension the address of an <img> that was clicked and
 * nothing of a background, a canvas or what lies under an overlay; so the reader points once more.
 */

/** @type {AbortController | null} */
let picking = null;

/**
 * @param {{theme: string, words: {pick: string, noPicture: string}}} reader
 * @param {(found: Found) => void} done
 */
function pick({ theme, words }, done) {
  picking?.abort();
  picking = new AbortController();
  const { signal } = picking;
  const { root } = stage(theme);
  const hint = make("div", { class: "kt hint", role: "status" }, [words.pick]);
  const outline = make("div", { class: "kt outline" }, []);
  outline.hidden = true;
  // A shield takes the click: the page must not follow a link or play a video for it.
  const shield = make("div", {}, []);
  shield.style.cssText = "position:fixed;inset:0;cursor:crosshair;pointer-events:auto";
  root.append(shield, outline, hint);
  const choices = () => findPictures(32).filter(({ element }) => isInView(element));
  let chosen = -1;
  signal.addEventListener("abort", () => {
    for (const part of [shield, hint, outline]) part.remove();
  });
  /** @param {Element} element */
  const show = (element) => {
    const { x, y, width, height } = boxOf(element);
    outline.hidden = false;
    outline.style.cssText = `left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
  };
  /** @param {Found} found */
  const take = (found) => {
    picking?.abort();
    done(found);
  };
  shield.addEventListener("pointermove", ({ clientX, clientY }) => {
    const found = pictureAt(clientX, clientY);
    if (found === null) outline.hidden = true;
    else show(found.element);
  }, { signal });
  shield.addEventListener("click", (event) => {
    event.preventDefault();
    const found = pictureAt(event.clientX, event.clientY);
    if (found === null) hint.textContent = words.noPicture;
    else take(found);
  }, { signal });
  document.addEventListener("keydown", (event) => {
    const all = event.key === "Tab" || event.key === "Enter" ? choices() : [];
    if (event.key === "Escape") picking?.abort();
    else if (event.key === "Tab" && all.length) {
      chosen = (chosen + (event.shiftKey ? all.length - 1 : 1)) % all.length;
      show(all[chosen].element);
    } else if (event.key === "Enter" && all[chosen]) take(all[chosen]);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { signal, capture: true });
}
