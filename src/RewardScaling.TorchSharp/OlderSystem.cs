using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace RewardScaling.TorchSharp;

/// <summary>
/// The native part of the binding on a Linux whose libstdc++ is older than the one it was built with.
/// </summary>
/// <remarks>
/// TorchSharp 0.107.0 asks for GLIBCXX_3.4.32, of GCC 13.2, because of one symbol that a header names and nothing calls; libtorch
/// itself is content with 3.4.26. A loader that is told that the need is weak lets the library in. So what is loaded there is a
/// private copy with that one flag set; the package's own file is left as it is. The binding asks for its library by name and is
/// given what is loaded already under that name.
/// </remarks>
internal static partial class OlderSystem
{
    private const string Library = "libLibTorchSharp.so";

    private static (string Version, string Original, string Copy)? s_done;
    private static bool s_told;

    /// <summary>Whether a copy is loaded.</summary>
    public static bool IsLoaded => s_done is not null;

    /// <summary>Loads the binding's native library all the same.</summary>
    /// <param name="version">What the system lacks.</param>
    /// <param name="fault">Why not; null where it is loaded.</param>
    /// <returns>Whether it is loaded now.</returns>
    public static bool TryLoad(string version, out string? fault)
    {
        fault = null;
        if (Find(Library) is not { } original) return false;
        try
        {
            byte[] image = File.ReadAllBytes(original);
            var elf = new ElfImage(image);
            if (!elf.TryWeaken(version)) return false;
            // The copy lies alone: what it asks for by name must be loaded before.
            foreach (string library in elf.Libraries)
                if (Find(library) is { } path) NativeLibrary.Load(path);
            s_done = (version, original, Load(image));
            return true;
        }
        catch (Exception thrown)
            when (thrown is InvalidDataException or IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            fault = thrown.Message;
            return false;
        }
    }

    /// <summary>Says what was done, to the first who listens.</summary>
    public static void Tell(ILogger logger)
    {
        if (s_told || s_done is not { } done || !logger.IsEnabled(LogLevel.Information)) return;
        s_told = true;
        LogCopy(logger, done.Version, done.Original, done.Copy);
    }

    // From the user's cache; where that cannot be written, or nothing in it may be run, from a temporary folder that is gone at
    // once.
    private static string Load(byte[] image)
    {
        try
        {
            if (PrivateCopy.Cache is { } cache)
            {
                string kept = PrivateCopy.In(cache, Library, image);
                NativeLibrary.Load(kept);
                return kept;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
        }
        // Linux makes it for its owner alone, and keeps what is loaded after the name is gone.
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string passing = PrivateCopy.In(folder, Library, image);
            NativeLibrary.Load(passing);
            return passing;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Where .NET looks for what the binding loads: folders of the packages' native files, the binding's own, the program's.
    private static string? Find(string library)
    {
        string folders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? "").Append(AppContext.BaseDirectory)
            .Select(folder => Path.Combine(folder, library)).FirstOrDefault(File.Exists);
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "This system has no {Version}, which {Original} asks for and does not use; a copy that does not insist on it is loaded instead ({Copy}).")]
    private static partial void LogCopy(ILogger logger, string version, string original, string copy);
}
