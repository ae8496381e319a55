using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RewardScaling.Models;

namespace RewardScaling.Tests.Models;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.File("weights.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back_bit_for_bit()
    {
        float[] odd = [0, -0f, float.Epsilon, float.MaxValue, -1.1f, 1 / 3f];
        float[] many = [.. Enumerable.Range(0, 200_001).Select(static i => MathF.Sin(i))]; // more than one chunk
        SafetensorsFile.Write(FilePath,
            [new("z", [2, 3], odd), new("long", [many.Length], many), new("scalar", [], new[] { 7f }),
                new("none", [3, 0], ReadOnlyMemory<float>.Empty)],
            new Dictionary<string, string> { ["kind"] = "policy", ["größe"] = "\"√\n" });
        SafetensorsFile file = SafetensorsFile.Read(FilePath);
        Assert.Equal(["long", "none", "scalar", "z"], file.Names);
        Assert.Equal([2, 3], file.Tensor("z").Shape.ToArray());
        Assert.Equal(Bits(odd), Bits(file.Tensor("z").Values));
        Assert.Equal(Bits(many), Bits(file.Tensor("long").Values));
        Assert.Equal([7f], file.Tensor("scalar").Values.ToArray());
        Assert.Equal([3, 0], file.Tensor("none").Shape.ToArray());
        Assert.Equal(new Dictionary<string, string> { ["kind"] = "policy", ["größe"] = "\"√\n" }, file.Metadata);
    }

    [Fact]
    public void The_bytes_are_the_published_format()
    {
        SafetensorsFile.Write(FilePath, [new("b", [1], new[] { 2f }), new("a", [2], new[] { 1f, -1f })],
            new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" });
        // Sorted names, metadata first, spaces up to a multiple of eight; 1f = 0x3F800000, little-endian.
        const string Header = """{"__metadata__":{"x":"1","y":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""";
        int padded = (Header.Length + 7) / 8 * 8;
        byte[] expected = [(byte)padded, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(Header.PadRight(padded)),
            0, 0, 0x80, 0x3F, 0, 0, 0x80, 0xBF, 0, 0, 0, 0x40];
        Assert.Equal(expected, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void The_order_of_the_tensors_does_not_show_in_the_bytes()
    {
        NamedTensor a = new("a", [1], new[] { 1f }), b = new("b", [1], new[] { 2f });
        SafetensorsFile.Write(FilePath, [a, b]);
        byte[] first = File.ReadAllBytes(FilePath);
        SafetensorsFile.Write(FilePath, [b, a]);
        Assert.Equal(first, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void No_tensor_at_all_is_a_file_too()
    {
        SafetensorsFile.Write(FilePath, []);
        Assert.Empty(SafetensorsFile.Read(FilePath).Names);
        Assert.Equal(16, new FileInfo(FilePath).Length);
    }

    [Fact]
    public void Tensors_may_lie_in_another_order_than_they_are_named()
    {
        WriteRaw(8, """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"b":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}}""", [1, 2]);
        SafetensorsFile file = SafetensorsFile.Read(FilePath);
        Assert.Equal(2, file.Tensor("a").Values[0]);
        Assert.Equal(1, file.Tensor("b").Values[0]);
    }

    [Theory]
    [InlineData("a", "a", "Two tensors are named 'a'.")]
    [InlineData("a", "__metadata__", "No tensor can be named __metadata__: the format reserves it.")]
    public void A_name_that_cannot_be_is_not_written(string first, string second, string message)
    {
        var fault = Assert.Throws<ArgumentException>(() =>
            SafetensorsFile.Write(FilePath, [new(first, [], new float[1]), new(second, [], new float[1])]));
        Assert.Equal(message, fault.Message);
        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public void A_tensor_that_is_missing_is_named_with_the_file_and_what_there_is()
    {
        SafetensorsFile.Write(FilePath, [new("a", [], new float[1])]);
        var fault = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(FilePath).Tensor("c"));
        Assert.Equal($"{FilePath}: there is no tensor 'c'; there are 1: a.", fault.Message);
    }

    [Fact]
    public void A_missing_file_says_so() => Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Read(FilePath));

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_too_short_for_its_length_says_so(int length)
    {
        File.WriteAllBytes(FilePath, new byte[length]);
        AssertFault($"the file has {length} bytes; the header length alone takes 8.");
    }

    [Theory]
    [InlineData(17, "header length 17 goes past the end of a file of 24 bytes.")]
    [InlineData(100_000_000, "header length 100000000 goes past the end of a file of 24 bytes.")]
    [InlineData(100_000_001, "header length 100000001 is over the format's limit of 100000000 bytes.")]
    [InlineData(-1, "header length 18446744073709551615 is over the format's limit of 100000000 bytes.")]
    [InlineData(long.MinValue, "header length 9223372036854775808 is over the format's limit of 100000000 bytes.")]
    [InlineData(0, "the header does not begin with '{'.")]
    public void A_header_length_that_lies_is_found_before_anything_is_allocated(long length, string message)
    {
        var bytes = new byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        File.WriteAllBytes(FilePath, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertFault(message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    /// <summary>Headers that lie over eight bytes of data, and what is said of them.</summary>
    public static TheoryData<string, string> Lies => new()
    {
        { "[]", "the header does not begin with '{'." },
        { " {}", "the header does not begin with '{'." },
        { "{", "the header is not valid JSON: " },
        { "{}x", "the header is not valid JSON: " },
        { """{"a":1}""", "tensor 'a': must be an object, but the header has Number there." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],}}""", "the header is not valid JSON: " },
        { """{"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "a tensor has an empty name." },
        { """{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "the header is not valid JSON: " },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "'a' is there twice." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "'a' is there twice." },
        { """{"a":{"dtype":"F32","shape":[2]}}""", "tensor 'a': data_offsets is missing." },
        { """{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "tensor 'a': shape is missing." },
        { """{"a":{"shape":[2],"data_offsets":[0,8]}}""", "tensor 'a': dtype is missing." },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "tensor 'a': dtype is there twice." },
        { """{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", "tensor 'a': shape is there twice." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"data_offsets":[0,8]}}""", "tensor 'a': data_offsets is there twice." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"stride":[1]}}""", "tensor 'a': unknown field 'stride'." },
        { """{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}""", "tensor 'a': dtype is F16; only F32 is read here." },
        { """{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", "tensor 'a': dtype is F64; only F32 is read here." },
        { """{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", "tensor 'a': dtype must be a text, but the header has Number there." },
        { """{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "tensor 'a': shape must be a list of whole numbers, but the header has Number there." },
        { """{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "tensor 'a': shape[0] is not a whole number of at least 0." },
        { """{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "tensor 'a': shape[0] is not a whole number of at least 0." },
        { """{"a":{"dtype":"F32","shape":[1,"2"],"data_offsets":[0,8]}}""", "tensor 'a': shape[1] is not a whole number of at least 0." },
        { """{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", "tensor 'a': shape[0] is not a whole number of at least 0." },
        { """{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}""", "tensor 'a': shape[0] is not a whole number of at least 0." },
        { """{"a":{"dtype":"F32","shape":[18446744073709551618],"data_offsets":[0,8]}}""", "tensor 'a': shape[0] is not a whole number of at least 0." },
        { """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", "tensor 'a': shape has more than 8 numbers." },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "tensor 'a': shape [3] takes 12 bytes, but data_offsets [0, 8] span 8." },
        { """{"a":{"dtype":"F32","shape":[],"data_offsets":[0,8]}}""", "tensor 'a': shape [] takes 4 bytes, but data_offsets [0, 8] span 8." },
        { """{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}""", "tensor 'a': shape [4611686018427387906] holds more than the 2147483591 values that fit in memory." },
        { """{"a":{"dtype":"F32","shape":[2147483648,2147483648,2],"data_offsets":[0,8]}}""", "tensor 'a': shape [2147483648, 2147483648, 2] holds more than the 2147483591 values that fit in memory." },
        { """{"a":{"dtype":"F32","shape":[2147483591],"data_offsets":[0,8589934364]}}""", "tensor 'a': data_offsets [0, 8589934364] go past the 8 bytes of data in the file." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "tensor 'a': data_offsets has 1 numbers; it must have 2." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "tensor 'a': data_offsets has more than 2 numbers." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8.5]}}""", "tensor 'a': data_offsets[1] is not a whole number of at least 0." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "tensor 'a': data_offsets[0] is not a whole number of at least 0." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "tensor 'a': data_offsets [8, 0] end before they begin." },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "tensor 'a': data_offsets [0, 12] go past the 8 bytes of data in the file." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "data_offsets of all tensors end at 4, but the file has 8 bytes of data." },
        { """{}""", "data_offsets of all tensors end at 0, but the file has 8 bytes of data." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor 'a': data_offsets [4, 8] leave a hole: bytes 0 to 4 belong to no tensor." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor 'b': data_offsets [4, 8] overlap another tensor's, which end at 8." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "tensor 'b': data_offsets [0, 8] overlap another tensor's, which end at 8." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", "tensor 'b': data_offsets [4, 4] overlap another tensor's, which end at 8." },
        { """{"__metadata__":[],"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "__metadata__: must be an object, but the header has StartArray there." },
        { """{"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "__metadata__: 'k' must be a text, but the header has Number there." },
        { """{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "__metadata__: 'k' is there twice." },
        { """{"__metadata__":{},"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "'__metadata__' is there twice." },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_header_that_lies_is_an_error_that_names_file_and_field(string header, string message)
    {
        WriteRaw(8, header, [1, 2]);
        AssertFault(message);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void A_value_that_is_not_finite_is_named_with_its_tensor(float value, string shown)
    {
        var values = new float[70_000];
        values[69_999] = value;
        WriteRaw(8, """{"w":{"dtype":"F32","shape":[70000],"data_offsets":[0,280000]}}""", values);
        AssertFault($"tensor 'w': value 69999 is {shown}; every value must be finite.");
    }

    [Fact]
    public void A_long_hostile_name_is_cut_and_cleaned()
    {
        WriteRaw(8, $$"""{"\n{{new string('n', 1000)}}":1}""", [1, 2]);
        AssertFault($"tensor '?{new string('n', 59)}…': must be an object, but the header has Number there.");
    }

    // What is no network says so in its header; the gigabyte behind it is not read first.
    [Fact]
    public void A_large_file_that_is_no_network_is_refused_by_its_header()
    {
        WriteRaw(8, """{"w":{"dtype":"F32","shape":[268435456],"data_offsets":[0,1073741824]}}""", []);
        using (var file = File.OpenWrite(FilePath)) file.SetLength(file.Length + (1L << 30));
        var engine = new RewardScaling.Cpu.CpuEngine(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("this is not a network of RewardScaling", Assert.Throws<InvalidDataException>(() => engine.LoadPolicy(FilePath)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void Every_truncation_is_an_error()
    {
        SafetensorsFile.Write(FilePath, [new("a", [2], new[] { 1f, 2f }), new("b", [1, 1], new[] { 3f })],
            new Dictionary<string, string> { ["k"] = "v" });
        byte[] whole = File.ReadAllBytes(FilePath);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            var fault = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(FilePath));
            Assert.StartsWith(FilePath, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_damage_gives_a_named_error_or_a_valid_read()
    {
        SafetensorsFile.Write(FilePath, [new("a", [2], new[] { 1f, 2f }), new("b", [1, 1], new[] { 3f })],
            new Dictionary<string, string> { ["k"] = "v" });
        byte[] whole = File.ReadAllBytes(FilePath);
        var damage = from flips in Gen.Choose(0, whole.Length - 1).Zip(Gen.Choose(0, 255)).NonEmptyListOf()
                     from cut in Gen.Choose(0, 3 * whole.Length)
                     select (flips, cut);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(damage.ToArbitrary(), d =>
        {
            byte[] bytes = [.. whole];
            foreach (var (position, value) in d.flips) bytes[position] = (byte)value;
            File.WriteAllBytes(FilePath, d.cut < bytes.Length ? bytes[..d.cut] : bytes);
            try
            {
                SafetensorsFile file = SafetensorsFile.Read(FilePath);
                return file.Names.Sum(name => file.Tensor(name).Values.Length) == 3;
            }
            catch (InvalidDataException fault)
            {
                return fault.Message.StartsWith(FilePath, StringComparison.Ordinal);
            }
        }));
    }

    private static uint[] Bits(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, uint>(values).ToArray();

    private void WriteRaw(int align, string header, float[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header.PadRight((header.Length + align - 1) / align * align));
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(FilePath, [.. length, .. json, .. MemoryMarshal.AsBytes<float>(data)]);
    }

    private void AssertFault(string message)
    {
        var fault = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(FilePath));
        Assert.StartsWith($"{FilePath}: {message}", fault.Message, StringComparison.Ordinal);
    }
}
