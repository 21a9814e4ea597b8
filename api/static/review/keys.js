// Keys: one letter for what a moderator does a thousand times a day.

const KEYS = {
  h: "human",
  a: "ai",
  e: "escalate",
  s: "skip",
  w: "note",
  u: "undo",
  q: "queue",
  n: "next",
  t: "take",
};

/** Act on single letters, except where somebody is typing. */
export function listenForKeys(page) {
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = KEYS[event.key.toLowerCase()];
    const target = act && page.querySelector(`[data-key="${act}"]`);
    if (target) {
      event.preventDefault();
      press(target);
    } else if (event.key === "j" || event.key === "ArrowRight" || event.key === "ArrowDown") {
      step(page, event, 1);
    } else if (event.key === "k" || event.key === "ArrowLeft" || event.key === "ArrowUp") {
      step(page, event, -1);
    }
  });
}

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function press(target) {
  if (target.tagName === "TEXTAREA") target.focus();
  else target.click();
}

/** Move the focus along the list: by one to the sides, by a row up and down. */
function step(page, event, way) {
  const rows = [...page.querySelectorAll("[data-row]")];
  if (rows.length === 0) return;
  event.preventDefault();
  const at = rows.indexOf(page.activeElement);
  const stride = /^Arrow(Up|Down)$/.test(event.key) ? columns(rows) : 1;
  const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + way * stride));
  rows[next].focus();
}

function columns(rows) {
  const top = rows[0].getBoundingClientRect().top;
  return rows.findIndex((row) => row.getBoundingClientRect().top > top + 1) || 1;
}
