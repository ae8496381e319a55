namespace RewardScaling.Runs;

/// <summary>How a file of metrics or scores is written.</summary>
public enum RunFileFormat
{
    /// <summary>JSON objects one after another, usually one on every line.</summary>
    JsonLines,

    /// <summary>One JSON array of objects, such as lm_optimization's bon_sampled_results.json.</summary>
    JsonArray,

    /// <summary>The trainer_state.json of Hugging Face trainers: an object with the array log_history.</summary>
    TrainerState,

    /// <summary>Values with a header, separated by commas (RFC 4180), semicolons, tabs or spaces.</summary>
    Csv,

    /// <summary>
    /// What a tool printed while it ran, metrics among other lines: verl's "step:7 - name:value - ..", OpenRLHF's "Global step 7:
    /// {..}" and the dictionaries that Hugging Face trainers print.
    /// </summary>
    MetricLines,

    /// <summary>One JSON object: a row, lists by column, rows by run, or rows below a key.</summary>
    JsonObject,

    /// <summary>TensorBoard's event file (events.out.tfevents..).</summary>
    EventFile,

    /// <summary>An array of NumPy (.npy).</summary>
    NumPy,

    /// <summary>One metric as MLflow keeps it: a line of time, value and step for each value.</summary>
    MetricFile,
}
