using Tatara.Uaa.Users;

namespace Tatara.Uaa.Groups;

/// <summary>A group of users. Its name is the scope its members have.</summary>
internal sealed class Group
{
    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public string? Description { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A user is in a group.</summary>
internal sealed class Membership
{
    public required string GroupId { get; init; }

    public required string UserId { get; init; }

    public Group? Group { get; init; }

    public User? User { get; init; }
}
