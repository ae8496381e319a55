using System.Text;
using RewardScaling.RewardModels;
using RewardScaling.Runs;

namespace RewardScaling.Benchmarks;

/// <summary>Damaged files for every reader of rows: what a reader may say is documented, and nothing else may come out of it.</summary>
internal static class ReadFuzz
{
    private const string Words = "{}[]()\"':,;|\\\n\r\t -=0123456789.eE\0NaNInfinityNonetruestep";

    /// <summary>A good file of each format, and what reads it; the reader returns how many rows there are.</summary>
    public static IReadOnlyList<(string Format, byte[] Good, Func<byte[], int> Read)> Formats { get; } =
    [
        Rows("JSON lines", "{\"step\": 1, \"kl\": 0.5, \"t\": \"a, b\", \"l\": [1, null, 2]}\n{\"step\": 2, \"kl\": NaN, \"d\": {\"x\": 1}}\n"),
        Rows("JSON document", "{\n \"model\": \"m\",\n \"results\": [\n  {\"kl\": 1, \"gold\": 0.3},\n  {\"kl\": 2, \"gold\": 0.4}\n ]\n}"),
        Rows("JSON columns", "{\"a\": {\"kl\": [1, 2, 3], \"gold\": [0.3, 0.4, 0.3]}, \"b\": {\"kl\": [1, 2, 3], \"gold\": [0.3, 0.4, 0.3]}}"),
        Rows("CSV", "# made by hand\nstep,kl,note\n1,0.5,\"a, \"\"b\"\"\nc\"\n2,1e-3,d\n"),
        Rows("semicolons", "step;kl;gold\n1;0,25;1,5\n2;0,5;2\n"),
        Rows("console", "start\n  1%|#| 1/5\r   \r{'kl': 0.01, 'x': np.float64(0.5)}\nstep:1 - kl:0.5 - a:1\nepoch: 0|step: 1|loss: 0.1\n{'a': 1,\n 'b': [1, 2]}\n"),
        Rows("MLflow", "1700000000000 0.5 10\n1700000001000 0.6 20\n"),
        Rows("NumPy", [0x93, .. "NUMPY"u8, 1, 0, 59, 0, .. "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), } \n"u8, .. new byte[16]]),
        Rows("event file", ReadFiles.Events(3)),
        Preferences("preferences", "{\"prompt\": \"q\", \"chosen\": \"a\", \"rejected\": \"b\"}\n{\"chosen\": [{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"a\"}], \"rejected\": [{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}\n{\"prompt\": \"q\", \"responses\": [\"a\", \"b\"], \"scores\": [1, 2]}\n"),
        Preferences("preferences as CSV", "prompt,response_a,response_b,winner\nq,a,b,a\nq,c,d,tie\n"),
    ];

    /// <summary>One of many ways to damage a file.</summary>
    public static byte[] Mutate(byte[] good, Random random)
    {
        List<byte> bytes = [.. good];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int at = random.Next(bytes.Count + 1), length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes.RemoveRange(at, length); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                case 4: bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 9)).Select(_ => (byte)Words[random.Next(Words.Length)])); break;
                default: bytes.Insert(at, (byte)random.Next(256)); break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Reads damaged files of a format; gives what came out that is not documented.</summary>
    public static IEnumerable<string> Faults(int format, int count, int seed)
    {
        var random = new Random(seed);
        var (name, good, read) = Formats[format];
        int whole = read(good);
        for (int i = 0; i < count; i++)
        {
            byte[] bad = Mutate(good, random);
            string fault = "";
            try
            {
                int rows = read(bad);
                // Checksums leave no room: what is read of an event file is a beginning of it, perhaps with records twice.
                if (rows < 1) fault = "no rows";
            }
            catch (InvalidDataException documented)
            {
                if (!documented.Message.StartsWith("fuzz", StringComparison.Ordinal)) fault = $"a message that does not name the file: {documented.Message}";
            }
            catch (Exception other)
            {
                fault = other.ToString();
            }
            if (fault.Length > 0) yield return $"{name}, seed {seed}, input {i} ({Convert.ToBase64String(bad)}): {fault}";
        }
        if (whole < 1) yield return $"{name}: the good file has no rows";
    }

    /// <summary>Ten thousand damaged files a format.</summary>
    public static void Run(ReadArguments arguments)
    {
        for (int format = 0; format < Formats.Count; format++)
        {
            long start = Environment.TickCount64;
            string[] faults = [.. Faults(format, arguments.Fuzz, seed: 1)];
            Console.WriteLine($"{Formats[format].Format,-20}{arguments.Fuzz,8} inputs {faults.Length,6} undocumented {(Environment.TickCount64 - start) / 1e3,8:F1} s");
            foreach (string fault in faults.Take(3)) Console.WriteLine(fault);
        }
    }

    private static (string, byte[], Func<byte[], int>) Rows(string format, string good) => Rows(format, Encoding.UTF8.GetBytes(good));

    private static (string, byte[], Func<byte[], int>) Rows(string format, byte[] good) =>
        (format, good, static bytes => RunTable.Read(() => new MemoryStream(bytes), "fuzz").RowCount);

    private static (string, byte[], Func<byte[], int>) Preferences(string format, string good) =>
        (format, Encoding.UTF8.GetBytes(good), static bytes => PreferenceFile.Read(() => new MemoryStream(bytes), "fuzz").Count);
}
