# Wegwijs on Telegram. Two stages: the second holds Python, the program and its libraries, no more.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

# Every library as the lock says, with its hash; none is built here.
COPY requirements.lock ./
RUN pip download --require-hashes --no-deps --only-binary :all: -d /wheels -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY catalogue catalogue
COPY locales locales
RUN pip wheel --no-deps -w /wheels .

# Only what the program needs, only from those files (so nothing is left to pin), without pip.
# hadolint ignore=DL3013
RUN python -m venv --without-pip /opt/wegwijs \
 && pip --python /opt/wegwijs/bin/python install --no-index --find-links /wheels 'wegwijs[webhook]'

FROM python:3.11-slim
ENV PATH=/opt/wegwijs/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    WEGWIJS_DATA=/data \
    XDG_CACHE_HOME=/data/cache
RUN groupadd --gid 10001 wegwijs \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin wegwijs \
 && install -d -o 10001 -g 10001 -m 700 /data
COPY --from=build /opt/wegwijs /opt/wegwijs

# Everything that is kept is in /data; the rest of the file system may be read-only.
USER 10001:10001
VOLUME /data

# Unhealthy when Telegram was not heard for three minutes; see docs/telegram.md.
HEALTHCHECK --interval=60s --timeout=20s --start-period=120s --retries=2 CMD ["wegwijs", "health"]

# Without a shell in between, so that SIGTERM arrives.
ENTRYPOINT ["wegwijs"]
CMD ["run"]
