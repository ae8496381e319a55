namespace RewardScaling.Runs;

/// <summary>How a file of metrics or scores is written.</summary>
public enum RunFileFormat
{
    /// <summary>A JSON object on every line.</summary>
    JsonLines,

    /// <summary>One JSON array of objects, such as lm_optimization's bon_sampled_results.json.</summary>
    JsonArray,

    /// <summary>The trainer_state.json of Hugging Face trainers: an object with the array log_history.</summary>
    TrainerState,

    /// <summary>Comma-separated values after RFC 4180, or tab-separated ones, with a header.</summary>
    Csv,

    /// <summary>
    /// What a tool printed while it ran, metrics among other lines: verl's "step:7 - name:value - ..", OpenRLHF's "Global step 7:
    /// {..}" and the dictionaries that Hugging Face trainers print.
    /// </summary>
    MetricLines,
}
