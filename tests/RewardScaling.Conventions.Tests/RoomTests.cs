using System.Text.RegularExpressions;

namespace RewardScaling.Conventions.Tests;

/// <summary>The rooms of the library and the arrows between them.</summary>
public sealed class RoomTests
{
    private const string Library = "src/RewardScaling/";

    // Ground floor first: a room may use what is listed beside it and nothing else.
    private static readonly Dictionary<string, string[]> Below = new(StringComparer.Ordinal)
    {
        ["Numerics"] = [],
        ["Divergence"] = ["Numerics"],
        ["Curves"] = ["Numerics", "Divergence"],
        ["Laws"] = ["Numerics", "Divergence", "Curves"],
        ["Models"] = ["Numerics", "Divergence", "Curves", "Laws"],
        ["BestOfN"] = ["Numerics", "Divergence", "Curves", "Laws", "Models"],
        ["Runs/Formats"] = ["Numerics"],
        ["Runs/Tools"] = ["Numerics", "Divergence", "Curves", "Laws", "Models", "BestOfN", "Runs/Formats"],
        ["Runs/Gate"] = ["Numerics", "Divergence", "Curves", "Laws", "Models", "BestOfN", "Runs/Formats", "Runs/Tools"],
        ["RewardModels"] = ["Numerics", "Divergence", "Curves", "Laws", "Models", "BestOfN", "Runs/Formats"],
        ["Policies"] = ["Numerics", "Divergence", "Curves", "Laws", "Models", "BestOfN", "RewardModels"],
        ["Serving"] = ["Numerics", "Divergence", "Models", "BestOfN", "Runs/Formats", "Runs/Tools", "RewardModels"],
        ["Ppo"] = ["Numerics", "Divergence", "Curves", "Laws", "Models", "BestOfN", "RewardModels"],
        ["Cpu"] = ["Numerics", "Models"],
        ["Studies"] = ["Numerics", "Divergence", "Curves", "Laws", "Models", "BestOfN", "RewardModels", "Policies", "Serving", "Ppo", "Cpu"],
        ["Reports"] = ["Numerics", "Divergence", "Curves", "Laws", "Models", "BestOfN", "RewardModels", "Policies", "Ppo", "Cpu", "Studies", "Runs/Formats", "Runs/Tools", "Runs/Gate"],
    };

    // Who reads a run types one using: what is public in these rooms lies in the namespace of the house around them.
    private static readonly string[] OneNamespace = ["Runs/Formats", "Runs/Tools", "Runs/Gate"];

    // A notebook asks the types it shows for their formatter, which draws and so lives above them: it is named in a string.
    private const string NamesItsFormatter = Library + "Numerics/TypeFormatterSourceAttribute.cs";

    [Fact]
    public void Every_file_lies_in_a_room() => Repository.AssertNone(
        Repository.Sources(Library).Where(static file => !Below.ContainsKey(Room(file))).Select(static file => file.Path),
        "Each file of the library belongs to one of the rooms: " + string.Join(", ", Below.Keys));

    [Fact]
    public void Namespace_and_folder_agree() => Repository.AssertNone(
        from file in Repository.Sources("src")
        let path = Path.GetDirectoryName(file.Path)!.Replace('\\', '/')["src/".Length..]
        let folder = file.Path.StartsWith(Library, StringComparison.Ordinal) && OneNamespace.Contains(Room(file))
            && file.Types.Any(static type => type.IsPublic) ? House(path) : path
        where !Regex.IsMatch(file.Text, $@"(?m)^namespace {Regex.Escape(folder.Replace('/', '.'))};\r?$")
        select file.Path,
        "The file-scoped namespace is the folder; of what is public in " + string.Join(", ", OneNamespace) + " the one above.");

    [Fact]
    public void A_room_uses_only_rooms_below_it()
    {
        IReadOnlyList<SourceFile> files = Repository.Sources(Library);
        ILookup<string, string> types = files.SelectMany(static file => file.Types.Select(type => (Room: Room(file), type.Name)))
            .ToLookup(static type => type.Room, static type => type.Name, StringComparer.Ordinal);
        Repository.AssertNone(
            from file in files
            let room = Room(file)
            where Below.ContainsKey(room)
            from other in Below.Keys
            where other != room && !Below[room].Contains(other) && !(file.Path == NamesItsFormatter && other == "Reports") && Uses(file.Code, other, types[other])
            select $"{file.Path} uses {other}",
            "A room may use rooms below it, never above nor beside it.");
    }

    private static string Room(SourceFile file)
    {
        string folder = Path.GetDirectoryName(file.Path[Library.Length..])!.Replace('\\', '/');
        return Below.Keys.FirstOrDefault(room => folder == room || folder.StartsWith(room + "/", StringComparison.Ordinal)) ?? folder;
    }

    private static string House(string room) => room[..room.LastIndexOf('/')];

    // A using, a full name, or a name from the parent namespace on: Models.TokenBatch. Where rooms share a namespace, the name of a type.
    private static bool Uses(string code, string room, IEnumerable<string> types)
    {
        string space = room.Replace('/', '.');
        return Regex.IsMatch(code, $@"\bRewardScaling\.{space}\b")
            || Regex.Matches(code, $@"(?<![\w.]){space}\.(\w+)").Any(match => types.Contains(match.Groups[1].Value))
            || (OneNamespace.Contains(room) && Regex.IsMatch(code, $@"\bRewardScaling\.{House(room)}\b")
                && types.Any(type => Regex.IsMatch(code, $@"(?<![\w.""']){type}\b")));
    }
}
