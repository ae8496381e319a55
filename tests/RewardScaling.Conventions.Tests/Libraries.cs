using System.Reflection;
using RewardScaling.Models;

namespace RewardScaling.Conventions.Tests;

/// <summary>The assemblies of the packages.</summary>
internal static class Libraries
{
    /// <summary>The package that is always there.</summary>
    public static Assembly Core => typeof(ITokenizer).Assembly;

    /// <summary>The engine on libtorch.</summary>
    public static Assembly TorchSharp => Assembly.Load("RewardScaling.TorchSharp");

    /// <summary>Every type of the packages.</summary>
    public static IEnumerable<Type> Types => Core.GetTypes().Concat(TorchSharp.GetTypes());

    /// <summary>Every public type of the packages.</summary>
    public static IEnumerable<Type> PublicTypes => Core.GetExportedTypes().Concat(TorchSharp.GetExportedTypes());
}
