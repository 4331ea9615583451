ALTER TABLE "Domains" ADD COLUMN "RouterGroupGuid" TEXT NULL;
ALTER TABLE "Routes" ADD COLUMN "Port" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "Routes" ADD COLUMN "RouterGroupGuid" TEXT NULL;
ALTER TABLE "Routes" ADD COLUMN "LoadBalancing" TEXT NULL;

CREATE TABLE "ServiceInstances" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ServiceInstances" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "SpaceGuid" TEXT NOT NULL,
    "RouteServiceUrl" TEXT NULL,
    "SyslogDrainUrl" TEXT NULL,
    "Credentials" TEXT NOT NULL,
    "Tags" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_ServiceInstances_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_ServiceInstances_Spaces_SpaceGuid" FOREIGN KEY ("SpaceGuid") REFERENCES "Spaces" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "RouteBindings" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_RouteBindings" PRIMARY KEY AUTOINCREMENT,
    "RouteGuid" TEXT NOT NULL,
    "ServiceInstanceGuid" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_RouteBindings_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_RouteBindings_Routes_RouteGuid" FOREIGN KEY ("RouteGuid") REFERENCES "Routes" ("Guid") ON DELETE CASCADE,
    CONSTRAINT "FK_RouteBindings_ServiceInstances_ServiceInstanceGuid" FOREIGN KEY ("ServiceInstanceGuid") REFERENCES "ServiceInstances" ("Guid") ON DELETE CASCADE
);

DROP INDEX "IX_Routes_DomainGuid_Host_Path";
CREATE UNIQUE INDEX "IX_Routes_DomainGuid_Host_Path_Port" ON "Routes" ("DomainGuid", "Host", "Path", "Port");
CREATE UNIQUE INDEX "IX_Routes_RouterGroupGuid_Port" ON "Routes" ("RouterGroupGuid", "Port");
CREATE UNIQUE INDEX "IX_ServiceInstances_SpaceGuid_Name" ON "ServiceInstances" ("SpaceGuid", "Name");
CREATE UNIQUE INDEX "IX_RouteBindings_RouteGuid" ON "RouteBindings" ("RouteGuid");
CREATE INDEX "IX_RouteBindings_ServiceInstanceGuid" ON "RouteBindings" ("ServiceInstanceGuid");
