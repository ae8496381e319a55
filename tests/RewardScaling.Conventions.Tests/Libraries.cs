using System.Reflection;
using RewardScaling.ExtensionsAI;
using RewardScaling.HuggingFace;
using RewardScaling.Images;
using RewardScaling.Models;
using RewardScaling.Parquet;

namespace RewardScaling.Conventions.Tests;

/// <summary>The assemblies of the packages.</summary>
internal static class Libraries
{
    /// <summary>The package that is always there.</summary>
    public static Assembly Core => typeof(ITokenizer).Assembly;

    /// <summary>The engine on libtorch.</summary>
    public static Assembly TorchSharp => Assembly.Load("RewardScaling.TorchSharp");

    /// <summary>Chat clients as policies and judges.</summary>
    public static Assembly ExtensionsAI => typeof(ChatJudge).Assembly;

    /// <summary>Tokenizers from files.</summary>
    public static Assembly HuggingFace => typeof(HuggingFaceTokenizer).Assembly;

    /// <summary>Figures as PNG and PDF.</summary>
    public static Assembly Images => typeof(FigureImages).Assembly;

    /// <summary>Rows and preferences that are Parquet.</summary>
    public static Assembly Parquet => typeof(ParquetTable).Assembly;

    /// <summary>Every package.</summary>
    public static IReadOnlyList<Assembly> All => [Core, ExtensionsAI, HuggingFace, Images, Parquet, TorchSharp];

    /// <summary>Every type of the packages.</summary>
    public static IEnumerable<Type> Types => All.SelectMany(static library => library.GetTypes());

    /// <summary>Every public type of the packages.</summary>
    public static IEnumerable<Type> PublicTypes => All.SelectMany(static library => library.GetExportedTypes());
}
