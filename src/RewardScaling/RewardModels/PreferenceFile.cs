using System.Buffers;
using System.Text;
using System.Text.Json;
using RewardScaling.Numerics;
using RewardScaling.Runs;
using RewardScaling.Runs.Formats;

namespace RewardScaling.RewardModels;

/// <summary>
/// Reads preferences in the forms that the usual tools and data sets have: JSON lines, a JSON array or rows below a key, or CSV,
/// packed by gzip or not, with the fields <c>prompt</c>, <c>chosen</c> and <c>rejected</c>, two conversations that begin
/// alike, or two responses and which is better. docs/reward-models.md lists them. What has no pairs is refused for what it is.
/// </summary>
/// <remarks>Further fields and blank lines are passed over; anything else wrong is a fault that names the line.</remarks>
/// <example>
/// <code>
/// PreferenceSet pairs = PreferenceFile.Read("pairs.jsonl");       // prompt, chosen, rejected
/// </code>
/// </example>
public static class PreferenceFile
{
    /// <summary>One pair in so many may teach nothing: be empty, or twice the same.</summary>
    private const int Useful = 20;

    private const string HalfAPair = "a text is not UTF-8 or holds half of a surrogate pair, which is not text";

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file has no preference, or a row is not one, lacks a field, or has one that is no text; or more than one pair in
    /// twenty is empty or has the same response twice. The message begins with "path, line 17:".
    /// </exception>
    public static PreferenceSet Read(string path, PreferenceFileOptions? options = null)
    {
        options ??= new();
        options.Validate();
        return Read(RunSource.OfFile(path, options.Reading), options);
    }

    /// <summary>Reads what can be opened, as a package does that turns another format into JSON lines.</summary>
    /// <param name="open">Opens it from its first byte; called more than once.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    public static PreferenceSet Read(Func<Stream> open, string name, PreferenceFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new();
        options.Validate();
        return Read(RunSource.Of(open, name, options.Reading), options);
    }

    private static PreferenceSet Read(RunSource source, PreferenceFileOptions options)
    {
        var reader = new PreferenceRow(options);
        var preferences = new PreferenceTexts();
        var notes = new List<string>();
        int pairs = 0, ties = 0, useless = 0;
        string firstUseless = "";
        ReadOnlySpan<byte> content = JsonRows.Content(source.Head.Span);
        if (!content.IsEmpty && content[0] is (byte)'{' or (byte)'[') JsonRows.Read(source, (json, line, _) =>
            Row(json, line), notes.Add, PreferenceNames.IsRow);
        else if (!content.IsEmpty) Fields(source, notes, Row);
        foreach (var pair in reader.Rest()) Take(pair, 1);
        if (pairs == 0 && reader.HasAlone) throw new InvalidDataException($"{source.Name} has each response on a row of its own, and no prompt comes twice: comparisons need two responses to one prompt.");
        if (pairs == 0) throw new InvalidDataException($"{source.Name} is without preferences; it needs rows {{\"prompt\": \"..\", \"chosen\": \"..\", \"rejected\": \"..\"}}.");
        if (useless > pairs / Useful) throw new InvalidDataException(firstUseless);
        if (useless > 0) notes.Add(FormattableString.Invariant($"{useless} of {pairs} pairs are empty or have the same response twice and are left out."));
        string what = options.Ties == PreferenceTies.Half ? "are kept with the label 0.5"
            : "are left out (PreferenceFileOptions.Ties keeps them with the label 0.5)";
        if (ties > 0) notes.Add(FormattableString.Invariant($"{ties} of {pairs} pairs are ties and {what}."));
        if (preferences.Count == 0) throw new InvalidDataException($"{source.Name} is without preferences: all {pairs} pairs are ties.");
        return new(preferences, [.. notes, .. reader.Notes]);

        void Take((PreferenceVerdict Verdict, Preference Preference, string Why) pair, int line)
        {
            pairs++;
            if (pair.Verdict is PreferenceVerdict.Same or PreferenceVerdict.Empty)
            {
                if (useless++ == 0) firstUseless = RunText.Fault(source.Name, line, pair.Why).Message;
                return;
            }
            if (pair.Verdict == PreferenceVerdict.Tie) ties++;
            if (pair.Verdict != PreferenceVerdict.Pair && options.Ties != PreferenceTies.Half) return;
            try
            {
                preferences.Add(pair.Preference);
            }
            catch (EncoderFallbackException fault)
            {
                throw RunText.Fault(source.Name, line, HalfAPair, fault);
            }
        }

        void Row(ReadOnlySpan<byte> json, int line)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(json.ToArray(), s_strict);
                JsonElement root = document.RootElement;
                if (root.ValueKind != JsonValueKind.Object) throw new FormatException($"this is no object ({Excerpt.Of(root.GetRawText())}); it must be one with prompt, chosen and rejected");
                foreach (var pair in reader.Read(root)) Take(pair, line);
            }
            catch (JsonException fault)
            {
                throw RunText.Fault(source.Name, line + (int)(fault.LineNumber ?? 0), $"this is not JSON (at byte {fault.BytePositionInLine ?? 0} of the line)", fault);
            }
            catch (FormatException fault)
            {
                throw RunText.Fault(source.Name, line, fault.Message, fault);
            }
            catch (InvalidOperationException fault)
            {
                throw RunText.Fault(source.Name, line, HalfAPair, fault);
            }
        }
    }

    // The rows of a CSV as JSON objects of texts.
    private static void Fields(RunSource source, List<string> notes, Action<ReadOnlySpan<byte>, int> row)
    {
        var builder = new RunTableBuilder();
        CsvRows.Read(source, CsvDialect.Of(source.Head.Span), builder, notes.Add);
        if (builder.RowCount == 0) return;
        var table = new RunTable(source.Name, RunFileFormat.Csv, builder.ToData(), 0, notes);
        var buffer = new ArrayBufferWriter<byte>();
        for (int i = 0; i < table.RowCount; i++)
        {
            buffer.ResetWrittenCount();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                foreach (string column in table.Columns) writer.WriteString(column, table.Raw(i, column) ?? "");
                writer.WriteEndObject();
            }
            row(buffer.WrittenSpan, table.LineOf(i));
        }
    }
}
