// The heat map as a layer of its own: nothing that one wants to look at is hidden by it.

const WINDOW = 0.3; // side of a crop, of the picture's shorter side
const CROP = 240; // pixels of an enlarged crop
const COLOURED = 190; // the chroma of the strongest tint, which is laid on to two thirds

/** Keep of a heat map, a grey picture with a tint, the tint alone: clear where there is none. */
export function layerOf(heat) {
  const layer = document.createElement("canvas");
  [layer.width, layer.height] = [heat.naturalWidth, heat.naturalHeight];
  layer.className = "over";
  const pen = layer.getContext("2d", { willReadFrequently: true });
  pen.drawImage(heat, 0, 0);
  const drawn = pen.getImageData(0, 0, layer.width, layer.height);
  const pixels = drawn.data;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red, green, blue] = [pixels[at], pixels[at + 1], pixels[at + 2]];
    const chroma = Math.max(red, green, blue) - Math.min(red, green, blue);
    const strength = Math.min(1, chroma / COLOURED);
    [pixels[at], pixels[at + 1], pixels[at + 2]] = [255 - 40 * strength, 220 - 200 * strength, 40 * (1 - strength)];
    pixels[at + 3] = 230 * strength;
  }
  pen.putImageData(drawn, 0, 0);
  return layer;
}

/** Show the two hottest places of a picture enlarged beside it. */
export function showCrops(layer, picture) {
  const section = /** @type {HTMLElement | null} */ (document.querySelector("section.crops"));
  if (!section) return;
  const list = section.querySelector("ul");
  const found = hottest(layer);
  list.replaceChildren(...found.map((place) => crop(place, picture, section.dataset.times)));
  const none = section.querySelector("p");
  none.textContent = section.dataset.none;
  none.hidden = found.length > 0;
  section.hidden = false;
}

/** The two hottest windows that do not overlap: `{x, y, side}` in parts of the width, and how hot. */
function hottest(layer) {
  const { width, height } = layer;
  const pixels = layer.getContext("2d").getImageData(0, 0, width, height).data;
  const cell = Math.max(4, Math.round(Math.min(width, height) / 24));
  const [columns, rows] = [Math.ceil(width / cell), Math.ceil(height / cell)];
  const sums = new Float64Array(columns * rows);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) sums[Math.floor(y / cell) * columns + Math.floor(x / cell)] += pixels[(y * width + x) * 4 + 3];
  }
  const span = Math.max(1, Math.round((WINDOW * Math.min(width, height)) / cell));
  const mean = (sums.reduce((all, one) => all + one, 0) / (columns * rows)) * span * span;
  const windows = [];
  for (let y = 0; y + span <= rows; y++) {
    for (let x = 0; x + span <= columns; x++) {
      let heat = 0;
      for (let j = 0; j < span; j++) for (let i = 0; i < span; i++) heat += sums[(y + j) * columns + x + i];
      windows.push({ x, y, heat });
    }
  }
  windows.sort((one, other) => other.heat - one.heat);
  const first = windows[0];
  if (!first || first.heat <= mean * 1.1) return [];
  const second = windows.find((one) => Math.abs(one.x - first.x) >= span || Math.abs(one.y - first.y) >= span);
  const side = (span * cell) / width;
  return [first, second]
    .filter((one) => one && one.heat > mean)
    .map((one) => ({ x: (one.x * cell) / width, y: (one.y * cell) / height, side, times: one.heat / mean }));
}

function crop(place, picture, words) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = CROP;
  const side = place.side * picture.naturalWidth;
  const [left, top] = [place.x * picture.naturalWidth, place.y * picture.naturalHeight];
  canvas.getContext("2d").drawImage(picture, left, top, side, side, 0, 0, CROP, CROP);
  const item = document.createElement("li");
  const said = document.createElement("span");
  said.className = "small";
  said.textContent = words.replace("{}", place.times.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }));
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", said.textContent);
  item.append(canvas, said);
  return item;
}
