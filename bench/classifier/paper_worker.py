"""What a reader of the paper would write: Celery, Pillow, Keras, a picture at a time.

`celery -A bench.classifier.paper_worker worker`, with the broker in BENCH_BROKER, a file that gets one byte
for each picture in BENCH_DONE, and in BENCH_NETWORK either `paper`, MobileNetV2 on one view, or `ours`, seven
views of the network that we serve. Weights are random: they cost the same.
"""

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import requests
from celery import Celery
from PIL import Image

from bench.classifier.seven_views import SIDE, seven_views

app = Celery("paper", broker=os.environ["BENCH_BROKER"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, task_default_queue="paper")
_network: list[Any] = []


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def look(url: str) -> None:
    """Fetch, decode, predict, and note that it was done."""
    if not _network:
        _network.append(_build())
    with Image.open(io.BytesIO(requests.get(url, timeout=60).content)) as image:
        picture = image.convert("RGB")
    for view in _views(picture):
        _network[0].predict(view[None].astype(np.float32), verbose=0)
    with Path(os.environ["BENCH_DONE"]).open("ab") as done:
        done.write(b".")


def _views(picture: Image.Image) -> np.ndarray:
    if os.environ["BENCH_NETWORK"] == "paper":
        return np.asarray(picture.resize((SIDE, SIDE)))[None]
    return seven_views(np.asarray(picture))


def _build() -> Any:
    import keras  # noqa: PLC0415  # after the fork: TensorFlow does not survive one

    if os.environ["BENCH_NETWORK"] == "paper":
        backbone = keras.applications.MobileNetV2(
            input_shape=(SIDE, SIDE, 3), include_top=False, weights=None, pooling="avg"
        )
        return keras.Model(backbone.input, keras.layers.Dense(1, activation="sigmoid")(backbone.output))
    from model.training.network import build_reader  # noqa: PLC0415

    names = os.environ["BENCH_BACKBONES"].split(",")
    return build_reader(dict.fromkeys(names), dict.fromkeys(names, "symmetric"))
