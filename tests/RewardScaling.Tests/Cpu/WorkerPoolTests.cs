using RewardScaling.Cpu;

namespace RewardScaling.Tests.Cpu;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_item_is_worked_on_once(int workers)
    {
        var pool = new WorkerPool(workers);
        for (int round = 0; round < 200; round++)
        {
            var counts = new int[round % 17];
            pool.For(counts.Length, (item, worker) =>
            {
                Assert.InRange(worker, 0, workers - 1);
                Interlocked.Increment(ref counts[item]);
            });
            Assert.All(counts, static count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void A_fault_in_a_worker_reaches_the_caller_and_the_pool_goes_on()
    {
        var pool = new WorkerPool(3);
        for (int round = 0; round < 20; round++)
        {
            var fault = Assert.Throws<InvalidOperationException>(() => pool.For(50, (item, _) =>
            {
                if (item == 31) throw new InvalidOperationException("31");
            }));
            Assert.Equal("31", fault.Message);
        }
        int done = 0;
        pool.For(50, (_, _) => Interlocked.Increment(ref done));
        Assert.Equal(50, done);
    }

    [Fact]
    public void A_loop_allocates_nothing()
    {
        var pool = new WorkerPool(2);
        Action<int, int> body = static (_, _) => { };
        pool.For(10, body);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) pool.For(10, body);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Threads_begin_with_the_first_loop_end_when_they_are_idle_and_begin_again()
    {
        var pool = new WorkerPool(4, TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, pool.Threads);
        for (int round = 0; round < 2; round++)
        {
            int done = 0;
            pool.For(100, (_, _) => Interlocked.Increment(ref done));
            Assert.Equal(100, done);
            Assert.Equal(3, pool.Threads);
            Assert.True(SpinWait.SpinUntil(() => pool.Threads == 0, TimeSpan.FromSeconds(20)));
        }
    }

    // Loops that begin while threads are just leaving.
    [Fact]
    public void A_loop_beside_threads_that_leave_is_worked_on_whole()
    {
        var pool = new WorkerPool(3, TimeSpan.FromMilliseconds(1));
        for (int round = 0; round < 300; round++)
        {
            var counts = new int[7];
            pool.For(counts.Length, (item, _) => Interlocked.Increment(ref counts[item]));
            Assert.All(counts, static count => Assert.Equal(1, count));
            Thread.Sleep(round % 3);
        }
    }
}
