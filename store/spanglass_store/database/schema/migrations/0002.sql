-- Experiments have what `spanglass.init` says of them.
ALTER TABLE experiments ADD COLUMN project_id VARCHAR;
ALTER TABLE experiments ADD COLUMN description VARCHAR;
ALTER TABLE experiments ADD COLUMN metadata VARCHAR;
ALTER TABLE experiments ADD COLUMN tags VARCHAR[];
ALTER TABLE experiments ADD COLUMN created TIMESTAMP;
ALTER TABLE experiments ADD COLUMN said_stamp BIGINT DEFAULT 0;
