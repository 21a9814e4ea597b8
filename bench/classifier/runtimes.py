"""The classifier's runtime against others on the same model: `script/bench runtimes`.

Whatever of ONNX Runtime (with onnx and tf2onnx), OpenVINO and TensorFlow is installed beside LiteRT runs the
published weights, in turns, one thread each; none of them is in the lock. Processor time of all
views of a picture, since other programs do not lengthen it.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.table import Row, spread
from model.serving.info import WEIGHTS, read_model_info
from model.serving.interpreters import Interpreters

Floats = NDArray[np.float32]
Run = Callable[[Floats], float]  # one view to its logit
VIEWS, SIDE = 5, 256  # of one size, since not every runtime takes others


def rows(given: Namespace) -> Iterator[Row]:
    """Measure every runtime that is installed, in turns."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    info = read_model_info()
    weights = WEIGHTS / info.weights
    views = np.random.default_rng(1).integers(0, 256, (VIEWS, 1, SIDE, SIDE, 3))
    pixels = views.astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        found = {
            name: make(weights, Path(folder)) for name, (module, make) in RUNTIMES.items() if _has(module)
        }
        times: dict[str, list[float]] = {name: [] for name in found}
        logits: dict[str, list[float]] = {}
        for turn in range(2 * given.rounds + 1):
            for name, run in found.items():
                began = time.process_time()
                logits[name] = [run(view) for view in pixels]
                if turn:  # the first is for warming
                    times[name].append(1000 * (time.process_time() - began))
    best = min(min(values) for values in times.values())
    for name, values in times.items():
        middle, noise = spread(values, 1, " ms")
        gap = float(np.max(np.abs(np.array(logits[name]) - np.array(logits["LiteRT"]))))
        goal = "within 5 % of the best" if name == "LiteRT" else ""
        share = f"{100 * (min(values) / best - 1):+.0f} % of the best, by the least of each"
        yield Row(
            f"runtime, {name}, {VIEWS} views",
            goal,
            f"{middle}, {share}",
            f"{noise}; logits differ by {gap:.1e}",
        )
    for name in RUNTIMES.keys() - found.keys():
        yield Row(f"runtime, {name}", "", "not installed here")


def _litert(weights: Path, _: Path) -> Run:
    network = Interpreters(weights)
    return lambda view: float(network.run(view.astype(np.uint8)).logits[0])


def _onnx(weights: Path, folder: Path) -> Run:
    import onnxruntime  # noqa: PLC0415  # each only where it is installed

    file = folder / "network.onnx"
    command = [sys.executable, "-m", "tf2onnx.convert", "--opset", "18", "--tflite", str(weights)]
    subprocess.run([*command, "--output", str(file)], check=True, capture_output=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    entrance = session.get_inputs()[0].name
    (logit,) = [output.name for output in session.get_outputs() if len(output.shape) == 2]
    return lambda view: float(session.run([logit], {entrance: view})[0].item())


def _openvino(weights: Path, _: Path) -> Run:
    import openvino  # noqa: PLC0415

    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(str(weights), "CPU", settings)
    (logit,) = [output for output in compiled.outputs if len(output.shape) == 2]
    request = compiled.create_infer_request()

    def run(view: Floats) -> float:
        request.infer({0: view})
        return float(request.get_tensor(logit).data.item())

    return run


def _tensorflow(weights: Path, _: Path) -> Run:
    import tensorflow as tf  # noqa: PLC0415

    # The lite interpreter of TensorFlow without its delegate: its own kernels. Keras itself is
    # measured by `script/bench paper`.
    resolver = tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = tf.lite.Interpreter(str(weights), num_threads=1, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    entrance = interpreter.get_input_details()[0]["index"]
    (logit,) = [item["index"] for item in interpreter.get_output_details() if len(item["shape"]) == 2]

    def run(view: Floats) -> float:
        interpreter.set_tensor(entrance, view)
        interpreter.invoke()
        return float(interpreter.get_tensor(logit).item())

    return run


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None and (
        module != "onnxruntime" or importlib.util.find_spec("tf2onnx") is not None
    )


RUNTIMES: dict[str, tuple[str, Callable[[Path, Path], Run]]] = {
    "LiteRT": ("ai_edge_litert", _litert),
    "ONNX Runtime": ("onnxruntime", _onnx),
    "OpenVINO": ("openvino", _openvino),
    "TensorFlow's own kernels": ("tensorflow", _tensorflow),
}
