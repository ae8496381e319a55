using System.Collections;
using System.Globalization;
using System.Reflection;
using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Docs;

/// <summary>Results say what they are: no public result's text is the compiler's name of a type, and none throws.</summary>
public sealed class ResultTextTests
{
    // What works, and is neither a result nor data: networks, trainers, samplers, collectors, scorers, open files and sources of randomness.
    private static readonly string[] Workers =
    [
        "Policy", "RewardModel", "Trainer", "Pretrainer", "OveroptimizationStudy", "MetricsFile", "Stream", "Gate", "Sampler", "Style", "Source", "Attribute",
        "Outputs", "Problem", "Initialization", "PpoEvaluation", "DiscreteBestOfN", "Collector", "Scorer",
    ];

    public static TheoryData<string> Results => [.. typeof(LawFit).Assembly.GetExportedTypes()
        .Where(static type => !type.IsAbstract && !type.IsEnum && !type.IsInterface && !typeof(Delegate).IsAssignableFrom(type)
            && !typeof(Exception).IsAssignableFrom(type) && !Workers.Any(worker => type.Name.EndsWith(worker, StringComparison.Ordinal)))
        .Select(static type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Results))]
    public void A_result_has_words_of_its_own(string name)
    {
        var type = typeof(LawFit).Assembly.GetType(name)!;
        Assert.True(Says(type, out string why), $"{name}: {why}");
    }

    [Fact]
    public void No_text_of_what_a_fit_leads_to_throws_or_names_a_type()
    {
        var pool = Tests.Laws.SharedSamplesTests.Pool(30, 16, RandomStream.FromSeed(1));
        var curve = BestOfNCurve.From(pool, [1, 2, 4, 8, 16]);
        var custom = new CustomLaw("x", "a d ln d + b d", ["a", "b"], [-1, 1], static (d, p) => p[0] * d * Math.Log(d) + p[1] * d);
        double[] d = [0.3, 0.6, 1, 1.4, 1.8, 2.2, 2.6];
        var steep = Tests.Laws.TestCurves.Of(d, Array.ConvertAll(d, static x => x * (0.6 - 0.4 * Math.Log(x))), [.. d.Select(static _ => 0.01)]);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        object[] roots =
        [
            OveroptimizationLaw.BestOfN.Fit(curve, new() { Weighting = LawWeighting.SharedSamples }), custom.Fit(steep), custom.Fit(steep).Intervals(),
            LawComparison.Of([OveroptimizationLaw.BestOfN, OveroptimizationLaw.Linear], steep), HedgedBestOfN.Of(pool, [1, 4]),
            JointFit.Of(OveroptimizationLaw.ReinforcementLearning, [steep, steep], ["alpha"]), new BestOfNChoice(0, 1, [2, 3], "text", 0.5),
            RewardScaling.Studies.StudyPlan.Quick, new LawFitOptions().Free("offset").Bound("beta", min: 0), MeasuredPeak.Of(curve),
        ];
        foreach (object root in roots) Walk(root, seen, 0);
        Assert.True(seen.Count > 100, $"only {seen.Count} results were walked");
    }

    // Undefined at d = 0 (F30), infinite there, and undefined from d = 2 on.
    [Theory]
    [InlineData("d ln d")]
    [InlineData("ln d")]
    [InlineData("root")]
    public void A_form_that_is_not_defined_everywhere_has_its_words(string form)
    {
        var law = new CustomLaw("x", form, ["a", "b"], [1, 0.1], (d, p) => form switch
        {
            "d ln d" => p[0] * d * Math.Log(d) + p[1] * d,
            "ln d" => p[0] * Math.Log(d) * d * d + p[1] * d,
            _ => p[0] * d + p[1] * d * Math.Sqrt(2.5 - d),
        });
        double[] d = [0.4, 0.7, 1, 1.3, 1.6, 1.9];
        double[] gold = [.. d.Select((x, i) => law.Evaluate(new(x), -0.5, 0.8) + 0.01 * (i % 3 - 1))];
        var fit = law.Fit(Tests.Laws.TestCurves.Of(d, gold));
        Assert.Equal(-0.5, fit["a"].Value, 0.2);
        Assert.DoesNotContain("NaN", fit.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, law.Evaluate(new(0), -0.5, 0.8), 1e-12);
    }

    private static void Walk(object value, HashSet<object> seen, int depth)
    {
        if (depth > 6 || seen.Count > 20_000) return;
        if (value is IEnumerable many and not string)
        {
            foreach (object? item in many)
                if (item is not null) Walk(item, seen, depth + 1);
            return;
        }
        var type = value.GetType();
        if (type.Assembly != typeof(LawFit).Assembly || !type.IsVisible || !seen.Add(value)) return;
        string text = value.ToString()!;
        // Settings are printed as records are; words of our own do not ask where the reader lives.
        if (!IsGenerated(type)) Assert.Equal(text, UnderACommaCulture(value));
        Assert.False(text.Contains("System.", StringComparison.Ordinal) || text.Contains('`') || text == type.FullName || text.Contains("NaN", StringComparison.Ordinal), $"{type}: {text}");
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0 || property.PropertyType.IsByRefLike) continue;
            object? inner;
            try
            {
                inner = property.GetValue(value);
            }
            catch (TargetInvocationException fault) when (fault.InnerException is InvalidOperationException or ArgumentException)
            {
                // A number that was not estimated, or a law without such a coefficient: asking is refused in words.
                continue;
            }
            if (inner is not null) Walk(inner, seen, depth + 1);
        }
    }

    private static bool IsGenerated(Type type) => type.GetMethod("ToString", Type.EmptyTypes)!
        .GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>(inherit: false) is not null;

    // Where a comma stands before decimals, the text is the same: results are compared, pasted and read by programs.
    private static string UnderACommaCulture(object value)
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NegativeSign) = (",", "~");
        try
        {
            CultureInfo.CurrentCulture = comma;
            return value.ToString()!;
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    // Words of its own, or a record of parts that have them.
    private static bool Says(Type type, out string why)
    {
        why = "";
        var method = type.GetMethod("ToString", Type.EmptyTypes)!;
        if (method.DeclaringType == typeof(object) || method.DeclaringType == typeof(ValueType))
        {
            why = "prints its type's name";
            return false;
        }
        if (!IsGenerated(type)) return true;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var part = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (part == typeof(string) || part.IsPrimitive || part.IsEnum || part.IsAbstract && part.Assembly == type.Assembly) continue;
            if (!typeof(IEnumerable).IsAssignableFrom(part) && part.GetMethod("ToString", Type.EmptyTypes)?.DeclaringType is { } owner
                && owner != typeof(object) && owner != typeof(ValueType)) continue;
            why = $"{property.Name} prints its type's name";
            return false;
        }
        return true;
    }
}
