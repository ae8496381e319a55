using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RewardScaling.Conventions.Tests;

/// <summary>Code in documents compiles: whole programs as they are pasted, pieces with names for what they stand among.</summary>
public sealed class DocumentCodeTests
{
    private const string Implicit = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private const string Usings = """
        using RewardScaling.BestOfN; using RewardScaling.Cpu; using RewardScaling.Curves; using RewardScaling.Divergence;
        using RewardScaling.ExtensionsAI; using RewardScaling.HuggingFace; using RewardScaling.Images; using RewardScaling.Laws; using RewardScaling.Models;
        using RewardScaling.Numerics; using RewardScaling.Parquet; using RewardScaling.Policies; using RewardScaling.Ppo;
        using RewardScaling.Reports; using RewardScaling.Reports.Drawing; using RewardScaling.RewardModels; using RewardScaling.Runs;
        using RewardScaling.Serving; using RewardScaling.Studies; using RewardScaling.Studies.Claims; using RewardScaling.TorchSharp;
        using TorchSharp; using TorchSharp.Modules; using static TorchSharp.torch; using Tensor = TorchSharp.torch.Tensor;
        """;

    // What a piece may take for given.
    private const string Around = """
        internal sealed class Piece
        {
            TorchEngine engine; ITrainablePolicy policy; IRewardModel proxy, gold; ITrainableRewardModel model; HuggingFaceTokenizer tokenizer;
            Corpus corpus; TokenBatch prompts, heldOutPrompts; Rollouts rolloutsOfTheInitialPolicy; RolloutPool pool;
            BestOfNSampler sampler; RandomStream stream; RewardCurve curve; IReadOnlyList<RewardCurve> curves; LawFit fit;
            StudyPlan plan; StudyResult result; string folder; double[][] proxyScores, goldScores; Figure figure;
            IProgress<StudyProgress> progress; CancellationToken cancellationToken; Client client; PpoProblem problem;
            Microsoft.Extensions.AI.IChatClient chat;
            PpoEvaluation evaluation; IReadOnlyList<ScoredPrompt> scoredPrompts; TransformerShape shape;
            static string Answer(string prompt, ulong seed) => "";
            static double Overlap(string prompt, string response) => 0;
            static ValueTask<IReadOnlyList<TextAnswer>> Complete(IReadOnlyList<TextRequest> requests, CancellationToken cancel) => default;
            sealed class Client
            {
                public Task<string> CompleteAsync(string prompt, CancellationToken cancel) => null;
                public Task<double> ScoreAsync(string prompt, string response, CancellationToken cancel) => null;
            }

        """;

    private static readonly CSharpParseOptions s_language = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] s_references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path))];

    [Theory]
    [MemberData(nameof(DocumentTests.Documents), MemberType = typeof(DocumentTests))]
    public void Code_of_a_document_compiles(string path)
    {
        // A type that one block declares serves the blocks after it.
        string types = "";
        var faults = new List<string>();
        foreach (var (line, code) in DocumentCode.Of(path))
        {
            faults.AddRange(Faults(DocumentCode.Program(code, Usings, Around) + types, $"{path}:{line}"));
            if (code.StartsWith("/// <summary>", StringComparison.Ordinal)) types += code;
        }
        Repository.AssertNone(faults, "Code in documents compiles.");
    }

    [Fact]
    public void Examples_in_comments_compile()
    {
        var examples = DocumentCode.Examples().ToList();
        Assert.True(examples.Count >= 3, $"only {examples.Count} examples were found");
        Repository.AssertNone(examples.SelectMany(static example => Faults(DocumentCode.Program(example.Code, Usings, Around), example.Place)),
            "Examples in comments compile.");
    }

    // Its kernel knows C# 11, and its cells see what those before them declared.
    [Fact]
    public void Cells_of_the_notebook_compile_as_its_kernel_reads_them()
    {
        var faults = new List<string>();
        var language = new CSharpParseOptions(LanguageVersion.CSharp11, kind: SourceCodeKind.Script);
        var before = CSharpCompilation.CreateScriptCompilation("Start", CSharpSyntaxTree.ParseText(Implicit.Replace("global ", "", StringComparison.Ordinal), language), s_references);
        int cells = 0;
        foreach (string cell in DocumentCode.Cells("samples/overoptimization.ipynb").Where(static cell => !cell.StartsWith("#r", StringComparison.Ordinal)))
        {
            var compilation = CSharpCompilation.CreateScriptCompilation($"Cell{++cells}", CSharpSyntaxTree.ParseText(cell, language), s_references,
                previousScriptCompilation: before);
            faults.AddRange(compilation.GetDiagnostics().Where(static fault => fault.Severity == DiagnosticSeverity.Error)
                .Select(fault => $"cell {cells}: {fault.GetMessage()} ({fault.Id})"));
            before = compilation;
        }
        Assert.True(cells >= 6, $"only {cells} cells were found");
        Repository.AssertNone(faults, "Cells of the notebook compile.");
    }

    [Fact]
    public void Code_that_does_not_compile_is_found()
    {
        Assert.NotEmpty(Faults(DocumentCode.Program("int x = curve;", Usings, Around), "here"));
        Assert.NotEmpty(Faults("using RewardScaling.Nowhere;", "here"));
        Assert.Empty(Faults(DocumentCode.Program("double x = curve.Points[0].Kl.Value;", Usings, Around), "here"));
    }

    private static IEnumerable<string> Faults(string program, string place)
    {
        bool isProgram = !program.Contains("class Piece", StringComparison.Ordinal);
        var compilation = CSharpCompilation.Create("Piece", [CSharpSyntaxTree.ParseText(Implicit, s_language), CSharpSyntaxTree.ParseText(program, s_language)],
            s_references, new(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary));
        return compilation.GetDiagnostics().Where(static fault => fault.Severity == DiagnosticSeverity.Error).Select(fault => $"{place}: {fault.GetMessage()} ({fault.Id}: {Line(program, fault)})");
    }

    private static string Line(string program, Diagnostic fault) =>
        fault.Location.SourceTree is null ? "" : program.Split('\n').ElementAtOrDefault(fault.Location.GetLineSpan().StartLinePosition.Line)?.Trim() ?? "";
}
