using System.Globalization;

namespace RewardScaling.Benchmarks;

/// <summary>Reads options that each have a value.</summary>
internal static class OptionReader
{
    /// <summary>What the options make of the presets.</summary>
    /// <param name="arguments">Options and values in turn.</param>
    /// <param name="presets">What holds without options.</param>
    /// <param name="help">What is said of an option that does not exist.</param>
    /// <param name="with">An option and its value added; null for an option that does not exist.</param>
    /// <exception cref="ArgumentException">An option that does not exist, or without its value.</exception>
    public static T Read<T>(ReadOnlySpan<string> arguments, T presets, string help, Func<T, string, string, T?> with)
        where T : class
    {
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string option = arguments[i];
            if (i + 1 == arguments.Length) throw new ArgumentException($"{option} needs a value.");
            presets = with(presets, option, arguments[i + 1])
                ?? throw new ArgumentException($"There is no option {option}.\n{help}");
        }
        return presets;
    }

    /// <summary>A whole number.</summary>
    public static int Count(string option, string value, int least = 1) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least ? count
            : throw new ArgumentException($"{option} {value} must be a whole number, at least {least}.");

    /// <summary>A number of seconds.</summary>
    public static double Seconds(string option, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds >= 0
        && double.IsFinite(seconds) ? seconds
            : throw new ArgumentException($"{option} {value} must be a number, at least 0.");

    /// <summary>The path of a file that is there.</summary>
    public static string ExistingFile(string option, string value) =>
        File.Exists(value) ? value : throw new ArgumentException($"{option} {value}: there is no such file.");
}
