using System.Globalization;

namespace RewardScaling.Benchmarks;

/// <summary>Prints a study beside its price elsewhere.</summary>
internal static class StudyPrices
{
    public static void Run(PriceArguments arguments)
    {
        var study = StudyWorks.Read(arguments.Study);
        var shape = WorkloadShape.Small;
        if (study.SequenceLength != shape.Length)
        {
            throw new ArgumentException($"{arguments.Study} has sequences of {study.SequenceLength} tokens; the rates of shape "
                + $"{shape.Name} are for {shape.Length}.");
        }
        var rates = ComparisonTurn.Read(arguments.Record)
            .Where(turn => turn.Shape == shape.Name && turn.Threads == arguments.Threads && turn.Of(arguments.Rival) is not null)
            .GroupBy(static turn => turn.Workload)
            .ToDictionary(static turns => turns.Key, turns => Median([.. turns.Select(turn => turn.Of(arguments.Rival)!.Value)]));
        var prices = StudyPrice.Of(study, rates, shape.Network.ParameterCount(shape.Network.Vocabulary + 1));
        Console.WriteLine($"Rates of {arguments.Rival}, {arguments.Threads} threads: "
            + string.Join(", ", rates.Select(static rate => string.Create(CultureInfo.InvariantCulture, $"{rate.Key} {rate.Value:N0}/s"))));
        Console.WriteLine($"{"stage",-14}{"here, s",10}{"at rates, s",14}{"ratio",8}{"in proportion, s",19}{"ratio",8}");
        foreach (var price in prices) Print(price);
        Print(new("all", prices.Sum(static price => price.Seconds), prices.Sum(static price => price.AtRates),
            prices.Sum(static price => price.InProportion)));
    }

    private static void Print(StudyPrice price) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{price.Stage,-14}{price.Seconds,10:F1}{price.AtRates,14:F1}{price.AtRates / price.Seconds,8:F1}{price.InProportion,19:F1}{price.InProportion / price.Seconds,8:F1}"));

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
