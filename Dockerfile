# The grader with what submissions run under. Which walls stand in a container is up to the machine that
# runs it: `docker run IMAGE doctor` says so, and docs/walls.md what each is for.
FROM python:3.13-slim AS build
COPY . /source
RUN pip wheel --no-deps --wheel-dir /wheels /source

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl \
    && useradd --create-home grader
# No submission runs as root, and nothing of the image may be written to by it.
USER grader
WORKDIR /home/grader
ENTRYPOINT ["grade"]
CMD ["--help"]
