using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Tatara.Uaa.Groups;
using Tatara.Uaa.Tokens;
using Tatara.Uaa.Users;

namespace Tatara.Uaa.Data;

internal sealed class UaaDbContext(DbContextOptions<UaaDbContext> options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();

    public DbSet<Group> Groups => Set<Group>();

    public DbSet<Membership> Memberships => Set<Membership>();

    public DbSet<RevokedToken> RevokedTokens => Set<RevokedToken>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<User>(user =>
        {
            user.ToTable("users").HasKey(u => u.Id);
            user.Property(u => u.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<Group>().ToTable("groups").HasKey(g => g.Id);
        modelBuilder.Entity<Membership>(membership =>
        {
            membership.ToTable("memberships").HasKey(m => new { m.GroupId, m.UserId });
            membership.HasOne(m => m.Group).WithMany().HasForeignKey(m => m.GroupId);
            membership.HasOne(m => m.User).WithMany(u => u.Memberships).HasForeignKey(m => m.UserId);
        });
        modelBuilder.Entity<RevokedToken>().ToTable("revoked_tokens").HasKey(t => t.Id);
    }

    /// <summary>Moments are milliseconds since 1970: SQLite has no type for them that it can compare.</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        moment => moment.ToUnixTimeMilliseconds(),
        number => DateTimeOffset.FromUnixTimeMilliseconds(number));
}
