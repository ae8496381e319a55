namespace RewardScaling.Models;

/// <summary>Rows of a parameter as a model folder keeps them: where in which tensor.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Rows">Rows of the parameter that lie in it; for a vector its length.</param>
/// <param name="Columns">Columns; 0 for a vector.</param>
/// <param name="Transposes">Whether the tensor is [columns, rows].</param>
/// <param name="Row">From the parameter's row, counted in this part, to the tensor's.</param>
internal sealed record TensorPart(string Tensor, int Rows, int Columns, bool Transposes, Func<int, int> Row)
{
    /// <summary>The dimensions the tensor must have.</summary>
    public int[] Dimensions => Columns == 0 ? [Rows] : Transposes ? [Columns, Rows] : [Rows, Columns];

    /// <summary>Where a row begins in the tensor, and how far it is from one number of it to the next.</summary>
    public (long First, long Step) Place(int row) => Transposes ? (Row(row), Rows) : ((long)Row(row) * Math.Max(1, Columns), 1);
}

/// <summary>A family of model folders as data: how its configuration says a shape, and what it calls the parameters.</summary>
/// <param name="Type">What <c>model_type</c> says.</param>
/// <param name="Architecture">What the names in <c>architectures</c> begin with.</param>
/// <param name="Trunk">What the names of all tensors but the heads begin with.</param>
/// <param name="TokenHead">The tensor of the token head, without <c>.weight</c>.</param>
/// <param name="Tensors">From the name of a parameter, with N for the block and without its last part, to those of
/// tensors.</param>
/// <param name="Read">The shape of a configuration.</param>
/// <param name="Write">The entries that say a shape; null where the family cannot.</param>
internal sealed record ModelFamily(string Type, string Architecture, string Trunk, string TokenHead,
    IReadOnlyDictionary<string, string[]> Tensors, Func<ModelConfig, TransformerShape> Read,
    Func<TransformerShape, IReadOnlyDictionary<string, object>?> Write)
{
    /// <summary>The tensor of a classification head, without <c>.weight</c>.</summary>
    public const string RewardHead = "score";

    /// <summary>What the name of a language model ends with.</summary>
    public string LanguageModel { get; init; } = "ForCausalLM";

    /// <summary>Whether matrices inside blocks are [inputs, outputs].</summary>
    public bool Transposes { get; init; }

    /// <summary>Whether query, key and value of a head lie together.</summary>
    public bool InterleavesHeads { get; init; }

    /// <summary>Where the rows of a parameter lie, in order.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="shape">The network.</param>
    /// <param name="trunk">What names begin with: <see cref="Trunk"/>, or nothing for a trunk that was saved alone.</param>
    public IReadOnlyList<TensorPart> Parts(NetworkParameter parameter, TransformerShape shape, string trunk)
    {
        int dot = parameter.Name.LastIndexOf('.');
        string stem = parameter.Name[..dot], end = parameter.Name[dot..];
        int rows = parameter.IsVector ? parameter.Columns : parameter.Rows, columns = parameter.IsVector ? 0 : parameter.Columns;
        if (stem is "head" or "reward_head" or "value_head")
        {
            string head = stem switch { "head" => TokenHead, "reward_head" => RewardHead, _ => stem };
            return [new(head + end, rows, columns, false, static row => row)];
        }
        string number = "";
        if (stem.StartsWith("blocks.", StringComparison.Ordinal))
        {
            number = stem.Split('.')[1];
            stem = "blocks.N." + stem[("blocks.".Length + number.Length + 1)..];
        }
        string[] names = [.. Tensors[stem].Select(name => trunk + name.Replace("N", number, StringComparison.Ordinal) + end)];
        bool transposes = Transposes && number.Length > 0 && columns > 0;
        if (stem != "blocks.N.attention.query_key_value") return [new(names[0], rows, columns, transposes, static row => row)];
        int width = shape.HeadWidth, queries = shape.Heads * width, keys = shape.KeyValueHeads * width;
        if (names.Length == 3)
            return [.. names.Zip([queries, keys, keys], (name, count) =>
                new TensorPart(name, count, columns, transposes, static row => row))];
        if (!InterleavesHeads) return [new(names[0], rows, columns, transposes, static row => row)];
        return [new(names[0], rows, columns, transposes, row => row % queries / width * 3 * width + row / queries * width
            + row % width)];
    }
}
