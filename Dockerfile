FROM python:3.12-slim AS packages
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NUMBA_CPU_NAME=generic \
    THIRD_FACTOR_CACHE=/app/.kernel_cache \
    HOST=0.0.0.0 \
    PORT=8050
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin lab \
    && install --directory --owner=10001 --group=10001 --mode=0700 /app/.kernel_cache
USER 10001
RUN python -c "import app; app.warm()"
EXPOSE 8050
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
CMD ["gunicorn", "-c", "gunicorn.conf.py", "app:server"]
