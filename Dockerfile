# One image for every part: `kantei api`, `kantei worker`, `kantei sweep`, `kantei migrate`.
FROM python:3.12-slim-bookworm AS build
COPY requirements/image.txt /build/requirements/
RUN python -m venv /opt/kantei \
    && /opt/kantei/bin/pip install --no-cache-dir --no-deps --require-hashes -r /build/requirements/image.txt
COPY pyproject.toml README.md LICENSE /build/
COPY api /build/api
COPY client /build/client
COPY core /build/core
COPY kantei /build/kantei
COPY migrations /build/migrations
COPY marketplace /build/marketplace
COPY model /build/model
COPY provenance /build/provenance
COPY store /build/store
COPY worker /build/worker
RUN /opt/kantei/bin/pip install --no-cache-dir --no-deps --no-build-isolation /build

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin kantei \
    && install -d -o kantei -g kantei /data
COPY --from=build /opt/kantei /opt/kantei
ENV PATH=/opt/kantei/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 KANTEI_DATA_DIR=/data \
    MALLOC_ARENA_MAX=2
USER kantei
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["kantei"]
CMD ["serve", "--host", "0.0.0.0"]
