using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>How a study is run; none of it changes a number.</summary>
public sealed record StudyRunOptions
{
    /// <summary>
    /// How many cells are made side by side; at least 1. Each holds its own networks and its own part of the data, so memory is
    /// at most this many times that of the largest cell, over what the program has.
    /// </summary>
    /// <value>Default 1.</value>
    public int Jobs { get; init; } = 1;

    /// <summary>
    /// Makes the engine of each of several jobs; the study's own makes the cells that nothing can be made beside, so it may have
    /// the threads of all. Null for the study's own, shared: its threads are then shared too.
    /// </summary>
    /// <value>Default null.</value>
    public Func<IEngine>? Engines { get; init; }

    /// <summary>
    /// Whether a cell that fails stops only what is made from it. The first fault is thrown all the same when the rest is done.
    /// </summary>
    /// <value>Default false: everything stops where its state is kept.</value>
    public bool KeepGoing { get; init; }

    /// <summary>How long to wait before looking again at cells that other processes are making; positive.</summary>
    /// <value>Default half a second.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Faults options no run can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(StudyRunOptions));
        faults.Require(Jobs >= 1, nameof(Jobs), Jobs, "at least 1");
        faults.Require(Patience > TimeSpan.Zero, nameof(Patience), Patience, "positive");
        faults.ThrowIfAny();
    }

    /// <summary>How many cells are made side by side.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Jobs} jobs, {(Engines is null ? "one engine" : "an engine each")}");
}
