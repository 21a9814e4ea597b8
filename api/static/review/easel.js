// The easel: look closer, look around, and look only when one wants to.
//
// Zoom with the wheel, by key or by double click; drag to move. What is seen stands in the address
// (#at=x,y,zoom&heat), so that a link shows somebody else the very same spot, with the heat map or without.

const MOST = 16;
let view = null; // {easel, picture, zoom, x, y}: x and y are the picture's shift in pixels

/** Put the picture of the case on the easel. */
export function setUpEasel(page) {
  const easel = page.querySelector(".easel .frame");
  const picture = easel?.querySelector("img");
  view = null;
  if (!picture) return;
  view = { easel, picture, zoom: 1, x: 0, y: 0 };
  if (picture.dataset.moves !== undefined) holdStill(picture);
  easel.addEventListener("wheel", onWheel, { passive: false });
  easel.addEventListener("dblclick", (event) => toggleZoom(event));
  easel.addEventListener("pointerdown", drag);
  const wanted = new URLSearchParams(location.hash.slice(1));
  const spot = /^(-?[\d.]+),(-?[\d.]+),([\d.]+)$/.exec(wanted.get("at") ?? "");
  const heat = page.querySelector("[data-easel=heat]");
  whenLoaded(picture, () => {
    if (spot) lookAt(Number(spot[1]), Number(spot[2]), Number(spot[3]));
    if (heat && wanted.has("heat")) toggleHeat(heat);
  });
}

/** Make the buttons of the easel work; they act on whatever picture is there. */
export function listenToEasel(page) {
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-easel]");
    if (!button || !view) return;
    if (button.dataset.easel === "zoom") toggleZoom();
    else if (button.dataset.easel === "heat") toggleHeat(button);
    else if (button.dataset.easel === "veil") page.documentElement.toggleAttribute("data-unveiled");
    else if (button.dataset.easel === "play") play(button);
  });
}

function onWheel(event) {
  event.preventDefault();
  zoomTo(view.zoom * Math.exp(-event.deltaY / 400), event);
  remember();
}

/** Go from the whole picture to one pixel for one pixel, or back. */
function toggleZoom(event) {
  const natural = view.picture.naturalWidth / view.picture.clientWidth;
  zoomTo(view.zoom > 1.01 ? 1 : Math.max(2, natural), event);
  remember();
}

/** Zoom so that the spot under the pointer stays where it is. */
function zoomTo(zoom, event) {
  const wanted = Math.min(MOST, Math.max(1, zoom));
  const box = view.easel.getBoundingClientRect();
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
  const { easel } = view;
  let [lastX, lastY] = [start.clientX, start.clientY];
  easel.setPointerCapture(start.pointerId);
  const move = (event) => {
    view.x += event.clientX - lastX;
    view.y += event.clientY - lastY;
    [lastX, lastY] = [event.clientX, event.clientY];
    place();
  };
  easel.addEventListener("pointermove", move);
  easel.addEventListener("lostpointercapture", () => {
    easel.removeEventListener("pointermove", move);
    remember();
  }, { once: true });
}

/** Keep the picture from leaving the easel, and put it where it belongs. */
function place() {
  const { picture, easel, zoom } = view;
  const slackX = Math.max(0, (picture.clientWidth * zoom - easel.clientWidth) / 2 + 40);
  const slackY = Math.max(0, (picture.clientHeight * zoom - easel.clientHeight) / 2 + 40);
  view.x = zoom === 1 ? 0 : Math.min(slackX, Math.max(-slackX, view.x));
  view.y = zoom === 1 ? 0 : Math.min(slackY, Math.max(-slackY, view.y));
  picture.style.transform = zoom === 1 ? "" : `translate(${view.x}px, ${view.y}px) scale(${zoom})`;
  picture.style.imageRendering = zoom * picture.clientWidth > 3 * picture.naturalWidth ? "pixelated" : "";
  easel.classList.toggle("near", zoom > 1);
}

/** Look at a spot, given as parts of the picture from its middle. */
function lookAt(x, y, zoom) {
  view.zoom = Math.min(MOST, Math.max(1, zoom));
  view.x = -x * view.picture.clientWidth * view.zoom;
  view.y = -y * view.picture.clientHeight * view.zoom;
  place();
}

/** Do something once a picture is there, unless another case is on the easel by then. */
function whenLoaded(picture, act) {
  const still = () => view?.picture === picture && act();
  if (picture.complete && picture.naturalWidth) still();
  else picture.addEventListener("load", still, { once: true });
}

function remember() {
  const { picture, zoom, x, y } = view;
  const spot = [-x / (picture.clientWidth * zoom), -y / (picture.clientHeight * zoom), zoom].map((n) => +n.toFixed(3));
  const seen = [];
  if (zoom !== 1) seen.push(`at=${spot.join(",")}`);
  if (document.querySelector("[data-easel=heat]")?.getAttribute("aria-pressed") === "true") seen.push("heat");
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
  const canvas = view.easel.querySelector("canvas.still");
  canvas?.remove();
  view.picture.hidden = false;
  button.hidden = true;
}

/** Show where the classifier looked, in the place and size of the picture; or the picture again. */
async function toggleHeat(button) {
  const { picture } = view;
  if (button.getAttribute("aria-pressed") === "true") {
    picture.src = picture.dataset.original;
    picture.style.width = picture.style.height = "";
    button.setAttribute("aria-pressed", "false");
    remember();
    return;
  }
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
  if (view?.picture !== picture) return; // another case is on the easel by now
  picture.dataset.original = picture.src;
  picture.style.width = `${picture.clientWidth}px`;
  picture.style.height = `${picture.clientHeight}px`;
  picture.src = heat.src;
  button.setAttribute("aria-pressed", "true");
  remember();
}
