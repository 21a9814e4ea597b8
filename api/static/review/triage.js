// Triage: one key decides the tile that one is at, once its picture has been on the screen for a moment.

import { sendForm } from "./forms.js";

const MOMENT = 300; // ms, as for a case: a key that bounces comes within 200
const done = []; // {tile, decision}: what can be undone, the newest last

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
    picture.decode().catch(() => undefined).then(() => requestAnimationFrame(() => setTimeout(() => (tile.dataset.seen = ""), MOMENT)));
  }, { threshold: 0.5 });
  observer.observe(picture);
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
  goTo(tiles, tiles.slice(tiles.indexOf(tile) + 1).find((one) => !("sent" in one.dataset) && one.querySelector("form")) ?? tile);
  const answer = await sendForm(form.action, form, submitter).catch(() => null);
  if (answer?.ok) {
    const { decision, told } = await answer.json();
    if (decision) done.push({ tile, decision }); // what was a golden case changed nothing
    said.textContent = told;
  } else {
    clear(tile);
    said.textContent = form.dataset.refused;
    goTo(tiles, tile);
  }
  ready();
}

async function takeBack(tiles, form) {
  const last = done.pop();
  if (!last) return;
  const answer = await sendForm(form.dataset.takeBack.replace("0".repeat(32), last.decision), form).catch(() => null);
  if (answer?.ok) clear(last.tile);
  goTo(tiles, last.tile);
  ready();
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
