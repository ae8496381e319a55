namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>serve</c> asks for.</summary>
internal sealed record ServeArguments
{
    public const string Help = """
        serve [options]: a model behind llama-server beside the same model here: log-probabilities, KL from itself, best-of-n, rates
          --server ADDRESS     llama-server with the model as float32 GGUF and --cache-type-k f32 --cache-type-v f32 --flash-attn off
          --model FOLDER       the model as transformers keeps it, with its tokenizer.json
          --prompts P          prompts, drawn from the model itself (default 200)
          --samples N          samples of each (default 64)
          --length T           the most tokens of a response (default 48)
          --at-once N          requests at once (default 8)
          --scored S           samples that the server scores too (default 640)
          --toy N              instead, without a server: N samples of a toy server in this process, and the memory they take
        """;

    public Uri? Server { get; private init; }

    public string Model { get; private init; } = "";

    public int Prompts { get; private init; } = 200;

    public int Samples { get; private init; } = 64;

    public int Length { get; private init; } = 48;

    public int AtOnce { get; private init; } = 8;

    public int Scored { get; private init; } = 640;

    public int Toy { get; private init; }

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static ServeArguments Parse(ReadOnlySpan<string> arguments)
    {
        ServeArguments parsed = OptionReader.Read(arguments, new ServeArguments(), Help, static (parsed, option, value) => option switch
        {
            "--server" => parsed with { Server = Uri.TryCreate(value, UriKind.Absolute, out Uri? address) ? address : throw new ArgumentException($"--server {value} must be an address such as http://127.0.0.1:8080.") },
            "--model" => parsed with { Model = Directory.Exists(value) ? value : throw new ArgumentException($"--model {value}: there is no such folder.") },
            "--prompts" => parsed with { Prompts = OptionReader.Count(option, value, 2) },
            "--samples" => parsed with { Samples = OptionReader.Count(option, value) },
            "--length" => parsed with { Length = OptionReader.Count(option, value) },
            "--at-once" => parsed with { AtOnce = OptionReader.Count(option, value) },
            "--scored" => parsed with { Scored = OptionReader.Count(option, value) },
            "--toy" => parsed with { Toy = OptionReader.Count(option, value) },
            _ => null,
        });
        return parsed.Toy > 0 || (parsed.Server is not null && parsed.Model.Length > 0) ? parsed
            : throw new ArgumentException($"serve needs --server and --model, or --toy.\n{Help}");
    }
}
