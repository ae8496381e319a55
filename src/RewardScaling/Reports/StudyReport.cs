using System.Text;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Reports.Parts;
using RewardScaling.RewardModels;
using RewardScaling.Studies;
using RewardScaling.Studies.Claims;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Reports;

/// <summary>
/// What a study found, for people: one HTML page that needs nothing but itself, Markdown, figures, and the points as CSV.
/// </summary>
public static class StudyReport
{
    private const string Title = "Reward-model overoptimization";

    /// <summary>Writes the page.</summary>
    /// <param name="result">The study.</param>
    /// <param name="path">The file, such as runs/quick/report.html; its folder exists. A file already there is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveReport(this StudyResult result, string path) => AtomicFile.WriteText(path, ToHtml(result));

    /// <summary>Writes report.html, report.md, curves.csv and a .svg file for each figure.</summary>
    /// <param name="result">The study.</param>
    /// <param name="folder">The folder; made if it is not there. Files of these names are replaced.</param>
    /// <returns>The paths that were written.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> SaveReportFiles(this StudyResult result, string folder)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var findings = result.Findings;
        List<(string Name, string Text)> files = [("report.html", ToHtml(result, findings)), ("report.md", ToMarkdown(result, findings)),
            ("curves.csv", CurvesCsv.ToText(result.Curves))];
        files.AddRange(PartSection.Of(findings).SelectMany(static section => section.Figures).Concat(GivenProxies.Figures(result))
            .Select(static figure => (figure.Name + ".svg", figure.ToSvg())));
        Directory.CreateDirectory(folder);
        foreach ((string name, string text) in files) AtomicFile.WriteText(Path.Combine(folder, name), text);
        return [.. files.Select(f => Path.Combine(folder, f.Name))];
    }

    /// <summary>The page as text: the finding in words, what the study says of the papers' claims, part by part with figures and
    /// tables, what was run and how it was measured.</summary>
    /// <param name="result">The study.</param>
    public static string ToHtml(StudyResult result) => ToHtml(result, result.Findings);

    /// <summary>The finding, the verdicts and the tables as GitHub Flavored Markdown.</summary>
    /// <param name="result">The study.</param>
    public static string ToMarkdown(StudyResult result) => ToMarkdown(result, result.Findings);

    private static string ToHtml(StudyResult result, StudyFindings findings)
    {
        IReadOnlyList<SeedCell> cells = Cells(result, findings);
        IReadOnlyList<string> sentences = Findings.Of(MeanFigures.All(cells));
        using var page = new HtmlPage(Title);
        page.Paragraph(sentences[0], "lead").Bullets(sentences.Skip(1).Append(findings.Advice));
        page.Paragraph($"Plan {result.Plan.Name}, seed {result.Plan.Seed}. RewardScaling {result.Version}. {result.Engine}.", "muted");
        if (result.Servers.Count > 0) page.Heading("Made by servers").Bullets(result.Servers.Select(Ended));
        page.Heading("What it says of the claims").Table(PartTables.Claims(findings));
        foreach (PartSection section in PartSection.Of(findings))
        {
            page.Heading(Heading(section.Part)).Bullets(section.Part.Claims.Select(Sentence));
            foreach (Figure figure in section.Figures) page.Figure(figure, figure.Description);
            foreach (ReportTable table in section.Tables) page.Table(table);
        }
        if (GivenProxies.Curves(result).Count > 0)
        {
            page.Heading(GivenProxies.Heading).Table(GivenProxies.Table(result));
            foreach (Figure figure in GivenProxies.Figures(result)) page.Figure(figure, figure.Description);
        }
        if (NotAsked(findings) is { Count: > 0 } unasked) page.Heading("What this plan does not ask").Bullets(unasked);
        if (Warnings(cells) is { Count: > 0 } warnings) page.Heading("Before believing a law").Bullets(warnings);
        if (StudyWarnings.Of(result) is { Count: > 0 } warned) page.Heading("What was warned of while it was made").Bullets(warned);
        page.Heading("The proxies").Table(StudyTables.Proxies(result));
        page.Heading("What the initial policy writes").Paragraph("The prompt, then the response after the bar.", "muted");
        foreach (TextRollout sample in result.Policy.Samples)
            page.Body.Open("blockquote").Element("span", sample.Prompt, ("class", "muted")).Text("│" + sample.Response).Close().Line();
        page.Heading("How it was measured").Definitions(Measures(result));
        page.Heading("What was run").Definitions(Setup(result)).Table(StudyTables.Times(result));
        return page.Finish();
    }

    private static string ToMarkdown(StudyResult result, StudyFindings findings)
    {
        IReadOnlyList<SeedCell> cells = Cells(result, findings);
        IReadOnlyList<string> sentences = Findings.Of(MeanFigures.All(cells));
        var text = new StringBuilder();
        text.Append("# ").Append(Title).Append("\n\n").Append(sentences[0]).Append("\n\n");
        Bullets(sentences.Skip(1).Append(findings.Advice));
        if (result.Servers.Count > 0) Section("Made by servers", result.Servers.Select(Ended), []);
        Section("What it says of the claims", [], [PartTables.Claims(findings)]);
        foreach (PartSection section in PartSection.Of(findings)) Section(Heading(section.Part),
            section.Part.Claims.Select(Sentence), section.Tables);
        if (GivenProxies.Curves(result).Count > 0) Section(GivenProxies.Heading, [], [GivenProxies.Table(result)]);
        if (NotAsked(findings) is { Count: > 0 } unasked) Section("What this plan does not ask", unasked, []);
        if (Warnings(cells) is { Count: > 0 } warnings) Section("Before believing a law", warnings, []);
        if (StudyWarnings.Of(result) is { Count: > 0 } warned) Section("What was warned of while it was made", warned, []);
        Section("The proxies", [], [StudyTables.Proxies(result)]);
        Section("Time", [], [StudyTables.Times(result)]);
        Section("What was run", Setup(result).Select(static entry => $"{entry.Item1}: {entry.Item2}"), []);
        return text.ToString();

        void Section(string heading, IEnumerable<string> bullets, IReadOnlyList<ReportTable> tables)
        {
            text.Append("## ").Append(heading).Append("\n\n");
            Bullets(bullets);
            foreach (ReportTable table in tables) text.Append(table.ToMarkdown()).Append('\n');
        }

        void Bullets(IEnumerable<string> lines)
        {
            bool any = false;
            foreach (string line in lines)
            {
                text.Append("- ").Append(line.Replace("<", "&lt;", StringComparison.Ordinal)).Append('\n');
                any = true;
            }
            if (any) text.Append('\n');
        }
    }

    // A study of ensembles or of the caller's reward models alone has no main experiment.
    private static IReadOnlyList<SeedCell> Cells(StudyResult result, StudyFindings findings) =>
        findings.Peaks.Cells.Count > 0 ? findings.Peaks.Cells : SeedCell.Of(result.Curves);

    private static string Heading(StudyPart part) => FormattableString.Invariant($"{part.Number}. {part.Title}");

    private static string Sentence(Claim claim)
    {
        string verdict = $"{char.ToUpperInvariant(claim.VerdictWords[0])}{claim.VerdictWords[1..]}";
        return $"{verdict}{(claim.HasPValue ? $" ({claim.PText})" : "")}: {claim.Statement} {claim.Found}{(claim.Test.Length > 0 ? $" Test: {claim.Test}." : "")}";
    }

    private static IReadOnlyList<string> NotAsked(StudyFindings findings) =>
        [.. findings.Parts.Where(static part => !part.IsAsked)
        .Select(static part => $"{Heading(part)}: {char.ToLowerInvariant(part.Claims[0].Found[0])}{part.Claims[0].Found[1..]}")];

    /// <summary>What each fit warns of, with the method and reward model it is of.</summary>
    private static IReadOnlyList<string> Warnings(IReadOnlyList<SeedCell> cells) => [.. cells.Where(static cell => cell.HasFit)
        .SelectMany(static cell => cell.Fit.Warnings.Select(warning => $"{StudyNames.Of(cell.At)}: {warning}."))];

    private static IEnumerable<(string, string)> Measures(StudyResult result)
    {
        yield return ("Gold score", $"The reward model that counts, in standard deviations from its mean on {Count(result.Plan.NormalizationRollouts)} rollouts of the initial policy.");
        yield return ("Proxy score", "The reward model that was optimised, less its mean on the same rollouts, in its own unit: log-odds of being preferred.");
        yield return ("KL", "The divergence of the optimised policy from the initial one, D(π ‖ π_init), in nats per response. Best-of-n: log n − (n − 1)/n, exact for scores without ties. "
            + "PPO: summed over the tokens of responses sampled from π, at each token exact over the whole vocabulary, averaged over responses.");
        yield return ("d", "The square root of KL. Horizontal KL axes are even in d.");
        yield return ("Best-of-n", $"Of n responses the proxy's best is kept. The mean over all choices of n from a pool of {Count(result.Plan.PoolSize)} responses to each of "
            + $"{Count(result.Plan.EvaluationPrompts)} prompts, ties averaged; one pool serves all proxies and all n, so the points of a curve are not independent.");
        yield return ("PPO", $"Proximal policy optimisation of the proxy's score, measured on fresh responses, {Count(result.Plan.PpoRolloutsPerPrompt)} to each of the same prompts.");
        yield return ("± and SE", "One standard error. In figures bars are ± 1 SE and bands ± 2 SE; bands of a law assume that the law holds, and are left out where the points say it does not. "
            + "Errors of the best-of-n law come from the covariance of its points over prompts; those of the PPO law from the residuals, as if points erred independently.");
        yield return ("Lack of fit", "The probability of residuals as large as these if the law held, from the errors of the points. Below 1 % the law does not describe the points: its "
            + "coefficients are a summary, its intervals are too short and its peak is not to be believed.");
        yield return ("Highest measured", "The highest of all points, every n of the pool counted, and the points that cannot be told from it: a set that holds the highest in 95 % of studies.");
        foreach (OveroptimizationLaw law in result.Curves.Select(c => c.Law).Distinct()) yield return ($"Law: {law.Name}", $"{law.Formula}. {law.Source}.");
    }

    private static IEnumerable<(string, string)> Setup(StudyResult result)
    {
        StudyPlan plan = result.Plan;
        yield return ("Plan", $"{plan.Name}, seed {plan.Seed}");
        yield return ("Corpus", result.Corpus);
        yield return ("Texts", $"prompts of {Count(plan.PromptLength)} tokens, responses of {Count(plan.ResponseLength)} (at most as many, where texts are given and where a token ends them)");
        string loss = result.Policy is { HeldOutLoss: { } after, InitialHeldOutLoss: { } before }
            ? $"; held-out loss {WithError(after)} nats per token, before training {WithError(before)}" : "";
        yield return ("Policy", result.Policy.Description + (result.Policy.Parameters > 0 ? $"; {Count(result.Policy.Parameters)} parameters{loss}" : ""));
        string size = result.Gold.Parameters > 0 ? $"; {Count(result.Gold.Parameters)} parameters" : "";
        string heldOut = result.Gold.HeldOut is { } gold ? $"; on {Count(gold.Comparisons)} held-out comparisons loss {WithError(gold.Loss)} nats, accuracy {WithError(gold.Accuracy)}" : "";
        yield return ("Gold", result.Gold.Description + size + heldOut);
        ProxySummary[] trained = [.. result.Proxies.Where(static proxy => proxy.OwnProxy is null)];
        string given = string.Join(", ", result.Proxies.Select(static proxy => proxy.OwnProxy).OfType<string>().Distinct());
        yield return ("Proxies", $"{Count(trained.Length)}: {Joined(trained.Select(p => p.Parameters))} parameters, {Joined(trained.Select(p => (long)p.Comparisons))} comparisons"
            + (given.Length == 0 ? "" : $"; and, not trained here, {given}"));
        yield return ("Engine", result.Engine);
        yield return ("Version", $"RewardScaling {result.Version}");
    }

    private static string Ended(string sentence) => sentence.EndsWith('.') ? sentence : sentence + ".";

    private static string Joined(IEnumerable<long> values)
    {
        string[] all = [.. values.Distinct().Order().Select(v => Count(v))];
        return all.Length == 1 ? all[0] : string.Join(", ", all[..^1]) + " and " + all[^1];
    }
}
