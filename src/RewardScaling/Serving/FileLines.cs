namespace RewardScaling.Serving;

/// <summary>The lines of a file that something ends; what stands behind the last end was left unfinished.</summary>
internal static class FileLines
{
    /// <summary>Each line without its end, valid until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(Stream stream)
    {
        var buffer = new byte[1 << 16];
        int kept = 0;
        for (int count; (count = stream.Read(buffer, kept, buffer.Length - kept)) > 0;)
        {
            int begin = 0, end = kept + count, searched = kept;
            for (int at; (at = Array.IndexOf(buffer, (byte)'\n', searched, end - searched)) >= 0; begin = searched = at + 1)
                yield return buffer.AsMemory(begin, at - begin);
            kept = end - begin;
            Buffer.BlockCopy(buffer, begin, buffer, 0, kept);
            if (kept == buffer.Length) Array.Resize(ref buffer, 2 * buffer.Length);
        }
    }
}
