// Keys: one character for what a moderator does a thousand times a day, as the moderator chose them.

import { startGround, takeDigit } from "./ground.js";

const MANY = "[data-tile], [data-group]"; // each has keys of its own, which count where one is

/** Act on single characters, except where somebody is typing or a dialog is open. */
export function listenForKeys(page) {
  const acts = invert(JSON.parse(page.body.dataset.keys ?? "{}"));
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    const menu = event.key === "Escape" && page.querySelector("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (page.querySelector("dialog[open]")) return;
    if (takeDigit(page, event.key)) {
      event.preventDefault();
      return;
    }
    const act = acts.get(event.key.toLowerCase());
    if (act && doAct(page, act)) event.preventDefault();
    else if (event.key === "/") search(page, event);
    else if (event.key === "?") openDialog(page, "keys-help");
    else if (["j", "ArrowRight", "ArrowDown"].includes(event.key)) step(page, event, 1);
    else if (["k", "ArrowLeft", "ArrowUp"].includes(event.key)) step(page, event, -1);
  });
  page.addEventListener("click", (event) => {
    for (const menu of page.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-opens]");
    if (opener) openDialog(page, opener.dataset.opens);
  });
}

function invert(keys) {
  return new Map(Object.entries(keys).map(([act, key]) => [key, act]));
}

function doAct(page, act) {
  if (act === "select") return select(page);
  if (act === "ground") return startGround(page);
  if (act === "filter") return openFilters(page);
  const all = [...page.querySelectorAll(`[data-key="${act}"]`)];
  const usable = all.filter((one) => one.checkVisibility() && !one.matches(":disabled"));
  // What was selected comes first; then, among many, the tile or the group that one is at.
  const target = usable.find((one) => one.closest(".bulk")) ?? usable.find((one) => one.closest(MANY)?.matches(".is-at")) ?? usable.find((one) => !one.closest(MANY));
  if (!target) return false;
  if (target.tagName === "TEXTAREA") target.focus();
  else target.click();
  return true;
}

/** Go to the search box, with what is in it selected. */
function search(page, event) {
  const box = page.querySelector("[data-search]");
  if (!(box instanceof HTMLInputElement)) return;
  event.preventDefault();
  box.select();
}

/** Open the filters, with the first of them ready to be changed. */
function openFilters(page) {
  const menu = page.querySelector(".filters details.menu");
  if (!menu) return false;
  menu.open = true;
  menu.querySelector("select").focus();
  return true;
}

function openDialog(page, id) {
  page.getElementById(id)?.showModal();
}

function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target instanceof HTMLInputElement && target.type !== "checkbox";
}

/** Select the case that has the focus, for deciding many at once. */
function select(page) {
  const box = page.activeElement?.closest("li")?.querySelector(".pick input");
  if (!box) return false;
  box.click();
  return true;
}

/** Move the focus along the list: by one to the sides, by a row up and down. */
function step(page, event, way) {
  const rows = [...page.querySelectorAll("[data-row]")];
  if (rows.length === 0) return;
  event.preventDefault();
  const at = rows.indexOf(page.activeElement?.closest("li")?.querySelector("[data-row]"));
  const stride = /^Arrow(Up|Down)$/.test(event.key) ? columns(rows) : 1;
  const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + way * stride));
  rows[next].focus();
}

function columns(rows) {
  const top = rows[0].getBoundingClientRect().top;
  return rows.findIndex((row) => row.getBoundingClientRect().top > top + 1) || 1;
}
