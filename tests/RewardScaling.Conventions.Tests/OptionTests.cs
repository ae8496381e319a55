using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace RewardScaling.Conventions.Tests;

/// <summary>Options: records whose defaults name their source.</summary>
public sealed class OptionTests
{
    private static IEnumerable<Type> Options =>
        Libraries.PublicTypes.Where(static type => type.Name.EndsWith("Options", StringComparison.Ordinal));

    [Fact]
    public void Every_default_says_its_value_and_where_it_is_from()
    {
        var members = new Dictionary<string, XElement>();
        foreach (var library in Libraries.All)
        {
            string path = Path.ChangeExtension(library.Location, ".xml");
            Assert.True(File.Exists(path), $"{path} is missing: the library is built with its documentation");
            foreach (var member in XDocument.Load(path).Descendants("member")) members.TryAdd((string)member.Attribute("name")!, member);
        }
        Repository.AssertNone(
            from type in Options
            from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            where property.SetMethod is not null && !property.IsDefined(typeof(RequiredMemberAttribute))
            where !members.TryGetValue($"P:{type.FullName}.{property.Name}", out XElement? member) || string.IsNullOrWhiteSpace((string?)member.Element("value"))
            select $"{type.FullName}.{property.Name}",
            "Each property of an options record that has a default documents it in <value>, with its source.");
    }

    [Fact]
    public void Options_cannot_change_and_can_be_checked() => Repository.AssertNone(
        from type in Options
        where type.GetMethod("<Clone>$") is null || !type.IsSealed || type.GetMethod("Validate", Type.EmptyTypes) is null
            || type.GetProperties().Any(static property => property.SetMethod is { } set
                && !set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)))
        select type.FullName!,
        "Options are sealed records with init-only properties and a Validate() that reports every fault.");
}
