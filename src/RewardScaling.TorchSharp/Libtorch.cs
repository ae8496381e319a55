using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace RewardScaling.TorchSharp;

/// <summary>The native library behind the binding: whether it is there, and its devices.</summary>
internal static class Libtorch
{
    private const string Needs = "libtorch asks for glibc 2.34 and TorchSharp for the libstdc++ of GCC 12, as Ubuntu 22.04 and Debian 12 have them";

    private static readonly Lock s_loading = new();

    /// <summary>Opens a device.</summary>
    /// <param name="name">"cpu", "cuda" or "cuda:1".</param>
    /// <param name="logger">Hears what an older system made necessary.</param>
    /// <exception cref="ArgumentException">No such device.</exception>
    /// <exception cref="InvalidOperationException">libtorch is not there; the message says which package to add.</exception>
    public static torch.Device Open(string name, ILogger logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var (type, index) = Parse(name);
        lock (s_loading)
        {
            Load(type);
            OlderSystem.Tell(logger);
        }
        int devices = type == DeviceType.CUDA ? Count() : 1;
        if (index >= devices)
            throw new ArgumentException($"device {name}: libtorch sees {devices} CUDA devices here.", nameof(name));
        return type == DeviceType.CPU ? torch.CPU : new torch.Device(DeviceType.CUDA, index);
    }

    private static (DeviceType Type, int Index) Parse(string name)
    {
        if (name == "cpu") return (DeviceType.CPU, 0);
        if (name == "cuda") return (DeviceType.CUDA, 0);
        if (name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5),
            NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            return (DeviceType.CUDA, index);
        throw new ArgumentException($"device '{name}' must be cpu, cuda or cuda:N.", nameof(name));
    }

    private static void Load(DeviceType type)
    {
        if (OperatingSystem.IsLinux()) RequireSystem(type == DeviceType.CPU ? "torch_cpu" : "torch_cuda");
        try
        {
            // The first touch of the binding loads libtorch; it knows several ways to say that there is none.
            torch.InitializeDeviceType(type);
        }
        catch (TypeInitializationException fault) when (OlderSystem.IsLoaded)
        {
            throw new InvalidOperationException(
                "TorchSharp was used before the first TorchEngine and could not start on this system, and it does not try twice: make a TorchEngine first, which loads what this system needs.", fault);
        }
        catch (Exception fault) when (fault is TypeInitializationException or NotSupportedException
            or InvalidOperationException or DllNotFoundException or BadImageFormatException)
        {
            string package = type == DeviceType.CPU ? "TorchSharp-cpu" : "TorchSharp-cuda-linux or TorchSharp-cuda-windows";
            throw new InvalidOperationException(
                $"libtorch cannot be loaded: add the NuGet package {package} {Version} to the application{(OperatingSystem.IsLinux() ? $" ({Needs})" : "")}.", fault);
        }
    }

    // On Linux a package that is there may still be too new for the system. The binding does not tell the two apart, and before
    // it gives up it copies the whole of libtorch and prints pages; the system's own loader says in a line what it lacks.
    // Loaded are the two libraries that the binding loads, in its order.
    private static void RequireSystem(string libtorch)
    {
        try
        {
            foreach (string library in (string[])[libtorch, "LibTorchSharp"])
                NativeLibrary.Load(library, typeof(torch).Assembly, null);
        }
        catch (DllNotFoundException fault) when (Lacking(fault.Message) is { } version)
        {
            if (OlderSystem.TryLoad(version, out string? other)) return;
            throw new InvalidOperationException(
                $"libtorch cannot be loaded: this system has no {version}; {Needs}.{(other is null ? "" : $" A copy that does without: {other}")}", fault);
        }
        catch (DllNotFoundException)
        {
            // Not beside the program; the binding also looks elsewhere, and says where.
        }
    }

    // "version `GLIBCXX_3.4.32' not found", among much else.
    private static string? Lacking(string said)
    {
        const string Before = "version `", After = "' not found";
        int from = said.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        int to = said.IndexOf(After, from, StringComparison.Ordinal);
        return from < Before.Length || to < 0 ? null : said[from..to];
    }

    private static int Count() => torch.cuda.is_available() ? torch.cuda.device_count() : 0;

    private static string Version => typeof(torch).Assembly.GetName().Version!.ToString(3);
}
