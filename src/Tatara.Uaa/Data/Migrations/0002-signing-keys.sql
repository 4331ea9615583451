-- What several UAAs sign with. One with a database of its own keeps its keys in files instead.
CREATE TABLE signing_keys (
    "Number" INTEGER NOT NULL PRIMARY KEY,
    "Pem" TEXT NOT NULL
);
