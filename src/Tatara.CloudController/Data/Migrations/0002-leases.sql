-- Who is the active one of several; see Tatara.Database/Leases.
CREATE TABLE leases (
    "Name" TEXT NOT NULL PRIMARY KEY,
    "Holder" TEXT NOT NULL,
    "ExpiresAt" BIGINT NOT NULL
);
