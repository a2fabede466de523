# The requirements are installed in one stage and carried into another that has neither compiler nor cache.
FROM python:3.11-slim AS build
WORKDIR /srv/clausedesk
COPY requirements/uv.txt requirements/run.txt requirements/
RUN python -m venv .venv \
 && .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
 && VIRTUAL_ENV=.venv .venv/bin/uv pip install --no-cache --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md ./
COPY alembic alembic
COPY app app
RUN VIRTUAL_ENV=.venv .venv/bin/uv pip install --no-cache --no-deps --no-build-isolation --editable . \
 && .venv/bin/python -m compileall -q app

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin clausedesk
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
ENTRYPOINT ["clausedesk"]
CMD ["serve"]
