"""Exporting a Keras network to the file that workers load, and checking that both agree."""

import hashlib
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from model.serving.info import INFO_FILE
from model.training.network import SIDE


def convert(network: Any, precision: str, calibration: Iterable[NDArray[np.uint8]] = ()) -> bytes:
    """Convert a network to LiteRT with one view (1, 256, 256, 3) of float 0..255 at its entrance.

    Who runs it may resize the view to any multiples of 32.

    float16 stores weights at half size and calculates in float32; int8_weights stores them at a quarter and
    quantises activations as they come; int8 learns their ranges from the `calibration` views.
    """
    with tempfile.TemporaryDirectory() as folder:
        # By way of a SavedModel: conversion of the live object leaves Keras 3's variables empty.
        signature = [tf.TensorSpec((1, SIDE, SIDE, 3), tf.float32)]
        network.export(folder, format="tf_saved_model", input_signature=signature, verbose=False)
        return _convert_saved(folder, precision, calibration)


def _convert_saved(folder: str, precision: str, calibration: Iterable[NDArray[np.uint8]]) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if precision == "int8":
        views = [view[None].astype(np.float32) for view in calibration]
        converter.representative_dataset = lambda: ([view] for view in views)
    converted: bytes = converter.convert()
    return converted


def largest_difference(network: Any, model: bytes, views: NDArray[np.uint8]) -> float:
    """The largest difference, in logits, between Keras and LiteRT on views (n, h, w, 3)."""
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], (1, *views.shape[1:]))
    interpreter.allocate_tensors()
    entrance = interpreter.get_input_details()[0]["index"]
    logit = next(item["index"] for item in interpreter.get_output_details() if list(item["shape"]) == [1, 1])
    gaps = []
    for view in views:
        pixels = view[None].astype(np.float32)
        interpreter.set_tensor(entrance, pixels)
        interpreter.invoke()
        theirs = float(keras.ops.convert_to_numpy(network(pixels, training=False)["logit"])[0, 0])
        gaps.append(abs(theirs - float(interpreter.get_tensor(logit)[0, 0])))
    return float(np.max(gaps))  # not `max`, which overlooks NaN


def publish(
    model: bytes, name: str, month: str, facts: dict[str, Any], folder: Path, *, native: bytes | None = None
) -> str:
    """Write weights and `classifier.json` into a folder, and return the version that they make.

    `facts` are the entries of the description beside version and weights (see `model/serving/info.py`);
    `native` is the network of the native look, which `facts` describe under that name. Weights of an
    earlier version are removed: the repository's history keeps them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sha256 = hashlib.sha256(model + (native or b"")).hexdigest()
    version = f"{name}-{month}-{sha256[:8]}"
    for old in folder.glob("*.tflite"):
        old.unlink()
    weights = f"{version}.tflite"
    (folder / weights).write_bytes(model)
    described = {"version": version, "sha256": sha256, "weights": _described(weights, model), **facts}
    if native is not None:
        beside = f"{version}.native.tflite"
        (folder / beside).write_bytes(native)
        described["native"] = {"weights": _described(beside, native), **facts["native"]}
    (folder / INFO_FILE).write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
    return version


def _described(file: str, model: bytes) -> dict[str, Any]:
    return {"file": file, "sha256": hashlib.sha256(model).hexdigest(), "bytes": len(model)}
