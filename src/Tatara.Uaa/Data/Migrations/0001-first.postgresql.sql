-- COLLATE "C": the order of bytes, as in SQLite, and no index that a newer C library would invalidate.
CREATE TABLE users (
    "Id" text COLLATE "C" NOT NULL PRIMARY KEY,
    "UserName" text COLLATE "C" NOT NULL,
    "UserNameKey" text COLLATE "C" NOT NULL,
    "Origin" text COLLATE "C" NOT NULL,
    "PasswordHash" text COLLATE "C" NULL,
    "Email" text COLLATE "C" NOT NULL,
    "GivenName" text COLLATE "C" NULL,
    "FamilyName" text COLLATE "C" NULL,
    "ExternalId" text COLLATE "C" NULL,
    "Active" boolean NOT NULL,
    "Verified" boolean NOT NULL,
    "Salt" text COLLATE "C" NOT NULL,
    "Version" integer NOT NULL,
    "CreatedAt" bigint NOT NULL,
    "UpdatedAt" bigint NOT NULL,
    "PasswordChangedAt" bigint NOT NULL,
    UNIQUE ("UserNameKey", "Origin")
);
CREATE TABLE groups (
    "Id" text COLLATE "C" NOT NULL PRIMARY KEY,
    "DisplayName" text COLLATE "C" NOT NULL UNIQUE,
    "Description" text COLLATE "C" NULL,
    "CreatedAt" bigint NOT NULL,
    "UpdatedAt" bigint NOT NULL
);
CREATE TABLE memberships (
    "GroupId" text COLLATE "C" NOT NULL REFERENCES groups ("Id") ON DELETE CASCADE,
    "UserId" text COLLATE "C" NOT NULL REFERENCES users ("Id") ON DELETE CASCADE,
    PRIMARY KEY ("GroupId", "UserId")
);
CREATE INDEX memberships_by_user ON memberships ("UserId");
CREATE TABLE revoked_tokens (
    "Id" text COLLATE "C" NOT NULL PRIMARY KEY,
    "ExpiresAt" bigint NOT NULL
);
