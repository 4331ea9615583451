-- The tables of the databases from before there were migrations.
CREATE TABLE "AuditEvents" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_AuditEvents" PRIMARY KEY AUTOINCREMENT,
    "Type" TEXT NOT NULL,
    "ActorGuid" TEXT NOT NULL,
    "ActorType" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    "TargetGuid" TEXT NOT NULL,
    "TargetType" TEXT NOT NULL,
    "TargetName" TEXT NOT NULL,
    "SpaceGuid" TEXT NULL,
    "OrganizationGuid" TEXT NULL,
    "Data" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_AuditEvents_Guid" UNIQUE ("Guid")
);

CREATE TABLE "Buildpacks" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Buildpacks" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Stack" TEXT NULL,
    "Position" INTEGER NOT NULL,
    "Enabled" INTEGER NOT NULL,
    "Locked" INTEGER NOT NULL,
    "State" TEXT NOT NULL,
    "Filename" TEXT NULL,
    "Sha256" TEXT NULL,
    "Source" TEXT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Buildpacks_Guid" UNIQUE ("Guid")
);

CREATE TABLE "EnvironmentVariableGroups" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_EnvironmentVariableGroups" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Variables" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_EnvironmentVariableGroups_Guid" UNIQUE ("Guid")
);

CREATE TABLE "FeatureFlags" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_FeatureFlags" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Enabled" INTEGER NOT NULL,
    "CustomErrorMessage" TEXT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_FeatureFlags_Guid" UNIQUE ("Guid")
);

CREATE TABLE "Jobs" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Jobs" PRIMARY KEY AUTOINCREMENT,
    "Operation" TEXT NOT NULL,
    "State" TEXT NOT NULL,
    "Payload" TEXT NOT NULL,
    "ResourceType" TEXT NULL,
    "ResourceGuid" TEXT NULL,
    "Errors" TEXT NULL,
    "Warnings" TEXT NOT NULL,
    "Attempts" INTEGER NOT NULL,
    "ActorGuid" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    "ClaimedBy" TEXT NULL,
    "ClaimedUntil" INTEGER NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_Jobs_Guid" UNIQUE ("Guid")
);

CREATE TABLE "Labels" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Labels" PRIMARY KEY AUTOINCREMENT,
    "ResourceGuid" TEXT NOT NULL,
    "Key" TEXT NOT NULL,
    "Value" TEXT NULL
);

CREATE TABLE "OrganizationQuotas" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_OrganizationQuotas" PRIMARY KEY AUTOINCREMENT,
    "TotalDomains" INTEGER NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Name" TEXT NOT NULL,
    "TotalMemoryMb" INTEGER NULL,
    "InstanceMemoryMb" INTEGER NULL,
    "TotalInstances" INTEGER NULL,
    "TasksPerApp" INTEGER NULL,
    "LogRateLimit" INTEGER NULL,
    "PaidServicesAllowed" INTEGER NOT NULL,
    "TotalServiceInstances" INTEGER NULL,
    "TotalServiceKeys" INTEGER NULL,
    "TotalRoutes" INTEGER NULL,
    "TotalReservedPorts" INTEGER NULL,
    CONSTRAINT "AK_OrganizationQuotas_Guid" UNIQUE ("Guid")
);

CREATE TABLE "Organizations" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Organizations" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT COLLATE NOCASE NOT NULL,
    "Suspended" INTEGER NOT NULL,
    "QuotaGuid" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Organizations_Guid" UNIQUE ("Guid")
);

CREATE TABLE "SecurityGroups" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_SecurityGroups" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Rules" TEXT NOT NULL,
    "RunningDefault" INTEGER NOT NULL,
    "StagingDefault" INTEGER NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_SecurityGroups_Guid" UNIQUE ("Guid")
);

CREATE TABLE "Stacks" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Stacks" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Description" TEXT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Stacks_Guid" UNIQUE ("Guid")
);

CREATE TABLE "Users" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Users" PRIMARY KEY AUTOINCREMENT,
    "Username" TEXT NULL,
    "Origin" TEXT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Users_Guid" UNIQUE ("Guid")
);

CREATE TABLE "Domains" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Domains" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Internal" INTEGER NOT NULL,
    "OrganizationGuid" TEXT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Domains_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Domains_Organizations_OrganizationGuid" FOREIGN KEY ("OrganizationGuid") REFERENCES "Organizations" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "SpaceQuotas" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_SpaceQuotas" PRIMARY KEY AUTOINCREMENT,
    "OrganizationGuid" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Name" TEXT NOT NULL,
    "TotalMemoryMb" INTEGER NULL,
    "InstanceMemoryMb" INTEGER NULL,
    "TotalInstances" INTEGER NULL,
    "TasksPerApp" INTEGER NULL,
    "LogRateLimit" INTEGER NULL,
    "PaidServicesAllowed" INTEGER NOT NULL,
    "TotalServiceInstances" INTEGER NULL,
    "TotalServiceKeys" INTEGER NULL,
    "TotalRoutes" INTEGER NULL,
    "TotalReservedPorts" INTEGER NULL,
    CONSTRAINT "AK_SpaceQuotas_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_SpaceQuotas_Organizations_OrganizationGuid" FOREIGN KEY ("OrganizationGuid") REFERENCES "Organizations" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "Spaces" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Spaces" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT COLLATE NOCASE NOT NULL,
    "OrganizationGuid" TEXT NOT NULL,
    "QuotaGuid" TEXT NULL,
    "AllowSsh" INTEGER NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Spaces_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Spaces_Organizations_OrganizationGuid" FOREIGN KEY ("OrganizationGuid") REFERENCES "Organizations" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "DomainShares" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_DomainShares" PRIMARY KEY AUTOINCREMENT,
    "DomainGuid" TEXT NOT NULL,
    "OrganizationGuid" TEXT NOT NULL,
    CONSTRAINT "FK_DomainShares_Domains_DomainGuid" FOREIGN KEY ("DomainGuid") REFERENCES "Domains" ("Guid") ON DELETE CASCADE,
    CONSTRAINT "FK_DomainShares_Organizations_OrganizationGuid" FOREIGN KEY ("OrganizationGuid") REFERENCES "Organizations" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "Apps" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Apps" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT COLLATE NOCASE NOT NULL,
    "SpaceGuid" TEXT NOT NULL,
    "DesiredState" TEXT NOT NULL,
    "LifecycleType" TEXT NOT NULL,
    "Buildpacks" TEXT NOT NULL,
    "Stack" TEXT NULL,
    "EnvironmentVariables" TEXT NOT NULL,
    "CurrentDropletGuid" TEXT NULL,
    "SshEnabled" INTEGER NOT NULL,
    "RevisionsEnabled" INTEGER NOT NULL,
    "Deleting" INTEGER NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Apps_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Apps_Spaces_SpaceGuid" FOREIGN KEY ("SpaceGuid") REFERENCES "Spaces" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "Roles" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Roles" PRIMARY KEY AUTOINCREMENT,
    "Type" TEXT NOT NULL,
    "UserGuid" TEXT NOT NULL,
    "OrganizationGuid" TEXT NULL,
    "SpaceGuid" TEXT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_Roles_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Roles_Organizations_OrganizationGuid" FOREIGN KEY ("OrganizationGuid") REFERENCES "Organizations" ("Guid") ON DELETE CASCADE,
    CONSTRAINT "FK_Roles_Spaces_SpaceGuid" FOREIGN KEY ("SpaceGuid") REFERENCES "Spaces" ("Guid") ON DELETE CASCADE,
    CONSTRAINT "FK_Roles_Users_UserGuid" FOREIGN KEY ("UserGuid") REFERENCES "Users" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "Routes" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Routes" PRIMARY KEY AUTOINCREMENT,
    "Host" TEXT NOT NULL,
    "Path" TEXT NOT NULL,
    "DomainGuid" TEXT NOT NULL,
    "SpaceGuid" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Routes_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Routes_Domains_DomainGuid" FOREIGN KEY ("DomainGuid") REFERENCES "Domains" ("Guid") ON DELETE CASCADE,
    CONSTRAINT "FK_Routes_Spaces_SpaceGuid" FOREIGN KEY ("SpaceGuid") REFERENCES "Spaces" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "SecurityGroupBindings" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_SecurityGroupBindings" PRIMARY KEY AUTOINCREMENT,
    "GroupGuid" TEXT NOT NULL,
    "SpaceGuid" TEXT NOT NULL,
    "Phase" INTEGER NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_SecurityGroupBindings_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_SecurityGroupBindings_SecurityGroups_GroupGuid" FOREIGN KEY ("GroupGuid") REFERENCES "SecurityGroups" ("Guid") ON DELETE CASCADE,
    CONSTRAINT "FK_SecurityGroupBindings_Spaces_SpaceGuid" FOREIGN KEY ("SpaceGuid") REFERENCES "Spaces" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "Builds" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Builds" PRIMARY KEY AUTOINCREMENT,
    "AppGuid" TEXT NOT NULL,
    "PackageGuid" TEXT NOT NULL,
    "DropletGuid" TEXT NULL,
    "State" TEXT NOT NULL,
    "Error" TEXT NULL,
    "ErrorId" TEXT NULL,
    "LifecycleType" TEXT NOT NULL,
    "Buildpacks" TEXT NOT NULL,
    "Stack" TEXT NULL,
    "StagingMemoryMb" INTEGER NOT NULL,
    "StagingDiskMb" INTEGER NOT NULL,
    "StagingLogRateLimit" INTEGER NOT NULL,
    "StagingKey" TEXT NULL,
    "DeaId" TEXT NULL,
    "StartedAt" INTEGER NULL,
    "CreatedByGuid" TEXT NULL,
    "CreatedByName" TEXT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Builds_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Builds_Apps_AppGuid" FOREIGN KEY ("AppGuid") REFERENCES "Apps" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "Droplets" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Droplets" PRIMARY KEY AUTOINCREMENT,
    "AppGuid" TEXT NOT NULL,
    "PackageGuid" TEXT NULL,
    "BuildGuid" TEXT NULL,
    "State" TEXT NOT NULL,
    "Error" TEXT NULL,
    "Sha1" TEXT NULL,
    "Sha256" TEXT NULL,
    "SizeBytes" INTEGER NULL,
    "LifecycleType" TEXT NOT NULL,
    "Stack" TEXT NULL,
    "ProcessTypes" TEXT NOT NULL,
    "ExecutionMetadata" TEXT NOT NULL,
    "Buildpacks" TEXT NOT NULL,
    "Sidecars" TEXT NOT NULL,
    "EnvironmentDefaults" TEXT NOT NULL,
    "Formation" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Droplets_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Droplets_Apps_AppGuid" FOREIGN KEY ("AppGuid") REFERENCES "Apps" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "NetworkPolicies" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_NetworkPolicies" PRIMARY KEY AUTOINCREMENT,
    "SourceGuid" TEXT NOT NULL,
    "DestinationGuid" TEXT NOT NULL,
    "Protocol" TEXT NOT NULL,
    "StartPort" INTEGER NOT NULL,
    "EndPort" INTEGER NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_NetworkPolicies_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_NetworkPolicies_Apps_DestinationGuid" FOREIGN KEY ("DestinationGuid") REFERENCES "Apps" ("Guid") ON DELETE CASCADE,
    CONSTRAINT "FK_NetworkPolicies_Apps_SourceGuid" FOREIGN KEY ("SourceGuid") REFERENCES "Apps" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "Packages" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Packages" PRIMARY KEY AUTOINCREMENT,
    "AppGuid" TEXT NOT NULL,
    "Type" TEXT NOT NULL,
    "State" TEXT NOT NULL,
    "Error" TEXT NULL,
    "Sha1" TEXT NULL,
    "Sha256" TEXT NULL,
    "SizeBytes" INTEGER NULL,
    "ContentDigest" TEXT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Packages_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Packages_Apps_AppGuid" FOREIGN KEY ("AppGuid") REFERENCES "Apps" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "Processes" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Processes" PRIMARY KEY AUTOINCREMENT,
    "AppGuid" TEXT NOT NULL,
    "Type" TEXT NOT NULL,
    "Command" TEXT NULL,
    "Instances" INTEGER NOT NULL,
    "MemoryMb" INTEGER NOT NULL,
    "DiskMb" INTEGER NOT NULL,
    "LogRateLimit" INTEGER NOT NULL,
    "HealthCheckType" TEXT NOT NULL,
    "HealthCheckTimeout" INTEGER NULL,
    "HealthCheckInvocationTimeout" INTEGER NULL,
    "HealthCheckInterval" INTEGER NULL,
    "HealthCheckHttpEndpoint" TEXT NULL,
    "ReadinessHealthCheckType" TEXT NOT NULL,
    "ReadinessHealthCheckInvocationTimeout" INTEGER NULL,
    "ReadinessHealthCheckInterval" INTEGER NULL,
    "ReadinessHealthCheckHttpEndpoint" TEXT NULL,
    "Version" TEXT NOT NULL,
    "SentVersion" TEXT NULL,
    "SentInstances" INTEGER NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    "Labels" TEXT NOT NULL,
    "Annotations" TEXT NOT NULL,
    CONSTRAINT "AK_Processes_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Processes_Apps_AppGuid" FOREIGN KEY ("AppGuid") REFERENCES "Apps" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "Sidecars" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Sidecars" PRIMARY KEY AUTOINCREMENT,
    "AppGuid" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Command" TEXT NOT NULL,
    "ProcessTypes" TEXT NOT NULL,
    "MemoryMb" INTEGER NULL,
    "Origin" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_Sidecars_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_Sidecars_Apps_AppGuid" FOREIGN KEY ("AppGuid") REFERENCES "Apps" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "RouteDestinations" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_RouteDestinations" PRIMARY KEY AUTOINCREMENT,
    "RouteGuid" TEXT NOT NULL,
    "AppGuid" TEXT NOT NULL,
    "ProcessType" TEXT NOT NULL,
    "AppPort" INTEGER NULL,
    "Weight" INTEGER NULL,
    "Protocol" TEXT NOT NULL,
    "Guid" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UpdatedAt" INTEGER NOT NULL,
    CONSTRAINT "AK_RouteDestinations_Guid" UNIQUE ("Guid"),
    CONSTRAINT "FK_RouteDestinations_Apps_AppGuid" FOREIGN KEY ("AppGuid") REFERENCES "Apps" ("Guid") ON DELETE CASCADE,
    CONSTRAINT "FK_RouteDestinations_Routes_RouteGuid" FOREIGN KEY ("RouteGuid") REFERENCES "Routes" ("Guid") ON DELETE CASCADE
);

CREATE TABLE "KnownFiles" (
    "Sha1" TEXT NOT NULL,
    "Size" INTEGER NOT NULL,
    "PackageGuid" TEXT NOT NULL,
    "HeaderOffset" INTEGER NOT NULL,
    "PackedBytes" INTEGER NOT NULL,
    "Method" INTEGER NOT NULL,
    "Crc32" INTEGER NOT NULL,
    "UsedAt" INTEGER NOT NULL,
    CONSTRAINT "PK_KnownFiles" PRIMARY KEY ("Sha1", "Size"),
    CONSTRAINT "FK_KnownFiles_Packages_PackageGuid" FOREIGN KEY ("PackageGuid") REFERENCES "Packages" ("Guid") ON DELETE CASCADE
);

CREATE UNIQUE INDEX "IX_Apps_SpaceGuid_Name" ON "Apps" ("SpaceGuid", "Name");

CREATE INDEX "IX_AuditEvents_SpaceGuid" ON "AuditEvents" ("SpaceGuid");

CREATE INDEX "IX_AuditEvents_TargetGuid" ON "AuditEvents" ("TargetGuid");

CREATE UNIQUE INDEX "IX_Buildpacks_Name_Stack" ON "Buildpacks" ("Name", "Stack");

CREATE INDEX "IX_Builds_AppGuid" ON "Builds" ("AppGuid");

CREATE INDEX "IX_Builds_State" ON "Builds" ("State");

CREATE UNIQUE INDEX "IX_DomainShares_DomainGuid_OrganizationGuid" ON "DomainShares" ("DomainGuid", "OrganizationGuid");

CREATE INDEX "IX_DomainShares_OrganizationGuid" ON "DomainShares" ("OrganizationGuid");

CREATE UNIQUE INDEX "IX_Domains_Name" ON "Domains" ("Name");

CREATE INDEX "IX_Domains_OrganizationGuid" ON "Domains" ("OrganizationGuid");

CREATE INDEX "IX_Droplets_AppGuid" ON "Droplets" ("AppGuid");

CREATE UNIQUE INDEX "IX_EnvironmentVariableGroups_Name" ON "EnvironmentVariableGroups" ("Name");

CREATE UNIQUE INDEX "IX_FeatureFlags_Name" ON "FeatureFlags" ("Name");

CREATE INDEX "IX_Jobs_State" ON "Jobs" ("State");

CREATE INDEX "IX_KnownFiles_PackageGuid" ON "KnownFiles" ("PackageGuid");

CREATE INDEX "IX_KnownFiles_UsedAt" ON "KnownFiles" ("UsedAt");

CREATE INDEX "IX_Labels_Key_Value" ON "Labels" ("Key", "Value");

CREATE INDEX "IX_Labels_ResourceGuid" ON "Labels" ("ResourceGuid");

CREATE INDEX "IX_NetworkPolicies_DestinationGuid" ON "NetworkPolicies" ("DestinationGuid");

CREATE UNIQUE INDEX "IX_NetworkPolicies_SourceGuid_DestinationGuid_Protocol_StartPort_EndPort" ON "NetworkPolicies" ("SourceGuid", "DestinationGuid", "Protocol", "StartPort", "EndPort");

CREATE UNIQUE INDEX "IX_OrganizationQuotas_Name" ON "OrganizationQuotas" ("Name");

CREATE UNIQUE INDEX "IX_Organizations_Name" ON "Organizations" ("Name");

CREATE INDEX "IX_Organizations_QuotaGuid" ON "Organizations" ("QuotaGuid");

CREATE INDEX "IX_Packages_AppGuid" ON "Packages" ("AppGuid");

CREATE UNIQUE INDEX "IX_Processes_AppGuid_Type" ON "Processes" ("AppGuid", "Type");

CREATE INDEX "IX_Roles_OrganizationGuid" ON "Roles" ("OrganizationGuid");

CREATE INDEX "IX_Roles_SpaceGuid" ON "Roles" ("SpaceGuid");

CREATE INDEX "IX_Roles_UserGuid" ON "Roles" ("UserGuid");

CREATE INDEX "IX_RouteDestinations_AppGuid" ON "RouteDestinations" ("AppGuid");

CREATE UNIQUE INDEX "IX_RouteDestinations_RouteGuid_AppGuid_ProcessType_AppPort" ON "RouteDestinations" ("RouteGuid", "AppGuid", "ProcessType", "AppPort");

CREATE UNIQUE INDEX "IX_Routes_DomainGuid_Host_Path" ON "Routes" ("DomainGuid", "Host", "Path");

CREATE INDEX "IX_Routes_SpaceGuid" ON "Routes" ("SpaceGuid");

CREATE UNIQUE INDEX "IX_SecurityGroupBindings_GroupGuid_SpaceGuid_Phase" ON "SecurityGroupBindings" ("GroupGuid", "SpaceGuid", "Phase");

CREATE INDEX "IX_SecurityGroupBindings_SpaceGuid" ON "SecurityGroupBindings" ("SpaceGuid");

CREATE UNIQUE INDEX "IX_SecurityGroups_Name" ON "SecurityGroups" ("Name");

CREATE UNIQUE INDEX "IX_Sidecars_AppGuid_Name" ON "Sidecars" ("AppGuid", "Name");

CREATE UNIQUE INDEX "IX_SpaceQuotas_OrganizationGuid_Name" ON "SpaceQuotas" ("OrganizationGuid", "Name");

CREATE UNIQUE INDEX "IX_Spaces_OrganizationGuid_Name" ON "Spaces" ("OrganizationGuid", "Name");

CREATE UNIQUE INDEX "IX_Stacks_Name" ON "Stacks" ("Name");
