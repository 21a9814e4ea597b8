"""Names of generators and painting programs, as written in software fields."""

import re

from provenance.shared.denials import denies

_LONGEST = 300
# No Latin letter or digit beside a name. Other scripts write it without a space: `Midjourneyで生成`.
_START, _END = r"(?<![0-9A-Za-z_\u00c0-\u024f])", r"(?![0-9A-Za-z_\u00c0-\u024f])"
Names = tuple[tuple[str, re.Pattern[str]], ...]


def _any_of(*groups: Names) -> re.Pattern[str]:
    """One pattern for all names of some groups: by it, texts that name nothing are passed over at once."""
    inner = (
        pattern.pattern.removeprefix(_START).removesuffix(_END) for names in groups for _, pattern in names
    )
    return re.compile(f"{_START}(?:{'|'.join(inner)}){_END}", re.IGNORECASE)


def _compiled(names: dict[str, str], flags: re.RegexFlag = re.IGNORECASE) -> Names:
    return tuple((name, re.compile(f"{_START}(?:{words}){_END}", flags)) for name, words in names.items())


# Names that mean a generator and nothing else.
PRODUCTS = _compiled(
    {
        "NovelAI": r"NovelAI",
        "Midjourney": r"Midjourney|niji[・·\- ]?journey",
        "OpenAI": r"ChatGPT|DALL[^\w\s]? ?E(?:[ \-]?[23])?|GPT-4o|gpt-image(?:-[\w.]+)?",
        "Adobe Firefly": r"Adobe[ _]?Firefly",
        "Google": r"Google Imagen|Google Gemini|Gemini [\d.]+ (?:Flash|Pro)[\w \-]*|Nano Banana",
        "Microsoft": r"Bing Image Creator|Image Creator from (?:Microsoft )?Designer",
        "Meta AI": r"Imagined with AI",  # not its own name: its glasses take photographs
        "ComfyUI": r"ComfyUI",
        "A1111": r"AUTOMATIC1111|stable-diffusion-webui|sd-webui",
        "InvokeAI": r"Invoke-?AI",
        "Fooocus": r"\w*Fooocus[\w.]*",
        "SwarmUI": r"(?:Stable)?SwarmUI",
        "DiffusionBee": r"DiffusionBee",
        "mflux": r"mflux",
        "Stability AI": r"Stable Image (?:Ultra|Core)",
        "AI Horde": r"(?:ArtBot|Stable UI)(?: -)? (?:for|Create images with) Stable Diffusion",
        "Stable Diffusion": r"Stable Diffusion|StableDiffusion(?:V\d)?",
        "Black Forest Labs": r"FLUX\.[12]",
        "Ideogram": r"Ideogram[ .]?AI",
        "Leonardo.Ai": r"Leonardo\.Ai",
        "Recraft": r"Recraft[ .]?AI",
        "Krea": r"Krea\.ai|Krea AI",
        "Playground": r"playgroundai\.com|PlaygroundAI",
        "NightCafe": r"NightCafe(?: Studio| Creator)?",
        "Craiyon": r"Craiyon",
        "WOMBO": r"Dream by WOMBO|WOMBO Dream",
        "PixAI": r"PixAI(?:\.art)?",
        "SeaArt": r"SeaArt\.ai",
        "Tensor.Art": r"Tensor\.?Art",
        "Civitai": r"Civitai",
        "Seedream": r"Seedream",
        "Kling": r"Kling AI|KlingAI",
        "Waifu Diffusion": r"Waifu Diffusion|WaifuDiffusion|Waifu Labs",
        "Artbreeder": r"Artbreeder",
        "Apple": r"Apple Image Playground",
        "stable-diffusion.cpp": r"stable-diffusion\.cpp|sd\.cpp",
        "KoboldCpp": r"KoboldCpp",
        "Mochi Diffusion": r"Mochi Diffusion",
        "imaginAIry": r"imaginairy",
        "Liblib": r"Liblib\.?AI|哩布哩布AI",
        "Yodayo": r"Yodayo|Moescape(?: AI)?",
        "Hailuo": r"Hailuo ?AI|MiniMax image-01",
        "Qwen": r"Qwen-?Image[\w\-]*|Tongyi Wanxiang|通义万相",
        "Sora": r"Sora by OpenAI",
        "Luma": r"Luma AI|lumalabs\.ai",
        "Canva": r"Canva Magic Media",  # not Canva itself, where people draw and lay out
        "Runway": r"RunwayML|Runway AI|Runway Gen-\d[\w.]*",
        "Bria": r"Bria AI|Bria Artificial Intelligence|BRIA-\d[\d.]*",
        "fal": r"fal\.ai|fal-ai(?:/[\w.\-]+)*",
        "Higgsfield": r"Higgsfield ?AI",
        "Reve": r"reve\.com",
        "Aphrodite AI": r"Aphrodite AI",
        "Amazon": r"(?:Amazon )?Titan Image Generator|(?:Amazon )?Nova Canvas",
    }
)
# Names of companies and services: software by that name generates, but a credit may mean their people.
COMPANIES = _compiled(
    {
        "OpenAI": r"OpenAI",
        "Google": r"Google AI|Google C2PA Core Generator Library",
        "Microsoft": r"Microsoft Designer|Microsoft Responsible AI[\w ]*",
        "Stability AI": r"Stability[ .]?AI|DreamStudio",
        "Black Forest Labs": r"Black Forest Labs",
        "Playground": r"Playground[ .]?AI",
        "WOMBO": r"WOMBO",
        "AI Horde": r"(?:AI|Stable) Horde",
        "SeaArt": r"SeaArt",
        "Seedream": r"Doubao|Jimeng|即梦",
        "Liblib": r"Liblib|哩布哩布",
        "Hailuo": r"Hailuo",
        "Dreamina": r"Dreamina",
        "fal": r"Features & Labels",
        "Higgsfield": r"Higgsfield",  # a family's name
    }
)
# Named only by a phrase: the field for a camera's maker holds it in photographs by Meta's glasses.
PHRASED = _compiled({"Meta AI": r"Meta AI"})
# Names that are words, too, in some language: in their own spelling, and where nothing else is said.
WORDS = _compiled(
    {
        "Google": r"Imagen [234]",  # Spanish for a second picture
        "Adobe Firefly": r"Firefly Image \d",
        "xAI Grok": r"xAI|Grok(?:[ \-]\d)?",
        "InvokeAI": r"Invoke AI|invoke-ai",
        "Easy Diffusion": r"Easy Diffusion",
        "Draw Things": r"Draw Things",
        "Ideogram": r"Ideogram",
        "Leonardo.Ai": r"Leonardo A[iI]",
        "Recraft": r"Recraft",
        "Krea": r"Krea [12]",
        "Apple": r"Image Playground",
        "Seedream": r"豆包",
        "Reve": r"Reve Image|Reve AI",
        "Kolors": r"Kolors",
        "Canva": r"Magic Media",  # a studio of artists
    },
    re.NOFLAG,
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
_ANY_GENERATOR, _ANY_EDITOR = _any_of(PRODUCTS, COMPANIES, WORDS, PHRASED), _any_of(_EDITORS)
# What may follow a name that is all of a text: `v6.1`, `Diffusion V4.5 4BDE2A90`, `3 HD`.
_VERSION = re.compile(
    r"(?:[ \-_/(\[,]*+(?:v?\d[\w.\-]*+|[0-9A-F]{6,12}+|(?:Diffusion|Image|Model|XL|HD|Pro|Ultra|Max|Turbo"
    r"|Lightning|Flash|Dev|Schnell|Kontext|Alpha|Beta|Preview|Anime|Furry|Curated|Full|Web|Bot|App|API|AI)"
    r"(?![a-z]))[)\]]*+)*+[ .!]*+",
    re.IGNORECASE,
)


def generator_in(text: str) -> str | None:
    """The generator that a field for software names, None if it names none."""
    text = text[:_LONGEST]
    if not names_generator(text) or denies(text):
        return None
    return _first(PRODUCTS, text) or _first(COMPANIES, text) or _all_of(WORDS, text.strip())


def editor_in(text: str) -> str | None:
    """The painting or editing program that a field names, None if it names none."""
    text = text[:_LONGEST]
    return _first(_EDITORS, text) if _ANY_EDITOR.search(text) else None


def names_generator(text: str) -> bool:
    """True if the name of a generator is anywhere in a text, whatever is said of it."""
    return _ANY_GENERATOR.search(text) is not None


def is_version(text: str) -> bool:
    """True if a text behind a name says nothing but its version."""
    return _VERSION.fullmatch(text) is not None


def _first(names: Names, text: str) -> str | None:
    return next((name for name, pattern in names if pattern.search(text)), None)


def _all_of(names: Names, text: str) -> str | None:
    matches = ((name, pattern.match(text)) for name, pattern in names)
    return next((name for name, match in matches if match and is_version(text[match.end() :])), None)
