using System.Globalization;
using TorchSharp;

namespace RewardScaling.TorchSharp;

/// <summary>The native library behind the binding: whether it is there, and its devices.</summary>
internal static class Libtorch
{
    /// <summary>Opens a device.</summary>
    /// <param name="name">"cpu", "cuda" or "cuda:1".</param>
    /// <exception cref="ArgumentException">No such device.</exception>
    /// <exception cref="InvalidOperationException">libtorch is not there; the message says which package to add.</exception>
    public static torch.Device Open(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var (type, index) = Parse(name);
        Load(type);
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
        try
        {
            // The first touch of the binding loads libtorch; it knows several ways to say that there is none.
            torch.InitializeDeviceType(type);
        }
        catch (Exception fault) when (fault is TypeInitializationException or NotSupportedException
            or DllNotFoundException or BadImageFormatException)
        {
            string package = type == DeviceType.CPU ? "TorchSharp-cpu" : "TorchSharp-cuda-linux or TorchSharp-cuda-windows";
            throw new InvalidOperationException(
                $"libtorch cannot be loaded: add the NuGet package {package} {Version} to the application{Asked}.", fault);
        }
    }

    // On Linux there is a second reason, which the binding does not tell from the first.
    private static string Asked => OperatingSystem.IsLinux()
        ? " (it is there? then the system is too old for it: it asks for glibc 2.34 and the libstdc++ of GCC 13.2)" : "";

    private static int Count() => torch.cuda.is_available() ? torch.cuda.device_count() : 0;

    private static string Version => typeof(torch).Assembly.GetName().Version!.ToString(3);
}
