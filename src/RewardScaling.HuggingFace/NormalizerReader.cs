namespace RewardScaling.HuggingFace;

/// <summary>Reads normalizers.</summary>
internal static class NormalizerReader
{
    /// <summary>One normalizer.</summary>
    public static TextNormalizer Read(JsonPart part) => part.Type switch
    {
        "Sequence" => new NormalizerSequence([.. part.Parts("normalizers").Select(Read)]),
        "NFC" => new UnicodeForm(compatible: false, composed: true),
        "NFD" => new UnicodeForm(compatible: false, composed: false),
        "NFKC" => new UnicodeForm(compatible: true, composed: true),
        "NFKD" => new UnicodeForm(compatible: true, composed: false),
        "Lowercase" => new LowercaseNormalizer(),
        "StripAccents" => new StripAccentsNormalizer(),
        "Strip" => new StripNormalizer(part.Flag("strip_left", true), part.Flag("strip_right", true)),
        "Prepend" => new PrependNormalizer(part.Text("prepend")),
        "Replace" => new ReplaceNormalizer(PatternReader.Read(part), part.Text("content")),
        "Precompiled" => Precompiled(part),
        _ => throw part.Unsupported("Sequence, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, Replace and Precompiled"),
    };

    private static CharacterMap Precompiled(JsonPart part)
    {
        try
        {
            return new(Convert.FromBase64String(part.Text("precompiled_charsmap")));
        }
        catch (Exception fault) when (fault is FormatException or InvalidDataException)
        {
            throw part.Fault("precompiled_charsmap", $"cannot be read: {fault.Message}");
        }
    }
}
