namespace RewardScaling.HuggingFace;

/// <summary>Reads decoders.</summary>
internal static class DecoderReader
{
    /// <summary>One decoder.</summary>
    public static TokenDecoder Read(JsonPart part) => part.Type switch
    {
        "Sequence" => new DecoderSequence([.. part.Parts("decoders").Select(Read)]),
        "ByteLevel" => new ByteLevelDecoder(),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Replace" => new ReplaceDecoder(PatternReader.Read(part), part.Text("content")),
        "Strip" => new StripDecoder(part.Text("content") is [var content] ? content : throw part.Fault("content", "must be one character"),
            part.Number("start"), part.Number("stop")),
        "Metaspace" => new MetaspaceDecoder(SplitterReader.Mark(part), SplitterReader.Scheme(part)),
        _ => throw part.Unsupported("Sequence, ByteLevel, ByteFallback, Fuse, Replace, Strip and Metaspace"),
    };
}
