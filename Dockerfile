# syntax=docker/dockerfile:1
ARG GO_IMAGE=golang:1.26.8-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d
ARG SHELL_IMAGE=busybox:1.37.0-musl@sha256:5cec3fc171c87218698e85a52af7087de727372aae264a787b8112901a5b0092

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
    -ldflags "-s -w -buildid= -X main.version=$VERSION" -o /out/gate ./cmd/gate
# Large files are unpacked to a temporary folder, which an empty image has not.
RUN mkdir -p /out/tmp /out/etc/ssl/certs && chmod 1777 /out/tmp && \
    cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/

# For systems that run the commands of a job inside the image, as GitLab does:
# docker build --target shell.
FROM ${SHELL_IMAGE} AS shell
COPY --from=build /out/etc /etc
COPY --from=build /out/gate /bin/gate

# No shell, no package manager. Containers that start it choose the user: the folder to
# judge is mounted by them.
FROM scratch
COPY --from=build /out /
ENTRYPOINT ["/gate"]
