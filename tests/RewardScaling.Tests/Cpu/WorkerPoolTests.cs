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
}
