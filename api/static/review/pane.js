// The pane with the picture of a case: look closer, look around, and look only when one wants to.
//
// Zoom with the wheel, by key or by double click; drag to move. What is seen stands in the address
// (#at=x,y,zoom&heat), so that a link shows somebody else the very same spot, with the heat map or without.

import { layerOf, showCrops } from "./heat.js";

const MOST = 16;
let view = null; // {pane, lens, picture, zoom, x, y}: zoom 1 fits the pane, x and y are the picture's shift in pixels

/** Show the picture of the case in its pane. */
export function setUpPane(page) {
  const pane = page.querySelector(".pane .frame");
  const picture = pane?.querySelector("img");
  view = null;
  if (!picture) return;
  view = { pane, lens: picture.parentElement, picture, zoom: 1, x: 0, y: 0 };
  if (picture.dataset.moves !== undefined) holdStill(picture);
  pane.addEventListener("wheel", onWheel, { passive: false });
  pane.addEventListener("dblclick", (event) => toggleZoom(event));
  pane.addEventListener("pointerdown", drag);
  const wanted = new URLSearchParams(location.hash.slice(1));
  const spot = /^(-?[\d.]+),(-?[\d.]+),([\d.]+)$/.exec(wanted.get("at") ?? "");
  const heat = page.querySelector("[data-pane=heat]");
  whenLoaded(picture, () => {
    place();
    if (spot) lookAt(Number(spot[1]), Number(spot[2]), Number(spot[3]));
    if (heat && wanted.has("heat")) toggleHeat(heat);
  });
}

/** Make the buttons of the pane work; they act on whatever picture is there. */
export function listenToPane(page) {
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pane]");
    if (!button || !view) return;
    if (button.dataset.pane === "zoom") toggleZoom();
    else if (button.dataset.pane === "heat") toggleHeat(button);
    else if (button.dataset.pane === "veil") page.documentElement.toggleAttribute("data-unveiled");
    else if (button.dataset.pane === "play") play(button);
  });
  page.addEventListener("input", (event) => {
    if (event.target.matches("[data-pane-strength]")) setStrength(event.target.value);
  });
  listenForComparing(page);
  addEventListener("resize", () => view && place());
}

/** Hide the heat map for as long as the key or the button is held. */
function listenForComparing(page) {
  const key = JSON.parse(page.body.dataset.keys ?? "{}").compare;
  const compare = (is) => {
    page.querySelector("[data-pane=compare]")?.setAttribute("aria-pressed", String(is));
    page.documentElement.toggleAttribute("data-comparing", is);
  };
  page.addEventListener("keydown", (event) => {
    const isKey = event.key === key || (event.key === " " && page.activeElement?.matches("[data-pane=compare]"));
    if (isKey && !event.target.matches("input:not([type=range]), textarea, select")) compare(true);
  });
  page.addEventListener("pointerdown", (event) => event.target.closest?.("[data-pane=compare]") && compare(true));
  for (const end of ["keyup", "pointerup", "pointercancel", "blur"]) addEventListener(end, () => compare(false));
}

function onWheel(event) {
  event.preventDefault();
  zoomTo(view.zoom * Math.exp(-event.deltaY / 400), event);
  remember();
}

/** The picture as it fits the pane: its sides on the screen, and screen pixels for one of its own. */
function fitted() {
  const { pane, picture } = view;
  const [width, height] = [picture.naturalWidth || 1, picture.naturalHeight || 1];
  const fit = Math.min(pane.clientWidth / width, pane.clientHeight / height) || 1;
  return { width: width * fit, height: height * fit, fit };
}

/** Go from the whole picture to one pixel for one pixel, or back. */
function toggleZoom(event) {
  const { fit } = fitted();
  const isFit = Math.abs(view.zoom - 1) < 0.01;
  zoomTo(isFit ? (Math.abs(fit - 1) < 0.02 ? 2 : 1 / fit) : 1, event);
  remember();
}

/** Zoom so that the spot under the pointer stays where it is. */
function zoomTo(zoom, event) {
  const wanted = Math.min(MOST, Math.max(Math.min(1, 1 / fitted().fit), zoom));
  const box = view.pane.getBoundingClientRect();
  const [px, py] = event ? [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2] : [0, 0];
  const ratio = wanted / view.zoom;
  view.x = px - (px - view.x) * ratio;
  view.y = py - (py - view.y) * ratio;
  view.zoom = wanted;
  place();
}

function drag(start) {
  if (view.zoom <= 1 || start.button !== 0) return;
  start.preventDefault();
  const { pane } = view;
  let [lastX, lastY] = [start.clientX, start.clientY];
  pane.setPointerCapture(start.pointerId);
  const move = (event) => {
    view.x += event.clientX - lastX;
    view.y += event.clientY - lastY;
    [lastX, lastY] = [event.clientX, event.clientY];
    place();
  };
  pane.addEventListener("pointermove", move);
  pane.addEventListener("lostpointercapture", () => {
    pane.removeEventListener("pointermove", move);
    remember();
  }, { once: true });
}

/** Keep the picture in the pane, put it where it belongs, and say how large it is. */
function place() {
  const { lens, pane, zoom } = view;
  const { width, height, fit } = fitted();
  const slackX = Math.max(0, (width * zoom - pane.clientWidth) / 2 + 40);
  const slackY = Math.max(0, (height * zoom - pane.clientHeight) / 2 + 40);
  view.x = zoom <= 1 ? 0 : Math.min(slackX, Math.max(-slackX, view.x));
  view.y = zoom <= 1 ? 0 : Math.min(slackY, Math.max(-slackY, view.y));
  lens.style.transform = zoom === 1 ? "" : `translate(${view.x}px, ${view.y}px) scale(${zoom})`;
  lens.style.imageRendering = zoom * fit > 3 ? "pixelated" : "";
  pane.classList.toggle("near", zoom > 1);
  const level = document.querySelector("[data-zoom]");
  if (level instanceof HTMLElement) {
    const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(zoom * fit);
    level.textContent = (zoom === 1 ? level.dataset.fits : level.dataset.zoomed).replace("{}", percent);
  }
}

/** Look at a spot, given as parts of the picture from its middle. */
function lookAt(x, y, zoom) {
  const { width, height } = fitted();
  view.zoom = Math.min(MOST, Math.max(1, zoom));
  view.x = -x * width * view.zoom;
  view.y = -y * height * view.zoom;
  place();
}

/** Do something once a picture is there, unless another case is on the pane by then. */
function whenLoaded(picture, act) {
  const still = () => view?.picture === picture && act();
  if (picture.complete && picture.naturalWidth) still();
  else picture.addEventListener("load", still, { once: true });
}

function remember() {
  const { zoom, x, y } = view;
  const { width, height } = fitted();
  const spot = [-x / (width * zoom), -y / (height * zoom), zoom].map((n) => +n.toFixed(3));
  const seen = [];
  if (zoom > 1) seen.push(`at=${spot.join(",")}`);
  if (document.querySelector("[data-pane=heat]")?.getAttribute("aria-pressed") === "true") seen.push("heat");
  history.replaceState(null, "", location.pathname + location.search + (seen.length ? `#${seen.join("&")}` : ""));
}

/** Show the first frame of a moving picture until asked for the rest. */
function holdStill(picture) {
  const still = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    canvas.className = "still";
    picture.before(canvas);
    picture.hidden = true;
  };
  if (picture.complete && picture.naturalWidth) still();
  else picture.addEventListener("load", still, { once: true });
}

function play(button) {
  const canvas = view.pane.querySelector("canvas.still");
  canvas?.remove();
  view.picture.hidden = false;
  button.hidden = true;
}

/** Lay over the picture where the classifier saw signs, or take it away. */
async function toggleHeat(button) {
  const { picture, lens } = view;
  const isOn = button.getAttribute("aria-pressed") !== "true";
  lens.querySelector("canvas.over")?.remove();
  if (isOn) {
    button.setAttribute("aria-busy", "true");
    const heat = new Image();
    heat.src = button.dataset.source;
    try {
      await heat.decode();
    } catch {
      button.textContent = button.dataset.failed;
      button.disabled = true;
      return;
    } finally {
      button.removeAttribute("aria-busy");
    }
    if (view?.picture !== picture) return; // another case is on the pane by now
    const layer = layerOf(heat);
    lens.append(layer);
    setStrength(/** @type {HTMLInputElement | null} */ (document.querySelector("[data-pane-strength]"))?.value ?? 70);
    showCrops(layer, picture);
  }
  button.setAttribute("aria-pressed", String(isOn));
  /** @type {HTMLElement} */ (document.querySelector(".heat-tools")).hidden = !isOn;
  remember();
}

function setStrength(percent) {
  const layer = view?.lens.querySelector("canvas.over");
  if (layer) layer.style.opacity = String(percent / 100);
}
