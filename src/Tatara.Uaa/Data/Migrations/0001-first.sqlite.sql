-- The tables of the databases from before there was a table of steps.
CREATE TABLE users (
    Id TEXT NOT NULL PRIMARY KEY,
    UserName TEXT NOT NULL,
    UserNameKey TEXT NOT NULL,
    Origin TEXT NOT NULL,
    PasswordHash TEXT NULL,
    Email TEXT NOT NULL,
    GivenName TEXT NULL,
    FamilyName TEXT NULL,
    ExternalId TEXT NULL,
    Active INTEGER NOT NULL,
    Verified INTEGER NOT NULL,
    Salt TEXT NOT NULL,
    Version INTEGER NOT NULL,
    CreatedAt INTEGER NOT NULL,
    UpdatedAt INTEGER NOT NULL,
    PasswordChangedAt INTEGER NOT NULL,
    UNIQUE (UserNameKey, Origin)
);
CREATE TABLE groups (
    Id TEXT NOT NULL PRIMARY KEY,
    DisplayName TEXT NOT NULL UNIQUE,
    Description TEXT NULL,
    CreatedAt INTEGER NOT NULL,
    UpdatedAt INTEGER NOT NULL
);
CREATE TABLE memberships (
    GroupId TEXT NOT NULL REFERENCES groups (Id) ON DELETE CASCADE,
    UserId TEXT NOT NULL REFERENCES users (Id) ON DELETE CASCADE,
    PRIMARY KEY (GroupId, UserId)
);
CREATE INDEX memberships_by_user ON memberships (UserId);
CREATE TABLE revoked_tokens (
    Id TEXT NOT NULL PRIMARY KEY,
    ExpiresAt INTEGER NOT NULL
);
