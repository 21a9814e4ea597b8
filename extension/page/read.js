/* A picture's bytes as the page itself may read them; only ever called after the reader agreed. */

const MOST_READ = 20 * 1024 * 1024; // bytes

/**
 * @param {Element | null} element
 * @param {string | null} address
 * @returns {Promise<string | null>} a data: address
 */
async function readPicture(element, address) {
  if (element?.localName === "canvas") return readCanvas(/** @type {HTMLCanvasElement} */ (element));
  if (address === null) return null;
  try {
    // From the browser's cache where it is there; the page's own rights decide, ours add nothing.
    const response = await fetch(address, { cache: "force-cache" });
    const blob = response.ok ? await response.blob() : null;
    // A drawing in code is no picture to the server, but what it looks like is.
    const isCode = blob?.type.startsWith("image/svg") && element?.localName === "img";
    if (isCode) return await redraw(/** @type {HTMLImageElement} */ (element));
    if (blob !== null && blob.size > 0 && blob.size <= MOST_READ) return await dataUrl(blob);
  } catch {
    // Another site's picture: the page may show it and not read it.
  }
  return element?.localName === "img" ? redraw(/** @type {HTMLImageElement} */ (element)) : null;
}

/** @param {HTMLCanvasElement} canvas */
async function readCanvas(canvas) {
  try {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    return blob === null ? null : await dataUrl(blob);
  } catch {
    return null; // it holds another site's picture
  }
}

/**
 * A blob: address may be revoked while its picture is still shown.
 * @param {HTMLImageElement} image
 */
async function redraw(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  if (canvas.width === 0 || canvas.height === 0) return null;
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  return readCanvas(canvas);
}

/**
 * Draw a small preview, where the page may read the picture.
 * @param {Element} element
 * @param {number} side pixels
 * @returns {string | null}
 */
function preview(element, side) {
  const source = /** @type {any} */ (element);
  const width = source.naturalWidth ?? source.width;
  const height = source.naturalHeight ?? source.height;
  if (!["img", "canvas"].includes(element.localName) || !width || !height) return null;
  const scale = Math.min(side / width, side / height, 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(Math.round(width * scale), 1);
  canvas.height = Math.max(Math.round(height * scale), 1);
  try {
    canvas.getContext("2d")?.drawImage(source, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/webp", 0.8);
  } catch {
    return null;
  }
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(/** @type {string} */ (reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
