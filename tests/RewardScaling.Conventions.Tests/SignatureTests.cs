using System.Reflection;
using Microsoft.Extensions.Logging;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Conventions.Tests;

/// <summary>What is the same has one name, one type and one place in every signature.</summary>
public sealed class SignatureTests
{
    private static IEnumerable<(Type Type, MethodBase Member)> Members =>
        from type in Libraries.PublicTypes
        where !typeof(Delegate).IsAssignableFrom(type)
        from member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).OfType<MethodBase>()
        where !member.IsSpecialName || member is ConstructorInfo
        select (type, member);

    // First what it works on, then how (options, checkpoints), then who is told, then what stops it; a constructor ends with clock and log.
    [Fact]
    public void Arguments_have_one_order() => Repository.AssertNone(
        from found in Members
        let order = found.Member.GetParameters().Select(static parameter => Rank(parameter.ParameterType)).ToArray()
        where !order.SequenceEqual(order.Order())
        select $"{found.Type.FullName}.{found.Member.Name}({string.Join(", ", found.Member.GetParameters().Select(static parameter => parameter.Name))})",
        "The order of arguments: what it works on, checkpoints, clock, log, progress, cancellation.");

    [Fact]
    public void Arguments_of_one_kind_have_one_name() => Repository.AssertNone(
        from found in Members
        from parameter in found.Member.GetParameters()
        let name = Name(parameter.ParameterType)
        where name is not null && parameter.Name != name && found.Type.Name != "PpoMetricsFile" && found.Member.Name != "Equals"
        select $"{found.Type.FullName}.{found.Member.Name}: {parameter.Name}, not {name}",
        "A clock is called clock, a log logger, progress progress, the token cancellationToken.");

    // A KL that is chosen or computed is KlNats; one that was measured an Estimate, with its error, or a KlEstimate, with its estimator.
    // A plain number is a KL per token, or a tool's own column before anybody knows its unit.
    private static readonly string[] PlainKl = ["ITrainablePolicy.TokenKl(kl)", "PpoStepMetrics.StepKl", "RunCoursePoint.Kl", "RunLog.LoggedKl", "TorchPolicy.TokenKl(kl)"];

    [Fact]
    public void A_divergence_is_no_plain_number()
    {
        var plain = (from type in Libraries.PublicTypes
                     from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                     where IsKl(property.Name) && IsPlain(property.PropertyType)
                     select $"{type.Name}.{property.Name}")
            .Concat(from found in Members
                    from parameter in found.Member.GetParameters()
                    where IsKl(parameter.Name!) && IsPlain(parameter.ParameterType)
                    select $"{found.Type.Name}.{found.Member.Name}({parameter.Name})")
            .Concat(from found in Members
                    where found.Member is MethodInfo method && IsKl(method.Name) && IsPlain(method.ReturnType)
                    select $"{found.Type.Name}.{found.Member.Name}()").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(PlainKl, plain);
    }

    [Fact]
    public void A_quantity_is_written_as_a_reader_asks()
    {
        var comma = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        IFormattable[] quantities = [new KlNats(1.5), new KlDistance(1.5), new Estimate(1.5, 0.25), new ConfidenceInterval(1.5, 2.5, 0.95)];
        foreach (var quantity in quantities)
        {
            Assert.Contains("1.5", quantity.ToString(), StringComparison.Ordinal);
            Assert.Contains("1.500", quantity.ToString("F3", null), StringComparison.Ordinal);
            Assert.Contains("1,500", quantity.ToString("F3", comma), StringComparison.Ordinal);
        }
        Repository.AssertNone(
            Libraries.PublicTypes.Where(static type => type.IsValueType && !type.IsEnum && !typeof(IFormattable).IsAssignableFrom(type)
                && type.GetProperties(BindingFlags.Public | BindingFlags.Instance) is [{ Name: "Value" } only] && IsPlain(only.PropertyType)).Select(static type => type.FullName!),
            "A number with a unit is IFormattable.");
    }

    private static int Rank(Type type) => type.Name == "CheckpointOptions" ? 1 : type == typeof(TimeProvider) ? 2
        : typeof(ILogger).IsAssignableFrom(type) ? 3 : IsProgress(type) ? 4 : type == typeof(CancellationToken) ? 5 : 0;

    private static string? Name(Type type) => Rank(type) switch
    {
        1 => "checkpoints",
        2 => "clock",
        3 => "logger",
        4 => "progress",
        5 => "cancellationToken",
        _ => null,
    };

    private static bool IsProgress(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IProgress<>);

    private static bool IsKl(string name) => name.EndsWith("Kl", StringComparison.Ordinal) || name == "kl";

    private static bool IsPlain(Type type) => type == typeof(double) || type == typeof(float)
        || (Nullable.GetUnderlyingType(type) is { } inner && IsPlain(inner)) || (type.IsArray && IsPlain(type.GetElementType()!))
        || (type.IsGenericType && type.GetGenericArguments() is [var part] && IsPlain(part) && !typeof(Delegate).IsAssignableFrom(type) && type.Name is "Span`1" or "ReadOnlySpan`1" or "IReadOnlyList`1");
}
