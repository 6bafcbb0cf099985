-- The schema of version 1, as a Zipp of that version made it.
CREATE TABLE schema_version (
 version INTEGER NOT NULL
);
CREATE TABLE users (
 uid VARCHAR NOT NULL,
 email VARCHAR,
 email_key VARCHAR,
 password_hash VARCHAR,
 name VARCHAR NOT NULL,
 role VARCHAR NOT NULL,
 claims JSON NOT NULL,
 disabled BOOLEAN NOT NULL,
 created_at DATETIME NOT NULL,
 PRIMARY KEY (uid),
 UNIQUE (email_key)
);
CREATE TABLE sites (
 name VARCHAR NOT NULL,
 owner VARCHAR NOT NULL,
 live_deployment VARCHAR,
 limits JSON NOT NULL,
 framework VARCHAR,
 env_encrypted VARCHAR NOT NULL,
 created_at DATETIME NOT NULL,
 PRIMARY KEY (name)
);
CREATE INDEX sites_by_owner ON sites (owner, name);
CREATE TABLE tokens (
 id VARCHAR NOT NULL,
 uid VARCHAR NOT NULL,
 kind VARCHAR NOT NULL,
 name VARCHAR NOT NULL,
 secret_sha256 VARCHAR NOT NULL,
 created_at DATETIME NOT NULL,
 expires_at DATETIME,
 PRIMARY KEY (id),
 FOREIGN KEY(uid) REFERENCES users (uid) ON DELETE CASCADE,
 UNIQUE (secret_sha256)
);
CREATE INDEX tokens_by_user ON tokens (uid, kind, id);
CREATE TABLE domains (
 domain VARCHAR NOT NULL,
 site VARCHAR NOT NULL,
 position INTEGER NOT NULL,
 PRIMARY KEY (domain),
 FOREIGN KEY(site) REFERENCES sites (name) ON DELETE CASCADE
);
CREATE INDEX domains_by_site ON domains (site);
CREATE TABLE deployments (
 id VARCHAR NOT NULL,
 site VARCHAR NOT NULL,
 owner VARCHAR NOT NULL,
 source JSON NOT NULL,
 archive_sha256 VARCHAR,
 status VARCHAR NOT NULL,
 error JSON,
 "plan" JSON,
 image VARCHAR,
 port INTEGER,
 stages JSON NOT NULL,
 created_at DATETIME NOT NULL,
 started_at DATETIME,
 finished_at DATETIME,
 cancel_requested BOOLEAN NOT NULL,
 version INTEGER NOT NULL,
 lease_worker VARCHAR,
 lease_until DATETIME,
 PRIMARY KEY (id),
 FOREIGN KEY(site) REFERENCES sites (name)
);
CREATE INDEX deployments_by_owner ON deployments (owner, id);
CREATE INDEX deployments_by_archive ON deployments (archive_sha256);
CREATE INDEX deployments_by_status ON deployments (status, id);
CREATE INDEX deployments_by_site ON deployments (site, id);
CREATE INDEX deployments_by_lease ON deployments (site, lease_until);
CREATE TABLE ports (
 port INTEGER NOT NULL,
 deployment VARCHAR NOT NULL,
 PRIMARY KEY (port),
 UNIQUE (deployment),
 FOREIGN KEY(deployment) REFERENCES deployments (id) ON DELETE CASCADE
);
INSERT INTO schema_version VALUES (1);
