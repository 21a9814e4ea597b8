"""Names of generators and of painting programs, as they stand in fields that name software."""

import re

_LONGEST = 300


def _compiled(names: dict[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (name, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for name, words in names.items()
    )


# Each name with the words that mean it and nothing else; plain words such as `flux` or `imagen` would
# accuse people for their language.
_GENERATORS = _compiled(
    {
        "NovelAI": r"NovelAI",
        "Midjourney": r"Midjourney|niji[・·\- ]?journey",
        "OpenAI": r"OpenAI|ChatGPT|DALL[^\w\s]? ?E(?:[ \-]?[23])?|GPT-4o|gpt-image(?:-[\w.]+)?",
        "Adobe Firefly": r"Adobe[ _]?Firefly|Firefly Image \d",
        "Google": r"Made with Google AI|Edited with Google AI|Google AI|Google Imagen|Imagen [234]|"
        r"Google Gemini|Gemini [\d.]+ (?:Flash|Pro)[\w \-]*|Nano Banana|Google C2PA Core Generator Library",
        "Microsoft": r"Bing Image Creator|Image Creator from (?:Microsoft )?Designer|Microsoft Designer|"
        r"Microsoft Responsible AI[\w ]*",
        "Meta AI": r"Imagined with AI",  # not its own name: its glasses take photographs
        "xAI Grok": r"xAI|Grok(?:[ \-]\d)?",
        "ComfyUI": r"ComfyUI",
        "A1111": r"AUTOMATIC1111|stable-diffusion-webui|sd-webui",
        "InvokeAI": r"Invoke[ \-]?AI|invoke-ai",
        "Fooocus": r"\w*Fooocus[\w.]*",
        "SwarmUI": r"(?:Stable)?SwarmUI",
        "Easy Diffusion": r"Easy Diffusion",
        "Draw Things": r"Draw Things",
        "DiffusionBee": r"DiffusionBee",
        "mflux": r"mflux",
        "Stability AI": r"Stability[ .]?AI|DreamStudio|Stable Image (?:Ultra|Core)",
        "Stable Diffusion": r"Stable Diffusion[\w .]*|StableDiffusion(?:V\d)?",
        "Black Forest Labs": r"Black Forest Labs|FLUX\.[12][\w .\-\[\]]*",
        "Ideogram": r"Ideogram(?:[ .]?AI)?",
        "Leonardo.Ai": r"Leonardo\.?[ ]?Ai",
        "Recraft": r"Recraft(?:[ .]?AI)?",
        "Krea": r"Krea\.ai|Krea AI|Krea [12]",
        "Playground": r"Playground[ .]?AI|playgroundai\.com",
        "NightCafe": r"NightCafe(?: Studio| Creator)?",
        "Craiyon": r"Craiyon",
        "WOMBO": r"WOMBO(?: Dream)?|Dream by WOMBO",
        "PixAI": r"PixAI(?:\.art)?",
        "SeaArt": r"SeaArt(?:\.ai)?",
        "Tensor.Art": r"Tensor\.?Art",
        "Civitai": r"Civitai",
        "Seedream": r"Seedream[ \d.]*|Doubao|Jimeng|豆包|即梦",
        "Kling": r"Kling AI|KlingAI",
        "Waifu Diffusion": r"Waifu Diffusion|WaifuDiffusion|Waifu Labs",
        "Artbreeder": r"Artbreeder",
        "Apple": r"Apple Image Playground|Image Playground",
        "stable-diffusion.cpp": r"stable-diffusion\.cpp|sd\.cpp",
        "KoboldCpp": r"KoboldCpp",
        "Mochi Diffusion": r"Mochi Diffusion",
        "imaginAIry": r"imaginairy",
        "AI Horde": r"(?:AI|Stable) Horde|ArtBot for Stable Diffusion",
        "Liblib": r"Liblib(?:\.?AI)?|哩布哩布(?:AI)?",
        "Yodayo": r"Yodayo|Moescape(?: AI)?",
        "Dreamina": r"Dreamina",
        "Hailuo": r"Hailuo(?: ?AI)?|MiniMax image-01",
        "Reve": r"Reve Image|Reve AI",
        "Kolors": r"Kolors",
        "Qwen": r"Qwen-?Image[\w\-]*|Tongyi Wanxiang|通义万相",
        "Sora": r"Sora by OpenAI",
    }
)
_EDITORS = _compiled(
    {
        "CLIP STUDIO PAINT": r"CLIP STUDIO PAINT[\w ]*|CLIPStudioPaint|ComicStudio|IllustStudio",
        "Celsys Studio Tool": r"Celsys Studio Tool[\w .]*",  # what CLIP STUDIO PAINT's JPEGs say
        "PaintTool SAI": r"Paint ?Tool SAI[\w .]*|SAI ?2?",
        "Adobe Photoshop": r"Adobe Photoshop[\w .()]*|Adobe ImageReady",
        "Adobe Illustrator": r"Adobe Illustrator[\w .()]*",
        "Adobe Fresco": r"Adobe Fresco[\w .()]*",
        "Adobe Lightroom": r"(?:Adobe )?(?:Photoshop )?Lightroom[\w .()]*",
        "Krita": r"Krita[\w .]*",
        "GIMP": r"GIMP[\w .]*|GNU Image Manipulation Program",
        "MyPaint": r"MyPaint[\w .]*",
        "Procreate": r"Procreate[\w .]*",
        "ibisPaint": r"ibis ?Paint[\w .]*",
        "MediBang Paint": r"(?:Medi|medi)Bang[\w .]*|FireAlpaca[\w .]*|Jump ?PAINT",
        "openCanvas": r"openCanvas[\w .]*",
        "pixiv Sketch": r"pixiv Sketch",
        "Corel Painter": r"Corel Painter[\w .]*|Painter(?: \d+)|Corel PHOTO-PAINT[\w .]*|CorelDRAW[\w .]*|"
        r"Corel PaintShop[\w .]*|Paint Shop Pro[\w .]*",
        "Paint.NET": r"Paint\.NET[\w .]*",
        "Affinity": r"Affinity (?:Photo|Designer)[\w .]*",
        "Aseprite": r"Aseprite[\w .]*",
        "Inkscape": r"(?:www\.)?Inkscape(?:\.org)?[\w .]*",
        "SketchBook": r"(?:Autodesk )?Sketch[Bb]ook[\w .]*",
        "Rebelle": r"Rebelle[\w .]*",
        "ArtRage": r"ArtRage[\w .]*",
        "AzPainter": r"AzPainter[\w .]*",
        "Paintstorm": r"Paintstorm[\w .]*",
        "Drawpile": r"Drawpile[\w .]*",
        "Pixelmator": r"Pixelmator[\w .]*",
        "darktable": r"darktable[\w .]*|RawTherapee[\w .]*|Capture One[\w .]*|DxO[\w .]*",
        "Live2D": r"Live2D[\w .]*",
        "Photopea": r"(?:www\.)?Photopea(?:\.com)?",
        "Blender": r"Blender(?: [\d.]+)?",
        "Magma": r"Magma Studio|Aggie\.io",
        "HiPaint": r"HiPaint[\w .]*",
        "Infinite Painter": r"Infinite Painter[\w .]*",
        "ArtStudio": r"Art[Ss]tudio Pro[\w .]*",
        "Tayasui Sketches": r"Tayasui Sketches[\w .]*",
        "Sketchable": r"Sketchable[\w .]*",
        "Pixia": r"Pixia[\w .]*",
        "Vectornator": r"Vectornator[\w .]*|Linearity Curve[\w .]*",
    }
)


def generator_in(text: str) -> str | None:
    """Name the generator that a field names; None where it names none."""
    return _first(_GENERATORS, text)


def editor_in(text: str) -> str | None:
    """Name the painting or editing program that a field names; None where it names none."""
    return _first(_EDITORS, text)


def _first(names: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str | None:
    text = text[:_LONGEST]
    return next((name for name, pattern in names if pattern.search(text)), None)
