# The service alone; compose.yaml adds PostgreSQL. Without DATABASE_URL the embedded one runs, under /data.
FROM python:3.13-slim-bookworm AS builder
COPY requirements.txt /
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
        -r /requirements.txt

FROM python:3.13-slim-bookworm
# With a name: initdb refuses a user that the system does not know.
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent otvet \
    && install -d -o otvet -g otvet -m 0700 /data
COPY --from=builder /opt/venv /opt/venv
WORKDIR /app
COPY LICENSE ./
COPY bot ./bot
COPY adapters ./adapters
COPY handlers ./handlers
COPY storage ./storage
COPY migrations ./migrations
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# The first start makes the embedded database and applies the migrations.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=3); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "bot"]
