using System.Numerics;
using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>A network from tokens to outputs, for some neighbouring sequences of a batch.</summary>
internal static unsafe class ForwardPass<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    /// <summary>Runs sequences [from, to) of the plan.</summary>
    /// <param name="weights">The network.</param>
    /// <param name="plan">The batch.</param>
    /// <param name="from">First sequence.</param>
    /// <param name="to">Last sequence and one.</param>
    /// <param name="tape">Where activations go.</param>
    /// <param name="rowBase">The batch's row that is the tape's row 0.</param>
    /// <param name="selectedBase">The batch's selected row that is the tape's selected row 0.</param>
    /// <param name="scratch">Grows as needed.</param>
    public static void Run(Weights<T, TLanes> weights, BatchPlan plan, int from, int to, Tape<T> tape, int rowBase,
        int selectedBase, NativeBuffer<T> scratch)
    {
        var layout = weights.Layout;
        int rows = plan.RowStart[to] - plan.RowStart[from], selected = plan.SelectedStart[to] - plan.SelectedStart[from];
        if (rows == 0) return;
        nint row = plan.RowStart[from] - rowBase, first = plan.SelectedStart[from] - selectedBase;
        int width = layout.Shape.Width, stride = layout.WidthStride, last = layout.Shape.Layers - 1;
        Embed(weights, plan, from, to, tape.Input(0) + row * stride);
        for (int block = 0; block <= last; block++)
        {
            bool select = block == last && plan.Selected < plan.Rows;
            var at = layout.Blocks[block];
            T* input = tape.Input(block) + row * stride, normed = tape.Normed(block) + row * stride;
            Norm(weights, at.AttentionNorm, rows, input, normed, tape.InputMoments(block) + row * 2);
            T* keyValue = tape.KeyValue(block) + row * layout.KeyValueStride;
            Linear(weights, at.KeyValue, rows, normed, stride, keyValue, layout.KeyValueStride);
            NormalizeHeads(weights, at.KeyNorm, rows, layout.Shape.KeyValueHeads, keyValue, layout.KeyValueStride,
                tape.RawKey(block) + row * layout.KeyValueStride, tape.KeyMoments(block) + row * 2 * layout.Shape.KeyValueHeads);
            Turn(weights, plan, from, to, select: false, layout.Shape.KeyValueHeads, keyValue, layout.KeyValueStride);
            // In the last block only selected rows go on.
            int kept = select ? selected : rows;
            nint keptFirst = block == last ? first : row;
            T* queryInput = normed, residual = input;
            if (select)
            {
                queryInput = tape.SelectedNormed + first * stride;
                residual = tape.SelectedInput + first * stride;
                Gather(plan, from, to, normed, queryInput, stride);
                Gather(plan, from, to, input, residual, stride);
            }
            T* query = tape.Query(block) + keptFirst * layout.AttentionStride,
                attended = tape.Attended(block) + keptFirst * layout.AttentionStride;
            Linear(weights, at.Query, kept, queryInput, stride, query, layout.AttentionStride);
            NormalizeHeads(weights, at.QueryNorm, kept, layout.Shape.Heads, query, layout.AttentionStride,
                tape.RawQuery(block) + keptFirst * layout.AttentionStride, tape.QueryMoments(block)
                    + keptFirst * 2 * layout.Shape.Heads);
            Turn(weights, plan, from, to, select, layout.Shape.Heads, query, layout.AttentionStride);
            Attend(weights, plan, from, to, select, query, keyValue, attended,
                tape.Softmax(block) + keptFirst * 2 * layout.Shape.Heads, scratch);
            T* middle = tape.Middle(block) + keptFirst * stride, middleNormed = tape.MiddleNormed(block) + keptFirst * stride;
            T* output = block == last ? tape.Final + first * stride : tape.Input(block + 1) + row * stride;
            FeedForward(weights, at, kept, attended, residual, middle, middleNormed, tape.MiddleMoments(block) + keptFirst * 2,
                tape.Hidden(block) + keptFirst * layout.FeedForwardStride, tape.Gate(block)
                    + keptFirst * layout.FeedForwardStride,
                tape.HiddenSlopes(block) == null ? null : tape.HiddenSlopes(block) + keptFirst * layout.FeedForwardStride,
                output);
        }
        Heads(weights, selected, tape.Final + first * stride, tape.FinalNormed + first * stride, tape.FinalMoments + first * 2,
            tape.Outputs + first * layout.OutputStride);
    }

    /// <summary>y = x W + b.</summary>
    public static void Linear(Weights<T, TLanes> weights, LinearLayout linear, int rows, T* x, int xStride, T* y, int yStride) =>
        Linear(weights, linear, 0, weights.Layout.Whole(linear.Outputs), rows, x, xStride, y, yStride);

    /// <summary>Some columns of y = x W + b.</summary>
    /// <param name="weights">The network.</param>
    /// <param name="linear">W and b.</param>
    /// <param name="from">The first column, that of a panel.</param>
    /// <param name="columns">How many, in whole registers.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="x">All of x.</param>
    /// <param name="xStride">From row to row of x.</param>
    /// <param name="y">All of y.</param>
    /// <param name="yStride">From row to row of y.</param>
    public static void Linear(Weights<T, TLanes> weights, LinearLayout linear, int from, int columns, int rows, T* x, int xStride,
        T* y, int yStride)
    {
        if (weights.Layout.IsNarrow)
        {
            NarrowProduct<T, TLanes>.Linear(weights, linear, from, columns, rows, x, xStride, y, yStride);
            return;
        }
        int panel = weights.Layout.Panel;
        MatrixProduct<T, TLanes>.Multiply(rows, columns, linear.Inputs, new(x, xStride, 1),
            new(weights.Values + linear.Weight + (nint)from * linear.Inputs, panel, (nint)linear.Inputs * panel),
            new(weights.Values + linear.Bias + from, 0, panel), new(y + from, yStride, panel));
    }

    /// <summary>One normalisation of the residual stream.</summary>
    public static void Norm(Weights<T, TLanes> weights, NormLayout norm, int rows, T* x, T* y, T* moments)
    {
        var (shape, stride) = (weights.Layout.Shape, weights.Layout.WidthStride);
        T* gain = weights.Values + norm.Gain, bias = weights.Values + norm.Bias;
        T epsilon = T.CreateTruncating(shape.Normalization.Epsilon);
        if (shape.Normalization.Kind == NormalizationKind.LayerNorm)
            LayerNorm<T, TLanes>.Forward(rows, shape.Width, x, gain, bias, y, stride, epsilon, moments);
        else RootMeanSquareNorm<T, TLanes>.Forward(rows, shape.Width, x, gain, y, stride, epsilon, moments);
    }

    /// <summary>Normalises each head of queries or keys in place, where the network does, keeping what they were.</summary>
    public static void NormalizeHeads(Weights<T, TLanes> weights, NormLayout? norm, int rows, int heads, T* x, int stride,
        T* raw, T* moments)
    {
        if (norm is null) return;
        var layout = weights.Layout;
        T epsilon = T.CreateTruncating(layout.Shape.Normalization.Epsilon);
        long bytes = (long)heads * layout.HeadStride * sizeof(T);
        for (int row = 0; row < rows; row++, x += stride, raw += stride, moments += 2 * heads)
        {
            Buffer.MemoryCopy(x, raw, bytes, bytes);
            RootMeanSquareNorm<T, TLanes>.Forward(heads, layout.Shape.HeadWidth, raw, weights.Values + norm.Gain, x,
                layout.HeadStride,
                epsilon, moments);
        }
    }

    /// <summary>Turns queries or keys by their positions, where the network does.</summary>
    /// <param name="weights">The network.</param>
    /// <param name="plan">The batch.</param>
    /// <param name="from">First sequence.</param>
    /// <param name="to">Last sequence and one.</param>
    /// <param name="select">Whether only selected rows are there.</param>
    /// <param name="heads">Heads of a row.</param>
    /// <param name="x">The rows.</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="back">Whether to turn the other way, as gradients do.</param>
    public static void Turn(Weights<T, TLanes> weights, BatchPlan plan, int from, int to, bool select, int heads, T* x,
        int stride,
        bool back = false)
    {
        if (weights.Rotation is not { } rotation) return;
        for (int sequence = from; sequence < to; sequence++)
        {
            int first = select ? plan.FirstSelected(sequence) : 0, rows =
                plan.RowStart[sequence + 1] - plan.RowStart[sequence] - first;
            rotation.Turn<TLanes>(rows, first, heads, weights.Layout.HeadStride, x, stride, back);
            x += (nint)rows * stride;
        }
    }

    /// <summary>
    /// What follows attention in a block: its output matrix, both residual sums and the feed-forward part. All [rows, ...].
    /// </summary>
    public static void FeedForward(Weights<T, TLanes> weights, BlockLayout at, int rows, T* attended, T* residual, T* middle,
        T* middleNormed, T* moments, T* hidden, T* gate, T* slopes, T* output)
    {
        var layout = weights.Layout;
        int stride = layout.WidthStride, innerStride = layout.FeedForwardStride;
        Linear(weights, at.Output, rows, attended, layout.AttentionStride, middleNormed, stride);
        Middle(weights, at, rows, residual, middle, middleNormed, moments);
        Linear(weights, at.Up, rows, middleNormed, stride, hidden, innerStride);
        if (at.Gate is not null) Linear(weights, at.Gate, rows, middleNormed, stride, gate, innerStride);
        Activate(weights, at, rows, hidden, gate, slopes);
        Linear(weights, at.Down, rows, hidden, innerStride, output, stride);
        RowKernels<T, TLanes>.Add(rows, layout.Shape.Width, middle, stride, output, stride);
    }

    /// <summary>The residual stream after attention, and what the feed-forward part reads of it.</summary>
    /// <param name="weights">The network.</param>
    /// <param name="at">The block.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="residual">The stream before attention.</param>
    /// <param name="middle">Becomes the stream after it.</param>
    /// <param name="normed">What attention's output matrix gave; becomes what the feed-forward part reads.</param>
    /// <param name="moments">Those of the normalisation.</param>
    public static void Middle(Weights<T, TLanes> weights, BlockLayout at, int rows, T* residual, T* middle, T* normed, T* moments)
    {
        var layout = weights.Layout;
        RowKernels<T, TLanes>.Sum(rows, layout.Shape.Width, residual, normed, middle, layout.WidthStride);
        Norm(weights, at.FeedForwardNorm, rows, layout.Shape.IsParallel ? residual : middle, normed, moments);
    }

    /// <summary>The function inside the feed-forward part, and the gate where there is one.</summary>
    public static void Activate(Weights<T, TLanes> weights, BlockLayout at, int rows, T* hidden, T* gate, T* slopes)
    {
        var (shape, stride) = (weights.Layout.Shape, weights.Layout.FeedForwardStride);
        int width = shape.FeedForwardWidth;
        Activations<T, TLanes>.Apply(shape.Activation, rows, width, at.Gate is null ? hidden : gate, slopes, stride);
        if (at.Gate is not null) Activations<T, TLanes>.Gate(rows, width, gate, slopes, hidden, stride);
    }

    /// <summary>The last normalisation and the heads.</summary>
    public static void Heads(Weights<T, TLanes> weights, int rows, T* final, T* normed, T* moments, T* outputs)
    {
        Norm(weights, weights.Layout.FinalNorm, rows, final, normed, moments);
        Linear(weights, weights.Layout.Head, rows, normed, weights.Layout.WidthStride, outputs, weights.Layout.OutputStride);
    }

    /// <summary>Embedding of one token at one position, [width].</summary>
    public static void Embed(Weights<T, TLanes> weights, int token, int position, T* target)
    {
        var layout = weights.Layout;
        if (layout.IsNarrow)
        {
            NarrowProduct<T, TLanes>.Embed(weights, token, position, target);
            return;
        }
        int stride = layout.Panel * ((layout.Shape.Width + layout.Panel - 1) / layout.Panel);
        T* a = weights.Values + layout.TokenEmbedding + (nint)token * stride;
        if (layout.Shape.Rotary is not null)
        {
            for (int j = 0; j < layout.Shape.Width; j += TLanes.Count) TLanes.Store(target + j, TLanes.Load(a + j));
            return;
        }
        T* b = weights.Values + layout.PositionEmbedding + (nint)position * stride;
        for (int j = 0; j < layout.Shape.Width; j += TLanes.Count)
            TLanes.Store(target + j, TLanes.Load(a + j) + TLanes.Load(b + j));
    }

    private static void Embed(Weights<T, TLanes> weights, BatchPlan plan, int from, int to, T* target)
    {
        for (int sequence = from; sequence < to; sequence++)
        {
            var tokens = plan.Batch.Sequence(sequence);
            int rows = plan.RowStart[sequence + 1] - plan.RowStart[sequence];
            for (int position = 0; position < rows; position++, target += weights.Layout.WidthStride)
                Embed(weights, tokens[position], position, target);
        }
    }

    private static void Gather(BatchPlan plan, int from, int to, T* source, T* target, int stride)
    {
        int start = plan.RowStart[from];
        for (int sequence = from; sequence < to; sequence++)
        {
            int selected = plan.SelectedStart[sequence + 1] - plan.SelectedStart[sequence];
            long bytes = (long)selected * stride * sizeof(T);
            Buffer.MemoryCopy(source + (nint)(plan.RowStart[sequence + 1] - selected - start) * stride, target, bytes, bytes);
            target += (nint)selected * stride;
        }
    }

    private static void Attend(Weights<T, TLanes> weights, BatchPlan plan, int from, int to, bool select, T* query, T* keyValue,
        T* attended, T* softmax,
        NativeBuffer<T> scratch)
    {
        var layout = weights.Layout;
        int headWidth = layout.Shape.HeadWidth, padded = layout.HeadStride, heads = layout.Shape.Heads,
            shared = layout.Shape.KeyValueHeads, group = heads / shared, scoreStride = layout.RowStride(plan.Longest), keys =
                padded * scoreStride;
        T* kT = scratch.Ensure((nint)shared * keys + Math.Max(Attention<T, TLanes>.ForwardScratch(scoreStride),
            AttentionStep<T, TLanes>.Scratch(heads, scoreStride))), work = kT + (nint)shared * keys;
        for (int sequence = from; sequence < to; sequence++)
        {
            int rows = plan.RowStart[sequence + 1] - plan.RowStart[sequence], first = select ? plan.FirstSelected(sequence) : 0,
                queries = rows - first;
            if (queries == 0) continue;
            T* value = keyValue + layout.KeyWidth;
            Attention<T, TLanes>.Transpose(rows, layout.KeyWidth, keyValue, layout.KeyValueStride, kT, scoreStride);
            if (queries == 1)
            {
                AttentionStep<T, TLanes>.Forward(heads, group, rows, headWidth, padded, query, kT, keys, scoreStride, value,
                    layout.KeyValueStride, attended, softmax, work);
            }
            for (int head = 0; queries > 1 && head < heads; head++)
            {
                int at = head * padded, other = head / group;
                Attention<T, TLanes>.Forward(queries, first, headWidth, padded, query + at, layout.AttentionStride,
                    kT + (nint)other * keys, scoreStride, value + other * padded, layout.KeyValueStride, attended + at,
                    layout.AttentionStride, softmax + 2 * head, 2 * heads, work, weights.Zeros);
            }
            keyValue += (nint)rows * layout.KeyValueStride;
            query += (nint)queries * layout.AttentionStride;
            attended += (nint)queries * layout.AttentionStride;
            softmax += (nint)queries * 2 * heads;
        }
    }
}
