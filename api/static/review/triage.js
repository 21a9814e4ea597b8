// Triage: one key decides the tile that one is at, once its picture has been on the screen for a moment.

import { sendForm } from "./forms.js";

const MOMENT = 300; // ms, as for a case: a key that bounces comes within 200
const done = []; // {tile, saved}: what was decided, the newest last; `saved` resolves to the decision, if there is one
const timers = new WeakMap(); // of tiles, until they are seen

/** Make the sheet of twelve work; nothing happens on other pages. */
export function setUpTriage(page) {
  const sheet = page.querySelector("[data-triage]");
  if (!sheet) return;
  const tiles = [...sheet.querySelectorAll("[data-tile]")];
  for (const tile of tiles) watch(tile);
  sheet.addEventListener("focusin", (event) => goTo(tiles, event.target.closest("[data-tile]"), false));
  sheet.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sheet]")) {
      event.preventDefault();
      decide(tiles, event.target, event.submitter);
    } else if (event.target.matches("[data-take-back]")) {
      event.preventDefault();
      takeBack(tiles, event.target);
    }
  });
  goTo(tiles, tiles[0]);
}

function goTo(tiles, tile, focuses = true) {
  if (!tile) return;
  for (const one of tiles) one.classList.toggle("is-at", one === tile);
  if (focuses) tile.querySelector("[data-row]").focus();
}

/** Mark a tile as seen once its picture is decoded, on the screen, and has been for a moment. */
function watch(tile) {
  const picture = tile.querySelector("img");
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    picture.decode().catch(() => undefined).then(() => requestAnimationFrame(() => lookAnew(tile)));
  }, { threshold: 0.5 });
  observer.observe(picture);
}

function lookAnew(tile) {
  delete tile.dataset.seen;
  clearTimeout(timers.get(tile));
  timers.set(tile, setTimeout(() => (tile.dataset.seen = ""), MOMENT));
}

/** Go on to another tile, whose keys rest for a moment: the second press of a bouncing key decides nothing. */
function goOn(tiles, tile) {
  if (timers.has(tile)) lookAnew(tile);
  goTo(tiles, tile);
}

async function decide(tiles, form, submitter) {
  const tile = form.closest("[data-tile]");
  const said = form.querySelector(".wait");
  if ("seen" in tile.dataset === false) {
    said.textContent = form.dataset.wait;
    form.classList.remove("shaken");
    void form.offsetWidth; // so that the animation starts again
    form.classList.add("shaken");
    return;
  }
  if ("sent" in tile.dataset) return; // pressed twice: once is meant
  tile.dataset.sent = "";
  said.textContent = "";
  mark(tile, submitter.value);
  goOn(tiles, tiles.slice(tiles.indexOf(tile) + 1).find((one) => !("sent" in one.dataset) && one.querySelector("form")) ?? tile);
  const entry = { tile, saved: save(form, submitter) };
  done.push(entry);
  ready();
  const answer = await entry.saved;
  if (answer) said.textContent = answer.message;
  if (answer?.decision) return;
  forget(entry); // what was a golden case changed nothing
  if (answer) return;
  clear(tile);
  said.textContent = form.dataset.refused;
  goOn(tiles, tile);
}

async function save(form, submitter) {
  const answer = await sendForm(form.action, form, submitter).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

function forget(entry) {
  if (done.includes(entry)) done.splice(done.indexOf(entry), 1);
  ready();
}

/** Take back the last decision, also while it is on its way, and say which. */
async function takeBack(tiles, form) {
  const last = done.pop();
  ready();
  const decision = (await last?.saved)?.decision;
  if (!decision) return;
  const answer = await sendForm(form.dataset.takeBack.replace("0".repeat(32), decision), form).catch(() => null);
  const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = page?.querySelector(answer.ok ? ".undone-note" : "main h1");
  form.querySelector("[role=status]").textContent = said?.textContent.trim() ?? form.dataset.offline;
  if (answer?.ok) clear(last.tile);
  if (!answer) done.push(last);
  ready();
  goOn(tiles, last.tile);
}

function ready() {
  /** @type {HTMLButtonElement} */ (document.querySelector("[data-take-back] button")).disabled = done.length === 0;
}

function mark(tile, outcome) {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector(`template[data-ruling="${outcome}"]`));
  const ruling = template.content.cloneNode(true);
  tile.querySelector(".cell").append(ruling);
  tile.classList.add("is-done");
}

function clear(tile) {
  tile.classList.remove("is-done");
  delete tile.dataset.sent;
  tile.querySelector(".cell .chip")?.remove();
}
