using System.Reflection;
using RewardScaling.Models;

namespace RewardScaling.Conventions.Tests;

/// <summary>The assemblies of the packages.</summary>
internal static class Libraries
{
    /// <summary>The package that is always there.</summary>
    public static Assembly Core => typeof(ITokenizer).Assembly;

    /// <summary>The engine on libtorch; its assembly is empty where the feed has no TorchSharp.</summary>
    public static Assembly TorchSharp => Assembly.Load("RewardScaling.TorchSharp");

    /// <summary>Every type of the packages.</summary>
    public static IEnumerable<Type> Types => Core.GetTypes().Concat(TorchSharp.GetTypes());

    /// <summary>Every public type of the packages.</summary>
    public static IEnumerable<Type> PublicTypes => Core.GetExportedTypes().Concat(TorchSharp.GetExportedTypes());

    /// <summary>An assembly by its name; a test that asks for one that is empty here is skipped.</summary>
    public static Assembly Named(string name)
    {
        var found = name == "RewardScaling" ? Core : TorchSharp;
        Assert.SkipWhen(found.GetExportedTypes().Length == 0, "the feed has no TorchSharp, so the library on it was built empty");
        return found;
    }
}
