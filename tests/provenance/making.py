"""Make the records of generators: hidden text, signed comments, graphs."""

import base64
import gzip
import json
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.provenance.writing import Pixels

INFOTEXT = (
    "1girl, silver hair, <lora:style:0.8>\nNegative prompt: lowres, bad hands\n"
    "Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1234567890, Size: 512x768, "
    'Model hash: 0123abcd, Model: anime_v3, Lora hashes: "style: 00ff, b: 11", Version: v1.9.4'
)
PROMPT = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 20, "cfg": 8.0, "sampler_name": "euler"}},
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "anime.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a castle", "clip": ["4", 1]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0]}},
}
WORKFLOW = {
    "last_node_id": 9,
    "last_link_id": 9,
    "nodes": [
        {"id": 3, "type": "KSampler", "widgets_values": [7, "fixed", 20]},
        {"id": 9, "type": "SaveImage"},
    ],
    "links": [],
    "version": 0.4,
}
COMMENT: dict[str, Any] = {
    "prompt": "1girl, サクラ, masterpiece",
    "steps": 28,
    "height": 160,
    "width": 24,
    "scale": 5.0,
    "uncond_scale": 1.0,
    "seed": 4091185279,
    "n_samples": 1,
    "noise_schedule": "karras",
    "sampler": "k_euler_ancestral",
    "uc": "lowres",
    "request_type": "PromptGenerateRequest",
}
# A label as StepFun wrote it at the head of a document that is public (and in YAML there).
SIGNED_LABEL = {
    "Label": "1",
    "ContentProducer": "001191310104MACE0YX63918020",
    "ProduceID": "142569260085903360",
    "ReservedCode1": json.dumps(
        {
            "SecurityData": {
                "Type": "TC260PG",
                "Version": 1,
                "PubSD": [
                    {
                        "Type": "DS",
                        "AlgID": "1.2.156.10197.1.501",
                        "TBSData": {"Type": "LabelMataData"},
                        "Signature": "3046022100AE6B84B3342128AE301A597596FCD9EECF3EA0FC2DB6C250BAF234E16"
                        "7298E9002210097223ABB647B786A90D0A1B93CB9382EA879563B2C7F025FA006BE16AE926C14",
                    },
                    {
                        "Type": "PubKey",
                        "AlgID": "1.2.156.10197.1.501",
                        "KeyValue": "3059301306072A8648CE3D020106082A811CCF5501822D034200045728F08C58D9"
                        "C72150A705693EF7337859F8FF216E802630041AFAE5C036F0A67CB1FDF8C57F5F8B623284AE09E4E545464B7140B2"
                        "6BBDA51BAE965F854C57AA",
                    },
                ],
            }
        }
    ),
}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFY_KEY = KEY.public_key().public_bytes_raw()


def signed(
    pixels: Pixels, comment: dict[str, Any] | None = None, key: Ed25519PrivateKey = KEY
) -> dict[str, Any]:
    """Sign pixels and comment as NovelAI does."""
    comment = dict(COMMENT if comment is None else comment)
    message = pixels[:, :, :3].tobytes() + json.dumps(comment).encode()
    return comment | {"signed_hash": base64.b64encode(key.sign(message)).decode()}


def envelope(comment: dict[str, Any]) -> dict[str, str]:
    """Wrap a comment as NovelAI's texts do."""
    return {
        "Title": "AI generated image",
        "Description": comment.get("prompt", ""),
        "Software": "NovelAI",
        "Source": "NovelAI Diffusion V4.5 4BDE2A90",
        "Generation time": "4.2",
        "Comment": json.dumps(comment),
    }


def hide(pixels: Pixels, text: str, *, channels: str = "alpha", packed: bool = True) -> Pixels:
    """Hide a text in the lowest bits, column by column, in one of the four modes."""
    body = gzip.compress(text.encode(), mtime=0) if packed else text.encode()
    magic = {("alpha", True): "pngcomp", ("alpha", False): "pnginfo", ("rgb", True): "rgbcomp"}.get(
        (channels, packed), "rgbinfo"
    )
    return hide_bits(
        pixels, f"stealth_{magic}".encode() + (8 * len(body)).to_bytes(4, "big") + body, channels
    )


def hide_bits(pixels: Pixels, message: bytes, channels: str) -> Pixels:
    bits = np.unpackbits(np.frombuffer(message, np.uint8))
    out = pixels.copy()
    area = (out[:, :, 3].T if channels == "alpha" else out[:, :, :3].transpose(1, 0, 2)).copy()
    flat = area.reshape(-1)
    assert bits.size <= flat.size, "the picture is too small for the message"
    flat[: bits.size] = (flat[: bits.size] & 0xFE) | bits
    if channels == "alpha":
        out[:, :, 3] = area.T
    else:
        out[:, :, :3] = area.transpose(1, 0, 2)
    return out
