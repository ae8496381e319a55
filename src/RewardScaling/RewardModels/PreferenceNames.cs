using System.Text.Json;

namespace RewardScaling.RewardModels;

/// <summary>What the fields of files of preferences are called.</summary>
internal static class PreferenceNames
{
    public static readonly string[] Prompt = ["prompt", "question", "instruction", "query", "context", "input", "problem", "conversations", "conversation", "conversation_input", "messages", "history", "post", "info"];
    public static readonly string[] System = ["system", "system_prompt"];
    public static readonly string[] Strength = ["preference_strength", "strength"];
    public static readonly string[] Response = ["completion", "response", "output", "answer"];
    public static readonly string[] Responses = ["responses", "completions", "outputs", "answers", "candidates", "summaries", "generations"];
    public static readonly string[] Ranks = ["ranks", "rank", "ranking", "rankings"];
    public static readonly string[] Scores = ["scores", "rewards", "ratings", "all_rm_scores"];
    public static readonly string[] Labels = ["label", "labels", "kto_tag", "feedback", "thumbs_up"];

    public static readonly string[] Choice = ["choice", "best", "best_index", "preferred_index", "chosen_index", "human_preference"];
    public static readonly string[] Best = ["bon_best"];
    public static readonly string[] Losers = ["loser_list"];

    /// <summary>The text of a response that is an object.</summary>
    public static readonly string[] Inner = ["answer", "response", "text", "completion", "output", "full_text", "post"];

    /// <summary>The score of a response that is an object with its own.</summary>
    public static readonly string[] InnerScores = ["overall_score", "score", "reward", "rating"];

    /// <summary>The preferred response and the other.</summary>
    public static readonly (string Chosen, string Rejected)[] Pairs =
    [
        ("chosen", "rejected"), ("chosen_response", "rejected_response"), ("response_chosen", "response_rejected"),
        ("chosen_messages", "rejected_messages"), ("preferred", "dispreferred"), ("preferred", "rejected"), ("preferred_response", "dispreferred_response"),
        ("preferred_output", "non_preferred_output"), ("winner", "loser"), ("better", "worse"), ("good", "bad"),
        ("chosen", "reject"), ("text_chosen", "text_rejected"), ("chosen_text", "rejected_text"), ("chosen_output", "rejected_output"),
        ("accepted", "rejected"), ("response_j", "response_k"), ("y_w", "y_l"), ("response_w", "response_l"),
    ];

    /// <summary>Scores of the two.</summary>
    public static readonly (string Chosen, string Rejected)[] PairScores =
    [
        ("score_chosen", "score_rejected"), ("chosen_score", "rejected_score"), ("chosen_rating", "rejected_rating"), ("rating_chosen", "rating_rejected"),
        ("chosen_reward", "rejected_reward"), ("reward_chosen", "reward_rejected"), ("chosen-rating", "rejected-rating"),
    ];

    /// <summary>Two responses by number or letter, and the fields that may say which is better.</summary>
    public static readonly (string First, string Second, string[] Labels)[] Numbered =
    [
        ("response_0", "response_1", ["better_response_id"]),
        ("response_1", "response_2", ["overall_preference", "preference_strength", "preference"]),
        ("response1", "response2", ["overall_preference", "preference"]),
        ("output_1", "output_2", ["preference"]),
        ("response_a", "response_b", ["winner", "preference", "preferred", "label", "choice"]),
        ("completion_a", "completion_b", ["winner", "preference", "preferred", "label", "choice"]),
        ("answer_a", "answer_b", ["winner", "preference", "preferred", "label", "choice"]),
        ("answer_0", "answer_1", ["preference", "label", "better_answer_id"]),
        ("human_ref_A", "human_ref_B", ["labels"]),
        ("conversation_a", "conversation_b", ["winner"]),
        ("a", "b", ["winner", "preference", "preferred", "label", "choice"]),
    ];

    /// <summary>Scores of two responses by number or letter, where no label says which is better.</summary>
    public static readonly (string First, string Second)[] NumberedScores =
        [("score_0", "score_1"), ("score_1", "score_2"), ("score_a", "score_b"), ("score_A", "score_B"), ("rating_a", "rating_b")];

    /// <summary>The first of some fields that a row has.</summary>
    public static string? Find(JsonElement row, IEnumerable<string> names) =>
        names.FirstOrDefault(name => row.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null);

    /// <summary>Whether a row has both fields.</summary>
    public static bool Has(JsonElement row, string first, string second) => row.TryGetProperty(first, out _)
        && row.TryGetProperty(second, out _);

    /// <summary>Whether an object is a row of preferences, so that the lists in it are conversations and no tables.</summary>
    public static bool IsRow(JsonElement row) => Array.Exists(Pairs, pair => Has(row, pair.Chosen, pair.Rejected))
        || Array.Exists(Numbered, pair => Has(row, pair.First, pair.Second)) || Find(row, [.. Responses, .. Prompt]) is not null;
}
