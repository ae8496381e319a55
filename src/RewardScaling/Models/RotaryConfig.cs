using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Rotary positions in a <c>config.json</c>: <c>rope_parameters</c>, or <c>rope_scaling</c> as it was called before.
/// </summary>
internal static class RotaryConfig
{
    /// <summary>What a configuration says.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="headWidth">The width of a head.</param>
    /// <param name="context">The context.</param>
    /// <param name="turnBase">The base where the entry does not say it.</param>
    /// <param name="part">The part of each head that turns where the entry does not say it.</param>
    public static RotaryPositions Read(ModelConfig config, int headWidth, int context, double turnBase, double part)
    {
        config.Require(!config.Flag("rope_interleaved", false), "rope_interleaved", "is true, which is not supported");
        var entry = config.Inner("rope_parameters") ?? config.Inner("rope_scaling");
        int before = config.Has("original_max_position_embeddings") ? config.Whole("original_max_position_embeddings") : 0;
        if (entry is null) return new() { Width = (int)(headWidth * part), Base = turnBase };
        string type = entry.Has("rope_type") ? entry.Word("rope_type") : entry.Word("type", "default");
        if (entry.Has("type")) entry.Word("type");
        var positions = new RotaryPositions
        {
            Width = (int)(headWidth * entry.Number("partial_rotary_factor", part)),
            Base = entry.Number("rope_theta", turnBase),
            Scaling = type switch
            {
                "default" => null,
                "dynamic" => Dynamic(entry, context, before),
                "linear" => Read(entry, context, before) with { OriginalContext = 0 },
                "llama3" => Read(entry, context, before) with
                {
                    Kind = RotaryScalingKind.Llama3,
                    LowFrequencyFactor = entry.Number("low_freq_factor"),
                    HighFrequencyFactor = entry.Number("high_freq_factor"),
                },
                "yarn" => Yarn(entry, Read(entry, context, before)),
                _ => throw entry.Fault("rope_type",
                    $"is {Excerpt.Of(type)}; default, linear, dynamic, llama3 and yarn are known"),
            },
        };
        entry.Finish();
        return positions;
    }

    /// <summary>The entry that says some positions.</summary>
    /// <param name="positions">The positions.</param>
    /// <param name="part">The part of each head that turns, where the family has a choice.</param>
    public static Dictionary<string, object> Write(RotaryPositions positions, double? part)
    {
        var entry = new Dictionary<string, object> { ["rope_type"] = "default", ["rope_theta"] = positions.Base };
        if (part is { } given) entry["partial_rotary_factor"] = given;
        if (positions.Scaling is not { } scaling) return entry;
        (entry["rope_type"], entry["factor"]) = (scaling.Kind.ToString().ToLowerInvariant(), scaling.Factor);
        if (scaling.OriginalContext > 0) entry["original_max_position_embeddings"] = scaling.OriginalContext;
        if (scaling.Kind == RotaryScalingKind.Llama3)
            (entry["low_freq_factor"], entry["high_freq_factor"]) = (scaling.LowFrequencyFactor, scaling.HighFrequencyFactor);
        if (scaling.Kind == RotaryScalingKind.Yarn)
            (entry["beta_fast"], entry["beta_slow"], entry["truncate"], entry["attention_factor"]) =
                (scaling.FastTurns, scaling.SlowTurns, scaling.WholeEnds, scaling.Magnitude);
        return entry;
    }

    private static RotaryScaling Read(ModelConfig entry, int context, int before)
    {
        int inside = entry.Whole("original_max_position_embeddings", context);
        return new()
        {
            Kind = RotaryScalingKind.Linear,
            Factor = entry.Number("factor"),
            OriginalContext = before > 0 ? before : inside,
        };
    }

    // The base grows with a sequence that is longer than the context, and none is here.
    private static RotaryScaling? Dynamic(ModelConfig entry, int context, int before)
    {
        _ = Read(entry, context, before);
        return null;
    }

    private static RotaryScaling Yarn(ModelConfig entry, RotaryScaling scaling)
    {
        double Sharpening(double scale) => scaling.Factor <= 1 ? 1 : 0.1 * scale * Math.Log(scaling.Factor) + 1;
        double scale = entry.Number("mscale", 0), all = entry.Number("mscale_all_dim", 0);
        double given = scale != 0 && all != 0 ? Sharpening(scale) / Sharpening(all) : Sharpening(1);
        return scaling with
        {
            Kind = RotaryScalingKind.Yarn,
            FastTurns = entry.Number("beta_fast", 32),
            SlowTurns = entry.Number("beta_slow", 1),
            WholeEnds = entry.Flag("truncate", true),
            Magnitude = entry.Number("attention_factor", given),
        };
    }
}
