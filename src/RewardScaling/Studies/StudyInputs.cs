using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.RewardModels;
using RewardScaling.Serving;

namespace RewardScaling.Studies;

/// <summary>
/// What a study works on, read and checked against the plan before any work begins: corpus, policy, gold, prompts, and the tokens
/// that policy and proxies speak.
/// </summary>
internal sealed class StudyInputs
{
    /// <summary>Reads and checks them.</summary>
    /// <exception cref="ArgumentException">The plan cannot be carried out with them; the message says why.</exception>
    /// <exception cref="IOException">A file or folder is not there.</exception>
    /// <exception cref="InvalidDataException">A file or folder is damaged or something else; the message names it.</exception>
    public StudyInputs(StudyPlan plan, Corpus? corpus, GoldSource gold, PolicySource policy, PromptSource prompts,
        StudyServers servers)
    {
        (Policy, Gold, Servers) = (policy, gold, servers);
        Corpus = policy is FolderPolicy or ServedPolicySource ? corpus
            : corpus ?? new SyntheticLanguage(RandomStream.FromSeed(plan.Seed).Fork("language"), sharpness: plan.LanguageSharpness);
        Tokenizer = policy switch
        {
            FolderPolicy folder => folder.Tokenizer,
            ServedPolicySource served => served.Tokenizer ?? new EndedBytes(),
            _ => Corpus!.Tokenizer,
        };
        int layers = policy is FolderPolicy own ? Check(own, plan) : plan.Policy.Layers;
        if (policy is ServedPolicySource asked) Check(asked);
        if (plan.ProxyTrunks.FirstOrDefault(frozen => frozen > layers) is > 0 and var many)
            throw new ArgumentException(FormattableString.Invariant($"ProxyTrunks names {many} frozen blocks; the policy has {layers}."), nameof(plan));
        if (Corpus is not null) Check(Corpus, plan, trains: policy is PretrainedPolicy, gives: prompts is CorpusPrompts);
        Prompts = prompts is TextPrompts texts ? new ListedPrompts(texts, Tokenizer, plan)
            : Corpus is not null ? new WindowPrompts(Corpus, plan)
            : throw new ArgumentException($"A policy {(policy is FolderPolicy ? "from a folder" : "behind a server")} brings no corpus whose windows could be prompts; give prompts, or a corpus read with its tokenizer.", nameof(prompts));
        if (gold is FolderGold rewards) Check(rewards, plan, prompts);
        if (gold is PreferencesGold preferences)
            Preferences = EncodedPreferences.Encode(preferences.Read ?? PreferenceFile.Read(preferences.Path),
                Tokenizer, plan.GoldContext);
    }

    /// <summary>Where the policy comes from.</summary>
    public PolicySource Policy { get; }

    /// <summary>Where gold comes from.</summary>
    public GoldSource Gold { get; }

    /// <summary>The servers the plan names.</summary>
    public StudyServers Servers { get; }

    /// <summary>What the policy learns to write, or what prompts are windows of; null where it is neither.</summary>
    public Corpus? Corpus { get; }

    /// <summary>The tokens of policy and proxies.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>The prompts.</summary>
    public StudyPrompts Prompts { get; }

    /// <summary>The preferences gold is trained on, if it is.</summary>
    public EncodedPreferences? Preferences { get; }

    /// <summary>The token that ends a response, if one does.</summary>
    public int? EndToken { get; private set; }

    /// <summary>What policy and prompts were made of, for reports.</summary>
    public string Description => Corpus is null || Prompts is WindowPrompts ? Prompts.Description
        : $"{Corpus.Description}; prompts: {Prompts.Description}";

    /// <summary>Where the policy comes from, by hash.</summary>
    public string PolicyIdentity => field ??= Policy switch
    {
        FolderPolicy folder => "folder " + ModelFolder.HashOf(folder.Path),
        ServedPolicySource { Tokenizer: null, Server: var server } => $"{server.Identity}, by text",
        ServedPolicySource { Server: var server } => FormattableString.Invariant($"{server.Identity}, by token of {Tokenizer.VocabularySize}"),
        _ => "corpus " + Corpus!.ContentHash,
    };

    /// <summary>Where gold comes from, by hash; a reward model of the caller's by its name alone.</summary>
    public string GoldIdentity => field ??= Gold switch
    {
        PreferencesGold preferences => "preferences " + FileHash.Of(preferences.Path),
        FolderGold folder => "folder " + ModelFolder.HashOf(folder.Path),
        CustomGold custom => "custom " + custom.Name,
        ServerGold served => served.Server.Identity,
        _ => "teacher",
    };

    /// <summary>What prompts are drawn from, by hash. Of listed ones the number to evaluate on decides which are trained
    /// on.</summary>
    public string PromptsIdentity(StudyPlan plan) => Prompts.Repeat
        ? FormattableString.Invariant($"{Prompts.ContentHash}, {plan.EvaluationPrompts} kept apart") : Prompts.ContentHash;

    // The number of the policy's blocks.
    private int Check(FolderPolicy policy, StudyPlan plan)
    {
        using var folder = ModelFolder.Open(policy.Path);
        _ = folder.Read(NetworkParameter.PolicyHeads(folder.Shape));
        RequireContext(folder, plan.PromptLength, plan.ResponseLength, "");
        RequireVocabulary(folder, policy.Tokenizer, "its tokenizer");
        EndToken = policy.EndToken ?? folder.EndTokens switch
        {
            [] => null,
            [var end] => end,
            var several => throw new ArgumentException($"{policy.Path} names the end tokens {string.Join(", ", several)}; say which one ends a response."),
        };
        if (EndToken is { } token && (token < 0 || token >= folder.Shape.Vocabulary))
            throw new ArgumentException(FormattableString.Invariant($"The end token {token} is not in the vocabulary of {policy.Path}, which has {folder.Shape.Vocabulary}."));
        if (Corpus is not null && !ReferenceEquals(Corpus.Tokenizer, policy.Tokenizer))
            throw new ArgumentException($"{Corpus.Description} was read with another tokenizer than that of {policy.Path}; read it with the policy's.");
        return folder.Shape.Layers;
    }

    private void Check(ServedPolicySource policy)
    {
        EndToken = policy.Tokenizer is null ? EndedBytes.End : policy.EndToken;
        if (EndToken is { } token && (token < 0 || token >= Tokenizer.VocabularySize))
            throw new ArgumentException(FormattableString.Invariant($"The end token {token} is not in the vocabulary of the tokenizer, which has {Tokenizer.VocabularySize}."));
        if (policy.Tokenizer is not null && policy.Server.Chat)
            throw new ArgumentException("A chat cannot be asked in tokens, for the server puts a template around it; leave the tokenizer out.");
        new SamplingRequest(policy.Server.Options(policy.Tokenizer is not null), policy.Server.Sampling(1, EndToken), null)
            .Require(policy.Tokenizer is not null);
        if (Corpus is { Tokenizer: var other } && (policy.Tokenizer is null ? other is not ByteTokenizer
            : !ReferenceEquals(other, policy.Tokenizer)))
            throw new ArgumentException($"{Corpus.Description} was read with another tokenizer than the policy's; read it with {(policy.Tokenizer is null ? "none, as bytes" : "that")}.");
    }

    private void Check(FolderGold gold, StudyPlan plan, PromptSource prompts)
    {
        using var folder = ModelFolder.Open(gold.Path);
        _ = folder.Read(NetworkParameter.RewardHeads);
        RequireVocabulary(folder, gold.Tokenizer ?? Tokenizer, gold.Tokenizer is null ? "the policy's tokenizer" : "its tokenizer");
        int prompt = gold.Tokenizer is { } own && prompts is TextPrompts texts
            ? texts.Texts.Max(text => own.EncodePrompt(text).Length) : plan.PromptLength;
        RequireContext(folder, prompt, plan.ResponseLength, gold.Tokenizer is null ? "" : ", a token of gold's counted for each of the policy's");
    }

    private static void RequireContext(ModelFolder folder, int prompt, int response, string counted)
    {
        if (folder.Shape.Context >= prompt + response) return;
        throw new ArgumentException(FormattableString.Invariant(
            $"{folder.Path} reads {folder.Shape.Context} tokens; prompts of {prompt} and responses of {response} need {prompt + response}{counted}. Make responses shorter, or leave long prompts out."));
    }

    private static void RequireVocabulary(ModelFolder folder, ITokenizer tokenizer, string whose)
    {
        if (folder.Shape.Vocabulary == tokenizer.VocabularySize) return;
        throw new ArgumentException(FormattableString.Invariant(
            $"{folder.Path} has a vocabulary of {folder.Shape.Vocabulary} and {whose} one of {tokenizer.VocabularySize}. Give the tokenizer the model was trained with, read for its vocabulary."));
    }

    private static void Check(Corpus corpus, StudyPlan plan, bool trains, bool gives)
    {
        int context = trains ? plan.PromptLength + plan.ResponseLength : gives ? plan.PromptLength : 1;
        if (corpus.LongestWindow < context)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{corpus.Description} has windows of at most {corpus.LongestWindow} tokens; the plan needs {context}, {(trains ? "prompt and response" : "a prompt")}. Take a longer corpus."), nameof(corpus));
        }
        if (!trains) return;
        int window = plan.Pretraining.WindowLength == 0 ? context : plan.Pretraining.WindowLength;
        int heldOut = corpus.HeldOutCount(window);
        if (heldOut < 2)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{corpus.Description} has room for {heldOut} held-out windows of {window} tokens; a held-out loss with a standard error needs 2. Take a longer corpus or hold out more of it."), nameof(corpus));
        }
    }
}
