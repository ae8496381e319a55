using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>How the frequencies of <see cref="RotaryPositions"/> were stretched so that a model reads longer contexts.</summary>
public sealed record RotaryScaling
{
    /// <summary>Which formula.</summary>
    public required RotaryScalingKind Kind { get; init; }

    /// <summary>How many times longer the context became; positive.</summary>
    public required double Factor { get; init; }

    /// <summary>The context before, in tokens; for Llama 3 and YaRN.</summary>
    /// <value>Default 0, which linear scaling does not read.</value>
    public int OriginalContext { get; init; }

    /// <summary>Wavelengths above OriginalContext / this are stretched in full; for Llama 3.</summary>
    /// <value>Default 1, Llama 3.1.</value>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Wavelengths below OriginalContext / this stay; for Llama 3.</summary>
    /// <value>Default 4, Llama 3.1.</value>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>Pairs that turn more often than this in the original context stay; for YaRN.</summary>
    /// <value>Default 32, Peng et al. 2023.</value>
    public double FastTurns { get; init; } = 32;

    /// <summary>Pairs that turn less often than this in the original context are stretched in full; for YaRN.</summary>
    /// <value>Default 1, Peng et al. 2023.</value>
    public double SlowTurns { get; init; } = 1;

    /// <summary>Whether the ends of YaRN's ramp are whole pairs.</summary>
    /// <value>Default true.</value>
    public bool WholeEnds { get; init; } = true;

    /// <summary>What cosines and sines are multiplied by; positive.</summary>
    /// <value>Default 1. YaRN's own choice is 0.1 ln(Factor) + 1.</value>
    public double Magnitude { get; init; } = 1;

    /// <summary>The frequencies stretched.</summary>
    /// <param name="plain">As they were.</param>
    /// <param name="width">Components that turn.</param>
    /// <param name="turnBase">The base of the frequencies.</param>
    internal float[] Apply(float[] plain, int width, double turnBase)
    {
        float factor = (float)Factor;
        return Kind switch
        {
            RotaryScalingKind.Linear => Array.ConvertAll(plain, frequency => frequency / factor),
            RotaryScalingKind.Llama3 => Array.ConvertAll(plain, Llama3),
            _ => Yarn(plain, width, turnBase),
        };
    }

    /// <summary>Notes what no network can have.</summary>
    internal void Validate(Faults faults)
    {
        faults.Require(Enum.IsDefined(Kind), "Rotary.Scaling.Kind", Kind, "a value of RotaryScalingKind");
        faults.Require(Factor > 0 && double.IsFinite(Factor), "Rotary.Scaling.Factor", Factor, "positive and finite");
        faults.Require(Kind == RotaryScalingKind.Linear || OriginalContext >= 1, "Rotary.Scaling.OriginalContext",
            OriginalContext, "at least 1");
        faults.Require(Kind != RotaryScalingKind.Llama3 || HighFrequencyFactor > LowFrequencyFactor,
            "Rotary.Scaling.HighFrequencyFactor",
            HighFrequencyFactor, $"above LowFrequencyFactor = {LowFrequencyFactor}");
        faults.Require(Magnitude > 0 && double.IsFinite(Magnitude), "Rotary.Scaling.Magnitude", Magnitude, "positive and finite");
    }

    private float Llama3(float frequency)
    {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < OriginalContext / HighFrequencyFactor) return frequency;
        if (wavelength > OriginalContext / LowFrequencyFactor) return (float)(frequency / Factor);
        double smooth = (OriginalContext / wavelength - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
        return (float)((1 - smooth) * frequency / Factor + smooth * frequency);
    }

    private float[] Yarn(float[] plain, int width, double turnBase)
    {
        // The pair that makes this many turns within the original context.
        double Pair(double turns) => width * Math.Log(OriginalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(turnBase));
        double low = Pair(FastTurns), high = Pair(SlowTurns);
        if (WholeEnds) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, width - 1));
        if (low == high) high += 0.001;
        var scaled = new float[plain.Length];
        for (int i = 0; i < scaled.Length; i++)
        {
            double stretched = Math.Clamp((i - low) / (high - low), 0, 1);
            scaled[i] = (float)(plain[i] / Factor * stretched + plain[i] * (1 - stretched));
        }
        return scaled;
    }
}
