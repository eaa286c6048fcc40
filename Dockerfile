# One image for every part of the feed; the command says which part a container is.
FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements.txt pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY streams streams
COPY results_client results_client
# The tested versions, as constraints: the image has what the tests had, less what only tests need.
RUN sed -E '/--hash=/d; s/ \\$//' requirements.txt > constraints.txt \
    && python -m venv /opt/feed \
    && /opt/feed/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
COPY --from=build /opt/feed /opt/feed
ENV PATH=/opt/feed/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 RESULTS_LOG_FORMAT=json \
    RESULTS_DATA_DIR=/var/lib/results/workers RESULTS_INTAKE_DIR=/var/lib/results/intake \
    RESULTS_WEBHOOK_DIR=/var/lib/results/webhooks
# All that a container may write lies below /var/lib/results; the rest of it is read-only.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin feed \
    && install -d -o feed -g feed /var/lib/results/workers /var/lib/results/intake /var/lib/results/webhooks
USER 10001:10001
WORKDIR /var/lib/results
STOPSIGNAL SIGTERM
ENTRYPOINT ["results"]
CMD ["--help"]
