# The requirements are installed in one stage, with tools that stay there, and carried into another that has neither
# compiler, installer nor cache.
#
# A release names the base by its digest, which no one can tell who has not asked its registry:
#   docker build --build-arg BASE=python:3.11-slim@sha256:$(digest of the base) .
ARG BASE=python:3.11-slim
FROM ${BASE} AS build
WORKDIR /srv/clausedesk
COPY requirements/uv.txt requirements/run.txt requirements/
RUN python -m venv .tools \
 && .tools/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
 && python -m venv --without-pip .venv \
 && VIRTUAL_ENV=.venv .tools/bin/uv pip install --no-cache --compile-bytecode --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md ./
COPY alembic alembic
COPY app app
RUN VIRTUAL_ENV=.venv .tools/bin/uv pip install --no-cache --no-deps --no-build-isolation --editable . \
 && VIRTUAL_ENV=.venv .tools/bin/uv pip uninstall hatchling editables pathspec pluggy tomlkit trove-classifiers \
 && .venv/bin/python -m compileall -q app
COPY requirements/sbom.txt requirements/
RUN python -m venv --without-pip .sbom \
 && VIRTUAL_ENV=.sbom .tools/bin/uv pip install --no-cache --require-hashes -r requirements/sbom.txt \
 && .sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --output-file sbom.cdx.json .venv/bin/python \
 && rm -r .sbom .tools requirements

FROM ${BASE}
LABEL org.opencontainers.image.title=clausedesk \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.clausedesk.sbom=/srv/clausedesk/sbom.cdx.json
# The base brings an installer of its own.
RUN python -m pip uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip \
 && useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin clausedesk
WORKDIR /srv/clausedesk
COPY --from=build /srv/clausedesk /srv/clausedesk
ENV PATH=/srv/clausedesk/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CLAUSEDESK_ENVIRONMENT=production \
    CLAUSEDESK_HOST=0.0.0.0 \
    CLAUSEDESK_METRICS_HOST=0.0.0.0
USER 10001:10001
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
# Of `serve`; run the worker with --no-healthcheck. Kubernetes has its own probes.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["clausedesk"]
CMD ["serve"]
