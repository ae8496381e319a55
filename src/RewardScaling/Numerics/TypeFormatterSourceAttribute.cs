using System.Diagnostics.CodeAnalysis;

namespace RewardScaling.Numerics;

/// <summary>
/// Tells a .NET Interactive notebook how to show the type. The notebook recognises the attribute by its name and that of its
/// property, wherever it is declared (docs/formatting.md of dotnet/interactive).
/// </summary>
/// <remarks>
/// The formatter draws, so it lives among the reports, above every type that carries the attribute; it is named in words
/// because a room cannot use one above it. A test holds that the words name a formatter.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
internal sealed class TypeFormatterSourceAttribute : Attribute
{
    private const string Source = "RewardScaling.Reports.NotebookFormatters, RewardScaling";

    /// <summary>What makes the formatters.</summary>
    // The notebook asks an instance for it.
#pragma warning disable CA1822
    [DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicMethods)]
    public Type FormatterSourceType => Type.GetType(Source, throwOnError: true)!;
#pragma warning restore CA1822
}
