# syntax=docker/dockerfile:1
# docker build -t callboard .
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock build.rs ./
COPY migrations migrations
COPY static static
COPY templates templates
COPY catalog-examples catalog-examples
COPY src src
COPY benches benches
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --locked --profile dist --bin callboard \
    && cp target/dist/callboard /callboard \
    && mkdir /data

# Git makes, keeps and serves repositories; certificates for the hosts the portal reads; time zones. uid 65532.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git tzdata && rm -rf /var/lib/apt/lists/*
COPY --from=build /callboard /usr/local/bin/callboard
COPY --from=build --chown=65532:65532 /data /var/lib/callboard
USER 65532:65532
# Here lie app-config.yaml, if any, and the data folder.
WORKDIR /var/lib/callboard
VOLUME /var/lib/callboard
EXPOSE 7007
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s --retries=3 \
    CMD ["/usr/local/bin/callboard", "health"]
ENTRYPOINT ["/usr/local/bin/callboard"]
