"""Files as generators, editors and cameras write them, in every container that can hold their record.

Each generator is found and named, declared where its record has a shape; no editor, camera or author's
word is ever evidence of AI.
"""

import json
from collections.abc import Callable

import pytest

from core.vocabulary import Grade, Label
from provenance.read import read_provenance
from tests.provenance.making import COMMENT, PROMPT, WORKFLOW, envelope, hide
from tests.provenance.writing import (
    avif,
    drawing,
    exif,
    gif,
    gif_comment,
    iim,
    international_chunk,
    jpeg,
    jpeg_segment,
    packed_chunk,
    png,
    png_chunk,
    riff_chunk,
    text_chunk,
    user_comment,
    webp,
    xmp,
)

A1111 = "1girl, <lora:a:0.8>\nNegative prompt: lowres\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, "
A1111 += "Size: 512x768, Model hash: 6ce0161689, Model: v1-5"
INFOTEXTS = {
    "A1111": A1111 + ", Version: v1.10.1",
    "Forge": A1111 + ", Version: f2.0.1v1.10.1-previous-664-gd557aef9",
    "Forge old": A1111 + ", Version: f0.0.17v1.8.0rc-latest-276-g29be1da7",
    "Forge Neo": A1111 + ", Version: neo",
    "reForge": A1111 + ", Version: f1.0.5-v1.10.1RC-latest-2265-gd2d2ac71",
    "SD.Next": A1111 + ", App: SD.Next, Version: 0c2d1b1, Operations: txt2img",
    "SD.Next old": A1111 + ", Parser: Full parser, Version: 4c6d1f2, Operations: txt2img",
    "stable-diffusion.cpp": "a cat\nNegative prompt: x\nSteps: 20, CFG scale: 7.000000, Guidance: 3.5, "
    "Seed: 42, Size: 512x512, Model: sd.ckpt, RNG: cuda, Sampler: euler_a, Version: stable-diffusion.cpp",
    "ComfyUI": "a\nNegative prompt: b\nSteps: 20, Sampler: euler_ancestral_karras, CFG scale: 7, Seed: 1, "
    "Size: 8x8, Version: ComfyUI",
    "Krita": A1111.replace("6ce0161689", "unknown"),
    "Fooocus": A1111 + ", Version: Fooocus v2.5.5",
    "Fooocus fork": A1111 + ", Version: DeFooocus v1.0",
    "Civitai": A1111 + ', Civitai resources: [{"type":"lora","modelVersionId":1}], Civitai metadata: {}',
}


def wide(text: str) -> bytes:
    return exif({}, user_comment(text))


# The ways in which one text, in A1111's manner or JSON, is laid into a file.
LAID: dict[str, Callable[[str], bytes]] = {
    "tEXt": lambda text: png(before=[text_chunk("parameters", text)]),
    "zTXt": lambda text: png(before=[packed_chunk("parameters", text)]),
    "iTXt": lambda text: png(after=[international_chunk("parameters", text, packed=True)]),
    "PNG eXIf": lambda text: png(before=[png_chunk(b"eXIf", wide(text)[6:])]),
    "APNG": lambda text: png(before=[png_chunk(b"acTL", bytes(8)), text_chunk("parameters", text)]),
    "JPEG": lambda text: jpeg([jpeg_segment(0xE1, wide(text))]),
    "JPEG, little end": lambda text: jpeg(
        [jpeg_segment(0xE1, exif({}, user_comment(text, "utf-16-le"), order="<"))]
    ),
    "JPEG, ASCII": lambda text: jpeg(
        [jpeg_segment(0xE1, exif({}, user_comment(text, "utf-8", b"ASCII\0\0\0")))]
    ),
    "JPEG comment": lambda text: jpeg([jpeg_segment(0xFE, text.encode())]),
    "WebP": lambda text: webp([riff_chunk(b"EXIF", wide(text))]),
    "lossy WebP": lambda text: webp([riff_chunk(b"EXIF", wide(text)[6:])], lossless=False),
    "AVIF": lambda text: avif([(b"Exif", b"", b"\0\0\0\0" + wide(text)[6:])]),
    "GIF": lambda text: gif([gif_comment(text.encode())]),
    "hidden": lambda text: png(hide(drawing(60, 300, channels=4), text)),
    "hidden in colours of a WebP": lambda text: webp(pixels=hide(drawing(60, 300), text, channels="rgb")),
}
JSON_TEXTS = {
    "Fooocus": {
        "base_model": "x",
        "metadata_scheme": "fooocus",
        "performance": "Speed",
        "version": "Fooocus v2.5.5",
    },
    "RuinedFooocus": {"Prompt": "a", "Seed": 1, "software": "RuinedFooocus"},
    "Fooocus MRE": {"prompt": "a", "seed": 1, "software": "Fooocus 2.0.78.5 MRE"},
    "Fooocus, SimpleSDXL": {
        "Prompt": "a",
        "Performance": "x",
        "Base Model": "y",
        "Version": "SimpleSDXL2_20241228",
    },
    "SwarmUI": {"sui_image_params": {"prompt": "a", "model": "m", "seed": 1, "swarm_version": "0.9.5.0"}},
    "Easy Diffusion": {
        "prompt": "a",
        "seed": 1,
        "use_stable_diffusion_model": "sd-v1-4",
        "num_inference_steps": 25,
        "guidance_scale": 7.5,
    },
    "Draw Things": {
        "c": "a",
        "uc": "",
        "seed": 1,
        "steps": 20,
        "sampler": "DPM++",
        "scale": 5,
        "v2": {"x": 1},
    },
    "mflux": {"mflux_version": "0.9", "model": "dev", "seed": 1, "steps": 4, "prompt": "x"},
    "ComfyUI": {"prompt": PROMPT, "workflow": WORKFLOW},
}


@pytest.mark.parametrize("laid", LAID)
@pytest.mark.parametrize("name", [*INFOTEXTS, *JSON_TEXTS])
def test_a_text_is_found_however_it_is_laid(name: str, laid: str) -> None:
    text = INFOTEXTS[name] if name in INFOTEXTS else json.dumps(JSON_TEXTS[name])
    named(LAID[laid](text), name.split(maxsplit=1)[0].strip(","))


def named(data: bytes, generator: str) -> None:
    """Check that a file is declared as AI, by this generator and by no other."""
    found = read_provenance(data)
    declared = {item.generator for item in found if item.grade is Grade.DECLARED and item.label is Label.AI}
    assert len(declared) == 1, found
    assert generator in (next(iter(declared)) or "")


def texts(**values: object) -> bytes:
    return png(before=[text_chunk(k, v if isinstance(v, str) else json.dumps(v)) for k, v in values.items()])


def tags(**values: str) -> bytes:
    numbers = {"Make": 0x010F, "Model": 0x0110, "Software": 0x0131, "ImageDescription": 0x010E}
    return exif({numbers[key]: value.encode() + b"\0" for key, value in values.items()})


def in_xmp(properties: str = "", attributes: str = "") -> list[bytes]:
    packet = xmp(properties, attributes)
    return [
        png(before=[international_chunk("XML:com.adobe.xmp", packet.decode())]),
        jpeg([jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)]),
        webp([riff_chunk(b"XMP ", packet)]),
        avif([(b"mime", b"application/rdf+xml", packet)]),
    ]


def everywhere(record: bytes) -> list[bytes]:
    """Lay an EXIF record into every container that holds one."""
    return [
        png(before=[png_chunk(b"eXIf", record[6:])]),
        jpeg([jpeg_segment(0xE1, record)]),
        webp([riff_chunk(b"EXIF", record)]),
        avif([(b"Exif", b"", b"\0\0\0\0" + record[6:])]),
    ]


COMFY = json.dumps(PROMPT)
SUBGRAPH = WORKFLOW | {
    "nodes": [{"id": 1, "type": "f1a2b3c4-0000-4000-8000-000000000000"}],
    "definitions": {},
}
RAN = '{"3": {"class_type": "KSampler", "inputs": {}, "is_changed": [NaN], "_meta": {"title": "x"}}}'
JOB = "Job ID: 1f2e3d4c-aaaa-bbbb-cccc-0123456789ab"
NOVELAI = envelope(COMMENT)
IMAGE = {"prompt": [{"prompt": "a", "weight": 1}], "seed": 1, "steps": 50, "sampler": "k_lms"}
OTHERS: dict[str, list[bytes]] = {
    "ComfyUI": [
        texts(prompt=PROMPT, workflow=WORKFLOW),
        texts(prompt=PROMPT),
        texts(workflow=WORKFLOW),
        texts(workflow=SUBGRAPH, prompt=PROMPT),
        texts(prompt=RAN),
        texts(prompt={"1": {"class_type": "OpenAIGPTImage1", "inputs": {"prompt": "a fox"}}}),
        png(after=[png_chunk(b"comf", b"prompt\0" + COMFY.encode())]),
        *everywhere(tags(Make=f"workflow:{json.dumps(WORKFLOW)}", Model=f"prompt:{COMFY}")),
        *everywhere(tags(Make=f"prompt:{COMFY}")),
        *everywhere(tags(ImageDescription=f"Workflow:{json.dumps(WORKFLOW)}", Make=f"Prompt:{COMFY}")),
    ],
    "InvokeAI": [
        texts(Dream='"a castle" -s50 -S3389 -W512 -C7.5 -Ak_lms', **{"sd-metadata": {"image": IMAGE}}),
        texts(Dream='"a castle" -s 50 -S 3389 -W 512 -H 512 -C 7.5 -A k_lms'),
        texts(**{"sd-metadata": {"app_id": "invoke-ai/InvokeAI", "image": IMAGE}}),
        texts(invokeai_metadata={"app_version": "4.2.0", "generation_mode": "txt2img"}),
        texts(invokeai_metadata={"positive_prompt": "a", "seed": 1}, invokeai_graph={"id": "1", "nodes": {}}),
        texts(invokeai_workflow={"name": "", "nodes": [], "edges": [], "meta": {"version": "3.0.0"}}),
    ],
    "NovelAI": [
        texts(**NOVELAI),
        texts(Software="NovelAI", Comment={"Comment": json.dumps(COMMENT)}),
        png(hide(drawing(60, 300, channels=4), json.dumps(NOVELAI))),
        *everywhere(
            exif(
                {0x010D: b"AI generated image", 0x0131: b"NovelAI Diffusion V4.5 4BDE2A90"},
                user_comment(json.dumps(COMMENT), "utf-8", b"ASCII\0\0\0"),
            )
        ),
    ],
    "Midjourney": [
        texts(Description=f"a fox --ar 2:3 --v 6.1 --stylize 250 {JOB}", Author="someone"),
        *everywhere(tags(ImageDescription=f"a fox --niji 6 {JOB}")),
        *in_xmp(f"<dc:description>a fox --v 7 {JOB}</dc:description>"),
        iim(Caption=f"a fox --v 7 {JOB}"),
    ],
    "Easy Diffusion": [
        texts(
            prompt="a", seed="1", use_stable_diffusion_model="x", num_inference_steps="25", guidance_scale="7"
        ),
        texts(**{"Prompt": "a", "Seed": "1", "Stable Diffusion model": "x", "Guidance Scale": "7"}),
    ],
    "Draw Things": in_xmp(
        "<exif:UserComment><rdf:Alt><rdf:li xml:lang='x-default'>"
        + json.dumps(JSON_TEXTS["Draw Things"])
        + "</rdf:li></rdf:Alt></exif:UserComment>"
    ),
    "Sygil WebUI": [texts(**{"SD:type": "txt2img", "SD:prompt": "a", "SD:seed": "1", "SD:steps": "50"})],
    "sd-scripts": [texts(prompt="a", seed="1", steps="30", sampler="ddim", scale="7.5")],
    "Black Forest Labs": everywhere(
        tags(Software="AI generated;txt2img;flux", Make="Black Forest Labs", Model="flux-dev")
    ),
    "Mochi Diffusion": [
        iim(Caption="Include in Image: a cat; Model: x; Steps: 20; Seed: 1; Generator: Mochi Diffusion 4.0")
    ],
    "Tensor.Art": [texts(generation_data={"prompt": "x", "baseModel": {"hash": "1"}, "seed": 1})],
    "Fooocus": [
        texts(parameters=JSON_TEXTS["Fooocus"], fooocus_scheme="fooocus"),
        texts(parameters=INFOTEXTS["Fooocus"], fooocus_scheme="a1111"),
        *everywhere(
            exif(
                {0x0131: b"Fooocus v2.5.5\0"},
                user_comment(json.dumps(JSON_TEXTS["Fooocus"])) | {0x927C: b"fooocus"},
            )
        ),
    ],
}


@pytest.mark.parametrize(
    ("generator", "data"),
    [
        pytest.param(name, data, id=f"{name} {number}")
        for name, files in OTHERS.items()
        for number, data in enumerate(files)
    ],
)
def test_a_record_of_its_own_shape_is_declared_by_name(generator: str, data: bytes) -> None:
    named(data, generator)


URI = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED = f"<Iptc4xmpExt:DigitalSourceType>{URI}trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"


@pytest.mark.parametrize(
    ("credit", "generator"),
    [
        ("Made with Google AI", "Google"),
        ("Apple Image Playground", "Apple"),
        ("Imagined with AI", "Meta AI"),
        ("DALL\u00b7E", "OpenAI"),
        ("Adobe Firefly", "Adobe Firefly"),
        ("Midjourney", "Midjourney"),
    ],
)
def test_services_that_fill_in_iptcs_fields_are_declared_by_name(credit: str, generator: str) -> None:
    for data in in_xmp(f"{TRAINED}<photoshop:Credit>{credit}</photoshop:Credit>"):
        named(data, generator)


HINTS = {
    "DALL\u00b7E 3": "OpenAI",
    "OpenAI": "OpenAI",
    "ChatGPT": "OpenAI",
    "gpt-image-1": "OpenAI",
    "Adobe Firefly": "Adobe Firefly",
    "Made with Google AI": "Google",
    "Imagen 4": "Google",
    "Gemini 2.5 Flash Image": "Google",
    "Bing Image Creator": "Microsoft",
    "Apple Image Playground": "Apple",
    "Midjourney": "Midjourney",
    "niji\u30fbjourney": "Midjourney",
    "Stable Diffusion": "Stable Diffusion",
    "PixAI": "PixAI",
    "SeaArt": "SeaArt",
    "Civitai": "Civitai",
    "TensorArt": "Tensor.Art",
    "LiblibAI": "Liblib",
    "NightCafe Studio": "NightCafe",
    "Leonardo.Ai": "Leonardo.Ai",
    "Ideogram AI": "Ideogram",
    "Recraft": "Recraft",
    "Krea AI": "Krea",
    "xAI": "xAI Grok",
    "stable-diffusion.cpp": "stable-diffusion.cpp",
    "invoke-ai/InvokeAI": "InvokeAI",
    "DiffusionBee": "DiffusionBee",
    "Draw Things": "Draw Things",
    "StableSwarmUI": "SwarmUI",
    "imaginAIry": "imaginAIry",
    "豆包": "Seedream",
    "Dreamina": "Dreamina",
    "Luma AI": "Luma",
    "Canva Magic Media": "Canva",
    "Runway Gen-4": "Runway",
    "Bria AI": "Bria",
    "fal-ai/flux-pro": "fal",
    "Higgsfield": "Higgsfield",
    "Recraft V3": "Recraft",
    "reve.com": "Reve",
    "Aphrodite AI": "Aphrodite AI",
    "Amazon Nova Canvas": "Amazon",
    "ArtBot - Create images with Stable Diffusion, utilizing the AI Horde": "AI Horde",
}


def with_software(name: str) -> list[bytes]:
    """Write a program's name where programs write it."""
    return [
        png(before=[text_chunk("Software", name)]),
        *everywhere(tags(Software=name)),
        *in_xmp(f"<xmp:CreatorTool>{name}</xmp:CreatorTool>"),
        iim(OriginatingProgram=name),
    ]


@pytest.mark.parametrize(("name", "generator"), HINTS.items())
def test_a_generators_name_in_a_field_for_software_is_a_hint(name: str, generator: str) -> None:
    for data in with_software(name):
        found = {(item.grade, item.label, item.generator) for item in read_provenance(data)}
        assert found == {(Grade.HINT, Label.AI, generator)}


EDITORS = [
    "CLIP STUDIO PAINT",
    "Celsys Studio Tool",
    "PaintTool SAI Ver.2",
    "Krita 5.2.2",
    "GIMP 2.10.36",
    "Adobe Photoshop 25.5 (Windows)",
    "Adobe Photoshop Lightroom Classic 13.2 (Macintosh)",
    "Adobe ImageReady",
    "Adobe Fresco 5.0.2",
    "Adobe Illustrator 28.2 (Macintosh)",
    "Procreate",
    "ibisPaint X",
    "MediBang Paint Pro",
    "mediBang Paint",
    "FireAlpaca 2.11",
    "openCanvas 7",
    "paint.net 5.0.13",
    "Affinity Photo 2",
    "MyPaint 2.0.1",
    "Aseprite 1.3",
    "www.inkscape.org",
    "Autodesk SketchBook",
    "Corel Painter 2023",
    "AzPainter 3.0",
    "Photopea",
    "Blender",
]


@pytest.mark.parametrize("name", EDITORS)
def test_an_editors_name_is_a_hint_of_human_work(name: str) -> None:
    for data in with_software(name):
        assert {(item.grade, item.label) for item in read_provenance(data)} == {(Grade.HINT, Label.HUMAN)}


CAMERAS = [
    ("Canon", "Canon EOS R5"),
    ("NIKON CORPORATION", "NIKON D850"),
    ("SONY", "ILCE-7M4"),
    ("FUJIFILM", "X-T5"),
    ("Apple", "iPhone 15 Pro"),
    ("samsung", "SM-S928B"),
    ("Google", "Pixel 9 Pro"),
    ("Xiaomi", "2201123G"),
    ("OLYMPUS CORPORATION", "E-M1"),
    ("Leica Camera AG", "LEICA Q3"),
]


@pytest.mark.parametrize(("make", "model"), CAMERAS)
def test_a_camera_is_a_hint_of_human_work(make: str, model: str) -> None:
    record = exif(
        {0x010F: make.encode() + b"\0", 0x0110: model.encode() + b"\0", 0x0131: b"17.5.1\0"},
        {0x829A: b"1/125\0", 0x8827: b"100\0", 0x920A: b"50/1\0"},
    )
    for data in everywhere(record):
        assert {(item.grade, item.label) for item in read_provenance(data)} == {(Grade.HINT, Label.HUMAN)}


REFUSAL = "No AI. Do not train Midjourney, NovelAI, Stable Diffusion or DALL-E on this. Steps: three."


@pytest.mark.parametrize(
    "data",
    [
        texts(Comment="Created with GIMP"),
        texts(Comment="Created with The GIMP"),
        jpeg([jpeg_segment(0xFE, b"Created with GIMP")]),
        gif([gif_comment(b"Created with GIMP")]),
        texts(Comment=REFUSAL, Title=REFUSAL, Description=REFUSAL, Author="Niji", Copyright=REFUSAL),
        texts(Comment="Created with Midjourney? Never."),
        texts(Comment="Created with love"),
        texts(parameters_note="Steps: 20 of my process", Title="AI generated images are theft"),
        texts(prompt="Inktober day 3: prompt was 'fox'"),
        texts(prompt="fox", seed="sunflower"),
        texts(workflow="sketch, line art, colours"),
        jpeg([jpeg_segment(0xE1, tags(ImageDescription=REFUSAL, Make="Wacom", Model="Cintiq Pro 27"))]),
        jpeg([jpeg_segment(0xE1, tags(Software="AI generated pictures are not mine"))]),
        jpeg([jpeg_segment(0xE1, exif({}, user_comment(REFUSAL)))]),
        iim(Caption=REFUSAL, Credit="Niji Sato", Source="own work"),
        jpeg([jpeg_segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\xff\xff\xff\xff\x1c\x02\x6e\xff")]),
        *in_xmp(f"<dc:description>{REFUSAL}</dc:description><dc:creator>Gemini</dc:creator>"),
        *in_xmp(f"<dc:title>{REFUSAL}</dc:title><dc:rights>{REFUSAL}</dc:rights>"),
        *in_xmp(f"<Iptc4xmpExt:DigitalSourceType>{URI}digitalCreation</Iptc4xmpExt:DigitalSourceType>"),
        *in_xmp(f"<Iptc4xmpExt:DigitalSourceType>{URI}algorithmicMedia</Iptc4xmpExt:DigitalSourceType>"),
        png(before=[text_chunk("Software", "Adobe Photoshop"), text_chunk("Comment", "Flux, imagen, dream")]),
        png(tail=b"parameters\0" + A1111.encode()),
        jpeg(tail=A1111.encode()),
    ],
)
def test_an_artists_file_is_never_evidence_of_ai(data: bytes) -> None:
    assert [item for item in read_provenance(data) if item.label is Label.AI] == []
