using System.Reflection;
using System.Runtime.CompilerServices;
using RewardScaling.Numerics;

namespace RewardScaling.Conventions.Tests;

/// <summary>What a type looks like.</summary>
public sealed class TypeTests
{
    [Fact]
    public void Every_class_is_sealed_static_or_abstract() => Repository.AssertNone(
        Libraries.Types
            .Where(static type => type.IsClass && !type.IsSealed && !type.IsAbstract && IsOurs(type))
            .Select(static type => type.FullName!),
        "A class is sealed or abstract; behaviour is composed, not overridden.");

    [Fact]
    public void A_file_holds_one_public_type_and_is_named_after_it() => Repository.AssertNone(
        from file in Repository.Sources("src")
        let name = Path.GetFileNameWithoutExtension(file.Path).Split('.')[0]
        let types = file.Types
        let open = types.Where(static type => type.IsPublic).ToArray()
        where open.Length > 1 || (open.Length == 1 ? open : types) is [var only] && only.Name != name
        select $"{file.Path} declares {string.Join(", ", types.Select(static type => type.Name))}",
        "One public type per file, which carries its name; only small internal types may share a file.");

    // What a newcomer meets first.
    private static readonly string[] Entries =
    [
        "Advice", "BestOfNCurve", "BestOfNSampler", "ChatJudge", "ChatPolicy", "CpuEngine", "CurveFigure", "CustomLaw", "EnsembleRewardModel", "Figure",
        "FigureImages", "GoldSource", "HuggingFaceTokenizer", "JointFit", "KlController", "KlEstimator", "LawComparison", "LawFit", "MeasuredPeak",
        "ModelFolder", "OveroptimizationLaw", "OveroptimizationStudy", "ParquetPreferences", "ParquetTable", "Policy", "PpoTrainer", "PreferenceFile",
        "PreferenceLabeler", "Pretrainer", "Prompts", "RewardCurve", "RewardModel", "RewardModelTrainer", "RunLog", "SampleCollector", "ScoredSamples",
        "ServedPolicy", "ServedRewardModel", "StudyFindings", "StudyPlan", "StudyResult", "TextCorpus", "TorchEngine",
    ];

    [Fact]
    public void Entry_types_have_an_example()
    {
        var files = Repository.Sources("src").ToLookup(static file => Path.GetFileNameWithoutExtension(file.Path), StringComparer.Ordinal);
        Repository.AssertNone(Entries.Where(name => !files[name].Any(static file => file.Text.Contains("/// <example>", StringComparison.Ordinal))),
            "The documentation of an entry type shows how it is used; DocumentCodeTests compile it.");
    }

    // One catch hears of every fault of this library's own; a bad file or a server that fails is an IOException, as in .NET.
    [Fact]
    public void Exceptions_have_one_base() => Repository.AssertNone(
        Libraries.PublicTypes.Where(static type => typeof(Exception).IsAssignableFrom(type)
            && !typeof(RewardScalingException).IsAssignableFrom(type) && !typeof(IOException).IsAssignableFrom(type)).Select(static type => type.FullName!),
        "Exceptions of the library derive from RewardScalingException, or from IOException where a file or a server fails.");

    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("RewardScaling", StringComparison.Ordinal) == true
        && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        && type.DeclaringType?.IsDefined(typeof(CompilerGeneratedAttribute)) != true;
}
