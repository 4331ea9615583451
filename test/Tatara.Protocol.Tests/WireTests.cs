using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tatara.Protocol.Tests;

/// <summary>Each message against JSON written by hand: what other components of that generation send and expect.</summary>
public sealed class WireTests
{
    private static readonly JsonSerializerOptions Options = ProtocolJson.Default.Options;

    public static TheoryData<Type, string> Messages() => new()
    {
        {
            typeof(RouterRegistration),
            """
            {"dea":"dea-1","app":"a1","uris":["dora.tatara.localhost","dora.tatara.localhost/path"],"host":"10.254.0.1","port":61001,
             "tags":{"component":"dashboard"},"private_instance_id":"i1","private_instance_index":"0","tls_port":61443,"protocol":"http2",
             "stale_threshold_in_seconds":60,"server_cert_domain_san":"i1.internal"}
            """
        },
        { typeof(RouterRegistration), """{"uris":["api.tatara.localhost"],"host":"127.0.0.1","port":24001}""" },
        {
            typeof(RouterRegistration),
            """
            {"uris":[],"host":"10.254.0.1","port":61001,"app":"a1","private_instance_id":"i1",
             "tcp_routes":[{"router_group":"6e1a5b1c","port":1024}]}
            """
        },
        { typeof(RouterRegistration), """{"uris":["a.tatara.localhost"],"host":"10.254.0.1","port":61001,"route_service_url":"https://rs.tatara.localhost/x"}""" },
        { typeof(RouterGreeting), """{"id":"r1","hosts":["10.0.0.1"],"minimumRegisterIntervalInSeconds":20,"pruneThresholdInSeconds":120}""" },
        {
            typeof(DeaAdvertisement),
            """
            {"id":"dea-1","stacks":["bookworm"],"available_memory":1024,"available_disk":2048,"app_id_to_count":{"a1":2},
             "placement_properties":{"zone":"z1"}}
            """
        },
        { typeof(DeaAdvertisement), """{"id":"dea-1","stacks":["bookworm"],"available_memory":1024,"available_disk":2048}""" },
        { typeof(DeaHello), """{"id":"dea-1","ip":"10.0.0.1","version":"0.1.0"}""" },
        { typeof(DeaSilent), """{"id":"dea-1"}""" },
        { typeof(DeaHello), """{"id":"dea-1","ip":"10.0.0.1","version":"0.1.0","app_id_to_count":{"a1":2}}""" },
        { typeof(DeaStatus), """{"id":"dea-1","ip":"10.0.0.1","version":"0.1.0","max_memory":4096,"reserved_memory":512,"used_memory":100}""" },
        {
            typeof(DeaStartMessage),
            """
            {"droplet":"a1","version":"v1","name":"dora","index":2,"sha1":"da39a3ee","executableFile":"ignored","executableUri":"http://cc/droplet",
             "uris":["dora.tatara.localhost"],"prod":true,"limits":{"mem":256,"disk":1024,"fds":16384,"log_rate":1000},"cc_partition":"default",
             "env":["A=1","B=x=y"],"console":"no","debug":"run","start_command":"bundle exec rackup","health_check_timeout":60,
             "health_check_type":"http","health_check_http_endpoint":"/healthz","health_check_invocation_timeout":2,
             "vcap_application":{"application_name":"dora","limits":{"mem":256}},"services":{"redis":[{"name":"r"}]},
             "process_type":"web","process_guid":"a1","stack":"bookworm",
             "tcp_routes":[{"router_group":"6e1a5b1c","port":1024}],"route_services":{"dora.tatara.localhost":"https://rs.tatara.localhost"}}
            """
        },
        { typeof(DeaStopMessage), """{"droplet":"a1"}""" },
        { typeof(DeaStopMessage), """{"droplet":"a1","version":"v1","indices":[0,2],"instances":["i1"]}""" },
        { typeof(DeaUpdateMessage), """{"droplet":"a1","uris":["x.tatara.localhost"],"version":"v1"}""" },
        {
            typeof(DeaUpdateMessage),
            """
            {"droplet":"a1","uris":["x.tatara.localhost"],"tcp_routes":[{"router_group":"6e1a5b1c","port":1024}],
             "route_services":{"x.tatara.localhost":"https://rs.tatara.localhost"},"http2_uris":["x.tatara.localhost"],
             "load_balancing":{"x.tatara.localhost":"least-connection"}}
            """
        },
        {
            typeof(FindDropletRequest),
            """{"droplet":"a1","version":"v1","states":["RUNNING"],"indices":[0],"instance_ids":["i1"],"include_stats":true,"path":"logs/"}"""
        },
        {
            typeof(FindDropletResponse),
            """
            {"dea":"dea-1","droplet":"a1","version":"v1","instance":"i1","index":0,"state":"RUNNING","state_timestamp":1400000000.25,
             "stats":{"name":"dora","uris":["dora.tatara.localhost"],"host":"10.254.0.1","port":61001,"container_port":8080,"uptime":12.5,
                      "mem_quota":268435456,"disk_quota":1073741824,"fds_quota":16384,"routable":true,
                      "usage":{"time":"2026-01-01T00:00:00+00:00","cpu":0.25,"cpu_entitlement":0.5,"mem":1000,"disk":2000,"log_rate":10},
                      "details":"ok"}}
            """
        },
        {
            typeof(DeaHeartbeat),
            """
            {"dea":"dea-1","droplets":[{"cc_partition":"default","droplet":"a1","version":"v1","instance":"i1","index":0,"state":"EVACUATING",
             "state_timestamp":1400000000.5}]}
            """
        },
        { typeof(DeaHeartbeat), """{"dea":"dea-1","droplets":[]}""" },
        {
            typeof(DropletExited),
            """
            {"cc_partition":"default","droplet":"a1","version":"v1","instance":"i1","index":0,"reason":"CRASHED","exit_status":137,
             "exit_description":"out of memory","crash_timestamp":1400000000}
            """
        },
        {
            typeof(StagingStartMessage),
            """
            {"app_id":"a1","task_id":"t1","download_uri":"http://cc/p","upload_uri":"http://cc/d","buildpack_cache_download_uri":"http://cc/c",
             "buildpack_cache_upload_uri":"http://cc/c","stack":"bookworm","admin_buildpacks":[{"key":"k1","url":"http://cc/b","name":"ruby_buildpack","stack":"bookworm"}],
             "properties":{"buildpacks":["k1"],"environment":["A=1"],"resources":{"mem":1024,"disk":4096,"fds":16384},"services":{},
                           "vcap_application":{"application_name":"dora"},"timeout_seconds":900}}
            """
        },
        { typeof(StagingReply), """{"task_id":"t1","task_streaming_log_url":"http://dea/log"}""" },
        {
            typeof(StagingReply),
            """
            {"task_id":"t1","detected_buildpack":"ruby","buildpack_key":"k1","buildpacks":[{"key":"k1","name":"ruby","version":"1.2"}],
             "begun":true,"sidecars":[{"name":"s","command":"run","process_types":["web"],"memory":10}],"environment_defaults":{"A":"1"},"formation":{"worker":2},"droplet_sha1":"da39","process_types":{"web":"run"},
             "error":"failed","error_info":{"type":"NoAppDetectedError","message":"no buildpack matches"}}
            """
        },
        { typeof(StagingStopMessage), """{"app_id":"a1"}""" },
        { typeof(DropletUpdated), """{"droplet":"a1"}""" },
        { typeof(HmStart), """{"message_id":"m1","droplet":"a1","version":"v1","instance_index":3}""" },
        { typeof(HmStop), """{"message_id":"m1","droplet":"a1","version":"v1","instance_index":3,"instance_guid":"i1","is_duplicate":true}""" },
        { typeof(AppStateRequest), """{"droplet":"a1","version":"v1"}""" },
        {
            typeof(AppStateResponse),
            """
            {"droplet":"a1","version":"v1",
             "instance_heartbeats":[{"cc_partition":"default","droplet":"a1","version":"v1","instance":"i1","index":0,"state":"RUNNING","state_timestamp":1}],
             "crash_counts":[{"droplet":"a1","version":"v1","instance_index":1,"crash_count":3,"created_at":1400000000}]}
            """
        },
        { typeof(LeaseRequest), """{"holder":"h1","life_milliseconds":4000}""" },
        { typeof(LeaseAnswer), """{"held":true}""" },
        {
            typeof(BulkAppsPage),
            """
            {"results":{"a1":{"id":"a1","version":"v1","instances":2,"state":"STARTED","package_state":"STAGED","updated_at":"2026-01-01T00:00:00+00:00"}},
             "bulk_token":{"id":7}}
            """
        },
        {
            typeof(ComponentAnnouncement),
            """
            {"type":"DEA","index":1,"uuid":"1-0a1b","host":"10.0.0.1:24030","start":"2013-05-01 10:00:00 +0000","uptime":"0d:2h:3m:4s",
             "name":"dea-1","zone":"z1","version":"0.1.0","cpu":12.5,"mem_bytes":1048576,
             "problem":"the bus is away","neighbours":["dea-2"]}
            """
        },
        { typeof(ComponentAnnouncement), """{"type":"Router","index":0,"uuid":"0-0a1b","start":"2013-05-01 10:00:00 +0000","uptime":"0d:0h:0m:1s"}""" },
        {
            typeof(LogBatch),
            """{"stream":"i1","first_sequence":5,"entries":[{"source_id":"a1","instance_id":"0","source_type":"APP/PROC/WEB","timestamp":1400000000000000000,"type":"OUT","payload":"aGVsbG8="}]}"""
        },
        { typeof(LogBatchAck), """{"stream":"i1","next_sequence":6}""" },
        { typeof(DrainRequest), """{"timeout_in_seconds":60}""" },
        { typeof(DrainProgress), """{"dea":"dea-1","instances":2,"stagings":1}""" },
        { typeof(NetworkRulesRequest), """{"spaces":["s1"],"apps":["a1"]}""" },
        {
            typeof(NetworkRules),
            """
            {"egress":{"s1":[{"protocol":"tcp","destination":"10.0.0.0/8","ports":"80,443-444","log":true},
                             {"protocol":"icmp","destination":"0.0.0.0/0","type":8,"code":-1,"log":false}]},
             "policies":[{"source":"a1","destination":"a2","protocol":"udp","start_port":53,"end_port":54}]}
            """
        },
        {
            typeof(ContainerAddresses),
            """{"dea":"dea-1","containers":[{"app":"a1","index":2,"address":"10.254.0.6","names":["backend.apps.internal"]}]}"""
        },
        { typeof(EmptyMessage), "{}" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_ReadAndWritten_IsTheSameJson(Type type, string json) =>
        Canonical(JsonSerializer.Serialize(JsonSerializer.Deserialize(json, Options.GetTypeInfo(type)), Options.GetTypeInfo(type)))
            .ShouldBe(Canonical(WithDefaults(type, json)));

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_WithUnknownFields_IsReadAllTheSame(Type type, string json)
    {
        var extended = JsonNode.Parse(json)!;
        extended["a_field_of_next_year"] = new JsonObject { ["x"] = new JsonArray(1, null, "y") };

        JsonSerializer.Deserialize(extended.ToJsonString(), Options.GetTypeInfo(type)).ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_AnyFieldMissing_IsAnErrorOrNeedsNone(Type type, string json)
    {
        var optional = OptionalFields(type);
        foreach (var (field, _) in JsonNode.Parse(json)!.AsObject())
        {
            if (optional.Contains(field)) Read(type, json, field, remove: true).ShouldNotBeNull();
            else Should.Throw<JsonException>(() => Read(type, json, field, remove: true), field);
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_RequiredFieldNull_IsAnError(Type type, string json)
    {
        var optional = OptionalFields(type);
        foreach (var (field, _) in JsonNode.Parse(json)!.AsObject())
            if (!optional.Contains(field) && field != "vcap_application") Should.Throw<JsonException>(() => Read(type, json, field, remove: false), field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"dea\":7,\"droplets\":[]}")]
    [InlineData("{\"dea\":\"d\",\"droplets\":{}}")]
    [InlineData("{\"dea\":\"d\",\"droplets\":[{}]}")]
    [InlineData("{\"dea\":\"d\",\"droplets\":[{\"droplet\":\"a\",\"version\":\"v\",\"instance\":\"i\",\"index\":99999999999,\"state\":\"RUNNING\",\"state_timestamp\":1}]}")]
    [InlineData("{\"dea\":\"d\",\"droplets\":[]")]
    public void Heartbeat_OfAnotherShape_IsAnError(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, ProtocolJson.Default.DeaHeartbeat));

    [Fact]
    public void Messages_All_AreCovered()
    {
        var covered = Messages().Select(m => (Type)m[0]).ToHashSet();
        var published = typeof(ProtocolJson).GetCustomAttributesData()
            .Where(a => a.AttributeType.Name == "JsonSerializableAttribute")
            .Select(a => (Type)a.ConstructorArguments[0].Value!);

        published.ShouldAllBe(type => covered.Contains(type) || type == typeof(BulkToken));
    }

    /// <summary>What a reader fills in: the parameters of the constructor that have a default.</summary>
    private static HashSet<string> OptionalFields(Type type) =>
        [.. Options.GetTypeInfo(type).Properties.Where(p => p.AssociatedParameter is { HasDefaultValue: true }).Select(p => p.Name)];

    private static object? Read(Type type, string json, string field, bool remove)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        if (remove) node.Remove(field);
        else node[field] = null;
        return JsonSerializer.Deserialize(node.ToJsonString(), Options.GetTypeInfo(type));
    }

    /// <summary>Defaults that are not null are written although they were not read.</summary>
    private static string WithDefaults(Type type, string json)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        foreach (var property in Options.GetTypeInfo(type).Properties)
            if (property.AssociatedParameter is { HasDefaultValue: true, DefaultValue: not null } parameter && !node.ContainsKey(property.Name))
                node[property.Name] = JsonSerializer.SerializeToNode(parameter.DefaultValue, parameter.ParameterType);
        return node.ToJsonString();
    }

    /// <summary>The same text for the same content: fields sorted, numbers as numbers.</summary>
    private static string Canonical(string json)
    {
        return Sort(JsonNode.Parse(json))!.ToJsonString();

        static JsonNode? Sort(JsonNode? node) => node switch
        {
            JsonObject o => new JsonObject(o.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Key, Sort(f.Value)))),
            JsonArray a => new JsonArray([.. a.Select(Sort)]),
            _ => node?.DeepClone(),
        };
    }
}
