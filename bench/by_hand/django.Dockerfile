FROM zipp/python:3.11-build AS dependencies
ENV VIRTUAL_ENV=/opt/venv UV_COMPILE_BYTECODE=1
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/uv uv pip install -r requirements.txt

FROM zipp/python:3.11-slim
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PORT=8000
COPY --from=dependencies /opt/venv /opt/venv
COPY . .
RUN python manage.py collectstatic --noinput
USER 65534:65534
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm", "bench.wsgi:application"]
