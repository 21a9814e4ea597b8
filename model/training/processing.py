"""What people do to a picture without redrawing it. None of it makes a drawn picture a generated one.

Rows of both labels go through the same kinds when a head learns, and the benchmark asks how many human
pictures are flagged after each of them.
"""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

Rgb = NDArray[np.uint8]
Rng = np.random.Generator
Kind = Callable[[Image.Image, Rng], Image.Image]
_FILTERS = (Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BILINEAR)
_LEAST = 260  # px; the short side that is left at least
WINDOW = 1300  # px; a part so large is processed, not the whole picture: it keeps the picture's own scale


def process(rgb: Rgb, kind: str, rng: Rng) -> Rgb:
    """Put pixels (h, w, 3) through one of `KINDS`; strengths are drawn from `rng`."""
    return np.asarray(KINDS[kind](Image.fromarray(rgb), rng).convert("RGB"))


def window(image: Image.Image, rng: np.random.Generator, most: int = WINDOW) -> Image.Image:
    """Cut a random part of at most `most` pixels a side, over white."""
    width, height = (min(side, most) for side in image.size)
    x, y = int(rng.integers(image.width - width + 1)), int(rng.integers(image.height - height + 1))
    part = image.crop((x, y, x + width, y + height))
    if part.has_transparency_data:
        part = part.convert("RGBA")
        part = Image.alpha_composite(Image.new("RGBA", part.size, (255, 255, 255, 255)), part)
    return part.convert("RGB")


def _to_short(
    image: Image.Image, short: float, how: Image.Resampling = Image.Resampling.LANCZOS
) -> Image.Image:
    factor = max(short, _LEAST) / min(image.size)
    if factor >= 1 and short <= min(image.size):
        return image
    return image.resize((max(1, round(image.width * factor)), max(1, round(image.height * factor))), how)


def _save(image: Image.Image, codec: str, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, codec, quality=quality)
    with Image.open(out) as saved:
        return saved.convert("RGB")


def _filter(rng: Rng) -> Image.Resampling:
    return _FILTERS[int(rng.integers(len(_FILTERS)))]


def _smaller_png(image: Image.Image, rng: Rng) -> Image.Image:
    """Scale down and save without loss."""
    return _to_short(image, min(image.size) * rng.uniform(0.35, 0.9), _filter(rng))


def _jpeg_then_png(image: Image.Image, rng: Rng) -> Image.Image:
    """Save as JPEG, perhaps scale down, save without loss."""
    image = _save(image, "JPEG", int(rng.integers(60, 96)))
    return _smaller_png(image, rng) if rng.random() < 0.6 else image


def _enlarged(image: Image.Image, rng: Rng) -> Image.Image:
    """Scale down, save as JPEG, and enlarge smoothly."""
    short = min(image.size)
    small = _save(_to_short(image, short * rng.uniform(0.35, 0.8)), "JPEG", int(rng.integers(75, 95)))
    return _to_short(small, min(small.size) * rng.uniform(1.3, 2.0), _filter(rng))


def _denoised(image: Image.Image, rng: Rng) -> Image.Image:
    """Smooth as a noise filter does, and sharpen the edges again."""
    smooth = image.filter(ImageFilter.MedianFilter(3))
    mixed = Image.blend(image, smooth, float(rng.uniform(0.6, 1.0)))
    return mixed.filter(ImageFilter.UnsharpMask(1.5, int(rng.integers(20, 80)), 4))


def _sharpened(image: Image.Image, rng: Rng) -> Image.Image:
    """Sharpen, with a little more contrast."""
    image = image.filter(ImageFilter.UnsharpMask(float(rng.uniform(0.8, 2.5)), int(rng.integers(60, 200)), 2))
    return ImageEnhance.Contrast(image).enhance(float(rng.uniform(1.0, 1.15)))


def _photographed(image: Image.Image, rng: Rng) -> Image.Image:
    """Photograph from paper or screen: turned a little, uneven light, blur, noise, JPEG."""
    turned = image.rotate(float(rng.uniform(-2, 2)), Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
    turned = turned.resize(image.size, Image.Resampling.BICUBIC, box=_inner(image, 0.05))
    pixels = np.asarray(turned.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.0)))), np.float32)
    height, width = pixels.shape[:2]
    light = 1 + rng.uniform(-0.2, 0.2) * np.linspace(-1, 1, width)[None, :, None]
    light = light * (1 + rng.uniform(-0.2, 0.2) * np.linspace(-1, 1, height)[:, None, None])
    tint = rng.uniform(0.92, 1.08, 3)
    noise = rng.normal(0, rng.uniform(2, 6), (height, width, 1))
    seen = np.clip(pixels * light * tint * 0.94 + 6 + noise, 0, 255).astype(np.uint8)
    return _save(Image.fromarray(seen), "JPEG", int(rng.integers(75, 93)))


def _inner(image: Image.Image, margin: float) -> tuple[float, float, float, float]:
    x, y = image.width * margin, image.height * margin
    return x, y, image.width - x, image.height - y


def _screenshot(image: Image.Image, rng: Rng) -> Image.Image:
    """Show on a screen at some scale, with bars around, and save without loss."""
    shown = _to_short(image, min(image.size) * rng.uniform(0.5, 1.25), Image.Resampling.BILINEAR)
    bar, side = (int(value) for value in rng.integers(0, 90, 2))
    grey = int(rng.integers(16, 245))
    screen = Image.new("RGB", (shown.width + 2 * side, shown.height + bar), (grey, grey, grey))
    screen.paste(shown, (side, bar))
    return screen


def _chat(codec: str, long: int, low: int, high: int, times: int) -> Kind:
    def send(image: Image.Image, rng: Rng) -> Image.Image:
        for _ in range(times):
            image.thumbnail((long, long), Image.Resampling.BICUBIC)
            image = _save(image, codec, int(rng.integers(low, high)))
        return image

    return send


KINDS: dict[str, Kind] = {
    "scaled down, saved as PNG": _smaller_png,
    "JPEG, then PNG": _jpeg_then_png,
    "scaled down, JPEG, enlarged": _enlarged,
    "denoised": _denoised,
    "sharpened": _sharpened,
    "photographed": _photographed,
    "screenshot": _screenshot,
    "chat: JPEG, 1,280 px": _chat("JPEG", 1280, 72, 88, 1),
    "chat: WebP, 1,600 px": _chat("WEBP", 1600, 70, 85, 1),
    "three chats": _chat("JPEG", 1600, 70, 88, 3),
}
