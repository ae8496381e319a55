using Microsoft.Extensions.Logging.Abstractions;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Models;

/// <summary>The loop behind pre-training and reward models: when it looks, stops, keeps and goes on.</summary>
public sealed class SupervisedTrainingTests : IDisposable
{
    private readonly TemporaryFolder _parent = new();

    public void Dispose() => _parent.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 5)]
    [InlineData(5, 3)]
    [InlineData(10, 2)]
    public void It_looks_before_the_first_step_every_so_many_and_after_the_last(int stepsPerEvaluation, int looks)
    {
        using var training = Counter.Training(10, stepsPerEvaluation, static step => -step, out _);
        training.Run(null, "", NullLogger.Instance, TestContext.Current.CancellationToken);
        Assert.Equal(looks, training.HeldOut.Count);
        Assert.Equal(10, training.Losses.Count);
    }

    // Held-out losses 5 4 3 3 6 ... : the best look is the third, after step 4; two more that are no better end it after step 8.
    [Fact]
    public void Early_stopping_returns_to_the_weights_of_the_best_look()
    {
        double[] losses = [5, 4, 3, 3, 6, 1, 0];
        using var training = Counter.Training(12, 2, step => losses[step / 2], out var network, patience: 2);
        training.Run(null, "", NullLogger.Instance, TestContext.Current.CancellationToken);
        Assert.Equal(8, training.Losses.Count);
        Assert.Equal(4, network.Weight);
    }

    [Fact]
    public void Without_patience_the_last_weights_stay_and_with_patience_left_the_best_do()
    {
        double[] losses = [5, 4, 3, 6, 7];
        using var training = Counter.Training(8, 2, step => losses[step / 2], out var last);
        training.Run(null, "", NullLogger.Instance, TestContext.Current.CancellationToken);
        Assert.Equal(8, last.Weight);
        using var patient = Counter.Training(8, 2, step => losses[step / 2], out var best, patience: 100);
        patient.Run(null, "", NullLogger.Instance, TestContext.Current.CancellationToken);
        Assert.Equal((4, 8), (best.Weight, patient.Losses.Count));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(5, 4)]
    [InlineData(100, 7)]
    public void Cancelled_or_broken_it_goes_on_after_the_last_whole_step_best_weights_included(int stepsBetween, int stopAt)
    {
        double[] losses = [5, 4, 3, 3.5, 6, 7, 8];
        var options = new CheckpointOptions { Folder = _parent.File($"{stopAt}"), StepsBetween = stepsBetween };
        foreach (bool broken in new[] { false, true })
        {
            using var source = new CancellationTokenSource();
            using (var first = Counter.Training(12, 2, step => losses[step / 2], out var network, patience: 3))
            {
                if (broken) network.BreakAt = stopAt + 1;
                first.Told = (done, _, _) =>
                {
                    if (done == stopAt && !broken) source.Cancel();
                };
                Assert.ThrowsAny<Exception>(() => first.Run(options, "{}", NullLogger.Instance, source.Token));
                Assert.Equal(broken ? stopAt + 1 : stopAt, first.Losses.Count);
            }
            stopAt++;
        }
        var told = new List<int>();
        using var second = Counter.Training(12, 2, step => losses[step / 2], out var resumed, patience: 3);
        second.Told = (done, _, _) => told.Add(done);
        second.Run(options, "{}", NullLogger.Instance, TestContext.Current.CancellationToken);
        Assert.Equal(stopAt + 1, told[0]);
        Assert.Equal((4, 10), (resumed.Weight, second.Losses.Count));
        Assert.Equal(Enumerable.Range(0, 10).Select(static step => (double)step), second.Losses);
        Assert.Equal(losses[..6], second.HeldOut.Select(static look => look.Value));
        Assert.Equal(20, second.Seen);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(int.MaxValue, true)]
    public void Stopped_it_leaves_no_gradient_and_says_why_even_if_nothing_can_be_kept(int breakAt, bool diskIsFull)
    {
        using var source = new CancellationTokenSource();
        using var training = Counter.Training(12, 0, static step => -step, out var network);
        (network.BreakAt, network.DiskIsFull) = (breakAt, diskIsFull);
        training.Told = (done, _, _) =>
        {
            if (done == 5) source.Cancel();
        };
        var options = new CheckpointOptions { Folder = _parent.File($"{breakAt} {diskIsFull}"), StepsBetween = 100 };
        Assert.Throws(breakAt == 3 ? typeof(NotFiniteNumberException) : typeof(OperationCanceledException),
            () => training.Run(options, "{}", NullLogger.Instance, source.Token));
        Assert.Equal(0, network.Gathered);
        Assert.Equal(Math.Min(breakAt, 5), network.Weight);
    }

    // A network whose one weight counts its steps.
    private sealed class Counter
    {
        public int Weight { get; private set; }

        public int BreakAt { get; set; } = -1;

        public bool DiskIsFull { get; set; }

        public int Gathered { get; private set; }

        public static SupervisedTraining Training(
            int steps, int stepsPerEvaluation, Func<int, double> heldOut, out Counter network, int patience = 0)
        {
            var counter = network = new Counter();
            return new()
            {
                Steps = steps,
                LearningRate = LearningRateSchedule.Constant(1),
                Optimizer = new(),
                Gradient = step =>
                {
                    counter.Gathered++;
                    return (step == counter.BreakAt ? double.NaN : step, 2);
                },
                Step = (_, _) =>
                {
                    counter.Gathered = 0;
                    return counter.Weight++;
                },
                DropGradients = () => counter.Gathered = 0,
                Save = path =>
                {
                    if (counter.DiskIsFull) throw new IOException("No space left on device");
                    File.WriteAllText(path, $"{counter.Weight}");
                },
                Restore = path => counter.Weight = int.Parse(File.ReadAllText(path)),
                StepsPerEvaluation = stepsPerEvaluation,
                Patience = patience,
                HeldOutLoss = () => Estimate.WithoutError(heldOut(counter.Weight)),
            };
        }
    }
}
