using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace RewardScaling.Conventions.Tests;

/// <summary>What the library stands on.</summary>
public sealed class DependencyTests
{
    private static readonly string[] Allowed = ["MathNet.Numerics", "Microsoft.Extensions.Logging.Abstractions"];
    private static readonly Assembly Library = Libraries.Core;

    [Fact]
    public void The_library_references_two_packages() => Assert.Equal(Allowed,
        XDocument.Load(Path.Combine(Repository.Root, "src/RewardScaling/RewardScaling.csproj")).Descendants("PackageReference")
            .Select(static reference => (string)reference.Attribute("Include")!).Order(StringComparer.Ordinal));

    [Fact]
    public void The_assembly_needs_nothing_outside_the_framework_but_those() => Repository.AssertNone(
        Library.GetReferencedAssemblies().Select(static name => name.Name!)
            .Where(static name => !name.StartsWith("System", StringComparison.Ordinal) && !Allowed.Contains(name)),
        "The library depends on MathNet.Numerics and Microsoft.Extensions.Logging.Abstractions only; in particular not on TorchSharp.");

    [Fact]
    public void The_engine_on_libtorch_needs_the_binding_and_leaves_libtorch_to_the_program() => Repository.AssertNone(
        Libraries.TorchSharp.GetReferencedAssemblies().Select(static name => name.Name!)
            .Where(static name => !name.StartsWith("System", StringComparison.Ordinal) && !Allowed.Contains(name)
                && name is not ("RewardScaling" or "TorchSharp")),
        "The engine on libtorch depends on the library, TorchSharp and what the library depends on.");

    [Fact]
    public void The_tokenizers_need_the_library_and_nothing_else() => Repository.AssertNone(
        Libraries.HuggingFace.GetReferencedAssemblies().Select(static name => name.Name!)
            .Where(static name => !name.StartsWith("System", StringComparison.Ordinal) && name != "RewardScaling"),
        "The tokenizers depend on the library alone.");

    [Fact]
    public void The_tool_is_managed()
    {
        XDocument project = XDocument.Load(Path.Combine(Repository.Root, "src/RewardScaling.Tool/RewardScaling.Tool.csproj"));
        Assert.Equal(["System.CommandLine"], project.Descendants("PackageReference").Select(static reference => (string)reference.Attribute("Include")!));
        Assert.Equal(["RewardScaling", "RewardScaling.HuggingFace", "RewardScaling.Parquet"], project.Descendants("ProjectReference")
            .Select(static reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Chat_clients_need_the_library_and_their_abstractions() => Repository.AssertNone(
        Libraries.ExtensionsAI.GetReferencedAssemblies().Select(static name => name.Name!)
            .Where(static name => !name.StartsWith("System", StringComparison.Ordinal) && name is not ("RewardScaling" or "Microsoft.Extensions.AI.Abstractions")),
        "Chat clients depend on the library and Microsoft.Extensions.AI.Abstractions alone.");

    // So that an engine written elsewhere can do what this one does.
    [Fact]
    public void The_engine_on_libtorch_sees_what_every_engine_sees() => Assert.DoesNotContain("RewardScaling.TorchSharp",
        Library.GetCustomAttributes<InternalsVisibleToAttribute>().Select(static friend => friend.AssemblyName));

    [Fact]
    public void The_library_calls_no_native_code() => Repository.AssertNone(
        from type in Library.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static
            | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        where method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)
        select $"{type.FullName}.{method.Name}",
        "Whatever needs native code lives in a package of its own.");
}
