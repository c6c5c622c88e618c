CREATE TABLE attachments (
    key VARCHAR NOT NULL,
    filename VARCHAR,
    content_type VARCHAR,
    state VARCHAR NOT NULL,              -- uploading, done or error
    digest VARCHAR,                      -- SHA-256; the blob is blobs/<its first two digits>/<digest>
    size_bytes BIGINT,
    error VARCHAR,
    stamp BIGINT NOT NULL
);
